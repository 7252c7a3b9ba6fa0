"""What an answer says beside the outcome of each part: nothing that was given is dropped without a word.

While a body is stored, whoever decides something about what it gives notes it in `Batch.remarks`, by `Batch.note` or by
the verbs below. `tell` makes remarks of these for one caller, and of what was proposed; `by_line` parts them by the
lines that they are about; `of_change` says what a merge patch did beside what it says.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app import times
from app.models import Appearance, AppearanceHop, Document, DocumentLink, Record, Source, SourceLink
from app.schemas import kinds
from app.schemas.common import RecordRead, Remark
from app.schemas.fields import respelt_in, unquoted_in
from app.schemas.kinds import kind_of
from app.schemas.pages import page_keys
from app.services import records, visibility
from app.services.access import Caller
from app.services.intake import doubts, twins
from app.services.intake.drafts import Batch, Draft, Drafts, Noted
from app.services.intake.words import clearing, column_words
from app.texts import asked
from app.vocabulary import PERSONS

# What a later mention may say otherwise without a word of it: what the service finds out or keeps for itself, and what
# another column of the record says, too.
_SILENT: Final = frozenset((
    "id", "version", "created_at", "updated_at", "merged_into", "event_id", "report_id", "version_id", "selector",
    "fidelity", "canonical_url", "page_key", "url_key", "sha256", "names", "answer", "told", "redacted",
))  # fmt: skip
_STORED: Final = frozenset({"matched", "completed", "replaced"})
_SHOWN_CHARACTERS: Final = 500  # of a value
_STEP_CHARACTERS: Final = 9  # of a pointer's step that is a number, for sorting
_OF_A_POST: Final = "A post of a platform is found by its id, whatever else stands in its address."
_OF_A_PAGE: Final = (
    "Addresses that differ in their scheme, `www.` or `m.`, in how they end or are escaped, or in parameters that only "
    "track readers mean one page."
)
_ALSO_CALLED: Final = "The source that is there goes by this name, too, and keeps the one that it has. Nothing is lost."


def is_silent(column: str) -> bool:
    """Whether nothing is said of a column."""
    return column in _SILENT or column.endswith(("_from", "_to"))


def completed(batch: Batch, draft: Draft, column: str, sent: Any, *, follows: bool = False) -> None:
    """Note that a draft has filled a gap of its record, or says what follows on any state that it was in."""
    if is_silent(column):
        return
    pointer = f"{draft.pointer}/{column_words.field_of(column)}"
    noun = column_words.noun(column)
    detail = f"The {kind_of(draft.model).words} that is there had no {noun} yet: this one was taken."
    if follows:
        detail = f"This {noun} follows on the one that stood here, and was taken."
    batch.note("completed", pointer, detail, sent=sent, told_of=draft)


def matched_by_name(batch: Batch, draft: Draft) -> None:
    """Note that a source was taken for one that is there because of its name alone; in each body once for each."""
    source_id, was_said_here = draft.original.id, draft.same_as is not None and draft.same_as.line == draft.line
    if was_said_here or (draft.line, source_id) in batch.matched_by_name:
        return
    batch.matched_by_name.add((draft.line, source_id))
    detail = "A source of this name is there, and nothing that was given contradicts it: it was taken for the same."
    batch.note("matched", f"{draft.pointer}/name", detail, stored=source_id, sent=draft.value("name"), told_of=draft)


def not_taken(batch: Batch, draft: Draft, column: str, stored: Any, sent: Any) -> None:
    """Note that a draft says something else than its record, which stays as it is."""
    if is_silent(column):
        return
    pointer = f"{draft.pointer}/{column_words.field_of(column)}"
    if (draft.model, column) == (Document, "url") and stored and page_keys.key(stored) == draft.value("page_key"):
        rule = _OF_A_PAGE if draft.value("page_key").startswith("//") else _OF_A_POST
        detail = f"{rule} So this was taken for the document that is there, which keeps its own address."
        batch.note("matched", pointer, f"{detail} Nothing is lost by it.", stored=stored, sent=sent, told_of=draft)
        return
    if (draft.model, column) == (Source, "name") and stored and draft.value("ref") is None and draft.reference is None:
        called_otherwise(batch, draft, stored, sent)
        return
    reason = "has none and never changes" if stored is None else "has another one, which stays"
    detail = f"This {column_words.noun(column)} was not taken: the {kind_of(draft.model).words} {reason}."
    batch.note("not_taken", pointer, detail, stored=stored, sent=sent, told_of=draft)


def called_otherwise(batch: Batch, draft: Draft, stored: str, sent: str) -> None:
    """Note that a source was found by another of its names, or by its name in other signs, and keeps its own."""
    batch.note("matched", f"{draft.pointer}/name", _ALSO_CALLED, stored=stored, sent=sent, told_of=draft)


def suggested_kind(batch: Batch, draft: Draft) -> None:
    """Note what a new question may ask for, where nobody told it: that is only a guess from its words."""
    if draft.value("measure") is not None:
        _suggest_growth(batch, draft)
    elif draft.value("kind") is None and (kinds := asked.kinds(draft.value("text"))):
        if kinds == asked.A_MEASURE:
            _suggest_measure(batch, draft)
            return
        detail = (
            f"By its words it may ask for {' or '.join(kinds)}, which nobody told: until somebody does, it is read as "
            "`other`, and more than one of its answers can be true."
        )
        batch.note("suggested", f"{draft.pointer}/kind", detail)


def _suggest_measure(batch: Batch, draft: Draft) -> None:
    measure = asked.measure(draft.value("text"))
    detail = (
        "By its words it asks how many, and nobody told of what: without a `measure` its answers are texts, which no "
        f'figure contradicts. As {{"measure": "{measure or "killed"}"}} it is answered by figures.'
    )
    batch.note("suggested", f"{draft.pointer}/measure", detail, stored=measure)


def _suggest_growth(batch: Batch, draft: Draft) -> None:
    """Note of a new count of persons that nobody said whether it grows."""
    is_told = draft.value("kind") is not None or draft.value("evolving") is not None
    if draft.value("measure") == "other" and draft.value("unit") == PERSONS and not is_told:
        detail = (
            "Nobody told whether this number grows, and it is read as one that does not: figures of two sources "
            "dispute each other, whenever they were given. With `kind`: casualties, or `evolving`: true, later ones "
            "replace earlier."
        )
        batch.note("suggested", f"{draft.pointer}/evolving", detail)


def doubtful_times(batch: Drafts, draft: Draft) -> None:
    """Note of a statement that it was said after its document was published. What is stored of it tells the rest."""
    published = draft.within.value("published") if draft.within is not None else None
    said = draft.value("said")
    if published is not None and said is not None and times.is_before(published, said):
        detail = f"It was said after its document was published ({published}): is one of the two times wrong?"
        batch.note("suggested", f"{draft.pointer}/said", detail, sent=said)


# --- for one caller --------------------------------------------------------------------------------------------------


async def tell(session: AsyncSession, caller: Caller, batch: Batch, *, of_lines: bool = False) -> list[Remark]:
    """The remarks on a body, in its order, as far as this caller may be told; `of_lines`: as `by_line` takes them."""
    unseen = await _unseen(session, caller, batch)
    notes = [note for note in batch.remarks if _has_line(note)] if of_lines else batch.remarks
    visible = [_remark(caller, note) for note in notes if note.told_of is None or note.told_of not in unseen]
    visible += [
        Remark(what="not_taken", pointer=pointer, detail="What was taken of this is not shown: its record is hidden.")
        for pointer in {draft.pointer for draft in unseen if draft in batch.drafts[draft.model]}
    ]
    visible += await _proposals(session, caller, batch, unseen)
    visible += await twins.of_events(session, caller, batch)
    visible += await twins.of_withdrawals(session, caller, batch)
    visible += await twins.of_circles(session, caller, batch)
    visible += await doubts.of_batch(session, batch, unseen)
    return sorted(visible, key=lambda remark: _in_order(remark.pointer))


def _in_order(pointer: str) -> list[str]:
    """What pointers are sorted by, so that /2 stands before /10."""
    return [step.zfill(_STEP_CHARACTERS) if step.isdecimal() else step for step in pointer.split("/")]


async def _unseen(session: AsyncSession, caller: Caller, batch: Batch) -> set[Draft]:
    """Those drafts of stored records that the caller may not see.

    Also those of which nothing was noted: that alone would tell who guesses that he is right.
    """
    told_of = {
        model: [*drafts] for model, drafts in batch.drafts.items() if drafts and visibility.may_hide(caller, model)
    }
    for note in batch.remarks:
        if note.told_of is not None and visibility.may_hide(caller, note.told_of.model):
            told_of.setdefault(note.told_of.model, []).append(note.told_of)
    stored = {
        model: [draft for draft in drafts if draft.original.outcome in _STORED]
        for model, drafts in told_of.items()
        if kind_of(model).read is not None
    }
    ids = {model: {draft.original.id for draft in drafts} for model, drafts in stored.items()}
    visible_ids = await records.among_all_seen(session, caller, ids)
    return {draft for drafts in stored.values() for draft in drafts if draft.original.id not in visible_ids}


def _remark(caller: Caller, note: Noted) -> Remark:
    return Remark(
        what=note.what,
        pointer=note.pointer,
        detail=note.detail,
        stored=None if _is_withheld(caller, note) else _shortened(note.stored),
        sent=_shortened(note.sent),
        url=_url(note.told_of),
    )


def _url(draft: Draft | None) -> str | None:
    """Where a draft's record is read."""
    if draft is None or kind_of(draft.model).read is None:
        return None
    return kinds.url(draft.model, draft.original.id)


