"""`counterclaim notify`: what is new, sent to whoever wants to be told, where they read. Needs the extra `messages`."""

import fcntl
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Final

import apprise
import httpx
import typer

from app.commands.inputs import Unusable
from app.commands.news import digests, subscriptions
from app.commands.news.digests import AWAY, UNUSABLE, Away, Json, Key, Link, Url
from app.commands.news.subscriptions import Reached, Subscription
from app.texts import cleaning

_LINES: Final = 60  # of one message; what is more is counted
_TITLES: Final = 3  # of events, in a message's title

File = Annotated[Path, typer.Argument(help="A TOML file that says who is told of what, and where: docs/messages.md")]
State = Annotated[Path | None, typer.Option(help="How far each was told. Default: beside the file, as .state.json")]
Every = Annotated[float, typer.Option(min=0, help="Look again after so many seconds, until ended; 0: once, for cron.")]


class _NotSent(Exception):  # noqa: N818  (no error of ours)
    """Why a message could not be sent; what it says stays to be told."""


def notify(
    file: File,
    *,
    state: State = None,
    every: Every = 0,
    url: Url = digests.HERE,
    key: Key = "",
    link: Link = "",
) -> None:
    """Send what is new to the subscribers in a file, each in one message.

    Exits with 2 if the file, the address or the key can't be used, and with 3 if something could not be sent: that is
    sent the next time, and nothing is left out.
    """
    state = state or file.with_name(f"{file.name}.state.json")
    link = digests.template(link, url)
    try:
        with _alone(state), digests.connected(url, key) as http:
            all_sent = _tell_all(http, file, state, link)
            while every:
                time.sleep(every)
                all_sent = _tell_all(http, file, state, link)
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error
    if not all_sent:
        raise typer.Exit(AWAY)


@contextmanager
def _alone(state: Path) -> Iterator[None]:
    """Keep other runs from telling the same meanwhile. Raises Unusable where one is under way."""
    try:
        with state.with_name(f"{state.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
    except BlockingIOError as error:
        raise Unusable(f"{state} is in use by another run, which tells what is new") from error
    except PermissionError as error:
        raise Unusable(f"{state} can't be written: {error.strerror}") from error


def _tell_all(http: httpx.Client, file: Path, path: Path, link: str) -> bool:
    """Tell everybody in the file what is new to them; whether all that was to be sent was. Raises Unusable."""
    state, all_sent = subscriptions.read_state(path), True
    # All addresses are looked at before anything is sent: a mistake shows at the first run, and leaves out nobody.
    senders = [(subscription, _sender(subscription)) for subscription in subscriptions.read(file)]
    for subscription, sender in senders:
        try:
            reached = _tell(http, subscription, sender, state.get(subscription.name), link)
        except (_NotSent, Away) as error:
            typer.echo(f"{subscription.name}: {error}", err=True)
            all_sent = False
        else:
            state[subscription.name] = reached
            subscriptions.write_state(path, state)  # after each: what was sent is not sent again
    return all_sent


def _tell(
    http: httpx.Client, subscription: Subscription, sender: apprise.Apprise, reached: Reached | None, link: str
) -> Reached:
    """Send what is new to a subscriber, in one message; gives how far that is. Raises _NotSent, Away and Unusable."""
    now = datetime.now(UTC)
    if reached is None:  # from now on
        return Reached(digests.get(http, "/v1/changes/checkpoint")["position"], now.isoformat())
    if subscriptions.is_resting(subscription, reached, now) or subscriptions.is_quiet(subscription, now):
        return reached
    changed, position = digests.changed(http, reached.position)
    events = subscription.events or list(dict.fromkeys([*changed, *_with_rechecks(http, subscription, reached, now)]))
    between = reached.position, position
    all_news = []
    for event in events:
        news = digests.news(http, event, between, subscription.language, subscription.news)
        entries = [entry for entry in news["items"] if _is_wanted(entry, subscription, reached)] if news else []
        if news and entries:
            all_news.append(news | {"items": entries})
    seen = replace(reached, position=position, looked_at=now.isoformat())
    if not all_news:
        return seen
    _send(sender, all_news, link)
    return replace(seen, sent_at=now.isoformat())


def _is_wanted(entry: Json, subscription: Subscription, reached: Reached) -> bool:
    if subscription.questions and entry["question_id"] not in subscription.questions:
        return False
    # A position stays where nothing changes, and time does not.
    return entry["due"] is None or datetime.fromisoformat(entry["due"]) > reached.looked


def _with_rechecks(http: httpx.Client, subscription: Subscription, reached: Reached, now: datetime) -> list[str]:
    """Events in which somebody is to be asked again since the last look."""
    if subscription.news is not None and "recheck" not in subscription.news:
        return []
    page = digests.get(http, "/v1/rechecks", before=now.isoformat(), sort="-recheck_at", limit=200)
    return [row["event"]["id"] for row in page["items"] if datetime.fromisoformat(row["recheck_at"]) > reached.looked]


def _sender(subscription: Subscription) -> apprise.Apprise:
    """What sends to its addresses. Raises Unusable for one that apprise can't use, of which no secret is told."""
    sender = apprise.Apprise()
    for nth, address in enumerate(subscriptions.addresses(subscription), 1):
        if not sender.add(address):
            scheme = re.match(r"\w+://", address, re.ASCII)
            begins = f", which begins with {scheme[0]}," if scheme else ", which does not begin as slack:// does,"
            raise Unusable(f"{subscription.name}: apprise can't use address {nth} of `to`{begins} as it is written")
    return sender


def _send(sender: apprise.Apprise, all_news: Sequence[Json], link: str) -> None:
    """One message, however much there is. Raises _NotSent if one of the addresses did not take it."""
    lines = [line for news in all_news for line in [*digests.written(news, link), ""]]
    if len(lines) > _LINES:
        lines[_LINES:] = [f"… + {len(lines) - _LINES}"]
    title = "; ".join(news["title"] for news in all_news[:_TITLES]) + (" …" if len(all_news) > _TITLES else "")
    if not sender.notify(
        title=cleaning.visible(title), body="\n".join(lines).rstrip(), body_format=apprise.NotifyFormat.TEXT
    ):
        raise _NotSent("it could not be sent to all addresses; it is sent again to all of them the next time")
