"""What a remark calls a column: where in a body it is given, and by which noun, as in "this … was not taken"."""

from typing import Final

# Where in a body a column is given, if not under its own name.
_FIELDS: Final = {"of_id": "figure/of", "qualifier": "figure/qualifier", "min": "figure/min", "max": "figure/max"}
# Of participles, verbs and plurals a noun of one thing.
_NOUNS: Final = {
    "accuses": "accused party",
    "aliases": "list of aliases",
    "confidential": "word on whether it is confidential",
    "evolving": "word on whether it grows",
    "external_ids": "set of external ids",
    "hops": "chain",
    "how_known": "word on how it is known",
    "made": "time of making",
    "max": "upper end",
    "min": "lower end",
    "notes": "note",
    "occurred": "time of the event",
    "of_id": "whole",
    "part": "word on whether it is a part",
    "placed": "word on whether it is known in one place alone",
    "preliminary": "word on whether it is preliminary",
    "published": "time of publication",
    "quoted": "word on whether it is quoted",
    "recheck_at": "time to ask again",
    "retracted": "retraction",
    "retracted_reason": "reason of the retraction",
    "retrieved_at": "time of reading",
    "said": "time",
    "sent_at": "time of sending",
    "settles": "word on whether it settles the question",
    "single_answer": "word on whether one answer alone can be true",
    "supersedes_id": "superseded one",
    "tags": "list of tags",
    "translations": "set of translations",
    "withdrawn": "withdrawal",
    "withdrawn_by": "word on who took it back",
    "withdrawn_document_id": "document of the withdrawal",
    "withdrawn_reason": "reason of the withdrawal",
}


def field_of(column: str) -> str:
    """Where in a body a column is given."""
    return _FIELDS.get(column, column.removesuffix("_id"))


def noun(column: str) -> str:
    return _NOUNS.get(column) or field_of(column).rpartition("/")[2].replace("_", " ")
