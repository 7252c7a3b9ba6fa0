"""Where a report comes again: what it alone had said gives way to what it says now.

A word of it stands as long as somebody stands on it: another report that says the same, somebody who changed it, a
record that was merged into this one, an assessment. That is kept, and the answer says so.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ARRAY, Column, Uuid, any_, case, literal, not_, null, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import set_reason
from app.models import Assessment, Record, Source, table_of
from app.schemas.kinds import kind_of
from app.services import visibility
from app.services.deliveries import chains, corrections, mentions, own_sources, pointers
from app.services.deliveries.mentions import NOT_ITS_OWN, Earlier, fingerprint
from app.services.intake import pipeline, storing
from app.services.intake.drafts import Batch, Draft
from app.texts import folding

_EMPTY: Final[tuple[Any, ...]] = (None, {}, [])
# What is not taken away by silence: names that others may use, and what protects somebody.
_STAYING: Final = {
    "ref": "a ref that was given once stays, since others may use it",
    "slug": "an address that was given once stays, since others may use it",
    "visibility": "what was restricted is not published by saying nothing of it: say `public`",
    "confidential": "a source that was protected is not named by saying nothing of it: say `false`",
}
_HELD: Final = "it was assessed, or another record was merged into it"
POINTED_AT: Final = "records that are not this report's stand on what it says"
_BORNE: Final = "another record is that already"
_OTHER_EVENT: Final = "it is of another one of two events that were merged"
_ENDS: Final = "the ends of a link never change: leave its ref out, or give another"


@dataclass(frozen=True, slots=True, eq=False)
class _Unit:
    """Columns of a record that are replaced together, with what stands and what is said of them now."""

    record: UUID
    names: tuple[str, ...]
    stored: Mapping[str, Any]
    now: Mapping[str, Any]
    given: Mapping[str, Any]
    """All columns that the report gives of the record now, with those that follow."""
    draft: Draft | None
    """None: the report says nothing more of the record."""

    @property
    def different(self) -> list[str]:
        return [name for name in self.names if fingerprint(self.stored[name]) != fingerprint(self.now[name])]


# --- columns ---------------------------------------------------------------------------------------------------------


@cache
def units_of(model: type[Record]) -> tuple[tuple[str, ...], ...]:
    """The columns that a body says something of, those that only together make sense as one."""
    said = mentions.columns_of(model)
    together = tuple(tuple(name for name in names if name in said) for names in kind_of(model).together)
    single = said.difference(*together) if together else said
    return (*together, *((name,) for name in sorted(single)))


@cache
def _followers(model: type[Record], name: str) -> tuple[str, ...]:
    """The columns that follow from another."""
    follow = {"url": ("canonical_url", "page_key", "url_key"), "measure": ("answer",), "document_id": ("version_id",)}
    names = follow.get(name, (f"{name}_from", f"{name}_to"))
    return tuple(
        follower for follower in names if follower in table_of(model).columns and follower not in ("from_id", "to_id")
    )


@cache
def _default(model: type[Record], name: str) -> Any:
    """What a column has of which nothing is said; `...` for one that can't be without."""
    column: Column[Any] = table_of(model).columns[name]
    if column.nullable:
        return None
    if column.server_default is None:
        return ...
    words = str(column.server_default.arg)  # type: ignore[attr-defined]
    return {"false": False, "true": True, "[]": []}.get(words, words) if words != "{}" else _empty(column)


def _empty(column: Column[Any]) -> Any:
    return [] if isinstance(column.type, ARRAY) else {}


# --- one kind of record ----------------------------------------------------------------------------------------------


