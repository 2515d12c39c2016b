"""Where a message ends in a stream: the key `messages` of an endpoint, as frozen data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Final, Literal

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.texts import Problem

RECV: Final = "messages.recv"
"""The call of the row about a message."""
MOST: Final = 16 * 1024 * 1024
"""Bytes of the longest message by default."""
LEAST_IDLE: Final = 0.001
"""Seconds: a system clock cannot tell a shorter pause from a busy processor."""
_FIELD: Final = late_pattern(r"u(8|16|24|32|64)(le)?\Z|(?:var7|ber)\Z")


@dataclass(frozen=True, slots=True)
class Delimiter:
    """Each message is followed by these bytes, which are not part of it.

    Attributes:
        ends: text, in the endpoint's encoding; or `ends_hex`.
        max: bytes of the longest message.

    Raises:
        Problem: both or none of the two are given, or no message could fit.
    """

    ends: str = ""
    ends_hex: str = ""
    max: int = MOST

    def __post_init__(self) -> None:
        if bool(self.ends) == bool(self.ends_hex):
            raise Problem("engine.messages_one_end")
        _check_most(self.max)


@dataclass(frozen=True, slots=True)
class LengthField:
    """Each message has a field that says how long it is.

    Attributes:
        length: the field: "u8" "u16" "u24" "u32" "u64", big-endian as usual in networks,
            little-endian with "le" appended; "var7": seven bits a byte, the lowest first, as in
            MQTT; "ber": as in ASN.1.
        at: the offset of the field in the message.
        add: bytes of the message that the field does not count; None: those up to its end.

    Raises:
        Problem: there is no such field, or no message could fit.
    """

    length: str = "u16"
    at: int = 0
    add: int | None = None
    max: int = MOST

    def __post_init__(self) -> None:
        if not _FIELD.match(self.length):
            raise Problem("engine.messages_field", value=self.length)
        if self.at < 0:
            raise Problem("engine.messages_at", value=self.at)
        _check_most(self.max)

    @property
    def width(self) -> int | None:
        """Size of the field in bytes; None: it depends on the number."""
        digits = self.length.removeprefix("u").removesuffix("le")
        return int(digits) // 8 if digits.isdigit() else None

    @property
    def order(self) -> Literal["little", "big"]:
        """The field's byte order."""
        return "little" if self.length.endswith("le") else "big"


@dataclass(frozen=True, slots=True)
class FixedSize:
    """All messages have the same number of bytes.

    Raises:
        Problem: that is not at least one.
    """

    size: int = 1

    def __post_init__(self) -> None:
        if self.size < 1:
            raise Problem("engine.messages_size", value=self.size)


@dataclass(frozen=True, slots=True)
class Idle:
    """A message ends when nothing has come for that many seconds.

    Raises:
        Problem: the pause is shorter than LEAST_IDLE, or no message could fit.
    """

    idle: float = 0.05
    max: int = MOST

    def __post_init__(self) -> None:
        if not self.idle >= LEAST_IDLE:
            raise Problem("engine.messages_idle", value=f"{self.idle:g}", least=LEAST_IDLE)
        _check_most(self.max)


@dataclass(frozen=True, slots=True)
class ByPattern:
    """Each message begins with a match of a regular expression over bytes.

    Attributes:
        pattern: one of its named groups may say how many bytes follow the match: `length` in
            decimal, `hex` in hexadecimal, or a field as in LengthField, "u16" or "u32le". Without
                such a group, or if it did not take part in the match, the message is the match.
        add: bytes that follow and are not counted by the group; negative if the group counts part
            of the match.

    Raises:
        Problem: there is no pattern, or no message could fit.
    """

    pattern: str = ""
    add: int = 0
    max: int = MOST

    def __post_init__(self) -> None:
        if not self.pattern:
            raise Problem("engine.messages_pattern")
        _check_most(self.max)


@dataclass(frozen=True, slots=True)
class Http:
    """Requests and responses of HTTP/1.1 with their heads (RFC 9112): what a listener reads are
    requests, what a client reads are responses. None is longer than MOST.
    """


Messages = Delimiter | LengthField | FixedSize | Idle | ByPattern | Http
MESSAGES: Final[Mapping[str, type[Messages]]] = {
    "ends": Delimiter,
    "ends_hex": Delimiter,
    "length": LengthField,
    "size": FixedSize,
    "idle": Idle,
    "pattern": ByPattern,
}
"""The kinds by the key that tells them apart in a scenario; Http is just the word HTTP."""
HTTP: Final = "http"


def check_wrap(kind: Messages | None) -> None:
    """Check that `wrap` has something to add.

    Raises:
        Problem: nothing says what a message is, or what says so is nothing that could be written.
    """
    if kind is None:
        raise Problem("engine.wrap_without_messages")
    if isinstance(kind, FixedSize | Idle | ByPattern):
        raise Problem("engine.wrap_nothing", how=fields(kind)[0].name)


def _check_most(most: int) -> None:
    if most < 1:
        raise Problem("engine.messages_max", value=most)
