"""What a browser is told with every answer: to take it for nothing but what it is, and to tell nobody of it."""

from typing import Final

OF_EVERY_ANSWER: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
}
"""An answer that needs a policy of its own has that one: `/docs` is a page with scripts."""
