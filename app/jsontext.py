"""JSON as it is sent, in a body or in a line: one strict reader, which says what is wrong and where.

Python's own reader lets the last of two members of one name win, takes NaN, and gives up at a number of 5,000 digits.
jiter refuses these, and is faster, but does not say where.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import jiter

from app.errors import BadRequest, Invalid, TooLarge

LEVELS: Final = 40  # of arrays and objects in each other
VALUES: Final = 50_000
"""Texts, numbers, arrays, objects, true, false and null in one text of JSON, at most."""
_INTEGER_DIGITS: Final = 400  # no double has more; what has, is out of every range here
_BYTE_ORDER_MARK: Final = "\ufeff"
# What the first four bytes of a text in another encoding than UTF-8 are, which for JSON begins with ASCII.
_OTHER_ENCODINGS: Final = (
    ("UTF-32", (b"\xff\xfe\0\0", b"\0\0\xfe\xff")),
    ("UTF-16", (b"\xff\xfe", b"\xfe\xff")),
)


@dataclass(frozen=True, eq=False)
class _Constant:
    """NaN or Infinity, which are no JSON."""

    word: str


def read(raw: bytes, noun: str) -> Any:
    """What these bytes say. `noun`: the word for them in a problem.

    Raises BadRequest for what is no JSON in UTF-8, Invalid for what is two things at once, TooLarge for what has too
    many parts.
    """
    _check_values(raw, noun)
    try:
        value = jiter.from_json(raw, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError:
        # Nearly all that comes is right: what is wrong elsewhere is found out by reading it again.
        value = _read_again(raw, noun)
    if raw.count(b"[") + raw.count(b"{") > LEVELS:
        _check_depth(value, noun)
    return value


def _check_values(raw: bytes, noun: str) -> None:
    """Count before anything is made of it: a list of empty lists takes up fifty times its bytes."""
    if raw.startswith(b"[" * (LEVELS + 1)):
        raise _too_deep(noun)
    if len(raw) > VALUES and _separators(raw) >= VALUES and _values(raw) > VALUES:
        raise TooLarge(
            f"The {noun} has more than {VALUES:,} values (texts, numbers, lists, objects). Send several smaller ones."
        )


def _separators(text: bytes) -> int:
    return text.count(b",") + text.count(b"[") + text.count(b"{")


def _values(raw: bytes) -> int:
    """How many values there are, or some number above VALUES."""
    unescaped = raw.replace(rb"\\", b"").replace(rb"\"", b"") if b"\\" in raw else raw
    if unescaped.count(b'"') > 4 * VALUES:  # of a text and its name
        return VALUES + 1
    outside = b'"'.join(unescaped.split(b'"')[::2]).translate(None, b" \t\r\n")
    return 1 + _separators(outside) - outside.count(b"[]") - outside.count(b"{}")


def _integer(digits: str) -> int | float:
    return int(digits) if len(digits) <= _INTEGER_DIGITS else float(digits)


def _read_again(raw: bytes, noun: str) -> Any:
    """What these bytes say, if it is only that the reader can't take it. Raises the problem of what is wrong."""
    words = _decoded(raw, noun)
    repeated: list[tuple[Any, str]] = []  # objects in which a name stands twice, and the name
    constants: list[_Constant] = []

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        parsed = dict(pairs)
        if len(parsed) != len(pairs):
            names = Counter(name for name, _ in pairs)
            repeated.append((parsed, names.most_common(1)[0][0]))
        return parsed

    def constant(word: str) -> _Constant:
        constants.append(_Constant(word))
        return constants[-1]

    try:
        value = json.loads(words, object_pairs_hook=members, parse_int=_integer, parse_constant=constant)
    except RecursionError:
        raise _too_deep(noun) from None
    except json.JSONDecodeError as error:
        raise BadRequest(_not_json(error, noun)) from None
    _check_depth(value, noun)
    for said in constants:
        errors = [{"pointer": _pointer_to(value, said), "detail": f"{said.word} is no number: leave it out"}]
        raise BadRequest(f"The {noun} is not JSON: it has no {said.word}.", errors=errors)
    for parsed, name in repeated[-1:]:
        raise Invalid.at(_pointer_to(value, parsed, name), "this member stands twice here: which one is meant?")
    _check_surrogates(value, raw, noun)
    return value


