"""Claims as they are shown: where each stands and why, and the independent sources behind it."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Final, get_args
from uuid import UUID

from app.derive import ordering
from app.derive.pictures import masking, reasons, source_names
from app.derive.pictures.index import EventIndex
from app.derive.pictures.reasons import PerhapsOne, SourceWords
from app.derive.rules import origins, standing, ties
from app.derive.rules.construct import built
from app.derive.rules.origins import Origin
from app.derive.rules.standing import Grounds
from app.derive.rules.statements import StatementInContext
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.dossiers import (
    AssessmentPicture,
    ClaimPicture,
    JoinedBy,
    JoinRead,
    OriginRead,
    RivalRead,
    StanceCount,
)
from app.schemas.pictures.reason_codes import ReasonCode
from app.schemas.sources import SourceLinkRead
from app.texts.messages import wording
from app.vocabulary import AMBIGUOUS_NAME, Stance

_STANCES: Final = get_args(Stance)
_NO_JOIN: Final[dict[str, Any]] = dict.fromkeys(JoinRead.model_fields)


def picture(index: EventIndex, claim: ClaimRead, documents: Mapping[UUID, object]) -> ClaimPicture:
    """`documents`: by id, those that this caller is shown."""
    context, statements_by_stance = index.context, index.counting.get(claim.id, {})
    # What its family has replaced by a later figure is still listed and counted, but makes no origin.
    unreplaced = _unreplaced(index, statements_by_stance.get("support", []))
    origins_by_stance: dict[Stance, list[Origin]] = {
        stance: origins.origins(
            unreplaced if stance == "support" else statements_by_stance[stance],
            index.copies,
            context.kin,
            context.document_targets,
            context.view.independence,
            index.ties,
        )
        for stance in _STANCES
        if stance in statements_by_stance
    }
    parties = {stance: standing.parties(stance_origins) for stance, stance_origins in origins_by_stance.items()}
    grounds = _grounds(index, claim, unreplaced, origins_by_stance, parties)
    claim_standing = standing.standing(grounds)
    implied_counts = index.beside.get(claim.id, {})
    settled_by = [author(index, assessment) for assessment in settling(index, claim.id)]
    claim_reasons = reasons.claim(
        claim_standing, grounds, settled_by, _words(index), _perhaps_one(index, claim, grounds)
    )
    return built(
        ClaimPicture,
        claim.__dict__,
        text=index.texts[claim.id],
        english=claim.text,
        standing=claim_standing,
        why=reasons.in_words(context.view.wording, claim_reasons),
        reasons=claim_reasons,
        counts={
            stance: _count(statements_by_stance[stance], stance_origins, parties[stance])
            for stance, stance_origins in origins_by_stance.items()
        },
        beside={stance: implied_counts[stance] for stance in _STANCES if stance in implied_counts},
        origins={
            stance: [_origin(index, origin, documents) for origin in stance_origins]
            for stance, stance_origins in origins_by_stance.items()
        },
        rivals=[built(RivalRead, claim_id=id_, text=index.texts[id_]) for id_ in context.rivals.get(claim.id, ())],
        links=index.links.get(claim.id, []),
        statements=index.statements.get(claim.id, []),
        assessments=_assessments(index, index.assessments.get(claim.id, [])),
    )


def settling(index: EventIndex, claim_id: UUID) -> list[AssessmentRead]:
    """The assessments that say the claim holds and thereby close its question, and that nobody has replaced."""
    return [row for row in index.assessments.get(claim_id, ()) if row.settles and row.id not in index.superseded_ids]


def author(index: EventIndex, assessment: AssessmentRead) -> str:
    """Who made an assessment, as this caller may know it."""
    shown_id = masking.show(index.sources, assessment.event_id, assessment.author_id)
    source = index.sources.side_map[shown_id]
    return source.name or wording.say(index.context.view.wording, "protected_source")


def _unreplaced(index: EventIndex, supporting: list[StatementInContext]) -> list[StatementInContext]:
    """Support that its family has not replaced by a later figure."""
    replaced = index.context.figure_states.replaced
    return [statement for statement in supporting if statement.row.id not in replaced] if replaced else supporting


def _grounds(
    index: EventIndex,
    claim: ClaimRead,
    unreplaced: Sequence[StatementInContext],
    origins_by_stance: Mapping[Stance, list[Origin]],
    parties: Mapping[Stance, int],
) -> Grounds:
    context, statements_by_stance = index.context, index.counting.get(claim.id, {})
    question = context.questions.get(claim.question_id) if claim.question_id else None
    return Grounds(
        ended=index.ended.get(claim.id, []),
        supporting=statements_by_stance.get("support", []),
        unreplaced=unreplaced,
        support=origins_by_stance.get("support", []),
        parties=parties.get("support", 0),
        denying=statements_by_stance.get("deny", []),
        denials=origins_by_stance.get("deny", []),
        evolving=claim.figure is not None and question is not None and question.evolving,
        outdated=claim.id in context.figure_states.outdated_claims,
        retracted=index.retracted[claim.id],
        rivals=len(context.rivals.get(claim.id, ())),
    )


def _perhaps_one(index: EventIndex, claim: ClaimRead, grounds: Grounds) -> PerhapsOne:
    """Who speaks against the claim and may be the same as somebody else, as far as this caller may know it."""
    if not index.ties.may_be:
        return {}

    def known(statements: Iterable[StatementInContext]) -> list[StatementInContext]:
        return [statement for statement in statements if masking.way(index.sources, statement.row) is None]

    denying, supporting = known(grounds.denying), known(grounds.unreplaced)
    rivalling = (index.counting.get(id_, {}).get("support", []) for id_ in index.context.rivals.get(claim.id, ()))
    pairs: dict[ReasonCode, tuple[StatementInContext, StatementInContext] | None] = {
        "denier_perhaps_supporter": ties.perhaps_one(index.ties, denying, supporting),
        "denier_perhaps_took_back": ties.perhaps_one(
            index.ties, denying, known(index.denials_taken_back.get(claim.id, []))
        ),
        "rival_perhaps_supporter": ties.perhaps_one(index.ties, known(chain.from_iterable(rivalling)), supporting),
    }
    return {code: pair for code, pair in pairs.items() if pair is not None}


def _count(statements: Sequence[StatementInContext], stance_origins: Sequence[Origin], parties: int) -> StanceCount:
    return built(
        StanceCount,
        statements=len(statements),
        sources=len({statement.source_id for statement in statements if statement.source_id}),
        origins=len(stance_origins),
        parties=parties,
    )


def _assessments(index: EventIndex, assessments: Iterable[AssessmentRead]) -> list[AssessmentPicture]:
    targets = index.context.document_targets
    return [
        built(
            AssessmentPicture,
            row.__dict__,
            author_id=masking.show(index.sources, row.event_id, row.author_id),
            document_ids=ordering.ids(
                {targets[id_] for id_ in row.document_ids if id_ in targets}, index.context.names.documents
            ),
            superseded=row.id in index.superseded_ids,
        )
        for row in assessments
    ]


# --- origins ---------------------------------------------------------------------------------------------------------


def _origin(index: EventIndex, origin: Origin, documents: Mapping[UUID, object]) -> OriginRead:
    """An origin as this caller may know it: a protected source is told together with itself alone."""
    members = _shown_members(index, origin)
    unknown = members[0].family_by == "document" and all(s.family_by == "document" for s in members[1:])
    source_id, party = _source_id(index, members), _party_of(index, origin, members)
    return built(
        OriginRead,
        name=_origin_name(index, members, source_id, party),
        source_id=source_id,
        document_id=_document_id(index, members[0].family) if unknown else None,
        party=party,
        statement_ids=[statement.row.id for statement in members],
        joined_by=_joins(index, origin, members, documents) if len(members) > 1 else [],
    )


def _shown_members(index: EventIndex, origin: Origin) -> Sequence[StatementInContext]:
    """The members that this caller may know to be one: those to whom the way is not cut, or else that are cut as one.

    Of these the visible ones go before the hidden ones.
    """
    members = origin.members
    # Nothing to hide: by far the most origins, so they are not compared member by member.
    if len(members) == 1 or index.sources.sees_confidential or not index.context.rows.masks:
        return members
    ways = {statement.row.id: masking.way(index.sources, statement.row) for statement in members}
    in_order = sorted(members, key=lambda s: s.row.source_id in index.context.kin.hidden)
    shown_way = ways[in_order[0].row.id] if all(ways.values()) else None
    return [statement for statement in members if ways[statement.row.id] == shown_way]


def _source_id(index: EventIndex, members: Sequence[StatementInContext]) -> UUID | None:
    """The source that it goes by: the one that speaks, or the family's, if there is one and this caller may see it."""
    one_speaker = len(members) == 1 or len({statement.source_id for statement in members}) == 1
    if one_speaker and members[0].family_by == "source":
        return masking.show_speaker(index.sources, members[0].row)
    families = {masking.known_family(index.sources, s) for s in members if s.family_by != "document"}
    return families.pop() if len(families) == 1 else None