def _is_withheld(caller: Caller, note: Noted) -> bool:
    """Whether what is stored may be the id of a record that is hidden from the caller."""
    if note.told_of is None:
        return False
    column = f"{note.pointer.rpartition('/')[2]}_id"
    return column in visibility.withheld(caller, kind_of(note.told_of.model))


def _shortened(value: Any) -> Any:
    return f"{value[:_SHOWN_CHARACTERS]}…" if isinstance(value, str) and len(value) > _SHOWN_CHARACTERS else value


def by_line(remarks: Iterable[Remark]) -> dict[int, list[Remark]]:
    """The remarks on many lines by the number of the line, as a line's answer has them.

    What was matched is left out: each line says that by its status; but for an address that is not kept.
    """
    return by_body(filter(_has_line, remarks))


def _has_line(remark: Noted | Remark) -> bool:
    return remark.what != "matched" or remark.pointer.endswith("url")


def by_body(remarks: Iterable[Remark]) -> dict[int, list[Remark]]:
    """The remarks on many bodies by the number with which their pointers begin, which is taken off."""
    by_number: dict[int, list[Remark]] = defaultdict(list)
    for remark in remarks:
        number, _, pointer = remark.pointer[1:].partition("/")
        if number.isdecimal():
            in_body = remark.model_copy(update={"pointer": f"/{pointer}" if pointer else ""})
            by_number[int(number)].append(in_body)
    return by_number


