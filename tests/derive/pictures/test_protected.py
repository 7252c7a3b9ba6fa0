"""Origins, reasons and contradictions for whoever may not see every source: nothing tells who a hidden one is."""

from dataclasses import replace
from random import Random
from typing import Any, get_args

import make
import pytest
import soaking
import tangled
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scenes import EVENT, WHAT, claim, claims, drawn, found_in, rows, said, statements

from app.derive.rules.rows import Rows, View
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.pictures.dossiers import ClaimPicture, DossierRead
from app.schemas.sources import SourceRead
from app.schemas.statements import HopRead, StatementRead
from app.vocabulary import Independence

HOUSE = make.read(SourceRead, name="House", party="russia")
OPEN = make.read(SourceRead, name="Minister", parent_id=HOUSE.id)
HIDDEN: dict[str, Any] = {"name": "Secret", "role": "Secret", "confidential": True}
INSIDER = make.read(SourceRead, parent_id=HOUSE.id, party="hidden", disclosure="anonymous", **HIDDEN)
MERGED = make.read(SourceRead, name="Secret", party="hidden", merged_into=INSIDER.id)
OWNER = make.read(SourceRead, party="hidden", **HIDDEN)
CHANNEL = make.read(SourceRead, name="Channel", parent_id=OWNER.id)
MASKS = {(EVENT.id, source.id): make.uuid() for source in (INSIDER, MERGED, OWNER)}
MASK = MASKS[EVENT.id, INSIDER.id]
ONE = claim("One", question_id=WHAT.id)
OTHER = claim("Other", question_id=WHAT.id)


def shown(
    *spoken: StatementRead, independence: Independence = "family", **fields: Any
) -> tuple[DossierRead, DossierRead]:
    """What the public sees, and what is there."""
    event_rows = rows(
        questions=[WHAT],
        claims=[ONE, OTHER],
        statements=list(spoken),
        sources=[HOUSE, OPEN, INSIDER, MERGED, OWNER, CHANNEL, *fields.pop("sources", ())],
        confidential=frozenset([INSIDER.id, OWNER.id]),
        absorbed=frozenset([MERGED.id]),
        masks=MASKS,
        **fields,
    )
    full = View(independence=independence, restricted=True, confidential=True)
    public = drawn(event_rows, replace(full, restricted=False, confidential=False))
    keeps_secrets(event_rows, public, drawn(event_rows, full))
    return public, drawn(event_rows, full)


def keeps_secrets(event_rows: Rows, public: DossierRead, full: DossierRead) -> None:
    """No id, name, party or family of a hidden source is in it; and but for the sides all else is the same for all."""
    text, masks = public.model_dump_json(), set(event_rows.masks.values())
    assert "hidden" not in text
    assert "Secret" not in text
    assert not [id_ for id_ in event_rows.confidential | event_rows.absorbed if str(id_) in text]
    by_side = public.independence == "party"
    assert [without_sides(c, by_side) for c in claims(public)] == [without_sides(c, by_side) for c in claims(full)]
    statuses = [[_AGREED.get(one.status, one.status) for one in picture.questions] for picture in (public, full)]
    assert statuses[0] == statuses[1]
    masked_ids = {s.id: s.source_id if s.source_id in masks else None for s in statements(public)}
    for statement in statements(public):
        assert masked_ids[statement.id] in (None, statement.family_id)
        assert masked_ids[statement.id] is not None or statement.family_id not in masks
    for contradiction in public.self_contradictions:
        assert len({masked_ids[id_] for id_ in contradiction.statement_ids}) == 1
    for claim_ in claims(public):
        sources = {s.id: s.source_id for s in claim_.statements}
        for origin in (origin for of_stance in claim_.origins.values() for origin in of_stance):
            (masked_id,) = {masked_ids[id_] for id_ in origin.statement_ids}
            assert origin.source_id == masked_id or origin.source_id not in masks
            for cause in origin.joined_by:
                by_source = [id_ for id_ in origin.statement_ids if cause.source_id == sources[id_]]
                assert cause.how != "source" or len(by_source) > 1


