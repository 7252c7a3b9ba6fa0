"""Counts the functions that bind a name which names no thing, as `python tests/wording.py` prints.

A local says what it holds: `claims_by_id`, not `found`. Parameters, assignments, loops, comprehensions and `as` count.
A single letter names no thing either, unless it is the loop variable of a comprehension on one line.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import shape

# Pronouns, adverbs and bare participles: correct English, and no noun in it.
NAMELESS = frozenset((
    "about", "absent", "again", "ahead", "alone", "apart", "asked", "asking", "beside", "both", "drawn", "each",
    "every", "found", "fresh", "given", "gone", "here", "hits", "how", "it", "item", "items", "its", "kept",
    "known", "lacking", "left", "made", "mine", "missing", "more", "most", "much", "near", "nearby", "none", "of",
    "one", "other", "others", "own", "place", "rest", "same", "several", "shown", "some", "stays", "such", "taken",
    "that", "theirs", "them", "there", "these", "they", "thing", "things", "this", "those", "told", "touched",
    "wanted", "was", "what", "where", "which", "who", "whole",
))  # fmt: skip
COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def is_letter(node: ast.AST) -> bool:
    return isinstance(node, ast.Name) and len(node.id) == 1


def bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function binds itself, without the letters of its one-line comprehensions.

    What functions inside it bind is theirs.
    """
    arguments = function.args
    every = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    names = {argument.arg for argument in every if argument is not None}
    nodes: list[ast.AST] = list(function.body)
    letters: set[ast.AST] = set()
    while nodes:
        node = nodes.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if isinstance(node, COMPREHENSIONS) and node.lineno == node.end_lineno:
            letters.update(name for loop in node.generators for name in ast.walk(loop.target) if is_letter(name))
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) and node not in letters:
            names.add(node.id)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            names.add(node.name)
        nodes.extend(ast.iter_child_nodes(node))
    return names


def nameless(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Those of a function's names that name no thing."""
    return {name for name in bound(function) if name in NAMELESS or (len(name) == 1 and name != "_")}


def functions(root: Path) -> Iterator[tuple[Path, ast.FunctionDef | ast.AsyncFunctionDef]]:
    for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
        for node in shape.walked(shape.parsed(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def share(root: Path) -> float:
    """Which part of all functions binds a nameless name: 0 to 1."""
    counted = [bool(nameless(function)) for _, function in functions(root)]
    return sum(counted) / max(1, len(counted))


if __name__ == "__main__":
    top = Path(sys.argv[1] if len(sys.argv) > 1 else "app")
    words: Counter[str] = Counter()
    for path, function in functions(top):
        if names := sorted(nameless(function)):
            words.update(names)
            sys.stdout.write(f"{path}:{function.lineno} {function.name}: {', '.join(names)}\n")
    sys.stdout.write(f"{', '.join(f'{word} {count}' for word, count in words.most_common())}\n{share(top):.1%}\n")
