"""Why something stands as it does, as data: what `why` says in words."""

from typing import Literal

from app.schemas.common import Output
from app.texts.messages.wording import Part

ReasonCode = Literal[
    # of a claim
    "nobody_supports", "replaced", "replaced_by_own", "overtaken", "stated_in_nobodys_name",
    "supported_by_one", "supported_by_one_origin", "supported_by_tied", "supported", "supported_by_one_side",
    "supported_by_perhaps_one_side",
    "denied_by_one", "denied", "denied_in_nobodys_name", "rivals", "same_source_both_ways", "perhaps_one_source",
    "denier_perhaps_supporter", "denier_perhaps_took_back", "rival_perhaps_supporter",
    "settled_that_it_holds", "all_taken_back", "said_otherwise", "taken_back",
    "taken_back_by_report", "only_in_retracted", "in_retracted",
    # of a question
    "settled", "settled_both_ways", "claims_contested", "claims_corroborated", "claims_one_sided", "claims_undecided",
    "answers_taken_back", "answered_in_retracted", "no_claim", "only_asked", "nobody_stands",
    # of a document
    "carries_rivals", "carries_contradicting", "carries_both_ways",
]  # fmt: skip


class Reason(Output):
    """One ground, for a page that says it in its own words."""

    code: ReasonCode
    parts: dict[str, Part]
    """What the words are made of: `count`, `total`; `source`, `other`, `sources`: names to show, in the language of the
    answer; `party`, as stored; `at`, a coarse time; `first`, `second`: texts of claims."""
