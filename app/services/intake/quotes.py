"""Quotations are looked up in the texts of their documents when they are stored, changed, or another version comes.

Looking up is heavy, so it is done before the ledger's lock is taken, by what is stored then (`foresee`). Under the lock
the same is asked again, and only what has changed in between is still looked up. What was found is kept by the words
and the hash of the text, and so holds whatever happens.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row, text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import foreseeing, set_reason, utcnow
from app.derive.rules import fidelity
from app.derive.rules.fidelity import Asked, Found, Version
from app.models import Appearance, DocumentVersion
from app.schemas import addresses
from app.schemas.statements import AppearanceRead
from app.services.intake import storing
from app.services.intake.drafts import Batch, Draft, Memo
from app.services.intake.references import RECHECKED, find_labels, real
from app.texts import quotes
from app.texts.quotes import Quote, Verdict

# What of an appearance decides what becomes of its quotation, beside its document.
FIELDS: Final = Quote._fields
# How many versions of a document are looked at; earlier ones only for what is not in the latest.
MOST: Final = 10

# The latest versions with a text of each document, under any of its ids; and those that are named. The text of a
# version that was translated from its document's language is in another one, which is not told.
_VERSIONS: Final = text(f"""
SELECT asked, id, document_id, retrieved_at, sha256,
    CASE WHEN translated_from = language THEN '{quotes.UNTOLD}' ELSE language END AS language, headline
FROM (
    SELECT o.id AS asked, v.id, v.document_id, v.retrieved_at, v.sha256, v.translated_from, v.headline,
        coalesce(d.language, o.language) AS language,
        row_number() OVER (PARTITION BY o.id ORDER BY v.retrieved_at DESC, v.id DESC) AS place
    FROM document o CROSS JOIN LATERAL document_kin(o.id) k JOIN document d ON d.id = k
    JOIN document_version v ON v.document_id = k
    WHERE o.id = ANY (:documents) AND v.sha256 IS NOT NULL) known
WHERE place <= :most OR id = ANY (:named) ORDER BY asked, place""")  # noqa: S608
_TEXTS: Final = text("SELECT DISTINCT ON (sha256) sha256, text FROM document_version WHERE sha256 = ANY (:hashes)")
# These appearances; and all quotations from these documents, under any of their ids: for these, `moved`.
_STORED: Final = text(f"""
WITH kin AS (SELECT document_kin(d) AS id FROM unnest(CAST(:documents AS uuid[])) d)
SELECT a.id, a.document_id, a.version_id, a.fidelity, {", ".join(f"a.{name}" for name in FIELDS)},
    a.selector->>'exact' AS exact, document_root(a.document_id) AS root,
    coalesce(a.document_id IN (SELECT id FROM kin), false) AS moved
FROM (SELECT unnest(CAST(:appearances AS uuid[])) AS id
    UNION SELECT q.id FROM kin JOIN appearance q ON q.document_id = kin.id
    WHERE q.quoted AND q.wording IS NOT NULL) these
JOIN appearance a ON a.id = these.id""")  # noqa: S608
# Documents after merges, by what a body may call them.
_NAMED: Final = text("""
SELECT document_root(id) AS root, 'id:' || id AS name FROM document WHERE id = ANY (CAST(:ids AS uuid[]))
UNION ALL SELECT document_root(id), 'ref:' || ref FROM document WHERE ref = ANY (:refs)
UNION ALL SELECT document_root(d.id), 'url:' || u FROM unnest(CAST(:urls AS text[])) u
    JOIN document d ON digest_of(d.canonical_url) = digest_of(u)
