"""A gate shows what was asked for until a snapshot shows what came of it."""

from __future__ import annotations

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.ticket import Ticket
from workbench.viewmodel.asked_gates import AskedGates, is_told

AUTO, PAUSED = GateMode.AUTO, GateMode.PAUSED


def test_it_is_shown_from_the_command_to_the_snapshot_of_its_end() -> None:
    gates = AskedGates()
    ticket = Ticket(c.Pause("a", c.Gate.SEND), upcoming=lambda: 7)
    gates.ask({c.Gate.SEND: PAUSED}, ticket)
    assert gates.pending(9) == {c.Gate.SEND: PAUSED}  # it has not ended
    ticket.finish()
    assert gates.pending(6) == {c.Gate.SEND: PAUSED}
    assert gates.pending(7) == {}
    assert gates.pending(6) == {}


def test_what_was_not_performed_is_not_shown() -> None:
    gates = AskedGates()
    gates.ask({c.Gate.SEND: PAUSED}, None)
    assert gates.pending(1) == {}
    assert is_told(None, 1)


@pytest.mark.parametrize("pace", [Pace.AT_ONCE, Pace.SLOWLY])
def test_call_by_call_holds_those_that_run_and_lets_just_these_go_on(pace: Pace) -> None:
    gates = AskedGates()
    modes = {c.Gate.ACCEPT: AUTO, c.Gate.RECEIVE: PAUSED, c.Gate.SEND: AUTO}
    held = gates.for_pace(Pace.STEP, modes)
    assert held == {c.Gate.ACCEPT: PAUSED, c.Gate.SEND: PAUSED}
    assert gates.for_pace(pace, modes | held) == {c.Gate.ACCEPT: AUTO, c.Gate.SEND: AUTO}
    assert gates.for_pace(pace, modes | held) == {}
