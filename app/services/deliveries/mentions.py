"""What each report says of which record, column by column: so that its next delivery knows what it alone had said."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from json.encoder import encode_basestring
from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, send
from app.models import AppearanceHop, Record, Report, table_of
from app.schemas.kinds import kind_of
from app.services.intake import remarks, storing
from app.services.intake.drafts import Batch, Draft

CHAIN: Final = "hops"
"""The chain of an appearance, as if it were a column of it: its steps are written and taken away together."""
WHOLE: Final = "id"
"""Among the columns that a report owns of a record: that it is there at all, because an earlier one had made it."""
NOT_ITS_OWN: Final = ""
"""Instead of a fingerprint: what the report had said of this has given way to what somebody else has."""
_FINGERPRINT_CHARACTERS: Final = 16
_NOT_SAID: Final = frozenset({"placed"})

_EARLIER: Final = text("SELECT record_id, says, owns FROM mention WHERE report_id = :report")
_FORGET: Final = text("DELETE FROM mention WHERE report_id = :report AND NOT record_id = ANY (:said)")
_KEEP_OF_NEW: Final = text("""
INSERT INTO mention (report_id, record_id, says, owns)
SELECT report_id, record_id, says, owns FROM json_populate_recordset(NULL::mention, CAST(:rows AS json))""")
_KEEP_AGAIN: Final = text("""
INSERT INTO mention (report_id, record_id, says, owns)
SELECT report_id, record_id, says, owns FROM json_populate_recordset(NULL::mention, CAST(:rows AS json))
ON CONFLICT (report_id, record_id) DO UPDATE SET says = excluded.says, owns = excluded.owns""")
# Of each word that stands, the first of the other reports that say it, too.
_ALSO_SAID: Final = text("""
SELECT x.record_id, x.name, m.report_id
FROM unnest(CAST(:records AS uuid[]), CAST(:names AS text[]), CAST(:words AS text[])) x(record_id, name, word)
CROSS JOIN LATERAL (
    SELECT report_id FROM mention
    WHERE record_id = x.record_id AND report_id <> :report AND says->>x.name = x.word
    ORDER BY report_id LIMIT 1) m""")
_MENTIONED: Final = text("""
SELECT DISTINCT ON (record_id) record_id, report_id FROM mention
WHERE record_id = ANY (:ids) AND report_id <> :report ORDER BY record_id, report_id""")
_PASS_ON: Final = text("""
UPDATE mention m SET owns = ARRAY(SELECT DISTINCT unnest(m.owns || r.owns))
FROM json_populate_recordset(NULL::mention, CAST(:rows AS json)) r
WHERE m.report_id = r.report_id AND m.record_id = r.record_id""")


@dataclass(slots=True)
class Earlier:
    """What a report had said before this delivery."""

    report: UUID
    made: frozenset[UUID] = frozenset()
    """The records that its deliveries made."""
    says: dict[UUID, dict[str, str]] = field(default_factory=dict)
    """By record and column, the fingerprints of what it said."""
    owns: dict[UUID, set[str]] = field(default_factory=lambda: defaultdict(set))
    """By record, the columns that are as they are because it said so."""
    carried: dict[tuple[UUID, str], str] = field(default_factory=dict)
    """What it is held to have said still, though it says it no more: what stays, and `NOT_ITS_OWN`."""


@cache
def columns_of(model: type[Record]) -> frozenset[str]:
    """The columns that a body says something of: not those that follow, and not those of the service itself."""
    kind = kind_of(model)
    return frozenset(
        column.name
        for column in table_of(model).columns
        if not remarks.is_silent(column.name)
        and column.name not in _NOT_SAID
        and column.name not in (kind.apart, kind.part_of)
    )


@cache
def _telling(model: type[Record]) -> frozenset[str]:
    return columns_of(model) - {"ref"}


@cache
def _needed(model: type[Record]) -> tuple[str, ...]:
    """The columns, beside pointers and keys, that can't be empty and have no default."""
    columns, pointers = table_of(model).columns, kind_of(model).points_at
    needed = [c.name for c in columns if not c.nullable and c.server_default is None and c.name not in pointers]
    return tuple(name for name in needed if name in columns_of(model) and name not in kind_of(model).key)


