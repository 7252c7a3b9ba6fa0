"""Answers built from what is already right: nothing is validated again."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeVar

from pydantic import BaseModel

M = TypeVar("M", bound=BaseModel)


def built(kind: type[M], stored: Mapping[str, Any] = MappingProxyType({}), /, **more: Any) -> M:
    """What `model_construct` gives where no field is missing, but faster: a picture has thousands of parts."""
    fields = {**stored, **more}
    made = kind.__new__(kind)
    object.__setattr__(made, "__dict__", fields)
    object.__setattr__(made, "__pydantic_fields_set__", set(fields))
    object.__setattr__(made, "__pydantic_extra__", None)
    object.__setattr__(made, "__pydantic_private__", None)
    return made
