"""What is said to take more in `make soak` is a part of it."""

import ast
import re
from collections.abc import Iterator

from conftest import ROOT


def left_out(source: str) -> Iterator[str]:
    """The tests that ask for more in `make soak`, and which it does not choose: by no mark, nor as Hypothesis's."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test"):
            decorators = [ast.unparse(decorator) for decorator in node.decorator_list]
            is_chosen = any("mark.soak" in one or one.startswith("given(") for one in decorators)
            if not is_chosen and any(map(_asks_for_more, ast.walk(node))):
                yield node.name


def _asks_for_more(node: ast.AST) -> bool:
    return isinstance(node, ast.Attribute) and ast.unparse(node) in ("soaking.times", "soaking.seeds")


def test_what_takes_more_is_chosen() -> None:
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    assert [f"{stem} {name}" for stem, text in texts.items() if "soaking." in text for name in left_out(text)] == []


def test_what_is_made_up_begins_where_it_is_told() -> None:
    """Seeds of a test, each a test of its own, are those of `soaking.seeds`: else SOAK_SEED would change nothing."""
    texts = {path.stem: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    fixed = re.compile(r"(parametrize\(\"\w+\",|\bseed in|Random,) range\((soaking\.)?times\(")
    assert [f"{stem}: {match[0]}" for stem, text in texts.items() for match in fixed.finditer(text)] == []


def test_what_is_left_out_is_found() -> None:
    more = '@pytest.mark.parametrize("seed", soaking.seeds(2))\ndef test_it(seed): ...\n'
    within = "async def test_it():\n    for _ in range(soaking.times(2)): ...\n"
    assert list(left_out(more + within)) == ["test_it"] * 2
    assert list(left_out(f"@pytest.mark.soak\n{more}@given(texts)\n{within}")) == []
