"""A set-up that fails half-way leaves no socket behind, and says what failed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator

import pytest

from tests.engine.conftest import Do, Rows
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Phase
from workbench.session import Session


@pytest.fixture
def taken() -> Iterator[Callable[[int], str]]:
    """An address of this type that somebody else has."""
    there: list[socket.socket] = []

    def take(type_: int) -> str:
        sock = socket.socket(socket.AF_INET, type_)
        there.append(sock)
        sock.bind(("127.0.0.1", 0))
        if type_ == socket.SOCK_STREAM:
            sock.listen()
        return f"127.0.0.1:{sock.getsockname()[1]}"

    yield take
    for sock in there:
        sock.close()


CASES = {
    "listener, bind": (Role.LISTENER, "SOCK_STREAM", "address"),
    "datagram, bind": (Role.DATAGRAM, "SOCK_DGRAM", "address"),
    "datagram before connect, bind": (Role.DATAGRAM, "SOCK_DGRAM", "bind"),
    "stream before connect, bind": (Role.STREAM, "SOCK_STREAM", "bind"),
    "stream by hand, bind": (Role.STREAM, "SOCK_STREAM", "bind"),
}


@pytest.mark.parametrize("case", CASES)
def test_where_bind_fails_the_socket_is_closed(
    session: Session,
    do: Do,
    rows: Rows,
    taken: Callable[[int], str],
    case: str,
) -> None:
    role, type_, key = CASES[case]
    where = taken(getattr(socket, type_))
    values = {"address": "127.0.0.1:9", key: where}
    session.add(EndpointSettings("it", role, type=type_, timeout=3.0, **values))  # type: ignore[arg-type]
    command = c.Connect("it") if "before connect" in case else c.Start("it")
    assert do(command).errno == "EADDRINUSE"
    assert closed_again(rows) == ["socket", "bind", "close"]
    nothing_is_left(session, do)


@pytest.mark.parametrize(
    ("role", "command"),
    [
        (Role.LISTENER, c.Start("it")),
        (Role.STREAM, c.Start("it")),
        (Role.STREAM, c.Connect("it")),
        (Role.DATAGRAM, c.Start("it")),
    ],
)
def test_where_an_option_fails_the_socket_is_closed(
    session: Session, do: Do, rows: Rows, role: Role, command: c.Command
) -> None:
    """IP_TTL goes to 255 (ip(7))."""
    type_ = "SOCK_DGRAM" if role is Role.DATAGRAM else "SOCK_STREAM"
    session.add(
        EndpointSettings(
            "it",
            role,
            type=type_,
            address="127.0.0.1:9",
            timeout=3.0,
            options=(("IP_TTL", 100_000),),
        )
    )
    assert do(command).errno == "EINVAL"
    assert closed_again(rows) == ["socket", "setsockopt", "close"]
    nothing_is_left(session, do)


def closed_again(rows: Rows) -> list[str]:
    found = rows("it")
    assert {row.connection for row in found} == {found[0].connection}
    return [row.call for row in found]


def nothing_is_left(session: Session, do: Do) -> None:
    assert session.settle()  # its thread has ended: it owns nothing
    snapshot = fresh(session, "it")
    assert (snapshot.phase, snapshot.open_count) == (Phase.FAILED, 0)
    assert [row.errno for row in snapshot.connections if row.closed_ns is None] == []
    assert do(c.Stop("it")).ok
