"""Statements as PostgreSQL takes them."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from sqlalchemy import CompoundSelect, Select, TextClause, TextualSelect
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg

DIALECT: Final = PGDialect_psycopg(paramstyle="numeric_dollar")  # type: ignore[no-untyped-call]
FixedStatement: TypeAlias = TextClause | TextualSelect | Select[Any] | CompoundSelect[Any]


@lru_cache(maxsize=1024)
def written(statement: FixedStatement) -> tuple[str, Sequence[str], Mapping[str, Any]]:
    """A statement as PostgreSQL takes it, with `$1`: what `$1`, `$2` ... are called, and the values that stand in it.

    psycopg looks through every statement for its own signs each time, where it is long; but not one like this.
    """
    compiled: Any = statement.compile(dialect=DIALECT)
    if isinstance(statement, TextClause):
        return str(compiled), compiled.positiontup, compiled.params
    state = compiled.construct_expanded_state({name: None for name, bind in compiled.binds.items() if bind.required})
    values = dict(state.parameters)
    processors = {
        name: bind.type.dialect_impl(DIALECT).bind_processor(DIALECT) for bind, name in compiled.bind_names.items()
    }
    for name, process in (processors | dict(state.processors)).items():
        if process is not None and values.get(name) is not None:
            values[name] = process(values[name])
    return state.statement, state.positiontup, values
