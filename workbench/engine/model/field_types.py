"""Checks that what was read from a file has the types that its dataclass declares."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from types import UnionType
from typing import Any, Final, ForwardRef, Literal, Union, get_args, get_origin, get_type_hints

_LONGEST: Final = 2**10_000
"""Python writes no number of more than 4 300 decimal digits."""


def check_types(made: Any) -> None:
    """Check the type of every field of a dataclass object.

    Raises:
        ValueError: the name of the field that holds something else.
    """
    kind: type = type(made)
    for name, hint in _hints(kind).items():
        if not _fits(getattr(made, name), hint):
            raise ValueError(f"{type(made).__name__}.{name}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)


def _fits(value: object, hint: Any) -> bool:
    if isinstance(hint, str | ForwardRef):  # CallArgument contains itself
        return value is None or isinstance(value, str | int | float | tuple)
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return any(_fits(value, arg) for arg in args)
    if origin is Literal:
        return value in args
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        wanted = args[:1] * len(value) if args[1:] == (...,) else args
        return len(value) == len(wanted) and all(map(_fits, value, wanted))
    return _is_one(value, hint)


def _is_one(value: object, kind: Any) -> bool:
    """Whether a value has this plain type; a boolean does not count as a number."""
    if kind is int:
        return type(value) is int and -_LONGEST < value < _LONGEST
    if kind is float:
        return _is_one(value, int) or (isinstance(value, float) and math.isfinite(value))
    if not isinstance(value, kind):
        return False
    if is_dataclass(value):
        check_types(value)
    return True


def made_of(kind: type, table: Mapping[str, Any]) -> Any:
    """A dataclass object made from JSON or literals.

    There, enumerations are written as their values, dataclasses as tables, tuples as lists and
    pairs as a table.

    Raises:
        LookupError, TypeError, ValueError: not such a table.
    """
    hints = _hints(kind)
    return kind(**{name: _as(hints[name], value) for name, value in table.items()})


def _as(hint: Any, value: Any) -> Any:
    origin, args = get_origin(hint), get_args(hint)
    if origin in {Union, UnionType}:
        return None if value is None else _as(args[0], value)
    if origin is tuple and isinstance(value, list | tuple):
        return tuple(_as(args[0], item) for item in value)
    if origin is tuple and isinstance(value, Mapping):
        return tuple(value.items())
    if is_dataclass(hint) and isinstance(hint, type) and isinstance(value, Mapping):
        return made_of(hint, value)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint(value)
    return value
