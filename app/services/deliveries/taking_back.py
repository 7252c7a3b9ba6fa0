"""What a report no longer says is deleted, where nobody else has touched it, said it or built upon it."""

from collections import Counter, defaultdict
from itertools import chain
from typing import Any, Final
from uuid import UUID

from sqlalchemy import delete, or_, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, set_reason
from app.models import Record, Statement, table_of
from app.schemas import kinds
from app.schemas.kinds import KINDS
from app.schemas.reports import Removed
from app.services.deliveries import corrections, mentions, pointers, replacing
from app.services.deliveries.mentions import WHOLE, Earlier
from app.services.intake.drafts import Batch
from app.services.intake.references import RECHECKED
from app.services.redaction.gone import REPLACED

Ids = dict[type[Record], set[UUID]]
_APPEARANCES: Final = text("SELECT id FROM appearance WHERE report_id = :report")
# Of each record that is still there its kind, and whether nobody but those who delivered the report has changed it,
# unless it was only looked up where a quotation stands.
_TOUCHED: Final = text("""
SELECT record_id, type, bool_and(
    actor IN (SELECT actor FROM change WHERE record_id = :report) OR reason IS NOT DISTINCT FROM :rechecked) AS own
FROM change WHERE record_id = ANY (:ids) GROUP BY record_id, type HAVING NOT bool_or(op = 'delete')""")


async def take_back(session: AsyncSession, before: Earlier, batch: Batch) -> Removed:
    """Delete the records that this delivery no longer has, and empty what was the report's alone in others."""
    drafts = [*chain.from_iterable(batch.drafts.values()), *batch.references.values()]
    said = {draft.original.id for draft in drafts}
    made_ids = {*before.made, *(row.id for row in await ask(session, _APPEARANCES, {"report": before.report}))}
    made_ids |= {id_ for id_, owned in before.owns.items() if WHOLE in owned}
    parameters = {"report": before.report, "rechecked": RECHECKED, "ids": [*((made_ids | before.says.keys()) - said)]}
    unsaid = {row.record_id: row for row in await ask(session, _TOUCHED, parameters)}
    also = await mentions.also_mentioned(session, before.report, unsaid)
    deletable: Ids = defaultdict(set)
    for id_ in made_ids & unsaid.keys():
        if unsaid[id_].own and id_ not in also:
            deletable[kinds.named(unsaid[id_].type).model].add(id_)
    going = await _unheld(session, before, deletable)
    await _note(session, batch, going)
    await set_reason(session, REPLACED)
    await _delete(session, going)
    await set_reason(session)
    staying: Ids = defaultdict(set)
    for id_, row in unsaid.items():
        if (
            before.owns[id_]
            and id_ not in going.get(kinds.named(row.type).model, ())
            and (id_ in also or id_ not in made_ids)
        ):
            staying[kinds.named(row.type).model].add(id_)
    await mentions.pass_on(session, {(id_, WHOLE): also[id_] for id_ in made_ids & also.keys() if unsaid[id_].own})
    for id_ in sorted((made_ids & unsaid.keys() & before.says.keys()).difference(*going.values())):
        model = kinds.named(unsaid[id_].type).model
        if kinds.kind_of(model).read is not None and kinds.kind_of(model).part_of is None:
            why = replacing.POINTED_AT if unsaid[id_].own else corrections.BY_OTHERS
            corrections.staying(batch, model, id_, corrections.ALSO if id_ in also else why)
    await replacing.take_away(session, before, batch, staying)
    counts = Counter[str]()
    for model, ids in going.items():
        kind = kinds.kind_of(model)
        counts["links" if kind.plural.endswith("links") else kind.plural] += len(ids)
    return Removed(**{name: counts[name] for name in Removed.model_fields})


# What a record that is gone is told by, beside its id.
_TELLING: Final = (
    "text",
    "qualifier",
    "min",
    "max",
    "stance",
    "claim_id",
    "question_id",
    "statement_id",
    "document_id",
    "wording",
    "name",
    "title",
    "url",
    "rating",
)


async def _note(session: AsyncSession, batch: Batch, going: Ids) -> None:
    """Have the answer name what is deleted; of steps and links, and of what goes with a statement, it says how many."""
    for kind in KINDS:
        is_told = kind.read is not None and kind.part_of is None and not kind.plural.endswith("links")
        if is_told and kind.model in going:
            table = table_of(kind.model)
            columns = [table.c.id, *(table.c[name] for name in _TELLING if name in table.c)]
            query = select(*columns).where(pointers.among(table.c.id, going[kind.model])).order_by(table.c.id)
            if "statement_id" in table.c:
                query = query.where(~pointers.among(table.c.statement_id, going.get(Statement, ())))
            for row in (await session.execute(query)).mappings():
                corrections.removed(
                    batch, kind.model, {name: value for name, value in row.items() if value is not None}
                )


async def _unheld(session: AsyncSession, before: Earlier, deletable: Ids) -> Ids:
    """Those that nothing points at which stays, and of which nobody else has written a part."""
    ids = set(chain.from_iterable(deletable.values()))
    if not ids:
        return {}
    kept_ids = await _with_others_parts(session, before, deletable) | await pointers.outside(session, deletable, ids)
    points_at: dict[UUID, set[UUID]] = defaultdict(set)
    for by, target in await pointers.between(session, deletable, ids):
        points_at[by].add(target)
    reached = list(kept_ids)
    while reached:
        further = points_at[reached.pop()] - kept_ids
        kept_ids |= further
        reached += further
    return {model: remaining for model, of_kind in deletable.items() if (remaining := of_kind - kept_ids)}


async def _with_others_parts(session: AsyncSession, before: Earlier, deletable: Ids) -> set[UUID]:
    """Those of which somebody else has written a step of the chain, evidence or a version."""
    whole_of: dict[UUID, UUID] = {}
    for kind in KINDS:
        if kind.part_of is None or not (wholes := deletable.get(kind.points_at[kind.part_of])):
            continue
        table = table_of(kind.model)
        query = select(table.c.id, table.c[kind.part_of]).where(pointers.among(table.c[kind.part_of], wholes))
        if kind.is_step:
            query = query.where(~pointers.is_proposed(kind))
        whole_of |= {row[0]: row[1] for row in await session.execute(query)}
    if not whole_of:
        return set()
    parameters = {"report": before.report, "rechecked": RECHECKED, "ids": [*whole_of]}
    also = await mentions.also_mentioned(session, before.report, whole_of)
    touched_ids = [row.record_id for row in await ask(session, _TOUCHED, parameters) if not row.own]
    return {whole_of[part] for part in {*touched_ids, *also}}


async def _delete(session: AsyncSession, going: Ids) -> None:
    """Delete these with their parts and what was proposed of them; what points at others goes first."""
    for kind in reversed(KINDS):
        table = table_of(kind.model)
        conditions: list[Any] = [pointers.among(table.c.id, going[kind.model])] if kind.model in going else []
        if kind.part_of is not None and (wholes := going.get(kind.points_at[kind.part_of])):
            conditions.append(pointers.among(table.c[kind.part_of], wholes))
        if kind.model in pointers.PROPOSED_KINDS and (ends := going.get(kind.points_at["from_id"])):
            conditions.append(or_(*(pointers.among(table.c[name], ends) for name in ("from_id", "to_id"))))
        if conditions:
            await session.execute(delete(table).where(or_(*conditions)))
