"""Quotations are looked up in the texts of their documents when they are stored, changed, or another version comes.

Looking up is heavy, so it is done before the ledger's lock is taken, by what is stored then (`look_ahead`). Under the
lock the same is asked again (`decide`), and only what has changed in between is still looked up: where words stand is
kept by the words and the hash of the text, and so holds whatever happens.

Two visits: one before the lock would not be enough, since what is stored may change until the lock is taken. The one
under the lock comes just before a body's appearances are stored, for the ledger would note each later change of a new
one. In the same go it looks up what is stored already: what the body completes, and all in documents of which it brings
a new text. What has changed of that is written at the end (`write_rechecked`), after all that the body itself says.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from pydantic_core import to_json
from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Askable, ask, send, set_reason, utcnow
from app.derive.rules import fidelity
from app.derive.rules.fidelity import Finding, Quotation, Version
from app.models import Appearance, Document, DocumentVersion
from app.schemas import addresses
from app.schemas.statements import AppearanceRead
from app.services.intake import storing
from app.services.intake.drafts import Batch, Draft, Drafts
from app.services.intake.references import RECHECKED
from app.services.search import locating
from app.texts.quoting import quotes
from app.texts.quoting.effort import Key, Spots
from app.texts.quoting.quotes import Quote, Verdict

# What of an appearance decides what becomes of its quotation, beside its document.
FIELDS: Final = Quote._fields
# All quotations from these documents, under any of their ids.
_STORED: Final = text("""
WITH kin AS (SELECT DISTINCT document_kin(d) AS id FROM unnest(CAST(:documents AS uuid[])) d)
SELECT a.id, a.document_id, a.version_id, a.fidelity, a.selector, a.quoted, a.wording, a.language, a.translation,
    a.translation_language, a.location, document_root(a.document_id) AS root
FROM kin JOIN appearance a ON a.document_id = kin.id WHERE a.quoted AND a.wording IS NOT NULL ORDER BY a.id""")
# Documents after merges, by what a body may call them. OFFSET 0: each by its index, also while the table was never
# analysed; all documents were read else. JSON: with arrays, whose lengths differ, it would be planned anew each time.
_NAMED: Final = text("""
SELECT document_root(d.id) AS root, name FROM (
    SELECT 'id:' || i AS name, d.id FROM jsonb_array_elements_text(CAST(:names AS jsonb)->'id') i
        CROSS JOIN LATERAL (SELECT id FROM document WHERE id = i::uuid OFFSET 0) d
    UNION ALL SELECT 'ref:' || r, d.id FROM jsonb_array_elements_text(CAST(:names AS jsonb)->'ref') r
        CROSS JOIN LATERAL (SELECT id FROM document WHERE ref = r OFFSET 0) d
    UNION ALL SELECT 'url:' || u, d.id FROM jsonb_array_elements_text(CAST(:names AS jsonb)->'url') u
        CROSS JOIN LATERAL (SELECT id FROM document WHERE digest_of(page_key) = digest_of(u) OFFSET 0) d
    UNION ALL SELECT 'sha:' || h, d.id FROM jsonb_array_elements_text(CAST(:names AS jsonb)->'sha') h
        CROSS JOIN LATERAL (SELECT document_id FROM document_version WHERE sha256 = decode(h, 'hex') OFFSET 0) v
        CROSS JOIN LATERAL (SELECT id FROM document WHERE id = v.document_id AND url IS NULL OFFSET 0) d) d""")
_FIDELITIES: Final = text("SELECT id, fidelity FROM appearance WHERE id = ANY (:ids)")
_UPDATE: Final = text("""
UPDATE appearance t SET fidelity = d.fidelity, version_id = d.version_id,
    selector = CASE WHEN r ? 'stays' THEN t.selector ELSE d.selector END
