"""What is known of a transaction whose end was not heard."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy.exc import SQLAlchemyError

from app.errors import PERHAPS_STORED, Unavailable


@dataclass(slots=True)
class End:
    """Of a transaction: whether it is to be kept, and nothing is left to do but that."""

    is_reached: bool = False


@contextmanager
def told() -> Iterator[End]:
    """Around a transaction whose block notes its end. Raises Unavailable where nobody knows whether it was kept."""
    end = End()
    try:
        yield end
    except (SQLAlchemyError, OSError) as error:
        if end.is_reached and not _is_refusal(error):
            raise Unavailable(
                f"The database was lost, or did not answer, at the end of this. {PERHAPS_STORED}"
            ) from error
        raise


def _is_refusal(error: BaseException) -> bool:
    """Whether the database has said that it did not do it; else it was lost, or ended, and may have."""
    code: str = getattr(getattr(error, "orig", None), "sqlstate", None) or ""
    return code != "" and not code.startswith(("08", "57P"))
