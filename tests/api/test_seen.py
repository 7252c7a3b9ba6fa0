"""The rules of what a caller may see, one test for each: docs/decisions/0038-what-a-caller-may-see.md."""

import json

import httpx
import psycopg
import pytest
from calls import claim, document, get, ids, names_nothing, patch, post, source, statement
from httpx import AsyncClient

RESTRICTED = {"title": "Secret", "slug": "secret", "visibility": "restricted"}
FORMS = ("dossier", "timeline", "matrix?by=source", "export.csv", "export.jsonld", "export.ndjson", "export.atom")


async def told(caller: AsyncClient, *paths: str) -> str:
    """All that is told at these paths."""
    answers = [await caller.get(path, follow_redirects=True) for path in paths]
    assert {answer.status_code for answer in answers} <= {200, 404}, [(a.url, a.status_code) for a in answers]
    return "\n".join(answer.text for answer in answers)


def forms(event: str) -> list[str]:
    return [f"{event}/{form}" for form in FORMS]


@pytest.fixture
async def scoped(other: AsyncClient, psql: psycopg.Connection) -> AsyncClient:
    """Somebody whose key reads what is restricted, and nothing confidential."""
    psql.execute("UPDATE api_key SET scopes = '{read}' WHERE name = 'other'")
    return other


async def test_the_way_through_a_protected_source_is_cut(
    client: AsyncClient, anybody: AsyncClient, scoped: AsyncClient, event: str
) -> None:
    owner = await source(client, "Grandparent", party="italy")
    between = await source(client, "Between", parent=owner, confidential=True)
    child = await source(client, "Child", parent=between)
    one = await claim(client, event, question={"text": "Who?"})
    settled = {"claim": one, "author": await source(client, "Court"), "scheme": "veracity", "rating": "true"}
    await statement(client, event, one, child, said="2023-08-09")
    await post(client, f"{event}/assessments", settled | {"settles": True, "made": "2024"})
    await post(client, "/v1/events", {"title": "Elsewhere"})
    await statement(client, "/v1/events/elsewhere", await claim(client, "/v1/events/elsewhere"), owner)
    paths = [*forms(event), f"/v1/sources/{child}/record", f"/v1/sources/{child}", f"/v1/statements?event={event[11:]}"]
    paths += [f"/v1/statements?event={event[11:]}&expand=source", "/v1/claims?party=italy", f"{event}/claims"]
    for caller in (anybody, scoped):
        await get(caller, f"/v1/sources/{owner}")
        shown = await told(caller, *[path for path in paths if "party=" not in path])
        assert not [word for word in (owner, "Grandparent", "italy", between, "Between") if word in shown]
        assert await ids(caller, f"{event}/statements?party=italy") == []
    assert owner in await told(client, f"{event}/dossier")
    assert "Grandparent" in await told(client, f"/v1/sources/{child}/record")