def _origin_name(
    index: EventIndex, members: Sequence[StatementInContext], source_id: UUID | None, party: str | None
) -> str:
    """The source that it goes by; else its side, where that makes several one; else whoever speaks in it."""
    words = index.context.view.wording
    is_by_party = source_id is None and index.context.view.independence == "party"
    if is_by_party and party and len({statement.family for statement in members}) > 1:
        return wording.party(words, party)
    document_id = members[0].family if members[0].family_by == "document" else None
    return source_names.of_statements(index.sources, members, source_id or document_id, words)


def _document_id(index: EventIndex, document_id: UUID) -> UUID | None:
    """The document; None: it was redacted, and only what pointed at it is left."""
    return document_id if document_id in index.context.rows.documents else None


def _party(index: EventIndex, origin: Origin) -> str | None:
    """Its party, as far as it follows from those of its members that are shown as one."""
    return _party_of(index, origin, _shown_members(index, origin))


def _party_of(index: EventIndex, origin: Origin, members: Sequence[StatementInContext]) -> str | None:
    return origin.party if len(members) == len(origin.members) else origins.party(members, index.context.kin)


def _joins(
    index: EventIndex, origin: Origin, members: Sequence[StatementInContext], documents: Mapping[UUID, object]
) -> list[JoinRead]:
    """What makes these members of an origin one, each cause once."""
    joins: dict[tuple[str, UUID | str], JoinRead] = {}
    first_with: dict[tuple[str, UUID], StatementInContext] = {}
    for statement in members:
        for kind, key in _joinable_by(index, statement):
            first = first_with.setdefault((kind, key), statement)
            joined_by = _joined_by(kind, first, statement)
            if joined_by is not None:
                joins[joined_by, key] = _join_of(index, joined_by, key, statement)
    links = origin.joined
    # What joins only members that this caller may not know of would tell of them.
    if len(members) < len(origin.members):
        links = origins.joining(members, index.copies, index.context.document_targets)
    for link in links:
        joins["link", link.id] = _join_by_link(index, link, documents)
    for tie in origin.tied:
        join = _BY_MENTIONS if tie is None else _join_by_tie(index, tie)
        if join.link_id is not None or len(members) == len(origin.members):
            joins["same_as", "" if tie is None else tie.id] = join
    party = _party_of(index, origin, members) if index.context.view.independence == "party" else None
    if party is not None:
        joins["party", ""] = _join(how="party", party=party)
    return list(joins.values())


