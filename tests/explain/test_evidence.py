"""What an explanation claims was read in the record: full queues, finished directions, types."""

from __future__ import annotations

import re
import select
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.free_port import free_port
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.explain.evidence import evidence_of
from workbench.explain.explain import as_python, explain
from workbench.journal.reader import Row
from workbench.session import Session

BOUND = 60.0
LISTENER = EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0")
CLIENT = EndpointSettings("client", Role.STREAM, address="@server", timeout=BOUND)


def done(session: Session, *commands: c.Command) -> None:
    for command in commands:
        assert session.perform(command).wait(BOUND)


def told(session: Session, call: str, endpoint: str, **wanted: object) -> tuple[Row, str]:
    """The newest such row and all that is said about it."""
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        rows = [
            row
            for row in reader.page(1, 10_000)
            if row.call == call
            and row.endpoint == endpoint
            and row.kind in {"call", "end"}
            and all(getattr(row, key) == value for key, value in wanted.items())
        ]
        shown = explain(rows[-1], title="x", evidence=evidence_of(reader, rows[-1]))
    return rows[-1], " ".join(text for section in shown.sections for text in section.paragraphs)


def test_a_connect_without_an_answer_names_our_full_queue(session: Session) -> None:
    session.add(replace(LISTENER, backlog=0, accept=GateMode.PAUSED))
    session.add(CLIENT)
    session.add(replace(CLIENT, name="late", timeout=2.5))
    done(session, c.Start("server"), c.Connect("client"), c.Connect("late"))
    _, text = told(session, "connect", "late", error="TimeoutError")
    assert "Its accept queue held 1 of limit 0" in text
    assert "The SYN was sent" in text
    assert "Accept one at server" in text


def test_a_queue_that_was_read_full_long_after_the_wait_is_no_evidence(session: Session) -> None:
    session.add(replace(LISTENER, backlog=0, accept=GateMode.PAUSED))
    session.add(CLIENT)
    session.add(replace(CLIENT, name="late", timeout=0.3))
    done(session, c.Start("server"), c.Connect("client"), c.Connect("late"), c.Sample("server"))
    row, _ = told(session, "connect", "late", error="TimeoutError")
    assert row.kind == "end"  # stamped with the moment at which it came out
    with closing(session.journal.reader()) as reader:
        full = evidence_of(reader, row).full
        assert full is not None
        long_ago = row._replace(t_ns=full.t_ns - 3 * 10**9, duration_ns=3 * 10**9)
        assert evidence_of(reader, long_ago).full is None


def test_a_silent_host_that_is_not_ours_is_not_said_to_be_full(session: Session) -> None:
    """The same silence from a listener whose queue nobody has read: no such claim."""

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        where = "{}:{}".format(*listener.getsockname())
        session.add(replace(CLIENT, address=where))
        session.add(replace(CLIENT, name="late", address=where, timeout=1.5))
        done(session, c.Connect("client"), c.Connect("late"))
        _, text = told(session, "connect", "late", error="TimeoutError")
    assert "Its accept queue" not in text
    assert "this side cannot tell which" in text
    assert "settimeout" in text


def test_an_end_of_stream_after_our_own_says_that_only_close_is_left(session: Session) -> None:
    session.add(LISTENER)
    session.add(CLIENT)
    done(session, c.Start("server"), c.Connect("client"), c.Shutdown("client"))
    for _ in range(1000):
        session.journal.flush()
        with closing(session.journal.reader()) as reader:
            if any(
                row.call == "recv" and row.endpoint == "client" and row.result == 0
                for row in reader.page(1, 1000)
            ):
                break
    _, text = told(session, "recv", "client", result=0)
    assert "only close() is left" in text
    _, text = told(session, "recv", "server", result=0)
    assert "can still reach it" in text


@pytest.mark.skipif(not hasattr(socket, "SOCK_SEQPACKET"), reason="no SEQPACKET")
def test_a_message_is_not_called_a_stream(session: Session, tmp_path: Path) -> None:
    session.add(replace(LISTENER, family="AF_UNIX", type="SOCK_SEQPACKET", address="temp:evidence"))
    session.add(replace(CLIENT, family="AF_UNIX", type="SOCK_SEQPACKET", receive=GateMode.PAUSED))
    done(
        session,
        c.Start("server"),
        c.Connect("client"),
        c.Send("server", text="one"),
        c.Recv("client", 2),
    )
    row, text = told(session, "recv", "client")
    assert "one whole message" in text
    assert "only 2 were asked for" in text
    assert "socket.MSG_TRUNC" in as_python(row)


