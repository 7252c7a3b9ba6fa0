"""Where in a body an error is that pydantic reports."""

from collections.abc import Sequence
from typing import Any

from app.schemas.addresses import INLINE, REFERENCE


def pointer(location: Sequence[str | int], body: Any, kind: str) -> str:
    """A JSON pointer (RFC 6901): of pydantic's steps those that are steps in the body, not in a model's union.

    `kind`: pydantic's type of the error. The last step to a `missing` field leads to what is not in the body.
    """
    steps: list[str] = []
    value = body
    for nth, step in enumerate(location):
        if step in (REFERENCE, INLINE):
            continue
        inside = step in value if isinstance(value, dict) else isinstance(step, int) and isinstance(value, list)
        if inside:
            value = value[step]
        elif kind != "missing" or nth != len(location) - 1:
            continue
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)
