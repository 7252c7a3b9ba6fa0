"""What the address of a record may mean."""

from uuid import UUID

import pytest

from app.schemas.addresses import ParsedAddress, parse

ID = "018f3c1e-7f00-7000-8000-0123456789ab"
HEX = ID.replace("-", "")


@pytest.mark.parametrize(
    ("address", "parsed"),
    [
        (ID, ParsedAddress(id=UUID(ID), slug=ID)),
        (ID.upper(), ParsedAddress(id=UUID(ID), slug=ID.upper())),
        # An event may have such a slug: a body that names it finds it, and a path looks for the id.
        (HEX, ParsedAddress(id=UUID(ID), slug=HEX)),
        ("explosion-in-town", ParsedAddress(slug="explosion-in-town")),
        ("ref:ria:2023-08-09:1", ParsedAddress(ref="ria:2023-08-09:1")),
        ("ref:ref:1", ParsedAddress(ref="ref:1")),
        (f"ref:{ID}", ParsedAddress(ref=ID)),
        ("#31", ParsedAddress(label="#31")),
    ],
)
def test_addresses(address: str, parsed: ParsedAddress) -> None:
    assert parse(address) == parsed
