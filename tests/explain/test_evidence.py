"""What an explanation claims was read in the record: full queues, finished directions, types."""

from __future__ import annotations

import socket
import threading
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.free_port import free_port
from tests.snapshots import fresh
from workbench.engine.model import commands as c
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
    assert "accept queue" not in text
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
