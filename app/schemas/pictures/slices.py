"""The JSON of a large answer, written slice by slice.

pydantic writes a model in one go, and meanwhile no other thread runs Python: of an event of 5,000 statements that takes
as long as a hundred small answers, which would all wait for it.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from itertools import islice
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel

Picture = TypeVar("Picture", bound=BaseModel)

_SLICE: Final = 1_000  # models, with those inside, that are written at once: a few milliseconds
_LARGE_BYTES: Final = 1_000_000


def written(answer: BaseModel, *, exclude: Mapping[str, Any] | None = None) -> bytes:
    """The same text as that of `model_dump_json(by_alias=True, exclude=exclude)`, in UTF-8."""
    return b"".join(map(str.encode, of(answer, exclude=exclude)))


def written_last(write: Callable[[Picture], bytes], answer: Picture) -> bytes:
    """What `write` makes of an answer, of which nothing is left afterwards."""
    body = write(answer)
    _take_apart(answer, len(body))
    return body


def _take_apart(answer: BaseModel, size: int) -> None:
    """Empty the lists and maps of an answer that nobody needs any more; `size`: what was written of it, in bytes.

    Python frees a whole at once, and of 5,000 statements that, too, takes as long as many small answers.
    """
    for name in _holding_models(type(answer)) if size > _LARGE_BYTES else ():
        value = getattr(answer, name)
        while value and isinstance(value, list | dict):
            value.popitem() if isinstance(value, dict) else value.pop()


def of(answer: BaseModel, *, exclude: Mapping[str, Any] | None = None, without_null: bool = False) -> Iterator[str]:
    """The slices; none of them ends between a member's name and its value, if that is empty.

    Together they are what `model_dump_json(by_alias=True, exclude=exclude, exclude_none=without_null)` gives.
    """
    yield from _model(answer, exclude or {}, without_null)


def _model(model: BaseModel, exclude: Mapping[str, Any], without_null: bool) -> Iterator[str]:
    if _weight(model) <= _SLICE:
        yield _dumped(model, None, exclude, without_null)
        return
    separator = "{"
    for name, value in model:  # in the order in which it was made, as pydantic does
        field = type(model).model_fields[name]
        if field.exclude or exclude.get(name) is True or (without_null and value is None):
            continue
        member = f'{separator}"{field.serialization_alias or field.alias or name}":'
        separator = ","
        if name in _holding_models(type(model)) and isinstance(value, list | dict) and value:
            yield member
            yield from _items(model, name, exclude, without_null)
        else:
            yield member + _dumped(model, name, exclude, without_null).partition(":")[2][:-1]
    yield "}"


def _items(model: BaseModel, name: str, exclude: Mapping[str, Any], without_null: bool) -> Iterator[str]:
    """The list or the map of models that a field has: many light ones at once, a heavy one in slices of its own."""
    value = getattr(model, name)
    is_list = isinstance(value, list)
    of_each = (exclude.get(name) or {}).get("__all__", {})
    separator = "[" if is_list else "{"
    for part in _slices(value):
        if is_list and len(part) == 1 and isinstance(part[0], BaseModel):
            yield separator
            yield from _model(part[0], of_each, without_null)
        else:
            carrier = model.model_copy(update={name: part})
            # Without the member's name, and without its brackets.
            yield separator + _dumped(carrier, name, exclude, without_null).partition(":")[2][1:-2]
        separator = ","
    yield "]" if is_list else "}"


def _slices(value: list[Any] | dict[Any, Any]) -> Iterator[Any]:
    if isinstance(value, dict):
        entries = iter(value.items())
        while entries_at_once := dict(islice(entries, _SLICE)):
            yield entries_at_once
        return
    at_once: list[Any] = []
    weight = 0
    for model in value:
        weight_of_model = _weight(model)
        if at_once and weight + weight_of_model > _SLICE:
            yield at_once
            at_once, weight = [], 0
        at_once.append(model)
        weight += weight_of_model
    if at_once:
        yield at_once


def _dumped(model: BaseModel, name: str | None, exclude: Mapping[str, Any], without_null: bool) -> str:
    """The whole model, or one field of it."""
    return model.model_dump_json(
        by_alias=True,
        include=None if name is None else {name},
        exclude=dict(exclude) if exclude else None,
        exclude_none=without_null,
    )


def _weight(value: Any) -> int:
    """How many models are in a value, itself included."""
    if isinstance(value, BaseModel):
        weight = 1
        for name in _holding_models(type(value)):
            if inner := getattr(value, name):
                weight += _weight(inner)
        return weight
    if isinstance(value, list):
        return sum(map(_weight, value))
    if isinstance(value, dict):
        return sum(map(_weight, value.values()))
    return 0


@cache
def _holding_models(model: type[BaseModel]) -> tuple[str, ...]:
    """The fields in whose values there may be models."""
    return tuple(name for name, field in model.model_fields.items() if _holds_models(field.annotation))


def _holds_models(annotation: Any) -> bool:
    if annotation is Any or (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return True
    return any(_holds_models(part) for part in get_args(annotation))
