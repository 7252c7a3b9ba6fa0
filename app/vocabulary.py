"""Every closed list, once: the request models, the database's CHECKs and the documentation all read it here."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

SourceKind = Literal[
    "person", "official", "authority", "military", "court", "company", "ngo", "expert", "witness", "group",
    "outlet", "agency", "channel", "account", "sensor", "other",
]  # fmt: skip
# Kinds that scripts take for each other, by what they have in common; across these classes a name alone proves nothing.
SOURCE_CLASSES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("person", "official", "expert", "witness"), "people"),
    **dict.fromkeys(("authority", "military", "court", "company", "ngo", "group", "agency", "outlet"), "bodies"),
    **dict.fromkeys(("channel", "account"), "addresses"),
    "sensor": "instruments",
    "other": "other",
}
Disclosure = Literal["named", "role_only", "anonymous", "group"]
Reliability = Literal["A", "B", "C", "D", "E", "F"]

DocumentKind = Literal[
    "article", "post", "video", "image", "audio", "press_release", "transcript", "report", "court_record", "dataset",
    "other",
]  # fmt: skip
Lifecycle = Literal["live", "edited", "deleted", "unreachable", "retracted"]
DocumentRelation = Literal["syndicated_from", "translation_of", "quotes", "rewrites", "revision_of", "reply_to"]
HowKnown = Literal["declared", "similarity", "editor"]
LinkState = Literal["proposed", "confirmed", "rejected"]
SourceRelation = Literal["same_as"]
SourceLinkKnown = Literal["name", "editor"]
# The reason of links from a mention whose name fits several sources: it is one of them at most.
AMBIGUOUS_NAME: Final = "the name fits more than one source"

Visibility = Literal["public", "restricted"]
PlacePrecision = Literal["exact", "vicinity", "locality", "town", "district", "region", "country"]
EventRelation = Literal["preceded_by", "same_site", "follow_up", "related"]

QuestionKind = Literal[
    "cause", "responsibility", "occurrence", "casualties", "damage", "identity", "place", "time", "intent", "other",
]  # fmt: skip
AnswerKind = Literal["open", "quantity"]
Measure = Literal[
    "killed", "injured", "seriously_injured", "hospitalised", "in_intensive_care", "sought_help", "missing", "trapped",
    "detained", "displaced", "buildings_damaged", "buildings_destroyed", "launched", "intercepted", "distance",
    "duration", "amount", "other",
]  # fmt: skip
Qualifier = Literal[
    "exact", "about", "at_least", "more_than", "at_most", "fewer_than", "between", "several", "tens", "dozens",
    "hundreds", "thousands", "unknown", "none", "all",
]  # fmt: skip

Stance = Literal["support", "deny", "query", "comment", "no_comment", "no_information"]
Act = Literal["accuse", "claim_responsibility", "predict", "warn", "correct"]
# Acts that say what will be or may come, and not what is.
LOOKING_AHEAD: Final = ("predict", "warn")
Explicitness = Literal["explicit", "implied", "inferred"]
Certainty = Literal["certain", "somewhat_certain", "uncertain"]
WithdrawnBy = Literal["source", "document"]
Basis = Literal["first_hand", "official_record", "hearsay", "picture", "reasoning", "unknown"]

Location = Literal["headline", "body", "caption", "media"]
Framing = Literal["neutral", "doubting", "scare_quoted", "insinuating"]
Attribution = Literal["clear", "ambiguous"]
Fidelity = Literal["verbatim", "edited", "translated", "paraphrase", "drifted", "not_found", "unchecked"]

ClaimRelation = Literal["contradicts", "supports", "refines", "compatible", "same_as"]

Standing = Literal[
    "withdrawn", "denied", "unsupported", "outdated", "unattributed", "contested", "one_sided", "corroborated",
    "single_origin",
]  # fmt: skip
Status = Literal["resolved", "contested", "agreed", "one_sided", "open", "withdrawn", "unanswered", "unaddressed"]
Independence = Literal["source", "family", "party"]
AnswerLanguage = Literal["en", "fr", "ru", "uk"]  # with a catalogue each in app/texts/messages
AnswerView = Literal["full", "compact"]
DossierOrder = Literal["time", "dispute"]

RemarkKind = Literal["matched", "completed", "replaced", "not_taken", "changed", "proposed", "suggested", "removed"]

Scheme = Literal["claimreview", "averitec", "airwars", "veracity"]
Operation = Literal["insert", "update", "delete"]
WebhookMessage = Literal["changes", "test"]
# Why nothing more is sent to a webhook.
WebhookEnd = Literal["gone", "failing", "key", "fork", "by_hand"]
Scope = Literal["read", "ingest", "edit", "assess", "confidential", "admin"]

PERSONS: Final = "persons"
# What a quantity is of, unless the question says otherwise: (kind, unit). None: the question must name its unit.
MEASURE_DEFAULTS: Final[dict[str, tuple[str, str | None]]] = {
    **dict.fromkeys(
        (
            "killed", "injured", "seriously_injured", "hospitalised", "in_intensive_care", "sought_help", "missing",
            "trapped", "detained", "displaced",
        ),
        ("casualties", PERSONS),
    ),
    "buildings_damaged": ("damage", "buildings"),
    "buildings_destroyed": ("damage", "buildings"),
    "launched": ("other", "items"),
    "intercepted": ("other", "items"),
    "distance": ("other", "km"),
    "duration": ("other", "min"),
    "amount": ("other", None),
    "other": ("other", None),
}  # fmt: skip
# Only one answer can be true, unless the question says otherwise.
SINGLE_ANSWER_KINDS: Final = ("cause", "responsibility", "identity")
# Where a party's silence means something.
KINDS_WITH_SILENCES: Final = ("cause", "responsibility", "occurrence")
# The stances a question itself can be met with, without any claim.
QUESTION_STANCES: Final = ("query", "no_comment", "no_information")
NON_ANSWERS: Final = ("no_comment", "no_information")
# Of these there are halves, but of persons; of all others `more than 5` means 6 or more.
MEASURES_NOT_COUNTED: Final = ("distance", "duration", "amount", "other")


def counts_things(measure: str | None, unit: str | None) -> bool:
    """Whether there are no halves of what is measured. In a unit of its own (`million persons`) there may be."""
    if measure is None:
        return False
    if unit is not None and unit.casefold() in (PERSONS, "people"):  # so it was stored before the two were one
        return True
    if measure in MEASURES_NOT_COUNTED:
        return False
    return unit in (None, MEASURE_DEFAULTS[measure][1])


# What a vague figure allows: the least and the most.
VAGUE_RANGES: Final[dict[str, tuple[int, int]]] = {
    "several": (3, 9), "tens": (10, 99), "dozens": (24, 99), "hundreds": (200, 999), "thousands": (2_000, 9_999),
    "none": (0, 0),
}  # fmt: skip
# `about` leaves a tenth of the number to either side, and one at least.
ABOUT_TENTH: Final = 10
ABOUT_AT_LEAST: Final = 1

RATINGS: Final[dict[str, tuple[str, ...]]] = {
    "claimreview": ("true", "mostly_true", "mixture", "mostly_false", "false", "unproven", "satire", "other"),
    "averitec": ("supported", "refuted", "not_enough_evidence", "conflicting_evidence"),
    "airwars": ("confirmed", "fair", "weak", "contested", "discounted"),
    "veracity": ("true", "false", "unverified"),
}
Rating = Literal[
    "true", "mostly_true", "mixture", "mostly_false", "false", "unproven", "satire", "other",
    "supported", "refuted", "not_enough_evidence", "conflicting_evidence",
    "confirmed", "fair", "weak", "contested", "discounted",
    "unverified",
]  # fmt: skip
# A rating has to say that the claim holds before the assessment can settle its question.
SETTLING_RATINGS: Final = ("true", "mostly_true", "supported", "confirmed")

# ISO 3166-1, and Kosovo, to which it has given no code: all of Europe writes XK.
COUNTRIES: Final = frozenset({
    "AD", "AE", "AF", "AG", "AI", "AL", "AM", "AO", "AQ", "AR", "AS", "AT", "AU", "AW", "AX", "AZ", "BA", "BB", "BD",
    "BE", "BF", "BG", "BH", "BI", "BJ", "BL", "BM", "BN", "BO", "BQ", "BR", "BS", "BT", "BV", "BW", "BY", "BZ", "CA",
    "CC", "CD", "CF", "CG", "CH", "CI", "CK", "CL", "CM", "CN", "CO", "CR", "CU", "CV", "CW", "CX", "CY", "CZ", "DE",
    "DJ", "DK", "DM", "DO", "DZ", "EC", "EE", "EG", "EH", "ER", "ES", "ET", "FI", "FJ", "FK", "FM", "FO", "FR", "GA",
    "GB", "GD", "GE", "GF", "GG", "GH", "GI", "GL", "GM", "GN", "GP", "GQ", "GR", "GS", "GT", "GU", "GW", "GY", "HK",
    "HM", "HN", "HR", "HT", "HU", "ID", "IE", "IL", "IM", "IN", "IO", "IQ", "IR", "IS", "IT", "JE", "JM", "JO", "JP",
    "KE", "KG", "KH", "KI", "KM", "KN", "KP", "KR", "KW", "KY", "KZ", "LA", "LB", "LC", "LI", "LK", "LR", "LS", "LT",
    "LU", "LV", "LY", "MA", "MC", "MD", "ME", "MF", "MG", "MH", "MK", "ML", "MM", "MN", "MO", "MP", "MQ", "MR", "MS",
    "MT", "MU", "MV", "MW", "MX", "MY", "MZ", "NA", "NC", "NE", "NF", "NG", "NI", "NL", "NO", "NP", "NR", "NU", "NZ",
    "OM", "PA", "PE", "PF", "PG", "PH", "PK", "PL", "PM", "PN", "PR", "PS", "PT", "PW", "PY", "QA", "RE", "RO", "RS",
    "RU", "RW", "SA", "SB", "SC", "SD", "SE", "SG", "SH", "SI", "SJ", "SK", "SL", "SM", "SN", "SO", "SR", "SS", "ST",
    "SV", "SX", "SY", "SZ", "TC", "TD", "TF", "TG", "TH", "TJ", "TK", "TL", "TM", "TN", "TO", "TR", "TT", "TV", "TW",
    "TZ", "UA", "UG", "UM", "US", "UY", "UZ", "VA", "VC", "VE", "VG", "VI", "VN", "VU", "WF", "WS", "YE", "YT", "ZA",
    "ZM", "ZW", "XK",
})  # fmt: skip
# What the European Union and common use write for two of them.
COUNTRY_SYNONYMS: Final = {"UK": "GB", "EL": "GR"}


def country_key(code: str | None) -> str | None:
    """What countries are compared by: what was stored before the two were mapped keeps its code."""
    return COUNTRY_SYNONYMS.get(code, code) if code is not None else None


# How much of two texts is the same (`app/texts/fingerprints`): from the first on a link between them is proposed, as
# `rewrites`; from the second on as `syndicated_from`, and the two are one origin until an editor says otherwise. Of
# made-up stories in four languages (tests/texts/test_fingerprints.py), a wire story that a desk had cut and corrected
# has 0.80 to 0.86 with the wire's, one with a headline and a paragraph added 0.92, one with an outlet's own report of
# the same length 0.76 to 0.78, its first half 0.7, its first third 0.53 to 0.57; one told anew around the same
# sentences 0.30 to 0.34; independent reports with the same official's words at most 0.07, and of 50 real articles of
# one desk, with the same boilerplate, 0.23.
LIKELY_COPY: Final = 0.5
SURE_COPY: Final = 0.8


def words(closed_list: object) -> tuple[str, ...]:
    """The words of one of the Literals above."""
    return get_args(closed_list)


# Patterns and sizes: the request models and the database's CHECKs both hold them.
REF_PATTERN: Final = r"^[A-Za-z0-9._:~@-]{1,200}$"
SLUG_PATTERN: Final = r"^[a-z0-9]+(-[a-z0-9]+)*$"
KEY_PATTERN: Final = r"^[a-z0-9_-]{1,64}$"
COUNTRY_PATTERN: Final = r"^[A-Z]{2}$"
LANGUAGE_PATTERN: Final = r"^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$"
SLUG_CHARACTERS: Final = 120
LANGUAGE_CHARACTERS: Final = 35
TIME_CHARACTERS: Final = 100
NAME_CHARACTERS: Final = 500  # names, titles, headlines, roles, places, labels
TEXT_CHARACTERS: Final = 5_000  # claims, questions, reasons, notes
WORDING_CHARACTERS: Final = 20_000  # quotations, explanations, summaries
DOCUMENT_TEXT_CHARACTERS: Final = 1_000_000
URL_CHARACTERS: Final = 4_000
CHAIN_HOPS: Final = 20  # how many an appearance may have
NUMBER_MAX: Final = 1e15  # whole numbers up to here are exact in a double
