"""What the interface says of itself: `/openapi.json`, made so that clients can be generated from it, and `/docs`."""
