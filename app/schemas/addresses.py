"""How a path or a body names a record: by its id, `ref:` and its ref, or, of an event, its slug."""

from uuid import UUID


def as_uuid(words: str) -> UUID | None:
    try:
        return UUID(words)
    except ValueError:
        return None
