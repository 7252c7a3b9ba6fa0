"""What the service does by itself when something changes."""
