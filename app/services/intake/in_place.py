"""Sources that are known only where they were mentioned: which of them a draft is, or whether it is another one.

Of a place are those who speak, pass on or judge in a document, or without one about a claim or question; of a document
that a source publishes, its publisher; of no place, who does so nowhere. Whoever is known there by the draft's name,
or in its words if it is unnamed, is meant, unless what is told of the two contradicts: by the rule of `by_name`, for
stored sources and for those of the body alike.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.errors import Problem
from app.models import Document, Source
from app.services.access import Caller
from app.services.intake import storing, unseen
from app.services.intake.by_name import Known, how_much_is_left_open, known, traits_of
from app.services.intake.drafts import Batch, Draft
from app.services.intake.joining import adopt, check_ref, join, join_unless_other_ref
from app.texts import folding, traits

# Beside those of the name who are known only there: of the sources that the draft may be the one that is known there,
# if one alone is. Never a confidential source.
# OFFSET 0: by the index of names, and by ids, whatever was known of the tables when the plan was made.
_NAMED: Final = """
SELECT d.id AS asked, root.id AS hit, root.ref AS hit_ref, t.id AS via, t.placed AS is_placed, 0 AS rank,
    coalesce(t.kind, root.kind) AS kind, coalesce(t.country, root.country) AS country,
    coalesce(t.party, root.party) AS party, source_root(coalesce(t.parent_id, root.parent_id)) AS parent_id,
    coalesce(t.url, root.url) AS url, root.external_ids || t.external_ids AS external_ids
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(
    id uuid, name text, within uuid, document uuid, about uuid, publishes text, publishes_ref text, may_be uuid[])
CROSS JOIN LATERAL (SELECT ARRAY(
    SELECT source_root(v) FROM speakers_there(d.document, d.about) v(v)
    UNION ALL SELECT source_root(p.publisher_id) FROM document p WHERE digest_of(p.page_key) = digest_of(d.publishes)
    UNION ALL SELECT source_root(p.publisher_id) FROM document p WHERE p.ref = d.publishes_ref) AS ids OFFSET 0) there
CROSS JOIN LATERAL (
    SELECT * FROM (
        SELECT * FROM source s WHERE s.names && ARRAY[d.name] AND s.placed AND fold_name(s.name) = d.name OFFSET 0) s
    WHERE CASE WHEN d.within IS NOT NULL THEN source_root(s.id) = ANY (there.ids)
        ELSE NOT EXISTS (SELECT FROM statement WHERE source_id = s.id UNION ALL SELECT FROM appearance_hop
            WHERE source_id = s.id UNION ALL SELECT FROM assessment WHERE author_id = s.id
            UNION ALL SELECT FROM document WHERE publisher_id = s.id) END
    UNION ALL SELECT * FROM source s WHERE s.id = ANY (ARRAY(SELECT source_kin(only_one.id) FROM (
        SELECT (array_agg(m))[1] AS id FROM unnest(d.may_be) m WHERE m = ANY (there.ids) HAVING count(*) = 1) only_one))
    OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM source WHERE id = source_root(t.id) OFFSET 0) root
WHERE t.redacted = '{}' AND NOT t.confidential AND {there:t}
ORDER BY d.id, t.id"""
# In the same words. One who fits in every known trait goes before one who only does not contradict.
_UNNAMED: Final = """
SELECT d.id AS asked, root.id AS hit, root.ref AS hit_ref, t.id AS via, true AS is_placed,
    8 * (t.disclosure <> coalesce(d.disclosure, 'named'))::int + 4 * (t.kind IS DISTINCT FROM d.kind)::int
    + 2 * (t.party IS DISTINCT FROM d.party)::int + (num_nulls(t.parent_id, d.parent_id) = 1)::int AS rank,
    coalesce(t.kind, root.kind) AS kind, coalesce(t.country, root.country) AS country,
    coalesce(t.party, root.party) AS party, source_root(coalesce(t.parent_id, root.parent_id)) AS parent_id,
    coalesce(t.url, root.url) AS url, root.external_ids || t.external_ids AS external_ids
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(
    id uuid, name text, role text, disclosure text, described boolean, kind text, party text, parent_id uuid,
    document uuid, about uuid)
CROSS JOIN LATERAL (
    SELECT * FROM source WHERE id = ANY (ARRAY(SELECT speakers_there(d.document, d.about))) OFFSET 0) t
