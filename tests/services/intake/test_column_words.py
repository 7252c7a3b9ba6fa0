"""Every column that a remark may be about is called by a noun: "this time of publication was not taken"."""

import re

from app.schemas.kinds import KINDS
from app.services.intake import remarks
from app.services.intake.words import column_words

PLAIN = {"basis", "best rating", "explicitness", "framing", "http status", "rating", "worst rating", "wording"}


def test_remarks_call_columns_by_nouns() -> None:
    """No participle, no verb and no plural."""
    columns = {column for kind in KINDS for column in kind.columns if not remarks.is_silent(column)}
    nouns = {column: column_words.noun(column) for column in columns}
    assert nouns["published"] == "time of publication"
    assert nouns["withdrawn_reason"] == "reason of the withdrawal"
    assert nouns["publisher_id"] == "publisher"
    # Of those that are called as they are.
    plain = {noun for column, noun in nouns.items() if noun == column.removesuffix("_id").replace("_", " ")}
    assert {noun for noun in plain if re.search(r"(^of|ed|ing|s|known| at| by)$", noun)} == PLAIN
    assert all("_" not in noun for noun in nouns.values())
