"""Changes of one record: a merge patch over what is stored (RFC 7396)."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, TypeAlias
from uuid import UUID

from pydantic import BaseModel, ValidationError
from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app import times
from app.database import foreseeing
from app.errors import Conflict, Invalid, Problem
from app.models import (
    Appearance,
    AppearanceHop,
    Assessment,
    AssessmentDocument,
    Claim,
    Document,
    Question,
    Record,
    Statement,
    table_of,
)
from app.schemas import findings, kinds
from app.schemas.claims import Figure, FigureRead
from app.schemas.common import SHORT_LIST_ITEMS, RecordRead, Remark, Withdrawal
from app.schemas.fields import EXTERNAL_SYSTEMS
from app.schemas.forms.numbers import ALL_OF_WHAT
from app.schemas.pages import wrappers
from app.schemas.questions import QuestionRead
from app.schemas.statements import AppearanceRead, HopCreate, StatementRead
from app.services import database_errors, records, visibility
from app.services.access import Caller
from app.services.intake import copies, doubts, foreign_keys, pipeline, quotes, remarks
from app.services.intake.bodies import walking
from app.services.intake.drafts import COARSE, Batch, Draft, bounds, url_columns, url_key
from app.services.intake.words import clearing
from app.texts import traits
from app.texts.quoting.effort import Spots
from app.vocabulary import counts_things

# How many members they have at most, however many changes bring them.
_OBJECT_FIELDS: Final = {"external_ids": EXTERNAL_SYSTEMS, "translations": SHORT_LIST_ITEMS}
_UNIQUE_COLUMNS: Final = ("ref", "slug", "canonical_url", "page_key")
_OF_URL: Final = ("canonical_url", "page_key")
_ARCHIVED: Final = "This is an archive's copy: the document is the page inside. A version keeps the copy's archive_url."
_NO_NAME: Final = (
    "it names nobody. Who is not named says disclosure: role_only, anonymous or group; if it is a name, say "
    "disclosure: named"
)
# A record as it was written, and what there is to remark.
Written: TypeAlias = tuple[RecordRead, list[Remark]]
_DEFAULTED: Final = ("unit",)
# Times of which the first can't be after the second, and what they are called.
_IN_ORDER: Final = (
    ("said", "withdrawn", "taken back", "said"),
    ("published", "retracted", "retracted", "published"),
)


async def change(
    session: AsyncSession, caller: Caller, model: type[Record], address: str, patch: BaseModel, *, if_match: str | None
) -> Written:
    """Apply a merge patch; gives what there is to remark, too.

    Raises what `records.held` raises, Invalid, or Conflict for a ref, slug or URL that is taken.
    """
    # Only an appearance has a quotation, which is looked up in a text.
    spots = await _foresee(session, caller, address, patch) if model is Appearance else Spots()
    # A merge is undone at the record that was merged; all else is written to what it was merged into.
    undoing = patch.model_fields_set == {"merged_into"}
    record = await records.held(session, caller, model, address, if_match, merged_itself=undoing)
    remarked: list[Remark] = []
    values = await _columns(session, caller, model, record, patch, remarked)
    if undoing and getattr(record, "merged_into", None) is None:  # or it was merged into what is hidden, and stays so
        values = {}
    # Only documents have these columns.
    if {"canonical_url", "published"} & values.keys() and values.get("url", getattr(record, "url", None)):
        published = values.get("published", getattr(record, "published", None))
        if published is not None and (why := times.impossible(published, of_page=True)):
            raise Invalid.at("/published" if "published" in patch.model_fields_set else "/url", why)
    await _check_together(session, record, values)
    if isinstance(record, AppearanceRead):  # its quotation is looked up again
        values |= await quotes.changed(session, spots, record, values)
    await _check_unique(session, caller, model, record.id, values)
    try:
        await records.write(session, model, record.id, values)
    except IntegrityError as error:
        raise database_errors.problem(error, patch.model_fields_set) from error
    if "hops" in patch.model_fields_set:
        remarked += await _replace_hops(session, caller, record, getattr(patch, "hops", None) or [])
    if "documents" in patch.model_fields_set:
        remarked += await _replace_evidence(session, caller, record, getattr(patch, "documents", None) or [])
    elif isinstance(document_id := values.get("document_id"), UUID):
        # The event cites this document only now; nothing was drafted, so no pipeline proposes its copies.
        links = await copies.compare(session, [document_id])
        remarked += await remarks.of_document_links(session, caller, links, {document_id: "/document"})
    remarked += await doubts.of_changed(session, record.id, patch.model_fields_set)
    changed = (await records.get_written(session, caller, model, {record.id: True}))[record.id]
    return changed, [*remarked, *remarks.of_change(record, changed, patch)]


async def merge(session: AsyncSession, caller: Caller, model: type[Record], address: str, into: str) -> Written:
    """`records.merge`; gives what there is to remark, too."""
    before = await records.get(session, caller, model, address, merged_itself=True)
    merged = await records.merge(session, caller, model, address, into)
    return merged, [remarks.NOTHING_NEW] if merged == before else []


async def _foresee(session: AsyncSession, caller: Caller, address: str, patch: BaseModel) -> Spots:
    """Look the quotation up before the lock is taken, if it is to change.

    Not by `pipeline.foresee`, which looks up drafts: here a stored record is changed. Problems are left to the same
    steps under the lock.
    """
    spots = Spots()
    if patch.model_fields_set & {*quotes.FIELDS, "document"}:
        with suppress(Problem):
            async with foreseeing(session) as reading:
                record = await records.get_as(reading, caller, AppearanceRead, address)
                values = await _columns(reading, caller, Appearance, record, patch, [])
                await quotes.changed(reading, spots, record, values)
    return spots


def _url_columns(model: type[Record], url: str | None, remarked: list[Remark]) -> dict[str, Any]:
    """A URL with what follows from it."""
    columns = table_of(model).c
    if "page_key" in columns:
        return url_columns(_unwrapped(url, remarked))
    return {"url": url} | (url_key(url) if "url_key" in columns else {})


async def _columns(  # noqa: PLR0917
    session: AsyncSession,
    caller: Caller,
    model: type[Record],
    record: RecordRead,
    patch: BaseModel,
    remarked: list[Remark],
) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name in patch.model_fields_set - {"hops", "documents"}:  # these are records of their own
        value = getattr(patch, name)
        if (target := kinds.kind_of(model).points_at.get(f"{name}_id")) is not None:
            values[f"{name}_id"] = await _named(session, caller, target, value, f"/{name}")
        elif name in COARSE:
            values |= bounds(name, value)
        elif name in _OBJECT_FIELDS:
            values[name] = _patched(name, getattr(record, name), value)
        elif name == "figure":
            values |= await _figure(session, caller, record, value)
        elif name == "url":
            values |= _url_columns(model, value, remarked)
        elif name == "aliases":
            values[name] = [alias.model_dump() for alias in value] if value is not None else None
        else:
            values[name] = value
    if isinstance(record, QuestionRead):  # some of its columns follow from others
        await _question_defaults(session, record, values)
    if "document_id" in values:
        values["version_id"] = None  # it was of the document before
    return clearing.emptied(values) | values


def _unwrapped(url: str | None, remarked: list[Remark]) -> str | None:
    """A document's address, if need be without an archive around it, as in a new body."""
    inside = wrappers.archived(url) if url is not None else None
    if inside is None or inside.archive_url is None:
        return url
    remarked.append(Remark(what="changed", pointer="/url", detail=_ARCHIVED, stored=inside.url, sent=url))
    return inside.url