UNION ALL SELECT document_root(d.id), 'sha:' || encode(v.sha256, 'hex') FROM document_version v
    JOIN document d ON d.id = v.document_id WHERE v.sha256 = ANY (:hashes) AND d.url IS NULL""")
_UPDATE: Final = text(
    "UPDATE appearance t SET fidelity = d.fidelity, version_id = d.version_id, "  # noqa: S608
    "selector = CASE WHEN r ? 'stays' THEN t.selector ELSE d.selector END "
    f"FROM {storing.drafted(Appearance)} WHERE t.id = d.id"
)

_Versions = Mapping[UUID | None, Sequence[Version]]


@dataclass(frozen=True, slots=True)
class _Search:
    found: Memo
    texts: Mapping[bytes, str]
    """Those that need not be read, by hash."""
    new: Collection[UUID] = ()
    """Versions that were not there before."""
    ahead: bool = False
    """Before the lock, on a session for reading."""


# --- before the lock -------------------------------------------------------------------------------------------------


async def foresee(session: AsyncSession, batch: Batch) -> None:
    """Look up what the drafts of a body will ask for, as far as can be seen. Expects a session that has not begun."""
    if concerns(batch):
        async with foreseeing(session) as reading:
            await look_ahead(reading, batch)


def concerns(batch: Batch) -> bool:
    """Whether a body has quotations, or a text in which there may be some."""
    return bool(_quoting(batch) or _texts(batch))


async def look_ahead(reading: AsyncSession, batch: Batch) -> None:
    """`foresee` on a session for reading."""
    find_labels(batch)
    mine, read = _quoting(batch), _read(batch)
    roots = await _roots(reading, batch, [draft.points_at["document_id"] for draft in [*mine, *read]])
    there = set(roots.values()) - {place.id for place in roots}
    stored = await _stored(reading, there & {roots[draft.points_at["document_id"]] for draft in read}, ())
    asked = [_asked(draft, roots[draft.points_at["document_id"]]) for draft in mine]
    root_of = {root: root for root in roots.values()} | {row.document_id: row.root for row in stored}
    known = await _versions(reading, there | {row.document_id for row in stored})
    versions = {id_: list(known.get(id_, ())) for id_ in root_of}
    for draft in read:
        version = _version(draft, roots[draft.points_at["document_id"]])
        for id_, root in root_of.items():
            if root == version.document_id and all(other.sha256 != version.sha256 for other in versions[id_]):
                versions[id_].append(version)
    for several in versions.values():
        several.sort(key=lambda version: (version.retrieved_at, version.id), reverse=True)
    search = _Search(batch.found, _texts(batch), {draft.id for draft in read}, ahead=True)
    await _settled(reading, search, [*asked, *map(_as_stored, stored)], versions)


def _quoting(batch: Batch) -> list[Draft]:
    """The drafts with a quotation from a document."""
    drafts = batch.drafts.get(Appearance, [])
    return [d for d in drafts if d.value("quoted") and d.value("wording") and "document_id" in d.points_at]


def _read(batch: Batch) -> list[Draft]:
    """The versions that a body brings, with their texts."""
    return [draft for draft in batch.drafts.get(DocumentVersion, []) if draft.value("sha256")]


def _texts(batch: Batch) -> dict[bytes, str]:
    return {draft.values["sha256"]: draft.values["text"] for draft in _read(batch)}


async def _roots(reading: AsyncSession, batch: Batch, places: Iterable[Draft]) -> dict[Draft, UUID]:
    """The document that each of these drafts is likely to become, after merges; of a new one the draft's own id."""
    names = {place: _names(batch, place) for place in places}
    asked = defaultdict[str, set[str]](set)
    for kind, _, name in (name.partition(":") for several in names.values() for name in several):
        asked[kind].add(name)
    given = {"ids": asked["id"], "refs": asked["ref"], "urls": asked["url"]}
    found = await reading.execute(
        _NAMED, {key: list(some) for key, some in given.items()} | {"hashes": list(map(bytes.fromhex, asked["sha"]))}
    )
    known: dict[str, UUID] = {row.name: row.root for row in found}
    roots = dict[Draft, UUID]()
    for place, several in names.items():
        roots[place] = next((known[name] for name in several if name in known), place.id)
        known = dict.fromkeys(several, roots[place]) | known
    return roots


