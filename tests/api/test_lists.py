"""Every filter of every list, on one small world."""

from collections import Counter
from uuid import uuid4

import pytest
from calls import Json, claim, document, get, post, source, statement
from describing import inlined
from httpx import AsyncClient

SOURCES = {
    "q=agency": "tass", "q=ТАСС": "tass", "q=agénc": "tass", "q=%25": "", "q=_": "", "kind=agency": "tass",
    "disclosure=anonymous": "nobody", "party=Russia": "mayor tass", "country=ru": "tass", "parent=ref:tass": "mayor",
    "ref=mayor": "mayor", "merged=true": "mayor nobody tass twin", "merged=false": "mayor nobody tass",
    "updated_since=2100-01-01T00:00:00Z": "", "updated_since=2020-01-01T00:00:00Z&kind=agency": "tass",
}  # fmt: skip
DOCUMENTS = {
    "q=BLAST": "one", "q=b%25t": "", "url=https://a.example/1%23x": "one", "canonical_url=https://a.example/1": "one",
    "kind=post": "two", "lifecycle=edited": "two", "language=ru": "two", "publisher=ref:tass": "one",
    "published_from=2023-08-09": "one", "published_to=2023-07": "two",
    "published_from=2023-07&published_to=2023-08": "one two", "ref=one": "one",
    "updated_since=2100-01-01T00:00:00Z": "", "updated_since=2020-01-01T00:00:00Z&kind=post": "two",
}  # fmt: skip
EVENTS = {
    "q=thing": "b", "kind=strike": "b", "country=UA": "b", "tag=Plant": "b", "visibility=restricted": "c",
    "parent=a": "b", "parent=ref:a": "b", "occurred_from=2023-08-10": "b", "occurred_to=2023-08-09": "a", "ref=c": "c",
    "updated_since=2100-01-01T00:00:00Z": "", "bbox=22,44,40,53": "b",
}  # fmt: skip
QUESTIONS = {
    "event=a": "toll why", "event=b": "there", "kind=cause": "why", "answer=quantity": "toll",
    "measure=injured": "toll", "subject=aboard": "", "q=WHY": "there why", "ref=why": "why",
    "updated_since=2100-01-01T00:00:00Z": "",
}  # fmt: skip
CLAIMS = {
    "event=ref:a": "drone many store", "question=ref:why": "drone store", "q=DRO": "drone",
    "language=en": "drone",
    "accuses=Kyiv": "drone", "measure=injured": "many", "stance=denies": "store",
    "subject=aboard": "", "source=ref:tass": "drone many",
    "source=ref:tass&stance=comment": "many", "ref=drone": "drone", "updated_since=2100-01-01T00:00:00Z": "",
}  # fmt: skip
STATEMENTS = {
    "event=a": "s1 s2 s3 s4", "claim=ref:drone": "s1", "question=ref:why": "s1 s2 s4", "source=ref:mayor": "s2 s4",
    "measure=injured": "s3", "measure=deaths": "", "subject=aboard": "",
    "document=ref:one": "s1", "party=russia": "s1 s2 s3 s4", "stance=deny": "s2", "explicitness=implied": "s3",
    "withdrawn=true": "s2", "withdrawn=false": "s1 s3 s4 s5",
    "said_from=2023-08-10": "s2 s3 s4 s5", "said_to=2023-08-09": "s1",
    "said_from=2023-08&said_to=2023-08": "s1 s2", "recheck_before=2024-01-01T00:00:00Z": "s3", "ref=s1": "s1",
    "updated_since=2100-01-01T00:00:00Z": "", "source=ref:mayor&stance=no_comment": "s4",
    "stance=deny,comment": "s2 s3", "event=a,b&said_from=2024": "s3 s4 s5", "language=uk,ru": "s1",
}  # fmt: skip
ASSESSMENTS = {
    "event=a": "r1 r2", "claim=ref:drone": "r1", "author=ref:tass": "r1", "scheme=averitec": "r2", "rating=true": "r1",
    "settles=true": "r1", "settles=false": "r2", "ref=r2": "r2", "updated_since=2100-01-01T00:00:00Z": "",
}  # fmt: skip
# Parameters that name records, or a party.
NAMING = {"event", "claim", "question", "document", "source", "author", "publisher", "parent", "party"}