def test_a_taken_port_of_ours_is_named(session: Session) -> None:
    session.add(replace(LISTENER, address=f"127.0.0.1:{free_port()}"))
    done(session, c.Start("server"))
    local = fresh(session, "server").local
    assert local is not None
    session.add(replace(LISTENER, name="second", address=local))
    done(session, c.Start("second"))
    _, text = told(session, "bind", "second", errno="EADDRINUSE")
    assert "server, an endpoint of this program" in text
    done(session, c.Stop("server"))
    with socket.create_server(("127.0.0.1", int(local.rpartition(":")[2]))):
        done(session, c.Start("second"))
        _, text = told(session, "bind", "second", errno="EADDRINUSE")
    assert "server" not in text  # a stranger's: nothing is said of ours


@pytest.mark.parametrize(
    ("family", "address"),
    [
        ("AF_INET", "127.0.0.1:0"),
        ("AF_INET6", "[::1]:0"),
        ("AF_UNIX", "temp:queue"),
        ("AF_UNIX", "abstract:swb-test-queue"),
    ],
)
def test_a_listener_closed_with_a_connection_in_its_queue(
    session: Session, family: str, address: str
) -> None:
    """Of two clients one was accepted: its reset, of unread bytes, has another cause."""
    session.add(
        replace(
            LISTENER,
            family=family,
            address=address,
            accept=GateMode.PAUSED,
            receive=GateMode.PAUSED,
        )
    )
    for name in ("first", "second"):
        session.add(replace(CLIENT, family=family, name=name))
    done(
        session,
        c.Start("server"),
        c.Connect("first"),
        c.Send("first", text="unread"),
        c.Connect("second"),
        c.Step("server", c.Gate.ACCEPT),
        c.Stop("server"),
    )
    for name in ("first", "second"):
        for _ in range(500):  # a client reads the reset in its own time
            if fresh(session, name).connections[-1].errno is not None:
                break
            threading.Event().wait(0.02)
    _, first = told(session, "recv", "first", errno="ECONNRESET")
    _, second = told(session, "recv", "second", errno="ECONNRESET")
    assert "accept queue: nobody had accepted it" in second
    assert "server is a listener of ours" in second
    assert "nobody had accepted it" not in first
    assert ("1 waited in that queue" in second) == (family != "AF_UNIX")


def test_an_end_that_our_own_shutdown_made_is_not_the_peers(session: Session) -> None:
    session.add(replace(LISTENER, responder=Nothing(OnPeerClose.KEEP)))
    session.add(CLIENT)
    done(session, c.Start("server"), c.Connect("client"), c.Shutdown("client", c.How.BOTH))
    wait_for(session, "recv", "client", result=0)
    shut, _ = told(session, "shutdown", "client")
    _, text = told(session, "recv", "client", result=0)
    assert f"shutdown(SHUT_RDWR) in row {shut.seq}" in text
    assert "The peer has finished" not in text
    done(session, c.Send("client", text="late"))
    _, text = told(session, "send", "client", errno="EPIPE")
    assert f"shutdown(SHUT_RDWR) in row {shut.seq}" in text
    assert "FIN had come" not in text  # whether it had cannot be seen


def test_what_recv_gives_after_an_error_is_no_end(session: Session) -> None:
    session.add(LISTENER)
    session.add(CLIENT)
    done(session, c.Start("server"), c.Connect("client"))
    wait_for(session, "accept", "server")
    done(session, c.Abort("server"))
    wait_for(session, "recv", "client", errno="ECONNRESET")
    done(session, c.Recv("client"))
    reset, _ = told(session, "recv", "client", errno="ECONNRESET")
    _, text = told(session, "recv", "client", result=0)
    assert f"had ended with ECONNRESET before (row {reset.seq})" in text
    assert "The peer has finished" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_USER_TIMEOUT is Linux's")
