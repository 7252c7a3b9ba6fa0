"""When a source is the same again."""

from itertools import product

import httpx
import psycopg
import pytest
from reporting import claim, new, outcomes, refused, report, rows, said, sent
from uuid_utils.compat import uuid7

from app.database import connect
from app.errors import Invalid
from app.models import Source
from app.services.access import ANYBODY
from app.services.intake import by_name
from app.services.intake.drafts import Draft
from app.settings import Settings
from app.texts import traits
from app.vocabulary import Disclosure, SourceKind, words

NAME = {"name": "Élise  Müller", "kind": "official", "aliases": [{"name": "The Minister Kim"}]}
PAPER = {"url": "https://a.example/1"}


@pytest.fixture
async def source(client: httpx.AsyncClient) -> str:
    made: str = (await sent(client, "/v1/sources", NAME, 201))["id"]
    return made


async def test_by_name_or_alias_and_kind(client: httpx.AsyncClient, source: str) -> None:
    for body in (
        NAME,
        {"name": "élise müller", "kind": "official"},
        {"name": "Elise Muller"},
        {"name": "ELISE MU\u0308LLER"},
        {"name": "the  minister kim"},
        {"name": "E. Müller", "kind": "official", "aliases": [{"name": "elise muller"}]},
        {"name": "Elise Muller", "kind": "person"},
        {"name": "Elise Muller", "kind": "expert"},
    ):
        assert (await sent(client, "/v1/sources", body, 200))["id"] == source, body
    for body in (
        {"name": "Elise Muller", "kind": "outlet"},
        {"name": "Elise Muller", "kind": "other"},
        {"name": "Élise Miller"},
        {"name": "Other", "aliases": [{"name": "The Minister Kim"}]},  # two aliases are not enough
    ):
        assert (await sent(client, "/v1/sources", body, 201))["id"] != source, body


async def test_cyrillic_names(client: httpx.AsyncClient) -> None:
    made = await sent(client, "/v1/sources", {"name": "Андрей Воробьёв"}, 201)
    assert (await sent(client, "/v1/sources", {"name": "АНДРЕЙ ВОРОБЬЕВ"}, 200))["id"] == made["id"]


async def test_two_hits_are_never_guessed(client: httpx.AsyncClient, source: str, event: str) -> None:
    """Nor refused: whoever may be several is a source of the place where it is mentioned."""
    paper = await sent(client, "/v1/sources", {"name": "Elise Muller", "kind": "outlet", "ref": "paper"}, 201)
    alone = await sent(client, "/v1/sources", {"name": "Elise Muller"}, 201)
    assert alone["placed"]
    assert (await sent(client, "/v1/sources", {"name": "Elise Muller"}, 200))["id"] == alone["id"]
    places: list[dict[str, object]] = [{"document": PAPER}, {"document": {"url": "https://a.example/2"}}, {}]
    speakers = []
    for place in places:
        body = claim("T", said("Elise Muller", **place))
        answer = await client.post(f"{event}/claims", json=body)
        assert answer.status_code == 201, answer.text
        assert [(one["what"], one["pointer"]) for one in answer.json()["remarks"]] == [
            ("changed", "/statements/0/source/name"),
            *[("proposed", "/statements/0/source/name")] * 2,
        ]
        again = await sent(client, f"{event}/claims", body, 200)
        assert outcomes(again) == {"matched"}
        speakers.append(again["statements"][0]["source"]["id"])
    assert len({source, paper["id"], alone["id"], *speakers}) == 6
    # What tells which it is still finds it, and no such mention stands in its way.
    assert (await sent(client, "/v1/sources", {"name": "Elise Muller", "kind": "official"}, 200))["id"] == source
    assert (await sent(client, "/v1/sources", {"name": "Elise Muller", "ref": "paper"}, 200))["kind"] == "outlet"


