"""What the parties and countries that a picture names are called in the language of the answer."""

from collections.abc import Iterable

from app.schemas.pictures.side_maps import SideMap
from app.texts.messages import wording
from app.texts.messages.wording import Wording


def parties(words: Wording, sources: SideMap, sourceless: Iterable[str | None] = ()) -> dict[str, str]:
    """By party; `sourceless`: those that are named without a source of theirs."""
    named = {source.party for source in sources.values()}.union(sourceless)
    return {party: wording.party(words, party) for party in sorted(party for party in named if party)}


def countries(words: Wording, sources: SideMap, *codes: str | None) -> dict[str, str]:
    """By code in ISO 3166-1."""
    named = {source.country for source in sources.values()}.union(codes)
    return {code: wording.country(words, code) for code in sorted(code for code in named if code)}