CROSS JOIN LATERAL (SELECT * FROM source WHERE id = source_root(t.id) OFFSET 0) root
WHERE t.redacted = '{}' AND NOT t.confidential AND NOT t.placed AND {there:t}
AND (d.kind IS NULL OR t.kind IS NULL OR t.kind = d.kind)
AND (t.disclosure = coalesce(d.disclosure, 'named') OR (d.described AND t.disclosure <> 'named'))
AND fold_name(t.name) IS NOT DISTINCT FROM d.name AND fold(t.role) IS NOT DISTINCT FROM d.role
AND (d.party IS NULL OR t.party = d.party)
AND (d.parent_id IS NULL OR t.parent_id IN (SELECT source_kin(d.parent_id)))
ORDER BY d.id, t.id"""


@dataclass(slots=True)
class Resident:
    """A source that is known in a place."""

    id: UUID
    ref: str | None
    known: list[Known]
    """What is known of each record of it: where sources were merged, there may be several."""
    is_placed: bool = True
    """Whether it is known nowhere else."""
    is_merged: bool = False
    """Whether it was found as a source that was merged into it."""
    draft: Draft | None = None
    """The draft that brings it, if it is new."""


class Rule(NamedTuple):
    """How those of one sort are found where they are known."""

    query: str
    asked_for: Callable[[Draft], dict[str, Any]]
    """What the statement is asked with."""
    key: Callable[[Draft], Hashable]
    """What those of one body have in common that may be one."""
    fits: Callable[[Known, Known], bool]


async def named(session: AsyncSession, batch: Batch, drafts: Sequence[Draft]) -> list[Draft]:
    """Give each draft the id of whom it means in its place, by its name; returns those that are new there.

    Expects that their parents are matched.
    """
    return await _match(session, batch, drafts, BY_NAME)


async def unnamed(session: AsyncSession, batch: Batch, drafts: Sequence[Draft]) -> list[Draft]:
    """The same for those that are known by the words in which they are told of.

    Raises Conflict or Invalid for one that bears another ref.
    """
    for draft, fuller in who_tells_more(drafts).items():
        if not traits.contradict(known(fuller), known(draft)):  # it may have learnt from those before
            join(batch, draft, fuller)
    return await _match(session, batch, [draft for draft in drafts if draft.same_as is None], BY_WORDS)


async def _match(session: AsyncSession, batch: Batch, drafts: Sequence[Draft], rule: Rule) -> list[Draft]:
    if not drafts:
        return []
    stored = await look_up(session, batch.caller, drafts, rule)
    brought = defaultdict[Hashable, list[Resident]](list)
    new: list[Draft] = []
    problems: list[Problem] = []
    ref_of_hit: dict[UUID, str] = {}
    # As for names: those that tell most come first, for then others can be told from them; lines are in their order.
    for draft in sorted(drafts, key=lambda draft: (draft.line, how_much_is_left_open(draft))):
        draft_traits = known(draft)
        new_there = brought[rule.key(draft)]
        resident = _who_is_meant(draft_traits, [*stored[draft], *((0, resident) for resident in new_there)], rule.fits)
        if resident is None:
            new.append(draft)
            new_there.append(Resident(draft.id, draft.value("ref"), [draft_traits], draft=draft))
            continue
        try:
            if resident.draft is None:
                check_ref(batch, draft, resident.id, resident.ref, ref_of_hit)
                adopt(draft, resident.id, merged=resident.is_merged)
            else:
                join_unless_other_ref(batch, draft, resident.draft)
        except Problem as problem:
            problems.append(problem)
        for record in resident.known:  # for the drafts that follow
            record.complete(draft_traits)
    await unseen.refuse(session, batch.caller, problems)
    return new


def _who_is_meant(
    draft_traits: Known, ranked: Sequence[tuple[int, Resident]], fits: Callable[[Known, Known], bool]
) -> Resident | None:
    """Of those whom nothing contradicts who has most in common; of these the oldest, so that it is found again."""
    fitting = [
        (
            rank,
            -traits.in_common(record, draft_traits),
            not resident.is_placed,
            record.kind != draft_traits.kind,
            resident.id,
        )
        for rank, resident in ranked
        for record in resident.known
        if fits(record, draft_traits)
    ]
    meant_id = min(fitting)[-1] if fitting else None
    return next((resident for _, resident in ranked if resident.id == meant_id), None)


async def look_up(
    session: AsyncSession, caller: Caller, drafts: Sequence[Draft], rule: Rule
) -> dict[Draft, list[tuple[int, Resident]]]:
    """Who is known in the place of each draft, stored before; with how far it is from what the draft says.

    What is the same is asked once.
    """
    first_by_question: dict[bytes, Draft] = {}
    first_of: dict[Draft, Draft] = {}
    rows: list[dict[str, Any]] = []
    for draft in drafts:
        question = rule.asked_for(draft)
        first_of[draft] = first_by_question.setdefault(to_json(question), draft)
        if first_of[draft] is draft:
            rows.append({"id": draft.id, **question})
    query = unseen.told_apart(rule.query, caller, Source)
    residents: dict[UUID, dict[UUID, tuple[int, Resident]]] = {row["id"]: {} for row in rows}
    resident_by_id: dict[UUID, Resident] = {}
    via_ids = set[UUID]()
    for row in await ask(session, query, {"rows": storing.as_json(rows)}):
        stored = Resident(row.hit, row.hit_ref, [], is_placed=False, is_merged=True)
        resident = resident_by_id.setdefault(row.hit, stored)
        resident.is_placed |= row.is_placed
        resident.is_merged &= row.hit != row.via
        if row.via not in via_ids:
            via_ids.add(row.via)
            resident.known.append(traits_of(row))
        rank, _ = residents[row.asked].setdefault(row.hit, (row.rank, resident))
        residents[row.asked][row.hit] = min(rank, row.rank), resident
    return {draft: [*residents[first.id].values()] for draft, first in first_of.items()}


# --- by name ---------------------------------------------------------------------------------------------------------


def _named_place(draft: Draft) -> dict[str, Any]:
    question = {"name": folding.name(draft.value("name"))}
    if draft.published_in is not None:  # it is not matched yet
        document = draft.published_in.original
        published = {"publishes": document.value("page_key"), "publishes_ref": document.value("ref")}
        return question | {"within": document.id, "may_be": draft.may_be, **published}
    return question if draft.within is None else question | _place(draft) | {"may_be": draft.may_be}


def _place(draft: Draft) -> dict[str, Any]:
    """Those of one document are compared with each other; else those about a claim or question."""
    if draft.within is None:
        return {}
    within = draft.within.original
    return {"within": within.id, "document" if within.model is Document else "about": within.id}


def _name_and_place(draft: Draft) -> Hashable:
    question = _named_place(draft)
    place_names = map(question.get, ("publishes", "publishes_ref", "within"))
    return question["name"], next(filter(None, place_names), None)


BY_NAME: Final = Rule(_NAMED, _named_place, _name_and_place, Known.fits)


# --- by words --------------------------------------------------------------------------------------------------------


def _words(draft: Draft) -> dict[str, Any]:
    name, role = draft.value("name"), draft.value("role")
    columns = {column: draft.value(column) for column in ("disclosure", "kind", "party", "parent_id")}
    words = {"name": name and folding.name(name), "role": role and folding.whole(role)}
    return _place(draft) | words | columns


def _words_of_some_kind(draft: Draft) -> dict[str, Any]:
    return _words(draft) | {"described": "disclosure" in draft.assumed}


def _not_contradicting(record: Known, draft_traits: Known) -> bool:
    return not traits.contradict(record, draft_traits)


BY_WORDS: Final = Rule(_UNNAMED, _words_of_some_kind, lambda draft: tuple(_words(draft).values()), _not_contradicting)


def who_tells_more(drafts: Sequence[Draft]) -> dict[Draft, Draft]:
    """Of each unnamed source that stands elsewhere in the same place, in the same words and with more: that one.

    Expects that their parents are matched. Where several tell more, and not the same, it may be any: it has none.
    """
    same_words: dict[tuple[Draft | None, str], list[Draft]] = defaultdict(list)
    for draft in drafts:
        if draft.value("name") is not None:
            within = draft.within.original if draft.within is not None else None
            same_words[within, folding.name(draft.value("name"))].append(draft)
    telling_more = {}
    for mentions in same_words.values():
        traits_by_mention = {mention: told_traits(mention) for mention in mentions} if len(mentions) > 1 else {}
        for draft, draft_traits in traits_by_mention.items():
            fuller = [mention for mention in mentions if draft_traits < traits_by_mention[mention]]
            fullest = max(fuller, key=lambda mention: len(traits_by_mention[mention]), default=None)
            if fullest is not None and all(
                traits_by_mention[mention] <= traits_by_mention[fullest] for mention in fuller
            ):
                telling_more[draft] = fullest
    return telling_more


def told_traits(draft: Draft) -> set[tuple[str, Any]]:
    """What tells unnamed sources of the same words apart."""
    columns = {(name, draft.value(name)) for name in ("disclosure", "kind", "party", "parent_id", "ref")}
    columns.add(("role", folding.name(draft.value("role") or "") or None))
    return {(name, value) for name, value in columns if value is not None and name not in draft.assumed}


def tell_the_same(first: Draft, second: Draft) -> bool:
    """Whether two drafts of one place say the same of whom they mean, whatever they learnt from each other since."""
    return told_traits(first) == told_traits(second) and _compared(first) == _compared(second)


def _compared(draft: Draft) -> dict[str, Any]:
    return {name: draft.values[name] for name in ("country", "url", "external_ids") if name in draft.told}