# --- what was proposed -----------------------------------------------------------------------------------------------

_SAME: Final = "It may be the same as this one ({}). The two are linked, and count as one until an editor has said."
_COPY: Final = "It may be made of the text of this one (likeness {:.2f}). The two are linked until an editor has said."
_CREDIT: Final = "The document credits this agency (likelihood {:.2f}): it is proposed as a step of the chain."


async def _proposals(session: AsyncSession, caller: Caller, batch: Batch, unseen: set[Draft]) -> list[Remark]:
    proposed = batch.proposed
    remarks: list[Remark] = []
    if proposed[SourceLink]:
        places = _places(batch, Source, unseen, "/name")
        new = {draft.id: draft.value("name") for draft in batch.drafts[Source] if draft.outcome == "created"}
        remarks += await of_source_links(session, caller, proposed[SourceLink], places, new)
    if proposed[DocumentLink]:
        new = {draft.id: draft.value("url") for draft in batch.drafts[Document] if draft.outcome == "created"}
        places = _places(batch, Document, unseen)
        remarks += await of_document_links(session, caller, proposed[DocumentLink], places, new)
    if proposed[AppearanceHop]:
        agencies = await records.among_seen(
            session, caller, Source, {hop.source_id for hop in proposed[AppearanceHop]}, name="name"
        )
        places = _places(batch, Appearance, unseen, "/hops")
        remarks += [
            Remark(
                what="proposed",
                pointer=places[hop.appearance_id],
                detail=_CREDIT.format(hop.score),
                stored=stored,
                url=kinds.url(Source, hop.source_id),
            )
            for hop in proposed[AppearanceHop]
            if hop.appearance_id in places and (stored := _shown(agencies, hop.source_id))
        ]
    return remarks


def _places(batch: Batch, model: type[Record], unseen: set[Draft], below: str = "") -> dict[UUID, str]:
    """Where in the body each record stands that is new, or else that it names; `below`: in which member."""
    drafts = [draft for draft in batch.drafts[model] if draft not in unseen]
    places = {draft.original.id: draft.pointer for draft in batch.referred(model)}
    for draft in sorted(drafts, key=lambda draft: draft.outcome == "created"):
        places[draft.original.id] = f"{draft.original.pointer}{below}"
    return places


async def of_source_links(
    session: AsyncSession,
    caller: Caller,
    links: Sequence[Row[Any]],
    places: Mapping[UUID, str],
    new: Mapping[UUID, Any] | None = None,
) -> list[Remark]:
    """That a source may be the same as another, where the caller may see that one.

    `places`: where in the body which source stands; `new`: the names of those that this body has made.
    """
    names = await records.among_seen(session, caller, Source, _ends(links), name="name")
    return list(
        _of_links(links, places, {**names, **(new or {})}, lambda link: _SAME.format(link.reason), (Source, "name"))
    )


