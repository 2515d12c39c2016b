"""What keys act on: the endpoint whose tab was clicked, as the window names it."""

from __future__ import annotations

import socket
from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox

from tests.ui.conftest import Hand
from workbench.engine.model.settings import Pace
from workbench.engine.model.snapshot import Phase


def click(hand: Hand, name: str) -> None:
    """On the tab of an endpoint, as a person does it."""
    area = hand.window.tab_area
    panel = area.panel(name)
    assert panel is not None
    group = area.left if panel in area.left.panels() else area.right
    bar = group.tabBar()
    where = bar.tabRect(group.place_of(panel)).center()
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=where)


def phase(hand: Hand, name: str) -> Phase:
    return hand.window.controller.snapshot(name).phase


def test_a_click_on_a_tab_makes_it_the_target(hand: Hand) -> None:
    """Also on the one that is in front already."""
    hand.window.activateWindow()
    hand.find("client.payload").setFocus()
    for name in ("server-1", "client-1", "server-1"):
        click(hand, name)
        assert name in hand.text("status.target")
        panel = hand.window.tab_area.focused_panel()
        assert panel is not None
        assert panel.name == name


@pytest.mark.parametrize("target", ["server-1", "client-1"])
def test_the_target_stays_while_the_log_has_the_focus(hand: Hand, target: str) -> None:
    hand.window.activateWindow()
    click(hand, target)
    hand.window.log.view.setFocus()
    panel = hand.window.tab_area.focused_panel()
    assert panel is not None
    assert panel.name == target
    assert target in hand.text("status.target")


