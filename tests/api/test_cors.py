"""Pages of other origins: any may read what needs no key, those that the operator names may send one."""

import httpx
import pytest
from fastapi import FastAPI

from app.api import cors
from app.settings import Settings

ANY = {"Origin": "https://anywhere.example"}
DESK = {"Origin": "https://desk.example"}


@pytest.fixture
def desk_may(app: FastAPI, database_url: str) -> None:
    """The operator has named the desk's origin, and one on somebody's own machine."""
    told = "https://desk.example http://127.0.0.1:5173/"
    app.state.settings = Settings(database_url=database_url, cors_origins=told)


async def test_whoever_has_no_key_is_answered_the_same_whatever_asks(anybody: httpx.AsyncClient, event: str) -> None:
    answers = [await anybody.get(event, headers=headers) for headers in ({}, ANY, {"Origin": "null"})]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        exposed = set(answer.headers["Access-Control-Expose-Headers"].split(", "))
        assert {"ETag", "Link", "RateLimit", "Retry-After", "Location"} <= exposed
    tag = answers[0].headers["ETag"]
    unchanged = await anybody.get(event, headers=ANY | {"If-None-Match": tag})
    assert (unchanged.status_code, unchanged.headers["Access-Control-Allow-Origin"]) == (304, "*")
    for path, status in (("/v1/events/ref:none", 404), ("/v1/nothing", 404), ("/v1/events?sort=none", 422)):
        refused = await anybody.get(path, headers=ANY)
        assert (refused.status_code, refused.headers["Access-Control-Allow-Origin"]) == (status, "*")


async def test_any_page_may_read_and_no_more(client: httpx.AsyncClient, event: str) -> None:
    asked = ANY | {"Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "if-none-match"}
    answer = await client.options(event, headers=asked)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    allowed = answer.headers["Access-Control-Allow-Headers"].lower()
    assert "if-none-match" in allowed
    assert "authorization" not in allowed
    # Who sends a key all the same is answered, but the browser does not hand the answer on.
    keyed = await client.get(event, headers=ANY)
    assert keyed.status_code == 200
    assert "Access-Control-Allow-Origin" not in keyed.headers
    assert "Origin" in keyed.headers["Vary"]


@pytest.mark.usefixtures("desk_may")
async def test_a_named_origin_may_send_a_key_and_write(client: httpx.AsyncClient, event: str) -> None:
    for origin in ("https://desk.example", "http://127.0.0.1:5173"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "PATCH"}
        answer = await client.options(event, headers=asked)
        assert answer.headers["Access-Control-Allow-Origin"] == origin
        assert answer.headers["Access-Control-Allow-Methods"] == "DELETE, GET, HEAD, OPTIONS, PATCH"
        allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
        assert {"authorization", "if-match", "if-none-match", "content-type", "idempotency-key"} <= set(allowed)
        assert {"Origin", "Access-Control-Request-Method"} <= set(answer.headers["Vary"].split(", "))
    made = await client.post("/v1/sources", json={"name": "Mayor of Kesra"}, headers=DESK)
    assert (made.status_code, made.headers["Access-Control-Allow-Origin"]) == (201, "https://desk.example")
    assert "Access-Control-Allow-Origin" not in (await client.get(event, headers=ANY)).headers
    sub_domain = {"Origin": "https://desk.example.evil.example"}
    assert "Access-Control-Allow-Origin" not in (await client.get(event, headers=sub_domain)).headers


async def test_what_does_not_ask_first_is_told_the_methods_alone(client: httpx.AsyncClient, event: str) -> None:
    assert "Access-Control-Allow-Methods" not in (await client.options(event, headers=ANY)).headers
    missing = await client.options("/v1/nothing", headers=ANY | {"Access-Control-Request-Method": "GET"})
    assert missing.status_code == 404


@pytest.mark.parametrize("told", ["desk.example", "https://desk.example/page", "*", "https://", "https://a b"])
def test_what_is_no_origin_is_refused(told: str) -> None:
    with pytest.raises(ValueError, match="is no origin"):
        cors.origins(told)
