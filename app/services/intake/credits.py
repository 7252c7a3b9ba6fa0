"""Wire credits: if a document credits an agency, propose the agency as a step in the chains of its appearances."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.database import ask, send, set_reason
from app.models import Appearance, AppearanceHop, Document, DocumentVersion, Event, Source
from app.services import namesakes
from app.services.access import Caller
from app.services.intake import by_name, storing
from app.services.intake.drafts import Batch, Draft
from app.texts import credits as wire
from app.texts.agencies import BY_NAME

REASON: Final = "a wire credit in the document"
_CHAIN_STEPS: Final = 20  # at most

_CREDITED: Final = text("""
SELECT a.id, d.id AS document, d.byline, d.title, p.credits FROM appearance a
JOIN document d ON d.id = a.document_id
LEFT JOIN LATERAL (
    SELECT p.credits FROM document_version v JOIN text_print p ON p.version_id = v.id
    WHERE v.document_id = a.document_id AND (a.version_id IS NULL OR v.id = a.version_id) AND p.credits <> '{}'
    ORDER BY v.retrieved_at DESC, v.id DESC LIMIT 1) p ON true
WHERE a.id = ANY(CAST(:appearances AS uuid[]))
    AND (p.credits IS NOT NULL OR d.byline IS NOT NULL OR d.title IS NOT NULL)
""")

# At the end of the chain, unless the agency is in it, speaks itself, or publishes the document (or owns who does).
_HOP: Final = text("""
INSERT INTO appearance_hop (id, event_id, appearance_id, step, source_id, how_known, score, state)
SELECT d.id, a.event_id, a.id, chain.steps + 1, d.source_id, 'similarity', d.score, 'proposed'
FROM jsonb_populate_recordset(NULL::appearance_hop, CAST(:rows AS jsonb)) AS d
JOIN appearance a ON a.id = d.appearance_id JOIN statement s ON s.id = a.statement_id
JOIN document o ON o.id = document_root(a.document_id)
CROSS JOIN LATERAL (SELECT array_agg(k) AS ids FROM source_kin(d.source_id) k) agency
CROSS JOIN LATERAL (
    SELECT coalesce(max(h.step), 0) AS steps, coalesce(bool_or(h.source_id = ANY(agency.ids)), false) AS named
    FROM appearance_hop h WHERE h.appearance_id = a.id) chain
WHERE chain.steps < :longest AND NOT chain.named AND NOT coalesce(s.source_id = ANY(agency.ids), false)
AND NOT EXISTS (
    SELECT FROM source p WHERE p.id IN (SELECT source_kin(o.publisher_id))
    AND (p.id = ANY(agency.ids) OR p.parent_id = ANY(agency.ids)))
RETURNING appearance_id, source_id, score
""")

# The stored appearances of documents that are credited otherwise than before. Where nothing else is credited, all was
# looked for already, and what an editor has made of it stays. What comes with a restricted event moves no other one.
_CREDITED_ANEW: Final = text("""
SELECT DISTINCT a.id FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS d(document_id uuid, credits jsonb)
JOIN appearance a ON a.document_id = d.document_id
WHERE d.credits IS DISTINCT FROM (
    SELECT p.credits FROM document_version v JOIN text_print p ON p.version_id = v.id
    WHERE v.document_id = d.document_id AND v.id <> ALL(CAST(:new_versions AS uuid[])) AND p.credits <> '{}'
    ORDER BY v.retrieved_at DESC, v.id DESC LIMIT 1)
AND (a.event_id = ANY(CAST(:events AS uuid[])) OR NOT EXISTS (
    SELECT FROM unnest(CAST(:events AS uuid[])) x(id) JOIN event e ON e.id = x.id AND e.visibility = 'restricted'))
