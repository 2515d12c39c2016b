"""One primary button at a time: what is next where the keys go, else in the other panel."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from tests.ui.conftest import Hand
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.window.next_step import NextStep


def panel_of(hand: Hand, name: str) -> EndpointPanel:
    panel = hand.window.tab_area.panel(name)
    assert panel is not None
    return panel


def primaries(hand: Hand) -> list[tuple[str, str]]:
    """Endpoint and words of each primary button in sight."""
    found = []
    for panel in hand.window.tab_area.panels():
        for button in panel.findChildren(QPushButton):
            if button.isVisible() and button.property("primary"):
                assert button.isEnabled(), button.objectName()
                found.append((panel.name, button.text()))
    return found


def click_tab(hand: Hand, name: str) -> None:
    area, panel = hand.window.tab_area, panel_of(hand, name)
    group = area.left if panel in area.left.panels() else area.right
    bar = group.tabBar()
    where = bar.tabRect(group.place_of(panel)).center()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=where)


def test_a_closed_server_beside_an_open_client_leads_while_the_keys_are_its_own(
    hand: Hand,
) -> None:
    assert isinstance(hand.window.next_step, NextStep)
    hand.window.activateWindow()
    hand.connect()
    hand.wait(lambda: primaries(hand) == [("client-1", "Send")])
    hand.window.endpoint_tabs.new_server()
    hand.wait(lambda: primaries(hand) == [("server-2", "Listen")])
    hand.find("client.payload").setFocus()
    hand.wait(lambda: primaries(hand) == [("client-1", "Send")])
    click_tab(hand, "server-2")
    hand.wait(lambda: primaries(hand) == [("server-2", "Listen")])
    click_tab(hand, "server-1")  # which has nothing left to do
    hand.wait(lambda: primaries(hand) == [("client-1", "Send")])
    hand.window.menus.action("layout_server").trigger()
    click_tab(hand, "server-2")
    hand.wait(lambda: primaries(hand) == [("server-2", "Listen")])


def test_of_two_clients_side_by_side_one_leads(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.connect()
    hand.window.endpoint_tabs.new_client()
    hand.window.tab_area.move_across(panel_of(hand, "client-2"))
    click_tab(hand, "client-2")
    hand.wait(lambda: primaries(hand) == [("client-2", "Connect")])
    click_tab(hand, "client-1")
    hand.wait(lambda: primaries(hand) == [("client-1", "Send")])


def test_a_client_of_another_machine_and_a_closed_server_lead_one_at_a_time(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.type("client.host", "192.0.2.1")
    hand.wait(lambda: primaries(hand) == [("client-1", "Connect")])
    click_tab(hand, "server-1")
    hand.wait(lambda: primaries(hand) == [("server-1", "Listen")])


def test_a_button_keeps_its_width_when_another_one_leads(hand: Hand) -> None:
    """What stands beside it stays where it is, under the mouse too."""
    hand.window.activateWindow()
    hand.connect()
    hand.window.endpoint_tabs.new_server()
    buttons = [panel_of(hand, "server-2").address_line.primary, hand.find("client.send")]
    widths = []
    for name in ("server-2", "client-1"):
        click_tab(hand, name)
        hand.wait(lambda name=name: [found for found, _ in primaries(hand)] == [name])
        widths.append(hand.at_rest(lambda: [button.width() for button in buttons]))
    assert widths[0] == widths[1]
