"""The shape of the code, checked: floors, rooms, names, sizes, SQL, and who may write. Each check is shown to fail."""

import re
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
import shape
import wording
from describing import inlined

ROOT = Path(__file__).parent.parent
# The part of all functions that bind a name which names no thing (`wording`); only ever lowered.
NAMELESS = 0.015
READING_POSTS = {"/v1/lookup"}
# As long as a function may be, and one line longer.
LONG = "def long():\n" + "    pass\n" * shape.FUNCTION_LINES


def broken(check: Callable[[Path], Collection[str]], root: Path, files: Mapping[str, str]) -> Collection[str]:
    """What a check says of an app that has these modules alone."""
    for name, text in files.items():
        path = root / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return check(root)


def test_imports_only_go_down() -> None:
    assert shape.broken_floors(ROOT) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("models/base.py", "from app.services import records"),
        ("services/paging.py", "from fastapi import Request"),
        ("derive/live.py", "from app.formats import csv"),
        ("somewhere.py", "import json"),
    ],
)
def test_a_broken_import_is_found(tmp_path: Path, module: str, line: str) -> None:
    assert len(broken(shape.broken_floors, tmp_path, {module: line})) == 1


def test_rooms_do_without_what_is_not_theirs() -> None:
    """No database in rules and formats, no network in services, one way into matching and storing."""
    assert shape.broken_doors(ROOT) == []


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("derive/rules/rows.py", "from sqlalchemy import select"),
        ("derive/rules/rows.py", "from app.database import Database"),
        ("formats/csv.py", "import sqlalchemy as sa"),
        ("services/records.py", "import httpx"),
        ("services/records.py", "from app import fetching"),
        ("commands/demo.py", "from app.api.routes import claims"),
        ("api/routes/claims.py", "from app.api.routes import sources"),
        ("api/routes/claims.py", "from app.api import wire"),
        ("services/intake/reports.py", "from app.services.intake import matching"),
        ("services/intake/quotes.py", "from app.services.intake.keys import SOURCES"),
        ("services/intake/reports.py", "from app.services.intake import storing\nstoring.insert(1)"),
        ("services/intake/reports.py", "from app.services.intake.storing import insert"),
    ],
)
def test_a_door_that_is_not_theirs_is_found(tmp_path: Path, module: str, line: str) -> None:
    assert broken(shape.broken_doors, tmp_path, {module: line})


def test_no_circle_of_modules_or_of_folders() -> None:
    assert shape.circles(ROOT) == []


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
    assert shape.circles(tmp_path) == []
    for name, line in files.items():
        path = tmp_path / "app" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(line)
    assert shape.circles(tmp_path) != []


def test_no_import_hides() -> None:
    """Each stands at the top of its module."""
    assert shape.hidden_imports(ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "def read():\n    import json",
        "async def read():\n    from app import errors",
        "if TYPE_CHECKING:\n    import json",
        "try:\n    import json\nfinally:\n    pass",
        "with suppress(ImportError):\n    import json",
        "class Reader:\n    import json",
        "import importlib\nrecords = importlib.import_module('app.services.records')",
        "from importlib import import_module as load",
        "import pkgutil\npkgutil.resolve_name('app.services.records')",
        "__import__('app.services.records')",
    ],
)
def test_a_hidden_import_is_found(tmp_path: Path, text: str) -> None:
    assert broken(shape.hidden_imports, tmp_path, {"errors.py": text})


def test_folders_are_those_drawn() -> None:
    assert shape.undrawn_folders(ROOT) == []


def test_a_new_folder_is_found(tmp_path: Path) -> None:
    assert broken(shape.undrawn_folders, tmp_path, {"services/intake/sub/a.py": ""}) == ["app/services/intake/sub"]


def test_a_name_is_one_module() -> None:
    assert shape.unshared_names(ROOT) == {}
    assert {name for name in shape.SHARED_NAMES if not list((ROOT / "app").rglob(f"{name}.py"))} == set()


@pytest.mark.parametrize(
    "files",
    [
        ("services/wires.py", "api/wires.py"),
        ("models/access.py", "services/access.py", "texts/access.py"),
        ("models/access.py", "api/access.py"),
        ("models/access.py",),
    ],
)
def test_a_second_module_of_a_name_is_found(tmp_path: Path, files: tuple[str, ...]) -> None:
    assert broken(shape.unshared_names, tmp_path, dict.fromkeys(files, ""))


