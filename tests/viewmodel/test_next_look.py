"""When a panel has to be looked at again though nothing was called."""

from __future__ import annotations

from dataclasses import replace

from tests.viewmodel.conftest import Talk
from tests.viewmodel.test_client_state import state_of
from workbench.engine.model.settings import GateMode
from workbench.engine.model.snapshot import Chip, ChipState, Phase
from workbench.viewmodel.next_look import SECOND, TENTH_MS, is_restless, next_tick
from workbench.viewmodel.panel_state import Look


def test_what_may_change_by_itself_is_restless(talk: Talk) -> None:
    snapshot = talk.until("client", lambda snapshot: bool(snapshot.bytes_in))
    assert not is_restless(snapshot)
    assert is_restless(replace(snapshot, phase=Phase.CONNECTING))
    assert is_restless(replace(snapshot, receive=GateMode.PAUSED))
    assert not is_restless(replace(snapshot, receive=GateMode.PAUSED, phase=Phase.CLOSED))
    (item,) = snapshot.connections
    assert is_restless(replace(snapshot, connections=(replace(item, unread=1),)))


def test_a_call_that_waits_is_told_each_second_and_a_deadline_each_tenth(talk: Talk) -> None:
    state = state_of(Look(talk.until("client", lambda snapshot: bool(snapshot.bytes_in))))
    state = replace(state, chips=())
    assert next_tick(state, 0) is None
    waiting = Chip("recv", "", ChipState.WAITING, t_ns=SECOND // 4)
    assert next_tick(replace(state, chips=(waiting,)), SECOND) == 251  # 0.75 s have gone
    hurried = replace(waiting, deadline_ns=3 * SECOND)
    assert next_tick(replace(state, chips=(hurried,)), SECOND) == TENTH_MS
