"""The description of the interface: valid, complete, and its examples work."""

import base64
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
from describing import inlined, resolved, statuses
from fastapi import FastAPI
from jsonschema import Draft202012Validator  # type: ignore[import-untyped]
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from app import errors, vocabulary
from app.api import problems
from app.schemas.kinds import KINDS

METHODS = ("get", "post", "patch", "delete")
PROBLEMS = {str(kind.status) for kind in errors.all_problems()} - {"308", "501"}
# What answers otherwise than with JSON.
MEDIA = {
    "/v1/ingest": "application/x-ndjson",
    "/v1/export.ndjson": "application/x-ndjson",
    "/v1/events.geojson": "application/geo+json",
    "/v1/export.csv": "text/csv",
    "/v1/statements.{format}": "text/csv,application/x-ndjson",
    "/v1/assessments.{format}": "text/csv,application/x-ndjson",
    "/v1/events/{event}/export.csv": "text/csv",
    "/v1/events/{event}/export.ndjson": "application/x-ndjson",
    "/v1/events/{event}/export.jsonld": "application/ld+json",
    "/v1/events/{event}/export.atom": "application/atom+xml",
    "/v1/events/{event}/stream": "text/event-stream",
    "/v1/changes/stream": "text/event-stream",
}
RECORDS = {f"/v1/{kind.path}/{{{kind.name}}}" for kind in KINDS}
BYTES = 265_000
STAYS = {"ref": "the-one-that-stays"}