async def test_what_was_merged_into_a_protected_source_is_as_hidden(
    client: AsyncClient, anybody: AsyncClient, scoped: AsyncClient, event: str
) -> None:
    hidden = await source(client, "Hidden", confidential=True, kind="witness")
    merged = await source(client, "Before", ref="before", url="https://before.example", aliases=[{"name": "Earlier"}])
    child = await source(client, "Child", parent=merged)
    one = await claim(client, event)
    paper = await document(client, "https://a.example", publisher=merged)
    said = await statement(
        client, event, one, merged, document=paper, wording="So it was", recheck_at="2024-01-01T00:00Z"
    )
    await statement(client, event, one, child)
    rating = {"claim": one, "author": merged, "scheme": "veracity", "rating": "true", "url": "https://review.example/1"}
    await post(client, f"{event}/assessments", rating)
    tie = await post(client, f"/v1/sources/{merged}/links", {"to": child})
    await post(client, f"/v1/sources/{merged}/merge", {"into": hidden}, 200)
    paths = [
        *forms(event), f"{event}/statements", f"{event}/statements?expand=source", f"/v1/statements/{said}",
        f"/v1/statements/{said}/history", f"{event}/assessments", "/v1/sources?merged=true&facets=party,kind",
        "/v1/rechecks", "/v1/search?q=drone", "/v1/export.ndjson", "/v1/export.csv", "/v1/statements.csv",
        "/v1/assessments.ndjson", f"/v1/documents/{paper}", f"/v1/documents/{paper}/audit", f"/v1/sources/{child}",
        "/v1/source-links", "/v1alpha1/claims:search?query=drone", f"/v1/documents/{paper}/history",
    ]  # fmt: skip
    hidden_words = (merged, hidden, '"Before"', "Earlier", 'before.example"', tie["id"], "Hidden")
    for caller in (anybody, scoped):
        shown = await told(caller, *paths)
        assert not [word for word in hidden_words if word in shown]
        mask = (await get(caller, f"/v1/statements/{said}"))["source_id"]
        assert (await get(caller, f"/v1/sources/{mask}"))["kind"] == "witness"
        assert await ids(caller, f"/v1/statements?source={mask}") == [said]
        assert mask in shown
        for address in (merged, "ref:before"):
            for sub in ("", "/history", "/record", "/links"):
                await get(caller, f"/v1/sources/{address}{sub}", 404)
            for query in (f"statements?source={address}", f"claims?source={address}", f"assessments?author={address}"):
                await names_nothing(caller, f"/v1/{query}")
        assert "nobody whom you may see" in (await get(caller, "/v1/claims?source=Before", 422))["detail"]
        items = [{"type": "source", "id": merged}, {"type": "source", "ref": "before"}]
        looked_up = (await caller.post("/v1/lookup", json={"items": items})).json()
        assert [item["found"] for item in looked_up["items"]] == [False, False]
    await patch(client, f"/v1/sources/{merged}", {"merged_into": None})
    assert (await get(anybody, f"/v1/statements/{said}"))["source_id"] == merged


