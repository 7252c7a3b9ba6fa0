"""Why a claim or a question stands where it does, in plain sentences made from the grounds alone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final, NamedTuple

from app.derive.rules.origins import Origin
from app.derive.rules.standing import CORROBORATING, Grounds, is_denied, parties
from app.derive.rules.statements import StatementInContext
from app.schemas.statements import StatementRead
from app.vocabulary import Standing, Status

# What decides where a question stands: the standing of its claims, and how that is said.
_DECIDED: Final[dict[Status, tuple[Standing, str]]] = {
    "contested": ("contested", "contested"),
    "agreed": ("corroborated", "corroborated, none contested"),
    "one_sided": ("one_sided", "supported by one side only"),
}
_UNDECIDED: Final[dict[Status, str]] = {
    "open": "no claim answers it yet",
    "withdrawn": "answered, then taken back",
    "unanswered": "it is only asked, or not answered",
    "unaddressed": "nobody stands by an answer, or asks for one",
}


class SourceWords(NamedTuple):
    """What sentences may say of sources, as one caller may know them."""

    name: Callable[[StatementInContext], str]
    """The name of a statement's speaker."""
    party: Callable[[Origin], str | None]
    may_know_one_family: Callable[[StatementRead, StatementRead], bool]
    """Whether it may be told that two statements are of one family."""


def claim(standing: Standing, grounds: Grounds, settled_by: Sequence[str], words: SourceWords) -> str:
    """`2 independent sources support it, both of russia; 1 denial by the army; 3 rival claims are supported`.

    `settled_by`: who settled that it holds, as this caller may know them.
    """
    reasons = [_support(standing, grounds, words)]
    if grounds.denials:
        reasons.append(_denial(grounds.denials, words))
    elif grounds.denying:
        reasons.append(f"it is denied in nobody's name, {_times(len(grounds.denying))}")
    if grounds.rivals:
        reasons.append(f"{grounds.rivals} rival claim{_s(grounds.rivals)} {_are(grounds.rivals)} supported")
    if grounds.denials and grounds.support and not is_denied(grounds):
        reasons += _one_family_both_ways(grounds, words)
    if settled_by:
        reasons.append(f"{_listed(dict.fromkeys(settled_by))} settled that it holds")
    return "; ".join(reasons)


def question(
    status: Status, standings: Sequence[Standing], settled_by: Sequence[str], answers_taken_back: int = 0
) -> str:
    """`4 of 9 claims are contested`; `settled_by`: who settled it, as this caller may know them."""
    if status == "resolved":
        return f"settled by {_listed(dict.fromkeys(settled_by))}"
    if status in _DECIDED:
        standing, says = _DECIDED[status]
        count, total = standings.count(standing), len(standings)
        return f"{count} of {total} claim{_s(total)} {_are(count)} {says}"
    if status == "open" and standings:
        return f"{len(standings)} claim{_s(len(standings))}, none corroborated or contested"
    if status == "withdrawn" and answers_taken_back > 1:
        return f"answered, then taken back: {answers_taken_back} answers"
    return _UNDECIDED[status]


def _support(standing: Standing, grounds: Grounds, words: SourceWords) -> str:
    if standing == "withdrawn":
        return _taken_back(grounds, words)
    if not grounds.supporting:
        if standing == "outdated":
            subject = "it was" if len(grounds.ended) == 1 else "all of it was"
            return f"{subject} replaced by a later figure"
        return "nobody supports it"
    if standing == "outdated":
        return _left_behind(grounds)
    if not grounds.support:
        return f"it is only stated in nobody's name, {_times(len(grounds.supporting))}"
    return _supporters(grounds, words)


def _supporters(grounds: Grounds, words: SourceWords) -> str:
    origins = grounds.support
    if len(origins) == 1:
        speakers = len({statement.source_id for statement in origins[0].members})
        if speakers > 1 and origins[0].tied:
            return f"1 independent source supports it: {speakers} sources go back to one, or may be the same"
        if speakers > 1:
            return f"1 independent source supports it: {speakers} sources go back to one"
        return f"1 independent source supports it: {words.name(origins[0].first)}"
    return f"{len(origins)} independent sources support it{_sides(origins, words)}"


def _sides(origins: Sequence[Origin], words: SourceWords) -> str:
    if parties(origins) >= CORROBORATING:
        return ", not all of one side"
    shown_parties = {words.party(origin) for origin in origins}
    party = shown_parties.pop() if len(shown_parties) == 1 else None
    quantifier = "both" if len(origins) == CORROBORATING else "all"
    return f", {quantifier} of {party}" if party else f", {quantifier} of one side"


def _denial(denials: Sequence[Origin], words: SourceWords) -> str:
    if len(denials) == 1:
        return f"1 denial by {words.name(denials[0].first)}"
    return f"{len(denials)} independent sources deny it"


def _one_family_both_ways(grounds: Grounds, words: SourceWords) -> list[str]:
    """Of a claim that one family supports and denies: unnamed sources are one where nothing tells them apart."""
    statements = [statement for origin in (*grounds.support, *grounds.denials) for statement in origin.members]
    first = statements[0]
    if not all(words.may_know_one_family(first.row, statement.row) for statement in statements[1:]):
        return []
    identified = first.family_by == "source" or len({statement.source_id for statement in statements}) == 1
    return ["the same source says both" if identified else "nothing shows that these are two sources"]


def _taken_back(grounds: Grounds, words: SourceWords) -> str:
    if len(grounds.ended) > 1:
        return f"all {len(grounds.ended)} statements that supported it were taken back"
    statement, ended = grounds.ended[0]
    if ended.reason == "superseded":
        return f"{words.name(statement)} said something else instead"
    # Whose withdrawal ended it may not be told, and so not when that was.
    dated = ended.at and words.may_know_one_family(statement.row, ended.by)
    return f"{words.name(statement)} took it back" + (f" on {ended.at}" if dated else "")


def _left_behind(grounds: Grounds) -> str:
    """Replaced by its own sources, or overtaken by others."""
    if not grounds.unreplaced:
        return "whoever gave it has given a later figure since"
    return "later figures were given 24 hours after it, or more"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _listed(names: Iterable[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
