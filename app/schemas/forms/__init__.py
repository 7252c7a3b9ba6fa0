"""Forms that are taken beside the documented one, where they can mean one thing only."""
