"""What a question asks for, as far as its words tell."""

import pytest

from app.texts import asked


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("What caused the explosion?", "cause"),
        ("Почему взорвался завод?", "cause"),
        ("Что стало причиной взрыва", "cause"),
        ("Pourquoi l’usine a-t-elle brûlé ?", "cause"),
        ("¿Por qué se hundió?", "cause"),
        ("لماذا انفجر المصنع؟", "cause"),
        ("Who sent the drones?", "responsibility"),
        ("Хто запустив дрони?", "responsibility"),
        ("Wer hat geschossen?", "responsibility"),
        ("How many people were there?", "a measure"),
        ("Сколько человек погибло и почему?", "a measure"),
        ("Où étaient-ils ?", "place"),
        ("Коли це сталося?", "time"),
        ("爆炸的原因是什么？", "cause"),
        ("Was there a warehouse?", None),
        ("Whole crew?", None),
        ("Было ли там что-то?", None),
    ],
)
def test_kinds(text: str, kind: str | None) -> None:
    assert next(iter(asked.kinds(text)), None) == kind


@pytest.mark.parametrize(
    ("text", "measure"),
    [
        ("How many people were killed?", "killed"),
        ("Сколько человек погибло?", "killed"),
        ("Скільки поранених?", "injured"),
        ("Wie viele wurden verletzt?", "injured"),
        ("كم عدد القتلى؟", "killed"),
        ("How many are still missing?", "missing"),
        ("How many injured are in hospital?", "injured"),
        ("How many were there?", None),
    ],
)
def test_what_is_counted(text: str, measure: str | None) -> None:
    assert asked.measure(text) == measure
