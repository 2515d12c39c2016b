"""A script's sockets keep what their calls came to."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from workbench.scenario.script_help import noted_socket
from workbench.scenario.script_help.noted_socket import (
    Noted,
    Until,
    connection,
    end,
    fits,
    made,
    open_ones,
    stop,
)


@pytest.fixture
def pair() -> Iterator[tuple[Noted, Noted]]:
    """A listener "s" and its client "c", which have talked to nobody yet."""
    made.clear()
    listener = Noted("s", socket.AF_INET, socket.SOCK_STREAM)
    listener.settimeout(30)
    listener.bind(("127.0.0.1", 0))
    listener.listen(1)
    client = Noted("c", socket.AF_INET, socket.SOCK_STREAM)
    client.settimeout(30)
    client.connect(listener.getsockname())
    yield listener, client
    for name in ("s", "c"):
        stop(name)
    noted_socket.listening.clear()


def test_each_call_is_kept(pair: tuple[Noted, Noted]) -> None:
    listener, client = pair
    server, _peer = listener.accept()
    client.sendall(b"hello")
    assert server.recv(100) == b"hello"
    client.shutdown(socket.SHUT_WR)
    assert server.recv(100) == b""
    assert [str(item) for item in client.happened] == ["connect = 0", "send = 5", "shutdown = 0"]
    assert [(item.call, item.result, item.data) for item in server.happened] == [
        ("recv", 5, b"hello"),
        ("recv", 0, b""),
    ]
    assert connection("s") is connection("s", 1) is server
    assert open_ones("c") == [client]
    end(server)
    assert open_ones("s") == []


def test_a_failure_is_kept_and_goes_on(pair: tuple[Noted, Noted]) -> None:
    listener, _client = pair
    other = Noted("other", socket.AF_INET, socket.SOCK_STREAM)
    with pytest.raises(OSError, match="in use"):
        other.bind(listener.getsockname())
    (failed,) = other.happened
    for name in ("EADDRINUSE", "OSError", "*"):
        assert failed.means(name)
        assert fits(failed, {"errno": name})
    assert not failed.means("EPIPE")
    assert not fits(failed, {"call": "bind"})  # a failure is asked for by its name
    other.close()


def test_a_loop_ends_when_it_comes(pair: tuple[Noted, Noted]) -> None:
    listener, client = pair
    server, _peer = listener.accept()
    with Until("c", contains=b"lo") as met:
        for part in (b"hel", b"lo", b"more"):
            server.sendall(part)
            client.recv(100)
    assert met.met
    assert met.found == b"lo"
    assert server.happened[-1].result == 2  # the third was not sent
    with pytest.raises(AssertionError, match="of its own"), Until("c", call="send"):
        raise AssertionError("of its own")
