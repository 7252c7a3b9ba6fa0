"""What turns a text round or can't be seen is kept as it came, and written out where somebody reads it as a text."""

import httpx
import pytest
from calls import get, post

from app.commands import watch
from app.commands.news import digests
from app.texts import cleaning

NAME = "Evil \u202egnp.exe"
SHOWN = "Evil \\u202egnp.exe"


async def test_json_has_it_as_it_came_and_texts_written_out(client: httpx.AsyncClient) -> None:
    event = f"/v1/events/{(await post(client, '/v1/events', {'title': NAME, 'slug': 'e'}))['id']}"
    said = {"source": {"name": NAME}, "said": "2023-08-09", "wording": "It fell"}
    await post(client, f"{event}/claims", {"text": "It fell", "statements": [said]})
    assert (await get(client, event))["title"] == NAME
    plain, safe, feed = [(await client.get(f"{event}/export.{name}")).text for name in ("csv", "csv?safe=true", "atom")]
    assert (NAME in plain, SHOWN in plain) == (True, False)
    for text in (safe, feed):
        assert (NAME in text, SHOWN in text) == (False, True)
    refused = await client.get("/v1/events", params={NAME: "x"})
    assert refused.status_code == 422
    assert (NAME in refused.json()["detail"], NAME in refused.json()["errors"][0]["detail"]) == (False, False)


async def test_so_is_what_commands_print_and_send(client: httpx.AsyncClient) -> None:
    event = f"/v1/events/{(await post(client, '/v1/events', {'title': NAME, 'slug': 'e'}))['id']}"
    since = (await get(client, "/v1/changes/checkpoint"))["position"]
    said = {"source": {"name": NAME, "kind": "official"}, "said": "2023-08-09"}
    await post(client, f"{event}/claims", {"text": f"It fell {NAME}", "question": {"text": NAME}, "statements": [said]})
    printed = digests.written(await get(client, f"{event}/news?since={since}"), "")
    changes = (await get(client, f"/v1/changes?since={since}&moved=standing,status"))["items"]
    changes += (await get(client, f"/v1/changes?since={since}"))["items"]
    watched = [watch._line(change).plain for change in changes]
    for lines in (printed, watched):
        assert NAME not in "".join(lines)
        assert sum(SHOWN in line for line in lines) >= 3, lines


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("BB\u200bC", "BB\\u200bC"),
        ("\u2067abc\u2069", "\\u2067abc\\u2069"),
        ("a\U000e0041b", "a\\U000e0041b"),
        # A half-space, a mark of direction, words of Thai, and the flag of Scotland.
        *((words, words) for words in ("می\u200cروم", "\u200fعربي", "ภาษา\u200bไทย")),
        *((words, words) for words in ["\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f"]),
    ],
)
def test_what_writing_needs_stays(words: str, shown: str) -> None:
    assert cleaning.visible(words) == shown