def test_a_name_is_one_class() -> None:
    assert shape.repeated_classes(ROOT) == {}


@pytest.mark.parametrize(
    "line", ["class Batch: ...", "class _Batch: ...", "Batch: TypeAlias = int", "_Batch: typing.TypeAlias = int"]
)
def test_a_second_class_of_a_name_is_found(tmp_path: Path, line: str) -> None:
    assert broken(shape.repeated_classes, tmp_path, {"client.py": "class Batch: ...", "times.py": line}) == {
        "Batch": ["app.client", "app.times"]
    }


def test_names_name_things() -> None:
    assert wording.share(ROOT / "app") <= NAMELESS


@pytest.mark.parametrize(
    "line",
    [
        "def read(found): ...",
        "def read(*, n): ...",
        "def read(*items): ...",
        "def read():\n    one = 1",
        "def read():\n    for other in (): ...",
        "def read():\n    with f() as its: ...",
        "def read():\n    return [\n        n\n        for n in ()\n    ]",
        "async def read():\n    try: ...\n    except E as e: ...",
    ],
)
def test_a_name_of_no_thing_is_found(tmp_path: Path, line: str) -> None:
    (tmp_path / "module.py").write_text(f"{line}\ndef count(rows):\n    return [n for n in rows]\n")
    assert wording.share(tmp_path) == 0.5


def test_sql_is_core_or_one_text() -> None:
    assert shape.generated_sql(ROOT) == []


@pytest.mark.parametrize(
    "text",
    [
        "from sqlalchemy import text\ntext(f'SELECT {name}')",
        "from sqlalchemy import text\ntext(' '.join(parts))",
        "from sqlalchemy import text as sql\nsql(f'SELECT {name}')",
        "from sqlalchemy.sql import text\nmap(text, names)",
        "import sqlalchemy as sa\nsa.text('SELECT {}'.format(name))",
        "import sqlalchemy\nsqlalchemy.sql.literal_column(f'{name}')",
        "from sqlalchemy import sql\nsql.literal_column(name)",
        "def read(connection):\n    connection.exec_driver_sql(f'SELECT {name}')",
        "def read(session):\n    session.connection().exec_driver_sql(statement)",
    ],
)
def test_generated_sql_is_found(tmp_path: Path, text: str) -> None:
    assert len(broken(shape.generated_sql, tmp_path, {"services/records.py": text})) == 1


def test_files_functions_and_folders_stay_small() -> None:
    assert shape.large(ROOT, "app", "tests", "examples", "migrations") == []


@pytest.mark.parametrize(
    "files",
    [
        {"times.py": "\n" * (shape.FILE_LINES + 1)},
        {"times.sql": "\n" * (shape.FILE_LINES + 1)},
        {"times.py": LONG},
        {"times.py": f"class Time:\n{LONG}".replace("\n", "\n    ").rstrip()},
        {f"texts/text_{number}.py": "" for number in range(shape.FOLDER_MODULES + 1)},
    ],
    ids=["file", "sql", "function", "method", "folder"],
)
def test_what_is_large_is_found(tmp_path: Path, files: dict[str, str]) -> None:
    assert len(broken(lambda root: shape.large(root, "app"), tmp_path, files)) == 1


def test_every_write_names_its_scope(described: dict[str, Any]) -> None:
    open_writes = [
        f"{method} {path}"
        for path, operations in inlined(described).items()
        for method, operation in operations.items()
        if method != "get"
        and path not in READING_POSTS
        and not any(scopes for one in operation.get("security", []) for scopes in one.values())
    ]
    assert open_writes == []


def test_nothing_speaks_of_this_machine() -> None:
    """No path of a machine and no address of a registry stands in what is committed."""
    # Where this runs, said by the machine itself; temporary folders are everybody's.
    places = {ROOT, ROOT.parent, Path.home()} - {Path("/"), Path("/tmp"), Path(tempfile.gettempdir())}
    own = [re.escape(f"{place}/") for place in places]
    told = re.compile("|".join([*own, r"/home/\w+/", r"python[h]osted\.org", r"registry\.npm[j]s"]))
    found = [
        str(path.relative_to(ROOT))
        for pattern in ("*.py", "*.md", "*.toml", "*.txt", "*.sql", "*.yaml", "Makefile", "Dockerfile")
        for path in ROOT.rglob(pattern)
        if ".venv" not in path.parts and told.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []
