"""What drafts point at: their order, the ids they get, what may not be joined or be so old, what their keys need."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from graphlib import CycleError, TopologicalSorter
from typing import Any, Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import times
from app.database import ask
from app.errors import Invalid, Problem, raise_together
from app.models import (
    Appearance,
    AppearanceHop,
    AssessmentDocument,
    Claim,
    Document,
    DocumentVersion,
    Event,
    Question,
    Record,
    Source,
    Statement,
)
from app.schemas.kinds import kind_of
from app.services.intake.drafts import Batch, Draft
from app.texts import folding, traits
from app.vocabulary import MEASURE_DEFAULTS, counts_things

# A record's event is that of the first of these that it has: with events merged, it need not be the one addressed.
_PARENTS: Final = ("appearance_id", "assessment_id", "statement_id", "claim_id", "from_id", "question_id", "event_id")
# Where in a body a column's record is named, if not under the column's own name.
_FIELDS: Final = {"of_id": "figure/of"}
CIRCLE: Final = "these records point at each other in a circle"


def is_named(draft: Draft) -> bool:
    return traits.is_named(*map(draft.values.get, ("name", "disclosure", "kind")))


def _order(drafts: Sequence[Draft]) -> TopologicalSorter[Draft]:
    among = set(drafts)
    return TopologicalSorter(
        {draft: {to.original for to in draft.points_at.values() if to.original in among} for draft in drafts}
    )


def _prepared(drafts: Sequence[Draft]) -> TopologicalSorter[Draft]:
    order = _order(drafts)
    try:
        order.prepare()
    except CycleError as circle:
        raise Invalid.at(circle.args[1][0].pointer, CIRCLE) from None
    return order


def check_circles(drafts: list[Draft]) -> None:
    _prepared(linked(drafts))


def linked(drafts: Sequence[Draft]) -> list[Draft]:
    """Those that point at others of their table, which few do."""
    own_pointers = kind_of(drafts[0].model).own_pointers if drafts else ()
    return [draft for draft in drafts if not draft.points_at.keys().isdisjoint(own_pointers)]


def levels(drafts: list[Draft]) -> Iterator[list[Draft]]:
    """The drafts of one table: what others of them point at comes first.

    Raises Invalid for a circle that came to light only when drafts of one ref became one.
    """
    if drafts and not linked(drafts):
        yield drafts
        return
    order = _prepared(drafts)
    while order.is_active():
        ready = set(order.get_ready())
        yield [draft for draft in drafts if draft in ready]
        order.done(*ready)


def placed_sources(batch: Batch) -> set[Draft]:
    """The unnamed sources that are matched by what they speak in, and the sources that belong to them.

    Raises Invalid where one of these publishes a document: the one can't be matched before the other.
    """
    placed = {draft for draft in batch.drafts[Source] if draft.within is not None and not is_named(draft)}
    belonging = set(placed)
    while belonging:
        with_parents = [draft for draft in batch.drafts[Source] if "parent_id" in draft.points_at]
        belonging = {draft for draft in with_parents if draft.points_at["parent_id"].original in placed} - placed
        placed |= belonging
    for draft in batch.drafts[Document]:
        if "publisher_id" in draft.points_at and draft.points_at["publisher_id"].original in placed:
            raise Invalid.at(f"{draft.pointer}/publisher", "a source that is known only by a document can't publish it")
    return placed


def say_what_was_read(batch: Batch) -> None:
    """Give all appearances of a document the version that this body brings of it, also where a part only names it."""
    read = {(document.line, document.original.id): version for document, version in batch.versions.items()}
    for draft in batch.drafts[Appearance]:
        document = draft.points_at.get("document_id")
        if document is not None and (draft.line, document.original.id) in read:
            version = batch.versions.setdefault(document, read[draft.line, document.original.id])
            draft.points_at.setdefault("version_id", version)


def fill(batch: Batch, draft: Draft) -> None:
    """Put the ids of what a draft points at into its columns, now that they are known.

    Raises Invalid for a record of another event; a dry batch is refused nothing.
    """
    point(draft)
    if (parent := _parent(draft)) is None:
        return
    draft.values["event_id"] = parent.id if parent.model is Event else parent.value("event_id")
    event = None if batch.dry else event_of(draft)
    for name, to in draft.points_at.items() if event is not None else ():
        if event_of(to.original) not in (event, None):  # in this order: nearly all have the same object
            raise Invalid.at(_place(draft, name), "this belongs to another event")


def _parent(draft: Draft) -> Draft | None:
    """What says of which event a draft is."""
    if kind_of(draft.model).in_event:
        for name in _PARENTS:
            if name in draft.points_at:
                return draft.points_at[name].original
    return None


def point(draft: Draft, columns: Collection[str] | None = None) -> None:
    """Set the columns that point at others. `columns`: only these, at what was matched since."""
    for name, to in draft.points_at.items():
        if columns is not None and name not in columns:
            continue
        original = to if to.same_as is None else to.original
        draft.values[name] = original.id
        if name == "version_id":  # of a document that was merged it may be the other's
            draft.values["document_id"] = original.values["document_id"]


def _place(draft: Draft, column: str) -> str:
    return f"{draft.pointer}/{_FIELDS.get(column, column.removesuffix('_id'))}"


def event_of(draft: Draft) -> UUID | None:
    """The event that a draft was written for; of merged ones, their target."""
    if (event := draft.points_at.get("event_id")) is not None:
        return event_of(event.original)
    root: UUID | None = draft.values.get("event_root")
    if draft.model is Event:  # one that is new is its own
        return root or draft.id
    return root


def check_new(draft: Draft) -> None:
    """Refuse links across events or to itself, and claims that do not fit their question. Raises Invalid."""
    own_event = draft.values.get("event_id")
    for name, to in draft.points_at.items():
        if to.original.values.get("event_id") not in (own_event, None):
            raise Invalid.at(_place(draft, name), "this belongs to another event, even if the two were merged")
    if "from_id" in draft.values and draft.values["from_id"] == draft.values["to_id"]:
        raise Invalid.at(f"{draft.pointer}/to", "a link leads to another record, not to the same")
    if draft.model is Claim and "question_id" in draft.points_at:
        _check_answer(draft, draft.points_at["question_id"].original)


def _check_answer(draft: Draft, question: Draft) -> None:
    answer = question.value("answer")
    if answer is not None and (answer == "quantity") == (draft.value("qualifier") is None):
        is_so = "is open: with a measure it is a quantity" if answer == "open" else "is a quantity"
        why = f"a quantity is answered by figures, an open question by texts; this one {is_so}"
        raise Invalid.at(f"{draft.pointer}/question", why)
    if not draft.restored and question.value("measure") is not None:
        check_whole(draft.values, question.value("measure"), question.value("unit"), draft.pointer)


def check_whole(figure: Mapping[str, Any], measure: str, unit: str | None, at: str, field: str | None = None) -> None:
    """Refuse halves of what is counted. Raises Invalid at that number, or at the field that is told."""
    for name in ("min", "max"):
        number = figure.get(name)
        if number is not None and not float(number).is_integer() and counts_things(measure, unit):
            why = (
                f"`{measure}` counts {unit or MEASURE_DEFAULTS[measure][1]}, of which there are no halves: a whole "
                "number is needed. 2.5 million is 2500000, or 2.5 where the unit of the question says so (`million "
                "persons`)"
            )
            raise Invalid.at(f"{at}/{field or f'figure/{name}'}", why)


# --- whose voice a document has ---------------------------------------------------------------------------------------

# Of a release whoever publishes it, but for those who print what others say; of a post a body or a person. Reports and
# papers of courts also tell what others say, so of these it is only asked.
_SPEAKING_FOR_PUBLISHERS: Final = text("""
SELECT d.id, d.kind AS document_kind, s.id AS publisher_id, s.name, s.disclosure, s.kind
FROM document d JOIN source s ON s.id = source_root(d.publisher_id)
WHERE d.id = ANY (:ids)
AND (d.kind IN ('press_release', 'report', 'court_record') OR d.kind = 'post' AND s.kind IS NOT NULL)
AND coalesce(s.kind, '') NOT IN ('outlet', 'agency', 'channel') AND (:confidential OR NOT s.confidential)""")
_OWN_WORD: Final = (
    "Nobody else is named, and a {} is its publisher's own word: the document's publisher was taken for the source."
)
_OWN_REPORTS: Final = ("report", "court_record")
_MAY_BE_OWN_WORD: Final = (
    "Nobody is named, so this is said in nobody's name, and counts for nobody. If it is the word of whoever publishes "
    "this {}, that is the `source`."
)


async def let_publishers_speak(session: AsyncSession, batch: Batch) -> None:
    """Have what a press release or somebody's own post says in its own voice said by its publisher.

    Expects that documents are stored.
    """
    own_voice = defaultdict[UUID, list[Draft]](list)
    for draft in batch.drafts[Statement]:
        if "source_id" not in draft.points_at and draft.within is not None and not draft.restored:
            own_voice[draft.within.original.id].append(draft)
    if not own_voice or batch.from_export:
        return
    is_told = batch.caller.may("confidential")
    for row in await session.execute(_SPEAKING_FOR_PUBLISHERS, {"ids": list(own_voice), "confidential": is_told}):
        values = {"name": row.name, "disclosure": row.disclosure, "kind": row.kind}
        publisher = Draft(Source, "", values, id=row.publisher_id, reference=str(row.publisher_id))
        kind = row.document_kind.replace("_", " ")
        for draft in own_voice[row.id]:
            if row.document_kind in _OWN_REPORTS:
                if not batch.dry:
                    batch.note("suggested", f"{draft.pointer}/source", _MAY_BE_OWN_WORD.format(kind), told_of=draft)
                continue
            draft.points_at["source_id"] = publisher
            draft.assumed |= {"source_id"}
            batch.note("changed", f"{draft.pointer}/source", _OWN_WORD.format(kind), told_of=draft)


_HOPS_ALONE: Final = (
    "This tells who passed it on, and nobody who says it: it is said in nobody's name. If one of these says so, "
    "that is the source."
)


def remark_on_hops_alone(batch: Batch) -> None:
    """Note of statements without a source that somebody passed them on: whoever that is may be meant as the source."""
    if batch.dry or batch.from_export:
        return
    passed_on = {hop.points_at["appearance_id"].original for hop in batch.drafts[AppearanceHop] if hop.points_at}
    statements = {
        draft.points_at["statement_id"]
        for draft in batch.drafts[Appearance]
        if draft in passed_on and "statement_id" in draft.points_at
    }
    for draft in batch.drafts[Statement]:
        if draft in statements and "source_id" not in draft.points_at:
            batch.note("suggested", f"{draft.pointer}/source", _HOPS_ALONE)


# --- parts ----------------------------------------------------------------------------------------------------------

# What a part stands in: in none of another, so that it is new where that is new.
PARTS: Final[dict[type[Record], tuple[str, ...]]] = {
    Statement: ("claim_id", "question_id"),
    Appearance: ("statement_id",),
    DocumentVersion: ("document_id",),
    AssessmentDocument: ("assessment_id",),
}


def whole_of(draft: Draft) -> Draft | None:
    """The draft that a part stands in."""
    return next((draft.points_at[name].original for name in PARTS[draft.model] if name in draft.points_at), None)


# --- pages -----------------------------------------------------------------------------------------------------------

_ADDRESSED: Final = text("SELECT id, url, published FROM document WHERE id = ANY (:ids)")


def check_page(published: str | None, retrieved_at: datetime | None, at: str) -> None:
    """Raise Invalid if what has a URL would have been published or read before there were pages."""
    if published is not None and (why := times.impossible(published, of_page=True)):
        raise Invalid.at(f"{at}/published", why)
    if retrieved_at is not None and times.is_before_pages(retrieved_at):
        raise Invalid.at(f"{at}/retrieved_at", times.BEFORE_PAGES)


async def check_documents(session: AsyncSession, drafts: Iterable[Draft]) -> None:
    """`check_page` of what a mention completes: a document that is found by its ref may get its URL or its time now."""
    completing = [draft for draft in drafts if draft.same_as is None and draft.value("ref") and _may_make_early(draft)]
    if not completing:
        return
    rows = await ask(session, _ADDRESSED, {"ids": [draft.id for draft in completing]})
    stored = {row.id: row for row in rows}
    problems: list[Problem] = []
    for draft in completing:
        row = stored.get(draft.id)
        url, published = (row.url, row.published) if row is not None else (None, None)
        new_time = draft.value("published") if published is None else None
        new_url = draft.value("url") if url is None else None
        time = published or new_time
        if time and (url or new_url) and (new_time or new_url) and times.is_before_pages(time):
            member = "published" if new_time else "url"
            problems.append(Invalid.at(f"{draft.pointer}/{member}", times.BEFORE_PAGES))
    raise_together(problems)


def _may_make_early(draft: Draft) -> bool:
    published = draft.value("published")
    return times.is_before_pages(published) if published is not None else draft.value("url") is not None


async def check_versions(session: AsyncSession, new: Iterable[Draft]) -> None:
    """Raise Invalid for what would have been read of a page before there were pages."""
    early = [draft for draft in new if (read := draft.value("retrieved_at")) and times.is_before_pages(read)]
    if not early:
        return
    rows = await ask(session, _ADDRESSED, {"ids": [draft.values["document_id"] for draft in early]})
    pages = {row.id for row in rows if row.url is not None}
    too_early = [draft for draft in early if draft.values["document_id"] in pages]
    raise_together([Invalid.at(f"{draft.pointer}/retrieved_at", times.BEFORE_PAGES) for draft in too_early])


# --- what a key needs -------------------------------------------------------------------------------------------------


def hints(draft: Draft) -> dict[str, Any]:
    """Fields that the SQL of a key needs beside the record's columns, and columns that it need not be sent."""
    of_kind = _HINTS.get(draft.model)
    return {} if of_kind is None else of_kind(draft, draft.within.original if draft.within is not None else None)


