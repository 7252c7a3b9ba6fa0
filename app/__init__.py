"""Counterclaim: who says what about an event, who says otherwise, and how we know that they said it."""

__version__ = "0.1.0"