async def replace(
    session: AsyncSession, before: Earlier, batch: Batch, model: type[Record], drafts: Sequence[Draft]
) -> None:
    """Bring the records that these drafts matched to what the report says now, as far as it alone had said otherwise.

    Called when they are matched, before their gaps are filled: what is decided here is decided.
    """
    if kind_of(model).fixed or kind_of(model).is_step or kind_of(model).is_delivery:
        return
    by_record: dict[UUID, list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.same_as is None and draft.id in before.says and mentions.is_described(draft):
            by_record[draft.id].append(draft)
    if not by_record:
        return
    rows = await _stored(session, model, by_record)
    for id_, row in rows.items():
        given_way = [name for name, word in before.says[id_].items() if name in row and word != fingerprint(row[name])]
        before.carried |= {(id_, name): NOT_ITS_OWN for name in given_way}
    units = [
        unit
        for id_, of_record in by_record.items()
        if id_ in rows
        for unit in _units(before, model, rows[id_], of_record)
    ]
    await _decide(session, before, batch, model, units)
    if kind_of(model).chain is not None:
        await chains.replace(session, before, batch, by_record)


async def take_away(
    session: AsyncSession, before: Earlier, batch: Batch, ids: Mapping[type[Record], set[UUID]]
) -> None:
    """Empty what the report alone had said of records that stay because other reports mention them.

    What never changes stays as it was told: a version is what a page said when it was read.
    """
    for model, of_kind in ids.items():
        if kind_of(model).fixed:
            continue
        rows = await _stored(session, model, of_kind)
        nothing = {name: _default(model, name) for name in mentions.columns_of(model)}
        units = [
            _Unit(id_, names, row, nothing, {}, None)
            for id_, row in rows.items()
            for names in units_of(model)
            if not any(nothing[name] is ... for name in names) and not set(names) & {*kind_of(model).key}
        ]
        await _decide(session, before, batch, model, [unit for unit in units if unit.different])


async def _stored(session: AsyncSession, model: type[Record], ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """The rows; pointers as they are after merges stand beside them, as `publisher_id_root`."""
    table, kind = table_of(model), kind_of(model)
    columns: list[Any] = [column for column in table.columns if column.name != kind.apart and column.computed is None]
    for name, target in kind.points_at.items():
        if kind_of(target).mergeable:
            root = visibility.merge_root(kind_of(target).name, table.c[name])
            columns.append(case((table.c[name].is_(None), null()), else_=root).label(f"{name}_root"))
    query = select(*columns).where(table.c.id == any_(literal(list(ids), ARRAY(Uuid()))))
    return {row["id"]: dict(row) for row in (await session.execute(query)).mappings()}


def _units(before: Earlier, model: type[Record], row: Mapping[str, Any], drafts: Sequence[Draft]) -> list[_Unit]:
    """What the report says otherwise of a record than it is. Gaps of which it had said nothing are only filled."""
    kind, now = kind_of(model), dict[str, Any]()
    for draft in reversed(drafts):
        now |= {name: value for name, value in draft.values.items() if value is not None}
    by_ref, says = any(draft.by_ref for draft in drafts), before.says[row["id"]]
    units = []
    for names in units_of(model):
        if not any(name in now or name in says for name in names):
            continue
        values: dict[str, Any] = {}
        for name in names:
            default = _default(model, name)
            values[name] = now.get(name, row[name] if default is ... else default)
            # What a record was found by points where it did, but for merges; so does what was merged since.
            found_by = name in kind.points_at and name in kind.key and not by_ref
            if found_by or values[name] == row.get(f"{name}_root", ...):
                values[name] = row[name]
        unit = _Unit(row["id"], names, row, values, now, drafts[0])
        # Others may have added to what it says as before.
        added_to = (model, names[0]) in storing.GROWING and says.get(names[0]) == fingerprint(values[names[0]])
        unsaid = [name for name in names if (model, name) not in storing.FOLLOWING]
        is_gap = all(row[name] in _EMPTY for name in unsaid) and not says.keys() & set(unsaid)
        # What follows on any other state is filled in like a gap, with what tells about it.
        follows = any(values[name] == storing.FOLLOWING.get((model, name), ...) for name in names)
        if unit.different and not added_to and not (is_gap and (follows or len(unsaid) == len(names))):
            units.append(unit)
    return units


async def _decide(
    session: AsyncSession, before: Earlier, batch: Batch, model: type[Record], units: Sequence[_Unit]
) -> None:
    """Replace those units that stand on this report's word alone; note of the others why they are kept."""
    own_units = [unit for unit in units if _is_own(before, model, unit)]
    words = [
        (unit.record, name, fingerprint(unit.stored[name]))
        for unit in own_units
        for name in unit.names
        if unit.stored[name] not in _EMPTY
    ]
    also = await mentions.also_said(session, before.report, words)
    held = await _held(session, before, model, {unit.record for unit in own_units})
    keys_kept = await _keys_kept(session, before, batch, model, own_units)
    keys_kept |= {unit: _OTHER_EVENT for unit in own_units if _is_of_other_event(unit)}
    replaced, heirs = list[_Unit](), dict[tuple[UUID, str], UUID]()
    for unit in units:
        standing = {name: also[unit.record, name] for name in unit.names if (unit.record, name) in also}
        why = None
        if unit not in own_units:
            why = corrections.BY_OTHERS
        elif unit.record in held:
            why = _HELD
        elif standing:
            why = corrections.ALSO
            heirs |= {(unit.record, name): report for name, report in standing.items()}
        elif unit in keys_kept:
            why = keys_kept[unit]
        else:
            staying = [name for name in unit.different if _is_dropped(unit, name) and name in _STAYING]
            before.carried |= {(unit.record, name): before.says[unit.record][name] for name in staying}
            why = _STAYING[staying[0]] if staying else None
        if why is None:
            replaced.append(unit)
        else:
            _note_kept(before, model, batch, unit, why)
    await mentions.pass_on(session, heirs)
    for record, name in heirs:
        before.owns[record].discard(name)
    await _write(session, batch, model, replaced)


def _is_dropped(unit: _Unit, name: str) -> bool:
    return unit.given.get(name) in _EMPTY


def _is_of_other_event(unit: _Unit) -> bool:
    """Whether a record of an event would point at one that was stored in another: events that were merged are one."""
    targets = (
        {name: unit.draft.points_at[name].original for name in unit.different if name in unit.draft.points_at}
        if unit.draft
        else {}
    )
    events = {target.value("event_id") for target in targets.values() if "event_id" in unit.stored}
    return bool(events - {None, unit.stored.get("event_id")})


def _is_own(before: Earlier, model: type[Record], unit: _Unit) -> bool:
    """Whether all of a unit is as it is because the report has said so, or has said nothing of what it made."""
    says, owns = before.says[unit.record], before.owns[unit.record]
    return all(
        (name in owns and says.get(name) == fingerprint(unit.stored[name]))
        or (
            name not in says
            and unit.stored[name] in (*_EMPTY, _default(model, name))
            and (unit.record in before.made or bool(owns))
        )
        for name in unit.names
    )


async def _held(session: AsyncSession, before: Earlier, model: type[Record], ids: set[UUID]) -> set[UUID]:
    """Those of these records into which others were merged, and claims that somebody else has assessed."""
    table, held = table_of(model), set[UUID]()
    among = any_(literal(list(ids), ARRAY(Uuid())))
    if ids and kind_of(model).mergeable:
        held |= set(await session.scalars(select(table.c.merged_into).where(table.c.merged_into == among)))
    if ids and kind_of(Assessment).points_at["claim_id"] is model:
        rating = table_of(Assessment)
        by_others = not_(pointers.among(rating.c.id, before.says))
        held |= set(await session.scalars(select(rating.c.claim_id).where(rating.c.claim_id == among, by_others)))
    return held


async def _keys_kept(
    session: AsyncSession, before: Earlier, batch: Batch, model: type[Record], units: Sequence[_Unit]
) -> dict[_Unit, str]:
    """Of records that were found by their ref, the units that would make another of it, where that can't be; and why.

    It can't where another record is that already, or where borne say or think something of what it is now.
    """
    kind = kind_of(model)
    concerned = [
        unit for unit in units if unit.draft is not None and unit.draft.by_ref and set(unit.different) & {*kind.key}
    ]
    if not concerned:
        return {}
    if any(name in unit.different for unit in concerned for name in ("from_id", "to_id")):
        return dict.fromkeys(concerned, _ENDS)
    drafts = list({unit.draft: None for unit in concerned if unit.draft is not None})
    bearers = await pipeline.bearers(session, batch, model, [draft for draft in drafts if "name" not in kind.key])
    borne = {draft for draft, bearer in bearers.items() if bearer not in (None, draft.id)}
    otherwise = {
        unit.record
        for unit in concerned
        if unit.draft is not None and bearers.get(unit.draft) is None and not _is_same_name(unit)
    }
    pointed_at = await pointers.from_others(session, before, batch, model, otherwise)
    reasons = {unit: _BORNE for unit in concerned if unit.draft in borne}
    return reasons | {unit: POINTED_AT for unit in concerned if unit.record in pointed_at}


def _is_same_name(unit: _Unit) -> bool:
    """Whether a source's name is only written otherwise."""
    if "name" not in unit.names:
        return False
    names = (unit.stored["name"], unit.now.get("name"))
    return len({None if name is None else folding.name(name) for name in names}) == 1


def _note_kept(before: Earlier, model: type[Record], batch: Batch, unit: _Unit, why: str) -> None:
    """Note what is said otherwise and kept; gaps that the report has not said anything of are left to be filled."""
    if unit.draft is None:
        return
    says = before.says[unit.record]
    for name in unit.different:
        sent, stored = unit.given.get(name), unit.stored[name]
        if stored in _EMPTY and name not in says:
            continue
        batch.decided |= {(unit.record, column) for column in (name, *_followers(model, name))}
        growing = (model, name) in storing.GROWING
        if growing:  # what it says now is added, and what is there stays
            stored, sent = [alias for alias in stored if alias not in (sent or ())], None
        if sent not in _EMPTY or says.get(name) == fingerprint(stored) or (growing and stored):
            corrections.kept(batch, unit.draft, name, stored, sent, why, unit.stored)


async def _write(session: AsyncSession, batch: Batch, model: type[Record], units: Sequence[_Unit]) -> None:
    rows: dict[UUID, dict[str, Any]] = defaultdict(dict)
    for unit in units:
        draft, row = unit.draft, rows[unit.record]
        for name in unit.different:
            row[name] = None if _is_dropped(unit, name) else unit.now[name]
            row |= {follower: unit.given.get(follower) for follower in _followers(model, name)}
            if draft is not None:
                batch.decided |= {(unit.record, column) for column in (name, *_followers(model, name))}
                batch.gave.add((draft.line, unit.record, name))
                corrections.replaced(batch, draft, name, unit.stored[name], row[name])
                draft.outcome = "replaced"
    for id_ in sorted(rows.keys() - {unit.record for unit in units if unit.draft is not None}):
        stored = {name: unit.stored[name] for unit in units if unit.record == id_ for name in unit.different}
        corrections.emptied(batch, model, id_, stored)
    if rows:
        batch.replaced |= rows.keys()
        await set_reason(session, corrections.CORRECTED)
        await storing.replace(session, model, rows)
        if model is Source:
            await own_sources.compare_anew(session, rows)
        await set_reason(session)
