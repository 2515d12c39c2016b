"""What a server's panel shows, worked out without a window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.texts import Problem
from workbench.viewmodel.connection_rows import line_of
from workbench.viewmodel.message import msg
from workbench.viewmodel.panel_state import Look, is_alike, is_outdated
from workbench.viewmodel.server_state import NEWEST, ServerPanelState, server_state
from workbench.viewmodel.setup_form import ServerForm, server_form


def state_of(look: Look, form: ServerForm | None = None) -> ServerPanelState:
    return server_state(look, form or server_form(look.known.settings))


def greeted(talk: Talk) -> EndpointSnapshot:
    return talk.until("server", lambda snapshot: bool(snapshot.bytes_out))


def test_listening_it_can_be_stopped_and_sent_from(talk: Talk) -> None:
    snapshot = greeted(talk)
    state = state_of(Look(snapshot))
    port = (snapshot.local or "").rpartition(":")[2]
    assert state.badge.word == "LISTEN"
    assert state.tab == f"server :{port}"
    assert state.listen.reason == msg("why.already_open")
    assert (state.stop.reason, state.send.reason) == (None, None)
    assert [value for _, value in state.targets] == [NEWEST, c.ALL, 1]
    assert [row.key for row in state.rows.rows] == [1]
    assert state.chosen.reply.reason == msg("why.choose_row")


def test_what_flows_by_leaves_a_state_alike(talk: Talk) -> None:
    snapshot = greeted(talk)
    before = state_of(Look(snapshot))
    moved = replace(snapshot.connections[0], bytes_in=10**6)
    flowed = state_of(Look(replace(snapshot, connections=(moved,), queue=(1, 5))))
    assert flowed != before
    assert is_alike(before, flowed)
    assert not is_alike(before, state_of(Look(replace(snapshot, phase=Phase.CLOSED))))
    assert not is_alike(before, state_of(Look(replace(snapshot, receive=GateMode.PAUSED))))


def test_a_chosen_connection_can_be_answered_and_ended(talk: Talk) -> None:
    snapshot = greeted(talk)
    chosen = state_of(Look(snapshot, chosen=(1,), current=1)).chosen
    assert chosen.some
    controls = (chosen.reply, chosen.half_close, chosen.abort, chosen.close)
    assert [control.reason for control in controls] == [None] * 4
    talk.do(c.Close("server", connection=1))
    closed = talk.until("server", lambda x: x.connections[0].closed_ns is not None)
    chosen = state_of(Look(closed, chosen=(1,), current=1)).chosen
    assert chosen.close.reason == msg("why.closed")
    hidden = state_of(Look(closed, hide_closed=True)).rows
    assert (hidden.rows, hidden.hidden) == ((), 1)


def test_what_is_chosen_is_let_go_only_if_it_was_open_when_it_was_chosen(talk: Talk) -> None:
    rows = [line_of(item) for item in greeted(talk).connections]
    talk.do(c.Close("server", connection=1))
    snapshot = talk.until("server", lambda x: x.connections[0].closed_ns is not None)
    closed = [line_of(item) for item in snapshot.connections]
    assert not is_outdated(rows, frozenset({1}), (1,))
    assert is_outdated(closed, frozenset({1}), (1,))
    assert not is_outdated(closed, frozenset(), (1,))  # it was closed already
    assert not is_outdated(closed, frozenset({1}), ())


def test_after_a_change_of_the_fields_the_next_start_is_spoken_of(talk: Talk) -> None:
    greeted(talk)
    talk.do(c.Stop("server"))
    snapshot = talk.until("server", lambda x: x.phase is Phase.CLOSED)
    assert state_of(Look(snapshot)).message.text == msg("message.server_stopped")
    edited = state_of(Look(snapshot, edited=True))
    assert edited.message.text == msg("message.server_ready")
    assert edited.badge.word == "CLOSED"


def test_what_differs_from_the_default_is_named(talk: Talk) -> None:
    look = Look(greeted(talk))
    form = server_form(look.known.settings)
    assert any("stays open" in text or "keep" in text for text in state_of(look, form).differences)
    usual = replace(form, reply=replace(form.reply, at_end=OnPeerClose.CLOSE))
    assert state_of(look, usual).differences == ()
    asked = replace(usual, set_up=replace(usual.set_up, options=(("TCP_NODELAY", 1),)))
    assert any("TCP_NODELAY" in text for text in state_of(look, asked).differences)


def test_held_gates_are_named_unless_every_call_is_by_hand(talk: Talk) -> None:
    greeted(talk)
    talk.do(c.Pause("server", c.Gate.RECEIVE))
    snapshot = talk.until("server", lambda x: x.receive is GateMode.PAUSED)
    usual = replace(server_form(snapshot.settings))
    usual = replace(usual, reply=replace(usual.reply, at_end=OnPeerClose.CLOSE))
    assert len(state_of(Look(snapshot), usual).differences) == 1
    by_hand = replace(snapshot, calls=Pace.STEP)
    assert state_of(Look(by_hand), usual).differences == ()


@pytest.mark.parametrize("reply", [Echo(), Greet("a\r\n"), Rules()])
def test_the_form_shows_settings_and_means_them_again(talk: Talk, reply: Responder) -> None:
    settings = replace(talk.session.settings("server"), responder=reply)
    form = replace(server_form(settings), port_untouched=False)
    assert form.read(settings) == settings
    assert replace(form, port_untouched=True).read(settings).port_search
    with pytest.raises(Problem):
        replace(server_form(settings), backlog="many").read(settings)