def _joinable_by(index: EventIndex, statement: StatementInContext) -> list[tuple[str, UUID]]:
    """What can join a statement to others: its source, its family, and an unnamed source's documents."""
    targets = index.context.document_targets
    keys = [("source", statement.source_id)] if statement.source_id else []
    # An unnamed source of which only documents are known may have passed on what others say: it is their family then.
    family = statement.source_id if statement.family_by == "document" else statement.family
    if family:
        keys.append(("family", family))
    if statement.family_by == "document":
        keys += [("passed_on", id_) for id_ in ordering.ids(statement.passed_on_by, index.context.names.sources)]
    elif family:
        keys.append(("passed_on", family))
    if not statement.named:
        keys += [
            ("document", targets.get(appearance.document_id, appearance.document_id))
            for appearance in statement.appearances
            if appearance.document_id
        ]
    return keys


def _joined_by(kind: str, earlier: StatementInContext, later: StatementInContext) -> JoinedBy | None:
    """How two statements that have a key of this kind in common are joined by it; None: they are not."""
    if earlier is later:
        return None
    if kind == "source":
        return "source"
    if earlier.source_id == later.source_id:
        return None
    if kind == "passed_on":
        return "chain" if (earlier.family_by == "document") != (later.family_by == "document") else None
    if kind == "family":
        return "chain" if "chain" in (earlier.family_by, later.family_by) else "family"
    return "document" if "document" in (earlier.family_by, later.family_by) else None


