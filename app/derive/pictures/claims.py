"""Claims as they are shown: where each stands and why, and the independent sources behind it."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, get_args
from uuid import UUID

from app.derive.pictures import index, masking, reasons
from app.derive.pictures.index import Drawing
from app.derive.rules import merges, origins, standing
from app.derive.rules.construct import built
from app.derive.rules.origins import Origin
from app.derive.rules.voices import Voice
from app.schemas.assessments import AssessmentRead
from app.schemas.claims import ClaimRead
from app.schemas.documents import DocumentLinkRead
from app.schemas.pictures.dossiers import AssessmentPicture, ClaimPicture, JoinRead, OriginRead, StanceCount
from app.vocabulary import Stance

_STANCES: Final = get_args(Stance)
_NO_JOIN: Final[dict[str, Any]] = dict.fromkeys(JoinRead.model_fields)


def picture(drawn: Drawing, claim: ClaimRead, documents: Mapping[UUID, object]) -> ClaimPicture:
    """`documents`: those that this caller is shown."""
    taken = drawn.counting.get(claim.id, {})
    found: dict[Stance, list[Origin]] = {}
    for stance in _STANCES:
        if stance in taken:
            voices = taken[stance]
            found[stance] = index.origins_of(
                drawn, index.standing_behind(drawn, voices) if stance == "support" else voices
            )
    grounds = index.grounds(drawn, claim.id, found.get("support", []), found.get("deny", []))
    stands = standing.standing(grounds)
    why = reasons.claim(
        stands,
        grounds,
        [author(drawn, row) for row in settling(drawn, claim.id)],
        lambda voice: _name(drawn, voice),
        lambda origin: _side(drawn, origin),
        lambda one, other: masking.may_tell(drawn.faces, one, other),
    )
    beside = drawn.beside.get(claim.id, {})
    return built(
        ClaimPicture,
        claim.__dict__,
        standing=stands,
        why=why,
        counts={stance: _count(taken[stance], every) for stance, every in found.items()},
        beside={stance: beside[stance] for stance in _STANCES if beside.get(stance)} if beside else {},
        origins={stance: [_origin(drawn, one, documents) for one in every] for stance, every in found.items()},
        rivals=drawn.scene.rivals.get(claim.id, []),
        links=drawn.ties.get(claim.id, []),
        statements=drawn.statements.get(claim.id, []),
        assessments=_assessments(drawn, drawn.assessments.get(claim.id, [])),
    )


def settling(drawn: Drawing, claim_id: UUID) -> list[AssessmentRead]:
    """The assessments that say the claim holds and thereby close its question, and that nobody has replaced."""
    return [row for row in drawn.assessments.get(claim_id, ()) if row.settles and row.id not in drawn.replaced]


def author(drawn: Drawing, row: AssessmentRead) -> str:
    """Who made an assessment, as this caller may know it."""
    shown = drawn.faces.shown[masking.face(drawn.faces, row.event_id, row.author_id)]
    return shown.name or "a protected source"


def _count(taken: Sequence[Voice], every: Sequence[Origin]) -> StanceCount:
    return built(
        StanceCount,
        statements=len(taken),
        sources=len({voice.source_id for voice in taken if voice.source_id}),
        origins=len(every),
        parties=standing.parties(every),
    )


# --- origins ---------------------------------------------------------------------------------------------------------


def _origin(drawn: Drawing, origin: Origin, documents: Mapping[UUID, object]) -> OriginRead:
    """An origin as this caller may know it: a protected source is told together with itself alone."""
    members = origin.members
    told = members if len(members) == 1 else _told(drawn, members)
    unknown = all(voice.by == "document" for voice in told)
    return built(
        OriginRead,
        source_id=_whom(drawn, told),
        document_id=_place(drawn, told[0].family) if unknown else None,
        party=_side(drawn, origin),
        statement_ids=[voice.row.id for voice in told],
        joined_by=_joined(drawn, origin, told, documents) if len(told) > 1 else [],
    )


def _told(drawn: Drawing, members: Sequence[Voice]) -> Sequence[Voice]:
    if drawn.faces.open or not drawn.scene.rows.masks:
        return members
    hidden = {voice.row.id: _mask(drawn, voice) for voice in members}
    first = hidden[members[0].row.id] if all(hidden.values()) else None
    return [voice for voice in members if hidden[voice.row.id] == first]


def _mask(drawn: Drawing, voice: Voice) -> UUID | None:
    row = voice.row
    return masking.mask(drawn.faces, row.event_id, row.source_id) if row.source_id else None


def _whom(drawn: Drawing, told: Sequence[Voice]) -> UUID | None:
    """The source that it goes by: the one that speaks, or the family's, if there is one and this caller may see it."""
    row = told[0].row
    alone = len(told) == 1 or len({voice.source_id for voice in told}) == 1
    if alone and told[0].by == "source":
        return masking.face(drawn.faces, row.event_id, row.source_id) if row.source_id else None
    families = {voice.family for voice in told if voice.by != "document"}
    return masking.plain(drawn.faces, families.pop()) if len(families) == 1 else None


