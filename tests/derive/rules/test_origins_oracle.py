"""Origins of events made up at random, beside what a patient reader finds who follows every tie by hand."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from itertools import product
from random import Random
from typing import TypeVar, get_args
from uuid import UUID

import make
import soaking
from hypothesis import given, settings
from hypothesis import strategies as st
from scenes import claims, drawn
from tangled import EVENT, IT, event

from app.derive import ordering
from app.derive.rules.context import event_context
from app.derive.rules.rows import Rows, View
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.dossiers import OriginRead
from app.schemas.statements import AppearanceRead
from app.vocabulary import SURE_COPY, Independence, words

T = TypeVar("T")
# --- by hand ---------------------------------------------------------------------------------------------------------


def follow(start: UUID, onward: Callable[[UUID], UUID | None]) -> UUID:
    """The last one of a chain that has an end."""
    while (following := onward(start)) is not None:
        start = following
    return start


def closed(every: Iterable[T], tied: Callable[[T, T], bool]) -> dict[T, frozenset[T]]:
    """Everything that each hangs together with, be it over others: the transitive closure, pair by pair."""
    every = list(every)
    reach = {(a, b) for a, b in product(every, every) if a == b or tied(a, b) or tied(b, a)}
    for via, a, b in product(every, every, every):
        if (a, via) in reach and (via, b) in reach:
            reach.add((a, b))
    return {a: frozenset(b for b in every if (a, b) in reach) for a in every}


class Reader:
    """The rows of an event, and what follows from each by itself."""

    def __init__(self, rows: Rows) -> None:
        self.rows, self.sources = rows, rows.sources
        context = event_context(rows, View(restricted=True, confidential=True))
        # In which order what is of one time stands is not looked at here.
        self.names, self.statements = context.names, [statement.row for statement in context.statements]
        self.speaker = {s.id: self.stayed(s.source_id) for s in rows.statements if s.source_id}
        self.known: dict[UUID, tuple[UUID, bool]] = {}
        """Of each statement, the record that its family goes by, and whether that is a source."""
        for statement in self.statements:
            if statement.source_id:
                own = self.known_of(statement.id)
                speaker = self.speaker[statement.id]
                before = [s.id for s in self.statements if s.id in self.known and self.speaker[s.id] == speaker]
                self.known[statement.id] = self.known[before[0]] if before else own
        ids = [link for link in rows.document_links if self.joins(link)]
        pairs = {(self.paper(link.from_id), self.paper(link.to_id)) for link in ids}
        self.copies = closed(rows.documents, lambda a, b: (a, b) in pairs)

    def stayed(self, source: UUID) -> UUID:
        return follow(source, lambda id_: self.sources[id_].merged_into)

    def paper(self, document: UUID) -> UUID:
        return follow(document, lambda id_: self.rows.documents[id_].merged_into)

    def parent(self, source: UUID) -> UUID | None:
        above = self.sources[source].parent_id
        return self.stayed(above) if above else None

    def top(self, source: UUID) -> UUID:
        return follow(self.stayed(source), self.parent)

    def party(self, source: UUID) -> str | None:
        own = self.stayed(source)
        while not self.sources[own].party:
            above = self.parent(own)
            if above is None:
                return None
            own = above
        return self.sources[own].party

    def unnamed(self, statement: UUID) -> bool:
        return self.sources[self.speaker[statement]].disclosure != "named"

    def joins(self, link: DocumentLinkRead) -> bool:
        sure = link.state == "proposed" and link.score is not None and link.score >= SURE_COPY
        return link.relation != "reply_to" and (link.state == "confirmed" or sure)

    def papers(self, statement: UUID) -> set[UUID]:
        return {
            self.paper(a.document_id) for a in self.rows.appearances if a.statement_id == statement and a.document_id
        }

    def published(self, document: UUID) -> str:
        dates = [d.published for d in self.rows.documents.values() if d.published and self.paper(d.id) == document]
        return min(dates, default="never")

    def known_of(self, statement: UUID) -> tuple[UUID, bool]:
        speaker = self.speaker[statement]
        if not self.unnamed(statement) or self.parent(speaker):
            return self.top(speaker), True
        found = [a for a in self.rows.appearances if a.statement_id == statement]
        dated = [(self.published(self.paper(a.document_id)) if a.document_id else "never") for a in found]
        words = [self.words(a) for a in found]
        order = sorted(zip(dated, [a.document_id is None for a in found], words, found, strict=True))
        if order:
            first = order[0][-1]
            for hop in sorted(first.hops, key=lambda hop: hop.step):
                if hop.state == "confirmed":
                    return self.top(hop.source_id), True
            if first.document_id:
                return self.paper(first.document_id), False
        return speaker, False

    def passed_on_by(self, statement: UUID) -> set[UUID]:
        """The families of whoever heard it first: the first of a chain, else the publisher of the document."""
        heard = set[UUID | None]()
        for appearance in (a for a in self.rows.appearances if a.statement_id == statement):
            steps = [(hop.step, hop.source_id) for hop in appearance.hops if hop.state == "confirmed"]
            if steps:
                heard.add(min(steps)[1])
            elif appearance.document_id:
                heard.add(self.rows.documents[self.paper(appearance.document_id)].publisher_id)
        return {self.top(source) for source in heard if source}

    def words(self, appearance: AppearanceRead) -> tuple[object, ...]:
        """What tells it from others of one time: its document, by whom it was passed on, its own words."""
        place = self.names.documents[appearance.document_id] if appearance.document_id else ()
        by = [self.names.sources[hop.source_id] for hop in appearance.hops if hop.state == "confirmed"]
        return place, not by, by, ordering.appearance(appearance, self.names), appearance.id

    def near(self, one: UUID, other: UUID) -> bool:
        """Whether two unnamed sources' statements share a document, or copies of one."""
        theirs = self.papers(other)
        return any(self.copies[paper] & theirs for paper in self.papers(one))


def origins(reader: Reader, independence: Independence) -> set[tuple[frozenset[UUID], str | None]]:
    """The members of each origin, and its party."""
    spoken = [s.id for s in reader.statements if s.source_id]
    certain = [s for s in spoken if reader.known[s][1]]
    unknown = [s for s in spoken if not reader.known[s][1]]

    def key(statement: UUID) -> UUID:
        family = reader.known[statement][0]
        speaker = reader.speaker[statement]
        by_chain = reader.unnamed(statement) and not reader.parent(speaker)
        return speaker if independence == "source" and not by_chain else family

    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for statement in certain:
        groups[key(statement)].add(statement)
    same = closed(unknown, lambda a, b: reader.speaker[a] == reader.speaker[b] or reader.near(a, b))
    for together in set(same.values()):
        speakers = {reader.speaker[u] for u in together}
        hosts = [key(s) for s in certain if key(s) in speakers]
        hosts += [key(s) for s in certain if reader.unnamed(s) and any(reader.near(s, u) for u in together)]
        heard = {family for u in together for family in reader.passed_on_by(u)}
        hosts += [key(s) for s in certain if key(s) in heard]
        groups[hosts[0] if hosts else min(together)] |= together
    found: list[tuple[set[UUID], str | None]] = [(members, _party(reader, members)) for members in groups.values()]
    if independence == "party":
        alone = [(members, party) for members, party in found if not party]
        found = alone + [
            ({s for members, of in found if of == party for s in members}, party)
            for party in {party for _, party in found if party}
        ]
    return {(frozenset(members), party) for members, party in found}


def _party(reader: Reader, members: set[UUID]) -> str | None:
    own = {party for s in members if (party := reader.party(reader.speaker[s]))}
    tops = {reader.known[s][0] for s in members if reader.known[s][1]}
    if len(own) == 1:
        return own.pop()
    assert len(tops) <= 1
    return reader.party(tops.pop()) if tops else None


def explained(reader: Reader, origin: OriginRead) -> bool:
    """Whether what is said to have joined the members of an origin does join them all."""
    causes, documents = origin.joined_by, reader.rows.documents
    links = {(cause.from_id, cause.to_id) for cause in causes if cause.how == "link"}
    # Of a link to a document that nothing shown cites only its kind is told.
    copies = reader.copies if (None, None) in links else closed(documents, lambda a, b: (a, b) in links)

    def goes_by(statement: UUID) -> UUID:
        record, is_source = reader.known[statement]
        return record if is_source else reader.speaker[statement]

    def tied(one: UUID, other: UUID) -> bool:
        unnamed = reader.unnamed(one) and reader.unnamed(other)
        reach = [copies[paper] for paper in reader.papers(one) if len(copies[paper]) > 1]
        if unnamed and any(together & reader.papers(other) for together in reach):
            return True
        for cause in causes:
            places = {cause.document_id} & reader.papers(one) & reader.papers(other)
            speakers = {reader.speaker[one], reader.speaker[other]}
            families = {goes_by(one), goes_by(other)}
            passed_on = {
                family
                for statement, host in ((one, other), (other, one))
                if not reader.known[statement][1] and reader.known[host][1]
                for family in reader.passed_on_by(statement) & {reader.known[host][0]}
            }
            if (
                cause.how == "party"
                or (cause.how == "chain" and cause.source_id in passed_on)
                or (cause.how == "source" and speakers == {cause.source_id})
                or (cause.how in ("family", "chain") and families == {cause.source_id})
                or (cause.how == "document" and places and unnamed)
            ):
                return True
        return False

    return len(set(closed(origin.statement_ids, tied).values())) == 1


# --- and by the rules ------------------------------------------------------------------------------------------------


def shown(rows: Rows, independence: Independence) -> list[OriginRead]:
    (picture,) = claims(drawn(rows, View(independence=independence, restricted=True, confidential=True)))
    return picture.origins.get("support", [])


@settings(max_examples=soaking.times(100))
@given(st.integers(0, 2**32))
def test_origins_are_what_following_every_tie_by_hand_finds(seed: int) -> None:
    every = event(seed)
    reader = Reader(every)
    order = [s.id for s in reader.statements]
    for independence in get_args(Independence):
        found = shown(every, independence)
        assert {(frozenset(origin.statement_ids), origin.party) for origin in found} == origins(reader, independence)
        members = [[order.index(id_) for id_ in origin.statement_ids] for origin in found]
        assert members == sorted(sorted(each) for each in members)
        assert sum(map(len, members)) == sum(s.source_id is not None for s in every.statements)
        assert all(explained(reader, origin) for origin in found)


@settings(max_examples=soaking.times(60))
@given(st.integers(0, 2**32))
def test_independence_only_ever_grows_narrower(seed: int) -> None:
    """There are as many origins by source as by family or more, and by party as many or fewer."""
    every = event(seed)
    counts = [len(shown(every, independence)) for independence in get_args(Independence)]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] <= len({s.source_id for s in every.statements if s.source_id})


def _shuffled(rows: Rows, seed: int) -> Rows:
    pick = Random(seed)
    lists: Mapping[str, list[object]] = {
        name: pick.sample(getattr(rows, name), len(getattr(rows, name)))
        for name in ("statements", "appearances", "document_links")
    }
    sources, documents = (pick.sample(list(each.values()), len(each)) for each in (rows.sources, rows.documents))
    return make.rows(EVENT, claims=[IT], sources=sources, documents=documents, **lists)


@settings(max_examples=soaking.times(60))
@given(st.integers(0, 2**32), st.sampled_from(words(Independence)))
def test_no_origin_depends_on_the_order_of_the_rows(seed: int, independence: Independence) -> None:
    every = event(seed)
    assert shown(_shuffled(every, seed), independence) == shown(every, independence)