async def _named(
    session: AsyncSession, caller: Caller, model: type[Record], reference: str | None, pointer: str
) -> UUID | None:
    return await pipeline.find(session, caller, model, reference, pointer) if reference is not None else None


def _patched(field: str, stored: dict[str, Any], members: dict[str, Any] | None) -> dict[str, Any] | None:
    """Replace the members of a stored object that the patch has; a null takes one out. Raises Invalid for too many."""
    if members is None:
        return None
    patched = {name: value for name, value in (stored | members).items() if value is not None}
    if len(patched) > max(len(stored), _OBJECT_FIELDS[field]):
        many = f"with those that are stored there are {len(patched):,}: at most {_OBJECT_FIELDS[field]:,}"
        raise Invalid.at(f"/{field}", f"{many}; a null takes one out")
    return patched


async def _figure(session: AsyncSession, caller: Caller, record: RecordRead, patch: BaseModel | None) -> dict[str, Any]:
    if patch is None:
        return {"qualifier": None, "min": None, "max": None, "of_id": None}
    figure: FigureRead | None = getattr(record, "figure", None)
    stored = figure.model_dump() if figure is not None else {"of_id": None}
    part_of = stored.pop("of_id")
    merged = stored | patch.model_dump(exclude_unset=True, exclude={"of"})
    if stored.get("qualifier") == "exact" and {"min", "max"} <= patch.model_fields_set:
        # Two numbers in place of one are `between`, as they are in a new figure.
        merged["qualifier"] = getattr(patch, "qualifier", None)
    try:
        changed = Figure.model_validate({name: value for name, value in merged.items() if value is not None})
    except ValidationError as error:
        reported = error.errors()[0]
        raise Invalid.at(f"/figure{findings.member(reported)}", findings.sentence(reported)) from None
    if {"min", "max"} & patch.model_fields_set:
        await _check_whole(session, getattr(record, "question_id", None), changed.model_dump())
    if "of" in patch.model_fields_set:
        part_of = await _named(session, caller, Claim, getattr(patch, "of", None), "/figure/of")
    if changed.qualifier == "all" and part_of is None and patch.model_fields_set & {"qualifier", "of"}:
        raise Invalid.at("/figure/of", ALL_OF_WHAT)
    return {"qualifier": changed.qualifier, "min": changed.min, "max": changed.max, "of_id": part_of}


