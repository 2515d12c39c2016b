"""Who sends goes on reading: much in both directions at once, and what holds a connection back."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.connection import connection
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import ConnectionSnapshot, Hold
from workbench.session import Session

BOUND = 60.0
SMALL = (("SO_RCVBUF", 4096), ("SO_SNDBUF", 4096))
MUCH = 16_000_000


@pytest.fixture
def stranger() -> Iterator[str]:
    """Somebody else's echo server: a thread per connection, and it reads only what it has sent."""
    listener = socket.create_server(("127.0.0.1", 0))

    def talk(sock: socket.socket) -> None:
        with sock, suppress(OSError):
            while data := sock.recv(65536):
                sock.sendall(data)

    def serve() -> None:
        with suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0],), daemon=True).start()

    threading.Thread(target=serve, daemon=True).start()
    host, port = listener.getsockname()
    yield f"{host}:{port}"
    with suppress(OSError):
        listener.shutdown(socket.SHUT_RDWR)
    listener.close()


def came_back(session: Session, name: str) -> ConnectionSnapshot:
    """The endpoint's connection, when its peer has finished."""
    for _ in range(int(BOUND / 0.02)):
        item = fresh(session, name).connections[0]
        if item.peer_finished or item.closed_ns is not None:
            return item
        threading.Event().wait(0.02)  # a picture is drawn when the endpoint comes to it
    raise AssertionError(fresh(session, name).connections[0])


@pytest.mark.parametrize("options", [(), SMALL], ids=["default buffers", "small buffers"])
def test_a_big_file_through_somebody_elses_echo(
    session: Session, stranger: str, tmp_path: Path, options: tuple[tuple[str, int], ...]
) -> None:
    size = MUCH if not options else 3_000_000
    big = tmp_path / "big"
    big.write_bytes(bytes(range(256)) * (size // 256))
    session.add(EndpointSettings("client", Role.STREAM, address=stranger, options=options))
    assert session.perform(c.Connect("client")).wait(BOUND)
    session.perform(c.Send("client", file=str(big)))
    finished = session.perform(c.Shutdown("client"))
    item = came_back(session, "client")
    assert item.bytes_in == item.bytes_out == big.stat().st_size
    assert finished.done


@pytest.mark.parametrize("responder", [None, Echo()], ids=["plain", "both echo"])
@pytest.mark.parametrize("options", [(), SMALL], ids=["default buffers", "small buffers"])
def test_much_both_ways_at_once(
    session: Session,
    do: Do,
    until: Until,
    options: tuple[tuple[str, int], ...],
    responder: Echo | None,
) -> None:
    """Both ends were asked for 16 MB; an echo on top of that may slow it, never stop it."""
    size = MUCH if not options else 2_000_000
    more: dict[str, Any] = {} if responder is None else {"responder": responder}
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", options=options, **more)
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server", options=options, **more))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    sends = [session.perform(c.Send(name, text="x" * size)) for name in ("client", "server")]
    assert all(ticket.wait(BOUND) for ticket in sends)
    assert all(ticket.outcome is not None and ticket.outcome.ok for ticket in sends)
    session.stop_all_and_wait()


def echo_to_a_client_that_does_not_read(
    session: Session, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    """... with little room for what waits."""
    monkeypatch.setattr(connection, "HIGH_WATER", 100_000)
    monkeypatch.setattr(connection, "LOW_WATER", 25_000)
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", receive=GateMode.PAUSED))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok


def test_an_echo_that_its_peer_does_not_read_is_held_back_and_says_so(
    session: Session, do: Do, until: Until, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo_to_a_client_that_does_not_read(session, do, monkeypatch)
    sent = session.perform(c.Send("client", text="x" * MUCH))
    held = until("server", call="answers_held")
    assert held.connection is not None
    assert int(held.args) > 100_000
    for _ in range(2):  # the picture is drawn after each: the second one's begins after the first
        do(c.GetOption("server", "SO_RCVBUF"))
    item = fresh(session, "server").connections[0]
    assert item.hold is Hold.ANSWERS
    assert item.queued < 300_000
    assert do(c.Resume("client", c.Gate.RECEIVE)).ok
    until("server", call="answers_resumed")
    assert sent.wait(BOUND)
    finished = session.perform(c.Shutdown("client"))
    assert came_back(session, "client").bytes_in == MUCH
    assert finished.done
    changes = [row.call for row in rows("server", "note") if row.call.startswith("answers_")]
    assert changes == ["answers_held", "answers_resumed"] * (len(changes) // 2)


def test_answers_that_a_reset_took_away_are_not_said_to_be_sent(
    session: Session, do: Do, until: Until, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    echo_to_a_client_that_does_not_read(session, do, monkeypatch)
    session.perform(c.Send("client", text="x" * MUCH))
    until("server", call="answers_held")
    assert do(c.Abort("client")).ok
    until("server", call="close")
    notes = [row.call for row in rows("server", "note")]
    assert "unsent_dropped" in notes
    assert "answers_resumed" not in notes[notes.index("unsent_dropped") :]


def test_what_was_asked_for_never_holds_back(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", receive=GateMode.PAUSED)
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    session.perform(c.Send("client", text="x" * MUCH))
    assert do(c.Send("server", text="meanwhile")).ok
    until("client", call="recv", payload=b"meanwhile")
    assert fresh(session, "client").connections[0].hold is None
    assert not [row for row in rows("client", "note") if row.call == "answers_held"]


def test_a_paused_gate_is_a_hold_that_one_sees(session: Session, do: Do, until: Until) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    do(c.Pause("server", c.Gate.RECEIVE))
    do(c.GetOption("server", "SO_RCVBUF"))
    assert fresh(session, "server").connections[0].hold is Hold.GATE


def test_what_the_settings_pause_is_said_once(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", receive=GateMode.PAUSED)
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server", count=5))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    for number in range(1, 6):
        assert do(c.Send("server", text=str(number))).ok
        until("client", call="recv", payload=str(number).encode())
    assert [row.call for row in rows("server", "note")] == ["receive_paused"]


def test_a_file_is_never_in_memory_as_a_whole(tmp_path: Path) -> None:
    from workbench.engine.connection.file_pieces import PIECE, FilePieces, big_file

    big = tmp_path / "big"
    big.write_bytes(b"abc" * PIECE)
    opened = big_file(big)
    assert opened is not None
    pieces = FilePieces(opened, b"\r\n")
    parts = []
    while pieces.left:
        parts.append(pieces.next())
    assert max(map(len, parts)) == PIECE
    assert b"".join(parts) == b"abc" * PIECE + b"\r\n"
    small = tmp_path / "small"
    small.write_bytes(b"abc")
    assert big_file(small) is None


def test_a_file_that_becomes_shorter_while_it_is_sent_fails(
    session: Session, do: Do, until: Until, tmp_path: Path
) -> None:
    big = tmp_path / "big"
    big.write_bytes(b"x" * MUCH)
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", receive=GateMode.PAUSED)
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    sent = session.perform(c.Send("client", file=str(big)))
    until("client", kind="call", call="send")
    with big.open("r+b") as file:
        file.truncate(1)
    do(c.Resume("server", c.Gate.RECEIVE))
    assert sent.wait(BOUND)
    assert sent.outcome is not None
    assert sent.outcome.problem is not None
    assert sent.outcome.problem.key == "engine.file_shorter"
    assert "engine.file_shorter" in until("client", call="not_done").args
