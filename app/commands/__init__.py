"""What `counterclaim` does, one module for each command that is more than a few lines."""
