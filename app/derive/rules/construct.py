"""Builds answers of parts that are valid already, without validating them again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


class _FieldNames(dict[type[BaseModel], set[str]]):
    """By model, the names of its fields."""

    def __missing__(self, model: type[BaseModel]) -> set[str]:
        names = self[model] = set(model.model_fields)
        return names


_FIELDS: Final = _FieldNames()
# Pydantic's own refuses what is frozen, and checks names.
_new: Final = object.__new__
_set: Final = object.__setattr__


def built(model: type[M], stored: Mapping[str, Any] = MappingProxyType({}), /, **fields: Any) -> M:
    """What `model_construct` gives where no field is missing, but faster: a picture has thousands of parts.

    `fields` win over `stored`. All instances of a model share the set of their fields' names, so nothing built here is
    changed afterwards.
    """
    instance = _new(model)
    _set(instance, "__dict__", {**stored, **fields} if stored else fields)
    _set(instance, "__pydantic_fields_set__", _FIELDS[model])
    _set(instance, "__pydantic_extra__", None)
    _set(instance, "__pydantic_private__", None)
    return instance
