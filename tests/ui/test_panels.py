"""Both panels driven as a person would, over real sockets."""

from __future__ import annotations

import socket
from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton

from tests.ui.conftest import SharedHand
from workbench.engine.model.snapshot import Phase
from workbench.viewmodel import default_endpoints
from workbench.viewmodel.connection_rows import took_to_connect
from workbench.viewmodel.panel_state import RowsState

Hand = Any
GREETING = "连接已创建\\r\\n"
HELLO = "hello, 服务器\\r\\n"


def connected(hand: Hand) -> None:
    hand.connect()


def test_the_default_port() -> None:
    assert default_endpoints.FIRST_PORT == 23333
    assert default_endpoints.server("server-1").address == "127.0.0.1:23333"


def test_a_first_start_is_filled_in(hand: Hand, first_port: int) -> None:
    assert hand.find("server.host").currentText() == "127.0.0.1"
    assert hand.text("server.port") == str(first_port)
    assert hand.find("server.backlog").currentText() == "128"
    assert hand.text("server.greeting") == GREETING
    assert hand.find("client.host").currentText() == "@server-1"
    assert hand.find("client.timeout").currentText() == "3.0 s"
    assert hand.text("client.payload") == HELLO
    assert hand.find("client.escapes").isChecked()


def test_listen_connect_send(hand: Hand) -> None:
    connected(hand)
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count(HELLO) == 2)
    assert GREETING in hand.text("client.conversation")
    hand.press("server.send")
    hand.wait_says("client.conversation", "reply\\r\\n")
    hand.press("server.stop")
    hand.wait_state("server", "CLOSED")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")


