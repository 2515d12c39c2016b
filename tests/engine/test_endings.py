"""Half-close, close and reset with bytes and replies still on their way: each is a row."""

from __future__ import annotations

import socket
import struct
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import CloseCause
from workbench.engine.sockets import event_loop, poller
from workbench.session import Session

MUCH = 8_000_000
HANG = 60.0
ABORT = struct.pack("ii", 1, 0)
CLOSES = Nothing(OnPeerClose.CLOSE)
Pair = Callable[..., None]


@pytest.fixture
def pair(session: Session, do: Do, until: Until) -> Pair:
    def connect(count: int = 1, **server: object) -> None:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", **server))  # type: ignore[arg-type]
        session.add(EndpointSettings("client", Role.STREAM, address="@server", count=count))
        assert do(c.Start("server")).ok
        assert do(c.Connect("client")).ok
        until("server", call="accept")

    return connect


@pytest.fixture
def peer(session: Session, do: Do, until: Until) -> Iterator[socket.socket]:
    """A socket of somebody else, connected to a listener that closes nothing by itself."""
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=Rules((Rule(Match.EXACT, "later", "R", delay=600.0),), OnPeerClose.KEEP),
        )
    )
    assert do(c.Start("server")).ok
    host, _, port = session.link("server").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=HANG) as sock:
        until("server", call="accept")
        yield sock


def notes(rows: Rows, name: str) -> list[tuple[str, str]]:
    return [(row.call, row.args) for row in rows(name, "note")]


# -- half-close -------------------------------------------------------------------------------


