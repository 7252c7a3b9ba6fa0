"""Names as other languages have them: titles, given names that are translated, names of one word or several."""

import pytest

from app.texts import names
from app.texts.who import given_names

TITLED = {
    "Bundeskanzlerin Vera Lindt": "Vera Lindt",
    "Außenministerin Vera Lindt": "Vera Lindt",
    "Dipl.-Ing. Vera Lindt": "Vera Lindt",
    "Vera Lindt, PhD": "Vera Lindt",
    "Vera Lindt MdB": "Vera Lindt",
    "Mme la députée Ana Roche": "Ana Roche",
    "Primera ministra Ana Rocha": "Ana Rocha",
    "onorevole Ugo Serra": "Ugo Serra",
    "płk rez. Jan Sokół": "Jan Sokół",
    "rzecznik prasowy Jan Sokół": "Jan Sokół",
    "Cumhurbaşkanı Emre Dağlı": "Emre Dağlı",
    "Savunma Bakanı Emre Dağlı": "Emre Dağlı",
    "канцлер Вера Линдт": "Вера Линдт",
    "Начальник штаба Пётр Ладов": "Пётр Ладов",
    "ген. Пётр Ладов": "Пётр Ладов",
    "Прем'єр-міністр Ганна Лодій": "Ганна Лодій",
    "Прес-секретар Ганна Лодій": "Ганна Лодій",
    "Στρατηγός Νίκος Λάμπρου": "Νίκος Λάμπρου",
    "سرلشکر رضا کاظمی": "رضا کاظمی",
    "آیت‌الله رضا کاظمی": "رضا کاظمی",
    "الفريق أول سامي حداد": "سامي حداد",
    'תא"ל רוני שלו': "רוני שלו",
    "ראש הממשלה רוני שלו": "רוני שלו",
}
ALIKE = [
    # A Ukrainian body in the Russian press.
    ("Національна поліція", "Национальная полиция"),
    ("5-та штурмова бригада", "5-я штурмовая бригада"),
    ("Національне агентство", "Национальное агентство"),
    ("Збройні сили", "Збройные силы"),
    # Written as one word or as several.
    ("Abdel Fattah el-Karim", "عبد الفتاح الكريم"),
    ("Abdelfattah Karim", "Abd al-Fattah Karim"),
    ("Abdurrahman Zidan", "Abdel Rahman Zidan"),
    ("عبد الله حداد", "عبدالله حداد"),
    ("Kang Min-ho", "Kang Minho"),
    ("Kang Min Ho", "Kang Minho"),
    ("Rory McKestrel", "Rory Mc Kestrel"),
    ("Lucia DeRosa", "Lucia De Rosa"),
    ("林小红", "Lin Xiaohong"),
    ("Xiaohong Lin", "林小红"),
    ("Xi Minghua", "Xi Ming-hua"),
    # As a language writes what it hears.
    ("Wladimir Ladin", "Vladimir Ladine"),
    ("Arkadi Prigorine", "Аркадий Пригорин"),
    ("Anton Jirkov", "Антон Жирков"),
    ("Rüfət Əliyar", "Rufat Aliyar"),
    ("Θάνος Ευαγγέλου", "Thanos Evangelou"),
    ("Γιάννης Σταυρίδης", "Yannis Stavridis"),
    ("Марыя Кавалэнка", "Мария Коваленко"),
    ("Johnson Kahle", "Джонсон Кале"),
    ("Borys Szczerba", "Борис Щерба"),
    ("Boris Chtcherba", "Borys Shcherba"),
    ("Jan Brzozka", "Ян Бжозка"),
    ("Jiří Řehoř", "Иржи Ржехорж"),
    ("Piotr Sójka", "Пётр Суйка"),
    ("Marko Ladic", "Марко Ладич"),
    ("Khaled Alshahrani", "Khalid al-Shahrani"),
    ("رضا رضایی", "Reza Rezaei"),
    ("Γιώργος Λάμπρου", "George Lambrou"),
    ("Γιώργος Λάμπρου", "Yorgos Lamprou"),
    ("Ντίνος Αντωνίου", "Dinos Antoniou"),
    # Short vowels are not written, h and doubled letters are not always; a letter may be read in two ways.
    ("نجيب صالح", "Najib Saleh"),
    ("جمال صالح", "Gamal Saleh"),
    ("جمال صالح", "Jamal Saleh"),
    ("سعد نصرالله", "Saad Nasrallah"),
    ("يحيى صالح", "Yahya Saleh"),
    ("يوسف نبيه", "Yousef Nabih"),
    ("יואב לפידות", "Yoav Lapidot"),
    ("ג'ו לביא", "Joe Lavi"),
]
APART = [
    ("5-та штурмова бригада", "3-я штурмовая бригада"),
    ("Національна поліція", "Национальное агентство"),
    ("Рая", "Ра"),
    ("דניאל לביא", "דניאלה לביא"),
    ("דניאל לביא", "Daniela Lavi"),
    ("حسن صالح", "Hussein Saleh"),
    ("عبد الله حداد", "عبد الرحمن حداد"),
    ("Abdullah Haddad", "Abdul Rahman Haddad"),
    ("林红", "林小红"),
    ("Martin Duval", "Martine Duval"),
    ("Ilya Ladov", "Yulia Ladov"),
    ("Aleksandr Ladov", "Aleksandra Ladova"),
    ("Володимир Ладов", "Владислав Ладов"),
    ("Major League Club", "Minor League Club"),
]


@pytest.mark.parametrize("titled", TITLED)
def test_what_stands_before_a_name_or_behind_it_is_no_part_of_it(titled: str) -> None:
    assert _may_be_one(titled, TITLED[titled])


@pytest.mark.parametrize(("first", "second"), ALIKE)
def test_other_ways_to_write_a_name(first: str, second: str) -> None:
    assert _may_be_one(first, second)


@pytest.mark.parametrize(("first", "second"), APART)
def test_are_two(first: str, second: str) -> None:
    assert names.likeness(first, second, person=True) is None
    assert names.likeness(second, first, person=True) is None


@pytest.mark.parametrize("forms", given_names.SETS, ids=lambda forms: forms[0])
def test_each_form_of_a_given_name_is_the_others(forms: tuple[str, ...]) -> None:
    for form in forms[1:]:
        assert _may_be_one(f"{forms[0].title()} Kestrelov", f"{form.title()} Kestrelov")


def test_no_form_stands_for_two_given_names() -> None:
    forms = [form for forms in given_names.SETS for form in forms]
    assert len(forms) == len(set(forms))


def _may_be_one(first: str, second: str) -> bool:
    """Whether they are alike and each finds the other, whichever comes first."""
    return all(
        names.likeness(one, other, person=True) is not None
        and not {*names.keys(one, person=True)}.isdisjoint(
            {*names.sought(other, person=True), *names.keys(other, person=True)}
        )
        for one, other in ((first, second), (second, first))
    )
