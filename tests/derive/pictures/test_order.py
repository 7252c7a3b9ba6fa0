"""Pictures of the same records under other ids, which is what another order of arrival gives them: the same."""

import re
from dataclasses import replace
from random import Random
from typing import Any, Final
from uuid import UUID

import pytest
import randomly
import soaking
from pydantic import BaseModel
from scenes import EVENT, rows, said

from app.derive.diff import diff, snapshots
from app.derive.diff.snapshots import SnapshotPair
from app.derive.pictures import audit, dossier, matrix, series, timeline, track_record
from app.derive.rules.rows import Rows, View
from app.times import span
from app.vocabulary import AMBIGUOUS_NAME

EVERYTHING: Final = View(restricted=True, confidential=True)
VIEWS: Final = (
    EVERYTHING,
    View(),
    View("2023-08-09", span("2023-08-09").end, restricted=True, confidential=True),
    View(independence="party", restricted=True, confidential=True),
    View(independence="source"),
)
_UUID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _records(event_rows: Rows) -> dict[str, list[Any]]:
    """All that a random event has, each record with a ref of its own: what is told apart by nothing has no order."""
    fields = {name: getattr(event_rows, name) for name in Rows.__slots__}
    lists = {name: list(value.values()) if isinstance(value, dict) else value for name, value in fields.items()}
    return {
        name: [record.model_copy(update={"ref": f"{name}-{nth}"}) for nth, record in enumerate(records)]
        for name, records in lists.items()
        if name not in ("events", "masks") and isinstance(records, list)
    }


def _renamed(text: str, names: dict[str, str]) -> str:
    return _UUID.sub(lambda match: names.get(match[0], match[0]), text)


def _under_other_ids(records: dict[str, list[Any]], pick: Random) -> tuple[dict[str, list[Any]], dict[str, str]]:
    """The same records, shuffled, under each other's ids; and what each of these was before."""
    ids = [str(record.id) for every in records.values() for record in every]
    names = dict(zip(ids, pick.sample(ids, len(ids)), strict=True))
    others = {
        name: [
            type(record).model_validate_json(_renamed(record.model_dump_json(), names))
            for record in pick.sample(every, len(every))
        ]
        for name, every in records.items()
    }
    # A link between sources leads to what came first. It has no direction, but from a mention to all that it fits.
    others["source_links"] = [
        link.model_copy(update={"from_id": link.to_id, "to_id": link.from_id})
        if link.reason != AMBIGUOUS_NAME and pick.random() < 1 / 2
        else link
        for link in others["source_links"]
    ]
    return others, {name: id_ for id_, name in names.items()}


def _pictures(event_rows: Rows, source_ids: list[UUID], document_ids: list[UUID]) -> dict[str, BaseModel]:
    pictures: dict[str, BaseModel] = {}
    for nth, view in enumerate(VIEWS):
        pictures[f"dossier {nth}"] = picture = dossier.dossier(event_rows, view, "1-00000000")
        pictures[f"dispute {nth}"] = dossier.by_dispute(picture)
        pictures[f"timeline {nth}"] = timeline.timeline(picture, view.until)
        pictures[f"parties {nth}"] = matrix.matrix(picture, "party")
        pictures[f"sources {nth}"] = matrix.matrix(picture, "source")
        pictures[f"figures {nth}"] = series.series(event_rows, view, "1-00000000")
    ends = [
        snapshots.snapshot(dossier.dossier(event_rows, view, "1-00000000"), snapshots.merges_of(event_rows, view))
        for view in (VIEWS[2], EVERYTHING)
    ]
    pictures["diff"] = diff.diff(SnapshotPair(*ends), EVENT.id, "recorded", (None, None), "family")
    pictures["diff back"] = diff.diff(SnapshotPair(*ends[::-1]), EVENT.id, "recorded", (None, None), "family")
    whole = dossier.dossier(event_rows, EVERYTHING, "1-00000000")
    for nth, document_id in enumerate(document_ids):
        pictures[f"audit {nth}"] = audit.audit(
            event_rows.documents[document_id], [], [whole], position="1", as_of=None, said_before=None,
            events_left_out=0,
        )  # fmt: skip
    for nth, source_id in enumerate(source_ids):
        entries, sources, _ = track_record.entries(event_rows, EVERYTHING, source_id)
        pictures |= {f"record {nth}, {number}": entry for number, entry in enumerate(entries)}
        pictures |= {f"record {nth} of {number}": source for number, source in enumerate(sources.values())}
    return pictures


def _of_one_mind(event_rows: Rows) -> Rows:
    """The same, and everybody says one thing: so that origins are joined. Of a pair of sources there is one link."""
    agreed = next(claim for claim in event_rows.claims if claim.merged_into is None)
    more = [said(agreed, speaker) for speaker in event_rows.sources.values()]
    links_by_ends = {frozenset((link.from_id, link.to_id)): link for link in event_rows.source_links}
    statements, links = [*event_rows.statements, *more], list(links_by_ends.values())
    return replace(event_rows, statements=statements, source_links=links)


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(25))
def test_ids_decide_nothing(seed: int) -> None:
    pick = Random(seed)
    records = _records(_of_one_mind(randomly.event(seed)))
    others, before = _under_other_ids(records, pick)
    ids = [record.id for record in records["sources"]], [record.id for record in records["documents"]]
    after = {id_: name for name, id_ in before.items()}
    other_ids = [[UUID(after[str(id_)]) for id_ in each] for each in ids]
    pictures, other_pictures = _pictures(rows(**records), *ids), _pictures(rows(**others), *other_ids)
    assert list(pictures) == list(other_pictures)
    for name, picture in pictures.items():
        assert _renamed(other_pictures[name].model_dump_json(), before) == picture.model_dump_json(), name
