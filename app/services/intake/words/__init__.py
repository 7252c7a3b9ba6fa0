"""What remarks say: what a column is called, and what a patch gives back by emptying a time."""
