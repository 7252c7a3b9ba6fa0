"""Which names may be those of one, and which never: by script, spelling, order and what is left out."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.texts import names
from app.texts.who import titles

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
    ("J. Edgar Hoover", "Edgar Hoover", names.LEFT_OUT),
    ("Dr. Anna Schmidt", "Anna Schmidt", names.TITLE),
    ("British Prime Minister Ada Marlow", "Ada Marlow", names.TITLE),
    ("Major General Igor Sokolenko", "Игорь Соколенко", names.SCRIPTS),
    ("Gov. Olsen", "Governor Olsen", names.SPELLING),
    ("Dr. Ilić", "Doctor Ilic", names.SPELLING),
    ("Lt. Col. Marlow", "Lieutenant Colonel Marlow", names.SPELLING),
    ("Ген. Сокол", "Генерал Сокол", names.SPELLING),
    ("Mme Dupont", "Madame Dupont", names.SPELLING),
    ("Gral. Rojas", "General Rojas", names.SPELLING),
    ("Міністр оборони Олексій Гайдар", "Oleksii Haidar", names.TITLE),
    ("Press Secretary Dora Weiss", "Dora Weiß", names.TITLE),
    ("المتحدث باسم الجيش سامي حداد", "Sami Haddad", names.TITLE),
    ("Sami Haddad", "سامي حداد", names.SCRIPTS),
    ("Abou Karim", "أبو كريم", names.SCRIPTS),
    ("Sami Abou Karim", "سامي ابو كريم", names.SCRIPTS),
    ("Sami Hassan Abu Karim", "Sami Abu Karim", names.LEFT_OUT),
    ("Witness A", "Witness (a)", names.SPELLING),
    ("Свідок Б", "Svidok B", names.SCRIPTS),
    ("Свидетель Ж", "Svidetel Zh", names.SCRIPTS),
    ("Я. Иванов", "Ya. Ivanov", names.SCRIPTS),
    ("W. Selenskyj", "V. Zelensky", names.SPELLING),
    ("John A. Smith", "John Smith", names.SPELLING),
    ("B. Smith", "Smith B.", names.ORDER),
    ("Kennedy, John F.", "John Kennedy", names.LEFT_OUT),
    ("O Globo", "Globo", names.SPELLING),
    ("Radio e Televisione", "Radio Televisione", names.SPELLING),
    ("France24", "France 24", names.SPELLING),
    ("1TV", "TV1", names.SPELLING),
    ("Channel 7", "Channel ٧", names.SPELLING),
    ("english.kestrel.com", "kestrel.com", names.SPELLING),
    ("ar.kestrel.co.uk", "fa.kestrel.co.uk", names.SPELLING),
    ("@Kestrel_PS", "kestrel.ps", names.SPELLING),
    ("@mohamed_saleh", "Mohammed Saleh", names.SPELLING),
    ("полковник Сергей Иванченко", "Col. Sergei Ivanchenko", names.SCRIPTS),
    ("Julia Tymoshenko", "Юлия Тимошенко", names.SCRIPTS),
    ("Sergei O'Hara", "Sergey OHara", names.SPELLING),
    ("5th Brigade", "Brigade 5", names.SPELLING),
    ("Ursula von der Leyen", "Ursula Leyen", names.SPELLING),
    ("Olaf Schulz", "Олаф Шульц", names.SCRIPTS),
    ("Franz Schmitz", "Франц Шмитц", names.SCRIPTS),
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
    # Who else has the surname is not told by it, nor by another office.
    ("Olsen", "Governor Olsen"),
    ("Mayor Olsen", "Gov. Olsen"),
    ("Gov. Olsen", "Erik Olsen"),
    ("Gov. Olsen", "Gov. Olsson-Berg"),
    ("Gen", "General"),
    ("Ministry of Defence", "Ministry of Health"),
    ("Ministry of Defence", "Ministry of Defence of Ukraine"),
    ("Police", "Military Police"),
    ("Ahmed Hassan", "Ahmad Hussein"),
    ("Ali Hassan", "علي حسين"),
    ("Radio Free Europe", "Radio Europe"),
    ("Wu Lin Berg", "Lin Berg"),
    ("J. Kennedy", "J. Fitzgerald Kennedy"),
    ("Unit A", "Unit B"),
    # A letter or number of its own, in any script.
    ("Witness A", "Witness E"),
    ("Witness C", "Witness K"),
    ("WITNESS A", "witness i"),
    ("Paper C", "Paper Q"),
    ("Precinct Commission A", "Precinct Commission E"),
    ("Precinct Commission A", "Precinct Commission"),
    ("Precinct Commission B", "Precinct Commission"),
    ("Unit C Command", "Unit K Command"),
    ("A Company", "E Company"),
    ("Gruppe A", "Gruppe E"),
    ("Witness A1", "Witness E1"),
    ("Свідок В", "Свідок І"),
    ("Свідок А", "Svidok E"),
    ("Μάρτυρας Ι", "Μάρτυρας Η"),
    ("الشاهد أ", "الشاهد ع"),
    ("证人C", "证人K"),
    ("Група ІІ", "Група ІІІ"),
    ("Anna Group XXIV", "Anna Group XXV"),
    # Initials.
    ("A. Smith", "E. Smith"),
    ("John A. Smith", "John E. Smith"),
    ("И. Иванов", "В. Иванов"),
    ("Marin Berg", "Marina Berg"),
    # What begins the names of bodies is no title.
    ("US Defence Ministry", "UK Defence Ministry"),
    ("Federal Security Service", "State Security Service"),
    ("National Police Service", "Royal Police Service"),
    ("British Army Command", "United Army Command"),
    ("General Medical Council", "Medical Council"),
    # Karim's father, and a place named after a saint.
    ("Abu Karim", "Karim"),
    ("Abu Karim Salem", "Karim Salem"),
    ("Sami Abu Karim", "Sami Karim"),
    ("Sami Abu Karim Haddad", "Sami Karim Haddad"),
    ("Abu Karim", "Karim Haddad"),
    ("أبو كريم حداد", "Karim Haddad"),
    ("Sami Najjar", "Sami Nasser"),
    ("Mahdi Salem Haddad", "Salem Haddad"),
    # Where somebody posts is no part of the name.
    ("Rima Facebook", "Rima Haddad Facebook"),
    ("Telegram Rima", "Telegram Olga Rima"),
    ("San Marco", "Marco"),
    # What stands beside the digits of a word counts.
    ("@mohammed_zidan7", "@mohamed_obied7"),
    ("kestrel24.com", "heron24.com"),
    ("France24", "Heron24"),
    # Handles and hosts have one spelling.
    ("@mohamed_ali", "@mohammed_ali"),
    ("tass.com", "tas.com"),
    ("kestrel.com", "kestrel.net"),
    ("facebook.com/khaled.saleh", "facebook.com/khalid.saleh"),
]
# Each with each: only what they begin with tells them apart.
FIRST_WORDS = [
    "US",
    "UK",
    "National",
    "Federal",
    "State",
    "Royal",
    "British",
    "United",
    "Foreign",
    "Military",
    "Supreme",
]
ENDS = ["Security Council", "Police Service", "Court of Appeal", "Defence Ministry"]
BODIES = ("Ministry", "Radio", "Police", "Unit", "Brigade", "бригада", "Council", "24", "TV", "Channel", ".c")


def person(*both: str) -> bool:
    return not any(word in name for name in both for word in BODIES)


@pytest.mark.parametrize(("first", "second", "how"), ALIKE)
def test_may_be_one(first: str, second: str, how: names.Likeness) -> None:
    for one, other in ((first, second), (second, first)):
        assert names.likeness(one, other, person=person(one, other)) == how
        found = {*names.sought(one, person=person(one, other))} & {*names.keys(other, person=person(one, other))}
        assert found, "it would not be found"


def test_no_guess_is_as_sure_as_an_editor_and_what_lacks_a_part_is_the_least() -> None:
    for likely, less in pairwise((names.SCRIPTS, names.ORDER, names.LEFT_OUT)):
        assert 1 > likely.score > less.score > 0
    assert (names.SPELLING.score, names.TITLE.score) == (names.SCRIPTS.score, names.ORDER.score)


@pytest.mark.parametrize(("first", "second"), APART)
def test_are_two(first: str, second: str) -> None:
    for one, other in ((first, second), (second, first)):
        assert names.likeness(one, other, person=person(one, other)) is None


@pytest.mark.parametrize("end", ENDS)
def test_bodies_are_told_apart_by_their_first_words(end: str) -> None:
    for first, second in combinations(FIRST_WORDS, 2):
        assert names.likeness(f"{first} {end}", f"{second} {end}", person=True) is None
        assert names.likeness(f"{first} {end}", end, person=True) is None


@pytest.mark.parametrize(("short", "long"), titles.LONG.items())
def test_a_title_is_one_however_it_is_written(short: str, long: str) -> None:
    assert names.likeness(f"{short}. Ada Marlow", "Ada Marlow", person=True) == names.TITLE
    assert names.likeness(f"{short}. Marlow", f"{long} Marlow", person=True) == names.SPELLING


@given(st.from_regex(r"[a-z]{3,8}", fullmatch=True), st.from_regex(r"[a-z]{3,8}", fullmatch=True), st.integers(0, 99))
def test_digits_hide_no_letters(first: str, second: str, number: int) -> None:
    """Two names that differ in what stands beside one number are alike only if they are without it."""
    for pattern in ("{}{}", "{}_{}", "Abel {}{}", "Abel {} {}"):
        numbered, bare = ([pattern.format(word, digits) for word in (first, second)] for digits in (number, ""))
        assert names.likeness(*numbered, person=True) == names.likeness(*bare, person=True)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "...",
        "—",
        "!",
        "٣١",
        "5",
        "the",
        "ь",
        "ъъ",
        "ّ",
        "a" * 500,
        "x y " * 99,
        "👍",
        "İ",
        "明",
        "A明B",
        "ก A",
        "Witness ß",
        "क ख",
        "1A",
    ],
)
def test_any_text_is_read(name: str) -> None:
    assert all(names.keys(name, person=person) is not None for person in (True, False))
    names.likeness(name, "the 5", person=True)
