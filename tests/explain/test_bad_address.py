"""Addresses that a kind of socket cannot use, and the kernel's own answers to them."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable
from dataclasses import replace
from operator import methodcaller
from pathlib import Path

import pytest

from tests.explain.test_evidence import CLIENT, done, told
from workbench.engine.model import commands as c
from workbench.engine.model.errors import describe
from workbench.engine.model.family import SocketKind
from workbench.explain.bad_address import bad_address
from workbench.explain.evidence import Evidence
from workbench.explain.explain import explain
from workbench.journal.reader import Row
from workbench.session import Session
from workbench.texts import LANGUAGES, set_language, tr

TCP, TCP6 = SocketKind(), SocketKind("AF_INET6")
UDP, UDP6 = SocketKind(type="SOCK_DGRAM"), SocketKind("AF_INET6", "SOCK_DGRAM")
GROUP = "('224.0.0.1', 9)"
LINK = "('fe80::1', 9, 0, 0)"


def row(call: str, errno: str, args: str) -> Row:
    return Row(
        1, 0, 0, "call", "c", 1, call, args, None, errno, "OSError", None, None, None, None, None
    )


@pytest.mark.parametrize(("kind", "call", "errno", "args", "word"), [
    (TCP, "connect", "ENETUNREACH", GROUP, "multicast"),
    (TCP6, "connect", "ENETUNREACH", "('ff02::1', 9, 0, 2)", "multicast"),
    (TCP, "connect", "ENETUNREACH", "('255.255.255.255', 9)", "broadcast"),
    (TCP, "connect", "ENETUNREACH", "('203.0.113.7', 9)", None),
    (UDP, "connect", "ENETUNREACH", GROUP, None),
    (TCP6, "connect", "EINVAL", LINK, "no_interface"),
    (TCP6, "bind", "EINVAL", LINK, "no_interface"),
    (TCP6, "connect", "EINVAL", "('fe80::1', 9, 0, 2)", None),
    (TCP6, "bind", "EINVAL", "('2001:db8::1', 9, 0, 0)", None),
    (UDP, "sendto", "EINVAL", "('127.0.0.1', 0)", "port_0"),
    (UDP, "bind", "EINVAL", "('127.0.0.1', 0)", None),
    (TCP, "connect", "ECONNREFUSED", "('127.0.0.1', 0)", "port_0"),
    (TCP, "connect", "ECONNREFUSED", "('127.0.0.1', 9)", None),
    (TCP, "send", "ENETUNREACH", "", None),
    (TCP, "connect", "ENETUNREACH", "something else", None),
    (TCP, "connect", "ENETUNREACH", "('nohost', 9)", None),
    (SocketKind("AF_UNIX"), "connect", "EINVAL", "'/x'", None),
])  # fmt: skip
def test_what_the_address_alone_shows(
    kind: SocketKind, call: str, errno: str, args: str, word: str | None
) -> None:
    assert bad_address(row(call, errno, args), kind) == word


def tried(family: int, type_: int, act: Callable[[socket.socket], object]) -> str | None:
    with socket.socket(family, type_) as sock, pytest.raises(OSError) as caught:  # noqa: PT011 - which one is what is asked
        act(sock)
    return describe(caught.value).errno


@pytest.mark.skipif(sys.platform != "linux", reason="they are claims about Linux")
def test_what_the_kernel_says_to_them() -> None:
    v4, v6, stream, datagram = (
        socket.AF_INET, socket.AF_INET6, socket.SOCK_STREAM, socket.SOCK_DGRAM
    )  # fmt: skip
    for host in ("224.0.0.1", "255.255.255.255", "127.255.255.255"):
        found = tried(v4, stream, methodcaller("connect", (host, 9)))
        assert found == "ENETUNREACH"
    assert tried(v6, stream, lambda sock: sock.connect(("fe80::1", 9))) == "EINVAL"
    assert tried(v6, stream, lambda sock: sock.bind(("fe80::1", 0))) == "EINVAL"
    assert tried(v4, datagram, lambda sock: sock.sendto(b"", ("127.0.0.1", 0))) == "EINVAL"
    assert tried(v4, stream, lambda sock: sock.connect(("127.0.0.1", 0))) == "ECONNREFUSED"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("kind", "call", "errno", "args", "word"), [
    (TCP, "connect", "ENETUNREACH", GROUP, "multicast"),
    (TCP, "connect", "ENETUNREACH", "('255.255.255.255', 9)", "broadcast"),
    (TCP6, "connect", "EINVAL", LINK, "no_interface"),
    (UDP, "sendto", "EINVAL", "('127.0.0.1', 0)", "port_0"),
])  # fmt: skip
def test_it_is_said_in_place_of_what_the_error_may_mean(
    kind: SocketKind, call: str, errno: str, args: str, word: str, language: str
) -> None:
    set_language(language)
    try:
        shown = explain(row(call, errno, args), title="x", evidence=Evidence(kind=kind))
        said = [text for section in shown.sections for text in section.paragraphs]
        assert said[1:3] == [tr(f"explain.address.{word}_why"), tr(f"explain.address.{word}_try")]
    finally:
        set_language("en")


def test_a_group_is_no_host_for_tcp(session: Session, tmp_path: Path) -> None:
    session.add(replace(CLIENT, address="224.0.0.1:9"))
    done(session, c.Connect("client"))
    _, text = told(session, "connect", "client", errno="ENETUNREACH")
    assert "It is a multicast address" in text
    assert "no route to this address" not in text
