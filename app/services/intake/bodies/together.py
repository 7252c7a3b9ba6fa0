"""Bodies that one caller sends at the same time are stored together, in one transaction, as lines are.

What comes alone is stored at once. What comes meanwhile waits for that, and is then stored with all else that waits: a
transaction waits for the ledger's lock and for the disk once, and a statement takes hardly longer for ten records than
for one. Where one of them can't be stored, each is stored by itself, so that the others are told nothing of it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, Generic, TypeVar
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app.connections.gathering import Gathering
from app.database import Askable, Database, Signature, asking_ahead
from app.errors import Problem, Unavailable
from app.models import DocumentVersion, Record, Source
from app.schemas.common import RecordRead, Remark
from app.services import database_errors, records
from app.services.access import Caller
from app.services.intake import drafts, in_place, pipeline, remarks, unseen
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import is_named
from app.services.records import Located
from app.services.search.similar import Compared
from app.telling import request_notes
from app.texts import folding

T = TypeVar("T")
# While they are stored nobody else writes: so many records take a tenth of a second.
_RECORDS_TOGETHER: Final = 300
_CHARACTERS_OF_A_RECORD: Final = 1000  # of a text, that take as long as a record


class _Apart(Exception):  # noqa: N818  (no error: each is stored by itself)
    """These bodies can't be stored together."""


@dataclass(slots=True, eq=False)
class SentBody(Generic[T]):
    """A body that is to be stored, and in the end what came of it."""

    caller: Caller
    walk: Callable[[Batch], T]
    """Walks it into the drafts of a batch; once more, where it could not be stored with others."""
    addressed: Draft | None = None
    """What its path names."""
    compared: Compared | None = None
    shown: Callable[[T], Draft] | None = None
    """Which of the drafts the answer shows the record of, if it does."""
    may_join: Callable[[Askable, "SentBody[T]"], Awaitable[bool]] | None = None
    """Whether it can be stored with others, where that has to be asked."""
    before: Callable[[AsyncSession, Batch], Awaitable[bool]] | None = None
    """Tells under the lock whether all bodies of a transaction can be stored together."""
    after: Callable[[AsyncSession, Batch], Awaitable[None]] | None = None
    """What is done when they are."""
    batch: Batch = field(init=False)
    walked: T = field(init=False)
    remarks: list[Remark] = field(default_factory=list)
    record: RecordRead | None = None
    stored_with: str = ""
    """The request in whose name the ledger has it, if it was stored with others."""

    def __post_init__(self) -> None:
        self._walk()

    def _walk(self) -> None:
        self.batch = Batch(self.caller)
        self.walked = self.walk(self.batch)
        self.batch.compared = self.compared
        self.batch.shown = self.shown(self.walked) if self.shown is not None else None

    def walk_again(self) -> None:
        """Make new drafts: the old ones may carry ids of records that were not kept."""
        before = self.batch
        self._walk()
        pipeline.prepare_line_again(self.batch, before)

    @property
    def record_shown(self) -> RecordRead:
        if self.record is None:
            raise TypeError
        return self.record

    @property
    def weight(self) -> int:
        characters = sum(len(draft.value("text") or "") for draft in self.batch.drafts.get(DocumentVersion, ()))
        return self.batch.size + characters // _CHARACTERS_OF_A_RECORD


@asynccontextmanager
async def turn(session: AsyncSession, body: SentBody[Any]) -> AsyncIterator[bool]:
    """Whether the body was stored with others; else the block has to store it, in its session.

    Expects that it is prepared, and a writing session that has not begun.
    """
    database: Database = session.info["database"]
    signature: Signature = session.info["signature"]

    def gathering() -> Gathering[tuple[SentBody[Any], Signature]]:
        name = (body.caller, signature.reason)
        return database.gatherings.of(name, "writes", partial(_store_together, database), _RECORDS_TOGETHER)

    is_apart = "keeps_answer" in session.info or not _may_join(body.batch)
    if gathering().is_busy and not is_apart and body.may_join is not None:
        is_apart = not await body.may_join(asking_ahead(session), body)
    # Anew: it may have come to its end meanwhile.
    async with gathering().turn((body, signature), body.weight, is_apart=is_apart) as is_stored:
        if not is_stored and body.batch.line:
            body.walk_again()
        note = request_notes.under_way.get()
        if note is not None and body.stored_with not in ("", signature.request_id):
            note.stored_with = body.stored_with
        yield is_stored


def _may_join(batch: Batch) -> bool:
    """Whether nothing is wrong with it; nor is it about somebody described, whom others may describe otherwise."""
    is_described = any(draft.value("placed") and draft.within is None for draft in batch.drafts.get(Source, ()))
    return batch.unknown_label is None and not is_described


