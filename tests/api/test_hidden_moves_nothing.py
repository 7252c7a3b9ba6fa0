"""What happens to hidden things moves no ETag and no position of those who may not know; what is shown moves them."""

from typing import Any, Final

import psycopg
import pytest
from calls import claim, delete, document, get, patch, post, source, statement
from httpx import AsyncClient

FORMS: Final = ("dossier", "export.csv")
READERS, EVERYBODY = {"all", "read"}, {"all", "read", "anybody"}
SECRET: Final = "/v1/events/secret"
Call = tuple[str, str, dict[str, Any] | None]


@pytest.fixture
async def ids(client: AsyncClient, event: str) -> dict[str, str]:
    """An open event and a restricted one, each with what it alone cites; and a protected source in the open one."""
    made = {"event": event.rpartition("/")[2]}
    restricted = {"title": "Secret", "slug": "secret", "visibility": "restricted"}
    made["secret"] = (await post(client, "/v1/events", restricted))["id"]
    for name in ("speaker", "owner", "absorbed", "insider", "another insider"):
        made[name] = await source(client, name.title())
    made["protected"] = await source(client, "Protected", confidential=True, parent=made["owner"])
    made["paper"] = await document(client, "https://open.example", publisher=made["speaker"])
    made["secret paper"] = await document(client, "https://secret.example", text="Seen")
    made["evidence"] = await document(client, "https://evidence.example", publisher=made["insider"])
    about, about_secret = await claim(client, event), await claim(client, SECRET)
    for who in ("speaker", "protected", "absorbed"):
        await statement(client, event, about, made[who], document=made["paper"])
    for who, paper in (("insider", "secret paper"), ("another insider", "evidence")):
        await statement(client, SECRET, about_secret, made[who], document=made[paper])
    return made


class Watch:
    """The pictures of the open event, as each of three callers is shown them."""

    def __init__(self, callers: dict[str, AsyncClient], event: str) -> None:
        self.callers, self.event = callers, event
        self.shown: dict[str, list[tuple[str, Any]]] = {}

    async def moved(self) -> set[str]:
        """For whom they moved since the last look: all of them, or none."""
        before, moving = self.shown, set()
        self.shown = {name: await self._look(caller) for name, caller in self.callers.items()}
        for name, now in self.shown.items() if before else ():
            still = [form for form, was, is_ in zip(FORMS, before[name], now, strict=True) if was == is_]
            assert len(still) in (0, len(FORMS)), (name, still)
            moving |= set() if still else {name}
        return moving

    async def by(self, call: Call) -> set[str]:
        """For whom a call moves them."""
        method, path, body = call
        headers = {} if method == "POST" else {"If-Match": "*"}
        answer = await self.callers["all"].request(method, path, json=body, headers=headers)
        assert answer.status_code < 300, answer.text
        return await self.moved()

    async def _look(self, caller: AsyncClient) -> list[tuple[str, Any]]:
        answers = [await caller.get(f"{self.event}/{form}") for form in FORMS]
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
        in_json = [answer.headers["Content-Type"] == "application/json" for answer in answers]
        return [
            (answer.headers["ETag"], answer.json().get("position") if is_json else None)
            for answer, is_json in zip(answers, in_json, strict=True)
        ]


@pytest.fixture
async def watch(  # noqa: PLR0917
    client: AsyncClient, anybody: AsyncClient, other: AsyncClient, psql: psycopg.Connection, event: str, ids: Any
) -> Watch:
    psql.execute("UPDATE api_key SET scopes = '{read}' WHERE name = 'other'")
    made = Watch({"all": client, "read": other, "anybody": anybody}, event)
    await made.moved()
    return made


def change(path: str, **columns: Any) -> Call:
    return "PATCH", path, columns


