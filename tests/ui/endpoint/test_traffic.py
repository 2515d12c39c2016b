"""The counters of a panel and of the status bar, and how they begin anew."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent
from PySide6.QtGui import QAction, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from tests.ui.conftest import Hand


def talk(hand: Hand) -> None:
    """One message each way, of the default server that greets."""
    hand.connect()
    hand.press("client.send")
    # the greeting, and what was sent comes back
    hand.wait(lambda: "calls: 2" in tip(hand, "client.traffic"))
    hand.wait(lambda: "calls: 1" in tip(hand, "client.traffic"))


def tip(hand: Hand, name: str) -> str:
    """As it is shown when the mouse rests there."""
    button = hand.find(name)
    place = button.rect().center()
    QApplication.sendEvent(
        button, QHelpEvent(QEvent.Type.ToolTip, place, button.mapToGlobal(place))
    )
    QToolTip.hideText()
    return button.toolTip()


def test_what_goes_each_way_is_counted_beside_the_summary(hand: Hand) -> None:
    assert not hand.find("client.traffic").isVisible()
    talk(hand)
    assert hand.find("client.traffic").isVisible()
    counted = hand.text("client.traffic")
    assert counted.startswith("In ")
    assert "Out " in counted
    assert counted.split("Out")[0].split("(")[0].strip() not in ("In 0 B", "In")
    hand.wait(lambda: "Out 0 B" not in hand.text("status.traffic"))


def test_a_rate_goes_when_nothing_more_comes(hand: Hand) -> None:
    talk(hand)
    hand.wait(lambda: "/s" not in hand.text("client.traffic"))
    hand.wait(lambda: "/s" not in hand.text("status.traffic"))


@pytest.mark.parametrize("way", ["click", "menu"])
def test_it_counts_from_zero(hand: Hand, way: str) -> None:
    talk(hand)
    for name in ("server.traffic", "status.traffic"):  # a later picture has it
        hand.wait(lambda name=name: "In 0 B" not in hand.text(name))
    if way == "click":
        hand.press("client.traffic")
    else:
        field = hand.find("client.payload")
        field.setFocus()
        hand.wait(field.hasFocus)  # the panel that has it is meant
        action = hand.window.findChild(QAction, "action.traffic")
        assert isinstance(action, QAction)
        action.trigger()
    hand.wait(lambda: hand.text("client.traffic").startswith("In 0 B"))
    hand.wait(lambda: "In 0 B" not in hand.text("server.traffic"))
    hand.wait(lambda: "In 0 B" not in hand.text("status.traffic"))
    hand.press("status.traffic")
    hand.wait(lambda: hand.text("status.traffic").startswith("In 0 B"))


def test_a_chosen_connection_is_counted_by_itself(hand: Hand) -> None:
    talk(hand)
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)  # type: ignore[attr-defined]
    table.selectRow(0)  # type: ignore[attr-defined]
    hand.wait(lambda: "#1" in tip(hand, "server.traffic"))