async def test_who_is_known_in_a_place_is_meant_there(client: httpx.AsyncClient, event: str) -> None:
    """What was sent when a name was borne by one is found when it is sent again, and the name is borne by two."""
    bare = claim("T", said("Navy of Kesra", document=PAPER))
    first = (await sent(client, f"{event}/claims", bare))["statements"][0]["source"]["id"]
    north, south = ({"name": "Navy of Kesra", "kind": "military", "country": country} for country in ("NO", "SE"))
    assert (await sent(client, "/v1/sources", north))["id"] == first
    other = await sent(client, "/v1/sources", south, 201)
    again = await sent(client, f"{event}/claims", bare, 200)
    assert again["statements"][0]["source"]["id"] == first
    # Where both are known, neither is meant.
    await sent(client, f"{event}/claims", claim("T", {"source": south, "document": PAPER, "stance": "deny"}))
    third = await sent(client, f"{event}/claims", claim("Another", said("Navy of Kesra", document=PAPER)))
    assert third["statements"][0]["source"]["id"] not in (first, other["id"])


async def test_a_publisher_and_a_parent_that_may_be_several(client: httpx.AsyncClient, event: str) -> None:
    for country in ("NO", "SE"):
        await sent(client, "/v1/sources", {"name": "Daily", "kind": "outlet", "country": country}, 201)
    publishers = []
    for number in (1, 2, 1):
        body = {"url": f"https://daily.example/{number}", "publisher": {"name": "Daily"}}
        publishers.append((await sent(client, "/v1/documents", body))["publisher_id"])
    assert publishers[0] == publishers[2] != publishers[1]
    body = claim("T", {"source": {"name": "Ann Lee", "parent": {"name": "Daily"}}})
    answer = await client.post(f"{event}/claims", json=body)
    assert [(one["what"], one["pointer"]) for one in answer.json()["remarks"]] == [
        ("not_taken", "/statements/0/source/parent"),
        ("changed", "/statements/0/source/parent/name"),
        *[("proposed", "/statements/0/source/parent/name")] * 2,
    ]
    ann = answer.json()["statements"][0]["source"]["id"]
    assert (await client.get(f"/v1/sources/{ann}")).json()["parent_id"] is None


TRAITS: tuple[tuple[dict[str, object], dict[str, object]], ...] = (
    ({"country": "RU"}, {"country": "UA"}),
    ({"party": "north"}, {"party": "south"}),
    ({"parent": {"name": "North"}}, {"parent": {"name": "South"}}),
    ({"url": "https://mod.north.example/"}, {"url": "http://www.mod.south.example/about"}),
    ({"url": "https://t.me/north"}, {"url": "https://t.me/s/south"}),
    ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"wikidata": "Q2", "x": "y"}}),
)


@pytest.mark.parametrize(("north", "south"), TRAITS)
async def test_a_trait_that_contradicts_parts(
    client: httpx.AsyncClient, event: str, north: dict[str, object], south: dict[str, object]
) -> None:
    """Whether they come one by one or in one body; and each is found again, in any order."""
    name = {"name": "Ministry of Defence", "kind": "military"}
    one, other = [(await sent(client, "/v1/sources", name | trait, 201))["id"] for trait in (north, south)]
    for trait, id_ in ((south, other), (north, one)):
        assert (await sent(client, "/v1/sources", name | {"kind": "authority", **trait}, 200))["id"] == id_
    twins = [{"source": {"name": "Navy of Kesra"} | trait, "said": "2024"} for trait in (north, south, north)]
    made = await sent(client, f"{event}/claims", claim("T", *twins))
    ids = [statement["source"]["id"] for statement in made["statements"]]
    assert (ids[0] == ids[2], ids[0] == ids[1]) == (True, False)
    again = await sent(client, f"{event}/claims", claim("T", *reversed(twins)))
    assert [statement["source"]["id"] for statement in again["statements"]] == ids[::-1]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"url": "https://www.facebook.com/north/"}, {"url": "https://m.facebook.com/North?x=1"}),
        ({"url": "https://bbc.example/"}, {"url": "https://news.bbc.example/"}),
        ({"url": "https://twitter.com/north"}, {"url": "https://x.com/north/status/1"}),
        ({"country": "RU"}, {}),
        ({}, {"country": "RU", "party": "north"}),
        ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"viaf": "7"}}),
        ({"role": "spokesman"}, {"role": "admiral"}),
        ({}, {"kind": "court"}),
        ({"kind": "court"}, {"kind": "company"}),
    ],
)
async def test_what_contradicts_nothing(
    client: httpx.AsyncClient, first: dict[str, object], second: dict[str, object]
) -> None:
    made = await sent(client, "/v1/sources", {"name": "Navy of Kesra"} | first, 201)
    assert (await sent(client, "/v1/sources", {"name": "Navy of Kesra"} | second, 200))["id"] == made["id"]


