"""What is done with all that is stored, by a command: nothing here answers a request."""
