"""Renderers: what the service answers, in the forms that others read. Pure: bodies and pictures go in, never rows."""
