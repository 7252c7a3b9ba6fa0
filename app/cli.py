"""The command `counterclaim`: what there is by name. The module of a command is imported when it is chosen."""

import gc
import pkgutil
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final, TypeAlias

import typer
from typer.core import TyperCommand, TyperGroup

from app import __version__

# By the command's name: where its function stands (or its `typer.Typer`, for a group), and its line in `--help`. The
# line stands here too, for the modules import the web framework, SQLAlchemy and lxml: 2 s for a page of help.
Commands: TypeAlias = Mapping[str, tuple[str, str]]

COMMANDS: Final[Commands] = {
    "export": (
        "app.commands.export:export",
        "Write everything as NDJSON, restricted events and protected sources too, for `POST /v1/ingest`.",
    ),
    "ingest": (
        "app.commands.ingest:ingest",
        "Send lines of NDJSON to a running service. Sending them again repeats nothing.",
    ),
    "import": (
        "app.commands.imports:app",
        "Make lines of NDJSON out of others' data, and send them or write them.",
    ),
    "watch": (
        "app.commands.watch:watch",
        "Print what changes in an event, as it comes, until Ctrl-C.",
    ),
    "serve": (
        "app.commands.serving:serve",
        "Serve the API. Without a database URL, on a private PostgreSQL in the data dir.",
    ),
    "digest": ("app.commands.news.digests:digest", "Print what is new since a time, in plain words."),
    "notify": (
        "app.commands.news.notifying:notify",
        "Send what is new to the subscribers in a file, each in one message.",
    ),
    "demo": (
        "app.commands.demo:demo",
        "Serve the API with the demo events: an explosion near Moscow in August 2023, and who says what about it.",
    ),
    "migrate": ("app.commands.maintenance:migrate", "Bring the database to this release's tables."),
    "quotations": (
        "app.commands.maintenance:check_quotations",
        "Look up the quotations that are unchecked although their document has a text, however long that takes.",
    ),
    "redact": (
        "app.commands.redact:redact",
        "Take what a record says out of the tables and the ledger, for good. Try it with --dry-run first.",
    ),
    "same": (
        "app.commands.maintenance:same_records",
        "Look for sources of like names and documents of one page or text; propose links between them. Merges nothing.",
    ),
    "verify": (
        "app.commands.maintenance:verify",
        "Walk the ledger: the chain, its head, and each table's rows against their last change.",
    ),
}
KEY_COMMANDS: Final[Commands] = {
    "create": (
        "app.commands.api_keys:create",
        "Make a key. It is printed once, alone, and can't be read again.",
    ),
    "list": ("app.commands.api_keys:list_keys", "Who has keys."),
    "rotate": (
        "app.commands.api_keys:rotate",
        "Put another key in a key's place, with its name and rights. It is printed once, alone.",
    ),
    "revoke": ("app.commands.api_keys:revoke", "Take a key's rights away, from the next second on."),
}


class LazyCommand(TyperCommand):
    """A command of which only the name and the help line are known until it is chosen."""

    def __init__(self, name: str, address: str, line: str) -> None:
        super().__init__(name, help=line)
        self.address = address

    def imported(self) -> Any:
        """The real command, as typer makes it."""
        gc.disable()  # nothing that an import makes is garbage, and looking for it takes a tenth of the time
        function = pkgutil.resolve_name(self.address)
        gc.enable()
        if isinstance(function, typer.Typer):
            return typer.main.get_command(function)
        single = typer.Typer(add_completion=False)
        single.command()(function)
        return typer.main.get_command(single)

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        """The context of the real command: the group goes on with the command that stands in it, and forgets this."""
        return self.imported().make_context(info_name, args, parent, **extra)


class LazyGroup(TyperGroup):
    """A group whose commands are imported when they are chosen, before those that it has besides."""

    by_name: ClassVar[Commands] = COMMANDS

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        lazy = {name: LazyCommand(name, address, line) for name, (address, line) in self.by_name.items()}
        self.commands = lazy | dict(self.commands)


class KeyGroup(LazyGroup):
    by_name = KEY_COMMANDS


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Who says what about an event, who says otherwise, and how we know that they said it.",
)
keys = typer.Typer(cls=KeyGroup, no_args_is_help=True, help="Make, list, rotate and revoke API keys.")
app.add_typer(keys, name="keys")


def _print_version(chosen: bool) -> None:
    if chosen:
        typer.echo(f"counterclaim {__version__}")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]


@app.callback()
def _options(*, version: Version = False) -> None:
    """What may stand before a command's name; an option that does something has a callback of its own."""
