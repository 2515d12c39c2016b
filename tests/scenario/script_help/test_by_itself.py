"""What a script's endpoints do by themselves."""

from __future__ import annotations

import socket
from typing import Any

import pytest

from workbench.scenario.script_help import noted_socket
from workbench.scenario.script_help.by_itself import (
    Answers,
    by_itself,
    close_all,
    hold,
    later,
    reply,
)
from workbench.scenario.script_help.noted_socket import Noted, connection


@pytest.fixture(autouse=True)
def _closed() -> Any:
    noted_socket.made.clear()
    yield
    close_all()
    noted_socket.listening.clear()


class Echoes(Answers):
    closes = True

    def greet(self, sock: Noted) -> None:
        later(sock, b"hello ")

    def answer(self, sock: Noted, data: bytes, peer: Any = None) -> None:
        reply(sock, data, peer, "close" if data == b"bye" else None)


def server(name: str) -> Noted:
    made = Noted(name, socket.AF_INET, socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen(1)
    by_itself(made, Echoes())
    return made


def read(sock: socket.socket, size: int) -> bytes:
    found = b""
    while len(found) < size:
        part = sock.recv(size - len(found))
        if not part:
            break
        found += part
    return found


def test_a_server_accepts_greets_answers_and_closes() -> None:
    listener = server("s")
    with socket.create_connection(listener.getsockname(), timeout=30) as client:
        assert read(client, 6) == b"hello "
        client.sendall(b"again")
        assert read(client, 5) == b"again"
        client.sendall(b"bye")
        assert read(client, 99) == b"bye"  # and the end


def test_much_that_nobody_reads_does_not_hold_it_up() -> None:
    listener = server("s")
    much = bytes(8_000_000)
    with socket.create_connection(listener.getsockname(), timeout=30) as client:
        assert read(client, 6) == b"hello "
        later(connection("s"), much)
        with socket.create_connection(listener.getsockname(), timeout=30) as other:
            assert read(other, 6) == b"hello "
        assert len(read(client, len(much))) == len(much)


def test_what_is_held_waits_until_it_is_let_go() -> None:
    listener = server("s")
    hold("s", accepts=False)
    with socket.create_connection(listener.getsockname(), timeout=30) as client:
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(1)
        client.settimeout(30)
        hold("s", accepts=True)
        assert read(client, 6) == b"hello "


def test_a_datagram_is_answered_to_whom_it_came_from() -> None:
    own = Noted("u", socket.AF_INET, socket.SOCK_DGRAM)
    own.bind(("127.0.0.1", 0))
    by_itself(own, Echoes())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(30)
        client.sendto(b"ping", own.getsockname())
        assert client.recv(99) == b"ping"


class Slower(Answers):
    """The first answer is the last that is due."""

    def answer(self, sock: Noted, data: bytes, peer: Any = None) -> None:
        for char in data:
            reply(sock, bytes([char]), peer, delay={ord("a"): 0.3, ord("b"): 0.1}.get(char, 0.0))


def test_delayed_answers_keep_their_order() -> None:
    made = Noted("s", socket.AF_INET, socket.SOCK_STREAM)
    made.bind(("127.0.0.1", 0))
    made.listen(1)
    by_itself(made, Slower())
    with socket.create_connection(made.getsockname(), timeout=30) as client:
        client.sendall(b"abcd")
        assert read(client, 4) == b"abcd"
        client.sendall(b"c")
        assert read(client, 1) == b"c"