def test_a_peer_that_answers_and_does_not_read_is_not_said_to_be_silent(session: Session) -> None:
    """With TCP_USER_TIMEOUT the kernel ends it though each probe was answered: window 0."""
    session.add(replace(LISTENER, receive=GateMode.PAUSED, options=(("SO_RCVBUF", 4096),)))
    session.add(replace(CLIENT, options=(("TCP_USER_TIMEOUT", 700), ("SO_SNDBUF", 4096))))
    done(session, c.Start("server"), c.Connect("client"))
    session.perform(c.Send("client", text="x" * 1_000_000))
    wait_for(session, None, "client", errno="ETIMEDOUT")
    for call in ("recv", "send"):
        found = [row for row in all_rows(session) if row.errno == "ETIMEDOUT" and row.call == call]
        for row in found:
            _, text = told(session, call, "client", errno="ETIMEDOUT")
            assert "TCP_USER_TIMEOUT had been set to 700 ms" in text, row
            assert "accept queue" not in text
            assert "window was 0 (measured)" in text


def test_a_socket_connected_to_itself_is_said_to_be(session: Session) -> None:
    """Its own port is the one that it asks for: simultaneous open."""
    where = f"127.0.0.1:{free_port()}"
    session.add(replace(CLIENT, address=where, bind=where))
    done(session, c.Connect("client"))
    row, text = told(session, "connect", "client", error=None)
    assert row.local == row.peer == where
    assert "connected to itself" in text
    assert "the kernel answered for it" not in text


def by_hand(name: str, local: tuple[str, int]) -> tuple[c.Command, ...]:
    """A socket that may share its address, up to bind()."""
    return (
        c.Call(name, "socket"),
        c.Call(name, "setsockopt", ("SO_REUSEADDR", 1)),
        c.Call(name, "bind", (local,)),
    )


@pytest.mark.skipif(sys.platform != "linux", reason="others share an address otherwise")
def test_who_listens_already_is_named(session: Session) -> None:
    local = ("127.0.0.1", free_port())
    for name in ("first", "second"):
        session.add(replace(LISTENER, name=name, address="{}:{}".format(*local)))
        done(session, *by_hand(name, local))
    done(session, c.Call("first", "listen", (5,)), c.Call("second", "listen", (5,)))
    _, text = told(session, "listen", "second", errno="EADDRINUSE")
    assert "first, an endpoint of this program, has it too, and listens there" in text


def test_a_port_of_udp_is_not_that_of_tcp(session: Session) -> None:
    """A stranger listens; our datagram socket of the same number has nothing to do with it."""
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        where = "{}:{}".format(*stranger.getsockname())
        session.add(EndpointSettings("ours", Role.DATAGRAM, type="SOCK_DGRAM", address=where))
        session.add(replace(LISTENER, address=where))
        done(session, c.Start("ours"), c.Start("server"))
        _, text = told(session, "bind", "server", errno="EADDRINUSE")
    assert "ours" not in text


@pytest.mark.skipif(sys.platform != "linux", reason="they are claims about Linux")
@pytest.mark.parametrize(("family", "type_"), [
    (socket.AF_INET, socket.SOCK_STREAM), (socket.AF_INET, socket.SOCK_DGRAM),
    (socket.AF_UNIX, socket.SOCK_STREAM), (socket.AF_UNIX, socket.SOCK_DGRAM),
])  # fmt: skip
def test_what_the_texts_claim_of_shutdown(family: int, type_: int) -> None:
    """Which direction it ends, and whether the peer hears of it: the kernel's own answers."""
    tells = family == socket.AF_UNIX
    stream = type_ == socket.SOCK_STREAM
    with both_ends(family, type_) as (ours, theirs):
        theirs.send(b"before")
        ours.shutdown(socket.SHUT_RD)
        assert ours.recv(9) == b"before"
        if stream:  # the peer has not finished, nor been asked
            assert ours.recv(9) == b""
        if tells:
            with pytest.raises(BrokenPipeError):
                theirs.send(b"late")
        else:
            theirs.send(b"late")
            assert wait_readable(ours).recv(9) == b"late"
        assert ours.send(b"out") == 3  # this direction stays
        assert wait_readable(theirs).recv(9) == b"out"
    with both_ends(family, type_) as (ours, theirs):
        ours.shutdown(socket.SHUT_WR)
        with pytest.raises(BrokenPipeError):
            ours.send(b"x")
        theirs.send(b"in")
        assert wait_readable(ours).recv(9) == b"in"
        if stream:
            assert wait_readable(theirs).recv(9) == b""
        else:
            with pytest.raises(BlockingIOError):
                theirs.recv(9)
    with both_ends(family, type_) as (ours, theirs):
        ours.shutdown(socket.SHUT_RDWR)
        if tells:
            with pytest.raises(BrokenPipeError):
                theirs.send(b"x")
        elif stream:
            theirs.send(b"x")  # answered by a reset
            for _ in range(10_000):
                if theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == b"\x07":
                    break
            assert theirs.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1) == b"\x07"
        else:
            theirs.send(b"late")
            assert wait_readable(ours).recv(9) == b"late"