def _version_hints(draft: Draft, _: Draft | None) -> dict[str, Any]:
    """A text is identified by its hash; and by whether it is but a part, where that was given."""
    part_told = "sha256" in draft.values and draft.value("part") is not None and "part" not in draft.assumed
    return {"text": None} | ({"part_told": True} if part_told else {})


def _statement_hints(draft: Draft, document: Draft | None) -> dict[str, Any]:
    fields: dict[str, Any] = {} if document is None else {"document": document.id}
    speaker, claim = map(draft.points_at.get, ("source_id", "claim_id"))
    if claim is not None and (words := _stored_words(claim.original)) is not None:
        fields["folded"] = words
    return fields if speaker is not None and is_named(speaker.original) else fields | {"nameless": True}


def _claim_hints(draft: Draft, _: Draft | None) -> dict[str, Any]:
    question = draft.points_at.get("question_id")
    words = None if question is None or question.original.value("measure") else _stored_words(question.original)
    return _folded_text(draft, None) | ({} if words is None else {"asked": words})


def _folded_text(draft: Draft, _: Draft | None) -> dict[str, Any]:
    """Folded here: that takes the database ten times as long."""
    words = draft.value("text")
    return {} if words is None else {"folded": folding.whole(words)}


def _stored_words(original: Draft) -> str | None:
    """The folded text of a record that is matched, where the draft has it: not where it was found by a ref or an id."""
    words = None if original.by_ref or original.restored else original.value("text")
    return None if words is None else folding.whole(words)


_HINTS: Final[dict[type[Record], Callable[[Draft, Draft | None], dict[str, Any]]]] = {
    DocumentVersion: _version_hints,
    Document: lambda _, read: {"sha256": read.values["sha256"]} if read is not None and read.value("sha256") else {},
    Question: _folded_text,
    Claim: _claim_hints,
    Statement: _statement_hints,
}
