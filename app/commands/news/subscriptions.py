"""Who wants to be told of what: a file of subscriptions, and beside it how far each was told."""

import json
import os
import re
import tomllib
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from app.commands import resuming
from app.commands.inputs import Unusable
from app.schemas.pictures.news import NewsKind
from app.vocabulary import AnswerLanguage

_VARIABLE: Final = re.compile(r"\$\{(\w+)\}")
_QUIET: Final = r"^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d$"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except Exception as error:
        raise ValueError("no time zone of this name is known; as Europe/Kyiv") from error
    return name


class Subscription(BaseModel):
    """One reader, or one channel."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    events: list[str] = []
    """Their ids, slugs, or `ref:…`; none: all."""
    questions: list[str] = []
    """Ids of the only questions to tell about; none: all."""
    news: Annotated[list[NewsKind], Field(min_length=1)] | None = None
    """What counts as news; none: everything."""
    to: Annotated[list[str], Field(min_length=1)]
    """Addresses as apprise has them: `mailto://…`, `slack://…`; `${NAME}` is taken from the environment."""
    quiet: Annotated[str, StringConstraints(pattern=_QUIET)] | None = None
    """Hours in which nothing is sent, as 22:00-07:00; what comes in them is told after them."""
    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    language: AnswerLanguage = "en"
    pause_minutes: Annotated[float, Field(ge=0)] = 0
    """Between two messages, at least."""


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subscription: Annotated[list[Subscription], Field(min_length=1)]


@dataclass(frozen=True, slots=True)
class Reached:
    """How far a subscription was told."""

    position: str
    looked_at: str
    """RFC 3339: rechecks that became due by then were told."""
    sent_at: str | None = None

    @property
    def looked(self) -> datetime:
        return datetime.fromisoformat(self.looked_at)


def read(path: Path) -> list[Subscription]:
    """Raises Unusable."""
    try:
        written = tomllib.loads(path.read_text(encoding="utf-8"))
        subscriptions = _File.model_validate(written).subscription
    except OSError as error:
        raise Unusable(f"{path} can't be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Unusable(f"{path} is no TOML: {error}") from error
    except ValidationError as error:
        places = (f"{'.'.join(map(str, wrong['loc']))}: {wrong['msg']}" for wrong in error.errors())
        raise Unusable(f"{path}: {'; '.join(places)}") from error
    names = [subscription.name for subscription in subscriptions]
    if twice := {name for name in names if names.count(name) > 1}:
        raise Unusable(
            f"{path}: two subscriptions are called {', '.join(sorted(twice))}; by its name each is remembered"
        )
    return subscriptions


def addresses(subscription: Subscription) -> list[str]:
    """Where to send. Raises Unusable for a variable that the environment lacks."""
    unset = {name for address in subscription.to for name in _VARIABLE.findall(address) if name not in os.environ}
    if unset:
        raise Unusable(f"{subscription.name}: the environment has no {', '.join(sorted(unset))}")
    return [_VARIABLE.sub(lambda match: os.environ[match[1]], address) for address in subscription.to]


def is_resting(subscription: Subscription, reached: Reached, now: datetime) -> bool:
    """Whether its last message is not long enough ago."""
    if reached.sent_at is None:
        return False
    return now - datetime.fromisoformat(reached.sent_at) < timedelta(minutes=subscription.pause_minutes)


def is_quiet(subscription: Subscription, now: datetime) -> bool:
    """Whether these are hours in which nothing is sent; they may go over midnight."""
    if subscription.quiet is None:
        return False
    begins, ends = (time.fromisoformat(end) for end in subscription.quiet.split("-"))
    local_time = now.astimezone(ZoneInfo(subscription.timezone)).time()
    return begins <= local_time < ends if begins <= ends else local_time >= begins or local_time < ends


def read_state(path: Path) -> dict[str, Reached]:
    """By name. Raises Unusable."""
    if not path.exists():
        return {}
    try:
        written: dict[str, Any] = json.loads(path.read_bytes())
        return {name: Reached(**reached) for name, reached in written.items()}
    except (OSError, ValueError, TypeError) as error:
        raise Unusable(f"{path} is no state of digests; without it all begin at the newest change") from error


def write_state(path: Path, state: dict[str, Reached]) -> None:
    """Replace the state. As `resuming.replace`."""
    resuming.replace(path, {name: asdict(reached) for name, reached in state.items()})
