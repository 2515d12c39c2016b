"""The observer: fresh readings, and a picture for systems that tell nothing."""

from __future__ import annotations

import sys
from dataclasses import replace

import pytest

from tests.labs.conftest import BOUND, Start, shows
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.sockets import kernel_readings
from workbench.labs.backlog_clients import Clients
from workbench.labs.backlog_data import ClientState, QueueSource
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_view import Observer
from workbench.labs.modes.admission import Stage
from workbench.labs.modes.kernel import KERNEL
from workbench.session import Session


def observing(session: Session, settings: BacklogSettings) -> Observer:
    stage = Stage(session, "server", "client", settings.backlog, settings.clients)
    clients = Clients("client", "server")
    return Observer(session, settings, clients, settings.mode.admission(stage))


@pytest.fixture
def observer(session: Session) -> Observer:
    session.add(
        EndpointSettings(
            "server", Role.LISTENER, address="127.0.0.1:0", backlog=5, accept=GateMode.PAUSED
        )
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0))
    assert session.perform(c.Start("server")).wait(BOUND)
    made = observing(session, BacklogSettings(backlog=5, clients=3))
    made.begin()
    return made


@pytest.mark.skipif(sys.platform != "linux", reason="TCP_INFO of a listener is Linux's")
def test_fresh_means_read_after_the_call(session: Session, observer: Observer) -> None:
    for count in (1, 2, 3):
        session.perform(c.Call("client", "socket")).wait(BOUND)
        host, _, port = session.link("server").rpartition(":")
        call = c.Call("client", "connect", ((host, int(port)),), count)
        assert session.perform(call).wait(BOUND)
        observer.look_afresh("server", "client")
        observer.draw()
        queue = observer.picture().queue
        assert queue is not None
        assert (queue.now, queue.limit, queue.source) == (count, 5, QueueSource.KERNEL)
    assert observer.result("here").queue_peak == 3
    assert observer.result("here").queue_full is False


def test_where_the_kernel_tells_nothing_it_is_an_estimate(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kernel_readings, "queue", lambda _sock: None)
    run = start(backlog=5, clients=2, timeout=5.0, hold=True)
    picture = shows(run, lambda seen: seen.queue is not None and seen.queue.now == 2)
    assert picture.queue is not None
    assert picture.queue.source is QueueSource.ESTIMATE
    assert not picture.queue.measured
    run.stop()
    assert (run.result().queue_limit, run.result().queue_full) == (None, None)


def test_before_the_start_nothing_runs(session: Session) -> None:
    picture = observing(session, BacklogSettings()).picture()
    assert (picture.running, picture.queue, picture.clients) == (False, None, ())
    assert picture.ends_in == BacklogSettings().bound


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_a_queued_client_that_has_gone_is_marked(session: Session, start: Start) -> None:
    run = start(backlog=2, clients=2, timeout=60.0, hold=True)
    shows(run, lambda seen: seen.count(ClientState.QUEUED) == 2 and len(seen.peers) == 2)
    session.perform(c.Close("client", connection=1))
    picture = shows(run, lambda seen: any(peer.gone for peer in seen.peers))
    assert [(peer.client, peer.gone) for peer in picture.peers] == [(1, True), (2, False)]


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_who_is_connected_and_in_no_queue_is_told_apart(
    session: Session, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two handshakes whose last step meets one free place: the second is connected all the same."""

    def deferring(
        _mode: object, plain: EndpointSettings, clients: int, bound: float
    ) -> EndpointSettings:
        del clients, bound
        return replace(plain, options=(*plain.options, ("TCP_DEFER_ACCEPT", 60)))

    monkeypatch.setattr(type(KERNEL), "listener", deferring)
    run = start(backlog=5, clients=2, timeout=60.0, hold=True)
    shows(run, lambda seen: seen.count(ClientState.QUEUED) == 2)
    assert session.perform(c.Listen("server", 0)).wait(BOUND)
    for number in (1, 2):
        assert session.perform(c.Send("client", text="x", connection=number)).wait(BOUND)
    # Clients and queues are looked at one after the other: one may have moved between.
    wanted = [ClientState.QUEUED, ClientState.UNFINISHED]
    picture = shows(run, lambda seen: [view.state for view in seen.clients] == wanted)
    assert [peer.client for peer in picture.peers] == [1]
    run.accept_one()  # the second says its byte again, and gets in
    wanted = [ClientState.ACCEPTED, ClientState.QUEUED]
    shows(run, lambda seen: [view.state for view in seen.clients] == wanted)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's")
def test_who_was_seen_waiting_before_its_address_was_told_is_in_the_queue(
    session: Session,
) -> None:
    settings = EndpointSettings(
        "server", Role.LISTENER, address="127.0.0.1:0", backlog=1, accept=GateMode.PAUSED
    )
    session.add(settings)
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0))
    assert session.perform(c.Start("server")).wait(BOUND)
    lab = BacklogSettings(backlog=1, clients=2)
    clients = Clients("client", "server")
    clients.start_ns = session.journal.clock.now()
    stage = Stage(session, "server", "client", lab.backlog, lab.clients)
    observer = Observer(session, lab, clients, lab.mode.admission(stage))
    observer.begin()
    host, _, port = session.link("server").rpartition(":")
    for number in (1, 2):
        assert session.perform(c.Call("client", "socket")).wait(BOUND)
        connect = c.Call("client", "connect", ((host, int(port)),), number)
        assert session.perform(connect).wait(BOUND)
    observer.look_afresh("server", "client")  # the queue is full; of the clients no row was taken
    session.journal.flush()
    reader = session.journal.reader()
    for row in reader.page(1, 999):
        clients.take(row)
    reader.close()
    assert [view.state for view in observer.views()] == [ClientState.QUEUED] * 2
