"""Values of a script: its own, those that patterns take, those made when they are sent."""

from __future__ import annotations

import base64
import datetime
import random
import re
import string
import time
import uuid
from collections.abc import Mapping
from typing import Any

from workbench.payload.checksum import checksum
from workbench.scenario.script_help.noted_socket import big_endian, values, where


def value(name: str, own: Mapping[str, bytes] | None = None) -> bytes:
    """The bytes of a value; {NAME.port} and {NAME.address} are those of an endpoint."""
    if own is not None and name in own:
        return own[name]
    if name in values:
        return values[name]
    endpoint, _, part = name.rpartition(".")
    address = where[endpoint]
    if isinstance(address, str):  # for AF_UNIX it is a path, and there is no port
        assert part == "address", f"{address} has no port"
        return address.encode()
    return str(address[1] if part == "port" else address[0]).encode()


def number(name: str, own: Mapping[str, bytes] | None = None, *, hexed: bool = False) -> int:
    """The number that a value stands for."""
    data = value(name, own)
    big = hexed if own is not None and name in own else name in big_endian
    return int.from_bytes(data, "big") if big else int(data)


def groups(found: Any, encoding: str, numbers: Mapping[str, str] | None = None) -> dict[str, bytes]:
    """What the groups of a pattern took; `numbers`: the width of those that are numbers."""
    taken = {
        name: (text or "").encode(encoding, "surrogateescape")
        for name, text in found.groupdict().items()
    }
    for name, width in (numbers or {}).items():
        taken[name] = str(number_in(width, taken[name])).encode()
    return taken


def number_in(width: str, data: bytes) -> int:
    """The number in a field: u8 to u64, le appended, var7 or ber."""
    if width == "var7":
        return sum((byte & 127) << 7 * place for place, byte in enumerate(data))
    if width == "ber":
        return data[0] if len(data) == 1 else int.from_bytes(data[1:], "big")
    return int.from_bytes(data, "little" if width.endswith("le") else "big")


def quoted(name: str, encoding: str) -> str:
    """A value as it is written in a pattern."""
    return re.escape(value(name).decode(encoding, "backslashreplace"))


def address_of(text: bytes) -> tuple[str, int]:
    """HOST:PORT in the form that a call takes."""
    host, _, port = text.decode().rpartition(":")
    if ":" in host and not host.startswith("["):
        raise ValueError(f"{text.decode()}: an IPv6 address with a port is written [::1]:80")
    return host.strip("[]"), int(port)


def counted(width: str, number: int) -> bytes:
    """A number as a field: u8 to u64, le appended, var7 (MQTT 5.0, 1.5.5), ber (X.690, 8.1.3)."""
    if width == "var7":
        found = bytearray()
        while True:
            number, low = divmod(number, 128)
            found.append(low | (128 if number else 0))
            if not number:
                return bytes(found)
    if width == "ber":
        if number < 128:
            return bytes([number])
        size = (number.bit_length() + 7) // 8
        return bytes([0x80 | size]) + number.to_bytes(size, "big")
    size = int(width.removeprefix("u").removesuffix("le")) // 8
    return number.to_bytes(size, "little" if width.endswith("le") else "big")


def sized(width: str, inside: bytes, more: int = 0) -> bytes:
    """The length of what follows, and what follows."""
    return counted(width, len(inside) + more) + inside


def padded(data: bytes, size: int) -> bytes:
    """A field of fixed width, filled up with zeros."""
    if len(data) > size:
        raise ValueError(f"{len(data)} bytes do not fit into pad{size}")
    return data.ljust(size, b"\0")


def aligned(data: bytes, size: int) -> bytes:
    """Filled up with zeros to a multiple of `size` bytes (XDR: RFC 4506, 3)."""
    return data + bytes(-len(data) % size)


def now(name: str) -> bytes:
    """{time} {unix} {unix_ms} {ntp} {uuid}."""
    if name == "ntp":  # seconds since 1900 (RFC 5905, 6)
        seconds, rest = divmod(time.time_ns(), 10**9)
        return ((seconds + 2_208_988_800 << 32) | (rest << 32) // 10**9).to_bytes(8, "big")
    made: dict[str, Any] = {
        "time": datetime.datetime.now().astimezone().isoformat(timespec="milliseconds"),
        "unix": int(time.time()),
        "unix_ms": time.time_ns() // 10**6,
        "uuid": uuid.uuid4(),
    }
    return str(made[name]).encode()


def letters(count: int) -> bytes:
    """{random:8}: letters and digits."""
    known = string.ascii_letters + string.digits
    return "".join(random.choices(known, k=count)).encode()  # noqa: S311 - no secret


def with_sum(
    data: bytes, kind: str, order: Any = None, first: int = 0, last: int | None = None
) -> bytes:
    """Bytes followed by a checksum."""
    return data + checksum(kind, data, order, first, last)


def in_base64(data: bytes) -> bytes:
    """{base64:name}."""
    return base64.b64encode(data)
