"""Translate errors of the database into problems to answer with."""

import re
from collections.abc import Collection
from typing import Any, Final
from uuid import UUID

import structlog
from psycopg import errors as pg
from sqlalchemy import exc as sa
from sqlalchemy import schema as sa_schema

from app import errors
from app.errors import Problem
from app.models import RULE_MESSAGES, Base
from app.services.redaction import gone

log = structlog.get_logger()

# SQLSTATE codes: serialization failure, deadlock, lock timeout, statement timeout, idle in transaction.
_CANCELED: Final = "57014"
_TOO_LONG: Final = "The database was not done in the time that this may take. Ask for less at once, or try again later."
_BUSY: Final = ("40001", "40P01", "55P03", "57014", "25P03")
_REDACTED: Final = "CC410"
# Their classes: connection lost, out of resources, shutting down; and data out of range, program limits exceeded.
_OUT_OF_REACH: Final = ("08", "53", "57")
_BAD_DATA: Final = ("22", "54")


def problem(error: Exception, changed: Collection[str] = ()) -> Problem:
    """Told by the SQLSTATE, not by the class of the exception: size limits come as OperationalError, too.

    `changed`: the fields of a change, of which those that a broken rule is about are pointed at.
    """
    if redacted_ids(error):
        return gone.redacted([f"/{name}" for name in changed] if len(changed) == 1 else [""])
    return _of_rule(error, changed)


def _of_rule(error: Exception, changed: Collection[str]) -> Problem:
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlstate", None) or ""
    constraint = cause.diag.constraint_name if isinstance(cause, pg.Error) else None
    if isinstance(cause, pg.UniqueViolation) and constraint is not None:
        field = re.sub(r"^uq_[a-z]+_", "", constraint)
        return errors.Conflict(f"Another record has this {field.replace('_', ' ')}.")
    if isinstance(cause, pg.CheckViolation):
        message = RULE_MESSAGES.get(constraint or "", cause.diag.message_primary) or ""
        return _invalid(f"This can't be stored: {message}.", message, cause, changed)
    if isinstance(cause, pg.NotNullViolation):
        return errors.Invalid.at(f"/{cause.diag.column_name}", "this can't be empty")
    if code.startswith(_BAD_DATA) or isinstance(cause, pg.ForeignKeyViolation):
        points = "it points at a record that is not there, or that belongs to another event"
        message = "a value is not one that can be stored" if code.startswith(_BAD_DATA) else points
        return _invalid(f"{message[0].upper()}{message[1:]}.", message, cause, changed)
    no_answer = isinstance(error, sa.TimeoutError | sa.OperationalError | OSError)
    if no_answer or code in _BUSY or code.startswith(_OUT_OF_REACH):
        log.warning("database unavailable", code=code, error=repr(error)[:300])
        return errors.Unavailable(
            _TOO_LONG if code == _CANCELED else "The database is busy or out of reach. Try again."
        )
    log.error("database", code=code, error=repr(error)[:1000])
    return Problem("The database refused in a way that was not foreseen.")


def redacted_ids(error: BaseException) -> list[UUID]:
    """The records for which a trigger of the database refused a statement: something of each was redacted before."""
    cause = getattr(error, "orig", None)
    if not isinstance(cause, pg.Error) or cause.sqlstate != _REDACTED:
        return []
    return [UUID(id_) for id_ in (cause.diag.message_detail or "").split(",")]


def _invalid(sentence: str, message: str, cause: Any, changed: Collection[str]) -> Problem:
    """An Invalid that points at the fields that the broken rule is about; at the whole where that can't be told."""
    fields = sorted(_fields_of(cause) & set(changed)) if isinstance(cause, pg.Error) else []
    if not fields and len(changed) == 1:  # a rule that a trigger holds has no name
        fields = list(changed)
    pointers = [f"/{name}" for name in fields] or [""]
    return errors.Invalid(sentence, [{"pointer": pointer, "detail": message} for pointer in pointers])


def _fields_of(cause: pg.Error) -> set[str]:
    """Under which names a body gives the columns of the constraint that was broken."""
    table = Base.metadata.tables.get(cause.diag.table_name or "")
    name = cause.diag.constraint_name
    if table is None or name is None:
        return set()
    columns = set[str]()
    for constraint in table.constraints:
        if constraint.name in (name, name.removeprefix(f"ck_{table.name}_")):
            sql = str(constraint.sqltext) if isinstance(constraint, sa_schema.CheckConstraint) else ""
            columns |= {*re.findall(r"\w+", sql)} & {*table.columns.keys()}
            columns |= {column.name for column in getattr(constraint, "columns", ())}
    return {_field_of(table.name, column) for column in columns}


def _field_of(table: str, column: str) -> str:
    if table == "claim" and column in ("qualifier", "min", "max", "of_id"):
        return "figure"
    return re.sub("_(id|from|to)$", "", column)