async def _store_together(
    database: Database, signed_bodies: Sequence[tuple[SentBody[Any], Signature]], are_all_wanted: Callable[[], bool]
) -> bool:
    """Store these whole; tells whether that could be done. Raises Unavailable."""
    bodies, signature = [body for body, _ in signed_bodies], signed_bodies[0][1]
    for number, body in enumerate(bodies, 1):
        drafts.number(body.batch, number)
    try:
        async with database.writing(signature) as session:
            await _store(session, bodies)
            if not are_all_wanted():
                raise _Apart  # noqa: TRY301  (what undoes the transaction)
    except Unavailable:
        raise
    except (_Apart, Problem):
        return False
    except (SQLAlchemyError, OSError) as error:
        problem = database_errors.problem(error)
        if isinstance(problem, Unavailable):
            raise problem from error
        return False
    for body in bodies:
        drafts.unnumber(body.batch)
        body.stored_with = signature.request_id
    return True


async def _store(session: AsyncSession, bodies: Sequence[SentBody[Any]]) -> None:
    batch = drafts.joined([body.batch for body in bodies])
    await _find_addressed(session, batch.caller, bodies)
    for may_be_stored in dict.fromkeys(body.before for body in bodies if body.before):
        if not await may_be_stored(session, batch):
            raise _Apart
    await pipeline.store(session, batch)
    if batch.is_mixed or _are_taken_for_one_another(batch.drafts[Source]):
        raise _Apart
    for body in bodies:
        body.batch.versions = batch.versions
    for after in dict.fromkeys(body.after for body in bodies if body.after):
        await after(session, batch)
    await tell(session, batch, bodies)


def _are_taken_for_one_another(sources: Iterable[Draft]) -> bool:
    """Whether whom a body tells of may depend on another one, by rules that look at what is stored.

    Several call different sources by one name, of which one is new. Or they tell otherwise of somebody in the same
    words who is known only in one place.
    """
    first_called: dict[str, Draft] = {}
    first_told: dict[tuple[UUID, str], Draft] = {}
    for draft in sources:
        words = folding.name(draft.value("name") or "")
        names = {words, *(folding.name(alias["name"]) for alias in draft.value("aliases") or ())} - {""}
        for first in [first_called.setdefault(name, draft) for name in names]:
            are_two = first.original.id != draft.original.id
            if are_two and first.line != draft.line and "created" in (first.original.outcome, draft.original.outcome):
                return True
        if draft.within is not None and (draft.value("placed") or not is_named(draft)):
            first = first_told.setdefault((draft.within.original.id, words), draft)
            if first.line != draft.line and not in_place.tell_the_same(first, draft):
                return True
    return False


async def _find_addressed(session: AsyncSession, caller: Caller, bodies: Iterable[SentBody[Any]]) -> None:
    """Find what the paths name. Raises _Apart if any of it is not there, or was merged."""
    addressed = [body.addressed for body in bodies if body.addressed is not None]
    for model in dict.fromkeys(draft.model for draft in addressed):
        of_model = [draft for draft in addressed if draft.model is model]
        references = {draft.reference or "" for draft in of_model}
        located = await records.locate_unmerged(session, caller, model, references)
        if references - located.keys():
            raise _Apart
        for draft in of_model:
            find(draft, located[draft.reference or ""])


def find(addressed: Draft, located: Located) -> None:
    """Have what a path names be this record."""
    addressed.id, addressed.outcome = located.id, "matched"
    addressed.values = {"event_id": located.event_id, "event_root": located.event_id}


async def tell(session: AsyncSession, batch: Batch, bodies: Sequence[SentBody[Any]]) -> None:
    """Note what the answers tell: the records that they show, and the remarks. `batch`: that of all of them."""
    caller = batch.caller
    draft_of = {body: body.shown(body.walked) for body in bodies if body.shown is not None}
    for model in dict.fromkeys(draft.model for draft in draft_of.values()):
        of_model = {body: draft for body, draft in draft_of.items() if draft.model is model}
        read = await _written(session, batch, model, list(of_model.values()))
        for body, draft in of_model.items():
            body.record = read[draft.original.id]
    visible = await remarks.tell(session, caller, batch)
    remarks_of = remarks.by_body(visible) if len(bodies) > 1 else {0: visible}
    for body in bodies:
        body.remarks = remarks_of.get(body.batch.line, [])


async def _written(
    session: AsyncSession, batch: Batch, model: type[Record], drafts_shown: Sequence[Draft]
) -> dict[UUID, RecordRead]:
    """What was stored for these drafts, as whoever wrote it may see it. Raises NotFound, or _Apart."""
    caller = batch.caller
    is_own_by_id: dict[UUID, bool] = {}
    for draft in drafts_shown:
        is_own = draft.outcome == "created"
        # To who has just made it more is told than to who sends it again, where it is hidden.
        if is_own_by_id.setdefault(draft.original.id, is_own) != is_own and not unseen.sees_all(caller):
            raise _Apart
    inserted = {row.id: row for row in await batch.shown_sent.rows()} if batch.shown_sent else {}
    return await records.get_written(session, caller, model, is_own_by_id, inserted)
