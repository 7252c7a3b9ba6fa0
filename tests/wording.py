"""Counts the functions that bind a name which names no thing, as `python tests/wording.py` prints.

A local says what it holds: `claims_by_id`, not `found`. Parameters, assignments, loops, comprehensions and `as` count.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Pronouns, adverbs and bare participles: correct English, and no noun in it.
NAMELESS = frozenset((
    "about", "asked", "both", "drawn", "each", "every", "found", "given", "here", "how", "it", "its", "kept", "known",
    "left", "made", "mine", "more", "most", "much", "none", "of", "one", "other", "others", "own", "place", "rest",
    "same", "several", "shown", "some", "such", "taken", "that", "theirs", "them", "there", "these", "they", "thing",
    "things", "this", "those", "told", "wanted", "was", "what", "where", "which", "who", "whole",
))  # fmt: skip


def bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function binds itself: what functions inside it bind is theirs."""
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names = {argument.arg for argument in every if argument is not None}
    nodes: list[ast.AST] = list(function.body)
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        nodes.extend(ast.iter_child_nodes(node))
    return names


def functions(root: Path) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in sorted(root.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def share(root: Path) -> float:
    """Which part of all functions binds a nameless name: 0 to 1."""
    nameless = [bool(bound(function) & NAMELESS) for _, function in functions(root)]
    return sum(nameless) / max(1, len(nameless))


if __name__ == "__main__":
    top = Path(sys.argv[1] if len(sys.argv) > 1 else "app")
    words: Counter[str] = Counter()
    for where, function in functions(top):
        if names := sorted(bound(function) & NAMELESS):
            words.update(names)
            sys.stdout.write(f"{where}:{function.lineno} {function.name}: {', '.join(names)}\n")
    sys.stdout.write(f"{', '.join(f'{word} {count}' for word, count in words.most_common())}\n{share(top):.1%}\n")
