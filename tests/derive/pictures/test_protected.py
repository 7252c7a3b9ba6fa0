"""Origins, reasons and contradictions for whoever may not see every source: nothing tells who a hidden one is."""

from dataclasses import replace
from random import Random
from typing import Any, get_args

import make
import pytest
import tangled
from hypothesis import given, settings
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
    *spoken: StatementRead, independence: Independence = "family", **more: Any
) -> tuple[DossierRead, DossierRead]:
    """What the public sees, and what is there."""
    every = rows(
        questions=[WHAT],
        claims=[ONE, OTHER],
        statements=list(spoken),
        sources=[HOUSE, OPEN, INSIDER, MERGED, OWNER, CHANNEL, *more.pop("sources", ())],
        confidential=frozenset([INSIDER.id, OWNER.id]),
        absorbed=frozenset([MERGED.id]),
        masks=MASKS,
        **more,
    )
    full = View(independence=independence, restricted=True, confidential=True)
    public = drawn(every, replace(full, restricted=False, confidential=False))
    keeps_secrets(every, public, drawn(every, full))
    return public, drawn(every, full)


def keeps_secrets(every: Rows, public: DossierRead, full: DossierRead) -> None:
    """No id, name, party or family of a hidden source is in it; and all else is the same for all."""
    text, masks = public.model_dump_json(), set(every.masks.values())
    assert "hidden" not in text
    assert "Secret" not in text
    assert not [id_ for id_ in every.confidential | every.absorbed if str(id_) in text]
    assert [(c.id, c.standing, c.counts, c.beside) for c in claims(public)] == [
        (c.id, c.standing, c.counts, c.beside) for c in claims(full)
    ]
    assert [question.status for question in public.questions] == [question.status for question in full.questions]
    by = {s.id: s.source_id if s.source_id in masks else None for s in statements(public)}
    for statement in statements(public):
        assert by[statement.id] in (None, statement.family_id)
        assert by[statement.id] is not None or statement.family_id not in masks
    for one in public.self_contradictions:
        assert len({by[id_] for id_ in one.statement_ids}) == 1
    for claim_ in claims(public):
        sources = {s.id: s.source_id for s in claim_.statements}
        for origin in (origin for every_ in claim_.origins.values() for origin in every_):
            (who,) = {by[id_] for id_ in origin.statement_ids}
            assert origin.source_id == who or origin.source_id not in masks
            for cause in origin.joined_by:
                told = [id_ for id_ in origin.statement_ids if cause.source_id == sources[id_]]
                assert cause.how != "source" or len(told) > 1


def renamed(source: SourceRead) -> SourceRead:
    about = {"name": "Renamed", "role": None, "notes": "Secret", "country": "RU", "url": "https://secret.example/"}
    return source.model_copy(update=about if source.name == "Secret" else {})


def the_claim(picture: DossierRead) -> ClaimPicture:
    return next(claim for claim in claims(picture) if claim.id == ONE.id)


@pytest.mark.parametrize("hidden", [INSIDER, MERGED])
def test_a_hidden_source_is_not_told_with_its_family(hidden: SourceRead) -> None:
    spoken = [said(ONE, OPEN, said="2023-08-09"), said(ONE, hidden, said="2023-08-10")]
    public, full = shown(*spoken)
    (origin,) = the_claim(full).origins["support"]
    assert origin.statement_ids == [each.id for each in spoken]
    (told,) = the_claim(public).origins["support"]
    assert told.statement_ids == [spoken[0].id]
    assert told.joined_by == []
    # Were its party left out, one would know that there is somebody else in it.
    assert (told.source_id, told.party) == (OPEN.id, "russia")
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


def test_who_passed_it_on_is_not_told_where_it_is_hidden() -> None:
    people = [make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2)]
    spoken = [said(ONE, who) for who in people]
    hops = [make.read(HopRead, source_id=OWNER.id, state="confirmed")]
    places = [found_in(each, hops=hops) for each in spoken]
    public, full = shown(*spoken, sources=people, appearances=places)
    (origin,) = the_claim(full).origins["support"]
    assert (origin.source_id, origin.party) == (OWNER.id, "hidden")
    (origin,) = the_claim(public).origins["support"]
    assert (origin.source_id, origin.party, len(origin.statement_ids)) == (None, None, 2)
    assert [cause.model_dump(exclude_none=True) for cause in origin.joined_by] == [{"how": "chain"}]


def test_a_why_says_nothing_of_a_hidden_sources_family() -> None:
    public, full = shown(said(ONE, OPEN), said(ONE, INSIDER, stance="deny"))
    told = "1 independent source supports it: Minister; 1 denial by a protected source"
    assert the_claim(public).why == told
    assert the_claim(full).why == told.replace("a protected source", "Secret") + "; the same source says both"
    public, full = shown(
        said(ONE, OPEN, said="2023-08-09"),
        said(ONE, INSIDER, said="2023-08-10", explicitness="implied", withdrawn="2023-08-11"),
    )
    assert the_claim(full).why == "Minister took it back on 2023-08-11"
    assert the_claim(public).why == "Minister took it back"
    public, _ = shown(said(ONE, INSIDER), said(ONE, OWNER))
    assert the_claim(public).why == "2 independent sources support it, both of one side"


