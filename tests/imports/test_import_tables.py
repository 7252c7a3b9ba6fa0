"""CSV by a mapping, and what a mapping may get wrong."""

import checking
import pytest
from checking import assessments, made, statements
from conftest import ROOT

from app.imports import evidence, ratings, report_lines, tables
from app.imports.checks import FactCheck, Notes, Party

MAPPING = """
[file]
delimiter = ";"
encoding = "cp1251"
dates = ["%d.%m.%Y"]
separator = "|"
missing = ["NULL"]
[columns]
url = "link"
claim = "what"
claimant = "who"
claimant_kind = "kind"
said = "day"
appearances = "seen"
rating = "verdict"
rating_value = "points"
tags = "topics"
[constants]
reviewer = "Проверка"
language = "ru"
worst_rating = "0"
best_rating = "10"
[ratings]
"Чушь" = "false"
[unused]
id = "a number of their own"
"""
ROWS = """id;link;what;who;kind;day;seen;verdict;points;topics;extra
1;https://c.example/1;Упал;Ян;person;03.04.2021;https://seen.example/1|https://s.example/2|x;Чушь;0;Мосты|New Bridge;y
2;https://checks.example/2;"Мост;
стоит";NULL;;2021;;;5;;
3;;Без адреса;;;;;;;;
4;https://checks.example/4;;;;;;;;;
5;https://checks.example/5;Кто-то сказал;Борис;wizard;;;Правда;много;;;;
7;https://checks.example/7;Мост; сказал мэр;стоит;;;;Правда;;;cells
6;https://checks.example/6;Коротко
"""


def read(mapping: str = MAPPING, rows: str = ROWS) -> tuple[list[FactCheck], dict[str, int]]:
    notes: Notes = []
    how = tables.mapping(mapping)
    return tables.read(rows.encode(how.file.encoding or "utf-8"), how, notes), dict(checking.reasons(notes))


def test_rows_become_fact_checks() -> None:
    found, noted = read()
    first, second, fifth, sixth = found
    assert (first.claim, first.claimants, first.said) == ("Упал", [Party("Ян", "person")], "2021-04-03")
    assert [work.url for work in first.appearances] == ["https://seen.example/1", "https://s.example/2"]
    assert (first.label, first.value, first.best, first.worst) == ("Чушь", 0, 10, 0)
    assert (first.tags, first.claim_language) == (["new-bridge"], "ru")
    assert (second.claim, second.claimants, second.said) == ("Мост;\nстоит", [], "2021")
    assert (fifth.claimants, fifth.value) == ([Party("Борис")], None)
    assert sixth.claim == "Коротко"
    assert noted.pop("tags: String should match pattern '^[a-z0-9_-]{1,64}$'") == 1
    assert noted.pop(f"appearances: {evidence.NOT_ABSOLUTE}") == 1
    assert noted.pop("rating_value: Input should be a valid number, unable to parse string as a number") == 1
    assert noted == {
        f"{tables.NOT_MAPPED}: extra": 1,
        f"{tables.NOT_USED}: id: a number of their own": 6,
        "claimant_kind: no kind of source": 1,
        tables.NO_URL: 1,
        tables.NO_CLAIM: 1,
        tables.LONGER: 1,
        tables.SHORTER: 1,
    }


def test_they_become_reports_with_the_mappings_own_ratings() -> None:
    lines, noted = made(read()[0], added_ratings=tables.mapping(MAPPING).added_ratings())
    assert [one["rating"] for one in assessments(lines)] == ["false", "mixture", "true", "other"]
    assert noted == {report_lines.UNSAID: 1, ratings.BY_NUMBER: 1, ratings.NOTHING: 1}
    assert {one["source"]["name"] for one in statements(lines)} == {"Ян", "Борис"}
    assert len(statements(lines)) == 4  # Yan's in two pages and in the review