@pytest.fixture
async def world(client: AsyncClient) -> None:
    tass = {"aliases": [{"name": "Agency"}, {"name": "ТАСС"}], "kind": "agency", "party": "russia", "country": "RU"}
    await source(client, "Telegraph agency", ref="tass", **tass)
    await source(client, "Mayor of Kesra", ref="mayor", parent="ref:tass")
    await post(client, "/v1/sources", {"disclosure": "anonymous", "ref": "nobody", "kind": "witness"})
    twin = await source(client, "Twin", ref="twin")
    await post(client, f"/v1/sources/{twin}/merge", {"into": "ref:mayor"}, 200)
    one = {"title": "The blast", "published": "2023-08-09", "publisher": "ref:tass"}
    await document(client, "https://a.example/1", ref="one", **one)
    two = {"kind": "post", "lifecycle": "edited", "language": "ru", "published": "2023-07"}
    await document(client, "https://a.example/2", ref="two", **two)
    await post(client, "/v1/events", {"title": "A", "ref": "a", "occurred": "2023-08-09"})
    b = {"kind": "strike", "country": "UA", "tags": ["plant"], "parent": "ref:a", "occurred": "2023-08-10"}
    point = {"latitude": 48.3, "longitude": 37.2}
    await post(client, "/v1/events", {"title": "Something else", "slug": "b", "ref": "b", **b, **point})
    await post(client, "/v1/events", {"title": "C", "ref": "c", "slug": "c", "visibility": "restricted"})
    a, why = "/v1/events/a", {"text": "Why?", "kind": "cause", "ref": "why"}
    await claim(client, a, ref="drone", language="en", accuses="kyiv", question=why)
    await claim(client, a, "A store", ref="store", question="ref:why")
    toll = {"measure": "injured", "ref": "toll"}
    await post(client, f"{a}/claims", {"ref": "many", "question": toll, "figure": {"min": 3}})
    await claim(client, "/v1/events/b", "C", ref="other", question={"text": "Why there?", "ref": "there"})
    found = {"document": "ref:one", "wording": "Беспилотник", "language": "ru"}
    await statement(client, a, "ref:drone", "ref:tass", ref="s1", said="2023-08-09", **found)
    back = {"said": "2023-08-10", "withdrawn": "2024"}
    await statement(client, a, "ref:store", "ref:mayor", ref="s2", stance="deny", **back)
    again = {"explicitness": "implied", "recheck_at": "2023-09-01T00:00:00Z"}
    await statement(client, a, "ref:many", "ref:tass", ref="s3", stance="comment", **again)
    silent = {"question": "ref:why", "source": "ref:mayor", "stance": "no_comment", "ref": "s4"}
    await post(client, f"{a}/statements", silent)
    await statement(client, "/v1/events/b", "ref:other", "ref:nobody", ref="s5")
    rating = {"claim": "ref:drone", "author": "ref:tass", "scheme": "veracity", "rating": "true", "settles": True}
    await post(client, f"{a}/assessments", {**rating, "ref": "r1"})
    rating = {"claim": "ref:store", "author": "ref:mayor", "scheme": "averitec", "rating": "refuted"}
    await post(client, f"{a}/assessments", {**rating, "ref": "r2"})


def refs(page: Json) -> str:
    return " ".join(sorted(one["ref"] for one in page["items"]))


@pytest.mark.usefixtures("world")
async def test_every_filter_narrows_as_it_says(client: AsyncClient) -> None:
    lists = {
        "sources": SOURCES, "documents": DOCUMENTS, "events": EVENTS, "questions": QUESTIONS, "claims": CLAIMS,
        "statements": STATEMENTS, "assessments": ASSESSMENTS,
    }  # fmt: skip
    described = inlined(await get(client, "/openapi.json"))
    usual = {"limit", "cursor", "count", "sort", "facets", "merged", "expand", "view"}
    for kind, filters in lists.items():
        known = {one["name"] for one in described[f"/v1/{kind}"]["get"]["parameters"] if one["in"] == "query"}
        tried = {pair.partition("=")[0] for query in filters for pair in query.split("&")}
        assert known - usual == tried - usual, kind
        for query, expected in filters.items():
            page = await get(client, f"/v1/{kind}?count=true&{query}")
            assert (refs(page), page["total"]) == (expected, len(expected.split())), f"/v1/{kind}?{query}"


@pytest.mark.usefixtures("world")
async def test_lists_of_an_event_take_the_same_filters(client: AsyncClient) -> None:
    expected = {
        "claims?question=ref:why": "drone store",
        "claims?event=b": "",
        "claims?event=a&stance=deny": "store",
        "questions?kind=cause": "why",
        "statements?party=russia": "s1 s2 s3 s4",
        "assessments?settles=true": "r1",
    }
    for query, found in expected.items():
        assert refs(await get(client, f"/v1/events/a/{query}")) == found, query


