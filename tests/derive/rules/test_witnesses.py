"""Unnamed witnesses in copies of one text: one origin, unless their own words differ."""

from typing import Any

import make
import pytest
from scenes import claim, claims, drawn, found_in, rows, said

from app.derive.rules.rows import View
from app.schemas.documents import DocumentLinkRead, DocumentRead
from app.schemas.sources import SourceRead

IT = claim("This")
SAW, HEARD = "a drone came in low over the river", "there were two bangs, and our windows broke"


def origins(*placed: tuple[int, dict[str, Any]], linked: bool = True, relation: str = "syndicated_from") -> list[int]:
    """How many statements each origin has; `placed`: where a witness is quoted, and his words.

    Of four documents, the first three are copies.
    """
    papers = [make.read(DocumentRead, published="2023-08-09") for _ in range(4)]
    witnesses = [make.read(SourceRead, disclosure="anonymous") for _ in placed]
    statements = [said(IT, witness, said="2023-08-09") for witness in witnesses]
    ties = [(papers[0], papers[1]), (papers[1], papers[2])] if linked else []
    usual = {"relation": relation, "how_known": "declared", "state": "confirmed"}
    links = [make.read(DocumentLinkRead, from_id=start.id, to_id=end.id, **usual) for start, end in ties]
    event_rows = rows(
        claims=[IT],
        statements=statements,
        appearances=[
            found_in(statement, papers[nth], **words)
            for statement, (nth, words) in zip(statements, placed, strict=True)
        ],
        sources=witnesses,
        documents=papers,
        document_links=links,
    )
    picture = claims(drawn(event_rows, View(independence="family", restricted=True, confidential=True)))[0]
    return sorted(len(origin.statement_ids) for origin in picture.origins["support"])


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ({"wording": SAW}, {"wording": SAW}, [2]),
        ({"wording": SAW}, {"wording": "The drone came in low, over the river."}, [2]),
        ({"wording": SAW}, {"wording": HEARD}, [1, 1]),
        ({"wording": SAW}, {}, [2]),
        ({"wording": SAW, "language": "en"}, {"wording": "Le drone volait bas", "language": "fr"}, [2]),
        ({"wording": SAW}, {"wording": "беспилотник пролетел низко над рекой"}, [2]),
        ({"wording": SAW}, {"wording": "два хлопка", "translation": HEARD, "translation_language": "en"}, [1, 1]),
    ],
)
def test_copies_join_unnamed_ones_whose_words_are_alike(
    first: dict[str, str], second: dict[str, str], expected: list[int]
) -> None:
    assert origins((0, first), (1, second)) == expected
    assert origins((1, first), (0, second)) == expected
    assert origins((0, first), (2, second)) == expected
    assert origins((0, first), (1, second), linked=False) == [1, 1]


def test_who_quotes_a_text_may_have_found_a_witness_of_its_own() -> None:
    assert origins((0, {"wording": SAW}), (1, {"wording": HEARD}), relation="quotes") == [1, 1]
    assert origins((0, {"wording": SAW}), (1, {}), relation="quotes") == [2]


def test_one_document_joins_whatever_their_words() -> None:
    assert origins((0, {"wording": SAW}), (0, {"wording": HEARD})) == [2]
    # One of them is in another copy, too: then all are one.
    assert origins((0, {"wording": SAW}), (1, {"wording": HEARD}), (1, {"wording": SAW})) == [3]


def test_who_is_not_quoted_goes_with_one_of_them_and_joins_nobody() -> None:
    assert origins((0, {"wording": SAW}), (1, {"wording": HEARD}), (2, {})) == [1, 2]
    assert origins((0, {}), (1, {"wording": HEARD}), (2, {"wording": SAW})) == [1, 2]
    assert origins((0, {}), (1, {}), (2, {})) == [3]


def test_what_is_no_copy_of_theirs_stays_apart() -> None:
    assert origins((0, {"wording": SAW}), (1, {"wording": SAW}), (3, {"wording": SAW})) == [1, 2]