def test_a_contradiction_across_a_mask_is_not_told() -> None:
    public, full = shown(said(ONE, OPEN, said="2023-08-09"), said(OTHER, INSIDER, said="2023-08-10"))
    assert [one.family_id for one in full.self_contradictions] == [HOUSE.id]
    assert public.self_contradictions == []
    public, _ = shown(said(ONE, MERGED, said="2023-08-09"), said(OTHER, INSIDER, said="2023-08-10"))
    assert [one.family_id for one in public.self_contradictions] == [MASK]


def test_links_beyond_the_documents_that_are_shown_have_no_ids() -> None:
    people = [make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2)]
    first, second, wire = (make.read(DocumentRead) for _ in range(3))
    spoken = [said(ONE, who) for who in people]
    places = [found_in(each, paper) for each, paper in zip(spoken, (first, second), strict=True)]
    links = [
        make.read(
            DocumentLinkRead, from_id=paper.id, to_id=wire.id, state="proposed", how_known="similarity", score=0.95
        )
        for paper in (first, second)
    ]
    more: dict[str, Any] = {
        "sources": people,
        "appearances": places,
        "documents": [first, second, wire],
        "document_links": links,
    }
    for picture, known in zip(shown(*spoken, **more), (False, True), strict=True):
        (origin,) = the_claim(picture).origins["support"]
        assert origin.statement_ids == [each.id for each in spoken]
        assert [cause.link_id for cause in origin.joined_by] == [link.id if known else None for link in links]
        assert [cause.to_id for cause in origin.joined_by] == [wire.id if known else None] * 2
        assert {(cause.how, cause.relation, cause.state, cause.score) for cause in origin.joined_by} == {
            ("link", "syndicated_from", "proposed", 0.95)
        }
        assert (str(wire.id) in picture.model_dump_json()) == known


def test_links_of_members_that_are_not_told_are_not_told_either() -> None:
    person, another = (make.read(SourceRead, disclosure="anonymous", name=None) for _ in range(2))
    source = make.read(SourceRead, disclosure="anonymous", **HIDDEN)
    papers = [make.read(DocumentRead) for _ in range(3)]
    spoken = [said(ONE, who) for who in (person, another, source)]
    every = rows(
        claims=[ONE],
        sources=[person, another, source],
        statements=spoken,
        documents=papers,
        appearances=[found_in(each, paper) for each, paper in zip(spoken, papers, strict=True)],
        document_links=[
            make.read(DocumentLinkRead, from_id=papers[0].id, to_id=paper.id, state="confirmed") for paper in papers[1:]
        ],
        confidential=frozenset([source.id]),
        masks={(EVENT.id, source.id): make.uuid()},
    )
    (origin,) = the_claim(drawn(every, View())).origins["support"]
    assert origin.statement_ids == [each.id for each in spoken[:2]]
    assert [(cause.from_id, cause.to_id) for cause in origin.joined_by] == [(papers[0].id, papers[1].id)]


def concealed(every: Rows, pick: Random) -> Rows:
    """The same with some of its sources confidential, and what was merged into them."""
    secret = {id_ for id_ in every.sources if pick.random() < 0.4}
    absorbed = {
        id_ for id_, source in every.sources.items() if source.merged_into in secret and source.id not in secret
    }
    absorbed |= {id_ for id_, source in every.sources.items() if source.merged_into in absorbed} - secret
    hidden: dict[str, Any] = {"name": "Secret", "role": "Secret"}
    sources = {
        id_: source.model_copy(update=hidden | {"party": source.party and "hidden", "confidential": id_ in secret})
        if id_ in secret | absorbed
        else source
        for id_, source in every.sources.items()
    }
    return replace(
        every,
        sources=sources,
        statements=[
            each.model_copy(update={"stance": pick.choice(("support", "support", "deny"))}) for each in every.statements
        ],
        confidential=frozenset(secret),
        absorbed=frozenset(absorbed),
        masks={(every.event_id, id_): make.uuid() for id_ in secret | absorbed},
    )


@settings(max_examples=80)
@given(st.integers(0, 2**32), st.sampled_from(get_args(Independence)))
def test_no_picture_tells_who_a_hidden_source_is(seed: int, independence: Independence) -> None:
    every = concealed(tangled.event(seed), Random(seed))
    full = View(independence=independence, restricted=True, confidential=True)
    public = drawn(every, replace(full, confidential=False))
    keeps_secrets(every, public, drawn(every, full))
    others = replace(every, sources={id_: renamed(source) for id_, source in every.sources.items()})
    assert drawn(others, replace(full, confidential=False)) == public