FROM jsonb_array_elements(CAST(:rows AS jsonb)) AS r, jsonb_populate_record(NULL::appearance, r) AS d
WHERE t.id = d.id""")

_BEYOND: Final = (
    "This quotation was not looked up: the quotations of a body have so much time together, and shorter ones took it. "
    "It is `unchecked` until the operator has `counterclaim quotations` run."
)

# A quotation, and the versions of its document in which it is looked up, the latest first.
_Lookup = tuple[Quotation, Sequence[Version]]


@dataclass(frozen=True, slots=True)
class _Search:
    spots: Spots
    texts: Mapping[bytes, str]
    """The texts that the body brings, by hash: they need not be read."""
    new: Collection[UUID] = ()
    """Versions that were not there before."""


# --- before the lock -------------------------------------------------------------------------------------------------


def concerns(batch: Batch) -> bool:
    """Whether a body has quotations, or a text in which there may be some."""
    return bool(_quoting(batch) or _read(batch))


def look_into_own_texts(batch: Drafts) -> None:
    """Look up what stands as it is in a text that the body itself brings: of short ones, which takes no time."""
    words_by_text, keys_of = defaultdict[bytes, set[str]](set), dict[Draft, set[Key]]()
    for draft in _quoting(batch):
        if (read := batch.versions.get(draft.points_at["document_id"])) and read.value("sha256"):
            keys_of[draft] = _keys(Quote.of(draft.values), _version(read, read.id))
            words_by_text[read.values["sha256"]].update(words for words, _ in keys_of[draft])
    batch.spots.locate_plainly(words_by_text, _texts(batch))
    batch.located.update(draft for draft, keys in keys_of.items() if keys <= batch.spots.at.keys())


async def look_ahead(reading: Askable, batch: Batch) -> None:
    """Look up what the drafts of a body will ask for, as far as can be seen."""
    quoting, read = _quoting(batch), _read(batch)
    roots = await _roots(reading, batch, [draft.points_at["document_id"] for draft in [*quoting, *read]])
    known_roots = set(roots.values()) - {document.id for document in roots}
    # Of a document that is not known there is nothing to be looked up but in the text that the body brings.
    quoting = [d for d in quoting if d not in batch.located or roots[d.points_at["document_id"]] in known_roots]
    if not (quoting or known_roots):
        return
    stored = await _stored(reading, known_roots & {roots[draft.points_at["document_id"]] for draft in read})
    quotations = [*map(_stored_quotation, stored)]
    quotations += [_quotation(draft, roots[draft.points_at["document_id"]]) for draft in quoting]
    root_of = {root: root for root in roots.values()} | {row.document_id: row.root for row in stored}
    stored_versions, _ = await locating.versions(reading, known_roots | {row.document_id for row in stored})
    versions = {id_: list(stored_versions.get(id_, ())) for id_ in root_of}
    ids_of_root = defaultdict[UUID, list[UUID]](list)
    for id_, root in root_of.items():
        ids_of_root[root].append(id_)
    for draft in read:
        root = roots[draft.points_at["document_id"]]
        version = _version(draft, root)
        for id_ in ids_of_root[root]:
            if all(stored_version.sha256 != version.sha256 for stored_version in versions[id_]):
                versions[id_].append(version)
    for document_versions in versions.values():
        document_versions.sort(key=lambda version: (version.retrieved_at, version.id), reverse=True)
    search = _Search(batch.spots, _texts(batch), {draft.id for draft in read})
    await _decided(reading, search, [(q, versions[q.document_id] if q.document_id else ()) for q in quotations])


def _quoting(batch: Drafts) -> list[Draft]:
    """The drafts with a quotation from a document."""
    drafts = batch.drafts.get(Appearance, [])
    return [d for d in drafts if d.value("quoted") and d.value("wording") and "document_id" in d.points_at]


def _read(batch: Drafts) -> list[Draft]:
    """The versions that a body brings, with their texts."""
    return [draft for draft in batch.drafts.get(DocumentVersion, []) if draft.value("sha256")]


def _texts(batch: Drafts) -> dict[bytes, str]:
    return {draft.values["sha256"]: draft.values["text"] for draft in _read(batch)}


async def _roots(reading: Askable, batch: Batch, documents: Iterable[Draft]) -> dict[Draft, UUID]:
    """The document that each of these drafts is likely to become, after merges; of a new one the draft's own id."""
    names_of = {document: _names(batch, document.original) for document in documents}
    by_kind = defaultdict[str, set[str]](set)
    for names in names_of.values():
        for kind, _, name in (name.partition(":") for name in names):
            by_kind[kind].add(name)
    rows = await ask(reading, _NAMED, {"names": to_json(by_kind).decode()})
    root_by_name: dict[str, UUID] = {row.name: row.root for row in rows}
    roots = dict[Draft, UUID]()
    for document, names in names_of.items():
        roots[document] = next((root_by_name[name] for name in names if name in root_by_name), document.id)
        root_by_name = dict.fromkeys(names, roots[document]) | root_by_name
    return roots


def _names(batch: Batch, document: Draft) -> list[str]:
    """The names by which `_NAMED` finds a document: its id, its ref, its URL; without a URL the hash of its text."""
    if document.reference is not None:
        key = addresses.parse(document.reference).id
        return [document.reference if key is None else f"id:{key}"]
    read = batch.versions.get(document)
    names = {"ref": document.value("ref"), "url": document.value("page_key")}
    if not names["url"] and read is not None and read.value("sha256"):
        names["sha"] = read.values["sha256"].hex()
    return [f"{kind}:{name}" for kind, name in names.items() if name]


