"""What a caller may not see is not there to what he writes: not found, not named and not counted (decision 39).

A source or document that he sends may then bear a ref or URL that another one bears: it is that one's *shadow*. All
other refs, and slugs, lead to one record for everybody; where they are taken, that is said without a word of by what.
"""

import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from pydantic_core import to_json
from sqlalchemy import Select, TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import ask
from app.errors import Conflict, Problem, raise_together
from app.models import Document, Event, Record, table_of
from app.schemas.kinds import kind_of
from app.services import records, visibility
from app.services.access import Caller
from app.services.intake import storing
from app.services.intake.drafts import Batch, Draft

# What tells of a record outside of events whether it is there for callers who may not read restricted ones.
_THERE: Final = {
    "source_is_public": "NOT source_is_withheld({})",
    "document_is_public": "NOT document_is_withheld({})",
    "is_public": "is_public({})",
}
_OF_PUBLIC_EVENT: Final = "(SELECT e.visibility = 'public' FROM event e WHERE e.id = {}.event_id)"
# A source that was merged into a confidential one is as confidential.
_OPEN: Final = (
    "(SELECT NOT s.confidential AND (s.merged_into IS NULL OR protector(s.id) IS NULL) FROM source s WHERE s.id = {})"
)
SHADOW: Final = "it bears the ref or URL of the other, which whoever sent it could not see"
_PLACE: Final = re.compile(r"\{there:(\w+)\}")
_TAKEN: Final = "it is taken"
_TAKABLE: Final = frozenset({"ref", "slug", "canonical_url", "page_key"})
# Whatever has the ref or URL that a draft brings, be it new or of a stored record `o` that has none yet.
_REF: Final = """SELECT id, {} AS shadow, o.ref IS NULL AS brought, true AS is_ref, {} AS open FROM {}
    WHERE ref = coalesce(o.ref, d.ref) AND id <> d.id"""
_SLUG: Final = "UNION ALL SELECT id, 0, o.id IS NULL, false, true FROM event WHERE slug = d.slug AND id <> d.id"
_BRINGING: Final = """json_to_recordset(CAST(:rows AS json)) AS d(
    id uuid, ref text, slug text, canonical_url text, page_key text)"""
_PAGE: Final = """UNION SELECT id, shadow, o.canonical_url IS NULL, false, true FROM document
    WHERE digest_of(canonical_url) = digest_of(coalesce(o.canonical_url, d.canonical_url)) AND id <> d.id
    UNION SELECT id, shadow, o.page_key IS NULL, false, true FROM document
    WHERE digest_of(page_key) = digest_of(coalesce(o.page_key, d.page_key)) AND id <> d.id"""


@cache
def there(caller: Caller, model: type[Record], row: str = "t") -> str | None:
    """SQL that tells whether a row of a table is there for this caller, who is nameless; None: all are."""
    kind, columns, conditions = kind_of(model), table_of(model).c, list[str]()
    if not caller.may("read"):
        if "visibility" in columns:
            conditions.append(f"{row}.visibility = 'public'")
        elif kind.in_event:
            conditions.append(_OF_PUBLIC_EVENT.format(row))
        elif kind.public_if is not None:
            conditions += [_THERE[kind.public_if.check].format(f"{row}.{name}") for name in kind.public_if.columns]
    if not caller.may("confidential"):
        names = ("id",) if "confidential" in columns else kind.tells_of
        conditions += [_OPEN.format(f"{row}.{name}") for name in names]
    return " AND ".join(conditions) or None


def narrowed(query: TextClause, caller: Caller, model: type[Record]) -> TextClause:
    """A statement of `keys` that finds only what is there for this caller."""
    return _narrowed(query, visibility.nameless(caller), model)


@cache
def _narrowed(query: TextClause, caller: Caller, model: type[Record]) -> TextClause:
    table, condition = model.__tablename__, there(caller, model)
    if condition is None:
        return query
    stored = f"(SELECT * FROM {table} t WHERE redacted = '{{}}'"  # noqa: S608
    words = query.text.replace(f"{stored})", f"{stored} AND {condition})")
    if "visibility" in table_of(model).c:  # what became part of what is hidden is there as it was
        root = f"{table}_root(m.id)"
        words = words.replace(f"ELSE {root} END", f"WHEN is_public({root}) THEN {root} ELSE m.id END")
    return text(words)


def selecting(query: Select[Any], caller: Caller, model: type[Record]) -> Select[Any]:
    """A query of one table that finds only what is there for this caller, who is nameless."""
    condition = there(caller, model, model.__tablename__)
    return query if condition is None else query.where(text(condition))


def told_apart(query: str, caller: Caller, model: type[Record]) -> TextClause:
    """The statement with, in place of `{there:row}`, what tells whether that row is there for this caller."""
    return _told_apart(query, visibility.nameless(caller), model)


@cache
def _told_apart(query: str, caller: Caller, model: type[Record]) -> TextClause:
    return text(_PLACE.sub(lambda place: there(caller, model, place[1]) or "true", query))


