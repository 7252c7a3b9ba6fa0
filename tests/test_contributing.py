"""What CONTRIBUTING and the guides lead to is there: every file, module and function that they name."""

import ast
import re
from pathlib import Path

import shape

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
NAMES = re.findall(r"`([\w/]+\.?[\w/]*)`", TEXT)
SUFFIXES = ("py", "md", "sql")


def names_by_module() -> dict[str, set[str]]:
    """By the path of each module without its suffix: what it defines or assigns."""
    names = {}
    for path in (ROOT / "app").rglob("*.py"):
        tree = shape.parsed(path.read_text(encoding="utf-8"))
        defined = {
            node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        }
        assigned = {name.id for name in shape.walked(tree) if isinstance(name, ast.Name)}
        names[str(path.relative_to(ROOT).with_suffix(""))] = defined | assigned
    return names


def test_every_function_named_is_there() -> None:
    modules = names_by_module()
    functions = [name.rsplit(".", 1) for name in NAMES if "." in name and not name.endswith(SUFFIXES)]
    assert len(functions) > 40
    missing = [
        f"{module}.{name}"
        for module, name in functions
        if not module[0].isupper()  # a method
        and not any(name in names for path, names in modules.items() if f"/{path}".endswith(f"/{module}"))
    ]
    assert missing == []


def paths_in_the_tree() -> set[str]:
    """Each with a slash before it; modules also without their suffix."""
    paths = [
        path.relative_to(ROOT)
        for folder in ("app", "tests", "docs", "migrations", "bench", "examples")
        for path in (ROOT / folder, *(ROOT / folder).rglob("*"))
    ]
    return {f"/{path}" for path in paths} | {f"/{path.with_suffix('')}" for path in paths if path.suffix == ".py"}


def test_every_file_named_is_there() -> None:
    tree = paths_in_the_tree()
    files = [name for name in NAMES if name.endswith(SUFFIXES) or ("/" in name and "." not in name)]
    assert len(files) > 20
    assert [file for file in files if not any(path.endswith(f"/{file.rstrip('/')}") for path in tree)] == []


def test_every_file_that_a_guide_or_a_decision_names_is_there() -> None:
    tree = paths_in_the_tree()
    missing = [
        f"{document.relative_to(ROOT)}: {name}"
        for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *(ROOT / "migrations").rglob("*.sql")]
        for name in re.findall(r"\b(?:app|tests|bench|examples|migrations)/[\w/]+(?:\.\w+)?", document.read_text())
        if f"/{name.rstrip('/')}" not in tree
    ]
    assert missing == []
