"""Events of one claim made up at random: houses and their parts, unnamed sources, chains, copies, merges."""

from random import Random
from uuid import UUID

import make
from scenes import claim, said

from app.derive.rules.rows import Rows
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.events import EventRead
from app.schemas.sources import SourceRead
from app.schemas.statements import AppearanceRead, HopRead
from app.vocabulary import SURE_COPY

IT = claim("This")
EVENT = make.read(EventRead, id=IT.event_id)
DAYS = ("2023-08-09", "2023-08-10", "2023-08-11")
PARTIES = (None, "x", "y")
LINKS = (
    {"state": "confirmed"},
    {"state": "confirmed", "relation": "translation_of"},
    {"state": "confirmed", "relation": "reply_to"},
    {"state": "rejected", "score": 1.0},
    {"state": "proposed", "score": SURE_COPY},
    {"state": "proposed", "score": SURE_COPY - 0.01},
)


def event(seed: int) -> Rows:
    """Up to eight statements for one claim, the same for the same seed."""
    pick = Random(seed)
    sources: list[SourceRead] = []
    for _ in range(pick.randint(1, 7)):
        above = pick.choice(sources).id if sources and pick.random() < 0.35 else None
        merged = pick.choice(sources).id if sources and pick.random() < 0.1 else None
        known = "named" if pick.random() < 0.4 else pick.choice(("anonymous", "role_only", "group"))
        party = pick.choice(PARTIES)
        # Each of another name: the "police" of two papers may be the same (test_nobody_in_particular).
        name = f"somebody {len(sources)}"
        source = make.read(SourceRead, name=name, disclosure=known, party=party, parent_id=above, merged_into=merged)
        sources.append(source)
    documents: list[DocumentRead] = []
    for _ in range(pick.randint(1, 7)):
        merged = pick.choice(documents).id if documents and pick.random() < 0.15 else None
        publisher = pick.choice(sources).id if pick.random() < 0.4 else None
        published = pick.choice((None, *DAYS))
        documents.append(make.read(DocumentRead, published=published, publisher_id=publisher, merged_into=merged))
    links = []
    for _ in range(pick.randint(0, 6)):
        start, end = pick.choice(documents), pick.choice(documents)
        links.append(make.read(DocumentLinkRead, from_id=start.id, to_id=end.id, **pick.choice(LINKS)))
    spoken, places = [], []
    for _ in range(pick.randint(1, 8)):
        speaker = pick.choice(sources) if pick.random() < 0.9 else None
        spoken.append(said(IT, speaker, said=pick.choice(DAYS)))
        places += [_place(pick, spoken[-1].id, documents, sources) for _ in range(pick.choice((0, 1, 1, 1, 2)))]
    return make.rows(
        EVENT,
        claims=[IT],
        sources=sources,
        documents=documents,
        document_links=links,
        statements=spoken,
        appearances=places,
    )


def _place(
    pick: Random, statement_id: UUID, documents: list[DocumentRead], sources: list[SourceRead]
) -> AppearanceRead:
    hops = [
        make.read(HopRead, step=step, source_id=pick.choice(sources).id, state=pick.choice(("confirmed", "proposed")))
        for step in (1, 2)
        if pick.random() < 0.3
    ]
    document = pick.choice(documents) if pick.random() < 0.9 else None
    spoken = make.read(AppearanceRead, event_id=EVENT.id, statement_id=statement_id, hops=hops)
    return spoken.model_copy(update={"document_id": document and document.id})