def _names(batch: Batch, named: Draft) -> list[str]:
    """By what a document is found: its id, its ref, its URL; without one its text."""
    place = real(named)
    if place.reference is not None:
        key = addresses.parse(place.reference).id
        return [place.reference if key is None else f"id:{key}"]
    read = batch.versions.get(place)
    names = {"ref": place.value("ref"), "url": place.value("canonical_url")}
    if not names["url"] and read is not None and read.value("sha256"):
        names["sha"] = read.values["sha256"].hex()
    return [f"{kind}:{name}" for kind, name in names.items() if name]


def _version(draft: Draft, root: UUID) -> Version:
    """A version that is not stored yet."""
    language = draft.points_at["document_id"].value("language")
    told = quotes.UNTOLD if language and language == draft.value("translated_from") else language
    retrieved_at = draft.value("retrieved_at") or utcnow()
    return Version(draft.id, root, retrieved_at, draft.values["sha256"], told, draft.value("headline"))


# --- under the lock --------------------------------------------------------------------------------------------------


async def look_up(session: AsyncSession, batch: Batch, made: Sequence[Draft]) -> None:
    """Write into the drafts of new appearances what becomes of their quotations, before they are stored.

    A restored one that says it itself is left as it was.
    """
    new = [draft for draft in made if not (draft.restored and draft.value("fidelity"))]
    asked = [_asked(draft, draft.value("document_id")) for draft in new]
    versions = await _versions_of(session, asked)
    founds = await _settled(session, _Search(batch.found, _texts(batch)), asked, versions)
    for draft, found in zip(new, founds, strict=True):
        draft.values |= _columns(found)


async def look_again(session: AsyncSession, batch: Batch, *, dry: bool = False) -> None:
    """Look up what was stored already: what a body completed, and all in documents of which it brings a new text.

    Notes the fidelity of all that a body names, for the answer. `dry` looks nothing up.
    """
    found = [
        draft for draft in map(real, batch.drafts.get(Appearance, [])) if draft.outcome in ("matched", "completed")
    ]
    read = [] if dry else [draft for draft in _read(batch) if draft.outcome == "created"]
    documents = {d.values["document_id"] for d in read if real(d.points_at["document_id"]).outcome != "created"}
    if not found and not documents:
        return
    completed = {draft.id for draft in found if draft.outcome == "completed" and not dry}
    stored = await _stored(session, documents, {draft.id for draft in found})
    asked = [_as_stored(row, fresh=row.id in completed) for row in stored if row.moved or row.id in completed]
    versions = await _versions_of(session, asked)
    search = _Search(batch.found, _texts(batch), {draft.id for draft in read})
    founds = await _settled(session, search, asked, versions)
    await _update(session, asked, founds)
    told = {row.id: row.fidelity for row in stored} | {
        one.id: become.fidelity for one, become in zip(asked, founds, strict=True)
    }
    for draft in found:
        draft.values["fidelity"] = told.get(draft.id)


async def _update(session: AsyncSession, asked: Iterable[Asked], founds: Iterable[Found]) -> None:
    """Store what became of quotations, where that is not as it was: with a reason of its own in the ledger."""
    rows = []
    for one, found in zip(asked, founds, strict=True):
        if found != one.found:
            stays = {"stays": True} if found.exact is not None and found.spot is None else {}
            rows.append({"id": one.id, **_columns(found), **stays})
    if rows:
        await set_reason(session, RECHECKED)
        await session.execute(_UPDATE, {"rows": storing.as_json(rows)})
        await set_reason(session)


async def changed(
    session: AsyncSession, memo: Memo, stored: AppearanceRead, values: Mapping[str, Any], *, ahead: bool = False
) -> dict[str, Any]:
    """The columns that follow where these of an appearance are changed; none where they do not touch its quotation."""
    if not values.keys() & {*FIELDS, "document_id"}:
        return {}
    whole = {**stored.model_dump(), **values}
    asked = Asked(
        stored.id,
        whole["document_id"],
        Quote(**{name: whole[name] for name in FIELDS} | {"quoted": bool(whole["quoted"])}),
        Found("unchecked", version_id=whole["version_id"]),
        fresh=True,
    )
    versions = await _versions_of(session, [asked])
    (found,) = await _settled(session, _Search(memo, {}, ahead=ahead), [asked], versions)
    return _columns(found)