def without_sides(claim: ClaimPicture, by_side: bool) -> tuple[object, ...]:
    """Where it stands, and who is counted, but not of how many sides they are: that a caller may not know of all.

    `by_side`: whether whoever is of one side counts once, so that even how many there are follows from it.
    """
    counts = {
        stance: (count.statements, count.sources, None if by_side else count.origins)
        for stance, count in claim.counts.items()
    }
    corroborated = _CORROBORATED | (_ALONE if by_side else {})
    return claim.id, corroborated.get(claim.standing, claim.standing), counts, claim.beside


_CORROBORATED: Any = {"one_sided": "corroborated"}
_ALONE: Any = {"single_origin": "corroborated"}
_AGREED: Any = {"one_sided": "agreed"}


def renamed(source: SourceRead) -> SourceRead:
    changes = {"name": "Renamed", "role": None, "notes": "Secret", "country": "RU", "url": "https://secret.example/"}
    changes |= {"party": "hidden" if source.party is None else None}
    return source.model_copy(update=changes if source.name == "Secret" else {})


def the_claim(picture: DossierRead) -> ClaimPicture:
    return next(claim for claim in claims(picture) if claim.id == ONE.id)


@pytest.mark.parametrize("hidden", [INSIDER, MERGED])
def test_a_hidden_source_is_not_told_with_its_family(hidden: SourceRead) -> None:
    spoken = [said(ONE, OPEN, said="2023-08-09"), said(ONE, hidden, said="2023-08-10")]
    public, full = shown(*spoken)
    (origin,) = the_claim(full).origins["support"]
    assert origin.statement_ids == [statement.id for statement in spoken]
    (public_origin,) = the_claim(public).origins["support"]
    assert public_origin.statement_ids == [spoken[0].id]
    assert public_origin.joined_by == []
    # Were its party left out, one would know that there is somebody else in it.
    assert (public_origin.source_id, public_origin.party) == (OPEN.id, "russia")
    assert [s.family_id for s in statements(public)] == [HOUSE.id, MASK]


def test_a_hidden_source_is_told_with_itself_and_not_of_which_party() -> None:
    spoken = [said(ONE, INSIDER, said="2023-08-09"), said(ONE, MERGED, said="2023-08-10")]
    for independence in get_args(Independence):
        public, _ = shown(*spoken, independence=independence)
        (origin,) = the_claim(public).origins["support"]
        assert (origin.source_id, origin.party) == (MASK, None)
        assert [cause.model_dump(exclude_none=True) for cause in origin.joined_by] == [
            {"how": "source", "source_id": MASK}
        ]
        assert the_claim(public).why == "1 independent source supports it: a protected source"


def test_a_party_that_comes_from_a_hidden_owner_is_not_told() -> None:
    spoken = [said(ONE, CHANNEL, said="2023-08-09"), said(ONE, CHANNEL, said="2023-08-10")]
    for independence in get_args(Independence):
        public, full = shown(*spoken, independence=independence)
        assert [origin.party for origin in the_claim(full).origins["support"]] == ["hidden"]
        (origin,) = the_claim(public).origins["support"]
        assert (origin.source_id, origin.party, [cause.how for cause in origin.joined_by]) == (
            CHANNEL.id,
            None,
            ["source"],
        )
        assert {s.family_id for s in statements(public)} == {CHANNEL.id}


def test_the_way_is_cut_at_the_first_hidden_source() -> None:
    grandparent = make.read(SourceRead, name="Grandparent", party="france")
    between = make.read(SourceRead, parent_id=grandparent.id, **HIDDEN)
    child = make.read(SourceRead, name="Child", parent_id=between.id)
    grandchild = make.read(SourceRead, name="Grandchild", parent_id=child.id)
    person = make.read(SourceRead, disclosure="anonymous", name=None)
    line: dict[str, Any] = {"sources": [grandparent, between, child, grandchild, person]}
    spoken = [said(ONE, source, said="2023-08-09") for source in (child, grandchild, person)]
    places = [found_in(spoken[2], hops=[make.read(HopRead, source_id=child.id, state="confirmed")])]
    for independence in get_args(Independence):
        public, full = hidden_between(between, spoken, places, independence=independence, **line)
        assert {s.family_id for s in statements(full)} == {grandparent.id}
        assert {s.family_id for s in statements(public)} == {child.id}
        assert [str(grandparent.id) in one.model_dump_json() for one in (public, full)] == [False, True]
        assert {origin.party for origin in the_claim(public).origins["support"]} == {None}
        assert "france" not in public.model_dump_json()
    # That it speaks itself tells nothing: it is one origin, and that is shown with itself alone.
    spoken.append(said(ONE, grandparent, said="2023-08-10"))
    public, full = hidden_between(between, spoken, places, **line)
    assert [len(origin.statement_ids) for origin in the_claim(full).origins["support"]] == [4]
    (origin,) = the_claim(public).origins["support"]
    assert (origin.source_id, origin.statement_ids, origin.joined_by) == (grandparent.id, [spoken[3].id], [])