def test_a_half_close_goes_after_the_bytes_that_wait(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair(receive=GateMode.PAUSED, responder=Nothing(OnPeerClose.KEEP))
    sent = session.perform(c.Send("client", text="x" * MUCH))
    finished = session.perform(c.Shutdown("client"))
    late = session.perform(c.Send("client", text="too late"))
    until("client", call="shutdown_waits")
    assert not finished.done
    assert do(c.Resume("server", c.Gate.RECEIVE)).ok
    assert finished.wait(HANG)
    assert finished.outcome is not None
    assert finished.outcome.ok
    assert sent.done
    until("server", call="recv", result=0)
    assert sum(row.size or 0 for row in rows("server") if row.call == "recv") == MUCH
    assert late.wait(HANG)
    assert late.outcome is not None
    assert late.outcome.errno == "EPIPE"  # as the kernel says after a shutdown()


@pytest.mark.parametrize("waits", [False, True])
def test_a_half_close_names_the_command_that_led_to_it(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair, waits: bool
) -> None:
    """At once, and behind bytes that wait."""
    pair(receive=GateMode.PAUSED, responder=Nothing(OnPeerClose.KEEP))
    if waits:
        session.perform(c.Send("client", text="x" * MUCH))
    finished = session.perform(c.Shutdown("client"))
    assert do(c.Resume("server", c.Gate.RECEIVE)).ok
    assert finished.wait(HANG)
    made = until("client", kind="call", call="shutdown")
    asked = [row for row in rows("client", "command") if row.call == "shutdown"]
    assert [row.seq for row in asked] == [made.cause]


def test_a_half_close_of_several_waits_for_each(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair(count=3, receive=GateMode.PAUSED, responder=Nothing(OnPeerClose.KEEP))
    sent = session.perform(c.Send("client", text="x" * MUCH))
    finished = session.perform(c.Shutdown("client"))
    until("client", call="shutdown_waits")
    assert do(c.Recv("server", connection=3)).ok
    assert not sent.done
    assert not finished.done
    do(c.Resume("server", c.Gate.RECEIVE))
    assert finished.wait(HANG)
    assert sent.done
    assert [row.call for row in rows("client")].count("shutdown") == 3


def test_a_half_close_that_waits_ends_with_its_connection(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair(receive=GateMode.PAUSED)
    sent = session.perform(c.Send("client", text="x" * MUCH))
    finished = session.perform(c.Shutdown("client"))
    until("client", call="shutdown_waits")
    assert do(c.Close("client")).ok
    assert finished.wait(HANG)
    assert sent.done
    said = dict(notes(rows, "client"))
    assert said["shutdown_dropped"] == "'SHUT_WR'"
    assert 0 < int(said["unsent_dropped"]) < MUCH


def test_a_half_close_waits_at_a_paused_gate_too(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair()
    do(c.Pause("client", c.Gate.SEND))
    session.perform(c.Send("client", text="first"))
    finished = session.perform(c.Shutdown("client"))
    until("client", call="shutdown_waits")
    assert do(c.Step("client", c.Gate.SEND)).ok
    assert finished.wait(HANG)
    made = [row.call for row in rows("client") if row.call in {"send", "shutdown"}]
    assert made == ["send", "shutdown"]


def test_a_send_after_our_own_half_close_does_not_end_the_reading(
    session: Session, do: Do, until: Until, pair: Pair
) -> None:
    pair(responder=Nothing(OnPeerClose.KEEP))
    assert do(c.Shutdown("client")).ok
    assert do(c.Send("client", text="too late")).errno == "EPIPE"
    assert do(c.Send("server", text="still here", connection=1)).ok
    until("client", call="recv", payload=b"still here")


# -- what is dropped --------------------------------------------------------------------------


@pytest.mark.parametrize("end", [c.Close("client"), c.Abort("client"), c.Stop("client")])
def test_what_an_end_drops_is_counted(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair, end: c.Command
) -> None:
    pair(receive=GateMode.PAUSED)
    sends = [session.perform(c.Send("client", text="x" * MUCH)) for _ in range(3)]
    until("client", kind="call", call="send")
    assert do(end).ok
    assert all(ticket.done for ticket in sends)
    (dropped,) = [args for call, args in notes(rows, "client") if call == "unsent_dropped"]
    sent = sum(row.result or 0 for row in rows("client") if row.call == "send")
    assert int(dropped) == 3 * MUCH - sent


def test_repeated_sends_that_are_not_made_are_counted(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair()
    sends = session.perform(c.Send("client", text="x", repeat=10, interval=600.0))
    until("client", kind="call", call="send")
    assert do(c.Stop("client")).ok
    assert sends.wait(HANG)
    assert session.settle()
    assert ("repeats_dropped", "9") in notes(rows, "client")


def test_repeated_sends_end_with_what_they_are_sent_on(
    session: Session, do: Do, rows: Rows, pair: Pair
) -> None:
    """send() after our own half-close fails each time: the kernel says so once."""
    pair()
    assert do(c.Shutdown("client")).ok
    assert do(c.Send("client", text="x", repeat=1000)).problem is not None
    assert [row.errno for row in rows("client") if row.call == "send"] == ["EPIPE"]
    assert ("repeats_dropped", "999") in notes(rows, "client")


def test_a_send_to_several_fails_where_one_of_them_failed(
    session: Session, do: Do, until: Until, pair: Pair
) -> None:
    pair(count=2)
    assert do(c.Shutdown("client", connection=1)).ok
    assert do(c.Send("client", text="x")).errno == "EPIPE"


# -- a reset after the FIN --------------------------------------------------------------------


@pytest.fixture(params=["epoll", "timer"])
def hears(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Linux, and as where there is no epoll."""
    if request.param == "timer":
        monkeypatch.setattr(event_loop, "new_poller", poller.SelectorPoller)
        monkeypatch.setattr(event_loop, "LOOK_EVERY", 0.02)


@pytest.mark.usefixtures("hears")
@pytest.mark.parametrize("waiting", [False, True], ids=["idle", "a delayed reply waits"])
def test_a_reset_after_the_fin_is_a_row(
    session: Session, do: Do, until: Until, rows: Rows, peer: socket.socket, waiting: bool
) -> None:
    if waiting:
        peer.sendall(b"later")
        until("server", call="recv", payload=b"later")
    peer.shutdown(socket.SHUT_WR)
    until("server", call="recv", result=0)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    peer.close()
    told = until("server", call="reset_after_fin")
    assert (told.kind, told.errno, told.error) == ("note", "ECONNRESET", "ConnectionResetError")
    do(c.GetOption("server", "SO_RCVBUF"))
    do(c.GetOption("server", "SO_RCVBUF"))
    item = fresh(session, "server").connections[0]
    assert item.errno == "ECONNRESET"
    assert (("replies_dropped", "1, 1") in notes(rows, "server")) is waiting
    assert [row.call for row in rows("server")].count("recv") == (2 if waiting else 1)


def test_a_reset_when_both_have_finished_is_a_row(
    session: Session, do: Do, until: Until, peer: socket.socket
) -> None:
    """What we sent last was not read: close(2) of the peer then resets instead of just ending."""
    assert do(c.Send("server", text="x" * 1000, connection=1)).ok
    peer.shutdown(socket.SHUT_WR)
    until("server", call="recv", result=0)
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    peer.close()
    until("server", call="reset_after_fin")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
def test_after_the_fin_an_orderly_end_is_no_error_and_unread_bytes_are(
    session: Session, do: Do, until: Until, rows: Rows, tmp_path: Path
) -> None:
    """AF_UNIX tells the one that writes: close() of a peer with bytes unread is a reset there."""
    path = str(tmp_path / "s")
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            family="AF_UNIX",
            address=path,
            responder=Nothing(OnPeerClose.KEEP),
        )
    )
    assert do(c.Start("server")).ok
    for number in (1, 2):
        with socket.socket(socket.AF_UNIX) as sock:
            sock.connect(path)
            sock.shutdown(socket.SHUT_WR)
            until("server", call="recv", result=0, connection=1 + number)
            if number == 2:
                assert do(c.Send("server", text="unread")).ok
    until("server", call="reset_after_fin")
    assert [row.call for row in rows("server", "note")].count("reset_after_fin") == 1


@pytest.mark.parametrize("how", [c.How.READ, c.How.BOTH])
def test_an_end_that_our_own_shutdown_made_is_not_the_peers(
    session: Session, do: Do, until: Until, pair: Pair, how: c.How
) -> None:
    """recv() gives b"" since reading was shut down here; the server has not finished."""
    pair(responder=Nothing(OnPeerClose.KEEP))
    do(c.Configure("client", replace(session.settings("client"), responder=CLOSES)))
    assert do(c.Shutdown("client", how)).ok
    until("client", call="recv", result=0)
    item = fresh(session, "client").connections[0]
    assert (item.deaf, item.close_cause) == (True, CloseCause.LOCAL)  # its responder closes
    assert item.closed_ns is not None


def test_a_reset_that_no_read_tells_is_not_said_to_follow_a_fin(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    pair(responder=Nothing(OnPeerClose.KEEP))
    assert do(c.Shutdown("client", c.How.READ)).ok
    until("client", call="recv", result=0)
    assert do(c.Abort("server")).ok
    until("client", call="reset_when_deaf")
    assert "reset_after_fin" not in {call for call, _ in notes(rows, "client")}


def test_what_comes_after_reading_was_shut_down_can_be_read(
    session: Session, do: Do, until: Until, pair: Pair
) -> None:
    """Linux takes it all the same (tcp(7) says nothing of it): who asks for it gets it."""
    pair(responder=Nothing(OnPeerClose.KEEP))
    assert do(c.Shutdown("client", c.How.READ)).ok
    until("client", call="recv", result=0)
    assert do(c.Send("server", text="late")).ok
    until("server", call="send")
    assert do(c.Recv("client")).ok
    until("client", call="recv", payload=b"late")
    item = fresh(session, "client").connections[0]
    assert (item.state, item.close_cause) == ("ESTABLISHED", None)


def test_a_shutdown_after_the_peers_end_hides_nothing(
    session: Session, do: Do, until: Until, pair: Pair
) -> None:
    pair(responder=Nothing(OnPeerClose.KEEP))
    assert do(c.Shutdown("server")).ok
    until("client", call="recv", result=0)
    assert do(c.Shutdown("client", c.How.READ)).ok
    item = fresh(session, "client").connections[0]
    assert (item.deaf, item.close_cause) == (False, CloseCause.PEER)


def test_a_read_after_a_reset_tells_of_no_end(
    session: Session, do: Do, until: Until, rows: Rows, pair: Pair
) -> None:
    """The kernel gives the error once, and b"" from then on."""
    pair()
    assert do(c.Abort("server")).ok
    until("client", errno="ECONNRESET")
    assert do(c.Recv("client")).ok
    assert [row.result for row in rows("client") if row.call == "recv"] == [None, 0]
    item = fresh(session, "client").connections[0]
    assert (item.peer_finished, item.close_cause, item.errno) == (
        False, CloseCause.RESET, "ECONNRESET",
    )  # fmt: skip


# -- calls that fail again and again ----------------------------------------------------------


@pytest.mark.skipif(sys.platform != "linux", reason="a shut-down listener polls readable on Linux")
def test_an_accept_that_always_fails_backs_off(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    assert do(c.Start("server")).ok
    do(c.Call("server", "shutdown", ("SHUT_RD",)))
    until("server", call="backs_off")
    for _ in range(20):
        do(c.GetOption("server", "SO_RCVBUF"))
    assert 3 <= [row.errno for row in rows("server")].count("EINVAL") <= 5


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
def test_a_datagram_that_fails_takes_nothing_with_it(
    session: Session, do: Do, until: Until, rows: Rows, tmp_path: Path
) -> None:
    """The next datagram goes elsewhere, and who waits for one still does."""
    for name in ("one", "two"):
        session.add(EndpointSettings(name, Role.DATAGRAM, address="127.0.0.1:0"))
    assert do(c.Start("one")).ok
    assert do(c.Start("two")).ok
    do(c.Pause("one", c.Gate.RECEIVE))
    asked = session.perform(c.Recv("one"))
    do(c.Pause("one", c.Gate.SEND))
    big = session.perform(c.Send("one", text="x" * 70_000, to="@two"))
    small = session.perform(c.Send("one", text="small", to="@two"))
    do(c.Resume("one", c.Gate.SEND))
    assert small.wait(HANG)
    assert big.outcome is not None
    assert big.outcome.errno == "EMSGSIZE"
    until("two", call="recvfrom", payload=b"small")
    assert not asked.done
    assert do(c.Send("two", text="for you", to="@one")).ok
    assert asked.wait(HANG)


@pytest.mark.skipif(sys.platform != "linux", reason="SOCK_SEQPACKET is Linux's")
def test_a_message_that_is_too_long_does_not_end_the_connection(
    session: Session, do: Do, until: Until
) -> None:
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            family="AF_UNIX",
            type="SOCK_SEQPACKET",
            address="temp:long",
            responder=Echo(),
        )
    )
    session.add(
        EndpointSettings(
            "client", Role.STREAM, family="AF_UNIX", type="SOCK_SEQPACKET", address="@server"
        )
    )
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="x" * 4_000_000)).errno == "EMSGSIZE"
    assert do(c.Send("client", text="short")).ok
    until("client", call="recv", payload=b"short")


def test_what_came_before_a_broken_pipe_is_read(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """The peer resets while its last bytes are unread here, and we notice it by sending."""
    session.add(
        EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", receive=GateMode.PAUSED)
    )
    assert do(c.Start("server")).ok
    host, _, port = session.link("server").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=HANG) as sock:
        until("server", call="accept")
        sock.sendall(b"last words")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, ABORT)
    with suppress(OSError):
        do(c.Send("server", text="a"))
    do(c.Send("server", text="b"))
    assert do(c.Resume("server", c.Gate.RECEIVE)).ok
    until("server", kind="call", call="close")
    assert b"last words" in [row.payload for row in rows("server") if row.call == "recv"]
