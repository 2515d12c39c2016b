"""What a client's panel shows, worked out without a window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.snapshot import EndpointSnapshot, Phase
from workbench.texts import Problem
from workbench.viewmodel.client_state import (
    ClientPanelState,
    LinkState,
    client_state,
    scope_of,
    tab_text,
    way_to_link,
)
from workbench.viewmodel.client_status import BEHIND, repeating_status, status_of
from workbench.viewmodel.close_reasons import why_no_abort, why_no_half_close
from workbench.viewmodel.message import StatusMessage, msg
from workbench.viewmodel.panel_state import Look
from workbench.viewmodel.setup_form import ClientForm, client_form


def state_of(
    look: Look, form: ClientForm | None = None, *, on_all: bool = True
) -> ClientPanelState:
    form = form or client_form(look.known.settings)
    return client_state(look, form, LinkState(), scope_of(look, on_all=on_all, datagram=False))


def answered(talk: Talk) -> EndpointSnapshot:
    return talk.until("client", lambda snapshot: bool(snapshot.bytes_in))


def test_connected_it_can_be_ended_and_not_connected_again(talk: Talk) -> None:
    state = state_of(Look(answered(talk)))
    assert state.badge.word == "ESTABLISHED"
    assert state.connect.reason == msg("why.already_connected")
    assert state.live
    ends = (state.half_close, state.abort, state.close, state.send)
    assert [control.reason for control in ends] == [None] * 4
    assert not state.rows.rows  # one connection needs no table


def test_closed_it_is_the_other_way_round(talk: Talk) -> None:
    answered(talk)
    talk.do(c.Close("client"))
    state = state_of(Look(talk.until("client", lambda x: x.phase is Phase.CLOSED)))
    assert state.connect.reason is None
    assert state.half_close.reason == state.abort.reason == msg("why.closed") or (
        state.half_close.reason == msg("why.not_connected")
    )
    assert state.close.reason == msg("why.not_connected")


def test_what_was_said_of_an_action_stands_before_the_state(talk: Talk) -> None:
    snapshot = answered(talk)
    said = StatusMessage("bad", msg("message.send_to_nobody"))
    assert state_of(Look(snapshot, trouble=said)).message is said
    assert state_of(Look(snapshot)).message.level == "good"


def test_a_gate_that_was_asked_for_is_shown_before_the_endpoint_has_it(talk: Talk) -> None:
    snapshot = answered(talk)
    gates = state_of(Look(snapshot, gates={c.Gate.RECEIVE: GateMode.PAUSED})).gates
    assert gates[c.Gate.RECEIVE].mode is GateMode.PAUSED
    assert gates[c.Gate.SEND].mode is GateMode.AUTO
    assert gates[c.Gate.SEND].one == msg("why.gate_auto")


def test_by_hand_next_call_says_why_it_is_off(talk: Talk) -> None:
    look = Look(answered(talk))
    form = client_form(look.known.settings)
    assert not state_of(look, form).by_hand
    by_hand = replace(form, set_up=replace(form.set_up, calls=Pace.STEP))
    state = state_of(look, by_hand)
    assert state.by_hand
    assert state.next_call is not None  # it is read by itself


def many(talk: Talk, count: int) -> EndpointSnapshot:
    talk.do(c.Close("client"))
    settings = replace(talk.session.settings("client"), count=count)
    talk.do(c.Configure("client", settings))
    talk.do(c.Connect("client"))
    return talk.until(
        "client",
        lambda x: sum(1 for item in x.connections if item.closed_ns is None and item.bytes_in) == 3,
    )


def test_of_many_actions_hit_all_or_the_chosen_ones(talk: Talk) -> None:
    snapshot = many(talk, 3)
    numbers = [item.number for item in snapshot.connections if item.closed_ns is None]
    scope = scope_of(Look(snapshot), on_all=True, datagram=False)
    assert scope.many
    assert scope.targets(why_no_half_close) == [c.ALL]
    assert scope.send_targets == [None]
    assert scope.close_targets == numbers
    chosen = (numbers[0], numbers[2])
    scope = scope_of(Look(snapshot, chosen=chosen), on_all=False, datagram=False)
    assert scope.targets(why_no_abort) == list(chosen)
    assert scope.send_targets == list(chosen)
    assert scope.chosen_words == "on chosen (2)"


def test_of_many_the_badge_counts_and_send_needs_somebody(talk: Talk) -> None:
    snapshot = many(talk, 3)
    state = state_of(Look(snapshot))
    assert (state.badge.word, state.badge.connected, state.badge.of) == ("", 3, 3)
    assert len(state.rows.rows) == len(snapshot.connections)
    closed = next(item for item in snapshot.connections if item.closed_ns is not None)
    nobody = state_of(Look(snapshot, chosen=(closed.number,)), on_all=False)
    assert nobody.send.reason == msg("why.nobody_chosen")
    assert nobody.close.reason == msg("why.nobody_chosen")


def test_the_way_to_a_linked_server_that_does_not_answer() -> None:
    link = LinkState("server", Phase.IDLE)
    assert way_to_link(link, "ECONNREFUSED", datagram=False) == "start_server"
    assert way_to_link(link, "ECONNREFUSED", datagram=True) == "bind_server"
    assert way_to_link(link, "ETIMEDOUT", datagram=False) is None
    assert way_to_link(LinkState(), "ECONNREFUSED", datagram=False) is None


def test_the_form_shows_settings_and_means_them_again(talk: Talk) -> None:
    settings = talk.session.settings("client")
    assert client_form(settings).read(settings) == settings
    with pytest.raises(Problem):
        replace(client_form(settings), count="none").read(settings)
    assert client_form(settings).link == "server"


def test_a_repeated_send_that_the_peer_does_not_read_is_not_said_to_be_sent() -> None:
    """Until much waits here the count is what matters; then that it waits."""
    assert repeating_status(7, 9, BEHIND - 1) == StatusMessage(
        "info", msg("message.sending_of", made="7", of="9")
    )
    behind = repeating_status(7, 9, BEHIND)
    assert behind.level == "busy"
    assert f"{BEHIND:,} bytes" in behind.text.show()
    assert "282,559" in repeating_status(282_559, 0, 0).text.show()
    assert "until the peer reads" in repeating_status(7, 0, BEHIND).text.show()


def test_who_reset_is_said(talk: Talk) -> None:
    snapshot = answered(talk)
    (item,) = snapshot.connections
    for errno, said in (
        ("ECONNRESET", "the peer has reset"),
        ("EPIPE", "the connection has ended"),
    ):
        broken = replace(snapshot, connections=(replace(item, errno=errno),))
        message = status_of(broken, StatusMessage("info", msg("why.closed")), None, None)
        assert said in message.text.show()


def test_the_tab_of_many_names_the_waiting_only_while_some_wait(talk: Talk) -> None:
    snapshot = answered(talk)
    (item,) = snapshot.connections
    two = replace(
        snapshot,
        settings=replace(snapshot.settings, count=2),
        open_count=2,
        connections=(item, replace(item, number=2, connected_ns=None)),
    )
    assert tab_text(two) == "client ×2: 1 open, 1 waiting"
    settled = replace(two, connections=(item, replace(item, number=2)))
    assert tab_text(settled) == "client ×2: 2 open"
