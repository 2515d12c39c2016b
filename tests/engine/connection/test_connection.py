"""What a channel holds back, drops, waits for and keeps as evidence, over real sockets."""

from __future__ import annotations

import select
import socket
import struct
import time
from contextlib import closing

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.session import Session

RESET = struct.pack("hh" if hasattr(socket, "SO_EXCLUSIVEADDRUSE") else "ii", 1, 0)
"""SO_LINGER with which close() resets (socket(7))."""
MUCH = 8_000_000
"""More bytes than the buffers of both ends hold."""
HANG = 60.0


def listen(session: Session, do: Do, until: Until, **more: object) -> tuple[str, int]:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", **more))  # type: ignore[arg-type]
    assert do(c.Start("server")).ok
    host, _, port = str(until("server", call="listen").local).rpartition(":")
    return host, int(port)


def test_a_peer_that_does_not_read_its_echo_is_not_read_on_and_on(
    session: Session, do: Do, until: Until
) -> None:
    """What the peer does not fetch would pile up in our memory; all that was read comes back."""
    where = listen(session, do, until, responder=Echo(), options=(("SO_SNDBUF", 16_384),))
    with socket.socket() as peer:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16_384)
        peer.connect(where)
        peer.setblocking(False)
        sent = most = 0
        while sent < MUCH and select.select([], [peer], [], 1.0)[1]:
            sent += peer.send(bytes(65_536))
            do(c.GetOption("server", "SO_RCVBUF", c.ALL))  # a round trip: the next look is newer
            most = max([most, *(row.queued for row in fresh(session, "server").connections)])
        assert most < 2 << 20
        peer.setblocking(True)
        peer.settimeout(HANG)
        peer.shutdown(socket.SHUT_WR)
        back = 0
        while data := peer.recv(1 << 20):
            back += len(data)
    assert back == sent


@pytest.mark.parametrize("breaks", ["recv", "send"])
def test_a_reading_is_kept_when_a_stream_breaks(
    session: Session, do: Do, until: Until, rows: Rows, breaks: str
) -> None:
    """At that moment, and not only before close(): a client's is its user's to call."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        session.add(
            EndpointSettings(
                "client",
                Role.STREAM,
                address=address,
                timeout=3.0,
                receive=GateMode.AUTO if breaks == "recv" else GateMode.PAUSED,
            )
        )
        assert do(c.Connect("client")).ok
        peer = listener.accept()[0]
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    peer.close()
    if breaks == "send":
        while fresh(session, "client").connections[0].state == "ESTABLISHED":
            do(c.GetOption("client", "SO_RCVBUF"))  # a round trip: the reset is on its way
        assert do(c.Send("client", text="x")).errno == "ECONNRESET"
    broken = until("client", call=breaks, errno="ECONNRESET")
    assert broken.connection is not None
    do(c.GetOption("client", "SO_RCVBUF"))  # a round trip: what follows the row is done too
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        kept = reader.samples(broken.connection)
    (sample,) = kept
    assert sample.after_seq is not None
    assert sample.after_seq >= broken.seq
    assert "close" not in [row.call for row in rows("client")]


@pytest.mark.parametrize("call", ["recv", "sendall"])
def test_a_reading_is_kept_when_the_time_is_over(
    session: Session, do: Do, until: Until, call: str
) -> None:
    """What the kernel held then says why nothing came, or nothing went."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"
        session.add(
            EndpointSettings(
                "client", Role.STREAM, address=address, timeout=0.2, receive=GateMode.PAUSED
            )
        )
        assert do(c.Connect("client")).ok
        with listener.accept()[0]:  # it neither sends nor reads
            asked = c.Recv("client") if call == "recv" else c.Send("client", text="x" * MUCH)
            assert do(asked).error == "TimeoutError"
            late = until("client", call=call, error="TimeoutError")
            assert late.connection is not None
            do(c.GetOption("client", "SO_RCVBUF"))  # what follows the row is done too
            session.journal.flush()
            with closing(session.journal.reader()) as reader:
                kept = reader.samples(late.connection)
            assert [sample.after_seq == late.seq for sample in kept] == [True]


def test_a_stream_that_broke_is_read_once(session: Session, do: Do, until: Until) -> None:
    """The reading that was kept when it broke is that of its close() as well."""
    where = listen(session, do, until)
    with socket.create_connection(where) as peer:
        opened = until("server", call="accept")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    broken = until("server", call="recv", errno="ECONNRESET")
    closed = until("server", call="close")
    assert broken.connection == closed.connection != opened.connection
    assert broken.connection is not None
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        kept = reader.samples(broken.connection)
    assert [broken.seq <= (sample.after_seq or 0) < closed.seq for sample in kept] == [True]


def broken_by_a_send(session: Session, do: Do, until: Until, where: tuple[str, int]) -> None:
    """The peer asks, says its last words and resets; the server has not read them, and sends."""
    with socket.create_connection(where) as peer:
        peer.send(b"ask")
        until("server", call="recv", size=3)
        assert do(c.Pause("server", c.Gate.RECEIVE)).ok
        peer.send(b"last words")
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    while fresh(session, "server").connections[0].state == "ESTABLISHED":
        do(c.GetOption("server", "SO_RCVBUF", c.ALL))  # a round trip: the reset is on its way
    assert not do(c.Send("server", text="x", connection=1)).ok


