"""Where changes are sent, and what became of it. No records: the ledger has none of it."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, Integer, LargeBinary, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.models.base import Base, at_most, key, now, one_of
from app.vocabulary import URL_CHARACTERS, WebhookEnd, WebhookMessage, words


class Webhook(Base):
    """An address that is told of changes, as its key may see them.

    Its secret is kept nowhere: it follows from `id`, `generation` and the instance's own secret.
    """

    __tablename__ = "webhook"

    id: Mapped[key]
    key_id: Mapped[UUID] = mapped_column(ForeignKey("api_key.id"), index=True)
    url: Mapped[str]
    filter: Mapped[str] = mapped_column(server_default="")
    """What narrows its changes: parameters, as in a query, with ids."""
    version: Mapped[int] = mapped_column(Integer, server_default="1")
    """Another one once somebody has changed it: what was under way is then not noted."""
    generation: Mapped[int] = mapped_column(Integer, server_default="1")
    previous_until: Mapped[datetime | None]
    """Until when the secret of the generation before signs, too."""
    seq: Mapped[int] = mapped_column(BigInteger)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    """Up to `seq` all was taken; `hash` begins with four bytes of that change's."""
    until_seq: Mapped[int | None] = mapped_column(BigInteger)
    until_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """Where the delivery ends that was not taken: it is tried again as it was."""
    attempts: Mapped[int] = mapped_column(Integer, server_default="0")
    """Of that delivery."""
    failing_since: Mapped[datetime | None]
    next_at: Mapped[datetime | None]
    disabled_reason: Mapped[str | None]
    created_at: Mapped[now]

    __table_args__ = (
        *at_most(URL_CHARACTERS, "url"),
        one_of("disabled_reason", words(WebhookEnd)),
        CheckConstraint("num_nulls(until_seq, until_hash) IN (0, 2)", name="until"),
    )


class WebhookDelivery(Base):
    """One attempt to deliver. Of what was sent only the hash is kept."""

    __tablename__ = "webhook_delivery"

    id: Mapped[key]
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhook.id", ondelete="CASCADE"))
    created_at: Mapped[now]
    message_id: Mapped[str]
    type: Mapped[str]
    since: Mapped[str | None]
    position: Mapped[str | None]
    changes: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    attempt: Mapped[int] = mapped_column(Integer)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    error: Mapped[str | None]
    milliseconds: Mapped[int] = mapped_column(Integer)

    __table_args__ = (
        one_of("type", words(WebhookMessage)),
        CheckConstraint("length(sha256) = 32", name="sha256"),
        Index(None, "webhook_id", "created_at"),
    )
