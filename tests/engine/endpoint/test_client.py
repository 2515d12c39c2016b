"""Clients and servers on real loopback sockets: what is logged is what was done."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows, Until, why
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.snapshot import ChipState, CloseCause, Phase
from workbench.journal.reader import Row
from workbench.session import Session


def server(responder: Responder | None = None, **more: object) -> EndpointSettings:
    values: dict[str, object] = {"address": "127.0.0.1:0", **more}
    if responder is not None:
        values["responder"] = responder
    return EndpointSettings("server", Role.LISTENER, **values)  # type: ignore[arg-type]


def client(**more: object) -> EndpointSettings:
    values: dict[str, object] = {"address": "@server", "timeout": 3.0, **more}
    return EndpointSettings("client", Role.STREAM, **values)  # type: ignore[arg-type]


def calls(rows: list[Row]) -> list[str]:
    return [row.call for row in rows]


def test_greeting_and_echo_are_logged_call_by_call(
    session: Session, do: Do, rows: Rows, until: Until
) -> None:
    session.add(server(Greet("连接已创建\r\n", then=Then.ECHO)))
    session.add(client())
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("client", call="recv", size=17)
    assert do(c.Send("client", text="hello")).ok
    until("client", call="recv", payload=b"hello")
    assert do(c.Close("client")).ok
    until("server", call="close")
    assert calls(rows("server")) == [
        "socket",
        "bind",
        "listen",
        "accept",
        "send",
        "recv",
        "send",
        "recv",
        "close",
    ]
    assert calls(rows("client")) == ["socket", "connect", "recv", "send", "recv", "close"]
    connect = rows("client")[1]
    assert connect.errno == "EINPROGRESS"
    ended = next(row for row in rows("client", "end") if row.call == "connect")
    assert (ended.result, ended.errno) == (0, None)
    accepted = next(row for row in rows("server") if row.call == "accept")
    assert accepted.peer == ended.local


def test_a_command_is_the_cause_of_its_calls(session: Session, do: Do, rows: Rows) -> None:
    session.add(server())
    do(c.Start("server"))
    command = rows("server", "command")[0]
    assert (command.call, command.cause) == ("start", None)
    assert {row.cause for row in rows("server")} == {command.seq}


def test_refused_connect_says_so_and_leaves_no_socket(session: Session, do: Do, rows: Rows) -> None:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        session.add(client(address=f"127.0.0.1:{port}"))
        outcome = do(c.Connect("client"))
    assert (outcome.ok, outcome.errno, outcome.error) == (
        False,
        "ECONNREFUSED",
        "ConnectionRefusedError",
    )
    assert calls(rows("client")) == ["socket", "connect", "close"]


def test_reset_is_told_from_an_orderly_end(session: Session, do: Do, until: Until) -> None:
    session.add(server(accept=GateMode.AUTO))
    session.add(client())
    do(c.Start("server"))
    do(c.Connect("client"))
    until("server", call="accept")
    assert do(c.Abort("client")).ok
    assert until("server", call="recv").errno == "ECONNRESET"
    until("server", call="close")


def test_half_close_still_reads_the_answer(session: Session, do: Do, until: Until) -> None:
    session.add(server(Echo(OnPeerClose.KEEP)))
    session.add(client())
    do(c.Start("server"))
    do(c.Connect("client"))
    assert do(c.Send("client", text="last words")).ok
    assert do(c.Shutdown("client", c.How.WRITE)).ok
    until("server", call="recv", size=0)
    assert until("client", call="recv", payload=b"last words")
    assert do(c.Send("server", text="bye", connection=1)).ok
    assert until("client", payload=b"bye", call="recv")


def test_second_send_after_the_peer_closed_is_a_broken_pipe(
    session: Session, do: Do, until: Until
) -> None:
    session.add(server(Greet("bye", then=Then.CLOSE)))
    session.add(client(receive=GateMode.PAUSED))
    do(c.Start("server"))
    do(c.Connect("client"))
    until("server", call="close")
    outcomes = [do(c.Send("client", text="x")) for _ in range(3)]
    assert not outcomes[-1].ok
    assert {outcome.errno for outcome in outcomes} <= {None, "EPIPE", "ECONNRESET"}
    assert do(c.Close("client")).ok


def test_timeout_of_an_asked_for_recv(session: Session, do: Do, rows: Rows) -> None:
    session.add(server())
    session.add(client(timeout=0.05, receive=GateMode.PAUSED))
    do(c.Start("server"))
    do(c.Connect("client"))
    outcome = do(c.Recv("client", 10))
    assert (outcome.errno, outcome.error) == (None, "TimeoutError")
    ended = rows("client", "end")[-1]
    assert (ended.call, ended.error, ended.errno) == ("recv", "TimeoutError", None)
    assert "recv" not in calls(rows("client"))


def test_accept_timeout_and_step(session: Session, do: Do, rows: Rows) -> None:
    session.add(server(accept=GateMode.PAUSED, timeout=0.05))
    session.add(client())
    do(c.Start("server"))
    assert do(c.Accept("server")).error == "TimeoutError"
    assert do(c.Connect("client")).ok
    assert fresh(session, "server").queue is not None
    assert do(c.Step("server", c.Gate.ACCEPT)).ok
    assert calls(rows("server")).count("accept") == 1


def test_call_by_call_stops_after_any_call(session: Session, do: Do, rows: Rows) -> None:
    session.add(server(calls=Pace.STEP))
    do(c.Start("server"))
    assert calls(rows("server")) == []
    do(c.Step("server", c.Gate.CALLS))
    do(c.Step("server", c.Gate.CALLS))
    assert calls(rows("server")) == ["socket", "bind"]
    snapshot = fresh(session, "server")
    assert snapshot.phase is Phase.BOUND
    assert [chip.state for chip in snapshot.strip] == [
        ChipState.DONE,
        ChipState.DONE,
        ChipState.PLANNED,
    ]
    do(c.Stop("server"))
    assert calls(rows("server"))[-1] == "close"


def test_port_search_takes_the_next_free_port_and_says_so(
    session: Session, do: Do, rows: Rows
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        session.add(server(address=f"127.0.0.1:{port}", port_search=True))
        assert do(c.Start("server")).ok
        notes = [row.call for row in rows("server", "note")]
        assert "port_moved" in notes
        session.remove("server").wait(60)
        session.add(server(address=f"127.0.0.1:{port}"))
        assert do(c.Start("server")).errno == "EADDRINUSE"


def test_twenty_clients_of_one_endpoint(session: Session, do: Do, until: Until, rows: Rows) -> None:
    session.add(server(Echo()))
    session.add(client(count=20))
    do(c.Start("server"))
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="hi")).ok
    assert do(c.Stop("client")).ok
    assert calls(rows("client")).count("connect") == 20
    assert calls(rows("client")).count("close") == 20


def test_what_was_not_done_is_explained(session: Session, do: Do) -> None:
    session.add(server())
    session.add(client())
    assert why(do(c.Send("client", text="x"))) == "engine.no_connection"
    assert why(do(c.Connect("client"))) == "engine.no_address_yet"
    assert why(do(c.Accept("server"))) == "engine.no_socket"
    assert do(c.Start("server")).ok
    assert why(do(c.Start("server"))) == "engine.already_listening"
    assert do(c.Stop("server")).ok
    assert do(c.Stop("server")).ok


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
@pytest.mark.parametrize("address", ["temp:talk", "abstract:swb-test-{}"])
@pytest.mark.parametrize("type_", ["SOCK_STREAM", "SOCK_SEQPACKET"])
def test_unix_sockets(
    session: Session, do: Do, until: Until, address: str, type_: str, tmp_path: Path
) -> None:
    where = address.format(tmp_path.name)
    session.add(server(Echo(), address=where, family="AF_UNIX", type=type_))
    session.add(client(family="AF_UNIX", type=type_))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="across")).ok
    assert until("client", call="recv", payload=b"across")


def test_closed_rows_say_why(session: Session, do: Do, until: Until) -> None:
    session.add(server())
    session.add(client())
    do(c.Start("server"))
    do(c.Connect("client"))
    until("server", call="accept")
    do(c.Close("client"))
    until("server", call="close")
    do(c.GetOption("server", "SO_RCVBUF"))  # a round trip: the snapshot after it is newer
    row = fresh(session, "server").connections[0]
    assert row.close_cause is CloseCause.PEER


def test_an_idle_endpoint_gives_its_thread_back(session: Session, do: Do) -> None:
    session.add(server())
    do(c.Start("server"))
    do(c.Stop("server"))
    assert session.settle()
    assert do(c.Start("server")).ok


def test_stop_while_the_name_is_looked_up_opens_nothing(
    session: Session, do: Do, rows: Rows, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, answer = threading.Event(), threading.Event()
    real = socket.getaddrinfo

    def slow(*args: object, **more: object) -> object:
        asked.set()
        answer.wait(60)
        return real("127.0.0.1", *args[1:], **more)  # type: ignore[arg-type]

    monkeypatch.setattr(socket, "getaddrinfo", slow)
    session.add(server(address="some-name:0"))
    started = session.perform(c.Start("server"))
    assert asked.wait(60)
    assert why(do(c.Start("server"))) == "engine.already_listening"
    assert do(c.Stop("server")).ok
    assert why(started.outcome) == "engine.stopped_meanwhile"
    answer.set()
    assert session.settle()
    assert calls(rows("server")) == []


def test_a_pending_connect_can_be_closed(session: Session, do: Do, until: Until) -> None:
    session.add(server(accept=GateMode.PAUSED, backlog=0))
    session.add(client(count=3, timeout=None))
    do(c.Start("server"))
    pending = session.perform(c.Connect("client"))
    until("client", call="connect", kind="end")  # at least one got in; the queue is full then
    while len(fresh(session, "client").connections) < 3:
        do(c.GetOption("client", "SO_RCVBUF", connection=c.ALL))
    waiting = [
        row.number for row in fresh(session, "client").connections if row.connected_ns is None
    ]
    for number in waiting:
        assert do(c.Close("client", number)).ok
    assert pending.wait(60)


def test_a_positive_linger_does_not_hold_the_endpoint_up(
    session: Session, do: Do, until: Until
) -> None:
    session.add(server(options=(("SO_LINGER", (1, 1)),), receive=GateMode.PAUSED))
    session.add(client(options=(("SO_LINGER", (1, 1)),)))
    do(c.Start("server"))
    do(c.Connect("client"))
    until("server", call="accept")
    session.perform(c.Send("client", text="x" * 8_000_000, wait=False))
    until("client", call="send")
    assert do(c.Close("client")).ok  # its close() waits up to a second for the ACK, elsewhere
    assert do(c.Stop("server")).ok
    until("client", call="close")


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
def test_a_unix_connect_that_waits_in_c_can_be_stopped(session: Session, do: Do) -> None:
    session.add(server(family="AF_UNIX", address="temp:full", backlog=0, accept=GateMode.PAUSED))
    session.add(client(family="AF_UNIX", timeout=None, count=3))
    do(c.Start("server"))
    waiting = session.perform(c.Connect("client"))
    assert do(c.Stop("client")).ok
    assert waiting.wait(60)
    assert do(c.Stop("server")).ok
    assert session.settle()