async def test_what_was_protected_before_it_was_merged_stays_so(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    target, hidden = await source(client, "Target"), await source(client, "Hidden", confidential=True)
    tied = await source(client, "Tied")
    one = await claim(client, event)
    for speaker in (target, hidden, tied):
        await statement(client, event, one, speaker)
    link = await post(client, f"/v1/sources/{hidden}/links", {"to": tied})
    await post(client, f"/v1/sources/{hidden}/merge", {"into": target}, 200)
    assert link["id"] in await told(client, f"{event}/dossier")
    shown = await told(anybody, *forms(event), f"{event}/statements", "/v1/source-links", f"/v1/sources/{target}/links")
    assert not [word for word in (hidden, "Hidden", link["id"]) if word in shown]
    origins = (await get(anybody, f"{event}/dossier"))["unasked"][0]["origins"]["support"]
    assert {tuple(origin["statement_ids"]) for origin in origins if len(origin["statement_ids"]) > 1} == set()


async def test_a_paper_of_a_restricted_event_that_was_merged_shows_nothing_of_its_own(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    await post(client, "/v1/events", RESTRICTED)
    version = {"headline": "Leaked headline", "text": "Leaked text", "archive_url": "https://archive.example/leaked"}
    secret = await document(client, "https://leaked.example", title="Leaked title", published="2020", **version)
    paper = await document(client, "https://open.example", title="Open", headline="Seen", text="What was seen")
    speaker = await source(client, "Speaker")
    said = await statement(client, event, await claim(client, event), speaker, document=paper)
    await statement(client, "/v1/events/secret", await claim(client, "/v1/events/secret"), speaker, document=secret)
    quoted = await document(client, "https://quoted.example")
    await post(client, f"/v1/documents/{secret}/links", {"relation": "quotes", "to": quoted})
    paths = [*forms(event), f"/v1/documents/{paper}", f"/v1/documents/{paper}/versions?text=true"]
    paths += [
        f"/v1/documents/{paper}/audit",
        f"/v1/documents/{paper}/links",
        "/v1/search?q=leaked",
        "/v1/export.ndjson",
    ]
    before = {path: (await anybody.get(path)).text for path in paths}
    await post(client, f"/v1/documents/{secret}/merge", {"into": paper}, 200)
    shown = await told(anybody, *paths)
    assert not [word for word in (secret, "eaked", quoted, "2020") if word in shown]
    (picture,) = (await get(anybody, f"{event}/dossier"))["unasked"]
    dated = [one["effective_by"] for one in picture["statements"] if one["id"] == said]
    assert dated == ["retrieved"]
    assert json.loads(before[f"{event}/dossier"])["documents"] == (await get(anybody, f"{event}/dossier"))["documents"]
    assert "Leaked headline" in await told(client, f"{event}/dossier")
    position = (await get(client, f"{event}/dossier"))["position"]
    assert "eaked" not in await told(anybody, f"{event}/dossier?as_of={position}", f"{event}/export.csv")


async def test_an_open_event_that_was_merged_into_a_restricted_one_does_not_name_it(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    hidden = (await post(client, "/v1/events", RESTRICTED))["id"]
    await claim(client, event)
    await post(client, f"{event}/merge", {"into": hidden}, 200)
    paths = [
        *forms(event),
        event,
        f"{event}/history",
        f"{event}/claims",
        "/v1/events?merged=true",
        "/v1/search?q=drone",
    ]
    paths += ["/v1/events.geojson", "/v1/export.csv", "/v1/export.ndjson", "/v1/statements.csv"]
    shown = await told(anybody, *paths)
    assert hidden not in shown
    assert "secret" not in shown.lower()
    assert "It was a drone" in shown


async def test_an_event_that_is_hidden_is_sought_as_one_that_is_not_there(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    hidden = (await post(client, "/v1/events", RESTRICTED | {"ref": "hidden"}))["id"]
    speaker, paper = (
        await source(client, "Speaker"),
        await document(client, "https://a.example", text="A drone, it says"),
    )
    for at in (event, "/v1/events/secret"):
        await statement(client, at, await claim(client, at), speaker, document=paper)
    for address in (hidden, "ref:hidden", "secret"):
        await names_nothing(anybody, f"/v1/search?q=drone&event={address}")
    assert (await get(client, f"/v1/search?q=drone&event={hidden}"))["items"]


async def test_the_side_of_a_protected_source_is_unknown_to_who_may_not_know_it(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    body = await source(client, "Ministry", party="russia")
    hidden = await source(client, "Hidden", party="russia", confidential=True)
    between = await source(client, "Between", party="russia", confidential=True)
    child = await source(client, "Child", parent=between)
    one = await claim(client, event, question={"text": "Who?", "kind": "responsibility"})
    for speaker in (body, hidden, child):
        await statement(client, event, one, speaker, said="2023-08-09")
    asked = [f"{event}/{form}" for form in ("dossier?independence=party", "dossier", "matrix", "diff?since=2000-01-01")]
    pictures = {path: (await get(anybody, path)) for path in asked}
    (question,) = (await get(client, f"{event}/dossier"))["questions"]
    assert (question["claims"][0]["standing"], question["claims"][0]["counts"]["support"]["parties"]) == (
        "one_sided",
        1,
    )
    (question,) = pictures[f"{event}/dossier"]["questions"]
    assert (question["claims"][0]["standing"], question["claims"][0]["counts"]["support"]["parties"]) == (
        "corroborated",
        3,
    )
    for party in ("ukraine", None):
        for who in (hidden, between):
            await patch(client, f"/v1/sources/{who}", {"party": party})
        for path, picture in pictures.items():
            shown = await get(anybody, path)
            assert without_moment(shown) == without_moment(picture), path
    assert (await get(client, f"{event}/dossier"))["questions"][0]["claims"][0]["standing"] == "corroborated"


def without_moment(picture: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in picture.items() if name not in ("position", "until", "since", "as_of")}


async def test_histories_name_keys_and_reasons_to_who_may_edit(
    client: AsyncClient, anybody: AsyncClient, other: AsyncClient, psql: psycopg.Connection, event: str
) -> None:
    who = await source(client, "Speaker")
    one = await claim(client, event)
    await statement(client, event, one, who)
    headers = httpx.Headers({"Change-Reason": "A hint", "If-Match": "*"})
    for path, body in (
        (event, {"title": "B"}),
        (f"/v1/claims/{one}", {"accuses": "x"}),
        (f"/v1/sources/{who}", {"role": "y"}),
    ):
        assert (await client.patch(path, json=body, headers=headers)).status_code == 200
    await post(other, f"{event}/claims", {"text": "Another"})
    paths = [f"{path}/history" for path in (event, f"/v1/claims/{one}", f"/v1/sources/{who}")]
    for scopes, is_told in (("{ingest,read,confidential,assess}", False), ("{edit}", True), ("{}", False)):
        psql.execute("UPDATE api_key SET scopes = %s WHERE name = 'other'", [scopes])
        for caller in (other, *([] if is_told else [anybody])):
            actors = [{row["actor"] for row in (await get(caller, path))["items"]} for path in paths]
            reasons = [[row["reason"] for row in (await get(caller, path))["items"]] for path in paths]
            if is_told:
                assert actors == [{"tester"}] * 3
                assert [told_ones[-1] for told_ones in reasons] == ["A hint"] * 3
            else:
                assert {reason for told_ones in reasons for reason in told_ones} == {None}
                # One name in all of an event, another elsewhere.
                assert [len(names) for names in actors] == [1, 1, 1]
                assert actors[0] == actors[1] != actors[2]
                assert "tester" not in repr(actors)
    elsewhere = (await post(client, "/v1/events", {"title": "Elsewhere"}))["id"]
    (row,) = (await get(anybody, f"/v1/events/{elsewhere}/history"))["items"]
    assert {row["actor"]} != actors[0]


async def test_what_a_record_pointed_at_once_is_judged_by_what_may_be_seen_now(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    first, second = await source(client, "First"), await source(client, "Second")
    paper = await document(client, "https://a.example", publisher=first)
    said = await statement(client, event, await claim(client, event), second, document=paper)
    await patch(client, f"/v1/documents/{paper}", {"publisher": second})
    await get(anybody, f"/v1/sources/{first}", 404)
    assert first not in await told(anybody, f"/v1/documents/{paper}/history")
    third = await source(client, "Third")
    await patch(client, f"/v1/statements/{said}", {"source": third})
    await patch(client, f"/v1/documents/{paper}", {"publisher": third})
    for path in (f"/v1/documents/{paper}/history", f"/v1/statements/{said}/history"):
        assert second not in await told(anybody, path)
        assert third in await told(anybody, path)
        assert second in await told(client, path)


async def test_what_happens_to_a_restricted_event_moves_nothing_of_the_open_one(
    client: AsyncClient, anybody: AsyncClient, event: str
) -> None:
    hidden = (await post(client, "/v1/events", RESTRICTED))["id"]
    await claim(client, event)
    await post(client, f"{event}/event-links", {"to": hidden, "relation": "related"})
    await patch(client, event, {"parent": hidden})
    before = [await anybody.get(f"{event}/{form}") for form in ("dossier", "timeline", "export.csv")]
    full = await client.get(f"{event}/dossier")
    await patch(client, f"/v1/events/{hidden}", {"title": "Another"})
    await claim(client, f"/v1/events/{hidden}")
    after = [await anybody.get(f"{event}/{form}") for form in ("dossier", "timeline", "export.csv")]
    assert [(one.content, one.headers["ETag"]) for one in after] == [
        (one.content, one.headers["ETag"]) for one in before
    ]
    moved = await client.get(f"{event}/dossier")
    assert full.json()["position"] != moved.json()["position"]
    await patch(client, f"/v1/events/{hidden}", {"visibility": "public"})
    shown = await anybody.get(f"{event}/dossier")
    assert shown.headers["ETag"] != before[0].headers["ETag"]
    assert [tie["title"] for tie in shown.json()["event"]["links"]] == ["Another"]
