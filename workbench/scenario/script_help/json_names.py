"""What the parts about JSON, which are those of the program itself, find there."""

from __future__ import annotations

from typing import NamedTuple

BYTES = "bytes"  # the encoding in which each byte is a character


class JsonValue(NamedTuple):
    """A value; `literal`: in JSON it is written as it is, as a number is."""

    data: bytes
    hexed: bool = False
    literal: bool | None = None


def codec(name: str) -> str:
    """The name of an encoding in Python."""
    return name


Value = JsonValue
