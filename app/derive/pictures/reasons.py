"""Why a claim or a question stands where it does: reasons with a code, made from the grounds alone.

`in_words` makes a plain sentence of them, of the catalogues in `app/texts/messages`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from app.derive.rules.construct import built
from app.derive.rules.in_force import Ended
from app.derive.rules.origins import Origin
from app.derive.rules.standing import CORROBORATING, Grounds, is_denied
from app.derive.rules.statements import StatementInContext
from app.schemas.pictures.dossiers import EndedBy
from app.schemas.pictures.reason_codes import Reason, ReasonCode
from app.schemas.statements import StatementRead
from app.texts.messages import wording
from app.texts.messages.wording import Part, Wording
from app.vocabulary import Standing, Status

# What decides where a question stands: the standing of its claims, and the code that says so.
_DECIDED: Final[dict[Status, tuple[Standing, ReasonCode]]] = {
    "contested": ("contested", "claims_contested"),
    "agreed": ("corroborated", "claims_corroborated"),
    "one_sided": ("one_sided", "claims_one_sided"),
}
_UNDECIDED: Final[dict[Status, ReasonCode]] = {
    "open": "no_claim",
    "unanswered": "only_asked",
    "unaddressed": "nobody_stands",
}


class SourceWords(NamedTuple):
    """What sentences may say of sources, as one caller may know them."""

    name: Callable[[StatementInContext], str]
    """The name of a statement's speaker."""
    party: Callable[[Origin], str | None]
    may_know_one_family: Callable[[StatementRead, StatementRead], bool]
    """Whether it may be told that two statements are of one family."""


class AnswersEnded(NamedTuple):
    """The answers to a question that nobody stands by any more."""

    claims: int
    reasons: frozenset[EndedBy]


PerhapsOne = Mapping[ReasonCode, tuple[StatementInContext, StatementInContext]]
"""By what is to be said of it: somebody who speaks against a claim, and somebody else whom he may be."""


def in_words(words: Wording, reasons: Iterable[Reason]) -> str:
    """`2 sources support it, both of one side (Russia); 1 denial by the army; 3 rival claims are supported`."""
    return wording.joined(words, (wording.say(words, reason.code, reason.parts) for reason in reasons))


def reason(code: ReasonCode, **parts: Part | None) -> Reason:
    """A part that is None is not there."""
    return built(Reason, code=code, parts={name: part for name, part in parts.items() if part is not None})


def claim(
    standing: Standing, grounds: Grounds, settled_by: Sequence[str], words: SourceWords, perhaps_one: PerhapsOne
) -> list[Reason]:
    """`settled_by`: who settled that it holds, as this caller may know them."""
    reasons = [_support(standing, grounds, words)]
    if grounds.denials:
        reasons.append(_denial(grounds.denials, words))
    elif grounds.denying:
        reasons.append(reason("denied_in_nobodys_name", count=len(grounds.denying)))
    if grounds.rivals:
        reasons.append(reason("rivals", count=grounds.rivals))
    retracted = grounds.retracted - (len(grounds.ended) if reasons[0].code == "only_in_retracted" else 0)
    if retracted:
        reasons.append(reason("in_retracted", count=retracted))
    if grounds.denials and grounds.support and not is_denied(grounds):
        reasons += _one_family_both_ways(grounds, words)
    for code, (opponent, match) in perhaps_one.items():
        reasons.append(reason(code, source=words.name(opponent), other=words.name(match)))
    if settled_by:
        reasons.append(reason("settled_that_it_holds", sources=_each_once(settled_by)))
    return reasons


def question(
    status: Status, standings: Sequence[Standing], settled_by: Sequence[str], answers_ended: AnswersEnded
) -> list[Reason]:
    """`settled_by`: who settled it, as this caller may know them; where it is not resolved, for rival answers."""
    if settled_by:
        return [reason("settled" if status == "resolved" else "settled_both_ways", sources=_each_once(settled_by))]
    if status in _DECIDED:
        standing, code = _DECIDED[status]
        return [reason(code, count=standings.count(standing), total=len(standings))]
    if status == "open" and standings:
        return [reason("claims_undecided", count=len(standings))]
    if status == "withdrawn":
        only_in_retracted = answers_ended.reasons == {"retracted"}
        return [
            reason("answered_in_retracted" if only_in_retracted else "answers_taken_back", count=answers_ended.claims)
        ]
    return [reason(_UNDECIDED[status])]


def _support(standing: Standing, grounds: Grounds, words: SourceWords) -> Reason:
    if standing == "withdrawn":
        return _taken_back(grounds, words)
    if not grounds.supporting:
        if standing == "outdated":
            return reason("replaced", count=len(grounds.ended))
        return reason("nobody_supports")
    if standing == "outdated":
        # Replaced by its own sources, or overtaken by others.
        return reason("overtaken" if grounds.unreplaced else "replaced_by_own")
    if not grounds.support:
        return reason("stated_in_nobodys_name", count=len(grounds.supporting))
    return _supporters(grounds, words)


def _supporters(grounds: Grounds, words: SourceWords) -> Reason:
    origins = grounds.support
    if len(origins) == 1:
        speakers = len({statement.source_id for statement in origins[0].members})
        if speakers > 1:
            return reason("supported_by_tied" if origins[0].tied else "supported_by_one_origin", count=speakers)
        return reason("supported_by_one", source=words.name(origins[0].first))
    if grounds.parties >= CORROBORATING:
        return reason("supported", count=len(origins))
    shown_parties = {words.party(origin) for origin in origins if origin.party}
    party = shown_parties.pop() if len(shown_parties) == 1 else None
    perhaps = any(origin.party is None for origin in origins)
    return reason(
        "supported_by_perhaps_one_side" if perhaps else "supported_by_one_side", count=len(origins), party=party
    )


def _denial(denials: Sequence[Origin], words: SourceWords) -> Reason:
    if len(denials) == 1:
        return reason("denied_by_one", source=words.name(denials[0].first))
    return reason("denied", count=len(denials))


def _one_family_both_ways(grounds: Grounds, words: SourceWords) -> list[Reason]:
    """Of a claim that one family supports and denies: unnamed sources are one where nothing tells them apart."""
    statements = [statement for origin in (*grounds.support, *grounds.denials) for statement in origin.members]
    first = statements[0]
    if not all(words.may_know_one_family(first.row, statement.row) for statement in statements[1:]):
        return []
    identified = first.family_by == "source" or len({statement.source_id for statement in statements}) == 1
    return [reason("same_source_both_ways" if identified else "perhaps_one_source")]


def _taken_back(grounds: Grounds, words: SourceWords) -> Reason:
    if all(ended.reason == "retracted" for _, ended in grounds.ended):
        # When the last of them was.
        last = max((ended for _, ended in grounds.ended), key=_retracted_at)
        return reason("only_in_retracted", count=len(grounds.ended), at=last.at)
    if len(grounds.ended) > 1:
        return reason("all_taken_back", count=len(grounds.ended))
    statement, ended = grounds.ended[0]
    if ended.reason == "superseded":
        return reason("said_otherwise", source=words.name(statement))
    if ended.by_report:
        return reason("taken_back_by_report", at=ended.at)
    # Whose withdrawal ended it may not be told, and so not when that was.
    at = ended.at if words.may_know_one_family(statement.row, ended.by) else None
    return reason("taken_back", source=words.name(statement), at=at or None)


def _retracted_at(ended: Ended) -> tuple[object, ...]:
    document = ended.retraction
    return () if document is None else (document.retracted_to, document.retracted_from, document.id)


def _each_once(names: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(names))