def _place(drawn: Drawing, document: UUID) -> UUID | None:
    return document if document in drawn.scene.rows.documents else None


def _joined(drawn: Drawing, origin: Origin, told: Sequence[Voice], documents: Mapping[UUID, object]) -> list[JoinRead]:
    """What makes these one, each cause once."""
    found: dict[tuple[str, UUID | str], JoinRead] = {}
    first: dict[tuple[str, UUID], Voice] = {}
    for voice in told:
        for what, key in _ties(drawn, voice):
            how = _how(what, first.setdefault((what, key), voice), voice)
            if how is not None:
                found[how, key] = _cause(drawn, how, key, voice)
    ends, links = drawn.scene.dates.ends, origin.joined
    if len(told) < len(origin.members):
        links = origins.joining(told, drawn.copies, ends)
    for link in links:
        found["link", link.id] = _link(drawn, link, documents)
    side = _side(drawn, origin) if drawn.scene.view.independence == "party" else None
    if side is not None:
        found["party", ""] = _join(how="party", party=side)
    return list(found.values())


def _ties(drawn: Drawing, voice: Voice) -> list[tuple[str, UUID]]:
    """What can join a statement to others: its source, its family, and an unnamed source's documents."""
    ends, ties = drawn.scene.dates.ends, [("source", voice.source_id)] if voice.source_id else []
    # Of whom only documents are known may have passed on what others say.
    ties += [("family", family)] if (family := voice.source_id if voice.by == "document" else voice.family) else []
    if not voice.named:
        ties += [("document", ends.get(a.document_id, a.document_id)) for a in voice.appearances if a.document_id]
    return ties


def _how(what: str, other: Voice, voice: Voice) -> str | None:
    """How two statements that have this in common are joined by it; None: they are not."""
    if other is voice:
        return None
    if what == "source":
        return what
    if other.source_id == voice.source_id:
        return None
    if what == "family":
        return "chain" if "chain" in (other.by, voice.by) else what
    return what if "document" in (other.by, voice.by) else None


def _cause(drawn: Drawing, how: str, key: UUID, voice: Voice) -> JoinRead:
    if how == "document":
        return _join(how=how, document_id=_place(drawn, key))
    if how == "source" and voice.row.source_id:
        return _join(how=how, source_id=masking.face(drawn.faces, voice.row.event_id, voice.row.source_id))
    return _join(how=how, source_id=masking.plain(drawn.faces, key))


def _link(drawn: Drawing, link: DocumentLinkRead, documents: Mapping[UUID, object]) -> JoinRead:
    ends = drawn.scene.dates.ends
    about = _join(how="link", relation=link.relation, how_known=link.how_known, state=link.state, score=link.score)
    if ends[link.from_id] in documents and ends[link.to_id] in documents:
        return built(JoinRead, about.__dict__, link_id=link.id, from_id=ends[link.from_id], to_id=ends[link.to_id])
    return about


def _join(**given: Any) -> JoinRead:
    return built(JoinRead, _NO_JOIN | given)


# --- names -----------------------------------------------------------------------------------------------------------


def _name(drawn: Drawing, voice: Voice) -> str:
    """Who made a statement, as this caller may know it."""
    row = voice.row
    if row.source_id is None:
        return "whoever stated it"
    shown = drawn.faces.shown[masking.face(drawn.faces, row.event_id, row.source_id)]
    if shown.name:
        return shown.name
    if shown.confidential:
        return "a protected source"
    return f"an unnamed source ({shown.role})" if shown.role else "an unnamed source"


def _side(drawn: Drawing, origin: Origin) -> str | None:
    """Its party, as far as it follows from what this caller may know of whom."""
    if drawn.faces.open or not drawn.scene.rows.masks:
        return origin.party
    told = _told(drawn, origin.members)
    of = origin.party if len(told) == len(origin.members) else origins.party(told, drawn.scene.kin)
    known = {voice.row.source_id for voice in told} | {voice.family for voice in told if voice.by != "document"}
    return of if of and all(masking.tells_party(drawn.faces, source) for source in known if source) else None


def _assessments(drawn: Drawing, assessments: Iterable[AssessmentRead]) -> list[AssessmentPicture]:
    ends = drawn.scene.dates.ends
    return [
        built(
            AssessmentPicture,
            row.__dict__,
            author_id=masking.face(drawn.faces, row.event_id, row.author_id),
            document_ids=merges.led((d for d in row.document_ids if d in ends), ends),
            superseded=row.id in drawn.replaced,
        )
        for row in assessments
    ]