@pytest.mark.parametrize(
    ("mapping", "key"),
    [
        ("[columns", "not TOML"),
        ("x = 1", "columns: Field required"),
        ("columns = 1", "columns: "),
        ('[columns]\nurl = "a"', "columns: `claim` and `url` are needed"),
        ('[columns]\nurl = "a"\nclaim = "b"\nverdict = "c"', "columns.verdict: "),
        ('[columns]\nurl = "a"\nclaim = ""', "columns.claim: "),
        ('[columns]\nurl = "a"\nclaim = "b"\n[constants]\nurl = "c"', "constants.url: it has a column, too"),
        (
            '[columns]\nurl = "a"\nclaim = "b"\n[constants]\nclaimant_kind = "x"',
            "constants.claimant_kind: none of person",
        ),
        ('[columns]\nurl = "a"\nclaim = "b"\n[unused]\na = "x"', "unused.a: the column is mapped"),
        ('[columns]\nurl = "a"\nclaim = "b"\n[ratings]\nBad = "wrong"', "ratings.Bad: none of true"),
        ('[columns]\nurl = "a"\nclaim = "b"\n[file]\nencoding = "klingon"', "file.encoding: no such encoding"),
        ('[columns]\nurl = "a"\nclaim = "b"\n[file]\ndelimiter = ";;"', "file.delimiter: "),
        ('[columns]\nurl = "a"\nclaim = "b"\n[file]\ncolour = "red"', "file.colour: "),
    ],
)
def test_errors_in_a_mapping_say_which_key(mapping: str, key: str) -> None:
    with pytest.raises(tables.MappingError) as caught:
        tables.mapping(mapping)
    assert key in str(caught.value)


def test_a_column_that_is_not_there_is_an_error_of_the_mapping() -> None:
    with pytest.raises(tables.MappingError, match=r"columns\.claimant: no column `who`.*`whom`.*file\.delimiter"):
        read(rows=ROWS.replace(";who;", ";whom;"))
    with pytest.raises(tables.MappingError, match=r"columns\.url: no column `link`.*the columns are none"):
        read(rows="")


PLAIN = '[columns]\nurl = "Link"\nclaim = "What is claimed"\n'


def plain(data: bytes | str, mapping: str = PLAIN) -> tuple[list[str], str]:
    """The claims, and how the file was read."""
    told: list[str] = []
    checks = tables.read(data if isinstance(data, bytes) else data.encode(), tables.mapping(mapping), [], told)
    return [check.claim for check in checks], "".join(told)


@pytest.mark.parametrize(
    "header", ["link,what is claimed", " Link , WHAT IS  CLAIMED ", "\ufeffLINK,What\u00a0is claimed\u200f"]
)
def test_names_of_columns_are_compared_without_case_and_space(header: str) -> None:
    assert plain(f"\n{header}\nhttps://x.example/1,It fell\n")[0] == ["It fell"]


@pytest.mark.parametrize(
    ("header", "named"),
    [
        ("Link,What is claimed,What is claimed", "columns.claim: 2 columns are called `what is claimed`"),
        ("Link, LINK,What is claimed", "columns.url: 2 columns"),
        ("Link,What is claimed,x,X ,x", "file: 3 columns are called `x`"),
    ],
)
def test_two_columns_of_one_name_are_an_error(header: str, named: str) -> None:
    with pytest.raises(tables.MappingError) as caught:
        plain(f"{header}\nhttps://x.example/1,It fell,It stands\n")
    assert named in str(caught.value)


def test_columns_without_a_name_are_noted_one_by_one() -> None:
    notes: Notes = []
    tables.read(b"Link,What is claimed,,\nhttps://x.example/1,It fell,a,b\n", tables.mapping(PLAIN), notes)
    assert [note.what for note in notes] == ["a", "b"]


@pytest.mark.parametrize(("delimiter", "name"), [(",", "commas"), (";", "semicolons"), ("\t", "tabs"), ("|", "bars")])
def test_the_delimiter_is_that_which_the_columns_have(delimiter: str, name: str) -> None:
    # The other delimiters stand in more of the cells.
    header = delimiter.join(["Link", "What is claimed", "a,b;c|d\te,f;g|h"])
    rows = f"{header}\nhttps://x.example/1{delimiter}It fell\n"
    assert plain(rows) == (["It fell"], f"read as utf-8, with {name} between the cells")
    told = f"sep={delimiter}\r\n{rows}"
    assert plain(told)[0] == ["It fell"]


