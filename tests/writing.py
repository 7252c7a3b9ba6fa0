"""Everything that the description has to write, sent with what is hidden wherever something can be named."""

import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import fields
from typing import Any, Final
from uuid import UUID, uuid5

import canaries
import httpx
from canaries import World
from crawling import Told
from sqlalchemy.ext.asyncio import AsyncSession

from app.database import Database, Signature

Json = dict[str, Any]
_SPACE: Final = UUID(int=7)
_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD: Final = re.compile("kq[bcdfghjklmnpqrtv]{12}")
_TIME: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_HASH: Final = re.compile("[0-9a-f]{64}")
_OWN_HEADERS: Final = (
    "date",
    "x-request-id",
    "ratelimit",
    "ratelimit-policy",
    "etag",
    "content-length",
    "traceresponse",
)
# A ref, a slug or the address of a page that leads to one record for everybody: that it is taken is told, and not by
# what (decision 39).
_TAKEN: Final = "it is taken"
# Who sends what was redacted is told that it was (decision 41).
_REDACTED: Final = "Something that this tells or names was redacted."
# Nobody cites it but a protected source: whoever sends it finds it again, as all that nothing cites (decision 39).
_FOUND_AGAIN: Final = ("owner",)
_MATCH: Final = {"If-Match": "*"}


class Forgetful(Database):
    """Writes and answers as ever, and keeps nothing: so that all questions are asked of the same world."""

    @classmethod
    def of(cls, database: Database) -> "Forgetful":
        return cls(**{field.name: getattr(database, field.name) for field in fields(database)})

    @asynccontextmanager
    async def writing(self, signature: Signature) -> AsyncIterator[AsyncSession]:
        async with super().writing(signature) as session:
            yield session
            await session.rollback()


class Write:
    """One thing to send."""

    def __init__(self, operation: str, method: str, path: str, body: Any = None) -> None:
        self.operation, self.method, self.path, self.body = operation, method, path, body

    def __repr__(self) -> str:
        return f"{self.operation} {self.method} {self.path} {json.dumps(self.body)}"

    def written(self) -> str:
        return self.path + json.dumps(self.body)

    def elsewhere(self, hidden: list[str]) -> "Write":
        """The same of what never was."""
        path, body = self.path, json.dumps(self.body)
        for word in hidden:
            path, body = path.replace(word, never(word)), body.replace(word, never(word))
        return Write(self.operation, self.method, path, json.loads(body))


def never(word: str) -> str:
    """What has the same form, and nothing ever had."""
    return canaries.word(f"never {word}") if _WORD.fullmatch(word) else str(uuid5(_SPACE, word))


async def send(caller: httpx.AsyncClient, write: Write, told: Told) -> httpx.Response:
    if write.operation == "ingest_lines":
        lines = "\n".join(json.dumps(line) for line in write.body)
        answer = await caller.post(write.path, content=lines, headers={"Content-Type": "application/x-ndjson"})
    else:
        headers = _MATCH if write.method in ("PATCH", "DELETE") else {}
        answer = await caller.request(write.method, write.path, json=write.body, headers=headers)
    told.asked += 1
    told.operations.add(write.operation)
    told.statuses[answer.status_code] = told.statuses.get(answer.status_code, 0) + 1
    if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
        told.differences.append(f"{write}: {answer.text}")
    return answer


async def crawl(  # noqa: PLR0917
    caller: httpx.AsyncClient, scopes: frozenset[str], world: World, writes: list[Write], told: Told, when: str
) -> None:
    """Send everything, twice where it names what is hidden: that, and what never was."""
    found_again = {word for name in _FOUND_AGAIN for word in world.own[name][1]}
    forbidden = [word for word, needed in world.words.items() if not needed <= scopes and word not in found_again]
    # Of what they could have read they are told that it was redacted, and not that nothing is there.
    unseen = [word for word in forbidden if not world.redacted.get(word, canaries.NOBODY) <= scopes]
    names = {word: name for name, (_, own) in world.own.items() for word in own}
    for write in writes:
        answer = await send(caller, write, told)
        text, sent = answer.text + repr(sorted(answer.headers.items())), write.written()
        hidden = [word for word in unseen if word in sent]
        told.canaries += [
            f"{when}{write}: {names.get(word, word)}" for word in forbidden if word in text and word not in sent
        ]
        if hidden:
            other = await send(caller, write.elsewhere(hidden), told)
            shown = plain(answer, hidden), plain(other, hidden)
            if shown[0] != shown[1] and not is_refused(answer):
                pairs = [f"{one!r} ≠ {two!r}" for one, two in zip(*shown, strict=True) if one != two]
                told.differences.append(f"{when}{write} [{names.get(hidden[0])}]: {'; '.join(pairs)}")