def _join_of(index: EventIndex, joined_by: JoinedBy, key: UUID, statement: StatementInContext) -> JoinRead:
    """`key`: the document or source in common."""
    if joined_by == "document":
        return _join(how=joined_by, document_id=_document_id(index, key))
    if joined_by == "source" and statement.row.source_id:
        return _join(how=joined_by, source_id=masking.show_speaker(index.sources, statement.row))
    # Over a hidden source others come to this family, too: it is told only where this one comes by another way.
    known_id = key if key not in index.context.kin.beyond else masking.known_family(index.sources, statement)
    return _join(how=joined_by, source_id=masking.show_if_visible(index.sources, known_id) if known_id == key else None)


def _join_by_link(index: EventIndex, link: DocumentLinkRead, documents: Mapping[UUID, object]) -> JoinRead:
    """Which link it is shows only to whoever is shown both its documents."""
    targets = index.context.document_targets
    join = _join(how="link", relation=link.relation, how_known=link.how_known, state=link.state, score=link.score)
    if targets[link.from_id] in documents and targets[link.to_id] in documents:
        return built(JoinRead, join.__dict__, link_id=link.id, from_id=targets[link.from_id], to_id=targets[link.to_id])
    return join


def _join_by_tie(index: EventIndex, tie: SourceLinkRead) -> JoinRead:
    """Which link it is shows only to whoever is shown both its sources."""
    join = _join(
        how="same_as",
        relation=tie.relation,
        how_known=tie.how_known,
        state=tie.state,
        score=tie.score,
        reason=tie.reason,
    )
    targets = index.context.kin.targets
    ends = [masking.show_if_visible(index.sources, targets[id_]) for id_ in (tie.from_id, tie.to_id)]
    if None in ends:
        return join
    # It has no direction, and the one that is stored is the order in which the two came.
    words = {id_: ordering.source(index.sources.side_map[id_]) for id_ in ends if id_ is not None}
    start, end = ordering.ids(words, words)
    return built(JoinRead, join.__dict__, link_id=tie.id, from_id=start, to_id=end)


def _join(**fields: Any) -> JoinRead:
    return built(JoinRead, _NO_JOIN | fields)


# Ambiguous mentions of one name: no link, for an editor says of each to whom it leads.
_BY_MENTIONS: Final = _join(
    how="same_as", relation="same_as", how_known="name", state="proposed", reason=AMBIGUOUS_NAME
)


# --- names -----------------------------------------------------------------------------------------------------------


def _words(index: EventIndex) -> SourceWords:
    return SourceWords(
        name=lambda statement: _name(index, statement),
        party=lambda origin: _party(index, origin),
        may_know_one_family=lambda statement, compared: masking.may_know_one_family(index.sources, statement, compared),
    )


def _name(index: EventIndex, statement: StatementInContext) -> str:
    """Who made a statement, as this caller may know it."""
    shown_id = masking.show_speaker(index.sources, statement.row)
    words = index.context.view.wording
    if shown_id is None:
        return wording.say(words, "whoever_stated_it")
    return source_names.name(shown_id, index.sources.side_map, words)
