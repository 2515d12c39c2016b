"""How often a picture is drawn: after each command for a few sockets, seldom for many."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.engine.conftest import Do, Until
from tests.snapshots import HANG, fresh
from workbench.engine.endpoint.base import Endpoint
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.engine.runtime import snapshot_publisher
from workbench.engine.runtime.snapshot_builder import build_snapshot
from workbench.session import Session

COMMANDS = 30


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[EndpointSnapshot]:
    """The client's pictures; each takes its time."""
    found: list[EndpointSnapshot] = []

    def slow(endpoint: Endpoint, *rest: Any) -> EndpointSnapshot:
        made = build_snapshot(endpoint, *rest)
        if endpoint.settings.name == "client":
            threading.Event().wait(0.02)
            found.append(made)
        return made

    monkeypatch.setattr(snapshot_publisher, "build_snapshot", slow)
    return found


@pytest.mark.parametrize(("sockets", "all_drawn"), [(2, True), (40, False)])
def test_after_commands(
    session: Session, do: Do, drawn: list[EndpointSnapshot], sockets: int, all_drawn: bool
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", count=sockets))
    do(c.Start("server"))
    assert do(c.Connect("client")).ok
    fresh(session, "client")
    before = len(drawn)
    for _ in range(COMMANDS):
        do(c.GetOption("client", "SO_RCVBUF"))
    do(c.Pause("client", c.Gate.SEND))
    if all_drawn:
        assert len(drawn) - before >= COMMANDS
    else:
        assert len(drawn) - before <= COMMANDS // 3
    for _ in range(500):
        if drawn[-1].send.value == "paused":  # the last state is shown without being asked for
            return
        threading.Event().wait(0.02)
    raise AssertionError("the last picture is old")


def test_who_asks_gets_a_newer_one(session: Session, do: Do, until: Until) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert fresh(session, "server").connections == ()
    do(c.Start("server"))
    do(c.Connect("client"))
    until("server", call="accept")
    for _ in range(500):
        found = fresh(session, "server")
        if found.connections:
            break
        threading.Event().wait(0.02)
    (accepted,) = found.connections
    for _ in range(500):
        reading = fresh(session, "server", frozenset({accepted.id})).connections[0].reading
        if reading is not None:
            return
        threading.Event().wait(0.02)
    raise AssertionError("what was asked for in detail is not shown")


def settled(
    session: Session, name: str, revision: int, *, watched: frozenset[int] = frozenset()
) -> EndpointSnapshot:
    """The first snapshot of that revision, or of a later one."""
    for _ in range(500):
        found = fresh(session, name, watched)
        if found.revision >= revision:
            return found
        threading.Event().wait(0.02)
    raise AssertionError("the revision never came")


def test_what_a_command_did_is_shown_from_its_revision_on(session: Session) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    shown = fresh(session, "server").revision
    for command, phase in (
        (c.Start("server"), "listening"),
        (c.Close("server"), "closed"),
        (c.Start("server"), "listening"),
        (c.Stop("server"), "closed"),
    ):
        ticket = session.perform(command)
        assert ticket.wait(60)
        assert ticket.revision > shown
        found = settled(session, "server", ticket.revision)
        assert found.phase.value == phase
        shown = found.revision


def test_a_command_without_effect_has_a_revision_that_comes(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    ticket = session.perform(c.Close("server"))  # no socket, no thread that would stay
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert not ticket.outcome.ok
    settled(session, "server", ticket.revision)


def test_nothing_new_is_no_revision(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    do(c.Start("server"))
    before = settled(session, "server", 1)
    for _ in range(500):  # drawn anew, it shows the same
        found = fresh(session, "server")
        if found is not before:
            break
        threading.Event().wait(0.02)
    else:
        raise AssertionError("it was not drawn anew")
    assert found == before
    assert found.revision == before.revision
    do(c.Pause("server", c.Gate.ACCEPT))
    assert settled(session, "server", before.revision + 1).accept.value == "paused"


def test_another_kind_of_socket_counts_on(session: Session, do: Do) -> None:
    session.add(EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0"))
    do(c.Start("it"))
    do(c.Stop("it"))
    assert session.settle()
    shown = fresh(session, "it").revision
    udp = EndpointSettings("it", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:0")
    ticket = session.perform(c.Configure("it", udp))
    assert ticket.wait(60)
    assert ticket.revision > shown
    assert settled(session, "it", ticket.revision).settings == udp


def test_looking_changes_nothing(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    do(c.Start("server"))
    before = fresh(session, "server")
    later = threading.Event()
    session.look("server", None, lambda _reading: later.set())  # what was posted before is done
    assert session.snapshot("server") is before
    assert later.wait(60)
    assert session.snapshot("server") is before


def test_who_wants_a_newer_one_of_what_has_no_thread_is_told_at_once(session: Session) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    told: list[bool] = []
    session.refresh("server", done=lambda: told.append(True))
    assert told == [True]
    assert session.snapshot("server").phase.value == "idle"


def test_where_nobody_looks_none_is_made_and_who_looks_first_sees_what_is(
    session: Session, do: Do, drawn: list[EndpointSnapshot]
) -> None:
    session.add(EndpointSettings("client", Role.DATAGRAM, address="127.0.0.1:0"))
    ticket = session.perform(c.Start("client"))
    assert ticket.wait(HANG)
    for _ in range(COMMANDS):
        do(c.Pause("client", c.Gate.SEND))
    assert drawn == []
    seen = session.snapshot("client")
    assert (seen.send.value, len(seen.connections)) == ("paused", 1)
    assert seen.revision >= ticket.revision > 0
    do(c.Resume("client", c.Gate.SEND))
    assert fresh(session, "client").send.value == "auto"


def test_who_looks_makes_none_while_the_endpoint_is_at_work(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sockets would change under the eyes of who reads them: a busy machine showed it."""
    makers: list[threading.Thread] = []

    def noted(*about: Any) -> EndpointSnapshot:
        makers.append(threading.current_thread())
        return build_snapshot(*about)

    monkeypatch.setattr(snapshot_publisher, "build_snapshot", noted)
    monkeypatch.setattr(snapshot_publisher, "FIRST", 0.01)
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    reached, go_on = threading.Event(), threading.Event()

    def works(_reading: object) -> None:
        reached.set()
        assert go_on.wait(HANG)

    assert session.perform(c.Start("server")).wait(HANG)
    session.look("server", None, works)
    assert reached.wait(HANG)
    try:
        assert session.snapshot("server").phase.value == "idle"
        assert makers == []
    finally:
        go_on.set()
    assert fresh(session, "server").phase.value == "listening"
    assert threading.current_thread() not in makers
