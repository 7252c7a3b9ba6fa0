"""The shape of the code, checked: floors, sizes, and who may write."""

import ast
import re
import tempfile
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import wording

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parent.parent
# Imports go down only. A module on a floor may use its own floor and those before it.
FLOORS = [
    ["app.vocabulary", "app.errors", "app.settings", "app.database", "app.logs", "app.times", "app.embedded"],
    ["app.models", "app.texts"],
    ["app.schemas"],
    ["app.derive", "app.formats", "app.imports", "app.client", "app.fetching"],
    ["app.services"],
    ["app.api"],
    ["app.main"],
    ["app.commands", "app.cli", "app.__main__"],
]
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
# Folders whose modules are each a room of its own: one concern each, beside rooms of several modules.
FLAT = {"app", "app.api", "app.schemas", "app.services"}
# Names that several modules have, because one renders, reads, stores or serves what the other means.
SHARED_NAMES = {
    "access", "assessments", "audits", "claims", "credits", "diffs", "documents", "event", "events",
    "exports", "fact_checks", "figures", "google", "ingest", "jsonld", "lines", "lookups", "questions", "quotes",
    "rechecks", "records", "reports", "search", "sources", "statements", "track_records",
}  # fmt: skip
# Where a statement may be put together out of names and parts. Elsewhere it is Core, or one text as it stands.
GENERATED_SQL = {
    "app.services.intake.keys",
    "app.services.intake.storing",
    "app.services.pictures.loading",
}
# The part of all functions that bind a name which names no thing (`wording`); only ever lowered.
NAMELESS = 0.54
HTTP_FLOOR = 5
FILE_LINES, FUNCTION_LINES, FOLDER_MODULES = 400, 60, 18
READING_POSTS = {"/v1/lookup"}


def floor(module: str) -> int:
    return next((i for i, names in enumerate(FLOORS) for n in names if module == n or module.startswith(f"{n}.")), -1)


def modules(root: Path) -> Iterator[tuple[str, ast.Module]]:
    for path in sorted((root / "app").rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        yield name, ast.parse(path.read_text(encoding="utf-8"))


def imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


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


def test_imports_only_go_down() -> None:
    assert broken_floors(ROOT) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("models/base.py", "from app.services import records"),
        ("services/lists.py", "from fastapi import Request"),
        ("derive/live.py", "from app.formats import csv"),
        ("somewhere.py", "import json"),
    ],
)
def test_a_broken_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    """The check above can fail."""
    path = tmp_path / "app" / module
    path.parent.mkdir(parents=True)
    path.write_text(line)
    assert len(broken_floors(tmp_path)) == 1


# --- circles, rooms and names ---------------------------------------------------------------------------------------


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


def test_no_circle_of_modules_or_of_folders() -> None:
    assert circles(ROOT) == []


@pytest.mark.parametrize(
    "files",
    [
        {"services/one.py": "from app.services import two", "services/two.py": "from app.services.one import x"},
        {
            "derive/rules/a.py": "from app.derive.pictures import b",
            "derive/pictures/b.py": "",
            "derive/pictures/c.py": "from app.derive.rules import d",
            "derive/rules/d.py": "",
        },
    ],
)
def test_a_circle_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    """The check above can fail."""
    for name, line in files.items():
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line)
    assert circles(tmp_path) != []


def test_folders_stay_small() -> None:
    folders = Counter(path.parent for path in (ROOT / "app").rglob("*.py") if not path.stem.startswith("__"))
    large = {str(folder): count for folder, count in folders.items() if count > FOLDER_MODULES}
    assert large == {}


def test_a_name_is_one_module() -> None:
    stems = Counter(path.stem for path in (ROOT / "app").rglob("*.py") if path.stem != "__init__")
    assert {stem for stem, count in stems.items() if count > 1} == SHARED_NAMES


def test_a_name_is_one_class() -> None:
    classes = Counter(
        node.name for _, tree in modules(ROOT) for node in ast.walk(tree) if isinstance(node, ast.ClassDef)
    )
    assert [name for name, count in classes.items() if count > 1] == []


def test_names_name_things() -> None:
    assert wording.share(ROOT / "app") <= NAMELESS


def generated_sql(root: Path) -> list[str]:
    """Where a statement is put together that is not one text, outside of the modules that may."""
    return [
        f"{me}:{node.lineno}"
        for me, tree in modules(root)
        if me not in GENERATED_SQL
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in ("text", "literal_column")
        and not (node.args and isinstance(node.args[0], ast.Constant))
    ]


def test_sql_is_core_or_one_text() -> None:
    assert generated_sql(ROOT) == []


def test_api_modules_do_not_know_each_other() -> None:
    shared = {"answers", "deps", "problems", "records"}
    found = [
        f"{me} imports {name}"
        for me, tree in modules(ROOT)
        if me.startswith("app.api.routes.")
        for name in imported(tree)
        if name.startswith("app.api.") and name.split(".")[2] not in shared
    ]
    assert found == []


def test_no_import_hides() -> None:
    """Neither inside a function nor behind TYPE_CHECKING."""
    hidden = []
    for me, tree in modules(ROOT):
        inside = [
            node
            for outer in ast.walk(tree)
            if isinstance(outer, ast.FunctionDef | ast.AsyncFunctionDef | ast.If)
            for node in ast.walk(outer)
        ]
        hidden += [f"{me}:{node.lineno}" for node in inside if isinstance(node, ast.Import | ast.ImportFrom)]
    assert hidden == []


def test_files_and_functions_stay_small() -> None:
    large = []
    sources = [path for folder in ("app", "tests", "examples", "migrations") for path in (ROOT / folder).rglob("*.py")]
    for path in sources:
        text = path.read_text(encoding="utf-8")
        if (lines := text.count("\n")) > FILE_LINES:
            large.append(f"{path.relative_to(ROOT)}: {lines} lines")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    large.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")
    sql = [
        path
        for path in (ROOT / "migrations").rglob("*.sql")
        if path.read_text(encoding="utf-8").count("\n") > FILE_LINES
    ]
    assert large == []
    assert sql == []


def test_every_write_names_its_scope() -> None:
    described = create_app(Settings(database_url="postgresql+psycopg://nobody@localhost/none")).openapi()
    open_writes = [
        f"{method} {path}"
        for path, operations in described["paths"].items()
        for method, operation in operations.items()
        if method != "get"
        and path not in READING_POSTS
        and not any(scopes for one in operation.get("security", []) for scopes in one.values())
    ]
    assert open_writes == []


def test_nothing_speaks_of_this_machine() -> None:
    """No path of a machine and no address of a registry stands in what is committed."""
    # Where this runs, said by the machine itself; temporary folders are everybody's.
    places = [ROOT, ROOT.parent, Path.home()]
    own = [re.escape(f"{place}/") for place in places if place not in (Path("/"), Path(tempfile.gettempdir()))]
    told = re.compile("|".join([*own, r"/home/\w+/", r"python[h]osted\.org", r"registry\.npm[j]s"]))
    found = [
        str(path.relative_to(ROOT))
        for pattern in ("*.py", "*.md", "*.toml", "*.txt", "*.sql", "*.yaml", "Makefile", "Dockerfile")
        for path in ROOT.rglob(pattern)
        if ".venv" not in path.parts and told.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