async def _check_whole(
    session: AsyncSession, question_id: UUID | None, figure: Mapping[str, Any], field: str | None = None
) -> None:
    columns = table_of(Question).c
    question_query = select(columns.measure, columns.unit).where(columns.id == question_id)
    question = (await session.execute(question_query)).one_or_none()
    if question is not None and question.measure is not None:
        foreign_keys.check_whole(figure, question.measure, question.unit, "", field)


async def _check_together(session: AsyncSession, record: RecordRead, values: dict[str, Any]) -> None:
    """Raise Invalid for what is right by itself, and not beside what is stored."""
    if values.get("question_id") and (stored := getattr(record, "figure", None)) is not None:
        figure = {name: values.get(name, getattr(stored, name)) for name in ("min", "max")}
        await _check_whole(session, values["question_id"], figure, "question")
    for earlier, later, becomes, began in _IN_ORDER:
        if {earlier, later} & values.keys() and hasattr(record, later):
            first, second = (values.get(name, getattr(record, name)) for name in (earlier, later))
            _check_order(first, second, later, becomes, began)
    if "name" in values:  # only sources have one
        _check_name(record, values)


def _check_order(began: str | None, ended: str | None, member: str, becomes: str, begins: str) -> None:
    if began is not None and ended is not None and times.is_before(ended, began):
        raise Invalid.at(f"/{member}", f"it can't be {becomes} before it was {begins} ({began})")


def _check_name(source: RecordRead, values: dict[str, Any]) -> None:
    """Raise Invalid for a new name that describes nobody, unless it says that it is one, or more than it is known."""
    changed = source.model_dump() | values
    name, kind = changed["name"], changed["kind"]
    is_known = "disclosure" in values or any(changed[column] for column in traits.KNOWN_BY)
    side = changed["country"] or changed["party"]
    if traits.is_named(name, changed["disclosure"], kind) and not is_known and traits.describes(name, kind, side):
        raise Invalid.at("/name", _NO_NAME)


async def _question_defaults(session: AsyncSession, question: QuestionRead, values: dict[str, Any]) -> None:
    """Set a default where the patch has a null or changes the measure; the answer follows from the measure."""
    wanted_answer = values.pop("answer", None)
    if any(name in values and values[name] is None for name in _DEFAULTED) or "measure" in values:
        defaults = walking.with_defaults(question.model_dump(include={"measure", *_DEFAULTED}) | values)
        values |= {name: defaults.get(name) for name in (*_DEFAULTED, "answer")}
    if {"measure", "unit"} & values.keys():
        await _check_halves(session, question, values)
    answer = values.get("answer", question.answer)
    if wanted_answer not in (None, answer):
        raise Invalid.at("/answer", "a question with a measure is a quantity, one without is open")
    if answer != question.answer:
        answers = select(table_of(Claim).c.id).where(table_of(Claim).c.question_id == question.id).limit(1)
        if await session.scalar(answers) is not None:
            raise Invalid.at("/measure", "claims answer it as it is: a quantity by figures, an open question by texts")


async def _check_halves(session: AsyncSession, question: QuestionRead, values: dict[str, Any]) -> None:
    """Raise Invalid where its figures have halves of what it would count then."""
    measure, unit = (values.get(name, getattr(question, name)) for name in ("measure", "unit"))
    if not counts_things(measure, unit):
        return
    columns = table_of(Claim).c
    halves = or_(*(number != func.floor(number) for number in (columns.min, columns.max)))
    if await session.scalar(select(columns.id).where(columns.question_id == question.id, halves).limit(1)) is not None:
        name = "measure" if "measure" in values and values["measure"] != question.measure else "unit"
        raise Invalid.at(f"/{name}", f"figures that answer it are no whole numbers, and `{measure}` has no halves")


