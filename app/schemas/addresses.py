"""How a path or a body names a record: by its id, `ref:` and its ref, or, of an event, its slug."""

from typing import NamedTuple
from uuid import UUID


class ParsedAddress(NamedTuple):
    """What an address may mean: of an id also a slug, which may look the same. Where both fit, the id goes first."""

    id: UUID | None = None
    ref: str | None = None
    slug: str | None = None
    label: str | None = None
    """`#` and a name given in the same body."""


def parse(address: str) -> ParsedAddress:
    if address.startswith("ref:"):
        return ParsedAddress(ref=address.removeprefix("ref:"))
    if address.startswith("#"):
        return ParsedAddress(label=address)
    try:
        return ParsedAddress(id=UUID(address), slug=address)
    except ValueError:
        return ParsedAddress(slug=address)