@pytest.mark.usefixtures("world")
async def test_what_a_filter_names_has_to_be_there(client: AsyncClient, described: Json) -> None:
    """In every list, search and table that takes it: a misspelt one is no empty answer."""
    tried = Counter[str]()
    for path, operations in inlined(described).items():
        parameters = operations.get("get", {}).get("parameters", [])
        names = [one["name"] for one in parameters if one["in"] == "query"]
        needed = "".join(f"&{one['name']}=x" for one in parameters if one.get("required") and one["in"] == "query")
        for name in NAMING.intersection(names):
            asked = f"{path.replace('{event}', 'a').replace('{format}', 'csv')}?{name}="
            unknown = ("no-such-party",) if name == "party" else ("ref:x", str(uuid4()))
            for value in (*unknown, *(["no-such"] if name == "event" else [])):
                answer = await client.get(f"{asked}{value}{needed}")
                assert answer.status_code == (404 if "matrix" in path else 422), (asked, value)
                if answer.status_code == 422:
                    assert [error["parameter"] for error in answer.json()["errors"]] == [name], (asked, value)
            tried[name] += 1
    assert tried.keys() == NAMING
    assert (tried["event"], tried["source"], tried["party"]) >= (10, 5, 3)
    told = await get(client, "/v1/claims?event=b,nowhere&source=ref:tass", 422)
    assert told["errors"] == [{"parameter": "event", "detail": "there is no such event that you may see: `nowhere`"}]
    assert "there is no such event that you may see: `nowhere`" in told["detail"]
    party = (await get(client, "/v1/statements.csv?party=rusia", 422))["errors"][0]["detail"]
    assert "did you mean `russia`?" in party


@pytest.mark.usefixtures("world")
async def test_what_is_hidden_is_as_if_it_were_not_there(client: AsyncClient, anybody: AsyncClient) -> None:
    await source(client, "Deep Throat", ref="deep", confidential=True, party="deep")
    about = await claim(client, "/v1/events/c", "D", ref="kept")
    await statement(client, "/v1/events/a", "ref:drone", "ref:deep", ref="told")
    await statement(client, "/v1/events/c", about, "ref:deep")
    hidden = ("event=c", "event=ref:c", "claim=ref:kept", f"claim={about}", "source=ref:deep", "party=deep")
    for query in hidden:
        assert (await get(client, f"/v1/statements?{query}"))["items"], query
        name, _, value = query.partition("=")
        details = []
        for asked in (query, f"{name}={value[:-1]}{'1' if value[-1] == '0' else '0'}"):
            told = await get(anybody, f"/v1/statements?{asked}", 422)
            details.append(told["errors"][0]["detail"].rpartition(": ")[0])
        assert details[0] == details[1], query
    [mask] = {row["source_id"] for row in (await get(anybody, "/v1/statements?event=a"))["items"]} - {
        row["source_id"] for row in (await get(client, "/v1/statements?event=a"))["items"]
    }
    assert len((await get(anybody, f"/v1/statements?source={mask}"))["items"]) == 1


async def test_a_language_is_found_under_all_its_codes(client: AsyncClient, event: str) -> None:
    refs_by_id = {}
    tags = ("no", "nb", "nn-NO", "zh-Hans", "zh-Hant-HK", "cmn", "en", "en-GB", "ar", "arz", "sv", None)
    for nth, tag in enumerate(tags):
        body = {"url": f"https://n.example/{nth}", "language": tag, "ref": tag or "none"}
        await post(client, "/v1/documents", {name: value for name, value in body.items() if value})
        claimed = {"text": f"Ship {nth} sank", "language": tag, "ref": tag or "none"}
        made = await post(client, f"{event}/claims", {name: value for name, value in claimed.items() if value})
        refs_by_id[made["claim"]["id"]] = claimed["ref"]
    asked = {
        "no": {"no", "nb", "nn-NO"}, "nb": {"no", "nb", "nn-NO"}, "nn-NO": {"nn-NO"}, "no-NO": {"nn-NO"},
        "zh": {"zh-Hans", "zh-Hant-HK", "cmn"}, "cmn": {"zh-Hans", "zh-Hant-HK", "cmn"}, "zh-Hant": {"zh-Hant-HK"},
        "cmn-Hans": {"zh-Hans"}, "en": {"en", "en-GB"}, "en-GB": {"en-GB"}, "ar": {"ar", "arz"},
        "sv": {"sv"}, "da": set(),
    }  # fmt: skip
    for tag, found in asked.items():
        for path in ("/v1/documents", "/v1/claims"):
            answer = await client.get(f"{path}?language={tag}&limit=50")
            refs = {one["ref"] for one in answer.json()["items"]}
            assert refs == found, (path, tag)
        if found and "-" not in tag:
            hits = (await get(client, f"/v1/search?q=ship&language={tag}&type=claim"))["items"]
            assert {refs_by_id[hit["id"]] for hit in hits} == found, tag
