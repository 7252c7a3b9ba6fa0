"""A list's select is put together once for the parameters that are given: their values are bound, whatever they are."""

import itertools
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

import pytest
from pydantic import BaseModel

from app.schemas.assessments import AssessmentQuery
from app.schemas.claims import ClaimLinkQuery, ClaimQuery
from app.schemas.documents import DocumentLinkQuery, DocumentQuery, EveryDocumentLinkQuery, VersionQuery
from app.schemas.events import EventLinkQuery, EventQuery
from app.schemas.pictures.rechecks import RecheckQuery
from app.schemas.questions import QuestionQuery
from app.schemas.sources import EverySourceLinkQuery, SourceLinkQuery, SourceQuery
from app.schemas.statements import AppearanceQuery, StatementQuery
from app.services.access import ANYBODY, Caller
from app.services.lists import directory, disputes

LISTS: Final[list[tuple[Any, type[BaseModel]]]] = [
    (disputes.events, EventQuery), (disputes.event_links, EventLinkQuery), (disputes.questions, QuestionQuery),
    (disputes.claims, ClaimQuery), (disputes.claim_links, ClaimLinkQuery), (disputes.statements, StatementQuery),
    (disputes.rechecks, RecheckQuery), (disputes.appearances, AppearanceQuery),
    (disputes.assessments, AssessmentQuery), (directory.sources, SourceQuery),
    (directory.source_links, SourceLinkQuery), (directory.every_source_link, EverySourceLinkQuery),
    (directory.documents, DocumentQuery), (directory.versions, VersionQuery),
    (directory.document_links, DocumentLinkQuery), (directory.every_document_link, EveryDocumentLinkQuery),
]  # fmt: skip
# How a page is shown.
SHOWN: Final = {"cursor", "limit", "count", "expand", "view"}
# By their words another select is needed.
CHOOSING: Final = {"sort", "facets", "merged", "direction", "text"}
NAMED: Final = {"event", "claim", "question", "document", "source", "author", "publisher", "parent"}
MOMENTS: Final = (datetime(2023, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, tzinfo=UTC))
SAMPLES: Final[dict[str, tuple[Any, Any]]] = {
    "bbox": ("22,44,40,53", "170,-30,-165,10"),
    "country": ("UA", "RU"),
    "language": ("no", "pt-BR,ru"),
    "min_score": (0.2, 0.7),
    **dict.fromkeys(("accuses", "settles", "withdrawn"), (True, False)),
    **dict.fromkeys(("stance", "explicitness"), ("deny", "support,comment")),
    **dict.fromkeys(("url", "canonical_url"), ("https://a.example/1", "https://b.example/2")),
    **dict.fromkeys(
        (f"{name}_{end}" for name in ("said", "occurred", "published") for end in ("from", "to")), ("2023", "2024-02")
    ),
    **dict.fromkeys(("updated_since", "recheck_before", "before"), MOMENTS),
}  # fmt: skip
FIRST, SECOND = UUID(int=1), UUID(int=2)


def filters() -> list[Any]:
    return [
        pytest.param(listing, query, name, id=f"{listing.__name__}-{name}")
        for listing, query in LISTS
        for name in query.model_fields
        if name not in SHOWN | CHOOSING
    ]


@pytest.mark.parametrize(
    "caller", [ANYBODY, Caller(scopes=frozenset({"read", "confidential"}))], ids=["anybody", "all"]
)
@pytest.mark.parametrize(("listing", "query", "name"), filters())
def test_another_value_is_another_value_of_the_same_select(
    listing: Any, query: type[BaseModel], name: str, caller: Caller
) -> None:
    selected = []
    for sample, id_ in zip(SAMPLES.get(name, ("one", "another")), (FIRST, SECOND), strict=True):
        words = f"ref:{sample}" if name in NAMED else sample
        ids = {"owner": id_, **({name: [id_]} if name in NAMED else {})}
        selected.append(listing(query.model_construct(None, **{name: words}), caller, ids))
    assert selected[0].rows is selected[1].rows
    assert selected[0].values != selected[1].values
    # What is bound by a name is asked for by that name: no value was left in the select itself.
    written = selected[0].rows.compile()
    left = [value for key, value in written.params.items() if key not in selected[0].values]
    assert not [value for value in left if value in (FIRST, "one")]


@pytest.mark.parametrize(("listing", "query"), LISTS, ids=lambda one: getattr(one, "__name__", ""))
def test_other_parameters_are_another_select(listing: Any, query: type[BaseModel]) -> None:
    ids = {"owner": FIRST, **{name: [FIRST] for name in NAMED}}
    names = [name for name in query.model_fields if name not in SHOWN | CHOOSING | NAMED]
    asked = [
        listing(query.model_construct(None, **{name: SAMPLES.get(name, ("one",))[0]}), ANYBODY, ids) for name in names
    ]
    for one, other in itertools.combinations(asked, 2):
        assert one.rows is not other.rows


def test_a_name_of_a_source_is_bound() -> None:
    one, other = (disputes.claims(ClaimQuery(source=name), ANYBODY) for name in ("TASS", "O'Neill :x %s"))
    assert one.rows is other.rows
    assert (one.values, other.values) == ({"source_name": "TASS"}, {"source_name": "O'Neill :x %s"})


def test_what_is_named_has_to_be_found_first() -> None:
    with pytest.raises(KeyError):
        disputes.statements(StatementQuery(claim="ref:one"), ANYBODY)
