"""Named sources by their names: which stored ones, and which of the same body, a draft may be.

One of the same name or alias fits if no trait that is given contradicts it and its kind is of the same class
(`texts/traits`). Of several that fit none is guessed: `matching` then stores a source that is known only in the
place where it was mentioned.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from graphlib import CycleError, TopologicalSorter
from itertools import chain
from typing import Any, Final, NamedTuple
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask
from app.errors import Invalid
from app.models import Document, Source
from app.services import namesakes
from app.services.access import Caller
from app.services.intake import storing, unseen
from app.services.intake.drafts import Batch, Draft, Drafts
from app.services.intake.foreign_keys import CIRCLE, is_named
from app.services.namesakes import NewSource
from app.texts import folding, traits

_DESCRIBES: Final = (
    "This describes nobody in particular and is not taken for a name: it is stored as an unnamed source of the place "
    "where it is mentioned. `disclosure: named`, a ref, a url or an external id keeps it a name. What else tells "
    "who is meant does, too: of the police its country or party, of signs or a number the kind of a channel."
)
_PARENT: Final = "More than one source of this name is there: a ref or an id says to which of them this belongs."
_NOBODY: Final = (
    "This describes nobody in particular, who can neither publish nor own: it was left out. What keeps it a name is a "
    "ref, a url or an external id; of signs or a number alone the kind of an outlet, agency or channel, too."
)
# A name finds whoever bears it as name or alias; and whoever's name is one of the draft's aliases. Two aliases alone
# are not enough: more than one ministry is "the ministry". Never a confidential source, and never one that is known
# only where it was mentioned. Of what was merged, what it keeps itself goes before what its target has, and that before
# what else was merged into that.
# OFFSET 0: each name by the index, also while the table was never analysed; all sources were read else.
_BEARERS: Final = """
SELECT d.id AS asked, root.id AS hit, root.ref AS hit_ref, coalesce(t.kind, root.kind) AS kind,
    coalesce(t.country, root.country) AS country, coalesce(t.party, root.party) AS party,
    source_root(coalesce(t.parent_id, root.parent_id)) AS parent_id, coalesce(t.url, root.url) AS url,
    root.external_ids || t.external_ids AS external_ids,
    EXISTS (SELECT FROM source m WHERE m.merged_into = root.id OFFSET 0) AS has_merged
FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(id uuid, name text, names text[]) CROSS JOIN LATERAL (
    SELECT * FROM source t
    WHERE t.names && d.names AND (d.name = ANY (t.names) OR fold_name(t.name) = ANY (d.names))
    AND t.name IS NOT NULL AND (t.disclosure = 'named' OR t.kind = ANY (CAST(:always_named AS text[])))
    AND NOT t.placed AND NOT t.confidential AND {there:t} OFFSET 0) t
CROSS JOIN LATERAL (
    SELECT * FROM source WHERE id = CASE WHEN t.merged_into IS NULL THEN t.id ELSE source_root(t.id) END
    AND NOT confidential AND {there:source} OFFSET 0) root
ORDER BY d.id, root.id"""
_UNPROPOSED: Final = ("placed", "confidential", "merged_into")
_TRAITS: Final = ("kind", "country", "party", "parent_id", "url", "external_ids")


class FoldedNames(NamedTuple):
    name: str
    names: list[str]
    """The name and all aliases."""


def fold_names(name: str, aliases: Iterable[str]) -> FoldedNames:
    """As the database has them of what is stored. Folded here: that takes it much longer."""
    folded = folding.name(name)
    return FoldedNames(folded, sorted({folded, *map(folding.name, aliases)}))


def folded_names(draft: Draft) -> FoldedNames:
    return fold_names(draft.value("name"), [alias["name"] for alias in draft.value("aliases") or ()])


@dataclass(slots=True)
class Known:
    """What is known of a source that tells it from others of its name."""

    kind: str | None
    country: str | None
    party: str | None
    parent_id: UUID | None
    url: str | None
    external_ids: dict[str, str]

    def complete(self, later: "Known") -> None:
        """Fill what is not known yet with what was told later, as the record does in which both end."""
        for name in _TRAITS[:-1]:
            if getattr(self, name) is None:
                setattr(self, name, getattr(later, name))
        self.external_ids = self.external_ids or later.external_ids

    def fits(self, namesake: "Known") -> bool:
        return traits.of_one_class(self.kind, namesake.kind) and not traits.contradict(self, namesake)


def known(draft: Draft) -> Known:
    """What a draft tells. Expects that its parent is matched."""
    kind, country, party, parent_id, url, external_ids = map(draft.values.get, _TRAITS)
    return Known(kind, country, party, parent_id, url, external_ids or {})


def how_much_is_left_open(draft: Draft) -> int:
    """What drafts are sorted by: those that tell most come first, for then others can be told from them."""
    return sum(not draft.values.get(name) for name in _TRAITS)


@dataclass(slots=True)
class Stored:
    """A stored source that bears a draft's name, under the id that it has after merges."""

    id: UUID
    ref: str | None
    known: list[Known] = field(default_factory=list)
    """What is known of each record of it that bears the name."""

    def fits(self, draft_traits: Known) -> bool:
        return any(record.fits(draft_traits) for record in self.known)