def is_refused(answer: httpx.Response) -> bool:
    """Whether a ref, a slug or a page is refused as taken or redacted, and nothing else is told."""
    problems = [json.loads(line) for line in answer.text.splitlines() or ["{}"]]
    if problems[-1].get("done"):  # of lines each has its own
        problems.pop()
    return all(_is_refusal(problem) for problem in problems)


def _is_refusal(problem: Json) -> bool:
    if problem.get("status") == httpx.codes.GONE:
        return bool(problem["detail"] == _REDACTED)
    return (
        problem.get("status") == httpx.codes.CONFLICT
        and {"url", "blocked_by"}.isdisjoint(problem)
        and bool(problem.get("errors"))
        and {error["detail"] for error in problem["errors"]} == {_TAKEN}
        and {error["pointer"].rpartition("/")[2] for error in problem["errors"]} <= {"ref", "slug", "url"}
    )


def plain(answer: httpx.Response, hidden: list[str]) -> tuple[Any, ...]:
    """Without what every answer has of its own: ids that were made for it, times, and what it repeats."""
    text = answer.text
    headers = repr({name: value for name, value in answer.headers.items() if name not in _OWN_HEADERS})
    for word in sorted(hidden):
        text, headers = (one.replace(word, "…").replace(never(word), "…") for one in (text, headers))
    made: dict[str, str] = {}

    def number(match: re.Match[str]) -> str:
        return made.setdefault(match[0], f"id {len(made)}")

    text = _HASH.sub("…", re.sub(r'"request_id":\s*"[^"]*"', "", _TIME.sub("…", text)))
    return answer.status_code, _UUID.sub(number, text), _UUID.sub(number, headers)


# --- what there is to write ------------------------------------------------------------------------------------------

