"""Presenters over a real session, without a window: what they make, and when."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import QObject

from tests.qt.conftest import Wait
from tests.snapshots import fresh
from workbench.certificates.kinds import PREFIX, CertificateKind
from workbench.engine.model import commands as c
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.settings import GateMode, Pace, Role
from workbench.engine.model.snapshot import Phase
from workbench.engine.model.ticket import Ticket
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.web_address import TLS
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.qt.client_presenter import ClientPresenter
from workbench.qt.controller import RESTING, TICK, Controller
from workbench.qt.endpoint_presenter import EndpointPresenter
from workbench.qt.server_presenter import ServerPresenter
from workbench.viewmodel.client_state import ClientPanelState
from workbench.viewmodel.message import msg
from workbench.viewmodel.next_look import next_tick
from workbench.viewmodel.panel_state import Look, PanelState
from workbench.viewmodel.payload_form import PayloadForm, compose


class Pair:
    """Both presenters, in sight, and every state that they have made."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.parent = QObject()
        self.server = ServerPresenter(
            controller, controller.session.settings("server"), self.parent
        )
        self.client = ClientPresenter(
            controller, controller.session.settings("client"), self.parent
        )
        self.states: dict[str, list[PanelState]] = {"server": [], "client": []}
        for presenter in (self.server, self.client):
            presenter.changed.connect(self.states[presenter.name].append)
            controller.snapshots_changed.connect(presenter.look)
            presenter.set_in_sight(True)


@pytest.fixture
def pair(controller: Controller) -> Iterator[Pair]:
    made = Pair(controller)
    yield made
    for presenter in (made.server, made.client):
        presenter.leave()


def test_who_connects_at_once_is_of_the_kind_that_its_server_has_become(
    pair: Pair, wait: Wait
) -> None:
    """Before anybody has looked at the server again."""
    session = pair.controller.session
    pair.client.look()
    settings = session.settings("server")
    for kind in ("SOCK_DGRAM", "SOCK_STREAM"):
        role = Role.DATAGRAM if kind == "SOCK_DGRAM" else Role.LISTENER
        changed = replace(settings, role=role, type=kind, responder=Nothing())
        for command in (c.Configure("server", changed), c.Start("server")):
            assert session.perform(command).wait(60)
        pair.client.start()
        assert session.settings("client").type == kind
        wait(lambda: pair.client.phase is Phase.OPEN)
        for name in ("client", "server"):
            assert session.perform(c.Stop(name)).wait(60)
        wait(lambda: pair.client.phase is Phase.CLOSED)


def connected(pair: Pair, wait: Wait) -> None:
    pair.server.start()
    wait(lambda: pair.server.phase is Phase.LISTENING)
    pair.client.start()
    wait(lambda: pair.client.phase is Phase.OPEN)
    wait(lambda: pair.server.snapshot.open_count == 1)


def newest(presenter: EndpointPresenter[Any]) -> PanelState:
    assert presenter.state is not None
    return presenter.state


def can_send(client: ClientPresenter) -> bool:
    state = newest(client)
    assert isinstance(state, ClientPanelState)
    return state.can_send


