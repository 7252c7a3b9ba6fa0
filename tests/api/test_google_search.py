"""Fact-checked claims, as clients of the Google Fact Check Tools API look for them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from calls import claim, get, patch, post
from fastapi import FastAPI
from googleapiclient import discovery  # type: ignore[import-untyped]
from googleapiclient.errors import HttpError  # type: ignore[import-untyped]
from services_at import PATIENCE, serving
from sqlalchemy import event as engine_event

from app.schemas import urls

SEARCH = "/v1alpha1/claims:search"
Json = dict[str, Any]


async def search(client: httpx.AsyncClient, **given: Any) -> list[Json]:
    answer = await client.get(SEARCH, params=given)
    assert answer.status_code == 200, answer.text
    found: list[Json] = answer.json().get("claims", [])
    return found


async def texts(client: httpx.AsyncClient, **given: Any) -> list[str]:
    return [one["text"] for one in await search(client, **given)]


async def refused(client: httpx.AsyncClient, path: str = SEARCH, status: int = 400, **given: Any) -> Json:
    answer = await client.get(path, params=given)
    assert answer.status_code == status, answer.text
    told: Json = answer.json()
    assert list(told) == ["error"]
    assert list(told["error"]) == ["code", "message", "status", "details"]
    assert told["error"]["code"] == status
    assert answer.headers["Content-Type"] == "application/json"
    error: Json = told["error"]
    return error


async def review(client: httpx.AsyncClient, event: str, claim: str, **given: Any) -> Json:
    body: Json = {
        "claim": claim,
        "author": {"name": "A desk", "kind": "ngo"},
        "scheme": "claimreview",
        "rating": "false",
    }
    return await post(client, f"{event}/assessments", body | {"url": "https://www.checks.example/1"} | given)


async def test_an_answer_has_googles_fields(client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str) -> None:
    checked = await claim(
        client,
        event,
        "The plant was struck by a drone",
        statements=[
            {"source": {"name": "A channel", "kind": "channel"}, "said": "2023-08-10"},
            {"source": {"name": "Ada Mayor", "kind": "official"}, "said": "2023-08-09T13:00+03:00"},
            {"source": {"kind": "witness", "disclosure": "anonymous"}, "said": "2023-08-09T12:00+03:00"},
            {
                "source": {"name": "Ministry of Kesra", "kind": "military"},
                "stance": "deny",
                "said": "2023-08-09T11:00+03:00",
            },
        ],
    )
    page = {"url": "https://www.checks.example/1?utm_source=x", "title": "No, it was no drone"}
    made = {"made": "2023-08-12", "label": "Mostly false", "language": "en", "documents": [page]}
    await review(client, event, checked, **made)
    await claim(client, event, "Nobody has checked the drone")
    answer = await anybody.get(SEARCH, params={"query": "drones", "key": "AIza-not-ours"})
    assert answer.json() == {
        "claims": [
            {
                "text": "The plant was struck by a drone",
                "claimant": "Ada Mayor",
                "claimDate": "2023-08-09T09:00:00Z",
                "claimReview": [
                    {
                        "publisher": {"name": "A desk", "site": "checks.example"},
                        "url": "https://www.checks.example/1",
                        "title": "No, it was no drone",
                        "reviewDate": "2023-08-12T00:00:00Z",
                        "textualRating": "Mostly false",
                        "languageCode": "en",
                    }
                ],
            }
        ]
    }
    assert answer.text.startswith('{\n  "claims"')
    assert (await anybody.get(SEARCH, params={"query": "drones", "prettyPrint": "false"})).text.startswith('{"claims":')


async def test_what_is_not_known_is_left_out(client: httpx.AsyncClient, event: str) -> None:
    bare = await claim(client, event, "A boiler burst")
    body = {"claim": bare, "author": {"name": "Ada Court", "kind": "court"}, "scheme": "averitec"}
    await post(client, f"{event}/assessments", body | {"rating": "not_enough_evidence"})
    reviews = [{"publisher": {"name": "Ada Court"}, "textualRating": "Not enough evidence"}]
    assert await search(client, query="boiler") == [{"text": "A boiler burst", "claimReview": reviews}]
    assert (await client.get(SEARCH, params={"query": "nothing like it"})).json() == {}
    assert (await client.get(SEARCH, params={"query": "the of a"})).json() == {}


async def test_a_figure_says_what_it_counts(client: httpx.AsyncClient, event: str) -> None:
    asked = {"measure": "injured", "subject": "civilians"}
    toll = {"question": asked, "figure": {"qualifier": "at_least", "min": 31}}
    made = (await post(client, f"{event}/claims", toll))["claim"]["id"]
    await review(client, event, made)
    assert await texts(client, reviewPublisherSiteFilter="checks.example") == ["Injured (civilians): at least 31"]


async def test_words_are_looked_for_in_translations_too(client: httpx.AsyncClient, event: str) -> None:
    one = await claim(client, event, "Взорвался склад", language="ru", translations={"en": "A warehouse blew up"})
    two = await claim(client, event, "A warehouse burnt down, and then the warehouse beside it", language="en")
    for made in (one, two):
        await review(client, event, made)
    assert await texts(client, query="складе") == ["Взорвался склад"]
    assert len(await texts(client, query="warehouses")) == 2
    assert await texts(client, query='"warehouse burnt"') == [(await get(client, f"/v1/claims/{two}"))["text"]]


async def test_the_language_is_the_reviews(client: httpx.AsyncClient, event: str) -> None:
    """Without region and script; where nobody says it, the claim's."""
    one = await claim(client, event, "A drone", language="ru")
    await review(client, event, one, language="en-GB")
    await review(client, event, one, url="https://ru.example/1")
    for tag, sites in (
        ("en", ["checks.example"]),
        ("en-US", ["checks.example"]),
        ("ru-Cyrl", ["ru.example"]),
        ("de", []),
    ):
        found = await search(client, query="drone", languageCode=tag)
        assert [r["publisher"]["site"] for c in found for r in c["claimReview"]] == sites, tag
    assert len((await search(client, query="drone"))[0]["claimReview"]) == 2


