"""Why a claim or a question stands where it does, in plain sentences made from the grounds alone."""

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from app.derive.rules.origins import Origin
from app.derive.rules.standing import ENOUGH, Grounds, is_denied, parties
from app.derive.rules.voices import Voice
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
    "unanswered": "it is only asked, or not answered",
    "unaddressed": "nobody stands by an answer, or asks for one",
}
Naming = Callable[[Voice], str]
Siding = Callable[[Origin], str | None]
Telling = Callable[[StatementRead, StatementRead], bool]


def claim(  # noqa: PLR0917
    standing: Standing, grounds: Grounds, settled_by: Sequence[str], name: Naming, side: Siding, tell: Telling
) -> str:
    """`2 independent sources support it, both of russia; 1 denial by the army; 3 rival claims are supported`.

    `settled_by`: who settled that it holds; `name`: of whoever made a statement; `side`: the party of an origin;
    `tell`: whether it may be told that two statements are of one family. All as this caller may know them.
    """
    told = [_support(standing, grounds, name, side, tell)]
    if grounds.denials:
        told.append(_denial(grounds.denials, name))
    elif grounds.denying:
        told.append(f"it is denied in nobody's name, {_times(len(grounds.denying))}")
    if grounds.rivals:
        told.append(f"{grounds.rivals} rival claim{_s(grounds.rivals)} {_are(grounds.rivals)} supported")
    if grounds.denials and grounds.support and not is_denied(grounds):
        told += _both(grounds, tell)
    if settled_by:
        told.append(f"{_listed(dict.fromkeys(settled_by))} settled that it holds")
    return "; ".join(told)


def question(status: Status, standings: Sequence[Standing], settled_by: Sequence[str]) -> str:
    """`4 of 9 claims are contested`; `settled_by`: who settled it, as this caller may know them."""
    if status == "resolved":
        return f"settled by {_listed(dict.fromkeys(settled_by))}"
    if status in _DECIDED:
        standing, says = _DECIDED[status]
        count, all_ = standings.count(standing), len(standings)
        return f"{count} of {all_} claim{_s(all_)} {_are(count)} {says}"
    if status == "open" and standings:
        return f"{len(standings)} claim{_s(len(standings))}, none corroborated or contested"
    return _UNDECIDED[status]


def _support(standing: Standing, grounds: Grounds, name: Naming, side: Siding, tell: Telling) -> str:
    if standing == "withdrawn":
        return _taken_back(grounds, name, tell)
    if not grounds.supporting:
        if standing == "outdated":
            return _one_or_all(grounds.ended, "it was", "all of it was") + " replaced by a later figure"
        return "nobody supports it"
    if standing == "outdated":
        return _left_behind(grounds)
    if not grounds.support:
        return f"it is only stated in nobody's name, {_times(len(grounds.supporting))}"
    return _supporters(grounds, name, side)


def _supporters(grounds: Grounds, name: Naming, side: Siding) -> str:
    origins = grounds.support
    if len(origins) == 1:
        speakers = len({voice.source_id for voice in origins[0].members})
        if speakers > 1:
            return f"1 independent source supports it: {speakers} sources go back to one"
        return f"1 independent source supports it: {name(origins[0].first)}"
    return f"{len(origins)} independent sources support it{_sides(origins, side)}"


def _sides(origins: Sequence[Origin], side: Siding) -> str:
    if parties(origins) >= ENOUGH:
        return ", not all of one side"
    told = {side(origin) for origin in origins}
    every = "both" if len(origins) == ENOUGH else "all"
    known = told.pop() if len(told) == 1 else None
    return f", {every} of {known}" if known else f", {every} of one side"


def _denial(denials: Sequence[Origin], name: Naming) -> str:
    if len(denials) == 1:
        return f"1 denial by {name(denials[0].first)}"
    return f"{len(denials)} independent sources deny it"


def _both(grounds: Grounds, tell: Telling) -> list[str]:
    """Of a claim that one family supports and denies: unnamed sources are one where nothing tells them apart."""
    supporting = [voice for origin in grounds.support for voice in origin.members]
    first, *others = supporting + [voice for origin in grounds.denials for voice in origin.members]
    if not all(tell(first.row, voice.row) for voice in others):
        return []
    known = first.by == "source" or len({voice.source_id for voice in (first, *others)}) == 1
    return ["the same source says both" if known else "nothing shows that these are two sources"]


def _taken_back(grounds: Grounds, name: Naming, tell: Telling) -> str:
    if len(grounds.ended) > 1:
        return f"all {len(grounds.ended)} statements that supported it were taken back"
    voice, why = grounds.ended[0]
    if why.reason == "superseded":
        return f"{name(voice)} said something else instead"
    return f"{name(voice)} took it back" + (f" on {why.at}" if why.at and tell(voice.row, why.by) else "")


def _left_behind(grounds: Grounds) -> str:
    """Replaced by its own sources, or overtaken by others."""
    if not grounds.counting:
        return "whoever gave it has given a later figure since"
    return "later figures were given 24 hours after it, or more"


def _one_or_all(many: Sequence[object], one: str, every: str) -> str:
    return one if len(many) == 1 else every


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _are(count: int) -> str:
    return "is" if count == 1 else "are"


def _listed(names: Iterable[str]) -> str:
    *before, last = names
    return f"{', '.join(before)} and {last}" if before else last