async def test_a_kind_is_told_by_the_first_that_tells_it(client: httpx.AsyncClient) -> None:
    made = await sent(client, "/v1/sources", {"name": "Navy of Kesra"}, 201)
    assert made["kind"] is None
    assert (await sent(client, "/v1/sources", {"name": "Navy of Kesra", "kind": "military"}, 200))["kind"] == "military"
    assert (await sent(client, "/v1/sources", {"name": "Navy of Kesra", "kind": "court"}, 200))["kind"] == "military"
    answer = await client.get("/v1/sources", params={"facets": "kind", "kind": "military"})
    assert [one["id"] for one in answer.json()["items"]] == [made["id"]]


async def test_twins_of_one_body_are_one(client: httpx.AsyncClient, psql: psycopg.Connection, event: str) -> None:
    body = claim(
        "T",
        said("Ann"),
        {"source": {"name": "ANN", "kind": "witness"}, "stance": "deny"},
        {"source": {"name": "Bob", "aliases": [{"name": "ann"}]}, "stance": "query"},
    )
    before = rows(psql)
    made = await sent(client, f"{event}/claims", body)
    assert new(before, rows(psql)) == {"source": 1, "claim": 1, "statement": 3}
    assert len({one["source"]["id"] for one in made["statements"]}) == 1
    assert outcomes(await sent(client, f"{event}/claims", body)) == {"matched"}
    two = claim("T", *({"source": {"name": "Cid", "ref": ref}} for ref in ("c1", "c2", "c1")))
    cids = [one["source"]["id"] for one in (await sent(client, f"{event}/claims", two))["statements"]]
    assert (cids[0] == cids[2], len(set(cids))) == (True, 2)


@pytest.mark.parametrize(
    ("second", "third"),
    [
        ({"party": "north"}, {"party": "south"}),
        ({"external_ids": {"wikidata": "Q1"}}, {"external_ids": {"wikidata": "Q2"}}),
    ],
)
async def test_what_a_mention_tells_counts_for_the_next_of_its_body(
    client: httpx.AsyncClient, event: str, second: dict[str, object], third: dict[str, object]
) -> None:
    """All fit what is stored; the last contradicts what one before it told."""
    stored = await sent(client, "/v1/sources", {"name": "Royal Navy"}, 201)
    told: list[dict[str, object]] = [{"country": "NO"}, second, third]
    mentions = [{"source": {"name": "Royal Navy", **one}, "said": f"202{nth}"} for nth, one in enumerate(told)]
    made = await sent(client, f"{event}/claims", claim("T", *mentions))
    ids = [one["source"]["id"] for one in made["statements"]]
    assert ids[:2] == [stored["id"]] * 2
    assert ids[2] != stored["id"]