async def _check_unique(
    session: AsyncSession, caller: Caller, model: type[Record], key: UUID, values: dict[str, Any]
) -> None:
    """Raise Conflict for a ref, slug or URL of another record, with that one's URL where the caller may see it."""
    table = table_of(model)
    own_row = table.alias()
    for name in _UNIQUE_COLUMNS:
        if values.get(name) is None or name not in table.c:
            continue
        is_url = name in _OF_URL  # indexed by its digest, for it may be long
        equal = (
            func.digest_of(table.c[name]) == func.digest_of(values[name]) if is_url else table.c[name] == values[name]
        )
        bearers = select(table.c.id).where(equal, table.c.id != key).order_by(table.c.created_at, table.c.id).limit(1)
        # Of two that bear the same, be it unseen by each other's senders, each may still be changed.
        unchanged = exists().where(own_row.c.id == key, own_row.c[name] == values[name])
        bearers = bearers.where(~unchanged)
        bearer = await session.scalar(bearers)
        if bearer is None:
            continue
        field = "url" if is_url else name
        rows = visibility.seen_alone(caller, model)
        may_see = await session.scalar(select(rows.c.id).where(rows.c.id == bearer)) is not None
        clash = Conflict(
            f"Another record has this {field}.", errors=[{"pointer": f"/{field}", "detail": "it is taken"}]
        )
        if may_see:
            clash.extra["url"] = kinds.url(model, bearer)
        raise clash


async def _replace_hops(
    session: AsyncSession, caller: Caller, record: RecordRead, hops: Sequence[HopCreate]
) -> list[Remark]:
    table = table_of(AppearanceHop)
    await session.execute(delete(table).where(table.c.appearance_id == record.id))
    batch = Batch(caller, by_hand=True)
    stored = record.model_dump(include={"event_id", "document_id"})
    document = Draft(Document, "", id=stored["document_id"], reference="") if stored["document_id"] else None
    appearance = Draft(Appearance, "", {"event_id": stored["event_id"]}, id=record.id, reference="")
    for nth, hop in enumerate(hops):
        walking.hop(batch, hop, appearance, f"/hops/{nth}", nth + 1, document)
    await pipeline.prepare(session, batch)
    await pipeline.store(session, batch)
    return await remarks.tell(session, caller, batch)


async def _replace_evidence(
    session: AsyncSession, caller: Caller, record: RecordRead, references: Sequence[str]
) -> list[Remark]:
    table = table_of(AssessmentDocument)
    await session.execute(delete(table).where(table.c.assessment_id == record.id))
    batch = Batch(caller, by_hand=True)
    assessment = Draft(Assessment, "", record.model_dump(include={"event_id"}), id=record.id, reference="")
    for nth, reference in enumerate(references):
        walking.evidence(batch, reference, assessment, f"/documents/{nth}")
    # Not prepared: there are only references, no labels and no texts. A `#label` is refused like an unknown address.
    await pipeline.store(session, batch)
    return await remarks.tell(session, caller, batch)


async def withdraw(session: AsyncSession, caller: Caller, address: str, data: Withdrawal) -> Written:
    """Note that a statement was taken back; the same withdrawal again changes nothing.

    Raises Conflict if it was withdrawn otherwise before.
    """
    statement = await records.get_as(session, caller, StatementRead, address)
    document = await _named(session, caller, Document, data.document, "/document")
    withdrawal = {"withdrawn_reason": data.reason, "withdrawn_document_id": document, "withdrawn_by": data.by}
    withdrawal |= {"withdrawn": data.withdrawn}
    stored = statement.model_dump(include={*withdrawal})
    if statement.withdrawn is not None and withdrawal != stored:
        raise Conflict(
            "It is withdrawn already, in other words: PATCH changes them.", url=kinds.url(Statement, statement.id)
        )
    _check_order(statement.said, data.withdrawn, "withdrawn", "taken back", "said")
    await records.write(session, Statement, statement.id, withdrawal | bounds("withdrawn", data.withdrawn))
    withdrawn = await records.get_as(session, caller, StatementRead, str(statement.id))
    remarked = [remarks.NOTHING_NEW] if withdrawn == statement else []
    remarked += await doubts.of_changed(session, statement.id, ["withdrawn"])
    return withdrawn, [*remarked, *remarks.respelt(data)]
