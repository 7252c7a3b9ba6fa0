"""The rules of the code's shape: each function lists what breaks one of them under a root folder that holds `app/`."""

import ast
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import TypeAlias

# Imports go down only. A module on a floor may use its own floor and those before it.
FLOORS = [
    [
        "app.vocabulary",
        "app.synonyms",
        "app.errors",
        "app.tokens",
        "app.settings",
        "app.database",
        "app.connections",
        "app.turns",
        "app.threads",
        "app.garbage",
        "app.flights",
        "app.jsontext",
        "app.months",
        "app.telling",
        "app.times",
        "app.embedded",
    ],
    ["app.models", "app.texts"],
    ["app.schemas"],
    ["app.derive", "app.formats", "app.imports", "app.client", "app.fetching"],
    ["app.services"],
    ["app.api"],
    ["app.main"],
    ["app.commands", "app.cli", "app.__main__"],
]
HTTP_FLOOR = 5
# Rooms of one floor that do not know each other.
APART = (
    {"derive", "formats"},
    {"derive", "imports"},
    {"formats", "imports"},
    {"models", "schemas"},
    {"models", "texts"},
)
# What joins two of them.
JOINS = {"app.schemas.kinds"}
# What a room does without although it stands on a lower floor. Pure rules, renderers and readers get rows and texts;
# services fetch nothing, for what they do is done within a request; a command asks the services, not the routes.
DATABASE, NETWORK = ("sqlalchemy", "psycopg", "app.database"), ("httpx", "app.fetching", "app.client")
WITHOUT = {
    "app.texts": (*DATABASE, *NETWORK),
    "app.schemas": (*DATABASE, *NETWORK),
    "app.derive": (*DATABASE, *NETWORK),
    "app.formats": (*DATABASE, *NETWORK),
    "app.imports": (*DATABASE, *NETWORK),
    "app.services": NETWORK,
    "app.commands": ("app.api.routes",),
}
# But for whoever works beside all requests, on the network.
ON_THE_NETWORK = {"app.services.webhooks.sending", "app.services.webhooks.sender"}
# Modules that have one door: what is sent in is matched, keyed and stored by these alone.
USERS = {
    "app.services.intake.matching": {"app.services.intake.pipeline"},
    "app.services.intake.keys": {"app.services.intake.matching"},
    "app.services.intake.in_place": {"app.services.intake.matching", "app.services.intake.bodies.together"},
    "app.services.intake.by_name": {
        "app.services.intake.matching",
        "app.services.intake.in_place",
        "app.services.intake.credits",
        "app.services.intake.pipeline",
        "app.services.deliveries.own_sources",
    },
}
# Functions that have one, too.
CALLERS = {
    "storing.insert": {"app.services.intake.pipeline", "app.services.intake.credits"},
    "storing.complete": {"app.services.intake.pipeline"},
}
# What the modules of the routes share.
ROUTES_KNOW = {"answers", "deps", "negotiation", "problems", "records", "streams"}
# The folders that there are; another is drawn in CONTRIBUTING first.
FOLDERS = {
    "app", "app/api", "app/api/description", "app/api/kept", "app/api/routes", "app/api/routes/live",
    "app/commands", "app/commands/news", "app/connections",
    "app/derive", "app/derive/diff", "app/derive/pictures", "app/derive/rules",
    "app/formats", "app/imports", "app/models", "app/schemas", "app/schemas/forms", "app/schemas/pages",
    "app/schemas/pictures", "app/services", "app/services/changes", "app/services/deliveries",
    "app/services/intake", "app/services/intake/bodies", "app/services/intake/words", "app/services/lists",
    "app/services/pictures", "app/services/redaction", "app/services/search", "app/services/upkeep",
    "app/services/webhooks", "app/telling",
    "app/texts", "app/texts/messages", "app/texts/quoting", "app/texts/who",
}  # fmt: skip
# Folders whose modules are each a room of its own: one concern each, beside rooms of several modules.
FLAT = {"app", "app.api", "app.schemas", "app.services"}
# Names that several modules have, and where: one renders, reads, stores or serves what the other means.
SHARED_NAMES = {
    "access": {"models", "services"},
    "api_keys": {"api/routes", "commands", "schemas"},
    "assessments": {"api/routes", "schemas"},
    "audits": {"schemas/pictures", "services/pictures"},
    "claims": {"api/routes", "derive/pictures", "schemas"},
    "credits": {"services/intake", "texts"},
    "changes": {"api/routes", "schemas/pictures"},
    "diffs": {"schemas/pictures", "services/pictures"},
    "news": {"schemas/pictures", "services/pictures"},
    "documents": {"api/routes", "derive/pictures", "schemas"},
    "event": {"derive/pictures", "models"},
    "events": {"api/routes", "schemas"},
    "exports": {"api/routes", "schemas/pictures"},
    "fact_checks": {"schemas/pictures", "services"},
    "figures": {"derive/rules", "schemas/pictures"},
    "google": {"api/routes", "formats", "imports"},
    "ingest": {"api/routes", "commands", "services/deliveries"},
    "jsonld": {"formats", "imports"},
    "lines": {"schemas", "services/intake/bodies"},
    "lookups": {"api/routes", "schemas", "services"},
    "questions": {"api/routes", "schemas"},
    "quotes": {"services/intake", "texts/quoting"},
    "rechecks": {"schemas/pictures", "services/pictures"},
    "records": {"api", "services"},
    "reports": {"api/routes", "schemas", "services/deliveries"},
    "search": {"api/routes", "models", "schemas", "services/search"},
    "sources": {"api/routes", "schemas"},
    "webhooks": {"api/routes/live", "schemas/pictures"},
    "statements": {"api/routes", "derive/pictures", "derive/rules", "schemas"},
    "track_records": {"schemas/pictures", "services/pictures"},
}
# Where a statement may be put together out of names and parts. Elsewhere it is Core, or one text as it stands.
GENERATED_SQL = {
    "app.services.intake.keys",
    "app.services.intake.storing",
    "app.services.intake.unseen",
    "app.services.pictures.loading",
    "app.services.redaction.emptying",
}
SQL_MAKERS = {"text", "literal_column", "DDL"}
# The module that imports a command when it is chosen, for `--help` to be quick.
LAZY = {"app.cli", "app.main"}
FILE_LINES, FUNCTION_LINES, FOLDER_MODULES = 400, 60, 18
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def within(module: str, name: str) -> bool:
    return module == name or module.startswith(f"{name}.")


