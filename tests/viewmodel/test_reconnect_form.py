"""Connecting again as it is typed, and as a panel tells of it."""

from __future__ import annotations

import pytest

from workbench.engine.model.settings import Reconnect
from workbench.engine.model.snapshot import Reconnecting
from workbench.texts import Problem
from workbench.viewmodel.message import msg
from workbench.viewmodel.reconnect_form import parse_reconnect, reconnect_status, show_times


@pytest.mark.parametrize("reconnect", [None, Reconnect(0.5, 30.0, 0), Reconnect(0.1, 2.0, 7)])
def test_what_is_shown_is_read_back(reconnect: Reconnect | None) -> None:
    shown = reconnect or Reconnect()
    assert (
        parse_reconnect(show_times(reconnect), f"{shown.first:g}", f"{shown.most:g}") == reconnect
    )


@pytest.mark.parametrize("typed", ["∞", "*", " inf "])
def test_no_limit_is_typed_in_several_ways(typed: str) -> None:
    assert parse_reconnect(typed, "1", "2") == Reconnect(1.0, 2.0, 0)


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        (("often", "1", "2"), "problem.number_text"),
        (("-1", "1", "2"), "problem.number_range"),
        (("1", "soon", "2"), "problem.number_text"),
        (("1", "3", "2"), "engine.bad_reconnect"),
    ],
)
def test_what_cannot_be_is_a_problem(typed: tuple[str, str, str], key: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_reconnect(*typed)
    assert caught.value.key == key


def test_what_is_not_wanted_needs_no_times() -> None:
    assert parse_reconnect("0", "", "") is None


def test_what_is_said() -> None:
    lost = reconnect_status(Reconnecting("2/3", 0.5, lost=True))
    assert (lost.level, lost.text) == ("busy", msg("message.again", seconds="0.5", attempt="2/3"))
    failed = reconnect_status(Reconnecting("1", 2.0, lost=False))
    assert failed.text == msg("message.again_nothing", seconds="2", attempt="1")
    over = reconnect_status(Reconnecting("3", None, lost=False))
    assert over.level == "bad"
    assert over.way_out == "connect_again"
