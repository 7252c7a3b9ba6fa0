"""Webhooks: whose they are, how what is sent is signed, and how it is sent again until it is taken."""
