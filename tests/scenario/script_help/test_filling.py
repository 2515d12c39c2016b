"""Values of a script are what the program makes of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from workbench.payload.number_fields import encode_number
from workbench.payload.templates import BUILT_IN
from workbench.scenario.script_help.filling import (
    address_of,
    counted,
    groups,
    in_base64,
    letters,
    now,
    number,
    quoted,
    sized,
    value,
    with_sum,
)
from workbench.scenario.script_help.noted_socket import big_endian, values, where


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    values.update({"text": b"12", "hex": b"\1\2"})
    big_endian.add("hex")
    where["server"] = ("127.0.0.1", 4711)
    yield
    values.clear()
    big_endian.clear()
    where.clear()


def test_an_address_of_unix_is_its_path_and_has_no_port() -> None:
    where["unix"] = "/run/x.sock"
    assert value("unix.address") == b"/run/x.sock"
    with pytest.raises(AssertionError, match="has no port"):
        value("unix.port")


def test_values() -> None:
    assert value("text") == b"12"
    assert value("text", {"text": b"own"}) == b"own"
    assert (value("server.port"), value("server.address")) == (b"4711", b"127.0.0.1")
    assert (number("text"), number("hex")) == (12, 258)
    assert number("n", {"n": b"\1\0"}, hexed=True) == 256
    assert quoted("text", "utf-8") == "12"
    found = re.search("(?P<a>.)(?P<b>x)?", "yz")
    assert found is not None
    assert groups(found, "utf-8") == {"a": b"y", "b": b""}
    assert address_of(b"[::1]:80") == ("::1", 80)
    with pytest.raises(ValueError, match="is written"):  # as in a run
        address_of(b"::1:80")


@pytest.mark.parametrize("width", ["u8", "u16", "u24", "u32le", "u64", "var7", "ber"])
@pytest.mark.parametrize("count", [0, 1, 127, 128, 200, 255])
def test_fields(width: str, count: int) -> None:
    assert counted(width, count) == encode_number(width, count)
    assert sized(width, bytes(count)) == encode_number(width, count) + bytes(count)


def test_what_is_made() -> None:
    for name in ("time", "unix", "unix_ms", "uuid"):
        assert len(now(name)) == len(str(BUILT_IN[name](1)))
    assert now("ntp")[:2] == bytes(BUILT_IN["ntp"](1))[:2]  # type: ignore[arg-type]
    assert len(letters(8)) == 8
    assert in_base64(b"Bob") == b"Qm9i"
    assert with_sum(b"123456789", "crc16-modbus") == b"123456789\x37\x4b"