class Namesakes:
    """The new sources of a body by their folded names, so that each is compared with its namesakes only.

    Two are namesakes if the name of one is a name or alias of the other: two aliases alone are not enough.
    """

    def __init__(self) -> None:
        self._drafts: list[Draft] = []
        self._by_name = defaultdict[str, list[int]](list)
        self._by_name_or_alias = defaultdict[str, list[int]](list)

    def add(self, draft: Draft, name: str, names: Iterable[str]) -> None:
        """`names`: the name and all aliases."""
        self._by_name[name].append(len(self._drafts))
        for name_or_alias in names:
            self._by_name_or_alias[name_or_alias].append(len(self._drafts))
        self._drafts.append(draft)

    def of(self, draft_traits: Known, name: str, names: Iterable[str]) -> list[Draft]:
        """The namesakes that fit, in the order in which they were added."""
        numbers = set(self._by_name_or_alias.get(name, ()))
        numbers.update(*(self._by_name.get(name_or_alias, ()) for name_or_alias in names))
        drafts = dict.fromkeys(self._drafts[number] for number in sorted(numbers))
        return [draft for draft in drafts if known(draft).fits(draft_traits)]


@dataclass(slots=True)
class Candidates:
    """What the drafts of a batch may be. It learns from each draft that is decided, for those after it."""

    names: dict[bytes, FoldedNames] = field(default_factory=dict)
    """By what a draft is called."""
    stored: dict[bytes, dict[UUID, Stored]] = field(default_factory=lambda: defaultdict(dict))
    learnt: dict[UUID, Known] = field(default_factory=dict)
    """What drafts of this batch told of stored sources that they were taken for."""
    new: Namesakes = field(default_factory=Namesakes)
    refs: dict[UUID, str] = field(default_factory=dict)
    """Under which they were taken for stored sources that bore none."""

    def fitting(self, draft: Draft, *, whatever_ref: bool = False) -> tuple[list[Stored], list[Draft]]:
        """The stored sources that a draft fits, and the earlier drafts of the body, none of which is stored.

        One with a ref fits none that bears another; `whatever_ref`: but any that is stored.
        """
        draft_traits, key, ref = known(draft), called(draft), draft.value("ref")
        stored = [
            source
            for source in self.stored[key].values()
            if source.fits(draft_traits)
            and (source.id not in self.learnt or self.learnt[source.id].fits(draft_traits))
            and (whatever_ref or not traits.differ(ref, source.ref or self.refs.get(source.id)))
        ]
        earlier = self.new.of(draft_traits, *self.names[key])
        return stored, [namesake for namesake in earlier if not traits.differ(ref, namesake.value("ref"))]

    def learn_names(self, draft: Draft) -> None:
        """Have a new source found by the aliases, too, that a later draft gave it."""
        if draft.value("aliases"):
            self.new.add(draft, *folded_names(draft))

    def take(self, draft: Draft) -> None:
        """Note that a draft was taken for the stored source whose id it has now."""
        draft_traits = known(draft)
        self.learnt.setdefault(draft.id, draft_traits).complete(draft_traits)
        if draft.value("ref"):
            self.refs.setdefault(draft.id, draft.value("ref"))

    def add(self, draft: Draft) -> None:
        """Note that a draft is new."""
        self.new.add(draft, *self.names[called(draft)])


