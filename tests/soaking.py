"""How much of what is made up at random: a bounded part in `make test`, the same each time; far more in `make soak`.

What is marked with `soak`, and every test of Hypothesis, is part of `make soak`.
"""

import os

from hypothesis import HealthCheck, settings

SOAK = "COUNTERCLAIM_SOAK" in os.environ
TIMES = int(os.environ.get("COUNTERCLAIM_SOAK_TIMES", "20"))  # as much as in `make test`
SEED = int(os.environ.get("COUNTERCLAIM_SOAK_SEED", "4"))


def times(number: int, few: int | None = None) -> int:
    """So many examples, seeds or seconds in `make test`, or `few` where each takes long; in `make soak` a multiple."""
    return number * TIMES if SOAK else number if few is None else few


def seeds(number: int, few: int | None = None) -> range:
    """The seeds of so many times: the same each time in `make test`, in `make soak` those that SOAK_SEED begins."""
    start = SEED * 1000 if SOAK else 0
    return range(start, start + times(number, few))


def one_of(number: int) -> int:
    """Of so many one is taken in `make test`; in `make soak` all, but of more where SOAK_TIMES is less than 20."""
    return max(1, 20 // TIMES) if SOAK else number


def register() -> None:
    """The profiles of Hypothesis. A test says how many examples it takes; the rest is said here."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    common = settings(deadline=None, database=None, suppress_health_check=checks)
    settings.register_profile("test", common, max_examples=100, derandomize=True)
    settings.register_profile("soak", common, max_examples=100 * TIMES, print_blob=True)
    settings.load_profile("soak" if SOAK else "test")