async def test_the_site_is_that_of_the_reviews_url(client: httpx.AsyncClient, event: str) -> None:
    sites = {
        "https://www.checks.example/1": "checks.example",
        "HTTPS://Arabic.Checks.Example:443/1": "arabic.checks.example",
        "https://checks.example.org/checks.example": "checks.example.org",
        "https://mychecks.example/?u=https://checks.example/": "mychecks.example",
        "https://проверка.example/1": "xn--80adjurfhd.example",
    }
    for nth, url in enumerate(sites):
        await review(client, event, await claim(client, event, f"Claim {nth}"), url=url)
    home = {"name": "Home", "kind": "ngo", "url": "https://www.home.example/about"}
    await review(client, event, await claim(client, event, "Claim 5"), url=None, author=home)

    async def on(site: str) -> set[str]:
        found = await search(client, reviewPublisherSiteFilter=site)
        return {r["publisher"]["site"] for c in found for r in c["claimReview"]}

    for site in ("checks.example", "www.checks.example", "https://Checks.example/page?x"):
        assert await on(site) == {"checks.example", "arabic.checks.example"}, site
    assert await on("arabic.checks.example") == {"arabic.checks.example"}
    assert await on("example.org") == {"checks.example.org"}
    assert await on("проверка.example") == await on("xn--80adjurfhd.example") == {"xn--80adjurfhd.example"}
    assert await on("home.example") == {"home.example"}
    assert await on("checks.exampl") == set()
    for wrong in ("no site", "localhost", "(", "*.example", "http://["):
        if wrong != "*.example":
            assert "reviewPublisherSiteFilter" in (await refused(client, reviewPublisherSiteFilter=wrong))["message"]
    assert {urls.site(url) for url in sites} == set(sites.values())