def hidden_between(
    between: SourceRead,
    spoken: list[StatementRead],
    places: list[Any],
    independence: Independence = "family",
    **more: Any,
) -> tuple[DossierRead, DossierRead]:
    event_rows = rows(
        questions=[WHAT],
        claims=[ONE, OTHER],
        statements=spoken,
        appearances=places,
        confidential=frozenset([between.id]),
        masks={(EVENT.id, between.id): make.uuid()},
        **more,
    )
    full = View(independence=independence, restricted=True, confidential=True)
    return drawn(event_rows, replace(full, confidential=False)), drawn(event_rows, full)


def test_who_passed_it_on_is_not_told_where_it_is_hidden() -> None:
    people = [make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2)]
    spoken = [said(ONE, person) for person in people]
    hops = [make.read(HopRead, source_id=OWNER.id, state="confirmed")]
    places = [found_in(statement, hops=hops) for statement in spoken]
    public, full = shown(*spoken, sources=people, appearances=places)
    (origin,) = the_claim(full).origins["support"]
    assert (origin.source_id, origin.party) == (OWNER.id, "hidden")
    (origin,) = the_claim(public).origins["support"]
    assert (origin.source_id, origin.party, len(origin.statement_ids)) == (None, None, 2)
    assert [cause.model_dump(exclude_none=True) for cause in origin.joined_by] == [{"how": "chain"}]


@pytest.mark.parametrize("independence", get_args(Independence))
def test_what_a_hidden_source_says_is_not_one_with_what_others_have_from_it(independence: Independence) -> None:
    person = make.read(SourceRead, disclosure="anonymous", name=None, party="russia")
    spoken = [said(ONE, OWNER, said="2023-08-09"), said(ONE, person, said="2023-08-10")]
    places = [found_in(spoken[1], hops=[make.read(HopRead, source_id=OWNER.id, state="confirmed")])]
    public, full = shown(*spoken, independence=independence, sources=[person], appearances=places)
    assert [len(origin.statement_ids) for origin in the_claim(full).origins["support"]] == [2]
    (origin,) = the_claim(public).origins["support"]
    assert (origin.statement_ids, origin.party, origin.joined_by) == ([spoken[1].id], "russia", [])


def test_a_why_says_nothing_of_a_hidden_sources_family() -> None:
    public, full = shown(said(ONE, OPEN), said(ONE, INSIDER, stance="deny"))
    public_why = "1 independent source supports it: Minister; 1 denial by a protected source"
    assert the_claim(public).why == public_why
    assert the_claim(full).why == public_why.replace("a protected source", "Secret") + "; the same source says both"
    public, full = shown(
        said(ONE, OPEN, said="2023-08-09"),
        said(ONE, INSIDER, said="2023-08-10", explicitness="implied", withdrawn="2023-08-11"),
    )
    assert the_claim(full).why == "Minister took it back (11 August 2023)"
    assert the_claim(public).why == "Minister took it back"
    public, full = shown(said(ONE, INSIDER), said(ONE, OWNER))
    # Of which side a protected source is counts for those who may know it.
    assert [the_claim(picture).standing for picture in (public, full)] == ["corroborated", "one_sided"]
    assert the_claim(public).why == "2 independent sources support it, not all of one side"


def test_a_contradiction_across_a_mask_is_not_told() -> None:
    public, full = shown(said(ONE, OPEN, said="2023-08-09"), said(OTHER, INSIDER, said="2023-08-10"))
    assert [contradiction.family_id for contradiction in full.self_contradictions] == [HOUSE.id]
    assert public.self_contradictions == []
    public, _ = shown(said(ONE, MERGED, said="2023-08-09"), said(OTHER, INSIDER, said="2023-08-10"))
    assert [contradiction.family_id for contradiction in public.self_contradictions] == [MASK]