def test_f5_and_ctrl_w_hit_the_clicked_tab_alone(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.find("client.payload").setFocus()
    click(hand, "server-1")
    QTest.keyClick(hand.window, Qt.Key.Key_F5)
    hand.wait(lambda: phase(hand, "server-1") is Phase.LISTENING)
    assert phase(hand, "client-1") is Phase.IDLE
    QTest.keyClick(hand.window, Qt.Key.Key_W, Qt.KeyboardModifier.ControlModifier)
    assert [panel.name for panel in hand.window.tab_area.panels()] == ["client-1"]


def test_f10_begins_as_soon_as_call_by_call_is_chosen(hand: Hand) -> None:
    hand.window.activateWindow()
    click(hand, "server-1")
    hand.choose("server.pace", Pace.STEP.value)
    hand.wait(hand.find("server.next_call").isEnabled)
    QTest.keyClick(hand.window, Qt.Key.Key_F10)
    strip = hand.window.controller.snapshot
    hand.wait(lambda: any(x.state.value == "done" for x in strip("server-1").strip))
    done = [chip.call for chip in strip("server-1").strip if chip.state.value == "done"]
    assert done == ["socket"]
    assert phase(hand, "client-1") is Phase.IDLE


@pytest.mark.parametrize(
    ("target", "key"),
    [
        ("client-1", Qt.Key.Key_F9),
        ("client-1", Qt.Key.Key_F10),
        ("server-1", Qt.Key.Key_F10),
    ],
)
def test_no_key_reaches_another_endpoint(hand: Hand, target: str, key: Qt.Key) -> None:
    """What the target has no control for is said, and done nowhere."""
    hand.window.activateWindow()
    other = "server-1" if target == "client-1" else "client-1"
    hand.choose(f"{other.partition('-')[0]}.pace", Pace.STEP.value)
    hand.wait(hand.find(f"{other.partition('-')[0]}.next_call").isEnabled)
    click(hand, target)
    QTest.keyClick(hand.window, key)
    side, _, _ = target.partition("-")
    said = f"{target} has nothing for this key now"
    hand.wait_says(f"{side}.message", said)
    assert hand.find(f"{side}.message").toolTip()
    assert phase(hand, other) is Phase.IDLE
    click(hand, other)  # which keys act on from now on: it is no longer so
    hand.wait(lambda: said not in hand.text(f"{side}.message"))


def test_a_key_takes_in_what_is_being_typed(hand: Hand) -> None:
    """The field of the host is not left by F5, and `host:port` in it fills two."""
    with socket.create_server(("127.0.0.1", 0)) as peer:
        port = peer.getsockname()[1]
        hand.window.activateWindow()
        click(hand, "client-1")
        host = hand.find("client.host")
        assert isinstance(host, QComboBox)
        host.setFocus()
        hand.wait(host.hasFocus)
        edit = host.lineEdit()
        assert edit is not None
        edit.selectAll()
        QTest.keyClicks(edit, f"127.0.0.1:{port}")
        hand.window.menus.action("start").trigger()
        hand.wait_state("client", "ESTABLISHED")
        assert hand.text("client.port") == str(port)


def test_enter_behind_host_and_port_connects(hand: Hand) -> None:
    """The two are taken apart first, as when the field is left."""
    with socket.create_server(("127.0.0.1", 0)) as peer:
        hand.window.activateWindow()
        click(hand, "client-1")
        hand.window.menus.action("address").trigger()
        field = hand.window.focusWidget()
        assert field is not None
        QTest.keyClicks(field, f"127.0.0.1:{peer.getsockname()[1]}")
        QTest.keyClick(field, Qt.Key.Key_Return)
        hand.wait_state("client", "ESTABLISHED")


def focused(hand: Hand) -> str:
    """What has the focus, by name; of a choice that is typed into its own."""
    at = hand.window.focusWidget()
    assert at is not None
    if at.objectName():
        return at.objectName()
    around = at.parentWidget()
    assert around is not None
    return around.objectName()


@pytest.mark.parametrize("name", ["server-1", "client-1"])
def test_a_key_goes_to_the_address_and_one_to_the_message(hand: Hand, name: str) -> None:
    hand.window.activateWindow()
    click(hand, name)
    side = name.partition("-")[0]
    hand.window.menus.action("address").trigger()
    assert focused(hand) == f"{side}.host"
    host = hand.find(f"{side}.host")
    assert isinstance(host, QComboBox)
    edit = host.lineEdit()
    assert edit is not None
    assert edit.selectedText() == edit.text()
    hand.window.menus.action("message").trigger()
    assert focused(hand) == f"{side}.payload"


def test_an_address_in_use_is_no_field_and_the_panel_says_why(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    click(hand, "server-1")
    hand.window.menus.action("address").trigger()
    assert focused(hand) != "server.host"
    hand.wait_says("server.message", "bound once")


def test_a_client_that_sends_a_file_types_its_path(hand: Hand) -> None:
    hand.window.activateWindow()
    click(hand, "client-1")
    hand.choose("client.form", "file")
    hand.window.menus.action("message").trigger()
    assert focused(hand) == "client.file_path"


@pytest.mark.parametrize(("action", "side"), [("new_server", "server"), ("new_client", "client")])
def test_a_new_tab_has_the_focus(hand: Hand, action: str, side: str) -> None:
    hand.window.activateWindow()
    hand.window.menus.action(action).trigger()
    panel = hand.window.tab_area.panel(f"{side}-2")
    assert panel is not None
    assert panel.address_line.primary.hasFocus()
    assert hand.text("status.target").endswith(f"{side}-2")


def test_keys_go_from_endpoint_to_endpoint_over_both_halves(hand: Hand) -> None:
    hand.window.activateWindow()
    for action in ("new_server", "new_client"):
        hand.window.menus.action(action).trigger()
    forth = hand.window.menus.action("next_endpoint").trigger
    back = hand.window.menus.action("previous_endpoint").trigger
    order = ["client-2", "server-1", "server-2", "client-1", "client-2"]
    for before, after in pairwise(order):
        assert hand.text("status.target").endswith(before)
        forth()
        hand.wait(lambda name=after: hand.text("status.target").endswith(name))
        assert focused(hand).endswith((".listen", ".connect"))
    back()
    hand.wait(lambda: hand.text("status.target").endswith("client-1"))


def test_where_nothing_can_be_started_the_focus_is_on_no_field(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    click(hand, "client-1")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.window.menus.action("next_endpoint").trigger()
    assert focused(hand) == "server.connections"
    hand.window.menus.action("next_endpoint").trigger()
    assert focused(hand) == "client.send"


def test_a_key_whose_button_is_off_says_why(hand: Hand) -> None:
    """As the tip of the button says it to the mouse."""
    hand.window.activateWindow()
    click(hand, "server-1")
    QTest.keyClick(hand.window, Qt.Key.Key_F5)
    hand.wait(lambda: phase(hand, "server-1") is Phase.LISTENING)
    QTest.keyClick(hand.window, Qt.Key.Key_F7)
    hand.wait_says("server.message", "Choose a connection in the table first.")


def test_the_key_that_unfolds_the_set_up_goes_into_it(hand: Hand) -> None:
    """To the first field that can be changed while the socket is open."""
    hand.window.activateWindow()
    click(hand, "server-1")
    QTest.keyClick(hand.window, Qt.Key.Key_F5)
    hand.wait(lambda: phase(hand, "server-1") is Phase.LISTENING)
    hand.wait(hand.find("server.set_up").isVisible)
    QTest.keyClick(hand.window, Qt.Key.Key_U, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: hand.window.focusWidget() is hand.find("server.backlog"))


@pytest.mark.parametrize(("tab", "key", "field"), [
    ("server-1", Qt.Key.Key_U, "server.host"), ("client-1", Qt.Key.Key_U, "client.host"),
    ("server-1", Qt.Key.Key_D, "server.receive_gate"),
    ("client-1", Qt.Key.Key_D, "client.receive_gate"),
    ("client-1", Qt.Key.Key_I, "client.append"),
])  # fmt: skip
def test_a_key_goes_into_the_fields_that_it_names_while_nothing_is_open(
    hand: Hand, tab: str, key: Qt.Key, field: str
) -> None:
    """The set-up and what is sent besides are in sight then; More unfolds."""
    hand.window.activateWindow()
    click(hand, tab)
    QTest.keyClick(hand.window, key, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: hand.window.focusWidget() is hand.find(field))


def test_ctrl_i_goes_into_what_it_unfolds(hand: Hand) -> None:
    hand.connect()
    hand.window.activateWindow()
    click(hand, "client-1")
    hand.wait(hand.find("client.send_options").isVisible)
    QTest.keyClick(hand.window, Qt.Key.Key_I, Qt.KeyboardModifier.ControlModifier)
    hand.wait(lambda: hand.window.focusWidget() is hand.find("client.append"))


@pytest.mark.parametrize("ends", ["half_close", "abort", "close"])
def test_a_button_that_goes_off_hands_the_focus_to_no_other_one(hand: Hand, ends: str) -> None:
    """The same key once more would end the connection in another way."""
    hand.connect()
    hand.window.activateWindow()
    button = hand.find(f"client.{ends}")
    hand.wait(button.isEnabled)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    hand.wait(lambda: not button.isEnabled())
    assert not isinstance(hand.window.focusWidget(), QAbstractButton)


def test_rules_fold_with_the_set_up_that_their_button_is_in(hand: Hand) -> None:
    """They stayed open, with nothing in sight that would have folded them."""
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.unfold("server.responder")
    hand.choose("server.responder", "rules")
    hand.wait(hand.find("server.rules").isVisible)
    hand.press("server.set_up")
    hand.wait(lambda: not hand.find("server.rules").isVisible())
    assert not hand.find("server.rules_open").isVisible()
