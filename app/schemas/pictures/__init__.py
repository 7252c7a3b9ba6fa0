"""What a picture answers, and what may be asked of it."""
