"""New sources of a body find their namesakes through a dict: the same ones, in the same order, as one by one."""

from hypothesis import given
from hypothesis import strategies as st

from app.models import Source
from app.services.intake.by_name import Namesakes, known
from app.services.intake.drafts import Draft

_NAMES = st.sampled_from(["", "a", "b", "c", "d"])
_SOURCES = st.lists(
    st.tuples(_NAMES, st.lists(_NAMES, max_size=3), st.sampled_from([None, "official", "sensor"])), max_size=12
)


def one_by_one(
    earlier: list[tuple[Draft, str, list[str]]], kind: str | None, name: str, names: list[str]
) -> list[Draft]:
    """The rule as docs/decisions/0002-matching.md has it: a name finds whoever bears it as name or alias."""
    return [
        draft
        for draft, other_name, other_names in earlier
        if (name in other_names or other_name in names)
        and (None in (kind, draft.value("kind")) or kind == draft.value("kind"))
    ]


@given(_SOURCES)
def test_namesakes_are_those_found_one_by_one(sources: list[tuple[str, list[str], str | None]]) -> None:
    namesakes = Namesakes()
    earlier: list[tuple[Draft, str, list[str]]] = []
    for nth, (name, aliases, kind) in enumerate(sources):
        names = [name, *aliases]
        expected = one_by_one(earlier, kind, name, names)
        assert namesakes.of(known(Draft(Source, "", {"kind": kind})), name, names) == expected
        draft = Draft(Source, f"/{nth}", {"kind": kind})
        earlier.append((draft, name, names))
        namesakes.add(draft, name, names)
