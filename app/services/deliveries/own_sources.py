"""Where a report comes again: sources that it alone tells of keep their records, however it describes them now.

Sources are told apart by what is said of them. So a party that a newer delivery mends would make another source of the
name, and a bare name beside it would be the old one. Therefore what the report alone had said of a source tells it from
nobody: its body is matched as if the report had never come. What is new by that, and what was there because of the
report alone, is then brought together: first where nothing differs, then under the same name, then under one that is
spelled much like it.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final
from uuid import UUID

from rapidfuzz import fuzz
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Source, table_of
from app.services import namesakes
from app.services.deliveries import mentions, pointers
from app.services.deliveries.mentions import WHOLE, Earlier, fingerprint
from app.services.intake import by_name, remarks
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
        bearing = defaultdict[UUID, list[Known]](list)
        for draft in drafts:
            for id_ in candidates.stored[by_name.called(draft)]:
                bearing[id_].append(known(draft))
        for stored in candidates.stored.values():
            for own in [self.sources[id_] for id_ in stored if id_ in self.sources]:
                if own.id in by_ref:
                    now = own.known_otherwise
                    now.complete(known(by_ref[own.id]))
                    stored[own.id].known = [now]
                elif own.only_here and own.id not in self._taken:
                    del stored[own.id]
                elif own.id not in self._taken:
                    stored[own.id].known = [_without(own.known, own.alone - _confirmed(own.known, bearing[own.id]))]

    def take_again(self, batch: Batch, new: Sequence[Draft]) -> dict[Draft, UUID]:
        """Which of the report's own sources each of these new drafts is: those for which there is one."""
        self._taken |= {draft.original.id for draft in batch.drafts[Source] if draft.original.id in self.sources}
        taken: dict[Draft, UUID] = {}
        open_drafts = [draft for draft in new if draft not in batch.may_be and not draft.restored]
        for pairs in (self._of_one_name, self._as_it_was_called, self._spelled_alike):
            for draft, own in pairs(batch, open_drafts):
                if draft not in taken and own.id not in self._taken:
                    taken[draft] = own.id
                    self._taken.add(own.id)
            open_drafts = [draft for draft in open_drafts if draft not in taken]
        for draft in open_drafts:
            self._note_other(batch, draft)
        return taken

    def _note_other(self, batch: Batch, draft: Draft) -> None:
        """Note of a new source what tells it from one of the report's own of that name, if others stand on that."""
        told, called = known(draft), by_name.folded_names(draft)
        for own in self.sources.values():
            if not own.is_called(called) or own.known_otherwise.fits(told):
                continue
            for name in _TOLD:
                others = set(_TOLD) - {name}
                if not _without(own.known_otherwise, others).fits(_without(told, others)):
                    sent = None if name == "parent_id" else draft.value(name)
                    remarks.of_another(
                        batch, draft, name, Draft(Source, draft.pointer, id=own.id, outcome="matched"), sent
                    )
            return

    def _left(self) -> list[OwnSource]:
        return [own for id_, own in self.sources.items() if own.only_here and id_ not in self._taken]

    def _of_one_name(self, _: Batch, drafts: Sequence[Draft]) -> list[tuple[Draft, OwnSource]]:
        """Those whom nothing tells apart, first those that have most in common."""
        return self._best(drafts, lambda own, told: own.known.fits(told))

    def _as_it_was_called(self, _: Batch, drafts: Sequence[Draft]) -> list[tuple[Draft, OwnSource]]:
        """Those of one name that differ in what the report alone had said."""
        return self._best(drafts, lambda own, told: own.known_otherwise.fits(told))

    def _best(self, drafts: Sequence[Draft], fit: Callable[[OwnSource, Known], bool]) -> list[tuple[Draft, OwnSource]]:
        bearers = defaultdict[str, list[OwnSource]](list)
        for own in self._left():
            for name in own.names.names:
                bearers[name].append(own)
        found: list[tuple[int, Draft, OwnSource]] = []
        for draft in drafts:
            told, called = known(draft), by_name.folded_names(draft)
            candidates = dict.fromkeys(own for name in called.names for own in bearers[name])
            found += [
                (_in_common(own.known, told), draft, own)
                for own in candidates
                if own.is_called(called) and fit(own, told) and not traits.differ(draft.value("ref"), own.ref)
            ]
        return [(draft, own) for _, draft, own in sorted(found, key=lambda pair: -pair[0])]

    def _spelled_alike(self, batch: Batch, drafts: Sequence[Draft]) -> Iterator[tuple[Draft, OwnSource]]:
        """Those whose names alone, or with what the report alone had said, tell them apart; the most alike first."""
        borne = {by_name.folded_names(draft).name for draft in batch.drafts[Source] if is_named(draft)}
        left = [own for own in self._left() if "name" in own.alone and own.names.name not in borne]
        if not 0 < len(left) <= _MOST_RENAMED or len(drafts) > _MOST_RENAMED:
            return
        found = [
            (likeness, draft, own)
            for draft in drafts
            for own in left
            if own.known_otherwise.fits(known(draft)) and not traits.differ(draft.value("ref"), own.ref)
            if (likeness := _likeness(own, draft)) >= _SPELLED_ALIKE
        ]
        yield from ((draft, own) for _, draft, own in sorted(found, key=lambda pair: -pair[0]))


