"""Which faults do the tests catch? Makes small faults in a module, one at a time, and runs the tests that concern it.

    PYTHONPATH=. python bench/mutants.py app/texts/quoting/quotes.py tests/texts/test_quotes.py [--most 50] [--seed 1]

Prints a line for each fault, killed or alive, with a key that stays the same when names change, so that two states of
the project can be compared. Run by hand, before and after tests are made fewer; no part of `make test`.
"""

import argparse
import ast
import copy
import hashlib
import importlib.abc
import importlib.machinery
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from types import CodeType
from typing import Any, Final

import fastapi  # noqa: F401  # what all tests import is imported once, before there are processes for the mutants
import hypothesis  # noqa: F401
import pytest
import sqlalchemy.ext.asyncio  # noqa: F401

COMPARED: Final[dict[type[ast.cmpop], type[ast.cmpop]]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
COMPUTED: Final[dict[type[ast.operator], type[ast.operator]]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip
SWAPPED: Final = {"min": "max", "max": "min", "any": "all", "all": "any"}
# In statements of SQL: what stands for what.
SQL: Final = {
    r"IS NOT DISTINCT FROM": "IS DISTINCT FROM", r"IS NOT NULL": "IS NULL", r"IS NULL": "IS NOT NULL",
    r"\bAND\b": "OR", r"\bOR\b": "AND", r"\bNOT (?=[a-z(])": "", r"(?<![<>!:|-])=(?!>)": "<>", r"<>": "=",
    r"\bANY\b": "ALL", r"&&": "@>", r"@>": "&&", r"LEFT JOIN(?! LATERAL)": "JOIN", r"\bLIMIT 1\b": "LIMIT 0",
    r"created_at, ": "created_at DESC, ", r"\bEXISTS\b": "NOT EXISTS", r"\bUNION\b": "EXCEPT",
}  # fmt: skip
IS_SQL: Final = re.compile(r"\b(SELECT|WHERE|AND|JOIN|IS (NOT )?DISTINCT|ORDER BY)\b")
KILLED, ALIVE = 1, 0


def faults_in(node: ast.AST) -> Iterator[ast.AST]:
    """All the ways to get this one node wrong."""
    if isinstance(node, ast.Constant):
        yield from _faults_in_constant(node.value)
    elif isinstance(node, ast.stmt):
        yield from _faults_in_statement(node)
    else:
        yield from _faults_in_expression(node)


def _faults_in_constant(value: object) -> Iterator[ast.AST]:
    if isinstance(value, bool):
        yield ast.Constant(not value)
    elif isinstance(value, int | float):
        yield ast.Constant(value + 1)
    elif isinstance(value, str) and IS_SQL.search(value):
        for pattern, other in SQL.items():
            for found in re.finditer(pattern, value):
                yield ast.Constant(value[: found.start()] + other + value[found.end() :])


def _faults_in_statement(node: ast.stmt) -> Iterator[ast.AST]:
    match node:
        case ast.If() | ast.While():
            yield type(node)(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
        case ast.Return(value=value) if value is not None:
            yield ast.Return(ast.Constant(None))
        case ast.Continue():
            yield ast.Break()


def _faults_in_expression(node: ast.AST) -> Iterator[ast.AST]:
    match node:
        case ast.Compare(ops=ops) if len(ops) == 1 and type(ops[0]) in COMPARED:
            yield ast.Compare(node.left, [COMPARED[type(ops[0])]()], node.comparators)
        case ast.BoolOp(op=op):
            yield ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values)
        case ast.BinOp(op=op) if type(op) in COMPUTED and not isinstance(node.left, ast.Constant | ast.JoinedStr):
            yield ast.BinOp(node.left, COMPUTED[type(op)](), node.right)
        case ast.UnaryOp(op=ast.Not()):
            yield node.operand
        case ast.IfExp():
            yield ast.IfExp(node.test, node.orelse, node.body)
        case ast.Call(func=ast.Name(id=name)) if name in SWAPPED:
            yield ast.Call(ast.Name(SWAPPED[name], ast.Load()), node.args, node.keywords)


def places_in(tree: ast.Module) -> Iterator[tuple[ast.AST, str, int | None]]:
    """Every field of a node that holds another, leaving out annotations and docstrings."""
    for parent in ast.walk(tree):
        for name, value in ast.iter_fields(parent):
            if name in ("annotation", "returns", "decorator_list"):
                continue
            if isinstance(value, ast.AST):
                yield parent, name, None
            elif isinstance(value, list):
                yield from ((parent, name, n) for n, child in enumerate(value) if isinstance(child, ast.AST))


def anonymous(tree: ast.AST) -> str:
    """The tree without the names that somebody chose."""
    return re.sub(r"\b(id|arg|attr|name)='\w+'", r"\1=''", ast.dump(tree))


def mutants_of(source: str) -> dict[str, tuple[CodeType, str]]:
    """By its key, each mutant's code, and what was done where."""
    tree = ast.parse(source)
    mutants: dict[str, tuple[CodeType, str]] = {}
    keys: Counter[str] = Counter()
    for parent, name, n in places_in(tree):
        held: Any = getattr(parent, name)
        before = held if n is None else held[n]
        for fault in faults_in(before):
            after = ast.copy_location(fault, before)
            _put(parent, name, n, after)
            ast.fix_missing_locations(tree)
            code, words = compile(tree, "mutant", "exec"), _difference(before, after)
            key = hashlib.sha256((anonymous(before) + anonymous(after)).encode()).hexdigest()[:8]
            _put(parent, name, n, before)
            keys[key] += 1
            mutants[f"{key}.{keys[key]}"] = code, f"line {getattr(before, 'lineno', 0)}: {words}"
    return mutants


def _put(parent: ast.AST, name: str, n: int | None, child: ast.AST) -> None:
    if n is None:
        setattr(parent, name, child)
    else:
        getattr(parent, name)[n] = child


def _difference(before: ast.AST, after: ast.AST) -> str:
    old, new = (ast.unparse(ast.fix_missing_locations(copy.deepcopy(tree))) for tree in (before, after))
    start = next((n for n, (left, right) in enumerate(zip(old, new, strict=False)) if left != right), 0)
    return f"{old[max(0, start - 40) : start + 40]!r} -> {new[max(0, start - 40) : start + 40]!r}"


class Mutating(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports the mutant in place of its module."""

    def __init__(self, module: str, code: CodeType) -> None:
        self.module, self.code = module, code

    def find_spec(self, name: str, *_: object) -> importlib.machinery.ModuleSpec | None:
        return importlib.machinery.ModuleSpec(name, self) if name == self.module else None

    def exec_module(self, module: Any) -> None:
        exec(self.code, module.__dict__)  # noqa: S102


def runs(module: str, code: CodeType, arguments: Sequence[str], seconds: int) -> str:
    """What becomes of the tests with this code: in a process of its own, so that everything is imported anew."""
    if (child := os.fork()) == 0:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        sys.meta_path.insert(0, Mutating(module, code))
        quick = ["-x", "-q", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning"]
        try:
            failed = pytest.main([*quick, *arguments]) != pytest.ExitCode.OK
        except BaseException:  # noqa: BLE001
            failed = True
        os._exit(KILLED if failed else ALIVE)
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return "alive" if status == 0 else "killed"
        time.sleep(0.02)
    os.kill(child, 9)
    os.waitpid(child, 0)
    return "killed (it does not end)"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("module", type=Path)
    parser.add_argument("tests", nargs="+", help="files of tests; what else is given goes to pytest")
    parser.add_argument("--most", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=int, default=120)
    parser.add_argument("--keys", type=Path, help="try these alone: lines that begin with a key, as printed before")
    options, others = parser.parse_known_args()
    arguments = [*options.tests, *others]
    source = options.module.read_text(encoding="utf-8")
    name = ".".join(options.module.with_suffix("").parts)
    mutants = mutants_of(source)
    chosen = sorted(mutants)
    if options.keys:
        chosen = [line.split()[0] for line in options.keys.read_text().splitlines() if "." in line.split()[0]]
    elif len(chosen) > options.most:
        chosen = sorted(Random(options.seed).sample(chosen, options.most))
    if runs(name, compile(source, "whole", "exec"), arguments, options.seconds) != "alive":
        sys.exit("the tests fail as it is")
    counts: Counter[str] = Counter()
    for key in chosen:
        if key in mutants:
            code, words = mutants[key]
            outcome = runs(name, code, arguments, options.seconds)
        else:
            outcome, words = "not there", ""
        counts[outcome.split()[0]] += 1
        print(f"{key} {outcome}: {words}", flush=True)
    print(f"{options.module}: {len(chosen)} of {len(mutants)} mutants, {dict(counts)}")


if __name__ == "__main__":
    main()
