"""Where a report comes again: sources that it alone tells of keep their records, however it describes them now.

Sources are told apart by what is said of them. So a party that a newer delivery mends would make another source of the
name, and a bare name beside it would be the old one. Therefore what the report alone had said of a source tells it from
nobody: its body is matched as if the report had never come. What is new by that, and what was there because of the
report alone, is then brought together: first where nothing differs, then under the same name, then under one that is
spelled much like it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Source, table_of
from app.services import namesakes
from app.services.access import ANYBODY
from app.services.deliveries import corrections, mentions, pointers
from app.services.deliveries.mentions import WHOLE, Earlier, fingerprint
from app.services.intake import by_name
from app.services.intake.by_name import Candidates, FoldedNames, Known, known
from app.services.intake.drafts import Batch, Draft
from app.services.intake.foreign_keys import is_named
from app.services.intake.references import RECHECKED
from app.texts import names, traits
from app.vocabulary import AMBIGUOUS_NAME

_TOLD: Final = ("kind", "country", "party", "parent_id", "url", "external_ids")
_SPELLED_ALIKE: Final = 80  # percent
_MOST_RENAMED: Final = 20  # of so many and more, names tell nothing about who was meant
# Those that a name may find, and that nothing was merged into.
_NAMED: Final = text("""
SELECT id, ref, name, aliases, kind, country, party, parent_id, source_root(parent_id) AS parent_root, url, external_ids
FROM source s
WHERE id = ANY (:ids) AND name IS NOT NULL AND merged_into IS NULL AND NOT placed AND NOT confidential
AND (disclosure = 'named' OR kind = ANY (:always_named))
AND NOT EXISTS (SELECT FROM source m WHERE m.merged_into = s.id OFFSET 0)
ORDER BY id""")
_TOUCHED: Final = text("""
SELECT DISTINCT record_id FROM change
WHERE record_id = ANY (:ids) AND actor NOT IN (SELECT actor FROM change WHERE record_id = :report)
AND reason IS DISTINCT FROM :rechecked""")

_UNPROPOSE: Final = text("""
DELETE FROM source_link WHERE (from_id = ANY (:ids) OR to_id = ANY (:ids))
AND how_known = 'name' AND state = 'proposed' AND reason IS DISTINCT FROM :ambiguous""")


@dataclass(frozen=True, slots=True, eq=False)
class OwnSource:
    """A stored source that a report's last delivery told of."""

    id: UUID
    ref: str | None
    name: str
    names: FoldedNames
    known: Known
    """All that is known of it."""
    alone: frozenset[str]
    """What of that the report alone has said: of the name, too."""
    reported: frozenset[str]
    """What of that other reports say, too."""
    only_here: bool
    """Whether nobody else tells of it, and nothing of others stands on it."""

    @property
    def known_otherwise(self) -> Known:
        """What would be known of it without the report."""
        return _without(self.known, self.alone)

    def is_called(self, draft_names: FoldedNames) -> bool:
        return draft_names.name in self.names.names or self.names.name in draft_names.names


def _without(known_traits: Known, left_out: Collection[str]) -> Known:
    nothing: dict[str, Any] = {name: {} if name == "external_ids" else None for name in _TOLD if name in left_out}
    return replace(known_traits, **nothing)


