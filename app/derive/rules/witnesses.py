"""Whether unnamed witnesses in copies of one text may be one: two whose own words differ are two.

An agency's paragraph makes two articles copies, though each has found a witness of its own.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import product
from typing import NamedTuple
from uuid import UUID

from app.derive.rules.statements import StatementInContext, order
from app.schemas.statements import AppearanceRead
from app.texts import alike, languages


class _Quoted(NamedTuple):
    text: str
    language: str | None


# The words of one appearance, and their translation.
_Wording = tuple[_Quoted, ...]


def original_of_each(
    statements: Iterable[StatementInContext], copies: Mapping[UUID, UUID], document_targets: Mapping[UUID, UUID]
) -> dict[UUID, UUID]:
    """Of each copy in which these statements are found, the document that stands for those with the same witness.

    `statements`: of unnamed sources, toward one claim; `copies`: of each copy the document that stands for all.
    Copies in which no words are quoted go with the first: unknown never counts as new.
    """
    wordings_by_copy: dict[UUID, dict[UUID, list[_Wording]]] = defaultdict(lambda: defaultdict(list))
    for statement in sorted(statements, key=order):
        for appearance in statement.appearances:
            document_id = document_targets.get(appearance.document_id) if appearance.document_id else None
            if document_id is not None and document_id in copies:
                wordings = wordings_by_copy[copies[document_id]][document_id]
                if (wording := _wording(appearance)) and wording not in wordings:
                    wordings.append(wording)
    originals: dict[UUID, UUID] = {}
    for wordings_by_document in wordings_by_copy.values():
        originals |= _by_wording(wordings_by_document)
    return originals


def _by_wording(wordings_by_document: Mapping[UUID, list[_Wording]]) -> dict[UUID, UUID]:
    """The documents in sets of those whose wordings are alike, be it over others: of each, the first of its set."""
    sets: list[tuple[list[UUID], list[_Wording]]] = []
    for document_id, wordings in wordings_by_document.items():
        if not wordings:
            continue
        alike_sets = [members for members in sets if _any_alike(members[1], wordings)]
        documents = [member for members in alike_sets for member in members[0]]
        united = [wording for members in alike_sets for wording in members[1]]
        united += [wording for wording in wordings if wording not in united]
        sets = [members for members in sets if members not in alike_sets] + [([*documents, document_id], united)]
    first = next(iter(wordings_by_document))
    originals = {document_id: min(members) for members, _ in sets for document_id in members}
    telling = originals.get(first) or next(iter(originals.values()), first)
    return originals | {document_id: telling for document_id in wordings_by_document if document_id not in originals}


def _any_alike(first: Iterable[_Wording], second: Iterable[_Wording]) -> bool:
    return any(_are_alike(one_wording, other_wording) for one_wording, other_wording in product(first, second))


def _are_alike(first: _Wording, second: _Wording) -> bool:
    """Whether both may be words of one witness: so too if they can't be compared, being of two languages."""
    comparable = [
        (words, others_words)
        for words, others_words in product(first, second)
        if languages.fit(words.language, others_words.language) and _script(words) == _script(others_words)
    ]
    return not comparable or any(
        alike.likeness(alike.fold(words.text), alike.fold(others_words.text)) >= alike.SIMILAR
        for words, others_words in comparable
    )


def _wording(appearance: AppearanceRead) -> _Wording:
    texts = [
        (appearance.wording, appearance.language),
        (appearance.translation, appearance.translation_language),
    ]
    return tuple(_Quoted(text, language) for text, language in texts if text)


def _script(words: _Quoted) -> str:
    """The script of the first letter."""
    letter = next((character for character in words.text if character.isalpha()), "")
    return unicodedata.name(letter, "").partition(" ")[0]
