"""Which names may be those of one, and which never: by script, spelling, order and what is left out."""

import pytest

from app.texts import names

ALIKE = [
    ("Sergey Ivanchenko", "Сергей Иванченко", names.SCRIPTS),
    ("Valery Nikolaevich Yermolin", "Valery Yermolin", names.LEFT_OUT),
    ("Ермолин Валерий Николаевич", "Valery Yermolin", names.LEFT_OUT),
    ("Valery Ermolin", "Валерий Николаевич Ермолин", names.LEFT_OUT),
    ("Volodymyr Zelenskyy", "Wolodymyr Selenskyj", names.SPELLING),
    ("Volodymyr Zelensky", "Володимир Зеленський", names.SCRIPTS),
    ("Nikita Khrushchev", "Nikita Chruschtschow", names.SPELLING),
    ("Taras Shevchenko", "Taras Chevtchenko", names.SPELLING),
    ("Georgios Papadopoulos", "Γεώργιος Παπαδόπουλος", names.SCRIPTS),
    ("Mohammed al-Masri", "محمد المصري", names.SCRIPTS),
    ("Khaled Yousef", "خالد يوسف", names.SCRIPTS),
    ("Muhammad Khalid", "Mohamed Khaled", names.SPELLING),
    ("Jürgen Müller", "Juergen Mueller", names.SPELLING),
    ("Jurgen Muller", "Juergen Mueller", names.SPELLING),
    ("Søren Sørensen", "Soeren Soerensen", names.SPELLING),
    ("Ivan Petrov", "Petrov, Ivan", names.ORDER),
    ("Defence Ministry", "Ministry of Defence", names.ORDER),
    ("Wang Yi", "王毅", names.SCRIPTS),
    ("Interfax", "Интерфакс", names.SCRIPTS),
    ("John Fitzgerald Kennedy", "John Kennedy", names.LEFT_OUT),
    ("Sen. John Kennedy", "John F. Kennedy", names.LEFT_OUT),
    ("Dr. Anna Schmidt", "Anna Schmidt", names.SPELLING),
    ("полковник Сергей Иванченко", "Col. Sergei Ivanchenko", names.SCRIPTS),
    ("Julia Tymoshenko", "Юлия Тимошенко", names.SCRIPTS),
    ("Sergei O'Hara", "Sergey OHara", names.SPELLING),
    ("5th Brigade", "Brigade 5", names.SPELLING),
    ("Ursula von der Leyen", "Ursula Leyen", names.SPELLING),
    ("Binyamin Netanyahu", "בנימין נתניהו", names.SCRIPTS),
]
# Brothers and sisters, husband and wife, father and son; other numbers; other bodies.
APART = [
    ("Ivan Petrov", "Sergey Petrov"),
    ("Иван Петров", "Sergey Petrov"),
    ("Aleksandr Petrov", "Aleksandra Petrova"),
    ("Ivan Petrov", "Ivana Petrova"),
    ("Valery Nikolaevich Yermolin", "Valery Petrovich Yermolin"),
    ("Maria Rossi", "Mario Rossi"),
    ("Helena Novak", "Halina Novak"),
    ("John Smith Jr.", "John Smith Sr."),
    ("John Smith", "John Smith Jr."),
    ("5th Brigade", "6th Brigade"),
    ("5-я бригада", "6th Brigade"),
    ("3rd Assault Brigade", "Assault Brigade"),
    ("Zelensky", "Volodymyr Zelensky"),
    ("Ministry of Defence", "Ministry of Health"),
    ("Ministry of Defence", "Ministry of Defence of Ukraine"),
    ("Police", "Military Police"),
    ("Ahmed Hassan", "Ahmad Hussein"),
    ("Ali Hassan", "علي حسين"),
    ("Radio Free Europe", "Radio Europe"),
    ("Unit A", "Unit B"),
    ("Marin Berg", "Marina Berg"),
]
BODIES = ("Ministry", "Radio", "Police", "Unit", "Brigade", "бригада")


def person(*both: str) -> bool:
    return not any(word in name for name in both for word in BODIES)


@pytest.mark.parametrize(("first", "second", "how"), ALIKE)
def test_may_be_one(first: str, second: str, how: names.Likeness) -> None:
    for one, other in ((first, second), (second, first)):
        assert names.likeness(one, other, person=person(one, other)) == how
        found = {*names.sought(one, person=person(one, other))} & {*names.keys(other, person=person(one, other))}
        assert found, "it would not be found"


@pytest.mark.parametrize(("first", "second"), APART)
def test_are_two(first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        assert names.likeness(one, other, person=person(one, other)) is None


@pytest.mark.parametrize(
    "name", ["", " ", "...", "—", "!", "٣١", "5", "the", "ь", "ъъ", "ّ", "a" * 500, "x y " * 99, "👍", "İ"]
)
def test_any_text_is_read(name: str) -> None:
    assert all(names.keys(name, person=person) is not None for person in (True, False))
    names.likeness(name, "the 5", person=True)