# In place of `@` the hidden record: its address, or what describes it, beside what such a body needs.
_BESIDE: Final[dict[str, Json]] = {
    "source": {"name": "Somebody"},
    "document": {"title": "Some page"},
    "event": {"title": "An event"},
    "question": {"text": "What?"},
    "claim": {"text": "New"},
    "statement": {"claim": "{event first}", "source": "{speaker}"},
    "assessment": {"claim": "{event first}", "author": "{speaker}", "scheme": "veracity", "rating": "false"},
}
_EVENT: Final = "/v1/events/{event}"
_SAID: Final = "/v1/statements/{event said}"
_RATING: Final = {"scheme": "veracity", "rating": "false"}
Template = tuple[str, str, Any]
"""An operation, where it is sent, and its body."""
# By kind: the bodies that take an address as well as a description, an address alone, and a description alone.
_EITHER: Final[dict[str, list[Template]]] = {
    "source": [
        ("create_statement", f"{_EVENT}/statements", {"claim": "{event first}", "source": "@", "said": "2024"}),
        ("create_claim", f"{_EVENT}/claims", {"text": "New", "statements": [{"source": "@"}]}),
        ("create_appearance", f"{_SAID}/appearances",
            {"document": {"url": "https://new.example/1", "publisher": "@"}, "wording": "So",
             "hops": [{"source": "@"}]}),
        ("create_assessment", f"{_EVENT}/assessments", {"claim": "{event first}", "author": "@", **_RATING}),
        ("create_source_link", "/v1/sources/{ministry}/links", {"to": "@"}),
        ("create_source", "/v1/sources", {"name": "A child", "parent": "@"}),
        ("create_report", "/v1/reports", {
            "events": [{"event": "{event}", "claims": [{"text": "New", "statements": [{"source": "@"}]}]}]}),
    ],
    "document": [
        ("create_appearance", f"{_SAID}/appearances", {"document": "@", "wording": "So"}),
        ("create_statement", f"{_EVENT}/statements",
            {"claim": "{event first}", "source": "{speaker}", "document": "@", "wording": "So"}),
        ("create_document_link", "/v1/documents/{paper}/links", {"relation": "quotes", "to": "@"}),
        ("create_report", "/v1/reports", {"document": "@", "events": [
            {"event": "{event}", "claims": [{"text": "New", "statements": [{"source": "{speaker}"}]}]}]}),
    ],
    "event": [("create_report", "/v1/reports", {"events": [{"event": "@", "claims": [{"text": "New"}]}]})],
    "question": [("create_claim", f"{_EVENT}/claims", {"text": "New", "question": "@"})],
}  # fmt: skip
_ADDRESSED: Final[dict[str, list[Template]]] = {
    "source": [
        ("change_statement", _SAID, {"source": "@"}),
        ("change_document", "/v1/documents/{paper}", {"publisher": "@"}),
        ("change_source", "/v1/sources/{ministry}", {"parent": "@"}),
        ("merge_source", "/v1/sources/{ministry}/merge", {"into": "@"}),
    ],
    "document": [
        ("withdraw_statement", f"{_SAID}/withdraw", {"withdrawn": "2024", "document": "@"}),
        ("change_statement", _SAID, {"withdrawn": "2024", "withdrawn_document": "@"}),
        ("change_appearance", "/v1/appearances/{event said found}", {"document": "@"}),
        ("merge_document", "/v1/documents/{paper}/merge", {"into": "@"}),
        ("create_assessment", f"{_EVENT}/assessments",
            {"claim": "{event first}", "author": "{speaker}", **_RATING, "documents": ["@"]}),
    ],
    "event": [
        ("change_event", _EVENT, {"parent": "@"}),
        ("create_event", "/v1/events", {"title": "A part", "parent": "@"}),
        ("create_event_link", f"{_EVENT}/event-links", {"to": "@", "relation": "related"}),
        ("merge_event", "/v1/events/{elsewhere}/merge", {"into": "@"}),
    ],
    "question": [
        ("change_claim", "/v1/claims/{event first}", {"question": "@"}),
        ("create_statement", f"{_EVENT}/statements", {"question": "@", "source": "{speaker}", "stance": "no_comment"}),
    ],
    "claim": [
        ("change_statement", _SAID, {"claim": "@"}),
        ("change_assessment", "/v1/assessments/{event rating}", {"claim": "@"}),
        ("create_statement", f"{_EVENT}/statements", {"claim": "@", "source": "{speaker}"}),
        ("create_claim_link", f"{_EVENT}/claim-links", {"from": "{event first}", "relation": "refines", "to": "@"}),
        ("create_assessment", f"{_EVENT}/assessments", {"claim": "@", "author": "{speaker}", **_RATING}),
        ("merge_claim", "/v1/claims/{event second}/merge", {"into": "@"}),
    ],
    "statement": [("create_statement", f"{_EVENT}/statements",
        {"claim": "{event first}", "source": "{speaker}", "supersedes": "@"})],
}  # fmt: skip
_DESCRIBED: Final[dict[str, list[Template]]] = {
    "source": [("create_source", "/v1/sources", "@"), ("change_source", "/v1/sources/{ministry}", "only")],
    "document": [
        ("create_document", "/v1/documents", "@"),
        ("change_document", "/v1/documents/{paper}", "only"),
        ("create_version", "/v1/documents/{paper}/versions", "only"),
    ],
    "event": [("create_event", "/v1/events", "@"), ("change_event", _EVENT, "only")],
    "question": [
        ("create_question", f"{_EVENT}/questions", "@"), ("change_question", "/v1/questions/{event question}", "only")],
    "claim": [("create_claim", f"{_EVENT}/claims", "@"), ("change_claim", "/v1/claims/{event first}", "only")],
    "statement": [("create_statement", f"{_EVENT}/statements", "@"), ("change_statement", _SAID, "only")],
    "assessment": [("create_assessment", f"{_EVENT}/assessments", "@")],
}  # fmt: skip
# Of these a line is the body, with its type and, where its path names one, the event.
_LINES: Final = ("source", "document", "event", "claim", "question", "statement", "assessment", "report")
# What is added at the address of a record.
_ADDED: Final[dict[str, list[Template]]] = {
    "event": [
        ("create_claim", "claims", {"text": "Something"}),
        ("create_question", "questions", {"text": "What?"}),
        ("create_event_link", "event-links", {"to": "{linked}", "relation": "same_site"}),
        ("create_statement", "statements", {"claim": "{event first}", "source": "{ministry}"}),
        ("create_claim_link", "claim-links", {"from": "{event first}", "relation": "refines", "to": "{event second}"}),
        ("create_assessment", "assessments", {"claim": "{event first}", "author": "{ministry}", **_RATING}),
        ("merge_event", "merge", {"into": "{elsewhere}"}),
    ],
    "source": [
        ("create_source_link", "links", {"to": "{ministry}"}),
        ("merge_source", "merge", {"into": "{ministry}"}),
    ],
    "document": [
        ("create_version", "versions", {"headline": "Another"}),
        ("create_document_link", "links", {"relation": "quotes", "to": "{other paper}"}),
        ("merge_document", "merge", {"into": "{other paper}"}),
    ],
    "statement": [
        ("create_appearance", "appearances", {"document": "{paper}", "wording": "So"}),
        ("withdraw_statement", "withdraw", {"withdrawn": "2024"}),
    ],
    "claim": [("merge_claim", "merge", {"into": "{event second}"})],
}
# What tells a record apart, or leads to it, beside its id.
_TELLING: Final = ("ref", "slug", "title", "name", "url", "archive_url", "external_ids", "aliases", "text")