# What happens, one after the other, and whose pictures of the open event it moves.
HAPPENS: Final[tuple[tuple[str, Call, set[str]], ...]] = (
    ("a restricted event is changed", change("/v1/events/{secret}", summary="X"), set()),
    ("a source that only it cites", change("/v1/sources/{insider}", name="X", party="russia"), READERS),
    ("whom that belongs to", change("/v1/sources/{insider}", parent="{owner}"), READERS),
    ("a document that only it cites", change("/v1/documents/{evidence}", title="X"), READERS),
    ("its publisher", change("/v1/documents/{secret paper}", publisher="{insider}"), READERS),
    ("its text", ("POST", "/v1/documents/{secret paper}/versions", {"text": "Other"}), READERS),
    ("a link of two such", ("POST", "/v1/documents/{secret paper}/links", {"relation": "quotes", "to": "{evidence}"}),
        READERS),
    ("a link of two such sources", ("POST", "/v1/sources/{insider}/links", {"to": "{another insider}"}), READERS),
    ("a merge of two such", ("POST", "/v1/sources/{insider}/merge", {"into": "{another insider}"}), READERS),
    ("a link to a restricted event",
        ("POST", "/v1/events/{event}/event-links", {"to": "{secret}", "relation": "related"}), READERS),
    ("a link from it", ("POST", "/v1/events/{secret}/event-links", {"to": "{event}", "relation": "same_site"}),
        READERS),
    ("who a protected source is",
        change("/v1/sources/{protected}", name="X", party="russia", notes="X", aliases=[{"name": "Y"}]), {"all"}),
    ("who it may be", ("POST", "/v1/sources/{protected}/links", {"to": "{speaker}"}), {"all"}),
    # What is shown, or may bear on what is shown.
    ("what a protected source shows", change("/v1/sources/{protected}", kind="witness"), EVERYBODY),
    ("whom a protected source belongs to", change("/v1/sources/{protected}", parent="{absorbed}"), EVERYBODY),
    ("an open source", change("/v1/sources/{speaker}", name="X"), EVERYBODY),
    ("an open document", change("/v1/documents/{paper}", title="X"), EVERYBODY),
    ("its text, too", ("POST", "/v1/documents/{paper}/versions", {"text": "Other"}), EVERYBODY),
    ("what it is a copy of",
        ("POST", "/v1/documents/{paper}/links", {"relation": "syndicated_from", "to": "{evidence}"}), EVERYBODY),
    ("that one, from now on", change("/v1/documents/{evidence}", title="Y"), EVERYBODY),
    ("who becomes protected", change("/v1/sources/{speaker}", confidential=True), EVERYBODY),
    ("who is merged into one", ("POST", "/v1/sources/{absorbed}/merge", {"into": "{speaker}"}), EVERYBODY),
    ("who is parted from one", change("/v1/sources/{absorbed}", merged_into=None), EVERYBODY),
    ("who is no longer protected", change("/v1/sources/{protected}", confidential=False), EVERYBODY),
    ("its name, from now on", change("/v1/sources/{protected}", name="Y"), EVERYBODY),
    ("a restricted event is opened", change("/v1/events/{secret}", visibility="public"), EVERYBODY),
    ("what it cites, from now on", change("/v1/sources/{another insider}", name="Y"), EVERYBODY),
)  # fmt: skip


async def test_only_what_may_be_shown_moves_a_picture(watch: Watch, ids: dict[str, str]) -> None:
    for what, (method, path, body), moves in HAPPENS:
        filled = {
            name: value.format(**ids) if isinstance(value, str) else value for name, value in (body or {}).items()
        }
        assert await watch.by((method, path.format(**ids), filled)) == moves, what


async def test_a_link_to_a_restricted_event_moves_when_it_is_opened(
    client: AsyncClient, watch: Watch, ids: dict[str, str]
) -> None:
    link = (await post(client, f"{watch.event}/event-links", {"to": ids["secret"], "relation": "related"}))["id"]
    assert await watch.moved() == READERS
    assert await watch.by(change(f"/v1/event-links/{link}", relation="follow_up")) == READERS
    assert await watch.by(change(SECRET, visibility="public")) == EVERYBODY
    assert "Secret" in (await watch.callers["anybody"].get(f"{watch.event}/dossier")).text
    assert await watch.by(change(f"/v1/event-links/{link}", relation="related")) == EVERYBODY
    assert await watch.by(change(SECRET, visibility="restricted")) == EVERYBODY
    assert await watch.by(("DELETE", f"/v1/event-links/{link}", None)) == READERS
    await post(client, f"{watch.event}/event-links", {"to": ids["secret"], "relation": "related"})
    await watch.moved()
    # With all that only it cites, and the link.
    assert await watch.by(("DELETE", f"/v1/documents/{ids['evidence']}?cascade=true", None)) == READERS
    assert await watch.by(("DELETE", f"{SECRET}?cascade=true", None)) == READERS
    assert await watch.by(("DELETE", f"/v1/sources/{ids['another insider']}", None)) == READERS


async def test_what_was_changed_while_it_was_hidden_is_shown_when_it_is_opened(
    client: AsyncClient, anybody: AsyncClient, ids: dict[str, str]
) -> None:
    """And a position leads to one picture, whatever was opened since."""
    await patch(client, f"/v1/sources/{ids['insider']}", {"name": "Renamed"})
    hidden_until = (await get(client, f"{SECRET}/dossier"))["position"]
    await patch(client, f"/v1/sources/{ids['speaker']}", {"role": "x"})
    await patch(client, SECRET, {"visibility": "public"})
    picture = await get(anybody, f"{SECRET}/dossier?as_of={hidden_until}")
    assert "Renamed" in str(picture["sources"])
    assert picture["position"] == hidden_until


async def test_what_an_open_event_begins_to_cite_moves_it(
    client: AsyncClient, watch: Watch, ids: dict[str, str]
) -> None:
    said = {"claim": await claim(client, watch.event, "It was not"), "source": ids["insider"]}
    await watch.moved()
    assert await watch.by(("POST", f"{watch.event}/statements", said)) == EVERYBODY
    assert await watch.by(change(f"/v1/sources/{ids['insider']}", name="X")) == EVERYBODY
    # Over whatever lies between: whom it belongs to.
    await patch(client, f"/v1/sources/{ids['insider']}", {"parent": ids["another insider"]})
    await watch.moved()
    assert await watch.by(change(f"/v1/sources/{ids['another insider']}", name="Y")) == EVERYBODY
    await delete(client, f"/v1/sources/{ids['insider']}?cascade=true")
    await watch.moved()
    assert await watch.by(change(f"/v1/sources/{ids['another insider']}", name="Z")) == READERS
