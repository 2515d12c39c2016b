"""Why it is silent: on real connections, from real readings."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import ConnectionSnapshot, Hold
from workbench.session import Session
from workbench.viewmodel import client_status
from workbench.viewmodel.message import StatusMessage, msg
from workbench.viewmodel.silence import Silences, is_owing, why_silent

BOUND = 60.0


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(tmp_path / "r.swb") as made:
        made.add(
            EndpointSettings(
                "server",
                Role.LISTENER,
                address="127.0.0.1:0",
                backlog=0,
                receive=GateMode.PAUSED,
                responder=Nothing(OnPeerClose.KEEP),
            )
        )
        made.add(
            EndpointSettings(
                "client", Role.STREAM, address="@server", responder=Nothing(OnPeerClose.KEEP)
            )
        )
        made.perform(c.Start("server")).wait(BOUND)
        made.perform(c.Connect("client")).wait(BOUND)
        yield made


def seen(session: Session, name: str, true: object) -> ConnectionSnapshot:
    """Wait for a connection like this, with its whole reading."""
    detail: frozenset[int] = frozenset()
    for _ in range(int(BOUND / 0.02)):
        for item in fresh(session, name, detail).connections:
            if item.reading is not None and true(item):  # type: ignore[operator]
                return item
            detail = frozenset({item.id})
        threading.Event().wait(0.02)  # a picture is drawn when the endpoint comes to it
    raise AssertionError("it did not come to that")


def test_nothing_asked_and_nothing_owed(session: Session) -> None:
    item = seen(session, "client", lambda item: item.state == "ESTABLISHED")
    assert not is_owing(item)
    assert why_silent(item, 9) is None


def test_a_peer_that_does_not_read(session: Session) -> None:
    session.perform(c.Send("client", text="x" * 65536, repeat=200, wait=False))
    item = seen(session, "client", lambda item: item.reading.snd_wnd == 0)
    assert "does not read" in (why_silent(item, 3) or "")


def test_a_peer_that_sends_nothing(session: Session) -> None:
    session.perform(c.Pause("client", c.Gate.RECEIVE)).wait(BOUND)
    session.perform(c.Recv("client", wait=False))
    item = seen(session, "client", lambda item: item.waiting is not None)
    assert "has sent nothing for 3 s" in (why_silent(item, 3) or "")


def test_a_peer_that_has_finished(session: Session) -> None:
    session.perform(c.Resume("server", c.Gate.RECEIVE)).wait(BOUND)
    session.perform(c.Shutdown("client")).wait(BOUND)
    item = seen(session, "server", lambda item: item.peer_finished)
    assert "close() is yours" in (why_silent(item, 3) or "")


def test_a_syn_without_an_answer(session: Session) -> None:
    session.perform(c.Pause("server", c.Gate.ACCEPT)).wait(BOUND)
    for number in range(4):  # listen(0): one waits, who comes after that is not answered
        session.add(EndpointSettings(f"more-{number}", Role.STREAM, address="@server"))
        ticket = session.perform(c.Connect(f"more-{number}", wait=not number))
        if not number:
            assert ticket.wait(BOUND)  # at once the kernel may answer two before the queue is full
    item = seen(session, "more-3", lambda item: item.state == "SYN_SENT")
    assert "this side cannot tell" in (why_silent(item, 3) or "")


def test_bytes_that_a_paused_receive_leaves_unread(session: Session) -> None:
    session.perform(c.Send("client", text="unread")).wait(BOUND)
    item = seen(session, "server", lambda item: item.unread)
    assert "paused" in (why_silent(item, 0) or "")
    assert "6 B" in (why_silent(item, 0) or "")


def test_replies_that_the_peer_does_not_read(session: Session) -> None:
    session.perform(c.Pause("client", c.Gate.RECEIVE)).wait(BOUND)
    session.perform(c.Respond("server", Echo())).wait(BOUND)
    session.perform(c.Resume("server", c.Gate.RECEIVE)).wait(BOUND)
    session.perform(c.Send("client", text="x" * 65536, repeat=400, wait=False))
    item = seen(session, "server", lambda item: item.hold is Hold.ANSWERS)
    said = why_silent(item, 0) or ""
    assert "does not read" in said
    assert f"{item.queued:,} B of our replies" in said
    assert Silences().why(item)[1] == "not read: replies wait"


def test_a_delayed_reply_that_is_not_due(session: Session) -> None:
    rules = Rules((Rule(Match.EXACT, "ask", "R", delay=600.0),))
    session.perform(c.Respond("server", rules)).wait(BOUND)
    session.perform(c.Resume("server", c.Gate.RECEIVE)).wait(BOUND)
    session.perform(c.Send("client", text="ask")).wait(BOUND)
    item = seen(session, "server", lambda item: item.delayed)
    assert "1 delayed" in (why_silent(item, 3) or "")


def test_reading_that_was_shut_down_here_is_no_end_of_the_peers(session: Session) -> None:
    session.perform(c.Shutdown("client", c.How.READ)).wait(BOUND)
    item = seen(session, "client", lambda x: x.peer_finished)
    assert item.deaf
    text, short = Silences().why(item)
    assert "Reading was shut down here" in text
    assert "peer finished" not in short
    snapshot = fresh(session, "client")
    said = client_status.status_of(snapshot, StatusMessage("info", msg("message.client_ready")),
                                   None, None).text.show()  # fmt: skip
    assert "Reading was shut down here" in said


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
def test_a_unix_peer_that_finished_may_take_nothing_more(session: Session) -> None:
    """Its close() looks like its half-close until one sends: then EPIPE, at once."""
    for name in ("server", "client"):
        session.perform(c.Stop(name)).wait(BOUND)
        settings = session.settings(name)
        address = "temp:ended" if name == "server" else settings.address
        changed = replace(settings, family="AF_UNIX", address=address, receive=GateMode.AUTO)
        session.perform(c.Configure(name, changed)).wait(BOUND)
    session.perform(c.Start("server")).wait(BOUND)
    session.perform(c.Connect("client")).wait(BOUND)
    for _ in range(int(BOUND / 0.02)):
        if fresh(session, "server").open_count:
            break
        threading.Event().wait(0.02)
    session.perform(c.Close("server", connection=c.ALL)).wait(BOUND)
    for _ in range(int(BOUND / 0.02)):
        snapshot = fresh(session, "client")
        if snapshot.connections[-1].peer_finished:
            break
        threading.Event().wait(0.02)
    said = client_status.status_of(snapshot, StatusMessage("info", msg("message.client_ready")),
                                   None, None).text.show()  # fmt: skip
    assert "You can still send" not in said
    assert "EPIPE" in said
    assert session.perform(c.Send("client", text="x")).wait(BOUND)
    assert fresh(session, "client").connections[-1].errno == "EPIPE"
