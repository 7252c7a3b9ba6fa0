"""What a link between sources does to the counts is told with its reason, whether or not a standing moves by it."""

import re
from typing import Any

import make
from scenes import ALL, EVENT, WHAT, claim, drawn, rows, said

from app.derive.diff import snapshots
from app.derive.diff.diff import diff
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.rows import Rows
from app.schemas.pictures.diffs import DiffRead
from app.schemas.sources import SourceLinkRead, SourceRead

LATIN, CYRILLIC = (make.read(SourceRead, name=name) for name in ("Ada Marlow", "Ада Марлоу"))
KYIV = make.read(SourceRead, name="Kyiv", party="ukraine")


def between(before: Rows, after: Rows) -> DiffRead:
    pair = [snapshots.snapshot(drawn(moment, ALL), snapshots.merges_of(moment, ALL)) for moment in (before, after)]
    return diff(SnapshotPair(*pair), EVENT.id, "recorded", ("a", "b"), "family")


def test_a_link_that_is_rejected_or_proposed_again() -> None:
    answer = claim("It", question_id=WHAT.id)
    spoken = [said(answer, by, said="2023-08-09") for by in (LATIN, CYRILLIC)]
    link = make.read(
        SourceLinkRead, from_id=CYRILLIC.id, to_id=LATIN.id, relation="same_as", how_known="name", score=0.9
    )
    for denials in ([], [said(answer, KYIV, stance="deny", said="2023-08-09")]):
        common: dict[str, Any] = {"questions": [WHAT], "claims": [answer], "statements": [*spoken, *denials]}
        tied, untied = (
            rows(source_links=[link.model_copy(update={"state": state})], sources=[LATIN, CYRILLIC, KYIV], **common)
            for state in ("proposed", "rejected")
        )
        parted = between(tied, untied)
        assert [(m.from_, m.to, [j.how for j in m.parted_by]) for m in parted.origins] == [(1, 2, ["same_as"])]
        assert len(parted.standings) == (not denials)
        assert "(no longer: perhaps one source)" in parted.summary[0].text
        assert re.search("may be the same|perhaps one source", between(untied, tied).summary[0].text)
