"""How long the window rests: by what its thread took of the processor, and never too long."""

from __future__ import annotations

import time

import pytest

from workbench.qt.refresh_pace import (
    FLOOD_REST,
    FLOOD_SHARE,
    FLOW_BEGINS,
    FLOW_ENDS,
    FLOW_RATE,
    IDLE_SHARE,
    LONGEST_REST,
    Flow,
    RefreshPace,
)


class Clocks:
    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = self.spent = 100.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.now)
        monkeypatch.setattr(time, "thread_time", lambda: self.spent)

    def work(self, spent: float, waited: float = 0.0) -> None:
        self.spent += spent
        self.now += spent + waited


@pytest.fixture
def clocks(monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(monkeypatch)


def refreshed(clocks: Clocks, made: RefreshPace, spent: float, waited: float = 0.0) -> None:
    made.begin()
    clocks.work(spent, waited)
    made.end()


def test_the_first_comes_at_once(clocks: Clocks) -> None:
    assert RefreshPace(0.1).rest_s() == 0.0


def test_it_rests_by_what_was_spent_and_not_by_what_it_waited(clocks: Clocks) -> None:
    made = RefreshPace()
    refreshed(clocks, made, 0.005, waited=3.0)
    assert made.rest_s() == pytest.approx(0.005 * IDLE_SHARE)
    clocks.now += 0.005 * IDLE_SHARE
    assert made.rest_s() == 0.0


def test_it_rests_longer_while_rows_fly_by(clocks: Clocks) -> None:
    made = RefreshPace()
    refreshed(clocks, made, 0.005)
    assert made.rest_s(flood=True) == pytest.approx(0.005 * FLOOD_SHARE)
    assert FLOOD_SHARE > IDLE_SHARE


def test_what_is_done_afterwards_counts_too(clocks: Clocks) -> None:
    made = RefreshPace()
    refreshed(clocks, made, 0.002)
    before = made.rest_s()
    clocks.work(0.004)
    assert made.rest_s() == pytest.approx(before + 0.004 * IDLE_SHARE - 0.004)


def test_it_has_bounds(clocks: Clocks) -> None:
    made = RefreshPace(0.1)
    refreshed(clocks, made, 0.0)
    assert made.rest_s() == pytest.approx(0.1)
    refreshed(clocks, made, 5.0)
    assert made.rest_s() == pytest.approx(LONGEST_REST)
    assert made.rest_s(flood=True) == pytest.approx(FLOOD_REST)
    assert LONGEST_REST < FLOOD_REST < FLOW_ENDS / 2


def test_in_a_flow_it_rests_as_long_whatever_it_took(clocks: Clocks) -> None:
    made = RefreshPace(0.1)
    refreshed(clocks, made, 0.001)
    assert made.rest_s(flow=True) == pytest.approx(FLOOD_REST)


def flowing(clocks: Clocks, flow: Flow, seconds: float, rate: float) -> None:
    for _ in range(round(seconds / 0.1)):
        clocks.now += 0.1
        flow.add(round(rate / 10))


def test_a_flow_is_one_when_it_has_gone_on_for_a_while(clocks: Clocks) -> None:
    flow = Flow()
    flowing(clocks, flow, FLOW_BEGINS - 0.1, 2 * FLOW_RATE)
    assert not flow.steady
    flowing(clocks, flow, 0.3, 2 * FLOW_RATE)
    assert flow.steady
    clocks.now += FLOW_ENDS - 0.1  # the window is late
    assert flow.steady
    clocks.now += 0.2  # nothing comes any more
    assert not flow.steady
    flow.add(20)  # what comes after a pause is seen at once
    assert not flow.steady


def test_few_rows_are_no_flow(clocks: Clocks) -> None:
    flow = Flow()
    flowing(clocks, flow, 5, FLOW_RATE / 2)
    assert not flow.steady


def test_who_does_something_has_its_effect_shown_at_once(clocks: Clocks) -> None:
    flow = Flow()
    flowing(clocks, flow, 5, 2 * FLOW_RATE)
    flow.begin_anew()
    assert not flow.steady
    flowing(clocks, flow, FLOW_BEGINS + 0.2, 2 * FLOW_RATE)
    assert flow.steady
