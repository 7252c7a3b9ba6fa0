from datetime import datetime

from sqlalchemy import LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, at_most, key, now, words_
from app.vocabulary import NAME_SIZE


class ApiKey(Base):
    """Who may call. Only the hash of a key is kept."""

    __tablename__ = "api_key"

    id: Mapped[key]
    name: Mapped[str] = mapped_column(unique=True)
    sha256: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    scopes: Mapped[words_]
    created_at: Mapped[now]
    revoked_at: Mapped[datetime | None]

    __table_args__ = (*at_most(NAME_SIZE, "name"),)


class Instance(Base):
    """What is this database's own: the secret behind the ids under which confidential sources appear."""

    __tablename__ = "instance"

    one: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    secret: Mapped[bytes] = mapped_column(LargeBinary)
