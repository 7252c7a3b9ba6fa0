"""What the rules decide at two moments: where claims and questions stand, independent sources, current figures."""

from collections.abc import Iterable, Iterator

from app.derive.diff import snapshots
from app.derive.diff.snapshots import SnapshotPair, compare
from app.derive.pictures import latest_figures
from app.derive.rules.construct import built
from app.schemas.pictures.diffs import FiguresMoved, OriginsMoved, StandingMoved, StatusMoved
from app.schemas.pictures.dossiers import ClaimPicture, JoinRead, OriginRead
from app.vocabulary import Stance


def standings(pair: SnapshotPair) -> list[StandingMoved]:
    """Of claims that are there at both moments."""
    return [
        built(
            StandingMoved,
            claim_id=after.id,
            question_id=after.question_id,
            text=after.text,
            from_=before.standing,
            to=after.standing,
            why=after.why,
            why_before=before.why,
            reasons=after.reasons,
            reasons_before=before.reasons,
        )
        for before, after in compare(pair.before.claims, pair.after.claims).both
        if before.standing != after.standing
    ]


def statuses(pair: SnapshotPair) -> list[StatusMoved]:
    """Of questions that are there at both moments."""
    return [
        built(
            StatusMoved,
            question_id=after.id,
            text=after.text,
            from_=before.status,
            to=after.status,
            why=after.why,
            why_before=before.why,
            reasons=after.reasons,
            reasons_before=before.reasons,
        )
        for before, after in compare(pair.before.questions, pair.after.questions).both
        if before.status != after.status
    ]


# --- origins ---------------------------------------------------------------------------------------------------------


def origins(pair: SnapshotPair) -> list[OriginsMoved]:
    """Counts of independent sources, of claims that are there at both moments."""
    return [
        _origins_moved(before, after, stance)
        for before, after in compare(pair.before.claims, pair.after.claims).both
        for stance in sorted(before.origins.keys() | after.origins.keys())
        if len(before.origins.get(stance, ())) != len(after.origins.get(stance, ()))
    ]


def _origins_moved(before: ClaimPicture, after: ClaimPicture, stance: Stance) -> OriginsMoved:
    origins_before, origins_after = before.origins.get(stance, []), after.origins.get(stance, [])
    return built(
        OriginsMoved,
        claim_id=after.id,
        question_id=after.question_id,
        text=after.text,
        stance=stance,
        from_=len(origins_before),
        to=len(origins_after),
        joined_by=list(_joining(origins_before, origins_after)),
        parted_by=list(_joining(origins_after, origins_before)),
    )


def _joining(parted: Iterable[OriginRead], together: Iterable[OriginRead]) -> Iterator[JoinRead]:
    """What makes one, of `together`, of statements that are of several of `parted`."""
    origin_of_statement = {statement_id: origin for origin in parted for statement_id in origin.statement_ids}
    for origin in together:
        joined = [origin_of_statement[id_] for id_ in origin.statement_ids if id_ in origin_of_statement]
        distinct = {id(part): part for part in joined}
        if len(distinct) > 1:
            causes = [_cause(join) for part in distinct.values() for join in part.joined_by]
            yield from (join for join in origin.joined_by if _cause(join) not in causes)


def _cause(join: JoinRead) -> tuple[object, ...]:
    return join.how, join.source_id, join.document_id, join.party, join.link_id


# --- figures ---------------------------------------------------------------------------------------------------------


def figures_moved(pair: SnapshotPair) -> list[FiguresMoved]:
    """Of quantities, asked at either moment, whose current figures are others: that is judged in English."""
    moved = []
    for id_, question in (pair.before.questions | pair.after.questions).items():
        if question.measure is None:
            continue
        before, after = (latest_figures.latest(snapshot.questions.get(id_)) for snapshot in pair)
        claim_ids = ([figure.claim_id for figure in figures_now.figures] for figures_now in (before, after))
        if before.says != after.says or not snapshots.is_same(pair, *claim_ids):
            from_, to = (latest_figures.latest(end.questions.get(id_), end.words) for end in pair)
            moved.append(
                built(
                    FiguresMoved,
                    question_id=id_,
                    text=question.heading,
                    measure=question.measure,
                    from_=from_,
                    to=to,
                )
            )
    return moved