def called(draft: Draft) -> bytes:
    """What decides who is looked at: the name and the aliases."""
    return to_json([draft.value("name"), draft.value("aliases") or []])


async def bearers(session: AsyncSession, caller: Caller, folded: Mapping[UUID, FoldedNames]) -> Sequence[Row[Any]]:
    """The sources that bear names: who is `asked` for, the `hit`, and what is known of it."""
    rows = [{"id": id_, "name": names.name, "names": names.names} for id_, names in folded.items()]
    parameters = {"rows": storing.as_json(rows), "always_named": [*traits.ALWAYS_NAMED]}
    return await ask(session, unseen.told_apart(_BEARERS, caller, Source), parameters)


async def look_up(session: AsyncSession, caller: Caller, drafts: Sequence[Draft]) -> Candidates:
    """Find who bears the names of drafts. Each name is asked for once, however many drafts have it."""
    candidates = Candidates()
    first_by_names: dict[bytes, Draft] = {}
    for draft in drafts:
        first_by_names.setdefault(called(draft), draft)
    candidates.names = {key: folded_names(draft) for key, draft in first_by_names.items()}
    key_of = {draft.id: key for key, draft in first_by_names.items()}
    rows = await bearers(session, caller, {id_: candidates.names[key] for id_, key in key_of.items()})
    merged = await namesakes.merged_into(session, {row.hit for row in rows if row.has_merged})
    for row in rows:
        stored = candidates.stored[key_of[row.asked]].setdefault(row.hit, Stored(row.hit, row.hit_ref))
        row_traits = traits_of(row)
        for merged_row in merged.get(row.hit, ()):
            row_traits.complete(traits_of(merged_row))
        stored.known.append(row_traits)
    return candidates


def traits_of(row: Row[Any]) -> Known:
    return Known(*(getattr(row, name) for name in _TRAITS))


def proposable(drafts: Iterable[Draft]) -> list[NewSource]:
    """Those of new sources of which links may be proposed: a proposal would tell that there is a confidential one."""
    return [
        NewSource(
            draft.id,
            draft.value("name"),
            draft.value("aliases") or [],
            names=folded_names(draft).names,
            **{name: getattr(known(draft), name) for name in _TRAITS},
        )
        for draft in drafts
        if is_named(draft) and not any(draft.value(name) for name in _UNPROPOSED)
    ]


# --- in which order --------------------------------------------------------------------------------------------------


def levels(drafts: Sequence[Draft]) -> Iterator[list[Draft]]:
    """The sources of a body: parents first, for they tell namesakes apart; and at once those that may be one.

    So a bare name is decided beside the same name with a parent, as it is beside one without. Only where that leads in
    a circle (a paper that belongs to a company of its name) is each of these decided as soon as its parent is.
    Raises Invalid for sources that belong to each other.
    """
    if drafts and not any("parent_id" in draft.points_at for draft in drafts):
        yield [*drafts]
        return
    first_of = _first_of_each_name(drafts, with_aliases=True)
    order, circle = _ordered(drafts, first_of)
    if circle:
        first_of = _first_of_each_name(drafts, with_aliases=False)
        order, circle = _ordered(drafts, first_of)
    while circle:
        parted = {draft: draft for draft, first in first_of.items() if first in circle and first is not draft}
        if not parted:
            raise Invalid.at(circle[0].pointer, CIRCLE)
        first_of |= parted
        order, circle = _ordered(drafts, first_of)
    while order.is_active():
        ready = set(order.get_ready())
        yield [draft for draft in drafts if first_of[draft] in ready]
        order.done(*ready)


def with_namesakes(batch: Batch, placed: set[Draft]) -> set[Draft]:
    """Sources that are matched late, with those of their names, and whoever belongs to these.

    Not those at which a document points as its publisher, and whom they belong to: these are needed before.
    """
    if batch.from_export or not any(map(is_named, placed)):
        return placed
    sources = batch.drafts[Source]
    pointing = [to for document in batch.drafts[Document] for to in document.points_at.values()]  # publishers
    needed = set[Draft]()
    while pointing:
        source = pointing.pop().original
        if source not in needed:
            needed.add(source)
            pointing += source.points_at.values()
    first_of = _first_of_each_name(sources, with_aliases=False)
    late, joining = set[Draft](), placed.intersection(sources)
    while joining:
        late |= joining
        names = {first_of[draft] for draft in late if is_named(draft)}
        undecided = [draft for draft in sources if draft not in late and draft not in needed]
        joining = {
            draft
            for draft in undecided
            if first_of[draft] in names or any(to.original in late for to in draft.points_at.values())
        }
    return late


