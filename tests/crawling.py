"""Everything that the description has to read, asked at every address, as one caller: what was told, and where."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID, uuid4

import canaries
import httpx
from describing import inlined

# The parameters that name a record, and its kind; `parent` is one of the list's own kind.
_NAMING: Final = {
    "event": "event", "claim": "claim", "question": "question", "document": "document", "source": "source",
    "author": "source", "publisher": "source",
}  # fmt: skip
TRIES: Final = 3
# What has a list that is narrowed by `ref`.
_OWN: Final = ("source", "document", "event", "claim", "question", "statement", "assessment")
_OWN_HEADERS: Final = ("x-request-id", "date", "server-timing", "ratelimit", "ratelimit-policy", "traceresponse")
_PLACE: Final = re.compile(r"\{\w+\}")
_REQUEST_ID: Final = re.compile(rb'"request_id":\s*"[^"]*"')


@dataclass(frozen=True)
class Question:
    """One thing to ask."""

    operation: str
    method: str
    url: str
    body: Any = None
    named: tuple[str, str] | None = None
    """The kind and the address of what it names last."""

    def elsewhere(self) -> "Question":
        """The same of what never existed."""
        assert self.named is not None
        kind, address = self.named
        never = _never(address)
        bare, bare_never = address.removeprefix("ref:"), never.removeprefix("ref:")
        body = None if self.body is None else _replaced(self.body, bare, bare_never)
        return Question(self.operation, self.method, self.url.replace(bare, bare_never), body, (kind, never))


@dataclass
class Told:
    """What a crawl found."""

    asked: int = 0
    operations: set[str] = field(default_factory=set)
    statuses: dict[int, int] = field(default_factory=dict)
    canaries: list[str] = field(default_factory=list)
    differences: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    """For how it was asked: that shows nothing of what is hidden."""


def _never(address: str) -> str:
    """An address of the same form that nothing ever had."""
    try:
        UUID(address)
    except ValueError:
        prefix = "ref:" if address.startswith("ref:") else ""
        return prefix + canaries.word(f"never {address}")
    return str(uuid4())


def _replaced(value: Any, old: str, new: str) -> Any:
    if isinstance(value, dict):
        return {name: _replaced(part, old, new) for name, part in value.items()}
    if isinstance(value, list):
        return [_replaced(part, old, new) for part in value]
    return new if value == old else value


async def crawl(  # noqa: PLR0917
    caller: httpx.AsyncClient,
    scopes: frozenset[str],
    world: canaries.World,
    asked: list[Question],
    told: Told,
    when: str,
) -> None:
    """Ask everything; note each canary that this caller may not know, and each difference from what never was."""
    for question in asked:
        answer = await _ask(caller, question, told)
        # A party that nobody is of whom this caller sees is none.
        names_something = question.named or "party=" in question.url
        if not names_something and answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY:
            told.refused.append(f"{when}{question}: {answer.text}")
        told.canaries += [f"{when}{canary}" for canary in _canaries(question, answer, scopes, world)]
        kind, address = question.named or ("", "")
        if kind and not world.addresses[kind].get(address, frozenset()) <= scopes:
            never = question.elsewhere()
            other = await _ask(caller, never, told)
            told.differences += [f"{when}{words}" for words in _differences(question, answer, never, other)]


async def _ask(caller: httpx.AsyncClient, question: Question, told: Told) -> httpx.Response:
    for _ in range(TRIES):
        answer = await caller.request(question.method, question.url, json=question.body)
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:  # on a machine that is busy
            break
    told.asked += 1
    told.operations.add(question.operation)
    told.statuses[answer.status_code] = told.statuses.get(answer.status_code, 0) + 1
    assert answer.status_code < 500, (question, answer.text)
    return answer


def _canaries(
    question: Question, answer: httpx.Response, scopes: frozenset[str], world: canaries.World
) -> Iterator[str]:
    text = answer.text + repr(sorted(answer.headers.items()))
    asked = question.url + repr(question.body)
    forbidden = [word for word, needed in world.words.items() if not needed <= scopes and word in text]
    if "confidential" not in scopes:
        forbidden += [word for at, word in world.apart if at in question.url and word in text]
    names = {word: name for name, (_, own) in world.own.items() for word in own}
    for word in forbidden:
        if word not in asked:
            yield f"{question.operation} {question.url}: {names.get(word, word)}"


def _differences(question: Question, answer: httpx.Response, never: Question, other: httpx.Response) -> Iterator[str]:
    """`never`, `other`: the same of what never was, and the answer to that."""
    assert question.named is not None
    assert never.named is not None
    shown = _plain(answer, question.named[1]), _plain(other, never.named[1])
    if shown[0] != shown[1]:
        words = [f"{one!r} ≠ {two!r}" for one, two in zip(*shown, strict=True) if one != two]
        yield f"{question.operation} {question.url} / {never.url}: {'; '.join(words)}"


def _plain(answer: httpx.Response, address: str) -> tuple[Any, ...]:
    """Without what every answer has of its own, and the address that it repeats."""
    body, address = _REQUEST_ID.sub(b"", answer.content).decode(), address.removeprefix("ref:")
    # An ETag is of the parameters, too, or of the bytes in which the address stands.
    own = {*_OWN_HEADERS, *(["etag"] if address in body or address in str(answer.request.url.query) else [])}
    headers = {name: value for name, value in answer.headers.items() if name not in own}
    return answer.status_code, body.replace(address, "…"), repr(headers).replace(address, "…")


# --- what there is to ask --------------------------------------------------------------------------------------------


def questions(
    description: dict[str, Any], world: canaries.World, positions: list[str], words: list[str], *, thorough: bool
) -> list[Question]:
    """All reads of the description, at every address in every place where one can stand, and in many variants.

    `words`: to search for; `thorough`: with every word and variant, else with some.
    """
    found: list[Question] = []
    for path, operations in inlined(description).items():
        if "get" in operations and path.startswith("/v1") and "text/event-stream" not in repr(operations["get"]):
            for own in _of_each_kind(path, operations["get"]):
                found += _of_operation(own, operations["get"], world, positions, words, thorough=thorough)
    return found + list(_lookups(world))


def _of_each_kind(path: str, operation: dict[str, Any]) -> Iterator[str]:
    """What several kinds of record have alike is under one path."""
    plurals = [one["schema"]["enum"] for one in operation.get("parameters", []) if one["name"] == "records"]
    for plural in plurals[0] if plurals else [""]:
        yield path.replace("{records}", plural).replace("{record}", f"{{{plural.replace('-', '_')[:-1]}}}")


def _of_operation(
    path: str,
    operation: dict[str, Any],
    world: canaries.World,
    positions: list[str],
    words: list[str],
    *,
    thorough: bool,
) -> Iterator[Question]:
    name = operation["operationId"]
    parameters = {one["name"]: one["schema"] for one in operation.get("parameters", []) if one["in"] == "query"}
    needed = _needed(name, words)
    places = [word.partition("}")[0] for word in path.split("{")[1:]]
    kinds = [place for place in places if place in world.addresses]
    if "format" in places:
        for format_ in ("csv", "ndjson"):
            yield from _of_list(name, path.replace("{format}", format_), parameters, world, needed)
        return
    if kinds:
        kind = kinds[0]
        for address in world.addresses[kind]:
            at = path.replace(f"{{{kind}}}", address)
            yield Question(name, "GET", at + needed, named=(kind, address))
            id_ = next(iter(world.addresses[kind]))
            if thorough or address == id_:
                for variant in _variants(parameters, positions):
                    yield Question(name, "GET", at + _joined(needed, variant), named=(kind, address))
        own = path.replace(f"{{{kind}}}", next(iter(world.addresses[kind])))
        if thorough:
            yield from _of_list(name, own, parameters, world, needed)
        return
    path = _PLACE.sub(str(uuid4()), path)  # a webhook, a key: nothing that is hidden by words
    yield from _of_list(name, path, parameters, world, needed)
    if "q" in parameters or "text" in parameters or "query" in parameters:
        parameter = next(one for one in ("q", "text", "query") if one in parameters)
        for word in words:
            yield Question(name, "GET", f"{path}?{parameter}={word}", named=None)


def _needed(name: str, words: list[str]) -> str:
    """What an operation can't be asked without."""
    asked = {"list_hits": "?q=", "list_similar_claims": "?text=", "list_fact_checked_claims": "?query="}
    if name in asked:
        return asked[name] + words[0]
    return "?since=2000-01-01" if name in ("get_diff", "get_news", "list_changes") else ""


