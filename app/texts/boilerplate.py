"""What many documents of one site share, an imprint or a notice about cookies: no likeness of two of its pages.

Told by fingerprints alone. Where a site prints one story on several pages, these share nearly all: that is none.
"""

from collections import Counter
from collections.abc import Collection, Sequence
from collections.abc import Set as AbstractSet
from itertools import chain
from typing import Final

from app.texts import fingerprints
from app.vocabulary import LIKELY_COPY

SHARING_DOCUMENTS: Final = 3
"""So many other documents of a site have to share something."""
_SMALLEST_REST: Final = 5
_SMALLEST_PART: Final = 0.1  # what a page has beside it, of all that it has


def shared(text: AbstractSet[int], neighbours: Sequence[AbstractSet[int]]) -> set[int]:
    """The hashes of a text that are boilerplate, by the texts of other documents of its site."""
    counts = Counter(chain.from_iterable(text & neighbour for neighbour in neighbours))
    common = {hash_ for hash_, count in counts.items() if count >= SHARING_DOCUMENTS}
    if not common or not _is_more_than(text, common):
        return set()
    contents: list[AbstractSet[int]] = []
    for neighbour in neighbours:
        content = neighbour - common
        has_all = 2 * len(common & neighbour) >= len(common) and _is_more_than(neighbour, common)
        if has_all and all(fingerprints.score(content, earlier) < LIKELY_COPY for earlier in contents):
            contents.append(content)
    return common if len(contents) >= SHARING_DOCUMENTS else set()


def _is_more_than(text: AbstractSet[int], common: AbstractSet[int]) -> bool:
    """Whether a page has something to say beside it."""
    return len(text - common) >= max(_SMALLEST_REST, _SMALLEST_PART * len(text))


def is_all(titles: Collection[str | None]) -> bool:
    """Whether a text that documents of one site have in common is nothing else: these are their titles."""
    return len({title for title in titles if title}) >= SHARING_DOCUMENTS