@dataclass(slots=True)
class OwnSources:
    """The sources of a report that comes again."""

    sources: Mapping[UUID, OwnSource]
    _taken: set[UUID] = field(default_factory=set)

    def leave_out(self, batch: Batch, candidates: Candidates, drafts: Sequence[Draft]) -> None:
        """Have the drafts compared with stored sources as if the report had not told of these before."""
        self._taken |= {draft.id for draft in batch.references.values() if draft.id in self.sources}
        by_ref = {draft.original.id: draft.original for draft in batch.drafts[Source] if draft.original.by_ref}
        traits_told = defaultdict[UUID, list[Known]](list)
        for draft in drafts:
            for id_ in candidates.stored[by_name.called(draft)]:
                traits_told[id_].append(known(draft))
        for stored in candidates.stored.values():
            for source in [self.sources[id_] for id_ in stored if id_ in self.sources]:
                if source.id in by_ref:
                    traits_now = source.known_otherwise
                    traits_now.complete(known(by_ref[source.id]))
                    stored[source.id].known = [traits_now]
                elif source.only_here and source.id not in self._taken:
                    del stored[source.id]
                elif source.id not in self._taken:
                    confirmed = _confirmed(source.known, traits_told[source.id])
                    stored[source.id].known = [_without(source.known, source.alone - confirmed)]

    def take_again(self, batch: Batch, new: Sequence[Draft]) -> dict[Draft, UUID]:
        """Which of the report's own sources each of these new drafts is: those for which there is one."""
        self._taken |= {draft.original.id for draft in batch.drafts[Source] if draft.original.id in self.sources}
        id_of: dict[Draft, UUID] = {}
        open_drafts = [draft for draft in new if draft not in batch.may_be and not draft.restored]
        for pairs in (self._of_one_name, self._called_so_before, self._spelled_alike):
            for draft, source in pairs(batch, open_drafts):
                if draft not in id_of and source.id not in self._taken:
                    id_of[draft] = source.id
                    self._taken.add(source.id)
            open_drafts = [draft for draft in open_drafts if draft not in id_of]
        self._note_parted(batch, open_drafts)
        return id_of

    def _unmatched(self) -> list[OwnSource]:
        return [source for id_, source in self.sources.items() if source.only_here and id_ not in self._taken]

    def _of_one_name(self, _: Batch, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, OwnSource]]:
        """Those whom nothing tells apart."""
        return _namesakes(drafts, self._unmatched(), lambda source, draft_traits: source.known.fits(draft_traits))

    def _called_so_before(self, _: Batch, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, OwnSource]]:
        """Those of one name that differ in what the report alone had said."""
        return _namesakes(
            drafts, self._unmatched(), lambda source, draft_traits: source.known_otherwise.fits(draft_traits)
        )

    def _spelled_alike(self, batch: Batch, drafts: Sequence[Draft]) -> Iterable[tuple[Draft, OwnSource]]:
        """Those whose names, too, differ a little; the most alike first."""
        borne = {by_name.folded_names(draft).name for draft in batch.drafts[Source] if is_named(draft)}
        sources = [source for source in self._unmatched() if "name" in source.alone and source.names.name not in borne]
        if max(len(sources), len(drafts)) > _MOST_RENAMED:
            return []
        pairs = [
            (likeness, draft, source)
            for draft in drafts
            for source in sources
            if source.known_otherwise.fits(known(draft)) and not traits.differ(draft.value("ref"), source.ref)
            if (likeness := _likeness(source, draft)) >= _SPELLED_ALIKE
        ]
        return _best_first(pairs)

    def _note_parted(self, batch: Batch, drafts: Sequence[Draft]) -> None:
        """Note of new sources what tells them from the report's own of their names, where others stand on that."""
        for draft, source in _namesakes(drafts, self.sources.values(), _parted):
            stored = Draft(Source, draft.pointer, id=source.id, outcome="matched")
            for name in _TOLD:
                other_traits = set(_TOLD) - {name}
                if not _without(source.known_otherwise, other_traits).fits(_without(known(draft), other_traits)):
                    sent = None if name == "parent_id" else draft.value(name)
                    corrections.of_another(batch, draft, name, stored, sent, reported=name in source.reported)


def _namesakes(
    drafts: Sequence[Draft], sources: Iterable[OwnSource], pair_if: Callable[[OwnSource, Known], bool]
) -> list[tuple[Draft, OwnSource]]:
    """Pairs of one name, first those that have most in common."""
    bearers = defaultdict[str, list[OwnSource]](list)
    for source in sources:
        for name in source.names.names:
            bearers[name].append(source)
    pairs: list[tuple[float, Draft, OwnSource]] = []
    for draft in drafts:
        draft_traits, draft_names = known(draft), by_name.folded_names(draft)
        pairs += [
            (_in_common(source.known, draft_traits), draft, source)
            for source in dict.fromkeys(source for name in draft_names.names for source in bearers[name])
            if source.is_called(draft_names) and pair_if(source, draft_traits)
            if not traits.differ(draft.value("ref"), source.ref)
        ]
    return _best_first(pairs)


def _best_first(pairs: Iterable[tuple[float, Draft, OwnSource]]) -> list[tuple[Draft, OwnSource]]:
    return [(draft, source) for _, draft, source in sorted(pairs, key=lambda pair: -pair[0])]


def _parted(source: OwnSource, draft_traits: Known) -> bool:
    return not source.known_otherwise.fits(draft_traits)


