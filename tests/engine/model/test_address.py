"""Addresses as written become what a call takes, and come back as they are written."""

from __future__ import annotations

import socket

import pytest

from workbench.engine.model.address import (
    AddressKind,
    abstract_bytes,
    beyond_loopback,
    format_address,
    hostname_host,
    numeric,
    parse,
    parse_pasted,
    parse_port,
)
from workbench.texts import Problem

UNIX = getattr(socket, "AF_UNIX", -1)


@pytest.mark.parametrize(
    ("spec", "family", "sockaddr"),
    [
        ("127.0.0.1:80", "AF_INET", ("127.0.0.1", 80)),
        (" 0.0.0.0:0 ", "AF_INET", ("0.0.0.0", 0)),
        ("[::1]:65535", "AF_INET6", ("::1", 65535, 0, 0)),
        ("[fe80::1%7]:5", "AF_INET6", ("fe80::1", 5, 0, 7)),
        ("/run/x.sock", "AF_UNIX", "/run/x.sock"),
        ("localhost:80", "AF_INET", None),
    ],
)
def test_what_needs_no_resolver_is_a_sockaddr(spec: str, family: str, sockaddr: object) -> None:
    assert numeric(parse(spec, family)) == sockaddr


@pytest.mark.parametrize(
    ("spec", "family"),
    [
        ("127.0.0.1:80", "AF_INET"),
        ("[::1]:80", "AF_INET6"),
        ("/run/x.sock", "AF_UNIX"),
    ],
)
def test_it_comes_back_as_it_was_written(spec: str, family: str) -> None:
    number = UNIX if family == "AF_UNIX" else getattr(socket, family)
    assert format_address(numeric(parse(spec, family)), number) == spec


@pytest.mark.parametrize(
    ("spec", "family", "key"),
    [
        ("127.0.0.1", "AF_INET", "address.no_port"),
        (":80", "AF_INET", "address.no_host"),
        ("::1:80", "AF_INET6", "address.bad_brackets"),
        ("[::1]:80", "AF_INET", "address.v6_in_v4"),
        ("127.0.0.1:80", "AF_INET6", "address.v4_in_v6"),
        ("1.2.3.400:1", "AF_INET", "address.not_v4"),
        ("a b:1", "AF_INET", "address.space"),
        ("x:80000", "AF_INET", "address.port_range"),
        ("x:http", "AF_INET", "address.port_text"),
        ("@a b", "AF_INET", "address.bad_link"),
        ("http://x:1", "AF_INET", "address.scheme"),
        ("abstract:", "AF_UNIX", "address.no_name"),
        ("temp:../x", "AF_UNIX", "address.bad_temp"),
        ("/" + "x" * 108, "AF_UNIX", "address.path_too_long"),
    ],
)
def test_what_is_wrong_is_said(spec: str, family: str, key: str) -> None:
    with pytest.raises(Problem) as wrong:
        parse(spec, family)
    assert wrong.value.key == key
    assert wrong.value.text


def test_links_and_names_are_told_apart() -> None:
    assert (parse("@server-1", "AF_INET").kind, parse("@server-1", "AF_INET").link) == (
        AddressKind.LINK,
        "server-1",
    )
    assert parse("hostname:5", "AF_INET").kind is AddressKind.HOSTNAME


@pytest.mark.skipif(UNIX == -1, reason="this system's Python lacks AF_UNIX")
def test_an_abstract_name_is_a_nul_and_its_bytes_both_ways() -> None:
    raw = abstract_bytes(r"talk\x00\xff")
    assert raw == b"\0talk\x00\xff"
    assert format_address(raw, UNIX) == r"abstract:talk\x00\xff"


@pytest.mark.parametrize(
    ("sockaddr", "family", "reached"),
    [
        (("127.0.0.1", 1), socket.AF_INET, False),
        (("127.9.9.9", 1), socket.AF_INET, False),
        (("0.0.0.0", 1), socket.AF_INET, True),
        (("192.168.0.1", 1), socket.AF_INET, True),
        (("::1", 1, 0, 0), socket.AF_INET6, False),
        (("::", 1, 0, 0), socket.AF_INET6, True),
        (("::ffff:127.0.0.1", 1, 0, 0), socket.AF_INET6, False),
        (("localhost", 1), socket.AF_INET, False),
        (("", 1), socket.AF_INET, True),
        ((b"0.0.0.0", 1), socket.AF_INET, True),
        ((b"127.0.0.1", 1), socket.AF_INET, False),
        (((1,), 2), socket.AF_INET6, False),
        ((), socket.AF_INET, False),
        ("/run/x", UNIX, False),
    ],
)
def test_who_can_be_reached_from_other_machines(
    sockaddr: object, family: int, reached: bool
) -> None:
    assert beyond_loopback(sockaddr, family) is reached  # type: ignore[arg-type]


def test_hostname_means_loopback_unless_others_may_come_in() -> None:
    assert hostname_host([], allow_beyond=True) == ("127.0.0.1", "hostname_unresolved")
    assert hostname_host(["127.0.1.1"], allow_beyond=False) == ("127.0.1.1", None)
    assert hostname_host(["10.0.0.5"], allow_beyond=False) == ("127.0.0.1", "hostname_beyond")
    assert hostname_host(["10.0.0.5"], allow_beyond=True) == ("10.0.0.5", None)


def test_what_was_pasted_fills_the_fields() -> None:
    found = parse_pasted("udp://[::1]:53/")
    assert found is not None
    assert (found.host, found.port, found.type, found.family) == (
        "::1",
        53,
        "SOCK_DGRAM",
        "AF_INET6",
    )
    assert parse_pasted("just words") is None
    assert parse_pasted("x:99999") is None
    assert parse_port(" 0080 ") == 80