@pytest.mark.skipif(sys.platform != "linux", reason="it is a claim about Linux")
@pytest.mark.parametrize("family", [socket.AF_INET, socket.AF_UNIX])
def test_what_the_texts_claim_of_a_reset(family: int) -> None:
    """What had come is read before the error, and the error is given once."""
    with both_ends(family, socket.SOCK_STREAM) as (ours, theirs):
        theirs.send(b"came")
        ours.send(b"unread")
        wait_readable(theirs)
        theirs.close()
        wait_readable(ours)
        assert ours.recv(2) + ours.recv(9) == b"came"
        with pytest.raises(ConnectionResetError):
            ours.recv(9)
        assert ours.recv(9) == b""


@contextmanager
def both_ends(family: int, type_: int) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Two connected sockets that do not wait."""
    if family == socket.AF_UNIX:
        ours, theirs = socket.socketpair(family, type_)
    elif type_ == socket.SOCK_STREAM:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            theirs = socket.create_connection(listener.getsockname())
            ours = listener.accept()[0]
    else:
        ours, theirs = (socket.socket(family, type_) for _ in range(2))
        for sock in (ours, theirs):
            sock.bind(("127.0.0.1", 0))
        ours.connect(theirs.getsockname())
        theirs.connect(ours.getsockname())
    with ours, theirs:
        ours.setblocking(False)
        theirs.setblocking(False)
        yield ours, theirs


def wait_readable(sock: socket.socket) -> socket.socket:
    select.select([sock], [], [], BOUND)
    return sock


def all_rows(session: Session) -> list[Row]:
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        return [row for row in reader.page(1, 10_000) if row.kind in {"call", "end"}]


def wait_for(session: Session, call: str | None, endpoint: str, **wanted: object) -> Row:
    """Until there is such a row; an endpoint comes to it in its own time."""
    for _ in range(int(BOUND / 0.02)):
        for row in all_rows(session):
            meant = row.endpoint == endpoint and call in {None, row.call}
            if meant and all(getattr(row, key) == value for key, value in wanted.items()):
                return row
        threading.Event().wait(0.02)
    raise AssertionError(f"no {call} at {endpoint}: {wanted}")


def test_how_long_an_answer_took_is_said(session: Session) -> None:
    """From the send before it on that connection."""
    session.add(replace(LISTENER, responder=Nothing()))
    session.add(replace(CLIENT, receive=GateMode.PAUSED))
    done(session, c.Start("server"), c.Connect("client"))
    wait_for(session, "accept", "server")
    done(session, c.Send("server", text="hello"), c.Recv("client"))
    _, text = told(session, "recv", "client", result=5)
    assert "after the send" not in text
    done(session, c.Send("client", text="ask"), c.Send("server", text="answer"), c.Recv("client"))
    sent, _ = told(session, "send", "client")
    answer, text = told(session, "recv", "client", result=6)
    took = re.search(rf"It came ([\d.]+) (s|ms|us) after the send in row {sent.seq}, ", text)
    assert took is not None
    unit = {"s": 1e9, "ms": 1e6, "us": 1e3}[took[2]]
    digits = len(took[1].partition(".")[2])
    assert took[1] == f"{(answer.t_ns - sent.t_ns) / unit:.{digits}f}"


def test_a_datagram_answers_the_one_that_was_sent_to_its_sender(session: Session) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as one, socket.socket(type=socket.SOCK_DGRAM) as two:
        for sock in (one, two):
            sock.bind(("127.0.0.1", 0))
        session.add(EndpointSettings("asks", Role.DATAGRAM, type="SOCK_DGRAM"))
        done(session, c.Pause("asks", c.Gate.RECEIVE))
        ports = [sock.getsockname()[1] for sock in (one, two)]
        sent = []
        for port in ports:
            done(session, c.Send("asks", text="?", to=f"127.0.0.1:{port}"))
            sent.append(told(session, "sendto", "asks")[0].seq)
        _, asker = one.recvfrom(10)
        one.sendto(b"!", ("127.0.0.1", asker[1]))
        done(session, c.Recv("asks"))
        _, text = told(session, "recvfrom", "asks")
    assert f"in row {sent[0]}, " in text
    assert f"in row {sent[1]}, " not in text
