"""Who belongs to whom."""

from uuid import UUID

import make
from hypothesis import given
from hypothesis import strategies as st

from app.derive.rules import families
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead, StatementRead


def source(**fields: object) -> SourceRead:
    return make.read(SourceRead, **fields)


def kin_of(*sources: SourceRead) -> families.Kin:
    return families.kinship({source_.id: source_ for source_ in sources})


def family(statement: StatementRead, first: AppearanceRead | None, *sources: SourceRead) -> tuple[UUID, str]:
    return families.family(statement, first, kin_of(*sources), {})[:2]


def test_a_family_is_the_top_of_the_line_and_a_party_the_nearest() -> None:
    state = source(party="state")
    ministry = source(parent_id=state.id)
    minister = source(parent_id=ministry.id, party="own")
    kin = kin_of(minister, ministry, state)
    assert [families.top(kin, member.id) for member in (minister, ministry, state)] == [state.id] * 3
    assert [families.party(kin, member.id) for member in (minister, ministry, state)] == ["own", "state", "state"]
    assert families.party(kin, None) is None


def test_merges_lead_to_the_family_of_the_one_that_stays() -> None:
    state = source(party="state")
    ministry = source(parent_id=state.id)
    again = source(merged_into=ministry.id, party="forgotten")
    spokesman = source(parent_id=again.id)
    kin = kin_of(state, ministry, again, spokesman)
    assert families.top(kin, spokesman.id) == families.top(kin, again.id) == state.id
    assert families.party(kin, spokesman.id) == families.party(kin, again.id) == "state"


def test_a_circle_closed_by_a_merge_has_one_top() -> None:
    low, high = sorted((make.uuid(), make.uuid(), make.uuid()))[:2]
    first, second = source(id=low, parent_id=high), source(id=high)
    merged = source(merged_into=second.id)
    second = source(id=high, parent_id=low)
    below = source(parent_id=merged.id)
    kin = kin_of(first, second, merged, below)
    assert {families.top(kin, member.id) for member in (first, second, merged, below)} == {low}


def test_unnamed_sources_go_by_parent_then_by_who_passed_it_on_then_by_document() -> None:
    outlet = source(parent_id=None)
    channel = source(parent_id=outlet.id)
    unnamed, official = source(disclosure="anonymous"), source(disclosure="role_only", parent_id=outlet.id)
    statement, document = make.read(StatementRead, source_id=unnamed.id), make.uuid()
    hops = [
        make.read(HopRead, step=1, source_id=make.uuid(), state="proposed"),
        make.read(HopRead, step=3, source_id=official.id, state="confirmed"),
        make.read(HopRead, step=2, source_id=channel.id, state="confirmed"),
    ]
    sources = (outlet, channel, unnamed, official)
    passed_on = make.read(AppearanceRead, document_id=document, hops=hops)
    plain = make.read(AppearanceRead, document_id=document, hops=hops[:1])
    assert family(statement, passed_on, *sources) == (outlet.id, "chain")
    assert family(statement, plain, *sources) == (document, "document")
    assert family(statement, None, *sources) == (unnamed.id, "document")
    assert family(make.read(StatementRead, source_id=official.id), plain, *sources) == (outlet.id, "source")
    assert family(make.read(StatementRead, source_id=channel.id), plain, *sources) == (outlet.id, "source")


def test_what_nobody_says_goes_by_its_document() -> None:
    statement, document, merged = make.read(StatementRead, source_id=None), make.uuid(), make.uuid()
    first = make.read(AppearanceRead, document_id=merged)
    assert families.family(statement, first, kin_of(), {merged: document})[:2] == (document, "nobody")
    assert family(statement, None) == (statement.id, "nobody")


@given(st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.booleans()), max_size=8))
def test_any_archive_has_a_top_for_each_and_one_for_all_below_it(shape: list[tuple[int, int, bool]]) -> None:
    ids = sorted(make.uuid() for _ in range(8))
    sources = {id_: source(id=id_) for id_ in ids}
    for below, above, merged in shape:
        # Merges alone never go round in a circle; with parents they may.
        if not merged and below != above:
            sources[ids[below]] = source(id=ids[below], parent_id=ids[above])
        elif below < above:
            sources[ids[below]] = source(id=ids[below], merged_into=ids[above])
    kin = families.kinship(sources)
    for id_, source_ in sources.items():
        top = families.top(kin, id_)
        assert families.top(kin, top) == top
        if source_.merged_into or source_.parent_id:
            assert top == families.top(kin, source_.merged_into or source_.parent_id or id_)
    assert kin == families.kinship(dict(reversed(sources.items())))
