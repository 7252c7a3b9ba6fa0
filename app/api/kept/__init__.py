"""Answers to what is read again and again, kept ready as bytes."""
