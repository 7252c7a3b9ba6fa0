"""The one table of kinds: every record is in it, and what each part of the app needs of a kind is there.

A new kind of record is one row of `app/schemas/kinds.py`; its model in `app/models`; its schemas, what it is read as
and its line in `app/schemas`; its walk and its key in `app/services/intake`. What is forgotten of it fails here.
"""

import ast
import dataclasses
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import pytest
import shape

from app.derive.rules.rows import Rows
from app.models import AppearanceHop, Base, Record, Source, table_of
from app.schemas.kinds import KINDS, Kind, kind_of, named, read_as
from app.schemas.lines import Line
from app.schemas.lookups import LookupType
from app.services.intake import keys
from app.services.intake.bodies import lines

MODELS = {mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Record)}
# A figure's columns are read as one field.
READ_OTHERWISE = {"claim": {"qualifier", "min", "max", "of_id"}}


def alternatives(union: Any) -> Collection[Any]:
    """The members of a union or a Literal."""
    return get_args(get_args(union)[0] if get_origin(union) is Annotated else union)


def lacking(kinds: Iterable[Kind]) -> Iterator[str]:
    """What is not in the table, or in it twice: by the models, the lines and the look-ups that there are."""
    rows = list(kinds)
    parts: list[tuple[str, list[Any], Collection[Any]]] = [
        ("model", [kind.model for kind in rows], MODELS),
        ("line", [kind.line for kind in rows if kind.line], alternatives(Line)),
        ("look-up", [kind.name for kind in rows if kind.line and not kind.part_of], alternatives(LookupType)),
    ]
    for what, listed, expected in parts:
        yield from (f"no {what} {name}" for name in set(expected) - set(listed))
        yield from (f"{what} {name} is not known or twice" for name in listed if name not in expected)
        yield from (f"{what} {name} twice" for name in set(listed) if listed.count(name) > 1)


def test_every_record_is_in_the_table_once() -> None:
    assert list(lacking(KINDS)) == []


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_a_kind_that_is_left_out_is_missed(kind: Kind) -> None:
    """The check above can fail."""
    assert list(lacking(one for one in KINDS if one is not kind))
    assert list(lacking((*KINDS, kind)))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_parts_of_a_row_fit_together(kind: Kind) -> None:
    assert kind_of(kind.model) is named(kind.name) is kind
    assert set(kind.sorts.values()) - {"effective_from"} <= set(kind.columns)  # that one is computed
    assert {kind.part_of, kind.apart, *kind.identity} - {None} <= set(kind.columns)
    if kind.line is not None:
        assert get_args(kind.line.model_fields["type"].annotation) == (kind.name,)
    if kind.read is None:
        assert not kind.sorts
        return
    assert read_as(kind.read) is kind
    computed = {column.name for column in table_of(kind.model).columns if column.computed is not None}
    columns = set(kind.columns) - computed - {kind.apart, *kind.derived} - READ_OTHERWISE.get(kind.name, set())
    assert columns <= set(kind.read.model_fields)
    assert kind.public_if is None or set(kind.public_if.columns) <= set(kind.columns)
    assert kind.in_event or kind.public_if or "visibility" in kind.columns, "somebody has to say who may see it"


def test_a_record_points_only_at_what_stands_before_it() -> None:
    """In an export, and when records are stored."""
    for rows in (KINDS, sorted(KINDS, key=lambda kind: kind.stored)):
        before: set[type[Record]] = set()
        for kind in rows:
            assert set(kind.points_at.values()) - {kind.model} <= before, kind.name
            before.add(kind.model)


def test_every_kind_has_its_walk_and_its_key() -> None:
    for kind in KINDS:
        assert kind.line is None or lines.draft_of.dispatch(kind.line) is not lines.draft_of.dispatch(object)
        # A chain is matched as a whole, and sources by their names and places.
        assert kind.model in keys.STATEMENTS_OF or kind.model in (AppearanceHop, Source)


def test_an_export_of_an_event_finds_the_rows_of_every_kind() -> None:
    fields = {field.name for field in dataclasses.fields(Rows)}
    assert {kind.plural for kind in KINDS if kind.read} <= fields


def test_every_kind_that_is_read_by_itself_has_its_routes(described: dict[str, Any]) -> None:
    paths = described["paths"].items()
    served = {path.partition("{")[0] for path, methods in paths if {"get", "delete"} <= methods.keys()}
    expected = {f"/v1/{kind.path}/" for kind in KINDS if kind.read is not None and kind.part_of is None}
    assert expected <= served


# --- no second table -------------------------------------------------------------------------------------------------

APP = Path(__file__).parents[2] / "app"
# What names nearly all kinds: the table; and two unions that have to be written out, since types are read statically.
LISTS = {"schemas/kinds.py KINDS", "schemas/lines.py Line", "schemas/lookups.py LookupType"}
NEARLY_ALL = 8
# How often some module asks which kind a record is; only ever lowered. What is special about a kind belongs into its
# row; what remains does something else for one kind, and says why there.
BRANCHES = 10
# The kinds by their classes, and the types.
CLASSES = {
    part.__name__: kind.name for kind in KINDS for part in (kind.model, kind.read, kind.line) if part is not None
}
TYPES = {kind.name for kind in KINDS}


def kinds_named(node: ast.AST, *, by_type: bool = True) -> set[str]:
    """The kinds whose model, schema or, `by_type`, type stands somewhere in a piece of code."""
    types = TYPES if by_type else set()
    nodes = list(ast.walk(node))
    found = {CLASSES[name.id] for name in nodes if isinstance(name, ast.Name) and name.id in CLASSES}
    return found | {word.value for word in nodes if isinstance(word, ast.Constant) and word.value in types}


def lists_of_kinds(tree: ast.Module) -> Iterator[str]:
    for node in shape.walked(tree):
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if len(kinds_named(node.value)) >= NEARLY_ALL and ast.unparse(target) != "__all__":
                yield ast.unparse(target)


def branches(tree: ast.Module) -> Iterator[int]:
    """Lines that compare a model with one of the kinds, or ask whether a record is read as one."""
    for node in shape.walked(tree):
        compared = isinstance(node, ast.Compare) and any(
            isinstance(step, ast.Is | ast.IsNot | ast.In | ast.NotIn) and kinds_named(side, by_type=False)
            for step, side in zip(node.ops, node.comparators, strict=True)
        )
        tested = (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "isinstance"
            and any(isinstance(name, ast.Name) and name.id.endswith("Read") for name in ast.walk(node.args[1]))
        )
        if compared or tested:
            yield getattr(node, "lineno", 0)


def test_there_is_one_table_of_kinds() -> None:
    trees = {str(path.relative_to(APP)): shape.parsed(path.read_text(encoding="utf-8")) for path in APP.rglob("*.py")}
    assert {f"{path} {name}" for path, tree in trees.items() for name in lists_of_kinds(tree)} <= LISTS
    asking = [f"{path}:{line}" for path, tree in trees.items() for line in branches(tree)]
    assert len(asking) == BRANCHES, asking


def test_a_second_table_and_a_branch_are_found() -> None:
    """The checks above can fail."""
    words = ", ".join(repr(kind.name) for kind in KINDS[:NEARLY_ALL])
    assert list(lists_of_kinds(ast.parse(f"EVERY = {{{words}}}"))) == ["EVERY"]
    code = "if model is Source: ...\nif model in (Event, Claim): ...\nif isinstance(record, ClaimRead): ..."
    assert list(branches(ast.parse(code))) == [1, 2, 3]
