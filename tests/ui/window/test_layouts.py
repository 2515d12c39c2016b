"""Halves of the window are shown or not; keys never act on what is not."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QCoreApplication

from tests.ui.conftest import Hand
from workbench.engine.model.snapshot import Phase
from workbench.ui.window.layouts import LAYOUTS, Layouts


def choose(hand: Hand, name: str) -> None:
    hand.window.menus.action(f"layout_{name}").trigger()
    QCoreApplication.processEvents()


def seen(hand: Hand) -> tuple[bool, bool, bool]:
    area = hand.window.tab_area
    return area.left.isVisible(), area.right.isVisible(), hand.window.log.isVisible()


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("both", (True, True, True)),
        ("server", (True, False, True)),
        ("client", (False, True, True)),
        ("log", (False, False, True)),
    ],
)
def test_a_layout_shows_its_parts(hand: Hand, name: str, wanted: tuple[bool, bool, bool]) -> None:
    assert isinstance(hand.window.layouts, Layouts)
    choose(hand, name)
    assert seen(hand) == wanted
    assert hand.window.menus.action(f"layout_{name}").isChecked()
    choose(hand, "both")
    assert seen(hand) == (True, True, True)
    assert hand.window.splitter.sizes()[0] > 200


def test_one_half_has_the_whole_width(hand: Hand) -> None:
    choose(hand, "client")
    area = hand.window.tab_area
    assert area.right.width() == area.width()


@pytest.mark.parametrize(("name", "target"), [("server", "server-1"), ("client", "client-1")])
def test_keys_act_on_what_is_shown(hand: Hand, name: str, target: str) -> None:
    hand.find("client.payload" if name == "server" else "server.host").setFocus()
    choose(hand, name)
    panel = hand.window.tab_area.focused_panel()
    assert panel is not None
    assert panel.name == target
    assert target in hand.text("status.target")


def test_beside_the_log_alone_keys_act_on_nothing(hand: Hand) -> None:
    choose(hand, "log")
    assert hand.window.tab_area.focused_panel() is None
    assert hand.text("status.target") == ""
    for command in ("start", "remove", "rename_tab", "duplicate_tab", "tab_left", "other_side"):
        hand.window.menus.action(command).trigger()
    assert [panel.name for panel in hand.window.tab_area.panels()] == ["server-1", "client-1"]
    assert hand.window.controller.snapshot("client-1").phase is Phase.IDLE


@pytest.mark.parametrize("name", LAYOUTS)
def test_what_is_new_is_shown(hand: Hand, name: str) -> None:
    choose(hand, name)
    hand.window.menus.action("new_server").trigger()
    panel = hand.window.tab_area.panel("server-2")
    assert panel is not None
    assert panel.isVisible()
    assert hand.window.layouts.name == (name if name in ("both", "server") else "both")


def test_a_chosen_row_of_the_log_leaves_the_layout(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    choose(hand, "log")
    hand.wait(lambda: hand.window.log.model.rowCount() > 3)
    session = hand.window.controller.session
    session.journal.flush()
    hand.window.controller.select(endpoint="server-1", seq=3)
    assert seen(hand) == (False, False, True)