def _ordered(
    drafts: Sequence[Draft], first_of: Mapping[Draft, Draft]
) -> tuple[TopologicalSorter[Draft], Sequence[Draft]]:
    """The order of the first drafts of each name, and a circle of them if there is one."""
    order = TopologicalSorter[Draft]()
    for draft in drafts:
        parents = {to.original for to in draft.points_at.values()}
        order.add(first_of[draft], *(first_of[parent] for parent in parents if parent in first_of))
    try:
        order.prepare()
    except CycleError as error:
        return order, error.args[1]
    return order, ()


def _first_of_each_name(drafts: Sequence[Draft], *, with_aliases: bool) -> dict[Draft, Draft]:
    """Each draft with the first of those that share its ref or name, be it over others: see `Namesakes`."""
    first_of = {draft: draft for draft in drafts}
    if not any("parent_id" in draft.points_at for draft in drafts):
        return first_of

    def first(draft: Draft) -> Draft:
        while first_of[draft] is not draft:
            draft = first_of[draft]
        return draft

    names_of = {draft: folded_names(draft) for draft in drafts if is_named(draft)}
    bearer_of = {names.name: draft for draft, names in names_of.items()}
    bearer_of_ref = {draft.value("ref"): draft for draft in drafts if draft.value("ref")}
    for draft in drafts:
        names = names_of.get(draft, FoldedNames("", []))
        shared = names.names if with_aliases else [names.name]
        for bearer in (*map(bearer_of.get, shared), bearer_of_ref.get(draft.value("ref"))):
            if bearer is not None:
                first_of[first(draft)] = first(bearer)
    return {draft: first(draft) for draft in drafts}


def leave_parents_out(batch: Batch, drafts: Iterable[Draft]) -> None:
    """A parent that may be several sources is none: those that belong to it would else be of one family."""
    for draft in drafts:
        parent = draft.points_at.get("parent_id")
        if parent is not None and parent.original in batch.may_be and parent.original.value("placed"):
            del draft.points_at["parent_id"]
            draft.values.pop("parent_id", None)
            batch.note("not_taken", f"{draft.pointer}/parent", _PARENT, sent=parent.original.value("name"))


# --- names that are none ---------------------------------------------------------------------------------------------


def unname(batch: Drafts) -> None:
    """Make unnamed sources of those that are given by a description: see `texts/who/descriptions`."""
    sources = batch.drafts.get(Source, [])
    described = {draft: kind for draft in sources if (kind := _description(draft)) is not None}
    if not described or batch.from_export:
        return
    for model, column in ((Document, "publisher_id"), (Source, "parent_id")):
        for draft in batch.drafts[model]:
            target = draft.points_at.get(column)
            if target is not None and target.original in described:
                del draft.points_at[column]
                _forget(batch, target.original)
                pointer = f"{draft.pointer}/{column.removesuffix('_id')}"
                batch.note("not_taken", pointer, _NOBODY, sent=target.original.value("name"))
    for draft, disclosure in described.items():
        if draft in sources:
            draft.values["disclosure"], draft.assumed = disclosure, draft.assumed | {"disclosure"}
            if draft.value("kind") in traits.ALWAYS_NAMED:
                del draft.values["kind"]
            draft.values["placed"] = draft.within is None
            batch.note("changed", f"{draft.pointer}/name", _DESCRIBES, sent=draft.value("name"))


def _description(draft: Draft) -> str | None:
    if (
        draft.restored
        or draft.value("name") is None
        or any(draft.value(name) for name in ("disclosure", *traits.KNOWN_BY))
    ):
        return None
    if "parent_id" in draft.points_at:
        return None
    return traits.describes(draft.value("name"), draft.value("kind"), draft.value("country") or draft.value("party"))


def _forget(batch: Drafts, source: Draft) -> None:
    """Leave out a source at which nothing of the body points any more."""
    sources = batch.drafts[Source]
    pointing = chain.from_iterable(draft.points_at.values() for drafts in batch.drafts.values() for draft in drafts)
    if source in sources and all(target.original is not source for target in pointing):
        sources.remove(source)