def _confirmed(known_traits: Known, traits_told: Sequence[Known]) -> set[str]:
    """What those who fit a source say of it as it is."""
    return {
        name
        for draft_traits in traits_told
        if known_traits.fits(draft_traits)
        for name in _TOLD
        if getattr(draft_traits, name) and getattr(draft_traits, name) == getattr(known_traits, name)
    }


def _in_common(first: Known, second: Known) -> int:
    return sum(bool(getattr(first, name)) and getattr(first, name) == getattr(second, name) for name in _TOLD)


def _likeness(source: OwnSource, draft: Draft) -> float:
    """In percent: how alike the names are as they are written, or as they sound. What is numbered otherwise is not."""
    name = draft.value("name")
    if names.told_apart(names.read(source.name), names.read(name)):
        return 0
    person = all(map(traits.may_be_people, (source.known.kind, draft.value("kind"))))
    in_sound = names.likeness(source.name, name, person=person)
    in_signs = fuzz.ratio(source.names.name, by_name.folded_names(draft).name)
    return max(in_signs, 100 * in_sound.score if in_sound else 0)


async def find(session: AsyncSession, before: Earlier) -> OwnSources:
    """The named sources that a report has told of, with what it alone has said of each."""
    parameters = {"ids": [*before.says], "always_named": list(traits.ALWAYS_NAMED)}
    rows = (await session.execute(_NAMED, parameters)).mappings().all()
    ids = {row["id"] for row in rows}
    if not ids:
        return OwnSources({})
    parameters = {"ids": [*ids], "report": before.report, "rechecked": RECHECKED}
    touched_ids = set(await session.scalars(_TOUCHED, parameters))
    mentioned_ids = (await mentions.also_mentioned(session, before.report, ids)).keys()
    unreported_ids = await pointers.unreported(session, {Source: ids})
    held_ids = await pointers.from_others(session, before, Batch(ANYBODY), Source, ids)
    own_words = [
        (row["id"], name, fingerprint(row[name]))
        for row in rows
        for name in ("name", *_TOLD)
        if name in before.owns[row["id"]] and before.says[row["id"]].get(name) == fingerprint(row[name])
    ]
    also = await mentions.also_said(session, before.report, own_words)
    alone_columns = defaultdict[UUID, set[str]](set)
    reported_columns = defaultdict[UUID, set[str]](set)
    for id_, name, _ in own_words:
        if (id_, name) in also:
            reported_columns[id_].add(name)
        elif id_ not in unreported_ids:
            alone_columns[id_].add(name)
    made_ids = before.made | {id_ for id_ in ids if WHOLE in before.owns[id_]}
    only_here_ids = ids & made_ids - touched_ids - mentioned_ids - held_ids
    sources = [_own(dict(row), alone_columns[row["id"]], reported_columns[row["id"]], only_here_ids) for row in rows]
    return OwnSources({source.id: source for source in sources})


def _own(
    row: Mapping[str, Any], alone: Collection[str], reported: Collection[str], only_here_ids: Collection[UUID]
) -> OwnSource:
    values = {name: row[name] for name in _TOLD} | {"parent_id": row["parent_root"]}
    folded = by_name.fold_names(row["name"], [alias["name"] for alias in row["aliases"]])
    return OwnSource(
        row["id"],
        row["ref"],
        row["name"],
        folded,
        Known(**values),
        frozenset(alone),
        frozenset(reported),
        row["id"] in only_here_ids,
    )


async def forget_gone(session: AsyncSession, batch: Batch) -> None:
    """Nobody is linked to a source that he might have been, had it not just been taken back."""
    ids = {candidate for candidates in batch.may_be.values() for candidate in candidates if isinstance(candidate, UUID)}
    if ids:
        stored_ids = set(await session.scalars(select(Source.id).where(pointers.among(table_of(Source).c.id, ids))))
        batch.may_be = {
            draft: [candidate for candidate in candidates if candidate in stored_ids or not isinstance(candidate, UUID)]
            for draft, candidates in batch.may_be.items()
        }


async def compare_anew(session: AsyncSession, rows: Mapping[UUID, Mapping[str, Any]]) -> None:
    """Forget what was proposed by their names for sources that are told apart otherwise now: it is proposed again.

    `rows`: the columns of each that were set.
    """
    ids = [id_ for id_, row in rows.items() if not row.keys().isdisjoint(("name", "aliases", *_TOLD))]
    if ids:
        await namesakes.forget_keys(session, ids)
        await session.execute(_UNPROPOSE, {"ids": ids, "ambiguous": AMBIGUOUS_NAME})
