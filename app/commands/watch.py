"""`counterclaim watch`: print what changes in an event, as it comes."""

import json
import sys
from datetime import datetime
from typing import Annotated, Any, Final

import typer
from rich.console import Console
from rich.text import Text

from app import client
from app.texts import cleaning

REFUSED, INTERRUPTED = 2, 130
_QUOTED_CHARACTERS: Final = 100
# What a record is called by, the first that it has.
_NAMES: Final = ("text", "title", "name", "wording", "label", "canonical_url", "headline")
_COLOURS: Final = {"insert": "green", "update": "yellow", "delete": "red"}

Event = Annotated[str, typer.Argument(help="Which event: its id, its slug, or ref: and its ref.")]
Url = Annotated[str, typer.Option(envvar="COUNTERCLAIM_URL", help="Where the service answers.")]
Key = Annotated[str, typer.Option(envvar="COUNTERCLAIM_KEY", help="A key, for what is not public: cc_…")]
Since = Annotated[str, typer.Option(help="After this position, or the end of this time. Default: from now on.")]
Moved = Annotated[bool, typer.Option("--moved", help="Only what moves a standing or a status, and why.")]
AsJson = Annotated[bool, typer.Option("--json", help="Each change as a line of JSON, as the API has it.")]


def watch(
    event: Event,
    *,
    url: Url = "http://127.0.0.1:8000",
    key: Key = "",
    since: Since = "",
    moved: Moved = False,
    as_json: AsJson = False,
) -> None:
    """Print what changes in an event, as it comes, until Ctrl-C.

    It comes back by itself when the service was away.

    Ends with 2 if the service refuses: there is no such event, the key is wrong, or `--since` is a position that it
    does not have.
    """
    told, silent = Console(soft_wrap=True), Console(stderr=True, soft_wrap=True)
    parameters = {"since": since} if since else {}
    if moved:
        parameters["moved"] = "standing,status"

    def wait(why: str, seconds: float) -> None:
        silent.print(Text(f"{why}; again in {seconds:.1f} s", style="dim"))

    def listen() -> None:
        silent.print(Text(f"listening to {event}; Ctrl-C ends", style="dim"))

    try:
        with client.connected(url, key or None) as http:
            for change in client.follow(http, event, parameters, wait, listen):
                if as_json:
                    sys.stdout.write(json.dumps(change, ensure_ascii=False) + "\n")
                    sys.stdout.flush()
                else:
                    told.print(_line(change))
    except client.Refused as refusal:
        silent.print(Text(str(refusal), style="red"))
        raise typer.Exit(REFUSED) from None
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None


def _line(change: dict[str, Any]) -> Text:
    """One change in words."""
    at = datetime.fromisoformat(change["recorded_at"]).astimezone()
    line = Text(f"{at:%H:%M:%S} ", style="dim")
    if change["moved"] is not None:
        lines = [_move(verdict) for verdict in change["moved"]["standings"] + change["moved"]["statuses"]]
        return line + Text("\n         ").join(lines)
    record = change["record"] or {}
    name = cleaning.visible(next((str(record[column]) for column in _NAMES if record.get(column)), ""))
    shortened = name if len(name) <= _QUOTED_CHARACTERS else name[: _QUOTED_CHARACTERS - 1] + "…"
    kind = (change["type"] or "something").replace("_", " ")
    line.append(f"{change['op']} ", style=_COLOURS.get(change["op"], "")).append(kind, style="bold")
    stance = f" {record['stance']}" if "stance" in record else ""
    return line.append(stance + (f" “{shortened}”" if shortened else ""))


def _move(verdict: dict[str, Any]) -> Text:
    line = Text(f"“{cleaning.visible(verdict['text'])}” ")
    line.append(f"{verdict['from']} → {verdict['to']}", style="bold")
    return line.append(f", because {cleaning.visible(verdict['why'])}")