async def of_document_links(
    session: AsyncSession,
    caller: Caller,
    links: Sequence[Row[Any]],
    places: Mapping[UUID, str],
    new: Mapping[UUID, Any] | None = None,
) -> list[Remark]:
    """That a document may be made of another, where the caller may see that one."""
    urls = await records.among_seen(session, caller, Document, _ends(links), name="url")
    return list(
        _of_links(links, places, {**urls, **(new or {})}, lambda link: _COPY.format(link.score), (Document, "url"))
    )


def _ends(links: Sequence[Row[Any]]) -> set[UUID]:
    return {end for link in links for end in (link.from_id, link.to_id)}


def _of_links(
    links: Sequence[Row[Any]],
    places: Mapping[UUID, str],
    names: Mapping[UUID, Any],
    detail: Callable[[Row[Any]], str],
    named: tuple[type[Record], str],
) -> Iterator[Remark]:
    """`named`: what the links are between, and which of its columns tells it."""
    model, member = named
    for link in links:
        # What came later stands first in a link; where only the other end was given, it is told there.
        end, far_end = (link.from_id, link.to_id) if link.from_id in places else (link.to_id, link.from_id)
        if end in places and {end, far_end} <= names.keys():
            stored = {"id": far_end, member: names[far_end], "link_id": link.id, "score": link.score}
            url = kinds.url(model, far_end)
            yield Remark(what="proposed", pointer=places[end], detail=detail(link), stored=stored, url=url)


def _shown(names: Mapping[UUID, Any], id_: UUID) -> dict[str, Any] | None:
    return {"id": id_, "name": names[id_]} if id_ in names else None


# --- what a change did -----------------------------------------------------------------------------------------------

NOTHING_NEW: Final = Remark(what="matched", pointer="", detail="All of this is stored already: nothing was changed.")
_FOLLOWED: Final = "This was not given: it follows from what was."
_DEFAULT: Final = "This can't be empty: it has its default again."


def of_change(before: RecordRead, after: RecordRead, patch: BaseModel) -> list[Remark]:
    """What a merge patch was taken for, and what it changed beside what it says."""
    earlier, stored = before.model_dump(), after.model_dump()
    if earlier == stored:
        return [NOTHING_NEW, *respelt(patch)]
    emptied = [name for name in patch.model_fields_set & stored.keys() if getattr(patch, name) is None]
    return [
        *respelt(patch),
        *(
            Remark(what="changed", pointer=f"/{name}", detail=_DEFAULT, stored=stored[name])
            for name in sorted(emptied)
            if stored[name] not in (None, {}, [])
        ),
        *clearing.remarks(before, after),
        *(
            Remark(what="changed", pointer=pointer, detail=_FOLLOWED, stored=value)
            for pointer, value in sorted(_followed(earlier, stored, patch))
        ),
    ]


def _followed(earlier: dict[str, Any], stored: dict[str, Any], patch: BaseModel) -> Iterator[tuple[str, Any]]:
    """What is otherwise than before and was not given, with where it would stand in the body."""
    members = patch.model_fields_set
    columns = {column for name in members for column in (name, f"{name}_id", f"{name.removesuffix('s')}_ids")}
    # One remark tells of a withdrawal and of all that told of it.
    columns |= {column for name in members & clearing.TELLING_OF.keys() for column in clearing.TELLING_OF[name]}
    for name in stored.keys() - columns:
        # A figure's claim has no text of its own: that is composed.
        if stored[name] != earlier[name] and not is_silent(name) and not (name == "text" and "figure" in members):
            yield f"/{column_words.field_of(name)}", stored[name]
    figure: BaseModel | None = getattr(patch, "figure", None)
    if figure is not None:
        for name in {"qualifier", "min", "max"} - figure.model_fields_set:
            if stored["figure"][name] != (earlier["figure"] or {}).get(name):
                yield f"/figure/{name}", stored["figure"][name]


def respelt(body: BaseModel) -> list[Remark]:
    """What of a body is kept in another form; without the chain, which is drafted and has remarks of its own."""
    return [
        Remark(what="changed", pointer=pointer, detail=words.detail, stored=words.value, sent=words.sent)
        for name in sorted(body.model_fields_set - {"hops"})
        for pointer, words in respelt_in(unquoted_in(body).get(name, getattr(body, name)), f"/{name}")
    ]
