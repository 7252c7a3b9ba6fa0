"""Lines of NDJSON into the tables: many lines a transaction, each table with one statement, however many they are.

A batch has at most BATCH_RECORDS records, and is stored whole or not at all. If a line in it can't be stored, it is
left out and the others are stored without it, as if they had been sent alone.
"""

import asyncio
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Database, Signature, waited_for
from app.errors import Invalid, Problem, Unavailable
from app.models import Report
from app.schemas.lines import ReportLine
from app.services import database_errors
from app.services.access import Caller
from app.services.deliveries import mentions, reports
from app.services.deliveries.line_entries import Entry, walk_again
from app.services.deliveries.reports import Delivered
from app.services.intake import drafts, pipeline, remarks
from app.services.intake.bodies import outcomes
from app.services.intake.drafts import Batch, Draft

BATCH_RECORDS: Final = 1500  # of one transaction, at most
_BATCH_RECORDS_BESIDE_OTHERS: Final = 100  # at least, while others wait: they wait for as long as a batch takes
_RECORDS_MORE: Final = 50  # by which a batch grows after one for which nobody has waited
_TRIES_WITHOUT_BLAMED: Final = 3  # then a batch is halved


@dataclass(slots=True)
class StoringPace:
    """How many records the next batch may have: fewer while others wait to write, more again when nobody does.

    One for all requests of a process: a load is many requests, and who waited during one waits during the next.
    """

    records: int = BATCH_RECORDS

    def after(self, *, waited_for: bool) -> None:
        if waited_for:
            self.records = max(_BATCH_RECORDS_BESIDE_OTHERS, self.records // 2)
        else:
            self.records = min(BATCH_RECORDS, self.records + _RECORDS_MORE)


# --- runs ------------------------------------------------------------------------------------------------------------


def take_run(entries: list[Entry], pace: StoringPace, *, most_lines: int, most_bytes: int) -> list[Entry]:
    """Take the first lines out of those that were read: as many as one transaction takes. None yet, if more may come.

    A line that is as much by itself waits for no other: a body has two such lines in memory, and not three.
    """
    records = size = 0
    for nth, entry in enumerate(entries, 1):
        records += entry.drafts.size if entry.drafts is not None else 0
        size += entry.bytes
        if records >= pace.records or nth >= most_lines or size >= most_bytes:
            is_too_much = nth > 1 and (records > pace.records or size > most_bytes)
            run = entries[: nth - is_too_much]
            del entries[: nth - is_too_much]
            return run
    return []


# --- batches ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LinesReady:
    """Lines that were read, and the batch of all that can be stored."""

    entries: list[Entry]
    batch: Batch | None
    lines: int
    """Of the batch."""


def ready(entries: list[Entry]) -> LinesReady:
    """Put lines together that were read: while those before are stored, for then others wait for this."""
    bodies = [entry.drafts for entry in entries if entry.drafts is not None and entry.problem is None]
    return LinesReady(entries, drafts.joined(bodies) if bodies else None, len(bodies))


async def store(
    database: Database, signature: Signature, caller: Caller, lines_ready: LinesReady, pace: StoringPace
) -> None:
    """Store what was read, in its order; each entry then says what became of it.

    Where the database is busy or away, nothing that follows is tried: it may need what is missing then.
    """
    entries = lines_ready.entries
    try:
        for run in _runs(entries, pace):
            batch = lines_ready.batch if len(run) == lines_ready.lines else None
            await _store(database, signature, caller, run, pace, batch=batch)
    except Unavailable as away:  # what was stored until then stays, and its lines say so
        for entry in entries:
            if entry.id is None and entry.problem is None:
                entry.problem = away


def _runs(entries: Sequence[Entry], pace: StoringPace) -> Iterator[list[Entry]]:
    """Runs of lines that can be stored at once: not too long, of an export or not, and none with one report twice."""
    run: list[Entry] = []
    size, reports_in_run, is_exported = 0, set[str | bytes](), False
    for entry in entries:
        body = entry.drafts
        if body is None or entry.draft is None or entry.problem is not None:
            continue
        name = reports.name(entry.draft.values) if entry.report else None
        is_too_much = size + body.size > pace.records or name in reports_in_run
        if run and (is_too_much or body.from_export != is_exported):
            yield run
            run, size, reports_in_run = [], 0, set()
        run.append(entry)
        size += body.size
        is_exported = body.from_export
        if name is not None:
            reports_in_run.add(name)
    if run:
        yield run


async def _store(
    database: Database,
    signature: Signature,
    caller: Caller,
    entries: list[Entry],
    pace: StoringPace,
    *,
    batch: Batch | None = None,
) -> None:
    """Store a run of lines: those that are new at once, reports that were delivered otherwise before each by itself."""
    deliveries = await _delivered(database, entries)
    new: list[Entry] = []
    for entry in entries:
        report, draft = entry.report, entry.draft
        earlier = deliveries.get(reports.name(draft.values)) if report and draft else None
        if report is None or draft is None or earlier is None:
            new.append(entry)
        elif (problem := _owned_by_others(caller, draft, earlier)) is not None:
            entry.problem = problem
        elif earlier.sha256 == draft.values["sha256"]:
            entry.id, entry.remarks = earlier.id, [reports.REPEATED]
        else:
            await _at_once(database, signature, caller, new, pace)
            new = []
            await _replace_report(database, signature, caller, entry, report, digest=draft.values["sha256"])
    await _at_once(database, signature, caller, new, pace, batch=batch if len(new) == len(entries) else None)


def _owned_by_others(caller: Caller, draft: Draft, earlier: Delivered) -> Problem | None:
    try:
        reports.check_owner(caller, draft.values, earlier)
    except Problem as problem:
        return problem
    return None


async def _delivered(database: Database, entries: Sequence[Entry]) -> dict[str | bytes, Delivered]:
    values = [entry.draft.values for entry in entries if entry.report and entry.draft]
    if not values:
        return {}
    try:
        return await reports.delivered(database.asking(), values)
    except (SQLAlchemyError, OSError) as error:
        raise database_errors.problem(error) from error


async def _replace_report(
    database: Database, signature: Signature, caller: Caller, entry: Entry, report: ReportLine, *, digest: bytes
) -> None:
    """Store a report that was delivered with another body before, in that one's place."""
    try:
        async with database.writing(signature) as session:
            answer, entry.created = await reports.deliver(session, caller, report, digest=digest, naming_similar=False)
        entry.id, entry.changed, entry.remarks = answer.id, answer.changed, answer.remarks
    except Unavailable:
        raise
    except Problem as problem:
        entry.problem = problem
    except (SQLAlchemyError, OSError) as error:
        entry.problem = _refused(error)


async def _at_once(
    database: Database,
    signature: Signature,
    caller: Caller,
    entries: list[Entry],
    pace: StoringPace,
    *,
    batch: Batch | None = None,
) -> None:
    """Store these in one transaction. If that fails, store them without those to blame; if none is, half by half.

    `batch`: they, as they were put together before.
    """
    tries = 0
    while entries:
        batch = batch or drafts.joined([entry.drafts for entry in entries if entry.drafts is not None])
        failed, batch = await _tried(database, signature, caller, entries, pace, batch=batch), None
        if failed is None:
            return
        blamed = _blamed(failed, entries)
        if len(entries) == 1:
            entries[0].problem = blamed.get(entries[0], failed)
            return
        tries += 1
        for entry, problem in blamed.items():
            entry.problem = problem
        entries = [entry for entry in entries if entry.problem is None]
        for entry in entries:
            walk_again(entry, caller)
        # A problem that names no line, or always others: each half by itself, down to the line.
        if not blamed or tries > _TRIES_WITHOUT_BLAMED:
            half = len(entries) // 2
            await _at_once(database, signature, caller, entries[:half], pace)
            entries, tries = entries[half:], 0


async def _tried(
    database: Database,
    signature: Signature,
    caller: Caller,
    entries: Sequence[Entry],
    pace: StoringPace,
    *,
    batch: Batch,
) -> Problem | None:
    """Store these whole, or give what stood in the way. Raises Unavailable."""
    try:
        async with database.writing(signature) as session:
            await pipeline.foresee(session, batch)
            # Lines with a report go through the pipeline as all others do, so they must all be new under the lock.
            await reports.check_new(session, batch)
            await _store_whole(session, batch)
            remarks_of = remarks.by_line(await remarks.tell(session, caller, batch, of_lines=True))
            pace.after(waited_for=await waited_for(session))
    except Unavailable:
        raise
    except Problem as problem:
        return problem
    except (SQLAlchemyError, OSError) as error:
        return _refused(error)
    for entry in entries:
        if entry.draft is not None:
            entry.id, entry.at_once, entry.remarks = entry.draft.original.id, True, remarks_of.get(entry.number, [])
    return None


async def _store_whole(session: AsyncSession, batch: Batch) -> None:
    """Store a batch, and what its reports say: that is put together while the last of it is stored."""
    rows: list[asyncio.Task[str | None]] = []
    if batch.drafts.get(Report):
        batch.when_known = lambda: rows.append(asyncio.create_task(threads.run(mentions.of_new, batch)))
    try:
        await pipeline.store(session, batch)
        for task in rows:
            await mentions.keep_rows(session, await task)
    finally:
        for task in rows:
            task.cancel()


def settle(entry: Entry) -> None:
    """Say what became of a line that was stored with others: not at once, for others wait to be stored then."""
    if entry.at_once and entry.draft is not None and entry.drafts is not None:
        effect, entry.url = outcomes.effect_of_parts(entry.drafts), outcomes.url(entry.draft)
        entry.created, entry.changed = effect.created, effect.changed


def _refused(error: Exception) -> Problem:
    """What the database refused. Raises Unavailable where it is busy or away."""
    problem = database_errors.problem(error)
    if isinstance(problem, Unavailable):
        raise problem from error
    return problem


def _blamed(problem: Problem, entries: Sequence[Entry]) -> dict[Entry, Problem]:
    """The lines that the problem names, each with its part of the problem: pointers begin with the line's number."""
    by_number = {entry.number: entry for entry in entries}
    errors_of: dict[Entry, list[dict[str, str]]] = {}
    errors: Any = problem.extra.get("errors") or []
    for error in errors:
        number, _, pointer = error.get("pointer", "")[1:].partition("/")
        if number.isdecimal() and int(number) in by_number:
            in_line = {**error, "pointer": f"/{pointer}" if pointer else ""}
            errors_of.setdefault(by_number[int(number)], []).append(in_line)
    return {entry: _about(problem, in_line) for entry, in_line in errors_of.items()}


def _about(problem: Problem, errors: list[dict[str, str]]) -> Problem:
    """The problem, reduced to the errors of one line."""
    alone = copy(problem)
    urls = [error["url"] for error in errors if "url" in error]
    without_urls = [{name: value for name, value in error.items() if name != "url"} for error in errors]
    alone.extra = {**problem.extra, "errors": without_urls} | ({"url": urls[0]} if urls else {})
    if isinstance(alone, Invalid):
        alone.tell_of(without_urls)
    return alone
