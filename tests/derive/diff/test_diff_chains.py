"""What changed in the chain by which a statement came into a document."""

from typing import Any

import make
import pytest
from scenes import claim, found_in, rows, said
from test_diff import ARMY, DESK, SOURCES, between, changed, moved

from app.schemas.statements import HopRead


def _passed_on_by(source_id: Any, disclosure: str = "named") -> dict[str, Any]:
    return {"source_id": str(source_id), "disclosure": disclosure, "state": "confirmed"}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([_passed_on_by(DESK.id)], [_passed_on_by(ARMY.id)]),
        ([], [_passed_on_by(DESK.id)]),
        ([_passed_on_by(DESK.id), _passed_on_by(ARMY.id)], [_passed_on_by(ARMY.id), _passed_on_by(DESK.id)]),
        ([_passed_on_by(DESK.id)], [_passed_on_by(DESK.id, "role_only")]),
    ],
)
def test_another_chain_is_told_from_end_to_end(before: list[Any], after: list[Any]) -> None:
    answer = claim("It")
    spoken = said(answer)
    place = found_in(spoken)
    first, second = (
        rows(
            claims=[answer],
            statements=[spoken],
            appearances=[changed(place, hops=[make.read(HopRead, **hop) for hop in hops])],
            sources=SOURCES,
        )
        for hops in (before, after)
    )
    (entry,) = between(first, second).statements.changed
    (appearance,) = entry.appearances
    assert (appearance.what, appearance.appearance_id) == ("changed", place.id)
    assert moved(appearance.changes) == {"hops": (before, after)}
    assert between(first, first).statements.changed == []
