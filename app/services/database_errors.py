"""Translate errors of the database into problems to answer with."""

import re
from typing import Final

import structlog
from psycopg import errors as pg
from sqlalchemy import exc as sa

from app import errors
from app.errors import Problem
from app.models import RULE_MESSAGES

log = structlog.get_logger()

# SQLSTATE codes: serialization failure, deadlock, lock timeout, statement timeout, idle in transaction.
_BUSY: Final = ("40001", "40P01", "55P03", "57014", "25P03")
# Their classes: connection lost, out of resources, shutting down; and data out of range, program limits exceeded.
_OUT_OF_REACH: Final = ("08", "53", "57")
_BAD_DATA: Final = ("22", "54")


def problem(error: Exception) -> Problem:
    """Told by the SQLSTATE, not by the class of the exception: size limits come as OperationalError, too."""
    cause = getattr(error, "orig", None)
    code = getattr(cause, "sqlstate", None) or ""
    constraint = cause.diag.constraint_name if isinstance(cause, pg.Error) else None
    if isinstance(cause, pg.UniqueViolation) and constraint is not None:
        field = re.sub(r"^uq_[a-z]+_", "", constraint)
        return errors.Conflict(f"Another record has this {field.replace('_', ' ')}.")
    if isinstance(cause, pg.CheckViolation):
        return errors.Invalid(
            f"This can't be stored: {RULE_MESSAGES.get(constraint or '', cause.diag.message_primary)}."
        )
    if isinstance(cause, pg.NotNullViolation):
        return errors.Invalid.at(f"/{cause.diag.column_name}", "this can't be empty")
    if code.startswith(_BAD_DATA) or isinstance(cause, pg.ForeignKeyViolation):
        points = "It points at a record that is not there, or that belongs to another event."
        return errors.Invalid("A value is not one that can be stored." if code.startswith(_BAD_DATA) else points)
    no_answer = isinstance(error, sa.TimeoutError | sa.OperationalError | OSError)
    if no_answer or code in _BUSY or code.startswith(_OUT_OF_REACH):
        log.warning("database unavailable", code=code, error=repr(error)[:300])
        return errors.Unavailable("The database is busy or out of reach. Try again.")
    log.error("database", code=code, error=repr(error)[:1000])
    return Problem("The database refused in a way that was not foreseen.")
