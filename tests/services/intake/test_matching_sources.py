"""When a source is the same again."""

import httpx
import psycopg
import pytest
from reporting import claim, new, outcomes, refused, report, rows, said, sent

NAME = {"name": "Élise  Müller", "kind": "official", "aliases": [{"name": "The Minister"}]}
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
        {"name": "the  minister"},
        {"name": "E. Müller", "kind": "official", "aliases": [{"name": "elise muller"}]},
    ):
        assert (await sent(client, "/v1/sources", body, 200))["id"] == source, body
    for body in (
        {"name": "Elise Muller", "kind": "person"},
        {"name": "Élise Miller"},
        {"name": "Other", "aliases": [{"name": "The Minister"}]},  # two aliases are not enough
    ):
        assert (await sent(client, "/v1/sources", body, 201))["id"] != source, body


async def test_cyrillic_names(client: httpx.AsyncClient) -> None:
    made = await sent(client, "/v1/sources", {"name": "Андрей Воробьёв"}, 201)
    assert (await sent(client, "/v1/sources", {"name": "АНДРЕЙ ВОРОБЬЕВ"}, 200))["id"] == made["id"]


async def test_two_hits_are_never_guessed(client: httpx.AsyncClient, source: str, event: str) -> None:
    await sent(client, "/v1/sources", {"name": "Elise Muller", "kind": "outlet", "ref": "paper"}, 201)
    assert await refused(client, "/v1/sources", {"name": "Elise Muller"}) == "/name"
    body = claim("T", said("Elise Muller", document=PAPER))
    assert await refused(client, f"{event}/claims", body) == "/statements/0/source/name"
    assert (await sent(client, "/v1/sources", {"name": "Elise Muller", "kind": "official"}, 200))["id"] == source
    assert (await sent(client, "/v1/sources", {"name": "Elise Muller", "ref": "paper"}, 200))["kind"] == "outlet"


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
    two = claim("T", {"source": {"name": "Cid", "ref": "c1"}}, {"source": {"name": "Cid", "ref": "c2"}})
    assert await refused(client, f"{event}/claims", two) == "/statements/1/source/ref"


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
    assert await refused(client, "/v1/sources", who) == ""
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


async def test_what_an_unnamed_source_can_not_be(client: httpx.AsyncClient, event: str) -> None:
    """Known only by a document, it may belong to a body; it publishes nothing. A label may name it before it stands."""
    body = report(
        claim("T", {"source": {"name": "Deputy", "parent": "#aide"}, "stance": "deny"}),
        claim("T", {"source": UNNAMED[0] | {"label": "#aide", "parent": {"name": "Ministry"}}}),
    )
    made = await sent(client, "/v1/reports", body)
    deputy, aide = (one["statements"][0]["source"]["id"] for one in made["events"][0]["claims"])
    assert (await client.get(f"/v1/sources/{deputy}")).json()["parent_id"] == aide
    body["document"]["publisher"] = "#aide"
    assert await refused(client, "/v1/reports", body) == "/document/publisher"
    circle = claim("T", {"source": {"name": "X", "label": "#x", "parent": {"name": "Y", "parent": "#x"}}})
    assert (await refused(client, f"{event}/claims", circle)).startswith("/statements/0/source")
