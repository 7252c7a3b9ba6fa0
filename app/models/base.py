"""Kinds of columns and of constraints, and how constraints are named: said once for all tables."""

from datetime import datetime
from typing import Annotated, Any, ClassVar, Final, cast
from uuid import UUID

from sqlalchemy import TIMESTAMP, CheckConstraint, Double, ForeignKey, MetaData, SmallInteger, Table, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from app.vocabulary import REF_PATTERN

key = Annotated[UUID, mapped_column(primary_key=True, server_default=func.gen_random_uuid())]
# The clock's time: all of one transaction would else be of the moment when it began.
now = Annotated[datetime, mapped_column(server_default=func.clock_timestamp())]
flag = Annotated[bool, mapped_column(server_default=text("false"))]
words_ = Annotated[list[str], mapped_column(ARRAY(Text()), server_default="{}")]
object_ = Annotated[dict[str, Any], mapped_column(JSONB, server_default="{}")]
# Of what bears a ref or URL that another record bears, too: how many of these whoever sent it could not see.
shadow = Annotated[int, mapped_column(SmallInteger, server_default=text("0"))]
objects_ = Annotated[list[dict[str, Any]], mapped_column(JSONB, server_default="[]")]

# By the name of its constraint, what a rule between columns says: the detail of the 422 that breaking it becomes.
RULE_MESSAGES: Final[dict[str, str]] = {}


class Base(DeclarativeBase):
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar[dict[Any, Any]] = {str: Text(), datetime: TIMESTAMP(timezone=True), float: Double()}


class Record(Base):
    """A row under the ledger. `version` and `updated_at` belong to the database's triggers."""

    __abstract__ = True

    id: Mapped[key]
    ref: Mapped[str | None] = mapped_column(unique=True)
    version: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[now]
    updated_at: Mapped[now]
    redacted: Mapped[words_]
    """`record`: only what others stand on is left of it (services/redacting)."""


def table_of(model: type["Base"]) -> Table:
    """A model's table, under its own type."""
    return cast("Table", model.__table__)


def record_rules(table: str) -> tuple[CheckConstraint, ...]:
    """What holds for every record: the shape of its ref."""
    return (matches("ref", REF_PATTERN), rule(table, "version", "version >= 1", "a version counts from 1"))


def one_of(column: str, allowed: tuple[str, ...]) -> CheckConstraint:
    """The column holds a word of a closed list."""
    listed = ", ".join(f"'{word}'" for word in allowed)
    return CheckConstraint(f"{column} IN ({listed})", name=column)


def matches(column: str, pattern: str) -> CheckConstraint:
    return CheckConstraint(f"{column} ~ '{pattern}'", name=column)


def at_most(characters: int, *columns: str) -> list[CheckConstraint]:
    """Texts that are there are not empty and no longer than this many characters."""
    return [CheckConstraint(f"length({c}) BETWEEN 1 AND {characters}", name=f"{c}_length") for c in columns]


def coarse_time(column: str) -> CheckConstraint:
    """A coarse time has its words and both bounds, or none of them; bounds are half-open and not empty."""
    return CheckConstraint(
        f"num_nulls({column}, {column}_from, {column}_to) IN (0, 3) AND {column}_from < {column}_to",
        name=f"{column}_bounds",
    )


def rule(table: str, name: str, sql: str, message: str) -> CheckConstraint:
    """A rule between columns; `message`: what a caller is told who breaks it."""
    RULE_MESSAGES[f"ck_{table}_{name}"] = message
    return CheckConstraint(sql, name=name)


def reference(target: str, *, index: bool = True) -> Mapped[UUID]:
    """The id of a record of another table; `index`: unless another index or unique constraint begins with it."""
    return mapped_column(ForeignKey(f"{target}.id"), index=index)


def optional_reference(target: str) -> Mapped[UUID | None]:
    """The same, or null; indexed, so that deleting what it names finds the rows that name it."""
    return mapped_column(ForeignKey(f"{target}.id"), index=True)
