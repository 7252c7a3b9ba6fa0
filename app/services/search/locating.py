"""Where quotations are looked up: in a thread, few bodies at a time, and no further than a body's effort goes."""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import nullcontext
from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Askable, ask, end_read, turn_for_texts
from app.derive.rules.fidelity import Version
from app.texts import languages
from app.texts.quoting.effort import Key, Spots

# Of a document's versions, the latest, in which a quotation is looked up; in the earlier of these only what is not in
# the latest.
SEARCHED_VERSIONS: Final = 10

# The latest versions with a text of each document, under any of its ids; and those that are named. The text of a
# version that was translated from its document's language is in another one, which is unknown.
_VERSIONS: Final = text("""
SELECT asked, place <= :most, id, document_id, retrieved_at, sha256,
    language, translated_from, headline, coalesce(part, false)
FROM (
    SELECT o.id AS asked, v.id, v.document_id, v.retrieved_at, v.sha256, v.translated_from, v.headline, v.part,
        coalesce(d.language, o.language) AS language,
        row_number() OVER (PARTITION BY o.id ORDER BY v.retrieved_at DESC, v.id DESC) AS place
    FROM document o CROSS JOIN LATERAL document_kin(o.id) k JOIN document d ON d.id = k
    JOIN document_version v ON v.document_id = k
    WHERE o.id = ANY (:documents) AND v.sha256 IS NOT NULL) known
WHERE place <= :most OR id = ANY (:named) ORDER BY asked, place""")
# Texts that were stored before, the short ones first, as long as they are not too large together.
_TEXTS: Final = text("""
SELECT sha256, text FROM (
    SELECT sha256, text, sum(pg_column_size(text)) OVER (ORDER BY pg_column_size(text), sha256) AS upto
    FROM (SELECT DISTINCT ON (sha256) sha256, text FROM document_version WHERE sha256 = ANY (:hashes)) texts) summed
WHERE upto <= CAST(:most AS float)""")


async def versions(
    session: Askable, documents: Collection[UUID], named: Collection[UUID] = ()
) -> tuple[Mapping[UUID | None, Sequence[Version]], Collection[UUID]]:
    """By document the latest versions and those that are named, the latest first; and the ids of the latest."""
    versions_of, latest = defaultdict[UUID | None, list[Version]](list), set[UUID]()
    if documents:
        lists = {"documents": list(documents), "named": list(named)}
        rows = await ask(session, _VERSIONS, {**lists, "most": SEARCHED_VERSIONS})
        for document, is_latest, id_, owner, read, sha256, language, original, headline, is_part in rows:
            of_text = language_of_text(language, original)
            version = Version(id_, owner, read, sha256, of_text, headline, is_part)
            versions_of[document].append(version)
            if is_latest:
                latest.add(version.id)
    return versions_of, latest


def language_of_text(language: str | None, translated_from: str | None) -> str | None:
    """That of the document; unknown where the text was translated from it."""
    is_translated = language and translated_from and languages.fit(language, translated_from)
    return languages.UNDETERMINED if is_translated else language


async def locate(session: Askable, spots: Spots, texts_brought: Mapping[bytes, str], keys: Iterable[Key]) -> None:
    """Note where these words stand, or that it would have been too much effort; ends the reading transaction.

    `texts_brought`: by hash, what need not be read. Ahead of the lock it is done in turns: raises Unavailable where too
    many others look something up.
    """
    words_of_text = defaultdict[bytes, list[str]](list)
    for words, sha256 in sorted(keys):
        words_of_text[sha256].append(words)
    texts = texts_brought
    if unread := words_of_text.keys() - texts.keys():
        rows = await ask(session, _TEXTS, {"hashes": list(unread), "most": spots.text_bytes})
        texts = {**texts, **{bytes(row.sha256): row.text for row in rows}}
    await end_read(session)  # the database ends transactions that wait for long
    async with nullcontext() if isinstance(session, AsyncSession) else turn_for_texts(session):
        try:
            await threads.run(spots.locate, words_of_text, texts)
        except asyncio.CancelledError:
            spots.give_up()
            raise