def foreign_encoding(raw: bytes) -> str | None:
    """The encoding of a text that is not UTF-8, as far as its first bytes show it."""
    for encoding, marks in _OTHER_ENCODINGS:
        if raw.startswith(marks):
            return encoding
    zeros = [nth for nth, byte in enumerate(raw[:4]) if byte == 0]
    return {(1, 3): "UTF-16", (0, 2): "UTF-16", (1, 2, 3): "UTF-32", (0, 1, 2): "UTF-32"}.get(tuple(zeros))


def in_utf8(noun: str, encoding: str) -> str:
    """The sentence for a text in another encoding."""
    return f"The {noun} is {encoding}. JSON is sent in UTF-8: `iconv -f {encoding} -t UTF-8` makes it so."


def _decoded(raw: bytes, noun: str) -> str:
    if encoding := foreign_encoding(raw):
        raise BadRequest(in_utf8(noun, encoding))
    try:
        words = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(f"The {noun} is not UTF-8: byte {error.start + 1} can't be read.") from None
    if words.startswith(_BYTE_ORDER_MARK):
        raise BadRequest(f"The {noun} begins with a byte order mark (U+FEFF). JSON has none: leave it out.")
    return words


def _not_json(error: json.JSONDecodeError, noun: str) -> str:
    """Where JSON ends to be JSON, and the likeliest reason; without a word of what was sent."""
    position = f"at character {error.pos + 1}" if error.lineno == 1 else f"in line {error.lineno}, column {error.colno}"
    following, before = error.doc[error.pos :].lstrip(), error.doc[: error.pos].rstrip()
    if "control character" in error.msg:
        reason = "a line break or another control character stands in a text: it is written \\n, \\t or \\u0000"
    elif "Unterminated string" in error.msg:
        reason = "a text begins there and does not end"
    elif not following:
        reason = "it ends too early"
    elif following[0] == "'":
        reason = "names and texts stand in double quotes"
    elif following[0] in "]}" and before.endswith(","):
        reason = "there is a comma too many"
    elif following.startswith(("True", "False", "None")):
        reason = "it is true, false and null in JSON"
    elif "Extra data" in error.msg:
        reason = "it has ended there, and more follows"
    else:
        reason = error.msg[0].lower() + error.msg[1:]
    return f"The {noun} is not JSON: {position} {reason}."


def _check_depth(value: Any, noun: str) -> None:
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(LEVELS):
        level = [
            inner
            for container in level
            for inner in (container.values() if isinstance(container, dict) else container)
            if isinstance(inner, dict | list)
        ]
        if not level:
            return
    raise _too_deep(noun)


def _too_deep(noun: str) -> BadRequest:
    return BadRequest(f"The {noun} is nested too deep: at most {LEVELS} levels.")


def _check_surrogates(value: Any, raw: bytes, noun: str) -> None:
    """Refuse half of a pair: no text can hold it, not even a problem that quotes it. It can only come as an escape."""
    if rb"\ud" in raw or rb"\uD" in raw:
        try:
            json.dumps(value, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise BadRequest(
                f"The {noun} has half of a surrogate pair (\\ud800 to \\udfff without the other half)."
            ) from None


# --- pointers --------------------------------------------------------------------------------------------------------


def pointer(steps: list[str]) -> str:
    """A JSON pointer (RFC 6901) of these steps."""
    return "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _pointer_to(value: Any, target: Any, *further: str) -> str:
    """Where this very object stands; where it was overwritten by another member of its name, the pointer is empty."""
    return next((pointer([*steps, *further]) for steps, part in _parts(value, []) if part is target), "")


def _parts(value: Any, steps: list[str]) -> Iterator[tuple[list[str], Any]]:
    yield steps, value
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _parts(inner, [*steps, name])
    elif isinstance(value, list):
        for nth, inner in enumerate(value):
            yield from _parts(inner, [*steps, str(nth)])