""")

# What was found before, where something else is found now: nobody has said it, and nobody has decided on it.
_GIVE_WAY: Final = text("""
DELETE FROM appearance_hop h USING jsonb_populate_recordset(NULL::appearance_hop, CAST(:rows AS jsonb)) AS d
WHERE h.appearance_id = d.appearance_id AND h.how_known = 'similarity' AND h.state = 'proposed'
AND (h.score IS DISTINCT FROM d.score OR h.source_id NOT IN (SELECT source_kin(d.source_id)))
AND NOT EXISTS (SELECT FROM appearance_hop l WHERE l.appearance_id = h.appearance_id AND l.step > h.step)
""")

_REDACTED: Final = text("""
SELECT d.id FROM jsonb_populate_recordset(NULL::source, CAST(:rows AS jsonb)) AS d WHERE EXISTS (
    SELECT FROM redaction_keys('source', to_jsonb(d), true, true) k
    JOIN redaction_key x ON x.digest = redaction_digest(k))""")


async def propose(session: AsyncSession, batch: Batch) -> Sequence[Row[Any]]:
    """Propose a step for each appearance whose document credits an agency, if either is new, or the chain is.

    What is found follows from what is stored, in whatever order it came: so one that was found before gives way where a
    later text credits another agency. Gives the steps that are new, and that a line may be told of.
    """
    if batch.from_export or batch.by_hand:
        return []
    lines_by_document = _lines_that_credit(batch)
    new_documents = {draft.id for draft in batch.drafts[Document] if draft.outcome == "created"}
    bare = new_documents - lines_by_document.keys()  # nothing else is known of what this body has made
    new = {
        draft.id
        for draft in batch.drafts[Appearance]
        if draft.outcome == "created" and draft.value("document_id") and draft.values["document_id"] not in bare
    }
    new |= {draft.values["appearance_id"] for draft in batch.drafts[AppearanceHop] if draft.outcome == "created"}
    # A chain that was said otherwise went with what had been proposed as its last step.
    new |= {draft.id for draft in batch.drafts[Appearance] if draft.id in batch.replaced}
    stored = await _credited_anew(session, batch, lines_by_document.keys() - new_documents) - new
    if not new and not stored:
        return []
    credited = _credited(await ask(session, _CREDITED, {"appearances": [*new, *stored]}))
    if not credited:
        return []
    # The ledger gives this reason for the sources and steps that follow: no body has said them.
    await set_reason(session, REASON)
    sources = await _sources(session, batch.caller, sorted({agency for agency, _ in credited.values()}))
    new_ids = {draft.id for draft in batch.drafts[Source] if draft.outcome == "created"}
    # A line that made it may have come after the one that credits it.
    batch.is_mixed |= not new_ids.isdisjoint(sources.values())
    hops = [
        {"id": uuid7(), "appearance_id": appearance, "source_id": sources[agency], "score": score}
        for appearance, (agency, score) in sorted(credited.items())
        if agency in sources
    ]
    rows = storing.as_json(hops)
    if stored:
        await send(session, _GIVE_WAY, {"rows": rows})
    new_hops = await ask(session, _HOP, {"rows": rows, "longest": _CHAIN_STEPS})
    await set_reason(session)
    # To whoever sends its line alone, a text that comes after it is not known yet.
    credited_later = {
        draft.id
        for draft in batch.drafts[Appearance]
        if (lines := lines_by_document.get(draft.value("document_id"))) and min(lines) > draft.line
    }
    return [hop for hop in new_hops if hop.appearance_id not in credited_later]


async def _credited_anew(session: AsyncSession, batch: Batch, documents: Collection[UUID]) -> set[UUID]:
    """The stored appearances of these documents for which a batch brings another credit than they had."""
    if not documents:
        return set()
    versions = [
        draft
        for draft in batch.drafts[DocumentVersion]
        if draft.value("document_id") in documents and _credits(batch, draft)
    ]
    completed = [draft.original.id for draft in batch.drafts[Document] if _completes(draft)]
    rows: list[dict[str, Any]] = [
        {"document_id": draft.values["document_id"], "credits": _credits(batch, draft)} for draft in versions
    ]
    rows += [{"document_id": id_, "credits": {}} for id_ in completed if id_ in documents]
    events = {draft.original.id for draft in (*batch.drafts[Event], *batch.referred(Event))}
    events |= {draft.value("event_id") for draft in batch.all_drafts()} - {None}
    values = {
        "rows": storing.as_json(rows),
        "new_versions": [draft.id for draft in versions],
        "events": list(events),
    }
    return {row.id for row in await ask(session, _CREDITED_ANEW, values)}


def _lines_that_credit(batch: Batch) -> Mapping[UUID, set[int]]:
    """The documents of which a batch brings something that credits an agency, and the lines that do."""
    lines: dict[UUID, set[int]] = defaultdict(set)
    for version in batch.drafts[DocumentVersion]:
        if _credits(batch, version):
            lines[version.values["document_id"]].add(version.line)
    for document in batch.drafts[Document]:
        if document.outcome == "created" and _beside_text(document.value("byline"), document.value("title")):
            lines[document.id].add(document.line)
        elif _completes(document):
            lines[document.original.id].add(document.line)
    return lines


def _credits(batch: Batch, version: Draft) -> dict[str, float]:
    """How surely each agency is credited by a text that is new."""
    features = batch.features.get(version.value("sha256")) if version.outcome == "created" else None
    return features.credits if features is not None else {}


def _completes(document: Draft) -> bool:
    """Whether a credit above a text may be new to a document that was there before."""
    is_told = document.outcome in ("completed", "replaced")
    return is_told and bool(_beside_text(document.value("byline"), document.value("title")))


def _credited(rows: Sequence[Row[Any]]) -> dict[UUID, tuple[str, float]]:
    """For each appearance the agency that its document credits most surely, and how surely."""
    beside_text: dict[UUID, dict[str, float]] = {}
    most_surely: dict[UUID, tuple[str, float]] = {}
    for row in rows:
        if row.document not in beside_text:
            beside_text[row.document] = _beside_text(row.byline, row.title)
        scores = {**(row.credits or {})}
        for agency, score in beside_text[row.document].items():
            scores[agency] = max(score, scores.get(agency, 0))
        if scores:
            most_surely[row.id] = min(scores.items(), key=lambda credit: (-credit[1], credit[0]))
    return most_surely


def _beside_text(byline: str | None, title: str | None) -> dict[str, float]:
    """How surely each agency is credited by what stands above a text."""
    credits_ = [*wire.in_byline(byline or ""), *wire.in_headline(title or "")]
    return {credit.agency: credit.score for credit in sorted(credits_, key=lambda credit: credit.score)}


async def _sources(session: AsyncSession, caller: Caller, agencies: Sequence[str]) -> Mapping[str, UUID]:
    """The sources that these agencies are: matched, or made. Where more than one could be meant, none.

    This is no matching of drafts, and its rule is another. What a body says of a source tells it from others of its
    name, and where it does not, another is stored. Here nothing but the name is known, an agency goes before other
    kinds, and the forms in which it is credited ("(AP)") find it without becoming its aliases.
    """
    looked_up: dict[UUID, tuple[str, bool]] = {}
    folded: dict[UUID, by_name.FoldedNames] = {}
    for name in agencies:
        agency = BY_NAME[name]
        for is_agency, names in ((True, (*agency.aliases, *agency.forms)), (False, agency.aliases)):
            id_ = uuid7()
            looked_up[id_] = (name, is_agency)
            folded[id_] = by_name.fold_names(name, names)
    hits: dict[tuple[str, bool], list[UUID]] = defaultdict(list)
    for row in await by_name.bearers(session, caller, folded):
        bearers = hits[looked_up[row.asked]]
        if row.hit not in bearers and (row.kind == "agency" or not looked_up[row.asked][1]):
            bearers.append(row.hit)
    sources: dict[str, UUID] = {}
    new: list[Draft] = []
    for name in agencies:
        # One of that name and another kind is the agency, too: a second would make the bare name mean neither.
        stored = hits[name, True] or hits[name, False]
        if not stored:
            aliases = [{"name": alias, "language": None} for alias in BY_NAME[name].aliases]
            new.append(Draft(Source, "", {"name": name, "aliases": aliases, "kind": "agency", "disclosure": "named"}))
            sources[name] = new[-1].id
        elif len(stored) == 1:
            sources[name] = stored[0]
    redacted_ids = set[UUID]()
    if new:  # what is only found is left out where a body that said it would be refused
        rows = storing.as_json({"id": draft.id, **draft.values} for draft in new)
        redacted_ids = {row.id for row in await ask(session, _REDACTED, {"rows": rows})}
        new = [draft for draft in new if draft.id not in redacted_ids]
    await storing.insert(session, Source, new)
    await namesakes.propose(session, caller, by_name.proposable(new))
    return {name: id_ for name, id_ in sources.items() if id_ not in redacted_ids}