def test_of_what_flows_by_a_panel_draws_no_more_than_that(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected(hand)
    panel = hand.window.tab_area.panel("server-1")
    drawn: list[object] = []
    monkeypatch.setattr(panel.message, "show_message", drawn.append)
    monkeypatch.setattr(panel.strip, "show_chips", lambda _chips: drawn.append("calls"))
    _, state = panel._shown
    panel.show_server(replace(state, chips=(), rows=RowsState()))
    assert drawn == ["calls"]
    assert not panel.table.lines.lines
    panel.show_server(replace(state, encoding="gbk"))
    assert drawn[1:] == ["calls", state.message]
    monkeypatch.undo()
    assert len(panel.table.lines.lines) == len(state.rows.rows)


def test_the_same_by_keyboard(hand: Hand) -> None:
    hand.qtbot.keyClick(hand.find("server.port"), Qt.Key.Key_Return)
    hand.wait_state("server", "LISTEN")
    hand.qtbot.keyClick(hand.find("client.port"), Qt.Key.Key_Return)
    hand.wait_state("client", "ESTABLISHED")
    hand.find("client.payload").setFocus()  # keys act on the endpoint that has it
    hand.qtbot.keyClick(
        hand.find("client.payload"), Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier
    )
    hand.wait(lambda: hand.text("client.conversation").count(HELLO) == 2)


def test_connect_before_listen_is_refused_and_shows_the_way_out(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.way_out")
    hand.wait_state("server", "LISTEN")


def test_send_before_connect_offers_to_connect(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.send")
    hand.wait_says("client.message", "Not connected")
    hand.press("client.way_out")
    hand.wait(lambda: hand.text("client.conversation").count(HELLO) == 2)


def test_a_typed_port_never_moves_and_an_untouched_one_does(hand: Hand, first_port: int) -> None:
    with socket.create_server(("127.0.0.1", first_port)) as taken:
        hand.press("server.listen")
        hand.wait_state("server", "LISTEN")
        hand.wait_says("server.message", "was in use")
        hand.press("client.connect")
        hand.wait_state("client", "ESTABLISHED")
        hand.press("server.stop")
        hand.wait_state("server", "CLOSED")
        hand.type("server.port", str(taken.getsockname()[1]))
        hand.press("server.listen")
        hand.wait_says("server.message", "EADDRINUSE")
        hand.press("server.way_out")
        hand.wait_state("server", "LISTEN")


@pytest.mark.parametrize(
    ("control", "typed", "said"),
    [
        ("server.port", "abc", "abc"),
        ("server.port", "65536", "65536"),
        ("server.backlog", "-1", "-1"),
        ("server.backlog", "99999999999", "99999999999"),
        ("server.timeout", "-3", "negative"),
        ("server.host", "::1", "IPv6"),
        ("client.port", "0", "0"),
        ("client.bufsize", "0", "0"),
        ("client.count", "many", "many"),
    ],
)
def test_bad_input_is_explained_and_never_a_box(
    shared_hand: SharedHand, control: str, typed: str, said: str
) -> None:
    hand = shared_hand
    side = control.split(".")[0]
    assert said not in hand.text(f"{side}.message")
    hand.type(control, typed)
    hand.wait_says(f"{side}.message", said)
    hand.press("server.listen" if side == "server" else "client.connect")
    hand.wait_says(f"{side}.message", said)
    assert hand.text(f"{side}.state") == "CLOSED"


def test_what_is_bound_is_locked_while_open_and_says_why(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    for control in ("family", "type", "host", "port"):
        widget = hand.find(f"server.{control}")
        hand.wait(lambda widget=widget: not widget.isEnabled())
        assert "bound once" in widget.toolTip()
    assert hand.find("server.backlog").isEnabled()


def test_a_paused_accept_queue_and_one_accept(hand: Hand) -> None:
    hand.choose("server.accept_gate", "paused")
    connected(hand)
    hand.wait_says("server.queue", "1 of 129")
    hand.press("server.accept_one")
    hand.wait(lambda: hand.find("server.connections").model().rowCount() == 1)


def test_half_close_abort_and_close(hand: Hand) -> None:
    connected(hand)
    hand.press("client.half_close")
    hand.wait_says("client.conversation", "shutdown(")
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.press("client.abort")
    hand.wait_says("client.message", "reset")


def test_the_server_closes_the_chosen_connection(hand: Hand) -> None:
    connected(hand)
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)
    assert not hand.find("server.close").isEnabled()
    table.selectRow(0)
    hand.press("server.close")
    hand.wait_says("client.message", "finished sending")


def test_udp(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count(HELLO) == 2)
    hand.wait(lambda: hand.find("server.connections").model().rowCount() == 1)
    hand.press("client.connect")
    hand.wait_says("client.message", "connect() has fixed")


@pytest.mark.parametrize("host", ["temp:talk", "abstract:swb-window-test"])
def test_unix(hand: Hand, host: str) -> None:
    hand.choose("server.family", "AF_UNIX")
    hand.find("server.host").setEditText(host)
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.find("client.family").currentData() == "AF_UNIX")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count(HELLO) == 2)
    header = hand.find("server.connections").model().headerData
    hand.wait(lambda: header(2, Qt.Orientation.Horizontal) == "State, seen from here")


def test_what_cannot_be_sent_is_explained(hand: Hand) -> None:
    connected(hand)
    hand.choose("client.encoding", "ascii")
    hand.press("client.send")
    hand.wait_says("client.message", "服")
    hand.choose("client.form", "hex")
    hand.press("client.send")
    hand.wait(lambda: "服" not in hand.text("client.message"))


def test_many_clients_in_one_panel(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "5")
    hand.press("client.connect")
    hand.wait_says("client.message", "5 connected")
    assert hand.window.endpoint_tabs.presenter("client-1").phase in (Phase.OPEN, Phase.CONNECTING)


def test_a_message_can_lead_to_its_event(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    hand.wait(lambda: hand.window.controller.selection.seq is not None)
    assert hand.window.controller.selection.seq is not None


def test_run_up_to_this_call_stops_there(hand: Hand) -> None:
    """Bound and not listening is a state; nothing but the strip was needed to get there."""
    panel = hand.window.tab_area.panel("server-1")
    assert panel is not None
    calls = [chip.call for chip in hand.window.endpoint_tabs.presenter("server-1").planned()]
    assert calls == ["socket", "setsockopt", "bind", "listen", "accept"]
    panel.strip.run_wanted.emit(3)
    hand.wait_state("server", "BOUND")
    snapshot = hand.window.controller.snapshot("server-1")
    assert [chip.state.value for chip in snapshot.strip] == ["done"] * 3 + ["planned"]
    panel.strip.run_wanted.emit(1)
    hand.wait_state("server", "LISTEN")


def test_send_without_a_connection_asks_the_kernel(hand: Hand) -> None:
    hand.press("client.send")
    hand.wait(lambda: hand.find("client.other_way").isVisible())
    assert hand.text("client.other_way") == "Call send() anyway"
    hand.press("client.other_way")
    hand.wait_says("client.message", "EPIPE")
    snapshot = hand.window.controller.snapshot("client-1")
    assert snapshot.open_count == 1  # the socket is still there: it can connect now
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")


def test_recvfrom_once_waits_as_the_timeout_says(hand: Hand) -> None:
    assert not hand.find("server.recvfrom_once").isVisible()
    hand.choose("server.type", "SOCK_DGRAM")
    hand.type("server.timeout", "0.2")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    assert not hand.find("server.accept_gate").isVisible()
    hand.press("server.recvfrom_once")
    hand.wait_says("server.message", "TimeoutError")


def test_a_reset_is_said_and_connect_leads_out(hand: Hand) -> None:
    connected(hand)
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)
    table.selectRow(0)
    hand.press("server.abort")
    hand.wait_says("client.message", "ECONNRESET")
    assert hand.text("client.way_out") == "Connect again"
    hand.press("client.way_out")
    hand.wait_says("client.message", "Connected from")


def test_after_both_fins_nothing_more_can_be_sent(hand: Hand) -> None:
    connected(hand)
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)
    hand.press("client.half_close")
    hand.wait_says("client.message", "Both directions")  # the server closes at our FIN


def test_waiting_by_hand_is_no_time_of_connect(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("client.pace", "step")
    hand.press("client.connect")
    for _ in range(2):
        hand.press("client.next_call")
    hand.wait_says("client.message", "Connected from")
    item = hand.connection("client-1")
    assert item.connect_ns is not None
    assert item.opened_ns < item.connect_ns
    assert took_to_connect(item) in hand.text("client.message")


def test_a_refused_try_does_not_make_many_clients(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    connected(hand)
    assert not hand.find("client.connections").isVisible()
    assert hand.window.tab_area.right.tabText(0) == "client-1"


def strip_texts(hand: Hand, side: str) -> list[str]:
    strip = hand.find(f"{side}.calls")
    buttons = [x for x in strip.findChildren(QToolButton) if x.isVisible()]
    return [x.text() for x in sorted(buttons, key=lambda x: x.x())]


def test_the_strip_goes_on_with_the_connection(hand: Hand) -> None:
    connected(hand)
    hand.press("client.send")
    hand.wait(lambda: "send 18 B" in strip_texts(hand, "client"))
    hand.wait(lambda: strip_texts(hand, "client")[-1].startswith("recv 0 s"))
    assert strip_texts(hand, "server")[-1].startswith("accept")
    table = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)
    table.selectRow(0)
    hand.wait(lambda: "send 18 B" in strip_texts(hand, "server"))
    hand.wait(lambda: strip_texts(hand, "server")[-1].startswith("recv "))