async def writes(world: World) -> list[Write]:
    """Each operation that writes: at each address, and with each hidden record in each place of its body."""
    found = [*_at_addresses(world)]
    async for kind, form in _hidden_forms(world):
        found += naming(world.ids, kind, form)
    return found


async def _hidden_forms(world: World) -> AsyncIterator[tuple[str, Any]]:
    """All that each hidden record can be named or found by: its addresses, and what describes it."""
    for name, (kind, own) in world.own.items():
        if not world.addresses[kind].get(world.ids[name]) or name in _FOUND_AGAIN:
            continue
        for address in world.addresses[kind]:
            if address.removeprefix("ref:") in own:
                yield kind, address
        at = f"/v1/{_plural(kind)}/{world.ids[name]}"
        record = (await world.editor.get(f"{at}?merged=self")).json()
        versions = (await world.editor.get(f"{at}/versions?text=true")).json() if kind == "document" else {}
        for described in (record, *versions.get("items", ())):
            for key in (key for key in _TELLING if described.get(key) and (described is record or key == "text")):
                value = [{"name": alias["name"]} for alias in record[key]] if key == "aliases" else described[key]
                yield kind, {key: value}


def _plural(kind: str) -> str:
    return f"{kind.replace('_', '-')}s"


def _at_addresses(world: World) -> Iterator[Write]:
    """What is changed, merged, deleted, redacted and added to, at every address."""
    for kind, addresses in world.addresses.items():
        for address in addresses:
            at = f"/v1/{_plural(kind)}/{address}"
            yield Write(f"change_{kind}", "PATCH", at, {"ref": "another"})
            yield Write(f"change_{kind}", "PATCH", at, {"merged_into": None})
            yield Write(f"delete_{kind}", "DELETE", at)
            yield Write("redact_record", "POST", f"{at}/redact", {"reason": "A court"})
            for operation, below, body in _ADDED.get(kind, ()):
                yield Write(operation, "POST", f"{at}/{below}", _filled(body, world.ids, None))


def naming(ids: dict[str, str], kind: str, form: Any) -> Iterator[Write]:
    """Each body with one hidden record, in this form, in each of its places; those of lines as lines, too."""
    is_described = isinstance(form, dict)
    whole = {**_filled(_BESIDE.get(kind, {}), ids, None), **form} if is_described else form
    for operation, path, template in [
        *_EITHER.get(kind, ()),
        *(_DESCRIBED if is_described else _ADDRESSED).get(kind, ()),
    ]:
        body = form if template == "only" else _filled(template, ids, whole)
        is_change = operation.startswith("change_")
        yield Write(operation, "PATCH" if is_change else "POST", path.format_map(ids), body)
        type_ = operation.removeprefix("create_")
        if type_ in _LINES and not is_change:
            of_event = {"event": ids["event"]} if path.startswith(_EVENT) else {}
            yield Write("ingest_lines", "POST", "/v1/ingest", [{"type": type_, **of_event, **body}])


def _filled(template: Any, ids: dict[str, str], hidden: Any) -> Any:
    if isinstance(template, dict):
        return {name: _filled(value, ids, hidden) for name, value in template.items()}
    if isinstance(template, list):
        return [_filled(value, ids, hidden) for value in template]
    return hidden if template == "@" else template.format_map(ids)