def test_what_a_line_for_spreadsheets_says_holds_and_the_mapping_before_it() -> None:
    rows = "sep=^\nLink^What is claimed\nhttps://x.example/1^It fell\nx^"
    assert plain(rows) == (["It fell"], "read as utf-8, with '^' between the cells")
    assert plain(rows.replace("sep=^", '"sep=^"')) == plain(rows)
    notes: Notes = []
    tables.read(rows.encode(), tables.mapping(PLAIN), notes)
    assert notes[-1].where == "line 4"
    with pytest.raises(tables.MappingError, match=r"`Link\^What is claimed`.*file\.delimiter"):
        plain(rows, PLAIN + '[file]\ndelimiter = ";"')


CLAIMS = {
    "windows-1251": "Мост через реку упал", "koi8-r": "Мост через реку упал",
    "windows-1252": "Le préfet l’a démenti, très fâché",
    "windows-1250": "Most się zawalił, mówią świadkowie", "windows-1254": "Köprü yıkıldı, şehir açıkladı",
    "windows-1256": "انهار الجسر صباح أمس", "gb18030": "大桥昨天倒塌了", "cp932": "橋は昨日崩れた",
    "utf-16": "Мост упал: it fell",
    "utf-16-le": "Мост упал", "utf-16-be": "It fell", "utf-8-sig": "Мост упал", "utf-8": "橋は昨日崩れた",
}  # fmt: skip


@pytest.mark.parametrize("encoding", CLAIMS)
def test_the_encoding_is_guessed_and_told(encoding: str) -> None:
    rows = f"Link;What is claimed\nhttps://x.example/1;{CLAIMS[encoding]}\n"
    assert plain(rows.encode(encoding)) == (
        [CLAIMS[encoding]],
        f"read as {encoding}, with semicolons between the cells",
    )


def test_what_is_not_in_the_encoding_of_the_mapping_is_an_error_that_names_it() -> None:
    rows = "Link,What is claimed\nhttps://x.example/1,Мост через реку упал\n".encode("cp1251")
    with pytest.raises(tables.MappingError, match=r"file\.encoding: utf-8 does not fit .*may be windows-1251"):
        plain(rows, PLAIN + '[file]\nencoding = "utf-8"')
    assert plain(rows, PLAIN + '[file]\nencoding = "cp1251"\ndelimiter = ","') == (["Мост через реку упал"], "")


def test_several_addresses_in_a_cell() -> None:
    mapping = tables.mapping(PLAIN + 'appearances = "seen"')
    rows = 'Link,What is claimed,seen\nhttps://x.example/1 https://x.example/2,It fell,"https://s.example/1,2,https://s.example/3;s.example"'
    notes: Notes = []
    (found,) = tables.read(rows.encode(), mapping, notes)
    assert (found.url, [work.url for work in found.appearances]) == (
        "https://x.example/1",
        ["https://s.example/1,2", "https://s.example/3;s.example"],
    )
    assert [note.what for note in notes] == ["https://x.example/2"]


def test_a_byte_order_mark_and_nul_do_no_harm() -> None:
    how = tables.mapping('[columns]\nurl = "a"\nclaim = "b"')
    (found,) = tables.read("\ufeffa,b\nhttps://x.example/1,NU\x00L\n".encode(), how, [])
    assert found.claim == "NUL"


@pytest.mark.parametrize("name", ["afpfactcheck", "fatabyyano", "fullfact", "politifact"])
def test_the_examples_are_mappings(name: str) -> None:
    path = ROOT / "examples" / "mappings" / f"{name}.toml"
    assert tables.mapping(path.read_text(encoding="utf-8")).constants["language"]
