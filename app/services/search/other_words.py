"""What the claims that a search found say in other languages: how the same is spelt there."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from sqlalchemy import Uuid, cast, func, literal, or_, select, union
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.models import Claim, ClaimLink
from app.services.access import Caller
from app.services.visibility import seen
from app.texts import languages
from app.texts.scripts import UNSPACED, WORD

_PROPOSED: Final = 10
_WORDS_SEARCHED: Final = 12
_WORD: Final = re.compile(rf"[{UNSPACED}]+|{WORD}")
_SHORT: Final = 3  # characters of words that are hardly ever what a claim is about


async def in_other_languages(
    session: AsyncSession, caller: Caller, hit_fields: Iterable[Mapping[str, Any]], tags: str | None
) -> list[dict[str, Any]]:
    """As fields of `OtherWords`, for claims among the hits, in their order: in languages that were not asked for.

    Where none was asked for, in those in which the claim was not found. The claim itself, what was merged into it, and
    what a link says is the same: each in its language and translations.
    """
    searched: dict[UUID, set[str]] = defaultdict(set)
    for hit in hit_fields:
        if hit.get("claim_id"):
            searched[hit["claim_id"]].update(languages.codes_of(tags) if tags else _languages(hit))
    claim_ids = list(searched)
    if not claim_ids:
        return []
    proposals: dict[tuple[str, str], dict[str, Any]] = {}
    texts = [
        (claim_ids.index(row["hit"]), tag, words)
        for row in (await session.execute(_same_claims(caller, claim_ids))).mappings()
        for tag, words in ({row["language"]: row["text"]} | row["translations"]).items()
        if tag and words and not searched[row["hit"]].intersection(languages.codes(tag))
    ]
    for rank, tag, words in sorted(texts):
        url = f"/v1/search?{urlencode({'q': _query(words), 'language': tag})}"
        proposal = {"claim_id": claim_ids[rank], "language": tag, "text": words, "url": url}
        proposals.setdefault((tag, words), proposal)
    return list(proposals.values())[:_PROPOSED]


def _languages(hit: Mapping[str, Any]) -> set[str]:
    """Every code of the languages in which the words were found."""
    tags = {hit["language"], *(highlight["language"] for highlight in hit["highlights"])} - {None}
    return {code for tag in tags for code in languages.codes(tag)}


def _same_claims(caller: Caller, claim_ids: list[UUID]) -> Any:
    """Select the texts of these claims and of those that are the same, each with the one that it belongs to."""
    hit = func.unnest(cast(literal(claim_ids), ARRAY(Uuid()))).table_valued("id").render_derived()
    link, claim = seen(caller, ClaimLink), seen(caller, Claim)
    is_end = or_(link.c.from_id == hit.c.id, link.c.to_id == hit.c.id)
    same_claims = union(
        select(hit.c.id.label("hit"), func.claim_kin(hit.c.id).label("id")),
        *(
            select(hit.c.id, end).select_from(hit.join(link, is_end)).where(link.c.relation == "same_as")
            for end in (link.c.from_id, link.c.to_id)
        ),
    ).subquery()
    columns = (same_claims.c.hit, claim.c.language, claim.c.text, claim.c.translations)
    return select(*columns).select_from(same_claims.join(claim, claim.c.id == same_claims.c.id))


def _query(words: str) -> str:
    """A search for what has any of the longer words."""
    matches = [match[0] for match in _WORD.finditer(words)]
    longer = [word for word in matches if len(word) > _SHORT or re.match(f"[{UNSPACED}]", word)] or matches
    return " or ".join(dict.fromkeys(longer[:_WORDS_SEARCHED]))