def fingerprint(value: Any) -> str:
    """A short hash of a value, the same for what a body gives and for what the table then has."""
    # Nearly all are one of these; many reports say the same of one event.
    if type(value) is str:
        return _of_words(value)
    if type(value) is UUID:
        return _of_id(value.int)
    return _of_json(json.dumps(_plain(value), sort_keys=True, ensure_ascii=False))


@lru_cache(maxsize=4096)
def _of_words(words: str) -> str:
    return _of_json(encode_basestring(words))  # as `json.dumps` writes it, without an encoder made for each


@lru_cache(maxsize=4096)
def _of_id(number: int) -> str:  # a UUID has a hash of its own, in Python
    return _of_json(f'"{UUID(int=number)}"')


def _of_json(written: str) -> str:
    return hashlib.sha256(written.encode()).hexdigest()[:_FINGERPRINT_CHARACTERS]


def _plain(value: Any) -> Any:
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int | float):
        return float(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, Mapping):
        return {str(name): _plain(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(member) for member in value]
    return str(value)


def is_described(draft: Draft) -> bool:
    """Whether a draft says anything of its record beside its ref.

    One that lacks what can't be empty (an event without a title) is only named: so it could not be made.
    """
    if draft.reference is not None or _telling(draft.model).isdisjoint(draft.told - draft.assumed):
        return False
    return all(draft.values.get(name) is not None for name in _needed(draft.model))


def _value(draft: Draft, name: str) -> Any:
    """What a draft has in a column; a pointer also before it is put there."""
    to = draft.points_at.get(name)
    return draft.values.get(name) if to is None else to.original.id


def said(draft: Draft) -> dict[str, Any]:
    """What a body itself says of a record, by column."""
    if not is_described(draft):
        return {}
    names = (draft.told - draft.assumed) & columns_of(draft.model)
    return {name: value for name in names if (value := _value(draft, name)) is not None and not _is_empty(value)}


def _is_empty(value: Any) -> bool:
    return isinstance(value, dict | list) and not value


def chain(hops: Iterable[Draft]) -> list[dict[str, Any]]:
    """What a body says of the steps of one chain."""
    return [{name: value for name, value in said(hop).items() if name != "step"} for hop in hops]


def chains(batch: Batch, line: int = 0) -> dict[UUID, list[Draft]]:
    """The steps that a body gives of each appearance; of one that it mentions more than once, those of the first."""
    by_mention: dict[Draft, list[Draft]] = defaultdict(list)
    for hop in batch.drafts.get(AppearanceHop, ()):
        if hop.line == line:
            by_mention[hop.points_at["appearance_id"]].append(hop)
    first: dict[UUID, list[Draft]] = {}
    for appearance, hops in by_mention.items():
        first.setdefault(appearance.original.id, hops)
    return first


# --- earlier deliveries ----------------------------------------------------------------------------------------------


async def earlier(session: AsyncSession, report: UUID, made_ids: Iterable[UUID]) -> Earlier:
    """What a report says as its last delivery left it."""
    before = Earlier(report, frozenset(made_ids))
    for row in await ask(session, _EARLIER, {"report": report}):
        before.says[row.record_id] = row.says
        before.owns[row.record_id] = set(row.owns)
    return before


async def also_said(
    session: AsyncSession, report: UUID, words: Sequence[tuple[UUID, str, str]]
) -> dict[tuple[UUID, str], UUID]:
    """By record and column, the other report that says the same as well: `words` are records, columns, fingerprints."""
    if not words:
        return {}
    records, names, fingerprints = map(list, zip(*words, strict=True))
    parameters = {"report": report, "records": records, "names": names, "words": fingerprints}
    return {(row.record_id, row.name): row.report_id for row in await ask(session, _ALSO_SAID, parameters)}


async def also_mentioned(session: AsyncSession, report: UUID, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Those of these records that another report says something of, and which report."""
    listed = list(ids)
    if not listed:
        return {}
    rows = await ask(session, _MENTIONED, {"report": report, "ids": listed})
    return {row.record_id: row.report_id for row in rows}


async def pass_on(session: AsyncSession, heirs: Mapping[tuple[UUID, str], UUID]) -> None:
    """Have words that a report says no more belong to the other report that says them, too."""
    owned: dict[tuple[UUID, UUID], list[str]] = defaultdict(list)
    for (record, name), report in heirs.items():
        owned[report, record].append(name)
    rows = [{"report_id": report, "record_id": record, "owns": names} for (report, record), names in owned.items()]
    if rows:
        await send(session, _PASS_ON, {"rows": storing.as_json(rows)})


# --- this delivery ---------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _SaidNow:
    """What a report says of a record now, and which columns are as they are because it says so."""

    record: UUID
    says: dict[str, str] = field(default_factory=dict)
    owns: set[str] = field(default_factory=set)


# By the line of the report, and the number that is the record's id: a UUID has a hash of its own, in Python.
_Mentions: TypeAlias = dict[tuple[int, int], _SaidNow]


async def keep(session: AsyncSession, batch: Batch, before: Earlier | None = None) -> None:
    """Keep what the reports of a batch say. `before`: what the only one of them had said before."""
    if before is None:
        await keep_rows(session, of_new(batch))
        return
    reports = _reports(batch)
    mentions = _mentions(batch, reports)
    _add_earlier(mentions, before)
    await send(session, _FORGET, {"report": before.report, "said": [mention.record for mention in mentions.values()]})
    if mentions:
        await send(session, _KEEP_AGAIN, {"rows": _rows(mentions, reports)})


async def keep_rows(session: AsyncSession, rows: str | None) -> None:
    """Keep what new reports say, as `of_new` gave it."""
    if rows is not None:
        await send(session, _KEEP_OF_NEW, {"rows": rows})


def of_new(batch: Batch) -> str | None:
    """What the reports of a batch say, which are all new; expects that it is known what all their drafts are.

    A thread may do this while what follows from them is proposed: it takes a while.
    """
    reports = _reports(batch)
    return _rows(_mentions(batch, reports), reports) if reports else None


def _reports(batch: Batch) -> dict[int, UUID]:
    return {draft.line: draft.id for draft in batch.drafts.get(Report, ())}


def _mentions(batch: Batch, reports: Collection[int]) -> _Mentions:
    mentions: _Mentions = {}
    _add_drafts(mentions, batch, reports)
    _add_chains(mentions, batch, reports)
    return mentions


def _rows(mentions: _Mentions, reports: Mapping[int, UUID]) -> str:
    return storing.as_json(
        {"report_id": reports[line], "record_id": mention.record, "says": mention.says, "owns": sorted(mention.owns)}
        for (line, _), mention in mentions.items()
    )


def _add_drafts(mentions: _Mentions, batch: Batch, lines: Collection[int]) -> None:
    for model, drafts in [*batch.drafts.items()]:  # whoever asks for a kind adds it
        if kind_of(model).is_step or kind_of(model).is_delivery:
            continue
        # What is stored is what the first draft of each record said.
        for draft in sorted(drafts, key=lambda draft: draft.same_as is not None):
            if draft.line in lines:
                _add(_mention(mentions, draft.line, draft.original.id), draft)
    for draft in batch.references.values():
        if draft.line in lines:
            _mention(mentions, draft.line, draft.original.id)
    for line, record, name in batch.gave:
        if (mention := mentions.get((line, record.int))) is not None:
            mention.owns.add(name)


def _mention(mentions: _Mentions, line: int, record: UUID) -> _SaidNow:
    """What the report in this line says of a record, to be added to."""
    key = (line, record.int)
    if (mention := mentions.get(key)) is None:
        mention = mentions[key] = _SaidNow(record)
    return mention


def _add(mention: _SaidNow, draft: Draft) -> None:
    words, original = said(draft), draft.original
    for name, value in words.items():
        mention.says.setdefault(name, fingerprint(value))
    if original.outcome == "created":
        # Where another line had said it before in the same go, it is that one's.
        mention.owns |= words.keys() if original.line == draft.line else words.keys() - said(original)


def _add_chains(mentions: _Mentions, batch: Batch, lines: Iterable[int]) -> None:
    for line in lines:
        for appearance, hops in chains(batch, line).items():
            mention = _mention(mentions, line, appearance)
            mention.says[CHAIN] = fingerprint(chain(hops))
            mention.owns |= {CHAIN} if any(hop.outcome == "created" for hop in hops) else set()


def _add_earlier(mentions: _Mentions, before: Earlier) -> None:
    """What is only named now is said still as it was said before; and what was owned is, as far as it is said."""
    for mention in mentions.values():
        record = mention.record
        if not mention.says:
            mention.says |= before.says.get(record, {})
        for name in before.says.get(record, {}):
            if (word := before.carried.get((record, name))) is not None:
                mention.says.setdefault(name, word)
        mention.owns |= before.owns[record] & {*mention.says, WHOLE}