def _version(draft: Draft, root: UUID) -> Version:
    """A version that is not stored yet."""
    of_document = draft.points_at["document_id"].original.value("language")
    of_text = locating.language_of_text(of_document, draft.value("translated_from"))
    retrieved_at = draft.value("retrieved_at") or utcnow()
    sha256, headline = draft.values["sha256"], draft.value("headline")
    return Version(draft.id, root, retrieved_at, sha256, of_text, headline, bool(draft.value("part")))


# --- under the lock --------------------------------------------------------------------------------------------------


async def decide(session: AsyncSession, batch: Batch, new: Sequence[Draft], matched: Sequence[Draft]) -> None:
    """Decide the fidelity of all quotations that a body brings or affects, just before its appearances are stored.

    Writes the columns of new ones into their drafts, unless an export gave a restored one its fidelity. Notes in the
    batch which stored ones change (`write_rechecked`), and in matched drafts the fidelity, for the answer.
    """
    drafts = [draft for draft in new if not (draft.restored and draft.value("fidelity"))]
    drafted = [_quotation(draft, draft.value("document_id")) for draft in drafts]
    new_versions = [draft for draft in _read(batch) if draft.outcome == "created"]
    matched_rows, stored = ([], []) if batch.from_export else await _to_recheck(session, batch, new_versions, matched)
    lookups = await _lookups(session, drafted, stored, known=_known_versions(batch))
    search = _Search(batch.spots, _texts(batch), {draft.id for draft in new_versions})
    findings = await _decided(session, search, lookups)
    for draft, (quotation, versions), finding in zip(drafts, lookups, findings, strict=False):
        draft.values |= _columns(finding)
        beyond = (batch.spots.beyond & _keys(quotation.quote, version) for version in versions)  # asked of hardly any
        if finding.fidelity == "unchecked" and any(beyond):
            batch.note("changed", f"{draft.pointer}/wording", _BEYOND)
    rechecked = list(zip(stored, findings[len(drafts) :], strict=True))
    batch.rechecked = [row for quotation, finding in rechecked if (row := _changed_row(quotation, finding))]
    fidelities = {row.id: row.fidelity for row in matched_rows} | {q.id: finding.fidelity for q, finding in rechecked}
    for draft in matched:
        if draft.id in fidelities:
            draft.values["fidelity"] = fidelities[draft.id]


def _known_versions(batch: Batch) -> dict[UUID | None, Sequence[Version]]:
    """The only text, or none, of each document that a body has made: nobody else can have brought another one yet."""
    versions: dict[UUID, list[Version]] = {id_: [] for id_ in batch.created(Document)}
    for draft in _read(batch):
        if (document := draft.values["document_id"]) in versions and draft.same_as is None:
            versions[document].append(_version(draft, document))
    return {id_: texts for id_, texts in versions.items() if len(texts) <= 1}


async def _to_recheck(
    session: AsyncSession, batch: Batch, new_versions: Iterable[Draft], matched: Sequence[Draft]
) -> tuple[Sequence[Row[Any]], list[Quotation]]:
    """The stored appearances that a body matched; and the stored quotations that it completes or has a new text for."""
    texts = [version for version in new_versions if version.points_at["document_id"].original.outcome != "created"]
    documents = {version.values["document_id"] for version in texts}
    matched_rows = await storing.as_completed(session, batch, Appearance, matched)
    completed = {row.id: row for row in matched_rows if row.completed or row.id in batch.replaced}
    quotations = [_stored_quotation(row, starts_over=True) for row in completed.values()]
    quotations += [_stored_quotation(row) for row in await _stored(session, documents) if row.id not in completed]
    return matched_rows, quotations


def _changed_row(quotation: Quotation, finding: Finding) -> dict[str, Any] | None:
    """The row for `_UPDATE`; None: nothing has changed."""
    if finding == quotation.finding:
        return None
    # Words without a spot are those that the stored selector has: it stays.
    keep_selector = {"stays": True} if finding.exact is not None and finding.spot is None else {}
    return {"id": quotation.id, **_columns(finding), **keep_selector}


async def write_rechecked(session: AsyncSession, batch: Batch) -> None:
    """Store what `decide` noted of stored quotations: with a reason of its own in the ledger."""
    if batch.rechecked:
        await set_reason(session, RECHECKED)
        await send(session, _UPDATE, {"rows": storing.as_json(batch.rechecked)})
        await set_reason(session)


async def note_fidelities(session: AsyncSession, matched: Sequence[Draft]) -> None:
    """Note in the drafts of stored appearances what their quotations are, for the answer; look nothing up."""
    if matched:
        ids = {"ids": [draft.id for draft in matched]}
        fidelities = {row.id: row.fidelity for row in await ask(session, _FIDELITIES, ids)}
        for draft in matched:
            draft.values["fidelity"] = fidelities.get(draft.id)


