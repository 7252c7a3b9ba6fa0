"""Load what a picture needs, tag it, draw it."""