async def test_who_tells_most_comes_first(client: httpx.AsyncClient, event: str) -> None:
    """However a body tells them: a bare name is joined to none of two that contradict each other."""
    for name, order in (("Royal Navy", (None, "NO", "SE")), ("Royal Guard", ("NO", None, "SE"))):
        mentions = [said(name, said=f"202{nth}") for nth in range(3)]
        for mention, country in zip(mentions, order, strict=True):
            mention["source"] = {"name": name, **({"country": country} if country else {})}
        made = await sent(client, f"{event}/claims", claim(name, *mentions))
        assert len({one["source"]["id"] for one in made["statements"]}) == 3


async def test_what_was_merged_is_found_by_what_either_is_known_by(client: httpx.AsyncClient) -> None:
    navies = [{"name": "Royal Navy", "country": country} for country in ("NO", "SE")]
    merged, kept = [(await sent(client, "/v1/sources", one, 201))["id"] for one in navies]
    await sent(client, f"/v1/sources/{merged}/merge", {"into": kept}, 200)
    assert [(await sent(client, "/v1/sources", one, 200))["id"] for one in navies] == [kept, kept]
    assert (await sent(client, "/v1/sources", {"name": "Royal Navy", "country": "FI"}, 201))["id"] != kept


UNNAMED = (
    {"disclosure": "anonymous", "role": "official"},
    {"disclosure": "group", "name": "residents"},
    {"disclosure": "role_only", "role": "spokesman", "kind": "military", "party": "east"},
)


@pytest.mark.parametrize("who", UNNAMED, ids=["anonymous", "group", "role_only"])
async def test_unnamed_ones_only_within_the_same_document(
    client: httpx.AsyncClient, event: str, who: dict[str, str]
) -> None:
    def body(document: object, words: str = "T") -> object:
        return claim(words, {"source": who, "document": document, "said": "2023-08-09"})

    made = [await sent(client, f"{event}/claims", body(one)) for one in (PAPER, {"url": "https://a.example/2"}, None)]
    sources = [one["statements"][0]["source"]["id"] for one in made]
    assert len(set(sources)) == 3
    for document, known in zip((PAPER, {"url": "https://a.example/2"}, None), sources, strict=True):
        again = await sent(client, f"{event}/claims", body(document))
        assert outcomes(again) == {"matched"}
        other = await sent(client, f"{event}/claims", body(document, "Another claim"))
        assert (other["statements"][0]["source"]["id"] == known) == (document is not None)
    assert await refused(client, "/v1/sources", who) == "/ref"
    alone = await sent(client, "/v1/sources", who | {"ref": "them"}, 201)
    assert alone["id"] == (await sent(client, "/v1/sources", who | {"ref": "them"}, 200))["id"]