def test_a_reading_is_kept_when_nothing_can_be_sent_and_something_is_to_be_read(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """What the kernel held then is evidence of why the send failed; the socket lives on."""
    broken_by_a_send(session, do, until, listen(session, do, until))
    failed = next(row for row in rows("server") if row.call == "send" and row.errno)
    assert failed.connection is not None
    do(c.GetOption("server", "SO_RCVBUF", c.ALL))  # a round trip: what follows the row is done too
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        kept = reader.samples(failed.connection)
    assert [(sample.after_seq or 0) >= failed.seq for sample in kept] == [True]
    assert "close" not in [row.call for row in rows("server")]


def test_a_delayed_reply_is_dropped_once(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """With the send that showed that nothing goes any more; its close() drops nothing again."""
    rule = Rule(Match.EXACT, "ask", "late", delay=3_600.0)
    where = listen(session, do, until, responder=Rules((rule,)))
    broken_by_a_send(session, do, until, where)
    assert fresh(session, "server").connections[0].delayed == 0
    assert do(c.Close("server", 1)).ok
    dropped = [row.args for row in rows("server", "note") if row.call == "replies_dropped"]
    assert dropped == ["1, 4"]


def test_what_close_drops_is_counted(session: Session, do: Do, until: Until, rows: Rows) -> None:
    listen(session, do, until, receive=GateMode.PAUSED)
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Connect("client")).ok
    session.perform(c.Send("client", text="x" * MUCH))
    until("client", call="send")
    assert do(c.Close("client")).ok
    taken = sum(row.result or 0 for row in rows("client") if row.call == "send")
    dropped = [int(row.args) for row in rows("client", "note") if row.call == "unsent_dropped"]
    assert dropped == [MUCH - taken]
    assert dropped[0] > 0


def test_nothing_is_said_of_dropped_bytes_where_all_were_sent(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    listen(session, do, until)
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="all of it")).ok
    assert do(c.Close("client")).ok
    assert rows("client", "note") == []


def test_a_lingering_close_waits_off_the_endpoints_thread(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """close(2) with SO_LINGER waits for the peer: the endpoint's other sockets go on."""
    where = listen(session, do, until, receive=GateMode.PAUSED)
    session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            address=f"{where[0]}:{where[1]}",
            count=2,
            options=(("SO_LINGER", (1, 60)),),
        )
    )
    assert do(c.Connect("client")).ok
    session.perform(c.Send("client", text="x" * MUCH, connection=1, wait=False))
    until("client", call="send")
    assert do(c.Close("client", 1)).ok
    assert do(c.Send("client", text="still here", connection=2)).ok
    assert "close" not in [row.call for row in rows("client")]  # it waits for the peer's ACKs
    assert do(c.Stop("server")).ok  # unread bytes: a reset ends the wait
    until("client", call="close")
    assert do(c.Stop("client")).ok
    assert session.settle()


def hourly_timers(session: Session, name: str) -> int:
    """Timers that have something to do, but not in the next minutes."""
    loop = session._host(name).worker.loop
    late = time.perf_counter() + 600
    return sum(timer.job is not None and timer.due > late for *_, timer in loop._timers)


@pytest.mark.parametrize("ending", ["peer", "close", "stop"])
def test_a_delayed_reply_is_forgotten_with_its_connection(
    session: Session, do: Do, until: Until, rows: Rows, ending: str
) -> None:
    """An hour later nobody wants it; until then it would hold its bytes and its connection."""
    rule = Rule(Match.CONTAINS, "ask", "late", delay=3_600.0)
    where = listen(session, do, until, responder=Rules((rule,)))
    with socket.create_connection(where) as peer:
        peer.settimeout(HANG)
        peer.send(b"ask")
        until("server", call="recv", size=3)
        assert hourly_timers(session, "server") == 1
        match ending:
            case "peer":
                peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                peer.close()
            case "close":
                assert do(c.Close("server", 1)).ok
            case "stop":
                assert do(c.Stop("server")).ok
        until("server", call="close")
        assert do(c.Stop("server")).ok
    assert session.settle()
    assert hourly_timers(session, "server") == 0
    assert "send" not in [row.call for row in rows("server")]


def test_a_delayed_reply_of_a_closed_connection_is_never_due(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """Its timer goes with it: fired later, it would answer on a socket that is gone."""
    rules = (
        Rule(Match.EXACT, "soon", "late", delay=0.2),
        Rule(Match.EXACT, "later", "late", delay=0.4),
    )
    where = listen(session, do, until, responder=Rules(rules))
    with socket.create_connection(where, HANG) as first:
        first.sendall(b"soon")
        until("server", call="recv", payload=b"soon")
        assert do(c.Close("server", connection=1)).ok
        with socket.create_connection(where, HANG) as second:
            second.sendall(b"later")
            assert second.recv(100) == b"late"  # by now the first one's time is over
    assert not [row for row in rows("server", None) if row.call == "internal_error"]