def _joined(query: str, more: str) -> str:
    return f"{query}&{more}" if query else f"?{more}"


def _variants(parameters: Mapping[str, Any], positions: list[str]) -> Iterator[str]:
    if "as_of" in parameters:
        for position in positions:
            yield f"as_of={position}"
    if "said_before" in parameters:
        yield "said_before=2023-08-09"
    if "independence" in parameters:
        yield from ("independence=source", "independence=party")
    for name, value in (
        ("merged", "true" if parameters.get("merged", {}).get("type") == "boolean" else "self"),
        ("view", "compact"),
        ("by", "source"),
        ("text", "true"),
        ("lang", "fr"),
        ("moved", "standing"),
    ):
        if name in parameters:
            yield f"{name}={value}"


def _of_list(
    name: str, path: str, parameters: Mapping[str, Any], world: canaries.World, needed: str
) -> Iterator[Question]:
    """A list as it is, narrowed by each address, and with each word of its closed lists."""
    yield Question(name, "GET", path + needed)
    for parameter, kind in _naming(path, parameters):
        for address in world.addresses[kind]:
            value = address.removeprefix("ref:") if parameter == "ref" else address
            if parameter != "ref" or address.startswith("ref:"):
                asked = path + _joined(needed, f"{parameter}={value}")
                yield Question(name, "GET", asked, named=(kind, address))
    limit = "&limit=200" if "limit" in parameters else ""
    fixed = {"merged": ["true"], "party": ["russia", "france", "italy"]}
    for parameter in ("merged", "party", "sort", "facets", "expand"):
        if parameter in parameters:
            for value in _closed(parameters[parameter]) or fixed.get(parameter, []):
                yield Question(name, "GET", path + _joined(needed, f"{parameter}={value}{limit}"))


def _naming(path: str, parameters: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The parameters that name a record, each with its kind."""
    own = path.rpartition("/")[2].partition(".")[0].removesuffix("s")
    for parameter in parameters:
        if parameter in _NAMING:
            yield parameter, _NAMING[parameter]
        elif parameter == "parent":
            yield parameter, "source" if own == "source" else "event"
        elif parameter == "ref" and own in _OWN:
            yield parameter, own


def _closed(schema: Mapping[str, Any]) -> list[str]:
    """The words that a parameter takes."""
    for part in (schema, *schema.get("anyOf", ())):
        if "enum" in part:
            return list(part["enum"])
        if "pattern" in part:
            return re.findall("[a-z_]+", re.sub(r"\\.", "", part["pattern"]))
    return []


def _lookups(world: canaries.World) -> Iterator[Question]:
    for kind, addresses in world.addresses.items():
        for address in addresses:
            if address.startswith("ref:"):
                named = {"ref": address[4:]}
            else:
                named = {"id" if "-" in address else "slug": address}
            body = {"items": [{"type": kind, **named}]}
            yield Question("look_up", "POST", "/v1/lookup", body, (kind, address))