async def test_age_is_that_of_the_newer_of_claim_and_review(client: httpx.AsyncClient, event: str) -> None:
    def ago(days: int) -> str:
        return (datetime.now(UTC) - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")

    for text, said, reviewed in (
        ("Old drone, new review", 400, 3),
        ("New drone, old review", 5, 400),
        ("Old drone", 400, 390),
        ("Drone without dates", None, None),
    ):
        spoken = {"source": {"name": "Ada Mayor"}} | ({"said": ago(said)} if said else {})
        made = await claim(client, event, text, statements=[spoken])
        await review(client, event, made, **({"made": ago(reviewed)} if reviewed else {}))
    ages = {0: 4, 399: 3, 395: 3, 300: 2, 4: 1, 1: 0, 2**31 - 1: 3}
    for days, count in ages.items():
        assert len(await texts(client, query="drone", maxAgeDays=days)) == count, days
    # The newest review first; those without a date last.
    assert await texts(client, reviewPublisherSiteFilter="checks.example") == [
        "Old drone, new review",
        "Old drone",
        "New drone, old review",
        "Drone without dates",
    ]


async def test_reviews_of_merged_claims_come_together_and_replaced_ones_not(
    client: httpx.AsyncClient, event: str
) -> None:
    one, two = await claim(client, event, "A drone"), await claim(client, event, "An unmanned aircraft")
    old = await review(client, event, one, made="2023-08-10")
    new = {"made": "2023-08-11", "supersedes": old["id"], "label": "On second thoughts"}
    await review(client, event, one, url="https://www.checks.example/2", **new)
    await review(client, event, two, url="https://other.example/1", made="2023-08-12")
    await post(client, f"/v1/claims/{two}/merge", {"into": one}, 200)
    for query in ("drone", "aircraft"):
        (found,) = await search(client, query=query)
        assert found["text"] == "A drone"
        told = [(r["url"], r["textualRating"]) for r in found["claimReview"]]
        assert told == [("https://other.example/1", "False"), ("https://www.checks.example/2", "On second thoughts")]


async def test_nothing_hidden_is_shown(client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str) -> None:
    made = await claim(
        client, event, "A drone", statements=[{"source": {"name": "Ann Officer", "url": "https://officer.example/"}}]
    )
    await review(client, event, made, author={"name": "Ann Insider", "url": "https://insider.example/"}, url=None)
    for name in ("Ann Officer", "Ann Insider"):
        (one,) = (await get(client, f"/v1/sources?q={name}"))["items"]
        await patch(client, f"/v1/sources/{one['id']}", {"confidential": True})
    (found,) = await search(client, query="drone")
    assert found["claimant"] == "Ann Officer"
    assert found["claimReview"][0]["publisher"] == {"name": "Ann Insider", "site": "insider.example"}
    assert await search(anybody, query="drone") == [{"text": "A drone", "claimReview": [{"textualRating": "False"}]}]
    assert await texts(client, reviewPublisherSiteFilter="insider.example") == ["A drone"]
    assert await texts(anybody, reviewPublisherSiteFilter="insider.example") == []
    await patch(client, event, {"visibility": "restricted"})
    assert await texts(anybody, query="drone") == []
    assert await texts(client, query="drone") == ["A drone"]


async def test_a_key_of_the_service_may_stand_where_googles_does(
    app: FastAPI, client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str, key: str
) -> None:
    await review(client, event, await claim(client, event, "A drone"))
    await patch(client, event, {"visibility": "restricted"})
    assert await texts(anybody, query="drone", key=key) == ["A drone"]
    assert (await refused(anybody, status=401, query="drone", key="cc_unknown"))["status"] == "UNAUTHENTICATED"
    app.state.settings.public_read = False
    assert (await refused(anybody, status=401, query="drone", key="AIza"))["status"] == "UNAUTHENTICATED"
    assert await texts(anybody, query="drone", key=key) == ["A drone"]
    # Elsewhere a key in an address is refused.
    assert (await anybody.get("/v1/claims", params={"key": key})).status_code == 400


async def test_errors_have_googles_shape(client: httpx.AsyncClient) -> None:
    nothing = await refused(client)
    assert nothing["status"] == "INVALID_ARGUMENT"
    violation = {"field": "query", "description": "it is needed unless reviewPublisherSiteFilter is given"}
    assert nothing["details"][0] == {
        "@type": "type.googleapis.com/google.rpc.BadRequest",
        "fieldViolations": [violation],
    }
    assert nothing["details"][1]["requestId"]
    for name, wrong in (
        ("pageSize", "-1"),
        ("pageSize", "ten"),
        ("pageSize", "2147483648"),
        ("offset", "-1"),
        ("maxAgeDays", "1.5"),
        ("languageCode", "no language"),
        ("alt", "proto"),
        ("$.xgafv", "3"),
        ("prettyPrint", "maybe"),
        ("querry", "drone"),
        ("query", "\x00"),
        ("query", "drone " * 40),
    ):
        given: Json = {"reviewPublisherSiteFilter": "checks.example", name: wrong}
        told = await refused(client, **given)
        assert told["details"][0]["fieldViolations"][0]["field"] == name, told
    assert "maybe" not in str(told)
    await refused(client, query="drone", pageToken="nonsense")
    twice = await client.get(f"{SEARCH}?query=a&query=b")
    assert twice.json()["error"]["details"][0]["fieldViolations"][0]["field"] == "query"
    for path, status in (
        ("/v1alpha1/claims:imageSearch?imageUri=https://x.example/1.png", 501),
        ("/v1alpha1/pages?url=https://x.example/", 501),
        ("/v1alpha1/pages/1", 501),
        ("/v1alpha1/nothing", 404),
    ):
        assert (await refused(client, path, status))["status"] == {501: "UNIMPLEMENTED", 404: "NOT_FOUND"}[status]
    for method, path, status in (
        ("POST", SEARCH, 405),
        ("PUT", "/v1alpha1/pages/1", 501),
        ("POST", "/v1alpha1/pages", 501),
    ):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, status)