def test_a_click_on_listen_and_connect_leads_to_a_talk(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    wait(lambda: newest(pair.client).badge.word == "ESTABLISHED")
    pair.client.send(compose(PayloadForm("ping")))
    wait(lambda: pair.client.answered)
    wait(lambda: "send 4 B" not in newest(pair.client).message.text.show())
    assert newest(pair.client).message.level == "good"
    pair.client.close()
    wait(lambda: pair.client.phase is Phase.CLOSED)
    wait(lambda: newest(pair.client).message.text == msg("message.closed_local"))


def test_a_state_is_made_only_where_something_has_changed(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    looks = 0

    def looked() -> None:
        nonlocal looks
        looks += 1

    wait(lambda: not pair.client._dirty and pair.controller._timer.interval() == RESTING)
    before = {name: len(states) for name, states in pair.states.items()}
    pair.controller.snapshots_changed.connect(looked)
    wait(lambda: looks >= 2)
    assert {name: len(states) for name, states in pair.states.items()} == before
    pair.client.edit(replace(pair.client.form, count="2"))
    assert len(pair.states["client"]) == before["client"] + 1
    assert len(pair.states["server"]) == before["server"]


def test_out_of_sight_nothing_is_made_but_nothing_is_missed(pair: Pair, wait: Wait) -> None:
    pair.client.set_in_sight(False)
    before = len(pair.states["client"])
    connected(pair, wait)
    assert len(pair.states["client"]) == before
    pair.client.set_in_sight(True)
    assert newest(pair.client).badge.word == "ESTABLISHED"


def test_it_rests_while_nothing_happens_and_wakes_for_a_command(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    timer = pair.controller._timer
    wait(lambda: timer.interval() == RESTING)
    pair.client.send(compose(PayloadForm("x")))
    assert timer.interval() == TICK


def test_a_paused_gate_is_looked_at_often(pair: Pair, wait: Wait) -> None:
    """Bytes that nobody reads gather without a call of ours."""
    connected(pair, wait)
    pair.server.set_gate(c.Gate.RECEIVE, GateMode.PAUSED)
    assert newest(pair.server).gates[c.Gate.RECEIVE].mode is GateMode.PAUSED  # before it is so
    wait(lambda: pair.server.snapshot.receive is GateMode.PAUSED)
    looks: list[int] = []
    pair.controller.snapshots_changed.connect(
        lambda: looks.append(pair.controller._timer.interval())
    )
    wait(lambda: len(looks) > 15)  # longer than AWAKE
    assert set(looks) == {TICK}


def test_what_a_gate_was_asked_for_gives_way_to_what_it_is(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    pair.server.set_gate(c.Gate.SEND, GateMode.PAUSED)
    wait(lambda: pair.server.snapshot.send is GateMode.PAUSED)
    pair.controller.perform(c.Resume("server", c.Gate.SEND))
    wait(lambda: newest(pair.server).gates[c.Gate.SEND].mode is GateMode.AUTO)


def test_a_failure_is_told_after_the_state_that_shows_it(pair: Pair, wait: Wait) -> None:
    """The state wipes what was said before it: told first, a failure would be gone at once."""
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))  # and does not listen
        port = silent.getsockname()[1]
        settings = replace(pair.server.settings, address=f"127.0.0.1:{port}")
        assert pair.controller.perform(c.Configure("server", settings)).wait(60)
        pair.client.start()
        wait(lambda: newest(pair.client).message.way_out == "start_server")  # told of the ticket
    assert pair.client.phase is Phase.FAILED
    pair.client.look()
    message = newest(pair.client).message
    assert message.why
    assert message.way_out == "start_server"
    wanted: list[tuple[str, str]] = []
    pair.client.start_wanted.connect(lambda name, asker: wanted.append((name, asker)))
    pair.client.apply("start_server")
    assert wanted == [("server", "client")]


def test_send_pressed_before_connect_is_known_goes_out(pair: Pair, wait: Wait) -> None:
    pair.server.start()
    wait(lambda: pair.server.phase is Phase.LISTENING)
    ticket = pair.client.connect_once()
    assert ticket is not None
    assert ticket.wait(60)
    pair.client.send(compose(PayloadForm("early")))  # no event of the window has come in between
    wait(lambda: pair.client.answered)


def test_connect_and_send(pair: Pair, wait: Wait) -> None:
    pair.server.start()
    wait(lambda: pair.server.phase is Phase.LISTENING)
    pair.client.send(compose(PayloadForm("late")))
    message = newest(pair.client).message
    assert (message.way_out, message.other_way) == ("connect_and_send", "send_anyway")
    pair.client.apply("connect_and_send")
    wait(lambda: pair.client.answered)


def test_a_snapshot_of_before_undoes_nothing_that_was_chosen(
    pair: Pair, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pace's own command may be answered before the settings are on their way."""
    perform = pair.controller.perform

    def late(command: c.Command) -> Ticket:
        for ticket in list(pair.server.commands.under_way):
            assert ticket.wait(60)
        fresh(pair.controller.session, "server")
        return perform(command)

    monkeypatch.setattr(pair.controller, "perform", late)
    pair.server.set_pace(Pace.STEP)
    assert pair.server.form.set_up.calls is Pace.STEP
    wait(lambda: pair.server.settings.calls is Pace.STEP and not pair.server.commands.under_way)
    assert pair.server.form.set_up.calls is Pace.STEP


@pytest.mark.parametrize("late", [False, True])
def test_by_hand_both_gates_are_asked_for_whenever_the_pace_is_answered(
    pair: Pair, wait: Wait, late: bool
) -> None:
    client = pair.client
    act = client.act

    def slow(control: str, command: c.Command) -> object:
        ticket = act(control, command)
        if not late and ticket is not None:
            assert ticket.wait(60)
            client.look()
        return ticket

    client.act = slow  # type: ignore[method-assign, assignment]
    client.set_pace(Pace.STEP)
    wait(lambda: client.snapshot.send is GateMode.PAUSED)
    assert client.snapshot.receive is GateMode.PAUSED
    assert client.form.set_up.send is GateMode.PAUSED
    client.set_pace(Pace.AT_ONCE)
    wait(lambda: client.snapshot.send is GateMode.AUTO)


def test_call_by_call_holds_the_gates_and_lets_them_go_again(pair: Pair, wait: Wait) -> None:
    pair.server.edit(
        replace(pair.server.form, set_up=replace(pair.server.form.set_up, calls=Pace.STEP))
    )
    pair.server.set_pace(Pace.STEP)
    wait(lambda: pair.server.snapshot.accept is GateMode.PAUSED)
    pair.server.start()
    for _ in range(3):
        pair.server.make_next()
    wait(lambda: pair.server.phase is Phase.BOUND or pair.server.phase is Phase.LISTENING)
    assert newest(pair.server).by_hand


def test_a_scenario_that_configures_is_followed_and_what_was_typed_is_not_lost(
    pair: Pair, wait: Wait
) -> None:
    filled: list[object] = []
    pair.client.filled.connect(filled.append)
    foreign = replace(pair.client.settings, bufsize=77)
    pair.controller.perform(c.Configure("client", foreign))
    wait(lambda: pair.client.form.bufsize == "77")
    assert filled == [pair.client.form]
    pair.client.edit(replace(pair.client.form, bufsize="88"))
    assert pair.client.configured("bufsize")
    wait(lambda: pair.client.settings.bufsize == 88)
    pair.client.edit(replace(pair.client.form, bufsize="99"))
    wait(lambda: pair.client.snapshot.settings.bufsize == 88)
    assert pair.client.form.bufsize == "99"


def test_a_snapshot_from_before_does_not_undo_what_was_set(pair: Pair, wait: Wait) -> None:
    """It has the settings of before: they are not a scenario's."""
    before = pair.client.snapshot
    pair.client.edit(replace(pair.client.form, bufsize="88"))
    assert pair.client.configured("bufsize")
    pair.client._take(before)
    assert pair.client.form.bufsize == "88"
    wait(lambda: pair.client.settings.bufsize == 88)
    pair.client.look()
    assert pair.client.form.bufsize == "88"


def test_running_time_is_told_when_it_shows_another_second(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    wait(lambda: any(chip.call == "recv" for chip in newest(pair.client).chips))
    state = newest(pair.client)
    since = next(chip.t_ns for chip in state.chips if chip.call == "recv")
    assert since is not None
    assert next_tick(state, since + 300_000_000) == 701
    idle = replace(state, chips=())
    assert next_tick(idle, since) is None


def test_who_is_gone_asks_nothing_more(pair: Pair, wait: Wait) -> None:
    connected(pair, wait)
    pair.controller.session.remove("client")
    pair.client.leave()
    pair.client.look()
    pair.client.refresh()


def test_what_is_wrong_stays_though_the_phase_was_known_before_its_snapshot(
    pair: Pair, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first snapshot made while the thread begins shows the new phase under the old number."""
    controller, client = pair.controller, pair.client
    session = controller.session
    pair.server.start()
    wait(lambda: session.snapshot("server").phase is Phase.LISTENING)
    client.look()
    with monkeypatch.context() as patched:
        seen = {name: session.snapshot(name) for name in ("server", "client")}
        patched.setattr(controller, "snapshot", seen.__getitem__)
        client.look()
        assert session.perform(c.Connect("client")).wait(30)
        wait(lambda: session.snapshot("client").phase is Phase.OPEN)
        early = replace(session.snapshot("client"), revision=seen["client"].revision)
        seen["client"] = early
        client.look()
    client.send(compose(PayloadForm("/no/such/file", "file")))
    assert client.state is not None
    assert client.state.message.level == "bad"


def test_what_many_connections_are_asked_for_is_shown_once(
    pair: Pair, wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not for each of them: of hundreds a state takes milliseconds, before and after."""
    many = 30
    session, client = pair.controller.session, pair.client
    for command in (c.Start("server"), c.Connect("client", many)):
        assert session.perform(command).wait(60)
    wait(lambda: client.phase is Phase.OPEN and client.snapshot.open_count == many)
    made: list[Look] = []
    make = client.make_state
    monkeypatch.setattr(client, "make_state", lambda look: made.append(look) or make(look))
    client.close()
    asked = list(client.commands.under_way)
    assert len(asked) == many
    assert len(made) == 1
    assert all(ticket.wait(60) for ticket in asked)  # the window is told of all at once
    wait(lambda: client.phase is Phase.CLOSED and not client.commands.under_way)
    assert len(made) < many / 3


def test_a_client_speaks_what_the_server_does_that_its_host_names(pair: Pair, wait: Wait) -> None:
    """As soon as the name is there; what is chosen after that stays."""
    session = pair.controller.session
    shown = replace(
        session.settings("server"),
        layers=(TLS,),
        tls=TlsSettings(cert="test:good"),
        websocket=WebSocketSettings(path="/echo"),
    )
    assert session.perform(c.Configure("server", shown)).wait(60)
    form = pair.client.form
    where = replace(form.set_up.where, host="127.0.0.1", port="1", over="")
    pair.client.edit(replace(form, set_up=replace(form.set_up, where=where)))
    pair.client.settle("host")
    named = replace(where, host="@server")
    pair.client.edit(replace(form, set_up=replace(form.set_up, where=named)))
    pair.client.settle("host")
    set_up = pair.client.form.set_up
    assert (set_up.where.over, set_up.layers.over) == ("wss", "wss")
    assert set_up.layers.websocket.path == "/echo"
    plain = replace(
        set_up, where=replace(set_up.where, over=""), layers=replace(set_up.layers, over="")
    )
    pair.client.edit(replace(pair.client.form, set_up=plain))
    pair.client.settle("type")
    pair.client.settle("host")
    assert pair.client.form.set_up.where.over == ""


def test_a_test_certificate_that_is_not_taken_leads_to_its_root(pair: Pair, wait: Wait) -> None:
    session = pair.controller.session
    shown = replace(session.settings("server"), layers=(TLS,), tls=TlsSettings(cert="test:good"))
    for command in (c.Configure("server", shown), c.Start("server")):
        assert session.perform(command).wait(60)
    wait(lambda: pair.client.form.set_up.where.over == "tls")
    pair.client.start()
    wait(lambda: newest(pair.client).message.way_out == "trust_test_root")
    pair.client.apply("trust_test_root")
    assert pair.client.form.set_up.layers.tls.ca == "test:root"
    wait(lambda: pair.client.phase is Phase.OPEN and can_send(pair.client))
    assert not pair.client.answered  # by a handshake alone
    pair.client.send(compose(PayloadForm("hi")))
    wait(lambda: pair.client.answered)


@pytest.mark.parametrize("kind", CertificateKind)
def test_the_root_is_offered_for_what_it_vouches_for(pair: Pair, kind: CertificateKind) -> None:
    session = pair.controller.session
    shown = replace(
        session.settings("server"), layers=(TLS,), tls=TlsSettings(cert=f"{PREFIX}{kind}")
    )
    assert session.perform(c.Configure("server", shown)).wait(60)
    strangers = {CertificateKind.SELF, CertificateKind.UNTRUSTED, CertificateKind.GAP}
    assert pair.client.link().test_root == (kind not in strangers)
