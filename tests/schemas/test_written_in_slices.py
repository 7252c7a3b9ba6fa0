"""A large answer that is written in slices is the text that pydantic writes in one go, wherever it is cut."""

from typing import Any

import pytest
import randomly
import soaking
from pydantic import BaseModel, Field
from scenes import ALL, drawn

from app.schemas.pictures import compact, slices


class Leaf(BaseModel):
    text: str
    note: str | None = None


class Branch(BaseModel):
    """What the answers have: other names, what is never shown, lists, maps, what may be null."""

    leaves: list[Leaf]
    kind: str = Field(serialization_alias="type", default='a "kind": []')
    hidden: str = Field(exclude=True, default="hidden")
    by_name: dict[str, Leaf | None] = {}
    branches: list["Branch"] = []
    only: Leaf | None = None
    figures: list[float] = [1.5, 2]
    anything: Any = None


def branch(depth: int, width: int) -> Branch:
    leaves = [Leaf(text=f"{depth} ö {n}", note=None if n % 2 else "n") for n in range(width)]
    return Branch(
        leaves=leaves,
        by_name={leaf.text: leaf if leaf.note else None for leaf in leaves},
        branches=[branch(depth - 1, width + n) for n in range(depth)],
        only=leaves[0] if leaves else None,
        anything={"leaves": [], "models": leaves[:1]},
    )


@pytest.mark.parametrize("most", [1, 2, 3, 10, 1000])
@pytest.mark.parametrize("width", range(4))
def test_any_model(monkeypatch: pytest.MonkeyPatch, most: int, width: int) -> None:
    monkeypatch.setattr(slices, "_SLICE", most)
    answer = branch(3, width)
    assert slices.written(answer) == answer.model_dump_json(by_alias=True).encode()
    inside: dict[str, Any] = {"leaves": {"__all__": {"note": True}}, "by_name": True}
    excluded: list[dict[str, Any]] = [{"kind": True}, {"branches": {"__all__": inside}}]
    for exclude in excluded:
        expected = answer.model_dump_json(by_alias=True, exclude=exclude, exclude_none=True)
        assert "".join(slices.of(answer, exclude=exclude, without_null=True)) == expected


@pytest.mark.soak
@pytest.mark.parametrize("seed", soaking.seeds(5))
def test_any_dossier(monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    dossier = drawn(randomly.event(seed), ALL)
    full, short = dossier.model_dump_json(by_alias=True).encode(), compact.written(dossier)
    for most in (1, 7, 60):
        monkeypatch.setattr(slices, "_SLICE", most)
        assert (slices.written(dossier), compact.written(dossier)) == (full, short)


def test_no_slice_is_much_larger_than_the_others() -> None:
    leaves = [Leaf(text="x" * 10) for _ in range(5000)]
    inside = Branch(leaves=[], branches=[Branch(leaves=leaves), Branch(leaves=leaves[:10])])
    assert max(map(len, slices.of(Branch(leaves=leaves, branches=[inside])))) < len(inside.model_dump_json()) / 4
