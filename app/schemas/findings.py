"""Where in a body pydantic found something wrong."""

from collections.abc import Sequence
from typing import Any

from app.schemas.common import INLINE, REFERENCE


def pointer(where: Sequence[str | int], body: Any, kind: str) -> str:
    """A JSON pointer (RFC 6901): of pydantic's steps those that are steps in the body, not in a model's union."""
    steps: list[str] = []
    here = body
    for nth, step in enumerate(where):
        if step in (REFERENCE, INLINE):
            continue
        inside = step in here if isinstance(here, dict) else isinstance(step, int) and isinstance(here, list)
        if inside:
            here = here[step]
        elif kind != "missing" or nth != len(where) - 1:
            continue
        steps.append(str(step).replace("~", "~0").replace("/", "~1"))
    return "".join(f"/{step}" for step in steps)