def sees_all(caller: Caller) -> bool:
    return caller.may("read") and caller.may("confidential")


# --- refs, slugs and URLs that are taken ------------------------------------------------------------------------------


async def give_way(session: AsyncSession, batch: Batch, model: type[Record], drafts: Sequence[Draft]) -> None:
    """Have sources and documents bear what others bear that are not there for the caller; refuse all else.

    Expects that the drafts are matched, so that what has their refs and URLs and is another record is not there. Raises
    Conflict.
    """
    if _TAKABLE.isdisjoint(table_of(model).c.keys()):
        return
    bringing = [draft for draft in drafts if draft.same_as is None and any(map(draft.values.get, _TAKABLE))]
    if not bringing or not await _may_be_taken(session, batch.caller, model, bringing):
        return
    rows = storing.as_json(
        {"id": draft.id} | {name: draft.values[name] for name in _TAKABLE if name in draft.values} for draft in bringing
    )
    rows_by_id = {row.id: row for row in await ask(session, _taken(model), {"rows": rows})}
    bringing = [draft for draft in bringing if draft.id in rows_by_id]
    if "shadow" not in table_of(model).c:
        raise_together([_conflict(draft, is_ref=rows_by_id[draft.id].is_ref) for draft in bringing])
        return
    batch.shadows[model] += [(draft.id, id_) for draft in bringing for id_ in rows_by_id[draft.id].bearers or ()]
    for draft in bringing:
        draft.values["shadow"] = rows_by_id[draft.id].shadow
    if stored := {draft.id: {"shadow": draft.values["shadow"]} for draft in bringing if draft.outcome != "created"}:
        await storing.replace(session, model, stored)


async def _may_be_taken(session: AsyncSession, caller: Caller, model: type[Record], bringing: Sequence[Draft]) -> bool:
    """Whether to look closer: where all are new and bring refs alone, only if one is borne that matching can't see."""
    if not {"slug", "shadow"}.isdisjoint(table_of(model).c.keys()) or any(
        draft.outcome != "created" for draft in bringing
    ):
        return True
    if not visibility.may_hide(caller, model) and not any(draft.restored for draft in bringing):
        return False
    refs = to_json([draft.values["ref"] for draft in bringing]).decode()
    return bool((await ask(session, _borne(model), {"refs": refs}))[0].is_any)


@cache
def _borne(model: type[Record]) -> TextClause:
    refs = "ARRAY(SELECT json_array_elements_text(CAST(:refs AS json)))"
    return text(f"SELECT EXISTS (SELECT FROM {model.__tablename__} WHERE ref = ANY ({refs})) AS is_any")  # noqa: S608


@cache
def _taken(model: type[Record]) -> TextClause:
    """Of drafts that bring what others have: who these are, by which number it can be borne, if it is a ref."""
    table = model.__tablename__
    number = "shadow" if "shadow" in table_of(model).c else "0"
    may_be_linked = "NOT confidential" if "confidential" in table_of(model).c else "true"  # a proposal would tell of it
    by_key = {Event: _SLUG, Document: _PAGE}.get(model, "")
    return text(
        f"SELECT d.id, b.* FROM {_BRINGING} "  # noqa: S608
        f"LEFT JOIN LATERAL (SELECT * FROM {table} WHERE id = d.id OFFSET 0) o ON true CROSS JOIN LATERAL ("
        "SELECT array_agg(DISTINCT id) FILTER (WHERE open) AS bearers, max(shadow) + 1 AS shadow, "
        "bool_or(brought) AS brought, bool_or(is_ref) AS is_ref "
        f"FROM ({_REF.format(number, may_be_linked, table)} {by_key}) t) b WHERE b.brought"
    )


def _conflict(draft: Draft, *, is_ref: bool) -> Conflict:
    name = "ref" if is_ref else "slug"
    return Conflict(
        f"Another record has this {name}.", errors=[{"pointer": f"{draft.pointer}/{name}", "detail": _TAKEN}]
    )


def links(batch: Batch) -> list[dict[str, Any]]:
    """What is to be proposed of the documents that bear what others do: that the two are one text."""
    return [
        {"id": uuid7(), "from_id": shadow, "to_id": bearer, "relation": "syndicated_from", "score": 1}
        for shadow, bearer in batch.shadows[Document]
    ]


async def refuse(session: AsyncSession, caller: Caller, problems: Sequence[Problem]) -> None:
    """Raise the problems of one table together, if there are any. What is in the way is told where it may be seen."""
    clashes = [problem for problem in problems if isinstance(problem, Conflict) and problem.bearer is not None]
    if clashes and not sees_all(caller):
        model = clashes[0].bearer[0]
        visible_ids = await records.among_seen(session, caller, model, {clash.bearer[1] for clash in clashes})
        for clash in clashes:
            if clash.bearer[1] not in visible_ids:
                del clash.extra["url"]
                clash.extra["errors"] = [error | {"detail": _TAKEN} for error in clash.extra["errors"]]
    raise_together(problems)
