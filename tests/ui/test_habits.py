"""Small things that one stumbles over: where the focus goes, what stays, what goes away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit

from tests.snapshots import fresh
from tests.ui.conftest import Hand
from tests.ui.endpoint.test_next_call import strip
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import Phase
from workbench.ui.endpoint.endpoint_panel import EndpointPanel


def test_the_focus_goes_to_what_comes_next(hand: Hand) -> None:
    """Not into a field, where the keys 1, 2, 3 would become text."""
    hand.window.activateWindow()
    hand.find("server.listen").setFocus()
    hand.press("server.listen")
    assert hand.window.focusWidget() is hand.find("client.connect")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    assert hand.window.focusWidget() is hand.find("client.send")
    hand.wait_state("client", "ESTABLISHED")


@pytest.mark.parametrize("clients", ["1", "3"])
def test_the_focus_goes_to_the_way_out_of_a_refused_connect(hand: Hand, clients: str) -> None:
    """Not to Send, which has nobody to send to."""
    hand.window.activateWindow()
    hand.type("client.count", clients)
    hand.find("client.connect").setFocus()
    hand.press("client.connect")
    hand.wait(lambda: hand.window.focusWidget() is hand.find("client.way_out"))
    assert hand.text("client.way_out") == "Listen there first"
    assert hand.window.controller.snapshot("client-1").open_count == 0


def test_the_focus_goes_to_the_way_out_of_a_failed_handshake(hand: Hand) -> None:
    """It opens the socket, and Send had the focus by then."""
    hand.window.activateWindow()
    hand.choose("server.type", "tls")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.find("client.connect").setFocus()
    hand.press("client.connect")
    hand.wait(lambda: hand.window.focusWidget() is hand.find("client.way_out"))
    assert hand.text("client.way_out") == "Trust test:root"
    QTest.keyClick(hand.find("client.way_out"), Qt.Key.Key_Space)
    hand.wait_state("client", "ESTABLISHED")


def test_a_focus_that_was_moved_meanwhile_stays(hand: Hand) -> None:
    """What a person has chosen to do next is not interrupted by what failed."""
    hand.window.activateWindow()
    hand.find("client.connect").setFocus()
    hand.press("client.connect")
    elsewhere = hand.find("client.payload")
    elsewhere.setFocus()
    hand.wait(hand.find("client.way_out").isVisible)
    assert hand.window.focusWidget() is elsewhere


def test_the_keys_work_from_the_log_too(hand: Hand) -> None:
    hand.window.activateWindow()
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.window.log.model.rowCount() > 3)
    view = hand.window.log.view
    view.setFocus()
    QTest.keyClick(view, Qt.Key.Key_2)
    hand.wait_state("client", "ESTABLISHED")


def test_start_over_keeps_the_gates_as_they_are(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("server.accept_gate", "auto")
    hand.wait(lambda: hand.window.controller.snapshot("server-1").accept is GateMode.AUTO)
    hand.window.log.follow.setChecked(False)
    hand.window.record_commands.start_over()
    assert hand.window.controller.snapshot("server-1").accept is GateMode.AUTO
    assert hand.window.log.follow.isChecked()


def test_escape_gives_a_mark_up(hand: Hand) -> None:
    hand.window.note_field.begin()
    hand.window.leave()
    assert not hand.window.note_field.isVisible()


def test_a_new_endpoint_is_in_front(hand: Hand) -> None:
    hand.window.endpoint_tabs.new_server()
    assert hand.window.tab_area.left.in_front is hand.window.tab_area.panel("server-2")


def test_the_newest_row_stays_in_view(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    for _ in range(6):
        hand.press("client.connect")
        hand.wait_state("client", "ESTABLISHED")
        hand.press("client.abort")
        hand.wait_state("client", "CLOSED")
    view = hand.window.log.view
    hand.window.appearance.larger()
    hand.window.resize(1200, 760)
    hand.wait(view.at_bottom)
    hand.window.appearance.normal()


def test_udp_is_without_a_greeting(hand: Hand) -> None:
    """What cannot happen is not offered: a greeting needs a connection."""
    hand.choose("server.type", "SOCK_DGRAM")
    assert hand.find("server.responder").currentData() == "echo"  # type: ignore[attr-defined]
    hand.choose("server.type", "SOCK_STREAM")
    assert hand.find("server.responder").currentData() == "greet_echo"  # type: ignore[attr-defined]


def test_call_by_call_says_what_comes_next(hand: Hand) -> None:
    hand.choose("server.pace", "step")
    hand.press("server.listen")
    hand.wait_says("server.message", "Next: socket(AF_INET, SOCK_STREAM)")
    hand.press("server.next_call")
    hand.wait_says("server.message", "Next: setsockopt(SO_REUSEADDR, 1)")


def test_the_list_of_endpoints_opens_where_there_is_room(hand: Hand) -> None:
    window = hand.window
    assert not window.endpoint_list.isVisible()
    window.resize(1600, 900)
    assert window.endpoint_list.isVisible()
    hand.connect()
    tree = window.endpoint_list.part.tree
    hand.wait(lambda: tree.topLevelItemCount() == 2 and tree.topLevelItem(0).childCount() == 1)  # type: ignore[union-attr]
    window.endpoint_tabs.new_server()
    server = tree.topLevelItem(0)
    assert server is not None
    child = server.child(0)
    assert child is not None
    tree.setCurrentItem(child)
    assert window.tab_area.left.in_front is window.tab_area.panel("server-1")
    selection = window.controller.selection
    assert selection.endpoint == "server-1"
    assert selection.connection is not None
    window.endpoint_list.switch()
    assert not window.endpoint_list.isVisible()
    window.resize(1700, 900)
    assert not window.endpoint_list.isVisible()  # a person has put it away


def test_a_datagram_socket_has_no_connections_in_the_list(hand: Hand) -> None:
    hand.window.resize(1600, 900)
    hand.choose("server.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    tree = hand.window.endpoint_list.part.tree
    hand.wait(lambda: tree.topLevelItemCount() == 2)
    hand.wait(lambda: "127.0.0.1" in tree.topLevelItem(0).text(1))  # type: ignore[union-attr]
    assert tree.topLevelItem(0).childCount() == 0  # type: ignore[union-attr]


def test_the_kernel_tab_shows_what_options_came_to(hand: Hand) -> None:
    """Asked and effective: Linux doubles SO_RCVBUF."""
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    panel.more.part.options.show_options((("SO_RCVBUF", 8192),))
    panel.tell_typed()
    hand.connect()
    hand.window.controller.select(endpoint="client-1")
    hand.window.inspector.setCurrentIndex(2)
    table = hand.window.inspector.kernel.table

    def rows() -> dict[str, str]:
        return {
            table.item(row, 0).text(): table.item(row, 1).text()  # type: ignore[union-attr]
            for row in range(table.rowCount())
        }

    hand.wait(lambda: "asked 8192" in rows().get("SO_RCVBUF", ""))
    assert "TCP_NODELAY" in rows()


def test_a_tab_goes_to_the_other_side_with_its_sockets(hand: Hand) -> None:
    slots = hand.window.tab_area
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    panel = slots.panel("server-1")
    assert panel is not None
    slots.right.moved_here.emit("server-1")
    assert slots.right.in_front is panel
    assert slots.left.count() == 0
    assert hand.text("server.state") == "LISTEN"
    slots.right.moved_away.emit(panel)
    assert slots.left.in_front is panel
    hand.press("server.stop")
    hand.wait_state("server", "CLOSED")
    hand.window.endpoint_tabs.remove(panel)
    assert slots.panel("server-1") is None


def test_a_tab_pulled_out_of_its_bar_is_dragged(hand: Hand) -> None:
    bar = hand.window.tab_area.left.tabBar()
    pulled: list[int] = []
    bar.dragged.disconnect()  # type: ignore[attr-defined]
    bar.dragged.connect(pulled.append)  # type: ignore[attr-defined]
    middle = bar.tabRect(0).center()
    QTest.mousePress(bar, Qt.MouseButton.LeftButton, pos=middle)
    event = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(middle.x(), middle.y() + 300),
        QPointF(bar.mapToGlobal(middle)),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(bar, event)
    QTest.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=middle)  # else it stays down for all
    assert pulled == [0]


def test_a_presentation_names_the_calls_where_there_is_room(hand: Hand) -> None:
    hand.window.projector_mode.switch()
    hand.window.resize(1280, 740)
    assert hand.text("server.listen") == "Listen"
    hand.window.resize(1280, 800)
    assert hand.text("server.listen") == "Listen\nlisten()"
    hand.window.projector_mode.switch()
    assert hand.text("server.listen") == "Listen"


def test_the_keys_of_a_presentation_work_though_its_menus_are_hidden(hand: Hand) -> None:
    window = hand.window
    window.activateWindow()
    window.projector_mode.switch()
    window.log.search.setFocus()
    QTest.keyClick(window.log.search, Qt.Key.Key_Equal, Qt.KeyboardModifier.ControlModifier)
    assert window.appearance.scale > 150
    QTest.keyClick(window.log.search, Qt.Key.Key_F11)
    assert not window.appearance.presenting
    window.appearance.normal()


def test_start_over_forgets_the_calls_of_the_old_record(hand: Hand) -> None:
    hand.connect()
    hand.wait(lambda: any(text.startswith("recv") for text in strip(hand, "client")))
    hand.window.record_commands.start_over()
    planned = ["socket", "connect", "send", "recv", "close"]
    hand.wait(lambda: [text.partition("(")[0] for text in strip(hand, "client")] == planned)


def test_a_pinned_row_stays_while_connections_come_and_go(hand: Hand) -> None:
    window = hand.window
    hand.connect()
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)  # type: ignore[attr-defined]
    table.selectRow(0)  # type: ignore[attr-defined]
    hand.wait(lambda: window.log.model.rowCount() > 3)
    window.log.view.selectRow(2)
    pinned = window.controller.selection.seq
    assert pinned is not None
    hand.press("client.abort")
    hand.wait_state("client", "CLOSED")
    hand.press("client.connect")
    hand.wait(lambda: table.model().rowCount() == 2)  # type: ignore[attr-defined]
    assert window.controller.selection.seq == pinned


def test_keys_find_the_panels_on_whichever_side(hand: Hand) -> None:
    window = hand.window
    window.endpoint_tabs.new_client()  # hides client-1's panel behind its own
    window.endpoint_tabs.press("server.listen")
    hand.wait_state("server", "LISTEN")
    window.endpoint_tabs.press("client.connect")
    hand.wait(lambda: window.controller.snapshot("client-2").open_count == 1)


def test_a_new_client_is_of_its_servers_kind(hand: Hand) -> None:
    hand.choose("server.family", "AF_UNIX")
    hand.find("server.host").setEditText("temp:kind")  # type: ignore[attr-defined]
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.window.endpoint_tabs.new_client()
    assert hand.window.controller.session.settings("client-2").family == "AF_UNIX"


def test_an_address_of_another_family_is_refused_and_over(hand: Hand) -> None:
    """Nothing was begun: no state that the kernel does not know."""
    session = hand.window.controller.session
    session.add(EndpointSettings("other", Role.STREAM, address="@server-1"))
    hand.choose("server.family", "AF_UNIX")
    hand.find("server.host").setEditText("temp:other")  # type: ignore[attr-defined]
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    ticket = session.perform(c.Connect("other"))
    assert ticket.wait(60)
    assert ticket.outcome is not None
    assert not ticket.outcome.ok
    hand.wait(lambda: fresh(session, "other").phase is Phase.FAILED)


def test_a_solved_error_is_history(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.connect()
    hand.window.controller.select(endpoint="client-1")
    inspector = hand.window.inspector
    hand.wait(lambda: inspector.row is not None and inspector.row.error is None)


def listen_in_another_tab(hand: Hand) -> EndpointPanel:
    hand.window.endpoint_tabs.new_server()
    second = hand.window.tab_area.panel("server-2")
    assert second is not None
    hand.window.activateWindow()
    second.address_line.primary.setFocus()
    second.address_line.primary.click()
    return second


def test_listen_in_another_tab_leaves_the_focus_in_no_field(hand: Hand) -> None:
    """Where nothing is left to press: what is typed next must not become a setting."""
    hand.connect()
    listen_in_another_tab(hand)
    hand.wait(lambda: hand.window.controller.snapshot("server-2").local is not None)
    hand.window.endpoint_tabs.refresh()
    assert not isinstance(hand.window.focusWidget(), QLineEdit | QComboBox)


def test_listen_does_not_lead_to_a_client_of_another_server(hand: Hand) -> None:
    """Its keys would act there from then on, and Enter would connect it."""
    second = listen_in_another_tab(hand)
    hand.wait(lambda: hand.window.controller.snapshot("server-2").phase is Phase.LISTENING)
    assert hand.window.tab_area.focused_panel() is second
    assert hand.window.focusWidget() is second.table