async def test_unnamed_ones_toward_a_question_as_hops_and_as_authors(
    client: httpx.AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    who = UNNAMED[0]
    asked = {"question": {"text": "Who?"}, "source": who, "stance": "no_comment"}
    about = await sent(client, f"{event}/claims", claim("T", said("A", hops=[{"source": UNNAMED[1]}])))
    rated = {"claim": about["claim"]["id"], "author": UNNAMED[2], "scheme": "veracity", "rating": "true"}
    await sent(client, f"{event}/statements", asked, 201)
    await sent(client, f"{event}/assessments", rated, 201)
    before = rows(psql)
    await sent(client, f"{event}/statements", asked, 200)
    await sent(client, f"{event}/assessments", rated, 200)
    assert outcomes(await sent(client, f"{event}/claims", claim("T", said("A", hops=[{"source": UNNAMED[1]}])))) == {
        "matched"
    }
    path = f"/v1/statements/{about['statements'][0]['id']}/appearances"
    for status in (201, 200):
        await sent(client, path, {"wording": "w", "hops": [{"source": UNNAMED[2]}]}, status)
    assert new(before, rows(psql)) == {"source": 1, "appearance": 1, "appearance_hop": 1}


async def test_unnamed_ones_that_differ_in_a_trait_stay_apart(client: httpx.AsyncClient, event: str) -> None:
    def body(*whom: dict[str, str]) -> object:
        return report(*(claim("T", {"source": UNNAMED[0] | one}) for one in whom))

    traits: tuple[dict[str, str], ...] = ({"party": "east"}, {}, {"kind": "military"}, {"role": "aide"})
    made = await sent(client, "/v1/reports", body(*traits))
    ids = [one["statements"][0]["source"]["id"] for one in made["events"][0]["claims"]]
    assert len(set(ids)) == 4
    again = await sent(client, "/v1/reports", body(*reversed(traits)))
    assert [one["statements"][0]["source"]["id"] for one in again["events"][0]["claims"]] == ids[::-1]


async def test_never_a_confidential_one(client: httpx.AsyncClient, event: str) -> None:
    hidden = await sent(client, "/v1/sources", {"name": "Secret", "confidential": True}, 201)
    open_one = await sent(client, "/v1/sources", {"name": "Secret"}, 201)
    assert open_one["id"] != hidden["id"]
    unnamed = {"disclosure": "anonymous", "role": "aide", "confidential": True}
    first = await sent(client, f"{event}/claims", claim("T", {"source": unnamed, "document": PAPER}))
    second = await sent(client, f"{event}/claims", claim("T", {"source": unnamed, "document": PAPER}))
    assert first["statements"][0]["source"]["id"] != second["statements"][0]["source"]["id"]


async def test_never_one_that_was_merged_with_a_confidential_one(client: httpx.AsyncClient) -> None:
    for name, is_hidden in (("Ines Varga", False), ("Ada Marlow", True)):
        merged = await sent(client, "/v1/sources", {"name": name, "confidential": is_hidden}, 201)
        other = await sent(client, "/v1/sources", {"name": f"Not {name}", "confidential": not is_hidden}, 201)
        await sent(client, f"/v1/sources/{merged['id']}/merge", {"into": other["id"]}, 200)
        assert (await sent(client, "/v1/sources", {"name": name}, 201))["id"] not in (merged["id"], other["id"])


def _levels(*bodies: tuple[str, dict[str, str], str | None]) -> list[str]:
    """The levels of sources: of each its label, its columns, and the label of its parent."""
    drafts = {label: Draft(Source, f"/{label}", dict(values)) for label, values, _ in bodies}
    for label, _, parent in bodies:
        drafts[label].points_at |= {"parent_id": drafts[parent]} if parent else {}
    return ["".join(draft.pointer[1:] for draft in level) for level in by_name.levels([*drafts.values()])]


def test_sources_of_one_name_are_of_one_level() -> None:
    ann, owner = {"name": "Ann Lee"}, {"name": "Owner"}
    assert _levels(("a", ann, None), ("b", {"name": "ANN LEE"}, "o"), ("o", owner, None)) == ["o", "ab"]
    by_ref = ("a", {"ref": "x", "name": "A. L."}, None), ("b", {"ref": "x", **ann}, "o"), ("o", owner, None)
    assert _levels(*by_ref) == ["o", "ab"]
    over_others = ("a", ann, None), ("b", {"name": "Owner", "ref": "x"}, "p"), ("c", {"ref": "x", "name": "P"}, "a")
    assert _levels(*over_others, ("p", {"name": "Top"}, None)) == ["ap", "bc"]
    # What would lead in a circle is decided one by one.
    assert _levels(("a", owner, "b"), ("b", owner, None), ("c", ann, "a")) == ["b", "a", "c"]
    with pytest.raises(Invalid):
        _levels(("a", ann, "b"), ("b", owner, "a"))


async def test_what_an_unnamed_source_can_not_be(client: httpx.AsyncClient, event: str) -> None:
    """Known only by a document, it may belong to a body; it publishes nothing. A label may name it before it stands."""
    body = report(
        claim("T", {"source": {"name": "Deputy", "parent": "#aide"}, "stance": "deny"}),
        claim("T", {"source": UNNAMED[0] | {"label": "#aide", "parent": {"name": "Ministry of Kesra"}}}),
    )
    made = await sent(client, "/v1/reports", body)
    deputy, aide = (one["statements"][0]["source"]["id"] for one in made["events"][0]["claims"])
    assert (await client.get(f"/v1/sources/{deputy}")).json()["parent_id"] == aide
    body["document"]["publisher"] = "#aide"
    assert await refused(client, "/v1/reports", body) == "/document/publisher"
    circle = claim("T", {"source": {"name": "X", "label": "#x", "parent": {"name": "Y", "parent": "#x"}}})
    assert (await refused(client, f"{event}/claims", circle)).startswith("/statements/0/source")


async def test_a_description_is_unnamed_and_of_its_document(client: httpx.AsyncClient, event: str) -> None:
    def body(number: int, **more: object) -> object:
        who = {"name": "Users of social networks", "kind": "channel", **more}
        return claim("T", {"source": who, "document": {"url": f"https://a.example/{number}"}})

    speakers = []
    for number in (1, 2, 1):
        answer = await client.post(f"{event}/claims", json=body(number))
        assert ("changed", "/statements/0/source/name") in [
            (remark["what"], remark["pointer"]) for remark in answer.json()["remarks"]
        ]
        speakers.append(answer.json()["statements"][0]["source"]["id"])
    assert speakers[0] == speakers[2] != speakers[1]
    stored = (await client.get(f"/v1/sources/{speakers[0]}")).json()
    assert (stored["name"], stored["disclosure"], stored["kind"]) == ("Users of social networks", "group", None)
    for more in ({"disclosure": "named"}, {"url": "https://users.example"}, {"ref": "users"}):
        kept = await sent(client, f"{event}/claims", body(3, **more))
        named = (await client.get(f"/v1/sources/{kept['statements'][0]['source']['id']}")).json()
        assert (named["disclosure"], named["kind"]) == ("named", "channel")


async def test_a_description_publishes_and_owns_nothing(client: httpx.AsyncClient, event: str) -> None:
    paper = {"url": "https://a.example/9", "publisher": {"name": "Various websites"}}
    answer = await client.post("/v1/documents", json=paper)
    assert (answer.status_code, answer.json()["publisher_id"]) == (201, None)
    assert [(one["what"], one["pointer"]) for one in answer.json()["remarks"]] == [("not_taken", "/publisher")]
    owned = claim("T", {"source": {"name": "Ann Lee", "parent": {"name": "Various websites"}}})
    made = await client.post(f"{event}/claims", json=owned)
    assert [one["pointer"] for one in made.json()["remarks"]] == ["/statements/0/source/parent"]
    alone = await sent(client, "/v1/sources", {"name": "Various websites"}, 201)
    assert alone["disclosure"] == "group"
    assert (await sent(client, "/v1/sources", {"name": "Various websites"}, 200))["id"] == alone["id"]


async def test_who_is_named_is_one_rule_in_sql_and_in_python(psql: psycopg.Connection, database_url: str) -> None:
    """Each combination of what it depends on is found by its name or not, as `is_named` has it."""
    database = connect(Settings(database_url=database_url))
    combinations = list(product(("Ines Varga", None), words(Disclosure), (*words(SourceKind), None)))
    ids = {uuid7(): combination for combination in combinations if combination[:2] != (None, "named")}
    for id_, (name, disclosure, kind) in ids.items():
        alias = '[{"name": "Ines Varga"}]'
        values = [id_, name, disclosure, kind, alias]
        psql.execute("INSERT INTO source (id, name, disclosure, kind, aliases) VALUES (%s, %s, %s, %s, %s)", values)
    psql.commit()
    sought = {uuid7(): by_name.fold_names("Ines Varga", [])}
    async with database.reading() as session:
        hits = {row.hit for row in await by_name.bearers(session, ANYBODY, sought)}
    await database.dispose()
    assert hits == {id_ for id_, combination in ids.items() if traits.is_named(*combination)}
    assert 0 < len(hits) < len(ids)
