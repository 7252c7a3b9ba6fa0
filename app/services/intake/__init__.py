"""What happens to what is sent in: one door for every write of new records."""
