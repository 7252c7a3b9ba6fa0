"""Rows of several events that were loaded at once, parted: of each event those that it would have had alone.

What joins sources and documents is looked for in all rows of a picture, so that a stranger among them could join what
nothing in the event itself does.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from app.derive.rules import merges
from app.derive.rules.construct import built
from app.derive.rules.rows import Rows
from app.schemas.sources import SourceLinkRead

# The lists of rows that stand under an event.
_IN_EVENT: Final = ("questions", "claims", "claim_links", "statements", "appearances", "assessments")
Neighbours = Mapping[UUID, Iterable[UUID]]


def part(rows: Rows, event_ids: Iterable[UUID]) -> Iterator[Rows]:
    """The rows of each of these events, which are among those that `rows` was loaded for."""
    merged_into = {event.id: event.merged_into for event in rows.events.values()}
    merged: dict[UUID, set[UUID]] = defaultdict(set)
    for id_ in rows.event_ids:
        for target_id in merges.chain(id_, merged_into):
            merged[target_id].add(id_)
    in_event = {name: _by_event(getattr(rows, name)) for name in _IN_EVENT}
    made_of, merged_with = _neighbours_of_documents(rows)
    above: Neighbours = {
        source.id: [id_ for id_ in (source.merged_into, source.parent_id) if id_] for source in rows.sources.values()
    }
    sources_merged_into = {source.id: source.merged_into for source in rows.sources.values()}
    for event_id in event_ids:
        kin = merged[event_id]
        own_rows: dict[str, Any] = {
            name: [row for id_ in kin for row in by_event.get(id_, ())] for name, by_event in in_event.items()
        }
        links = [link for link in rows.event_links if {link.from_id, link.to_id} & kin]
        far_ends = {link.to_id for link in links if link.from_id in kin}
        far_ends |= {link.from_id for link in links if link.to_id in kin}
        around = kin | _reached(far_ends, lambda id_: [target] if (target := merged_into.get(id_)) else [])
        event_rows = replace(
            rows,
            event_id=event_id,
            event_ids=frozenset(kin),
            event_links=links,
            events={id_: rows.events[id_] for id_ in around if id_ in rows.events},
            **own_rows,
        )
        with_evidence = _with_own_evidence(event_rows, made_of, merged_with, above)
        source_links = list(_source_links(with_evidence, sources_merged_into))
        hidden = rows.confidential & (with_evidence.sources.keys() | {link.id for link in source_links})
        yield replace(with_evidence, source_links=source_links, confidential=hidden)


def _by_event(records: Iterable[Any]) -> dict[UUID, list[Any]]:
    by_event: dict[UUID, list[Any]] = defaultdict(list)
    for record in records:
        by_event[record.event_id].append(record)
    return by_event


def _neighbours_of_documents(rows: Rows) -> tuple[Neighbours, Neighbours]:
    """Of each document what it was made out of; and what it was merged into, or was merged into it."""
    made_of, merged_with = defaultdict(list), defaultdict(list)
    for link in rows.document_links:
        made_of[link.from_id].append(link.to_id)
    for document in rows.documents.values():
        if document.merged_into:
            merged_with[document.id].append(document.merged_into)
            merged_with[document.merged_into].append(document.id)
    return made_of, merged_with


def _with_own_evidence(event_rows: Rows, made_of: Neighbours, merged_with: Neighbours, above: Neighbours) -> Rows:
    """Without the documents and sources that nothing in the event leads to."""
    cited = {appearance.document_id for appearance in event_rows.appearances}
    cited |= {statement.withdrawn_document_id for statement in event_rows.statements}
    cited |= {id_ for assessment in event_rows.assessments for id_ in assessment.document_ids}
    cited_ids = frozenset(id_ for id_ in cited if id_)
    read_ids = _reached(cited_ids, lambda id_: merged_with.get(id_, ()))
    document_ids = _reached(read_ids, lambda id_: (*merged_with.get(id_, ()), *made_of.get(id_, ())))
    documents = {id_: event_rows.documents[id_] for id_ in document_ids if id_ in event_rows.documents}
    named = {statement.source_id for statement in event_rows.statements}
    named |= {hop.source_id for appearance in event_rows.appearances for hop in appearance.hops}
    named |= {assessment.author_id for assessment in event_rows.assessments}
    named |= {document.publisher_id for document in documents.values()}
    source_ids = _reached((id_ for id_ in named if id_), lambda id_: above.get(id_, ()))
    return replace(
        event_rows,
        documents=documents,
        cited=cited_ids,
        versions=[version for version in event_rows.versions if version.document_id in read_ids],
        document_links=[link for link in event_rows.document_links if link.from_id in document_ids],
        sources={id_: source for id_ in source_ids if (source := event_rows.sources.get(id_))},
        absorbed=event_rows.absorbed & source_ids,
        masks={
            (event_id, source_id): mask
            for (event_id, source_id), mask in event_rows.masks.items()
            if event_id in event_rows.event_ids and source_id in source_ids
        },
        restricted=event_rows.restricted & (event_rows.events.keys() | event_rows.event_ids | document_ids),
    )


def _source_links(event_rows: Rows, merged_into: Mapping[UUID, UUID | None]) -> Iterator[SourceLinkRead]:
    """Those between the event's sources. What hangs on a source that is not one of them hangs on its merge target."""
    for link in event_rows.source_links:
        start, end = (
            next((step for step in merges.chain(id_, merged_into) if step in event_rows.sources), None)
            for id_ in (link.from_id, link.to_id)
        )
        if start and end:
            is_own = (start, end) == (link.from_id, link.to_id)
            yield link if is_own else built(SourceLinkRead, link.__dict__ | {"from_id": start, "to_id": end})


def _reached(starts: Iterable[UUID], neighbours: Callable[[UUID], Iterable[UUID]]) -> set[UUID]:
    """The starts, and all that they lead to."""
    reached = set(starts)
    to_follow = list(reached)
    while to_follow:
        new = set(neighbours(to_follow.pop())) - reached
        reached |= new
        to_follow += new
    return reached