async def test_every_parameter_of_google_is_taken(client: httpx.AsyncClient) -> None:
    with discovery.build("factchecktools", "v1alpha1", static_discovery=True, developerKey="x") as service:
        described = service._rootDesc
    names = {*described["parameters"], *described["resources"]["claims"]["methods"]["search"]["parameters"]}
    given = dict.fromkeys(names, "1") | {"alt": "json", "languageCode": "en", "pageToken": "", "query": "drone"}
    given["reviewPublisherSiteFilter"] = "checks.example"
    assert (await client.get(SEARCH, params=given)).json() == {}


async def test_a_page_takes_a_fixed_number_of_statements(app: FastAPI, client: httpx.AsyncClient, event: str) -> None:
    asked: list[str] = []
    engine = app.state.database.readers.sync_engine
    engine_event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    counts = []
    for nth in range(3):
        for text in (f"Drone {nth}", f"Drone {nth} and more"):
            made = await claim(client, event, text, statements=[{"source": {"name": f"Mayor {nth}"}}])
            await review(client, event, made, url=f"https://checks.example/{text}".replace(" ", "-"))
        asked.clear()
        assert len(await texts(client, query="drone")) == 2 * nth + 2
        counts.append(len(asked))
    assert counts == [8] * 3, asked


@pytest.fixture
def checked(database_url: str, key: str) -> Any:
    """The service at a real port, with 23 claims that were reviewed, one a day."""
    with (
        serving(database_url) as base,
        httpx.Client(base_url=base, headers={"Authorization": f"Bearer {key}"}, timeout=PATIENCE) as client,
    ):
        claims = [
            {"label": f"#{n}", "text": f"Drone number {n} struck the plant", "statements": [{"source": {"name": "He"}}]}
            for n in range(23)
        ]
        reviews = [
            {
                "claim": f"#{n}",
                "author": {"name": "A desk"},
                "scheme": "claimreview",
                "rating": "false",
                "url": f"https://checks.example/{n}",
                "made": f"2023-08-{n + 1:02}",
            }
            for n in range(23)
        ]
        body = {"events": [{"ref": "e", "title": "Explosion", "claims": claims, "assessments": reviews}]}
        assert client.post("/v1/reports", json=body).status_code == 201
        yield base


def test_googles_own_client_pages_through(checked: str) -> None:
    with discovery.build(
        "factchecktools",
        "v1alpha1",
        static_discovery=True,
        client_options={"api_endpoint": checked},
        developerKey="AIza-of-somebody",
    ) as service:
        for given in ({"query": "drones plant"}, {"reviewPublisherSiteFilter": "checks.example"}):
            found = paged(service.claims(), **given)
            assert [len(page) for page in found] == [5, 5, 5, 5, 1]
            addresses = [one["claimReview"][0]["url"] for page in found for one in page]
            assert len(set(addresses)) == 21
        assert addresses == [f"https://checks.example/{n}" for n in range(20, -1, -1)]
        assert service.claims().search(query="nothing like it").execute() == {}
        for request, status, says in (
            (service.claims().search(query="drone", maxAgeDays=-1), 400, "'maxAgeDays': at least 0"),
            (service.claims().imageSearch(imageUri="https://x.example/1.png"), 501, "claims:search alone"),
            (service.pages().list(url="https://x.example/"), 501, "claims:search alone"),
        ):
            with pytest.raises(HttpError) as refused:
                request.execute()
            assert refused.value.status_code == status
            assert says in refused.value.reason


def paged(claims: Any, **given: Any) -> list[list[Json]]:
    """Every page, as Google's client follows them."""
    request = claims.search(languageCode="", pageSize=5, offset=2, **given)
    pages = []
    while request is not None:
        answer = request.execute()
        pages.append(answer["claims"])
        request = claims.search_next(request, answer)
    return pages