def _confirmed(known_traits: Known, told: Sequence[Known]) -> set[str]:
    """What those who fit a source say of it as it is."""
    return {
        name
        for draft_traits in told
        if known_traits.fits(draft_traits)
        for name in _TOLD
        if getattr(draft_traits, name) and getattr(draft_traits, name) == getattr(known_traits, name)
    }


def _in_common(first: Known, second: Known) -> int:
    return sum(bool(getattr(first, name)) and getattr(first, name) == getattr(second, name) for name in _TOLD)


def _likeness(own: OwnSource, draft: Draft) -> float:
    """In percent: how alike the names are as they are written, or as they sound. What is numbered otherwise is not."""
    name = draft.value("name")
    if names.read(own.name).numbers != names.read(name).numbers:
        return 0
    person = all(map(traits.may_be_people, (own.known.kind, draft.value("kind"))))
    heard = names.likeness(own.name, name, person=person)
    return max(fuzz.ratio(own.names.name, by_name.folded_names(draft).name), 100 * heard.score if heard else 0)


async def find(session: AsyncSession, before: Earlier) -> OwnSources:
    """The named sources that a report has told of, with what it alone has said of each."""
    parameters = {"ids": [*before.says], "always_named": list(traits.ALWAYS_NAMED)}
    rows = (await session.execute(_NAMED, parameters)).mappings().all()
    ids = {row["id"] for row in rows}
    if not ids:
        return OwnSources({})
    parameters = {"ids": [*ids], "report": before.report, "rechecked": RECHECKED}
    touched_ids = set(await session.scalars(_TOUCHED, parameters))
    mentioned = await mentions.also_mentioned(session, before.report, ids)
    unreported_ids = await pointers.unreported(session, {Source: ids})
    held_ids = await pointers.from_others(session, before, Batch(), Source, ids)
    own_words = [
        (row["id"], name, fingerprint(row[name]))
        for row in rows
        for name in ("name", *_TOLD)
        if name in before.owns[row["id"]] and before.says[row["id"]].get(name) == fingerprint(row[name])
    ]
    also = await mentions.also_said(session, before.report, own_words)
    alone = defaultdict[UUID, set[str]](set)
    for id_, name, _ in own_words:
        if (id_, name) not in also and id_ not in unreported_ids:
            alone[id_].add(name)
    made_ids = before.made | {id_ for id_ in ids if WHOLE in before.owns[id_]}
    only_here_ids = ids & made_ids - touched_ids - mentioned.keys() - held_ids
    return OwnSources({
        row["id"]: _own(dict(row), frozenset(alone[row["id"]]), only_here=row["id"] in only_here_ids) for row in rows
    })  # fmt: skip


def _own(row: Mapping[str, Any], alone: frozenset[str], *, only_here: bool) -> OwnSource:
    told = {name: row[name] for name in _TOLD} | {"parent_id": row["parent_root"]}
    folded = by_name.fold_names(row["name"], [alias["name"] for alias in row["aliases"]])
    return OwnSource(row["id"], row["ref"], row["name"], folded, Known(**told), alone, only_here)


async def forget_gone(session: AsyncSession, batch: Batch) -> None:
    """Nobody is linked to a source that he might have been, had it not just been taken back."""
    ids = {candidate for candidates in batch.may_be.values() for candidate in candidates if isinstance(candidate, UUID)}
    if ids:
        there = set(await session.scalars(select(Source.id).where(pointers.among(table_of(Source).c.id, ids))))
        batch.may_be = {
            draft: [candidate for candidate in candidates if candidate in there or not isinstance(candidate, UUID)]
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
