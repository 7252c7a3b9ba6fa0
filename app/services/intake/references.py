"""Whom a body or a path names: by id, `ref:`, slug, or a label of the same body."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import Gone, Invalid
from app.models import DocumentVersion, Event, Question, Record, Source, table_of
from app.schemas import addresses
from app.services.intake.drafts import Batch, Draft

# The reason that the ledger notes where a new delivery of a report takes back what an earlier one had said.
REPLACED: Final = "a newer delivery of the report no longer says this"
# And where a quotation was looked up again because its document has another text: that is nobody's judgement.
RECHECKED: Final = "the quotation was looked up in another version of its document"

# A link or a step of a chain that was only found: nobody has said it, and so it holds nothing.
PROPOSED: Final = "({0}.how_known = 'similarity' AND {0}.state = 'proposed')"


def real(draft: Draft) -> Draft:
    """The draft that became the record: the first of those that asked for the same."""
    while draft.twin is not None:
        draft = draft.twin
    return draft


@dataclass(frozen=True, slots=True)
class Lost:
    """A record that was deleted."""

    ref: str

    def at(self, pointer: str) -> Gone:
        return Gone(
            "A record with this ref was deleted.",
            errors=[{"pointer": pointer, "detail": f"{self.ref} was deleted; its ref is not used again"}],
        )


async def gone(session: AsyncSession, model: type[Record], refs: Iterable[str]) -> dict[str, Lost]:
    """Those refs whose last record was deleted, but not by its own report, which may say it again."""
    asked = list(refs)
    if not asked:
        return {}
    query = text(
        "SELECT DISTINCT ON (record->>'ref') record->>'ref', reason FROM change "
        "WHERE op = 'delete' AND type = :type AND record->>'ref' = ANY (:refs) ORDER BY record->>'ref', seq DESC"
    )
    rows = await session.execute(query, {"type": model.__tablename__, "refs": asked})
    return {ref: Lost(ref) for ref, reason in rows if reason != REPLACED}


def find_labels(batch: Batch) -> None:
    """Point the `#label`s of a body at what bears them. Raises Invalid."""
    for (model, reference, _), draft in batch.references.items():
        if not reference.startswith("#") or draft.twin is not None:
            continue
        labelled = batch.labels.get(reference)
        if labelled is None or labelled.model is not model:
            raise Invalid.at(draft.pointer, f"no {model.__tablename__} of this body has the label {reference}")
        draft.twin, draft.outcome = labelled, "matched"


async def resolve(session: AsyncSession, batch: Batch, *, dry: bool = False) -> None:
    """Point every reference of a body at its draft, of many lines at one of an earlier line, or at its record.

    Raises Invalid that names all that fail, or Gone at the first; with `dry`, their outcome is `gone`.
    """
    asked: dict[type[Record], list[Draft]] = defaultdict(list)
    own: dict[tuple[type[Record], str], Draft] = {}
    for model, drafts in batch.drafts.items():
        for draft in drafts:
            for name in _names(draft):
                own.setdefault((model, name), draft)
    for (model, reference, line), draft in batch.references.items():
        bearer = own.get((model, reference))
        if bearer is not None and bearer.line <= line:
            draft.twin, draft.outcome = bearer, "matched"
        elif draft.twin is None:
            asked[model].append(draft)
    missing = [one for model, drafts in asked.items() for one in await _look_up(session, batch, model, drafts, dry=dry)]
    if missing:
        raise Invalid("The body names records that are not there.", missing)


def _names(draft: Draft) -> Iterator[str]:
    """By what other parts can name it."""
    if draft.value("ref"):
        yield f"ref:{draft.values['ref']}"
    if draft.model is Event and draft.value("slug"):
        yield draft.values["slug"]
    if draft.restored:
        yield str(draft.id)


async def _look_up(
    session: AsyncSession, batch: Batch, model: type[Record], drafts: list[Draft], *, dry: bool
) -> list[dict[str, str]]:
    """Take over what is stored of the records that these name; gives what is wrong with the others."""
    columns = table_of(model).columns
    named = [addresses.parse(reference) for reference in {draft.reference or "" for draft in drafts}]
    refs = [address.ref for address in named if address.ref is not None]
    slugs = [address.slug for address in named if address.slug is not None] if model is Event else []
    ids = [address.id for address in named if address.id is not None]
    extra = {
        "event_root": "(SELECT CASE WHEN e.merged_into IS NULL THEN e.id ELSE event_root(e.id) END "
        "FROM event e WHERE e.id = t.event_id)"
        if "event_id" in columns
        else "event_root(id)"
        if model is Event
        else "NULL",
        "event_id": "event_id" if "event_id" in columns else "NULL",
        "slug": "slug" if model is Event else "NULL",
        "answer": "answer" if model is Question else "NULL",
        **{name: name if model is Source else "NULL" for name in ("name", "kind", "disclosure")},
    }
    if model is DocumentVersion:
        extra["document_id"] = "document_id"
    merges = "merged_into" in columns
    root = f"CASE WHEN merged_into IS NULL THEN id ELSE {model.__tablename__}_root(id) END" if merges else "id"
    query = text(
        f"SELECT id, ref, {root} AS root, {', '.join(f'{sql} AS {name}' for name, sql in extra.items())} "  # noqa: S608
        f"FROM {model.__tablename__} t WHERE ref = ANY (:refs) OR id = ANY (:ids)"
        + (" OR slug = ANY (:slugs)" if model is Event else "")
    )
    given: dict[str, Any] = {"refs": refs, "ids": ids} | ({"slugs": slugs} if model is Event else {})
    found: dict[str, tuple[UUID, dict[str, Any]]] = {}
    for id_, ref, root, *others in await session.execute(query, given):
        values = dict(zip(extra, others, strict=True))
        names = (str(id_) if ids else None, ref and f"ref:{ref}", values["slug"])
        found |= dict.fromkeys(filter(None, names), (id_ if batch.restoring else root, values))
    lost = await gone(session, model, [ref for ref in refs if f"ref:{ref}" not in found])
    missing = []
    for draft in drafts:
        known = found.get(draft.reference or "")
        if known is None and dry:
            draft.outcome = "gone"
            continue
        if known is None:
            if (ref := addresses.parse(draft.reference or "").ref) in lost:
                raise lost[ref].at(draft.pointer)
            says = f"there is no {model.__tablename__.replace('_', ' ')} {draft.reference}"
            missing.append({"pointer": draft.pointer, "detail": says})
            continue
        draft.id, draft.values = known
        draft.outcome = "matched"
    return missing