def floor(module: str) -> int:
    return next((i for i, names in enumerate(FLOORS) for name in names if within(module, name)), -1)


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "app").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        yield name, parsed(path.read_text(encoding="utf-8"))


@cache
def parsed(text: str) -> ast.Module:
    """Once for all rules, which only read it."""
    return ast.parse(text)


@cache
def walked(tree: ast.Module) -> tuple[ast.AST, ...]:
    """Its nodes, of which most of a rule's time would go into finding them."""
    return tuple(ast.walk(tree))


@cache
def imported(tree: ast.Module) -> tuple[str, ...]:
    names = list[str]()
    for node in walked(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names += [f"{node.module}.{alias.name}" for alias in node.names]
        elif isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
    return tuple(names)


# --- who imports whom -----------------------------------------------------------------------------------------------


def broken_floors(root: Path) -> list[str]:
    """Every import that goes up, sideways between rooms that are apart, or to the web framework from below."""
    broken = []
    for me, tree in modules(root):
        if me == "app":
            continue
        mine = floor(me)
        if mine < 0:
            broken.append(f"{me} stands on no floor")
        for name in imported(tree):
            top = name.split(".")[0]
            if top == "app" and name != "app.__version__":
                aside = me not in JOINS and {me.split(".")[1], name.split(".")[1]} in APART
                if floor(name) > mine or aside:
                    broken.append(f"{me} imports {name}")
            if top in ("fastapi", "starlette") and 0 <= mine < HTTP_FLOOR:
                broken.append(f"{me} knows {top}")
    return broken


def broken_doors(root: Path) -> list[str]:
    """Every import of what a room does without, and every use of a module or function with one door by another."""
    broken = []
    for me, tree in modules(root):
        kept_out = [name for folder, names in WITHOUT.items() if within(me, folder) for name in names]
        kept_out = [name for name in kept_out if me not in ON_THE_NETWORK or name not in NETWORK]
        kept_out += [name for name, users in USERS.items() if me not in users]
        if within(me, "app.api.routes"):
            kept_out += ["app.api.routes"]
        for name in imported(tree):
            if any(within(name, banned) for banned in kept_out):
                broken.append(f"{me} imports {name}")
            if within(me, "app.api.routes") and within(name, "app.api") and name.split(".")[2] not in ROUTES_KNOW:
                broken.append(f"{me} knows {name}")
            broken += [f"{me} imports {name} by its name" for door in CALLERS if name == f"app.services.intake.{door}"]
        functions = {door.rpartition(".")[2] for door in CALLERS}
        accesses = (node for node in walked(tree) if isinstance(node, ast.Attribute) and node.attr in functions)
        used = {ast.unparse(node) for node in accesses}
        broken += [f"{me} calls {door}" for door, callers in CALLERS.items() if door in used and me not in callers]
    return broken


def hidden_imports(root: Path) -> list[str]:
    """Every import that is not at the top level of its module, and every one made by a call."""
    hidden = []
    for me, tree in modules(root):
        for node in walked(tree):
            if isinstance(node, ast.Import | ast.ImportFrom) and node not in tree.body:
                hidden.append(f"{me}:{node.lineno}")
            # Naming such a function is enough: it may be called by another name.
            name = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else None
            if name == "__import__" or (name in ("import_module", "resolve_name") and me not in LAZY):
                hidden.append(f"{me}:{node.lineno} {name}")  # type: ignore[attr-defined]
            if isinstance(node, ast.ImportFrom) and me not in LAZY:
                taken = {alias.name for alias in node.names} & {"import_module", "resolve_name"}
                hidden += [f"{me}:{node.lineno} {name}" for name in taken]
    return hidden


def arrows(root: Path) -> dict[str, set[str]]:
    """Which modules each module imports."""
    trees = dict(modules(root))

    def module(name: str) -> str:
        while name and name not in trees:
            name = name.rpartition(".")[0]
        return name

    return {
        me: {module(name) for name in imported(tree) if name.startswith("app.")} - {me, "app", ""}
        for me, tree in trees.items()
    }


def room(module: str, packages: Collection[str]) -> str:
    """The folder of a module; in a flat folder the module itself."""
    if module in packages:
        return module
    folder = module.rpartition(".")[0]
    return module if folder in FLAT else folder


def circle(arrows_of: Mapping[str, Iterable[str]]) -> list[str]:
    try:
        TopologicalSorter(arrows_of).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def circles(root: Path) -> list[list[str]]:
    """A circle of modules, and one of rooms, if there are any."""
    modules_to = arrows(root)
    packages = {module.rpartition(".")[0] for module in modules_to}
    rooms_to: dict[str, set[str]] = defaultdict(set)
    for module, targets in modules_to.items():
        here = room(module, packages)
        rooms_to[here] |= {room(target, packages) for target in targets} - {here}
    return [way for way in (circle(modules_to), circle(rooms_to)) if way]


# --- rooms, names and sizes -----------------------------------------------------------------------------------------


def undrawn_folders(root: Path) -> list[str]:
    """Folders with modules that the layout does not have."""
    return sorted({path.parent.relative_to(root).as_posix() for path in (root / "app").rglob("*.py")} - FOLDERS)


def unshared_names(root: Path) -> dict[str, set[str]]:
    """By name: where its modules stand, if there are several and they are not those that may share it.

    A name that is unique again is not to stay among `SHARED_NAMES`, either, unless it is gone from this root.
    """
    folders: dict[str, set[str]] = defaultdict(set)
    for path in (root / "app").rglob("*.py"):
        if path.stem != "__init__":
            folders[path.stem].add(path.parent.relative_to(root / "app").as_posix())
    return {
        name: where
        for name, where in folders.items()
        if (len(where) > 1 or name in SHARED_NAMES) and where != SHARED_NAMES.get(name)
    }


def repeated_classes(root: Path) -> dict[str, list[str]]:
    """By name, without the underscores before it: the modules that name a class or a type so, if there are several."""
    named: dict[str, list[str]] = defaultdict(list)
    for me, tree in modules(root):
        for node in walked(tree):
            if isinstance(node, ast.ClassDef):
                named[node.name.lstrip("_")].append(me)
            elif isinstance(node, ast.AnnAssign) and ast.unparse(node.annotation).endswith("TypeAlias"):
                named[ast.unparse(node.target).lstrip("_")].append(me)
    return {name: users for name, users in named.items() if len(users) > 1}


def large(root: Path, *folders: str) -> list[str]:
    """Files with too many lines, functions with too many, and folders of `app` with too many modules."""
    broken = []
    for path in sorted(path for folder in folders for path in (root / folder).rglob("*.*")):
        if path.suffix not in (".py", ".sql"):
            continue
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > FILE_LINES:
            broken.append(f"{path.relative_to(root)}: {lines} lines")
        broken += [
            f"{path.relative_to(root)}:{node.lineno} {node.name}"
            for node in (ast.walk(ast.parse(text)) if path.suffix == ".py" else ())
            if isinstance(node, Function) and (node.end_lineno or 0) - node.lineno + 1 > FUNCTION_LINES
        ]
    counts = Counter(path.parent for path in (root / "app").rglob("*.py") if not path.stem.startswith("__"))
    return broken + [f"{folder}: {count} modules" for folder, count in counts.items() if count > FOLDER_MODULES]


# --- SQL ------------------------------------------------------------------------------------------------------------


def generated_sql(root: Path) -> list[str]:
    """Where a statement is put together that is not one text, outside of the modules that may.

    Every mention of SQLAlchemy's `text` and its like counts that is not a call of it with a constant.
    """
    broken = []
    for me, tree in modules(root):
        if me in GENERATED_SQL:
            continue
        makers, packages = sql_names(tree)
        calls = {id(node.func): node for node in walked(tree) if isinstance(node, ast.Call)}
        for node in walked(tree):
            if isinstance(node, ast.Name):
                makes = node.id in makers and isinstance(node.ctx, ast.Load)
            elif isinstance(node, ast.Attribute):
                makes = node.attr == "exec_driver_sql" or (
                    node.attr in SQL_MAKERS and ast.unparse(node.value).split(".")[0] in packages
                )
            else:
                continue
            call = calls.get(id(node))
            if makes and not (call and call.args and isinstance(call.args[0], ast.Constant)):
                broken.append(f"{me}:{node.lineno}")
    return broken


def sql_names(tree: ast.Module) -> tuple[set[str], set[str]]:
    """The names under which a module has what makes SQL out of text, and SQLAlchemy or a part of it."""
    makers, packages = set[str](), set[str]()
    for node in walked(tree):
        if isinstance(node, ast.ImportFrom) and within(node.module or "", "sqlalchemy"):
            for alias in node.names:
                (makers if alias.name in SQL_MAKERS else packages).add(alias.asname or alias.name)
        elif isinstance(node, ast.Import):
            names = {
                alias.asname or alias.name.split(".")[0] for alias in node.names if within(alias.name, "sqlalchemy")
            }
            packages |= names
    return makers, packages
