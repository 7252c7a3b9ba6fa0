"""`counterclaim digest`: what is new, asked of a running service, and printed. `notify` asks and writes as it does."""

import json
from collections import defaultdict
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Annotated, Any, Final

import httpx
import typer

from app.commands.inputs import Unusable
from app.texts import cleaning

# Exit codes, as the commands' help gives them.
UNUSABLE, AWAY = 2, 3
HERE: Final = "http://127.0.0.1:8000"
_PAGE: Final = 200
_SECONDS: Final = 60
_BUSY: Final = (429, 500, 502, 503, 504)
_NOT_THERE: Final = (404, 410)

Url = Annotated[str, typer.Option(envvar="COUNTERCLAIM_URL", help="Where the service answers.")]
Key = Annotated[str, typer.Option(envvar="COUNTERCLAIM_KEY", help="A key, to be told of what is not public, too.")]
Link = Annotated[str, typer.Option(help="Where a reader finds an event; {event} is its id. Default: its dossier.")]
Json = dict[str, Any]
Events = Annotated[list[str] | None, typer.Argument(help="Ids, slugs or ref:…; none: all that changed.")]
Since = Annotated[str, typer.Option(help="A position, or a time: what is new since then.", show_default=False)]
Language = Annotated[str, typer.Option("--lang", help="en, fr, ru or uk.")]
AsJson = Annotated[bool, typer.Option("--json", help="The news as JSON, one event a line.")]


class Away(Exception):  # noqa: N818  (no error of ours)
    """The service could not be reached, or is busy."""


def digest(
    events: Events = None,
    *,
    since: Since,
    url: Url = HERE,
    key: Key = "",
    language: Language = "en",
    link: Link = "",
    as_json: AsJson = False,
) -> None:
    """Print what is new since a time, in plain words.

    Exits with 2 if the address, the key or the time can't be used, and with 3 if the service is away.
    """
    try:
        with connected(url, key) as http:
            _print(http, events or [], since, language, template(link, url), as_json=as_json)
    except Unusable as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(UNUSABLE) from error
    except Away as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(AWAY) from error


def _print(http: httpx.Client, events: Sequence[str], since: str, language: str, link: str, *, as_json: bool) -> None:
    hint: str | None = None
    for event in events or changed(http, since)[0]:
        event_news = news(http, event, (since, None), language)
        if event_news is None:
            continue
        if event_news["hint"] not in (None, hint):  # it is of the time, the same for all events
            hint = event_news["hint"]
            typer.echo(hint, err=True)
        if as_json:
            typer.echo(json.dumps(event_news, ensure_ascii=False))
        elif event_news["items"]:
            typer.echo("\n".join([*written(event_news, link), ""]))


# --- what is asked, and how it is written ----------------------------------------------------------------------------


def connected(url: str, key: str) -> AbstractContextManager[httpx.Client]:
    headers = {"User-Agent": "counterclaim"} | ({"Authorization": f"Bearer {key}"} if key else {})
    return httpx.Client(base_url=url, headers=headers, timeout=_SECONDS, follow_redirects=True)


def template(link: str, url: str) -> str:
    return link or f"{url.rstrip('/')}/v1/events/{{event}}/dossier"


def changed(http: httpx.Client, since: str) -> tuple[list[str], str]:
    """The events in which something changed, and how far that is. Raises as `get`."""
    events: dict[str, None] = {}
    while True:
        page = get(http, "/v1/changes", since=since, limit=_PAGE)
        events |= dict.fromkeys(change["event_id"] for change in page["items"] if change["event_id"])
        since = page["position"]
        if not page["more"]:
            return list(events), since


def news(
    http: httpx.Client, event: str, between: tuple[str, str | None], language: str, kinds: Sequence[str] | None = None
) -> Json | None:
    """What is new between two positions. None: there is no such event, any more. Raises as `get`."""
    since, until = between
    path, kind = f"/v1/events/{event}/news", ",".join(kinds) if kinds else None
    answer: Json | None = get(http, path, since=since, until=until, lang=language, kind=kind)
    return answer


def get(http: httpx.Client, path: str, **parameters: Any) -> Any:
    """None where an event is not there. Raises Unusable if the service refuses, and Away."""
    try:
        answer = http.get(path, params={name: value for name, value in parameters.items() if value is not None})
    except httpx.HTTPError as error:
        raise Away(f"{http.base_url}: {error or type(error).__name__}") from error
    if answer.status_code in _BUSY:
        raise Away(f"the service answers {answer.status_code}")
    if answer.status_code in _NOT_THERE and path.endswith("/news") and not answer.json().get("resync"):
        typer.echo(f"{path}: {_why(answer)}", err=True)
        return None
    if answer.is_error:
        raise Unusable(f"{path}: {_why(answer)}")
    return answer.json()


def _why(answer: httpx.Response) -> str:
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"answered {answer.status_code}"


def written(event_news: Json, link: str) -> list[str]:
    """As lines: the event, under it each question with what is new about it. What would mislead is written out."""
    texts_by_heading = defaultdict[str, list[str]](list)
    for entry in event_news["items"]:
        texts_by_heading[entry["heading"]].append(entry["text"])
    lines = [event_news["title"], link.replace("{event}", event_news["event_id"])]
    for heading, texts in texts_by_heading.items():
        lines += [heading, *(f"- {text}" for text in texts)]
    return [cleaning.visible(line) for line in lines]
