"""What is new about one event: what of a diff is news, and who is to be asked again by now."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import ask, utcnow
from app.derive.diff import news_items
from app.derive.diff.snapshots import SnapshotPair
from app.derive.rules.construct import built
from app.schemas.pictures.diffs import DiffQuery, DiffRead
from app.schemas.pictures.news import NewsItem, NewsQuery, NewsRead
from app.schemas.pictures.rechecks import RecheckQuery
from app.services.access import Caller
from app.services.pictures import diffs, moments, rechecks
from app.services.records import Located
from app.texts.messages import wording
from app.texts.messages.wording import Wording

_RECORDED_AT: Final = text("SELECT recorded_at FROM change WHERE seq = :seq")
_MOST_RECHECKS: Final = 200  # that one answer tells of


async def news(session: AsyncSession, caller: Caller, event: Located, query: NewsQuery, words: Wording) -> NewsRead:
    """Raises as `diffs.resolve` and `diffs.compared`."""
    kinds = query.kind.split(",") if query.kind else None
    comparison = await diffs.resolve(session, caller, DiffQuery(since=query.since, until=query.until), words)
    due = [] if kinds and "recheck" not in kinds else await _rechecks(session, caller, event, query.since, words)
    _, (title, position, changes) = await diffs.compared(session, event, comparison, _told)
    entries = [entry for entry in [*changes, *due] if kinds is None or entry.kind in kinds]
    hint = " ".join(comparison.hints) or None
    return built(NewsRead, event_id=event.id, title=title, position=position, hint=hint, items=entries)


def _told(difference: DiffRead, pair: SnapshotPair) -> tuple[str, str, list[NewsItem]]:
    """The event's title, the position that is shown, and what is new."""
    dossier = pair.after.dossier or pair.before.dossier
    title, position = ("", "") if dossier is None else (dossier.event.title, dossier.position)
    return title, position, news_items.items(difference, pair)


async def _rechecks(
    session: AsyncSession, caller: Caller, event: Located, since: str, words: Wording
) -> list[NewsItem]:
    """What became due after `since`, and is by now."""
    looked_at = await _moment(session, since)
    query = RecheckQuery(before=utcnow(), event=str(event.id), limit=_MOST_RECHECKS, sort="-recheck_at")
    rows: Sequence[Any] = (await rechecks.page(session, caller, query)).rows
    return [
        built(
            NewsItem,
            kind="recheck",
            question_id=row["question_id"],
            heading=row["question"] or "",
            claim_id=row["claim_id"],
            statement_ids=[row["statement"].id],
            text=_recheck(words, row),
            due=row["recheck_at"],
        )
        for row in reversed(rows)
        if looked_at is None or row["recheck_at"] > looked_at
    ]


def _recheck(words: Wording, row: dict[str, Any]) -> str:
    source = row["source"]
    name = source.name if source and source.name else wording.say(words, "no_source")
    return wording.say(words, "change_recheck", {"name": name, "at": f"{row['recheck_at']:%Y-%m-%d %H:%M}Z"})


async def _moment(session: AsyncSession, since: str) -> datetime | None:
    """Of a position when it was recorded, of a time its end. None: nothing had been recorded."""
    if not moments.is_position(since):
        return moments.time_span("since", since).end
    changes = await ask(session, _RECORDED_AT, {"seq": int(since.partition("-")[0])})
    return changes[0].recorded_at if changes else None