def _operations(described: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in inlined(described).items():
        assert set(item) <= set(METHODS)
        for method, operation in item.items():
            yield method, path, operation


def test_is_valid_openapi(described: dict[str, Any]) -> None:
    assert described["openapi"].startswith("3.1")
    OpenAPIV31SpecValidator(described).validate()


def test_every_operation_is_told(described: dict[str, Any]) -> None:
    tags = {tag["name"] for tag in described["tags"]}
    names = []
    for method, path, operation in _operations(described):
        at = f"{method} {path}"
        # Where the name of an operation says all, it has no summary.
        assert operation.get("summary") != operation["operationId"].replace("_", " ").title(), at
        assert operation["description"], at
        assert len(operation["tags"]) == 1, at
        assert set(operation["tags"]) <= tags, at
        assert re.fullmatch(r"[a-z]+(_[a-z]+)+", operation["operationId"]), at
        assert all(
            parameter.get("description") for parameter in operation.get("parameters", []) if parameter["in"] == "path"
        ), at
        names.append(operation["operationId"])
    assert len(set(names)) == len(names)


def test_every_operation_tells_its_problems(described: dict[str, Any]) -> None:
    for method, path, operation in _operations(described):
        at = f"{method} {path}"
        if not path.startswith("/v1/"):
            continue
        assert statuses(operation) >= PROBLEMS, at
        for status, answer in operation["responses"].items():
            kinds = set(answer.get("content", {}))
            assert kinds == (
                {problems.MEDIA_TYPE}
                if status == "default"
                else set()
                if status == "204"
                else set(MEDIA.get(path, "application/json").split(","))
            ), at
            if status == "default":
                assert "Retry-After" in answer["headers"], at
            if method == "get" and status == "200" and path in RECORDS:
                assert "ETag" in answer["headers"], at


def test_googles_operations_tell_googles_errors(described: dict[str, Any]) -> None:
    operations = [operation for _, path, operation in _operations(described) if path.startswith("/v1alpha1/")]
    assert operations
    for operation in operations:
        assert set(operation["responses"]) == {"200", "4XX", "5XX"}
        for status in ("4XX", "5XX"):
            content = operation["responses"][status]["content"]
            assert content["application/json"]["schema"]["$ref"].endswith("/GoogleError")


def test_names_of_models_are_readable(described: dict[str, Any]) -> None:
    for name in described["components"]["schemas"]:
        assert re.fullmatch(r"[A-Za-z]+(-Input|-Output)?", name), name
    used = set(re.findall(r"#/components/schemas/([^\"']+)", str(described)))
    assert used <= set(described["components"]["schemas"])
    assert "ClaimPage" in used


def _examples(described: dict[str, Any], operation: dict[str, Any]) -> list[Any]:
    contents = operation["requestBody"]["content"]
    if "application/json" not in contents:
        return [content["example"] for content in contents.values()]
    content = contents["application/json"]
    schema = content["schema"]
    if "$ref" in schema:
        schema = described["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    return [*(one["value"] for one in content.get("examples", {}).values()), *schema.get("examples", [])]


async def _records(client: httpx.AsyncClient, described: dict[str, Any]) -> dict[str, str]:
    """Send the example of a report; gives an address for each path parameter, by the path before it."""
    report = _examples(described, described["paths"]["/v1/reports"]["post"])[0]
    made = await client.post("/v1/reports", json=report)
    assert made.status_code == 201, made.text
    told = made.json()
    event, claim = told["events"][0], told["events"][0]["claims"][0]
    statement = claim["statements"][0]
    for path, body in (
        ("sources", {"name": "Stays"}),
        ("documents", {"url": "https://stays.example/"}),
        ("events", {"title": "Stays"}),
        (f"events/{event['id']}/claims", {"text": "It stays"}),
    ):
        assert (await client.post(f"/v1/{path}", json=body | STAYS)).status_code == 201
    evidence = {
        "author": {"name": "A desk"},
        "scheme": "veracity",
        "rating": "unverified",
        "claim": claim["claim"]["id"],
    }
    assessment = (await client.post(f"/v1/events/{event['id']}/assessments", json=evidence)).json()
    links = {"relation": "translation_of", "to": {"url": "https://original.example/"}}
    link = (await client.post(f"/v1/documents/{told['document']['id']}/links", json=links)).json()
    twins = {"to": {"name": "Governor Kim"}}
    twin = (await client.post(f"/v1/sources/{statement['source']['id']}/links", json=twins)).json()
    key = (await client.post("/v1/keys", json={"name": "a script", "scopes": ["ingest"]})).json()
    webhook = (await client.post("/v1/webhooks", json={"url": "https://stays.example/"})).json()
    return {
        "keys": key["id"],
        "webhooks": webhook["id"],
        "sources": statement["source"]["id"],
        "source-links": twin["id"],
        "documents": told["document"]["id"],
        "events": event["id"],
        "claims": claim["claim"]["id"],
        "questions": event["questions"][0]["id"],
        "statements": statement["id"],
        "appearances": statement["appearance"]["id"],
        "assessments": assessment["id"],
        "claim-links": event["claim_links"][0]["id"],
        "event-links": event["event_links"][0]["id"],
        "document-links": link["id"],
    }


async def test_every_example_works(client: httpx.AsyncClient, app: FastAPI) -> None:
    described = app.openapi()
    found = await _records(client, described)
    sent = []
    bodies = [(m, p, o) for m, p, o in _operations(described) if "requestBody" in o]
    # A merged record takes no more changes: merges come last. And what was redacted is gone.
    for method, path, operation in sorted(bodies, key=lambda one: one[1].endswith(("/merge", "/redact"))):
        examples = _examples(described, operation)
        assert examples, f"{method} {path} has no example"
        path_of_one = path.replace("{records}", "questions")
        way = re.sub(r"\{\w+\}", found.get(path_of_one.split("/")[2], ""), path_of_one)
        for example in examples:
            media, content = MEDIA.get(path, "application/json"), example if path in MEDIA else json.dumps(example)
            headers = {"Content-Type": media} | ({"If-Match": "*"} if method == "patch" else {})
            answer = await client.request(method.upper(), way, content=content, headers=headers)
            assert answer.is_success, (method, path, example, answer.text)
            sent.append(operation["operationId"])
    assert len(set(sent)) == len(bodies)


async def test_the_pages_for_people_work(anybody: httpx.AsyncClient) -> None:
    assert (await anybody.get("/openapi.json")).headers["Content-Type"] == "application/json"
    page = await anybody.get("/docs")
    assert page.status_code == 200
    assert "openapi.json" in page.text
    assert "//" not in re.sub(r"<!--.*?-->", "", page.text, flags=re.DOTALL), "something is loaded from elsewhere"
    # Of what stands in the page itself that script may run, and no other.
    policy = page.headers["Content-Security-Policy"]
    script = re.findall("<script>(.*?)</script>", page.text, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(words.encode()).digest()).decode() for words in script]
    assert re.findall("'sha256-([^']+)'", policy) == hashes
    assert "unsafe" not in policy
    assert "<style" not in page.text
    assert " style=" not in page.text
    loaded = re.findall(r'(?:src|href)="(\w[\w/.-]+)"', page.text)
    assert len(loaded) == 2
    for name in loaded:
        file = await anybody.get(f"/{name}")
        assert file.status_code == 200
        assert file.headers["ETag"]


def test_the_description_is_small(described: dict[str, Any]) -> None:
    assert len(json.dumps(described, ensure_ascii=False, separators=(",", ":")).encode()) <= BYTES


def test_a_lock_is_where_nothing_goes_without_a_key(described: dict[str, Any]) -> None:
    """And it says which scope the key needs."""
    locked = {f"{method} {path}": operation.get("security") for method, path, operation in _operations(described)}
    for at, asked in locked.items():
        is_open = (at.startswith("get ") and not re.search("/(keys|webhooks)", at)) or at == "post /v1/lookup"
        assert (asked is None) == is_open, at
        assert is_open or all(scopes for one in asked or () for scopes in one.values()), at


def test_every_field_is_told(described: dict[str, Any]) -> None:
    """What it is, and an example of it where it is no object and no word of a list."""
    names = described["components"]["schemas"]
    for name, schema in names.items():
        for part in (schema, *schema.get("allOf", ())):
            for field, told in part.get("properties", {}).items():
                assert _said(told, described), f"{name}.{field} is not described"
                assert _shown(told, described), f"{name}.{field} has no example"


def test_every_example_of_a_schema_is_one_of_it(described: dict[str, Any]) -> None:
    registry = Registry().with_resource("urn:described", DRAFT202012.create_resource(described))
    for pointer, schema in _schemas(described):
        validator = Draft202012Validator({"$ref": f"urn:described{pointer}"}, registry=registry)
        for example in schema.get("examples", ()):
            assert validator.is_valid(example), (pointer, example)


def _schemas(described: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every schema that has examples, with where it stands."""
    for pointer, node in _objects(described["components"]["schemas"], "#/components/schemas"):
        if isinstance(node.get("examples"), list):
            yield pointer, node


def _objects(node: Any, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Whatever the description has in braces, with where it stands."""
    if isinstance(node, dict):
        yield pointer, node
        for name, part in node.items():
            if name not in ("examples", "enum"):
                yield from _objects(part, f"{pointer}/{name}")
    elif isinstance(node, list):
        for nth, part in enumerate(node):
            yield from _objects(part, f"{pointer}/{nth}")


def test_null_fits_where_it_is_said_to(described: dict[str, Any]) -> None:
    """A list or a constant beside `null` would forbid it."""
    for pointer, schema in _objects(described["components"]["schemas"], "#/components/schemas"):
        listed = schema.get("enum", [schema["const"]] if "const" in schema else [None])
        assert "null" not in schema.get("type", ()) or None in listed, pointer


def test_no_operation_takes_a_name_twice(described: dict[str, Any]) -> None:
    """Generators would call the one by another name."""
    for method, path, operation in _operations(described):
        names = [parameter["name"] for parameter in operation.get("parameters", [])]
        assert len(set(names)) == len(names), f"{method} {path}"


def _said(schema: dict[str, Any], described: dict[str, Any]) -> bool:
    whole = resolved(schema, described)
    parts = [*whole.get("anyOf", ()), *whole.get("oneOf", ()), whole.get("items"), whole.get("additionalProperties")]
    return "description" in whole or any(_said(part, described) for part in parts if isinstance(part, dict))


def _shown(schema: dict[str, Any], described: dict[str, Any]) -> bool:
    whole = resolved(schema, described)
    if not whole.keys().isdisjoint({"examples", "enum", "const", "properties", "allOf", "prefixItems"}):
        return True
    kinds: Any = whole.get("type", [])
    types = {kinds} if isinstance(kinds, str) else set(kinds)
    if not types or types <= {"boolean", "null"}:
        return True
    parts = [*whole.get("anyOf", ()), *whole.get("oneOf", ()), whole.get("items"), whole.get("additionalProperties")]
    return any(parts) and all(_shown(part, described) for part in parts if isinstance(part, dict))


def test_a_client_must_send_nothing_that_has_a_default(described: dict[str, Any]) -> None:
    """Generators demand whatever has one: `figure: {"min": 3}` would lack its qualifier."""
    for name, schema in described["components"]["schemas"].items():
        parts = [part for part in (schema, *schema.get("allOf", ())) if "properties" in part]
        assert [field for part in parts for field, told in part["properties"].items() if "default" in told] == [], name


def test_closed_lists_have_names(described: dict[str, Any]) -> None:
    names = described["components"]["schemas"]
    for name in ("Stance", "Standing", "Status", "Fidelity", "Measure", "Qualifier"):
        assert names[name]["enum"] == list(vocabulary.words(getattr(vocabulary, name)))
    counts = names["ClaimPicture"]["allOf"][1]["properties"]["counts"]
    assert set(counts["properties"]) == set(vocabulary.words(vocabulary.Stance))