async def changed(
    session: AsyncSession, spots: Spots, stored: AppearanceRead, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The columns that follow when these of an appearance change; none if they don't affect its quotation."""
    if not values.keys() & {*FIELDS, "document_id"}:
        return {}
    after = {**stored.model_dump(), **values}
    quotation = _never_looked_up(stored.id, after["document_id"], after, after["version_id"])
    lookups = await _lookups(session, [quotation])
    (finding,) = await _decided(session, _Search(spots, {}), lookups)
    return _columns(finding)


def _columns(finding: Finding) -> dict[str, Any]:
    selector = None
    if finding.spot is not None:
        selector = finding.spot._asdict()
        del selector["verbatim"]
    return {"fidelity": finding.fidelity, "selector": selector, "version_id": finding.version_id}


async def look_again(reading: AsyncSession, rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    """Look up these stored quotations, however long that takes: the rows of those that change, for `write_again`."""
    quotations = [_stored_quotation(row) for row in rows]
    findings = await _decided(reading, _Search(Spots.without_limits(), {}), await _lookups(reading, quotations))
    return [row for pair in zip(quotations, findings, strict=True) if (row := _changed_row(*pair))]


async def write_again(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Store what `look_again` found, of appearances that are still as they were."""
    await set_reason(session, RECHECKED)
    await send(session, _UPDATE, {"rows": storing.as_json(rows)})


# --- what both ask ---------------------------------------------------------------------------------------------------


def _quotation(draft: Draft, document: UUID | None) -> Quotation:
    """The quotation of an appearance that is not stored yet."""
    read = draft.points_at.get("version_id")
    version = draft.value("version_id") or (read.original.id if read is not None else None)
    return _never_looked_up(draft.id, document, draft.values, version)


def _never_looked_up(id_: UUID, document: UUID | None, columns: Mapping[str, Any], version: UUID | None) -> Quotation:
    return Quotation(id_, document, Quote.of(columns), Finding("unchecked", version_id=version), starts_over=True)


def _stored_quotation(row: Row[Any], *, starts_over: bool = False) -> Quotation:
    """The quotation of a stored appearance. One that is `unchecked` is looked up as a new one is."""
    quote = Quote(**{name: getattr(row, name) for name in FIELDS})
    finding = Finding(row.fidelity, (row.selector or {}).get("exact"), None, row.version_id)
    return Quotation(row.id, row.document_id, quote, finding, starts_over=starts_over or row.fidelity == "unchecked")


async def _stored(session: Askable, documents: Collection[UUID]) -> Sequence[Row[Any]]:
    return await ask(session, _STORED, {"documents": list(documents)}) if documents else []


async def _lookups(
    session: AsyncSession, *groups: Sequence[Quotation], known: Mapping[UUID | None, Sequence[Version]] | None = None
) -> list[_Lookup]:
    """Each quotation with the versions to look it up in: the latest of its document, and any that its group names.

    `known`: all that documents have, of which nothing needs to be asked.
    """
    known = known or {}
    named_by_group: list[set[UUID]] = []
    documents: set[UUID] = set()
    for group in groups:
        quoting = [q for q in group if q.quote.quoted and q.quote.wording and q.document_id]
        documents.update(q.document_id for q in quoting if q.document_id and q.document_id not in known)
        named_by_group.append({q.finding.version_id for q in quoting if q.finding.version_id})
    versions, latest = await locating.versions(session, documents, set().union(*named_by_group))
    lookups: list[_Lookup] = []
    for group, named in zip(groups, named_by_group, strict=True):
        for q in group:
            if (searched := known.get(q.document_id)) is None:
                searched = [one for one in versions.get(q.document_id, ()) if one.id in latest or one.id in named]
            lookups.append((q, searched))
    return lookups


async def _decided(session: Askable, search: _Search, lookups: Sequence[_Lookup]) -> list[Finding]:
    """The finding for each quotation. At most two rounds of looking up: in the latest version, then in earlier ones."""
    while True:
        unsearched = set[Key]()

        def look(quote: Quote, version: Version, unsearched: set[Key] = unsearched) -> Verdict | None:
            keys, spots = _keys(quote, version), search.spots
            if not keys <= spots.at.keys() | spots.beyond:
                unsearched.update(keys - spots.at.keys() - spots.beyond)
                return None
            if not keys.isdisjoint(spots.beyond):
                return Verdict("unchecked")
            return quotes.verdict(
                quote,
                version.language,
                lambda words: spots.at[words, version.sha256],
                headline=version.headline,
                is_part=version.is_part,
            )

        findings = [fidelity.fidelity_now(q, versions, search.new, look) for q, versions in lookups]
        if not unsearched:
            return [finding for finding in findings if finding is not None]
        await locating.locate(session, search.spots, search.texts, unsearched)


def _keys(quote: Quote, version: Version) -> set[Key]:
    return {(words, version.sha256) for words in quotes.texts_to_find(quote, version.language)}
