"""The shape of the code, checked: floors, sizes, and who may write."""

import ast
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.main import create_app
from app.settings import Settings

ROOT = Path(__file__).parent.parent
# Imports go down only. A module on a floor may use its own floor and those before it.
FLOORS = [
    ["app.vocabulary", "app.errors", "app.settings", "app.database", "app.logs", "app.times", "app.embedded"],
    ["app.models"],
    ["app.schemas"],
    ["app.derive", "app.formats", "app.imports", "app.client", "app.fetching"],
    ["app.services"],
    ["app.api", "app.web"],
    ["app.main"],
    ["app.commands", "app.cli", "app.__main__"],
]
HTTP_FLOOR = 5
FILE_LINES, FUNCTION_LINES = 400, 60
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
    """Every import that goes up, sideways between `derive` and `formats`, or to the web framework from below."""
    broken = []
    for me, tree in modules(root):
        if me == "app":
            continue
        mine = floor(me)
        if mine < 0:
            broken.append(f"{me} stands on no floor")
        for name in imported(tree):
            top = name.split(".")[0]
            if top == "app" and name != "app.__version__" and me != "app.cli":
                aside = {me.split(".")[1], name.split(".")[1]} in ({"derive", "formats"}, {"models", "schemas"})
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


def test_api_modules_do_not_know_each_other() -> None:
    shared = {"answers", "deps", "problems", "records"}
    found = [
        f"{me} imports {name}"
        for me, tree in modules(ROOT)
        if me.startswith("app.api.") and me.split(".")[-1] not in {"wire", "openapi", *shared}
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