def _columns(found: Found) -> dict[str, Any]:
    selector = None
    if found.spot is not None:
        selector = found.spot._asdict()
        del selector["same"]
    return {"fidelity": found.fidelity, "selector": selector, "version_id": found.version_id}


# --- what both ask ---------------------------------------------------------------------------------------------------


def _asked(draft: Draft, document: UUID | None) -> Asked:
    """A new appearance."""
    quote = Quote(**{name: draft.value(name) for name in FIELDS} | {"quoted": bool(draft.value("quoted"))})
    read = draft.points_at.get("version_id")
    version = draft.value("version_id") or (real(read).id if read is not None else None)
    return Asked(draft.id, document, quote, Found("unchecked", version_id=version), fresh=True)


def _as_stored(row: Row[Any], *, fresh: bool = False) -> Asked:
    """One that is stored; what could not be looked up before is looked up as a new one is."""
    quote = Quote(**{name: getattr(row, name) for name in FIELDS})
    found = Found(row.fidelity, row.exact, None, row.version_id)
    return Asked(row.id, row.document_id, quote, found, fresh=fresh or row.fidelity == "unchecked")


async def _stored(
    session: AsyncSession, documents: Collection[UUID], appearances: Collection[UUID]
) -> Sequence[Row[Any]]:
    if not documents and not appearances:
        return []
    given = {"documents": list(documents), "appearances": list(appearances)}
    return (await session.execute(_STORED, given)).all()


async def _versions_of(session: AsyncSession, asked: Iterable[Asked]) -> _Versions:
    """The versions in which these are to be looked up."""
    quoting = [one for one in asked if one.document_id and one.quote.quoted and one.quote.wording]
    named = [one.found.version_id for one in quoting if one.found.version_id]
    return await _versions(session, {one.document_id for one in quoting if one.document_id}, named)


async def _versions(session: AsyncSession, documents: Collection[UUID], named: Collection[UUID] = ()) -> _Versions:
    """By document, the latest first."""
    found = defaultdict[UUID | None, list[Version]](list)
    if documents:
        given = {"documents": list(documents), "named": list(named), "most": MOST}
        for asked, *row in await session.execute(_VERSIONS, given):
            found[asked].append(Version(*row))
    return found


async def _settled(session: AsyncSession, search: _Search, asked: Sequence[Asked], versions: _Versions) -> list[Found]:
    """What becomes of each. It takes at most two rounds of looking up: in the latest version, then in earlier ones."""
    while True:
        missing = set[tuple[str, bytes]]()

        def look(quote: Quote, version: Version, missing: set[tuple[str, bytes]] = missing) -> Verdict | None:
            keys = {(words, version.sha256) for words in quotes.looked_up(quote, version.language)}
            if lacking := keys - search.found.keys():
                missing.update(lacking)
                return None
            found = search.found
            return quotes.verdict(
                quote, version.language, lambda words: found[words, version.sha256], headline=version.headline
            )

        founds = [fidelity.standing(one, versions.get(one.document_id, ()), search.new, look) for one in asked]
        if not missing:
            return [found for found in founds if found is not None]
        await _find(session, search, missing)


async def _find(session: AsyncSession, search: _Search, missing: Iterable[tuple[str, bytes]]) -> None:
    """Look these words up in these texts, in a thread; those that the body did not bring are read first."""
    wanted = defaultdict[bytes, list[str]](list)
    for words, sha256 in sorted(missing):
        wanted[sha256].append(words)
    texts = search.texts
    if absent := wanted.keys() - texts.keys():
        rows = await session.execute(_TEXTS, {"hashes": list(absent)})
        texts = {**texts, **{bytes(row.sha256): row.text for row in rows}}
    if search.ahead:
        await session.commit()  # the database ends transactions that wait for long
    search.found.update(await asyncio.to_thread(_located, wanted, texts))


def _located(wanted: Mapping[bytes, list[str]], texts: Mapping[bytes, str]) -> Memo:
    return {
        (words, sha256): spot
        for sha256, several in wanted.items()
        for words, spot in quotes.located(several, texts.get(sha256, "")).items()
    }
