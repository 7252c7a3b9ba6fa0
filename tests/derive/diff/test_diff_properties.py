"""What holds for every diff, whatever is in it."""

from dataclasses import replace
from operator import attrgetter
from typing import Any

import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import ALL, EVENT, claims, drawn, events, statements
from test_diff import between, changed, snapshot

from app.derive.diff.diff import diff
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.rows import Rows, View
from app.schemas.pictures.diffs import Clock, DiffRead, OriginsMoved, SilenceChanged

FEW = settings(max_examples=soaking.times(25))


# What is the one read forwards is the other read backwards.
SAME = (
    ("questions.new", "questions.removed"),
    ("claims.new", "claims.removed"),
    ("statements.new", "statements.removed"),
    ("assessments.new", "assessments.removed"),
    ("silences.begun", "silences.ended"),
    ("self_contradictions.new", "self_contradictions.removed"),
    ("source_changes.merged", "source_changes.parted"),
    ("document_changes.merged", "document_changes.parted"),
    ("event.merged", "event.parted"),
)
# The same of these, which are told as they are at the later moment.
ALIKE = (
    ("statements.withdrawn", "statements.restored"),
    ("assessments.superseded", "assessments.restored"),
    ("self_contradictions.ended", "self_contradictions.restored"),
)
TURNED = (
    *("questions.changed", "claims.changed", "statements.changed", "assessments.changed", "silences.changed"),
    *("source_changes.changed", "document_changes.changed", "event.changes", "standings", "statuses", "origins"),
    *("figures", "document_links"),
)
LISTS = [name for pair in (*SAME, *ALIKE) for name in pair] + list(TURNED)


def part(found: DiffRead, name: str) -> list[Any]:
    entries: list[Any] = attrgetter(name)(found)
    return entries


def key(entry: Any) -> str:
    """What an entry is about."""
    if isinstance(entry, SilenceChanged):
        return f"{entry.to.question_id} {entry.to.party}"
    names = ("statement_id", "assessment_id", "claim_id", "id", "statement_ids", "field", "question_id")
    about = next(str(getattr(entry, name)) for name in names if hasattr(entry, name))
    return about + str(getattr(entry, "stance", "") if isinstance(entry, OriginsMoved) else "")


def moves(entry: Any) -> list[tuple[str, str, str]]:
    """Each of its fields that says from what to what."""
    told = [(c.field, str(c.from_), str(c.to)) for c in getattr(entry, "changes", [])]
    told += [(str(a.appearance_id), a.what, "") for a in getattr(entry, "appearances", [])]
    for one, other in (("from_", "to"), ("state_from", "state_to"), ("joined_by", "parted_by"), ("why_before", "why")):
        told += [(one, str(getattr(entry, one)), str(getattr(entry, other)))] if hasattr(entry, one) else []
    return sorted(told)


def turned(move: tuple[str, str, str]) -> tuple[str, str, str]:
    name, one, other = move
    ways = {"new": "removed", "removed": "new"}
    return (
        (name, ways.get(one, one), "") if other == "" and one in ("new", "changed", "removed") else (name, other, one)
    )


@st.composite
def histories(draw: st.DrawFn) -> tuple[Rows, Rows]:
    """An event, and the same after some of everything: added, changed, taken back, merged and deleted."""
    one = draw(events())
    chance = st.integers(0, 3)

    def some(found: list[Any], **given: Any) -> list[Any]:
        """Without some of these, and with others changed."""
        kept = [record for record in found if draw(chance)]
        return [
            record if draw(chance) else changed(record, **{n: draw(v) for n, v in given.items()}) for record in kept
        ]

    def merge(found: list[Any]) -> list[Any]:
        first, second, *others = found
        return [first if draw(chance) else changed(first, merged_into=second.id), second, *others]

    times = st.none() | st.sampled_from(["2023-08-09", "2023-08-11"])
    texts = st.sampled_from(["a", "b"])
    later = replace(
        one,
        questions=some(one.questions, text=texts),
        claims=merge(one.claims),
        claim_links=some(one.claim_links),
        statements=some(one.statements, withdrawn=times, stance=st.sampled_from(["support", "deny"])),
        appearances=some(one.appearances, wording=texts),
        sources={source.id: source for source in merge(list(one.sources.values()))},
        documents={document.id: document for document in merge(list(one.documents.values()))},
        document_links=some(one.document_links, state=st.sampled_from(["confirmed", "rejected"])),
    )
    return one, later


@FEW
@given(histories())
def test_a_diff_turned_round_is_its_mirror(ends: tuple[Rows, Rows]) -> None:
    forth, back = between(*ends), between(*ends[::-1])
    for one, other in SAME:
        assert part(forth, one) == part(back, other)
        assert part(forth, other) == part(back, one)
    for one, other in ALIKE:
        assert sorted(map(key, part(forth, one))) == sorted(map(key, part(back, other)))
        assert sorted(map(key, part(forth, other))) == sorted(map(key, part(back, one)))
    for name in TURNED:
        told = {key(entry): moves(entry) for entry in part(back, name)}
        assert {key(entry): sorted(map(turned, moves(entry))) for entry in part(forth, name)} == told


@FEW
@given(histories(), st.sampled_from([ALL, View()]))
def test_what_is_there_after_follows_from_what_was_there_before(ends: tuple[Rows, Rows], asked: View) -> None:
    before, after = (drawn(one, asked) for one in ends)
    found = between(*ends, asked)
    was, is_ = ({s.id: s.live for s in statements(picture)} for picture in (before, after))
    of = found.statements
    applied = {id_: live for id_, live in was.items() if id_ not in {s.statement_id for s in of.removed}}
    applied |= {entry.statement_id: entry.live for entry in of.new}
    applied |= {entry.statement_id: False for entry in of.withdrawn}
    applied |= {entry.statement_id: True for entry in of.restored}
    assert applied == is_
    gone = {entry.claim_id for entry in found.claims.removed}
    stood = {one.id: one.standing for one in claims(before) if one.id not in gone}
    stood |= {entry.claim_id: entry.standing for entry in found.claims.new}
    stood |= {move.claim_id: move.to for move in found.standings}
    assert stood == {one.id: one.standing for one in claims(after)}
    named = {entry.source_id for entry in (*of.new, *of.removed)} - {None}
    assert named <= found.sources.keys() <= before.sources.keys() | after.sources.keys()
    assert DiffRead.model_validate_json(found.model_dump_json(by_alias=True)) == found


@FEW
@given(events(), st.sampled_from(["recorded", "said"]))
def test_nothing_changes_between_a_moment_and_itself(every: Rows, clock: Clock) -> None:
    found = diff(SnapshotPair(snapshot(every), snapshot(every)), EVENT.id, clock, ("a", "b"), "family")
    assert [name for name in LISTS if part(found, name)] == []
    assert (found.summary, found.sources) == ([], {})
