"""When something was said, and whether it still stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

import make
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app import times
from app.derive.rules import dates, in_force
from app.derive.rules.statements import StatementInContext
from app.schemas.documents import DocumentRead, VersionRead
from app.schemas.events import EventRead
from app.schemas.statements import AppearanceRead, StatementRead

DAY = datetime(2023, 8, 9, tzinfo=UTC)
LATER = datetime(2024, 1, 1, tzinfo=UTC)


def test_effective_said_falls_back_on_publication_then_reading_then_recording() -> None:
    target, merged = make.read(DocumentRead), make.read(DocumentRead)
    merged = make.read(DocumentRead, merged_into=target.id, published="2023-08-10")
    later = make.read(DocumentRead, published="2023-08-11")
    undated, unread = make.read(DocumentRead), make.read(DocumentRead)
    read_at = [DAY + timedelta(days=n) for n in (3, 2)]
    rows = make.rows(
        make.read(EventRead),
        documents=[target, merged, later, undated, unread],
        versions=[make.read(VersionRead, document_id=undated.id, retrieved_at=at) for at in read_at],
    )
    times_of_documents = dates.document_times(rows)

    def effective(*documents: DocumentRead, **fields: object) -> dates.Said:
        appearances = [make.read(AppearanceRead, document_id=document.id) for document in documents]
        return dates.effective(
            make.read(StatementRead, **fields), [*appearances, make.read(AppearanceRead)], times_of_documents
        )

    assert effective(target, said="2023-08-09T13:24+03:00") == (
        *times.span("2023-08-09T13:24+03:00"),
        "said",
        "2023-08-09T13:24+03:00",
    )
    # The document that stayed is dated by what was merged into it.
    assert effective(later, target, undated) == (*times.span("2023-08-10"), "published", "2023-08-10")
    assert effective(undated, unread) == (*[DAY + timedelta(days=2)] * 2, "retrieved", "2023-08-11T00:00:00Z")
    assert effective(unread) == effective() == (make.BORN, make.BORN, "recorded", times.rfc3339(make.BORN))


def ended(*statements: StatementInContext, until: str | None = None) -> list[str | None]:
    """Why each does not stand."""
    end = times.span(until).end if until else None
    ended_by_id = in_force.endings(statements, end)
    lapses = in_force.lapses(statements)
    for statement in statements:
        stands = in_force.stands_at(lapses.get(statement.row.id, ()), end or LATER)
        assert stands == (statement.row.id not in ended_by_id)
    return [
        ended_by_id[statement.row.id].reason if statement.row.id in ended_by_id else None for statement in statements
    ]


@pytest.mark.parametrize(
    ("until", "first"),
    [(None, "withdrawn"), ("2023-08-11", None), ("2023-08-12", "withdrawn"), ("2023-08", "withdrawn")],
)
def test_a_statement_stands_until_its_source_takes_it_back(until: str | None, first: str | None) -> None:
    assert ended(make.statement(withdrawn="2023-08-12"), until=until) == [first]


def test_a_later_statement_supersedes_an_earlier_one() -> None:
    early = make.statement("2023-08-09")
    late = make.statement("2023-08-10", supersedes_id=early.row.id)
    assert ended(early, late) == ["superseded", None]
    assert in_force.endings([early, late], None)[early.row.id] == in_force.Ended("superseded", late.row)
    # What had not been said by then supersedes nothing.
    assert ended(early) == [None]


def test_a_withdrawal_covers_what_the_family_said_before_it_wherever_it_stands() -> None:
    family, claim = make.uuid(), make.uuid()
    early = make.statement("2023-08-09", family=family, claim=claim)
    withdrawn = make.statement("2023-08-10", family=family, claim=claim, withdrawn="2023-08-12T10:00Z")
    compared = [
        make.statement("2023-08-12T09:00Z", family=family, claim=claim),
        make.statement("2023-08-12T10:00Z", family=family, claim=claim),  # did not begin before it
        make.statement("2023-08-09", family=family, claim=make.uuid()),
        make.statement("2023-08-09", family=make.uuid(), claim=claim),
        make.statement("2023-08-09", family=family, claim=claim, stance="deny"),
    ]
    covered = "withdrawn_elsewhere"
    assert ended(early, withdrawn, *compared) == [covered, "withdrawn", covered, None, None, None, None]
    assert ended(early, withdrawn, until="2023-08-11") == [None, None]
    assert in_force.endings([early, withdrawn], None)[early.row.id].at == "2023-08-12T10:00Z"


def test_what_only_its_report_took_back_is_still_the_word_of_the_family() -> None:
    family, claim = make.uuid(), make.uuid()
    early = make.statement("2023-08-09", family=family, claim=claim)
    taken_back = [
        make.statement("2023-08-10", family=family, claim=claim, withdrawn="2023-08-12", withdrawn_by="document"),
        make.statement("2023-08-10", family=family, claim=claim, retracted="2023-08-12"),
    ]
    assert ended(early, *taken_back) == [None, "withdrawn", "retracted"]
    assert ended(early, *taken_back, until="2023-08-11") == [None, None, None]
    ends = in_force.endings([early, *taken_back], None)
    assert [ends[statement.row.id].at for statement in taken_back] == ["2023-08-12"] * 2
    assert all(ends[statement.row.id].by_report for statement in taken_back)
    # What the source took back itself is its own doing, whatever its report did.
    own = make.statement("2023-08-10", withdrawn="2023-08-12", withdrawn_by="source", retracted="2023-08-11")
    assert ended(own) == ["withdrawn"]
    assert not in_force.endings([own], None)[own.row.id].by_report
    assert ended(own, until="2023-08-11") == ["retracted"]


@pytest.mark.parametrize(
    "fields", [{"retracted": "2023-08-12"}, {"withdrawn": "2023-08-12", "withdrawn_by": "document"}]
)
def test_what_was_superseded_only_in_a_report_that_took_it_back_stands_again(fields: dict[str, Any]) -> None:
    early = make.statement("2023-08-09")
    late = make.statement("2023-08-10", supersedes_id=early.row.id, **fields)
    assert ended(early, late, until="2023-08-11") == ["superseded", None]
    assert ended(early, late)[0] is None


def test_only_what_is_explicit_and_stands_counts() -> None:
    statements = [make.statement(), make.statement(explicitness="implied"), make.statement(withdrawn="2023-08-10")]
    assert in_force.counted(statements, in_force.endings(statements, None)) == statements[:1]


DAYS = st.integers(9, 14).map(lambda day: f"2023-08-{day:02}")


@given(
    st.lists(st.tuples(DAYS, st.none() | DAYS, st.integers(0, 1), st.integers(0, 1), st.integers(-1, 3)), max_size=12),
    st.none() | DAYS,
    st.randoms(use_true_random=False),
)
def test_endings_are_what_a_look_at_every_pair_finds(
    shape: list[tuple[str, str | None, int, int, int]], until: str | None, random: object
) -> None:
    families, claims = [make.uuid(), make.uuid()], [make.uuid(), None]
    end = times.span(until).end if until else None
    statements: list[StatementInContext] = []
    for day, withdrawn, family, claim, superseded in shape:
        earlier = statements[superseded].row.id if 0 <= superseded < len(statements) else None
        new_statement = make.statement(
            day, family=families[family], claim=claims[claim], withdrawn=withdrawn, supersedes_id=earlier
        )
        statements.append(new_statement)
    by_then = [said_statement for said_statement in statements if end is None or said_statement.said.end <= end]
    ended_by_id = in_force.endings(by_then, end)
    for statement in by_then:
        taken_back = [withdrawal for withdrawal in by_then if in_force.withdrawn(withdrawal.row, end)]
        if statement in taken_back:
            reason = "withdrawn"
        elif any(later.row.supersedes_id == statement.row.id for later in by_then):
            reason = "superseded"
        else:
            covering = [
                withdrawal
                for withdrawal in taken_back
                if statement.claim_id is not None
                and (withdrawal.claim_id, withdrawal.family) == (statement.claim_id, statement.family)
                and withdrawal.row.withdrawn_from is not None
                and statement.said.start < withdrawal.row.withdrawn_from
            ]
            reason = "withdrawn_elsewhere" if covering else "none"
        assert (ended_by_id[statement.row.id].reason if statement.row.id in ended_by_id else "none") == reason
    shuffled = list(by_then)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert in_force.endings(shuffled, end) == ended_by_id


@given(
    st.lists(
        st.tuples(
            *(DAYS, st.none() | DAYS, st.none() | DAYS, st.sampled_from([None, "source", "document"])),
            *(st.integers(0, 1), st.integers(-1, 3)),
        ),
        max_size=8,
    )
)
def test_lapses_are_the_times_in_which_endings_has_it(
    shape: list[tuple[str, str | None, str | None, str | None, int, int]],
) -> None:
    family, claims, statements = make.uuid(), [make.uuid(), None], list[StatementInContext]()
    for day, withdrawn, retracted, by, claim, superseded in shape:
        earlier = statements[superseded].row.id if 0 <= superseded < len(statements) else None
        told: dict[str, Any] = {"withdrawn": withdrawn, "withdrawn_by": by if withdrawn else None}
        subject: dict[str, Any] = {"family": family, "claim": claims[claim], "supersedes_id": earlier}
        statements.append(make.statement(day, retracted=retracted, **subject, **told))
    lapses = in_force.lapses(statements)
    for date in range(9, 16):
        until = times.span(f"2023-08-{date:02}").end
        by_then = [statement for statement in statements if statement.said.end <= until]
        ended_by_id = in_force.endings(by_then, until)
        for statement in by_then:
            stands = in_force.stands_at(lapses.get(statement.row.id, ()), until)
            assert stands == (statement.row.id not in ended_by_id)
