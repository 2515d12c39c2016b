"""How conversations are shown is one choice for a window, and is remembered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

from workbench.qt.conversation_options import ConversationOptions
from workbench.qt.preferences import Preferences


@pytest.fixture
def preferences() -> Iterator[Preferences]:
    made = Preferences()
    yield made
    made.talk_breaks, made.talk_times = False, "clock"


def test_another_choice_is_told_once_and_kept(qtbot: QtBot, preferences: Preferences) -> None:
    options = ConversationOptions(preferences)
    told: list[None] = []
    options.changed.connect(lambda: told.append(None))
    options.breaks = True
    options.breaks = True
    options.times = "previous"
    options.times = "previous"
    assert len(told) == 2
    again = ConversationOptions(Preferences())
    assert (again.breaks, again.times) == (True, "previous")


def test_what_nobody_can_have_chosen_is_the_clock(preferences: Preferences) -> None:
    preferences.talk_times = "moon"
    assert ConversationOptions(preferences).times == "clock"
