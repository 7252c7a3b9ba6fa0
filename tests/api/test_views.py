"""`view=compact` through HTTP: how much smaller it is, that types of the description fit, and what else it moves."""

from typing import Any

import httpx
import pytest
from describing import inlined
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from referencing import Registry
from referencing.jsonschema import DRAFT202012

DOSSIER = "/v1/events/zagorsk-2023/dossier"
LISTS = ("events", "claims", "statements", "sources", "documents", "questions", "assessments")
OF_AN_EVENT = ("claims", "statements", "questions", "assessments")


async def both(demo: httpx.AsyncClient, path: str) -> tuple[httpx.Response, httpx.Response]:
    joint = "&" if "?" in path else "?"
    full, shown = await demo.get(path), await demo.get(f"{path}{joint}view=compact")
    assert full.status_code == shown.status_code == 200, shown.text
    return full, shown


def says(full: Any, shown: Any) -> bool:
    """Whether the full answer says all that is shown."""
    if isinstance(shown, dict):
        return shown.keys() <= full.keys() and all(says(full[name], value) for name, value in shown.items())
    if isinstance(shown, list):
        return len(full) == len(shown) and all(says(*pair) for pair in zip(full, shown, strict=True))
    return bool(full == shown)


def validator(described: dict[str, Any], path: str) -> Draft202012Validator:
    """Of the answers to GET at a path, as they are described."""
    content = inlined(described)[path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    registry = Registry().with_resource("urn:described", DRAFT202012.create_resource(described))
    return Draft202012Validator({"$ref": f"urn:described{content['$ref']}"}, registry=registry)


async def test_a_dossier_has_less_than_half_of_its_bytes(demo: httpx.AsyncClient) -> None:
    full, shown = await both(demo, DOSSIER)
    assert len(shown.content) <= 0.45 * len(full.content)
    slugs = [event["slug"] for event in (await demo.get("/v1/events")).json()["items"]]
    for slug in slugs:
        full, shown = await both(demo, f"/v1/events/{slug}/dossier")
        # Of small ones more is what stands in every dossier.
        assert len(shown.content) <= (0.45 if len(full.content) > 10_000 else 0.48) * len(full.content), slug
        assert says(full.json(), shown.json()), slug


async def test_lists_are_smaller_and_lead_on_as_they_were_asked(demo: httpx.AsyncClient) -> None:
    paths = [f"/v1/{name}" for name in LISTS] + [f"/v1/events/zagorsk-2023/{name}" for name in OF_AN_EVENT]
    for path in (*paths, "/v1/statements?expand=claim,source,document,event&source=Baza"):
        full, shown = await both(demo, path)
        assert len(shown.content) < 0.65 * len(full.content), path
        assert shown.json()["items"], path
        assert "null" not in shown.text
        full_answer = {name: part for name, part in full.json().items() if name != "next"}
        assert says(full_answer, {name: part for name, part in shown.json().items() if name != "next"}), path
    first = (await demo.get("/v1/statements?limit=2&view=compact")).json()
    second = (await demo.get(first["next"])).json()
    assert "created_at" not in second["items"][0]
    # A cursor is of the list, however much of it is shown.
    full = await demo.get(first["next"].replace("view=compact", "view=full"))
    assert [item["id"] for item in full.json()["items"]] == [item["id"] for item in second["items"]]


@pytest.mark.parametrize("name", ["dossier", *LISTS])
async def test_types_of_the_full_answer_fit(demo: httpx.AsyncClient, described: dict[str, Any], name: str) -> None:
    path = "/v1/events/{event}/dossier" if name == "dossier" else f"/v1/{name}"
    check = validator(described, path)
    for answer in await both(demo, path.replace("{event}", "zagorsk-2023")):
        problems = [f"{error.json_path}: {error.message[:200]}" for error in check.iter_errors(answer.json())]
        assert problems == []


async def test_each_view_has_its_tag(demo: httpx.AsyncClient) -> None:
    for path in (DOSSIER, "/v1/claims"):
        full, shown = await both(demo, path)
        tags = full.headers["ETag"], shown.headers["ETag"]
        assert tags[0] != tags[1]
        again = await demo.get(f"{path}?view=compact", headers={"If-None-Match": tags[1]})
        assert (again.status_code, again.headers["ETag"]) == (304, tags[1])
        assert (await demo.get(f"{path}?view=compact", headers={"If-None-Match": tags[0]})).status_code == 200
    assert (await demo.get(f"{DOSSIER}?view=full")).headers["ETag"] == (await demo.get(DOSSIER)).headers["ETag"]


async def test_a_view_that_there_is_not_names_those_that_there_are(demo: httpx.AsyncClient) -> None:
    for path in (DOSSIER, *(f"/v1/{name}" for name in LISTS)):
        refused = await demo.get(f"{path}?view=short")
        assert refused.status_code == 422
        (error,) = refused.json()["errors"]
        assert (error["parameter"], error["detail"]) == ("view", "one of these is needed here: 'full' or 'compact'")


async def test_a_hidden_source_is_hidden_there_too(
    client: httpx.AsyncClient, anybody: httpx.AsyncClient, event: str
) -> None:
    secret = {"name": "Ivan Hidden", "kind": "witness", "confidential": True}
    claim = {"text": "It burned", "statements": [{"source": secret, "said": "2023-08-09"}]}
    (await client.post(f"{event}/claims", json=claim)).raise_for_status()
    for path in (f"{event}/dossier", "/v1/sources", "/v1/statements?expand=source"):
        full, shown = await both(anybody, path)
        assert "Hidden" not in shown.text
        assert says(full.json(), shown.json())
    (source,) = (await anybody.get(f"{event}/dossier?view=compact")).json()["sources"].values()
    assert (source["confidential"], source["kind"], "name" in source) == (True, "witness", False)
    assert "Ivan Hidden" in (await client.get(f"{event}/dossier?view=compact")).text