def test_links_beyond_the_documents_that_are_shown_have_no_ids() -> None:
    people = [make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2)]
    first, second, wire = (make.read(DocumentRead) for _ in range(3))
    spoken = [said(ONE, person) for person in people]
    places = [found_in(statement, paper) for statement, paper in zip(spoken, (first, second), strict=True)]
    links = [
        make.read(
            DocumentLinkRead, from_id=paper.id, to_id=wire.id, state="proposed", how_known="similarity", score=0.95
        )
        for paper in (first, second)
    ]
    fields: dict[str, Any] = {
        "sources": people,
        "appearances": places,
        "documents": [first, second, wire],
        "document_links": links,
    }
    for picture, may_know in zip(shown(*spoken, **fields), (False, True), strict=True):
        (origin,) = the_claim(picture).origins["support"]
        assert origin.statement_ids == [statement.id for statement in spoken]
        assert [cause.link_id for cause in origin.joined_by] == [link.id if may_know else None for link in links]
        assert [cause.to_id for cause in origin.joined_by] == [wire.id if may_know else None] * 2
        assert {(cause.how, cause.relation, cause.state, cause.score) for cause in origin.joined_by} == {
            ("link", "syndicated_from", "proposed", 0.95)
        }
        assert (str(wire.id) in picture.model_dump_json()) == may_know


def test_links_of_members_that_are_not_told_are_not_told_either() -> None:
    person, another = (make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2))
    source = make.read(SourceRead, disclosure="anonymous", **HIDDEN)
    papers = [make.read(DocumentRead) for _ in range(3)]
    spoken = [said(ONE, speaker) for speaker in (person, another, source)]
    event_rows = rows(
        claims=[ONE],
        sources=[person, another, source],
        statements=spoken,
        documents=papers,
        appearances=[found_in(statement, paper) for statement, paper in zip(spoken, papers, strict=True)],
        document_links=[
            make.read(DocumentLinkRead, from_id=papers[0].id, to_id=paper.id, state="confirmed") for paper in papers[1:]
        ],
        confidential=frozenset([source.id]),
        masks={(EVENT.id, source.id): make.uuid()},
    )
    (origin,) = the_claim(drawn(event_rows, View())).origins["support"]
    assert origin.statement_ids == [statement.id for statement in spoken[:2]]
    assert [(cause.from_id, cause.to_id) for cause in origin.joined_by] == [(papers[0].id, papers[1].id)]


def concealed(event_rows: Rows, pick: Random) -> Rows:
    """The same with some of its sources confidential, and what was merged into them."""
    secret = {id_ for id_ in event_rows.sources if pick.random() < 0.4}
    absorbed = {
        id_ for id_, source in event_rows.sources.items() if source.merged_into in secret and source.id not in secret
    }
    absorbed |= {id_ for id_, source in event_rows.sources.items() if source.merged_into in absorbed} - secret
    hidden: dict[str, Any] = {"name": "Secret", "role": "Secret"}
    sources = {
        id_: source.model_copy(update=hidden | {"party": source.party and "hidden", "confidential": id_ in secret})
        if id_ in secret | absorbed
        else source
        for id_, source in event_rows.sources.items()
    }
    return replace(
        event_rows,
        sources=sources,
        statements=[
            statement.model_copy(update={"stance": pick.choice(("support", "support", "deny"))})
            for statement in event_rows.statements
        ],
        confidential=frozenset(secret),
        absorbed=frozenset(absorbed),
        masks={(event_rows.event_id, id_): make.uuid() for id_ in secret | absorbed},
    )


@settings(max_examples=soaking.times(80))
@given(st.integers(0, 2**32), st.sampled_from(get_args(Independence)))
@example(180, "source")  # what a hidden source says, and what others have from it
@example(2, "party")
def test_no_picture_tells_who_a_hidden_source_is(seed: int, independence: Independence) -> None:
    event_rows = concealed(tangled.event(seed), Random(seed))
    full = View(independence=independence, restricted=True, confidential=True)
    public = drawn(event_rows, replace(full, confidential=False))
    keeps_secrets(event_rows, public, drawn(event_rows, full))
    renamed_rows = replace(event_rows, sources={id_: renamed(source) for id_, source in event_rows.sources.items()})
    assert drawn(renamed_rows, replace(full, confidential=False)) == public
