"""Where quotations are looked up: in a thread, few bodies at a time, and no further than a body's effort goes."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from contextlib import nullcontext
from typing import Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app import threads
from app.database import Askable, ask, end_read, turn_for_texts
from app.texts.quoting.effort import Key, Spots

# Texts that were stored before, the short ones first, as long as they are not too large together.
_TEXTS: Final = text("""
SELECT sha256, text FROM (
    SELECT sha256, text, sum(pg_column_size(text)) OVER (ORDER BY pg_column_size(text), sha256) AS upto
    FROM (SELECT DISTINCT ON (sha256) sha256, text FROM document_version WHERE sha256 = ANY (:hashes)) texts) summed
WHERE upto <= CAST(:most AS float)""")


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
