"""What a script expects is found, used up once, or told."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from threading import Timer

import pytest

from workbench.scenario.script_help import noted_socket
from workbench.scenario.script_help.expecting import expect
from workbench.scenario.script_help.noted_socket import Happened, Noted, made, values
from workbench.scenario.script_help.searching import searcher


@pytest.fixture
def sock() -> Iterator[Noted]:
    """A stream that has made no call."""
    made.clear()
    noted_socket.listening.clear()
    found = Noted("c", socket.AF_INET, socket.SOCK_STREAM)
    made["c"] = [found]
    yield found
    found.close()
    searcher.end()


def came(sock: Noted, *parts: bytes) -> None:
    for part in parts:
        sock.add(Happened("recv", len(part), None, part, None, time.monotonic()))


def test_on_a_stream_the_next_bytes_whatever_cuts_them(sock: Noted) -> None:
    came(sock, b"hel", b"lo wor", b"ld")
    expect("c", 0, text=b"hello")
    with pytest.raises(AssertionError, match="0 of 1 came"):
        expect("c", 0, text=b"world")
    expect("c", 0, contains=b"or")
    expect("c", 0, regex="(?P<rest>l.)")
    assert values["rest"] == b"ld"
    with pytest.raises(AssertionError):
        expect("c", 0, text=b"ld")  # nothing is found twice


def test_of_a_datagram_the_whole(sock: Noted) -> None:
    other = Noted("c", socket.AF_INET, socket.SOCK_DGRAM)
    made["c"] = [other]
    for part in (b"one", b"two"):
        other.add(Happened("recvfrom", len(part), None, part, None, time.monotonic()))
    with pytest.raises(AssertionError):
        expect("c", 0, text=b"tw")
    expect("c", 0, text=b"two")
    other.close()


def test_calls_their_results_and_failures(sock: Noted) -> None:
    came(sock, b"x")
    sock.add(Happened("recv", 0, None, b"", None, time.monotonic()))
    error = ConnectionResetError(104, "reset")
    sock.add(Happened("send", None, error, b"", None, time.monotonic()))
    expect("c", 0, call="recv", result=0)
    expect("c", 0, absent=True, call="accept")
    with pytest.raises(AssertionError, match="it came"):
        expect("c", 0, absent=True, errno="ECONNRESET")
    came(sock, b"a", b"b")
    expect("c", 0, call="recv", size=1, count=2)


def test_without_a_connection_nothing_could_come(sock: Noted) -> None:
    """As in a scenario: `absent` is for what could have come."""
    expect("c", 0, absent=True, text=b"x")
    expect("c", 0, absent=True, connection=1, call="send")
    for what in ({"text": b"x"}, {"call": "recv"}, {"closed": True}):
        with pytest.raises(AssertionError, match="no connection"):
            expect("nobody", 0, absent=True, **what)
    with pytest.raises(AssertionError, match="no connection"):
        expect("c", 0, absent=True, connection=2, text=b"x")
    noted_socket.listening["s"] = sock
    expect("s", 0, absent=True, call="accept")
    with pytest.raises(AssertionError, match="no connection"):
        expect("s", 0, absent=True, contains=b"x")


def test_a_datagram_may_be_empty() -> None:
    made.clear()
    with Noted("d", socket.AF_INET, socket.SOCK_DGRAM) as found:
        made["d"] = [found]
        now = time.monotonic()
        found.add(Happened("recvfrom", None, ConnectionRefusedError(), b"", None, now))
        with pytest.raises(AssertionError):
            expect("d", 0, text=b"")
        found.add(Happened("recvfrom", 0, None, b"", None, now))
        expect("d", 0, text=b"")


def test_a_pattern_that_could_take_more_waits_for_it(sock: Noted) -> None:
    searcher.begin()
    came(sock, b"N=1")
    Timer(0.02, came, (sock, b"23;OK")).start()
    expect("c", 5, regex="N=(?P<n>[0-9]+)")
    assert values["n"] == b"123"
    expect("c", 0, text=b";OK")
    came(sock, b"rest")
    expect("c", 5, regex="r.*")  # nothing more comes
    came(sock, b"last")
    sock.add(Happened("recv", 0, None, b"", None, time.monotonic()))
    expect("c", 0, regex="last$")


def test_a_character_that_reads_cut_is_matched_when_it_is_whole(sock: Noted) -> None:
    came(sock, b"x\xe4\xb8")
    with pytest.raises(AssertionError):
        expect("c", 0, regex="x.", encoding="utf-8")
    came(sock, b"\xad!")
    expect("c", 0, regex="x(?P<one>.)", encoding="utf-8")
    assert values["one"] == "中".encode()
    came(sock, b"\xff?")
    expect("c", 0, regex="!.", encoding="utf-8")  # what is no character is a byte
    expect("c", 0, text=b"?")


def test_what_is_absent_stands_nowhere(sock: Noted) -> None:
    came(sock, b"abc")
    expect("c", 0, absent=True, text=b"d")
    expect("c", 0, absent=True, text=b"b", count=2)
    with pytest.raises(AssertionError, match="it came"):
        expect("c", 0, absent=True, text=b"b")


def test_nothing_is_passed_over_where_the_next_is_wanted(sock: Noted) -> None:
    came(sock, b"abc")
    with pytest.raises(AssertionError):
        expect("c", 0, regex="b", next=True)
    expect("c", 0, regex="a", next=True)
