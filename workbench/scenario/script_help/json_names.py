"""What the parts about JSON, which are those of the program itself, find there."""

from __future__ import annotations

from typing import NamedTuple

BYTES = "bytes"  # the encoding in which each byte is a character


class WrongJson(ValueError):
    """What is wrong, and what is told of it."""

    def __init__(self, key: str, **told: object) -> None:
        super().__init__(key, told)


class JsonValue(NamedTuple):
    """A value; `literal`: in JSON it stands as it is, as a number does."""

    data: bytes
    hexed: bool = False
    literal: bool | None = None


def codec(name: str) -> str:
    """An encoding as Python calls it."""
    return name


Problem = WrongJson
Value = JsonValue
