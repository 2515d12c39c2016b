"""One selection: choosing in a tab, a table or a row of the log moves all three."""

from __future__ import annotations

import socket

from PySide6.QtGui import QGuiApplication

from tests.ui.conftest import Hand
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.viewmodel import default_endpoints


def talk(hand: Hand) -> None:
    hand.connect()
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 2)


def row_where(hand: Hand, endpoint: str, call: str) -> int:
    """The newest row of the log with this call of this endpoint."""
    model = hand.window.log.model

    def found() -> list[int]:
        rows = ((row, model.record_row(row)) for row in range(model.rowCount()))
        return [
            row
            for row, event in rows
            if event is not None
            and event.endpoint == endpoint
            and event.call == call
            and event.kind in {"call", "end"}
        ]

    hand.wait(lambda: bool(found()))
    return found()[-1]


def panel(hand: Hand, name: str) -> EndpointPanel:
    found = hand.window.tab_area.panel(name)
    assert found is not None
    return found


def test_a_row_of_the_log_brings_its_tab_and_its_connection(hand: Hand) -> None:
    talk(hand)
    hand.window.endpoint_tabs.new_server()
    assert not panel(hand, "server-1").isVisible()
    row = row_where(hand, "server-1", "recv")
    hand.window.log.view.selectRow(row)
    assert panel(hand, "server-1").isVisible()
    hand.wait(lambda: [row.key for row in panel(hand, "server-1").table.chosen_all()] == [1])
    selection = hand.window.controller.selection
    assert selection.pinned
    assert selection.seq == hand.window.log.model.seq_of(row)
    hand.window.endpoint_tabs.refresh()
    assert hand.window.controller.selection == selection


def test_a_pinned_row_stays_until_it_is_let_go(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.window.log.view.selectRow(row_where(hand, "server-1", "bind"))
    pinned = hand.window.controller.selection
    assert pinned.pinned
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 2)
    assert hand.window.controller.selection == pinned
    hand.window.log.follow.setChecked(True)
    assert hand.window.controller.selection.seq is None


def test_a_new_endpoint_has_no_event_of_another_one_explained(hand: Hand) -> None:
    talk(hand)
    hand.wait(lambda: "recv" in hand.text_of_explain())
    hand.window.endpoint_tabs.new_server()
    hand.wait(lambda: "Choose a row" in hand.text_of_explain())


def test_a_hidden_server_that_starts_says_so_on_its_tab(hand: Hand) -> None:
    talk(hand)
    tabs = hand.window.tab_area.left
    hand.window.endpoint_tabs.new_server()
    index = tabs.place_of(panel(hand, "server-1"))
    hand.wait(lambda: tabs.tabText(index) == f"server-1 :{default_endpoints.FIRST_PORT}")
    session = hand.window.controller.session
    for ticket in session.stop_all():
        assert ticket.wait(60)
    hand.wait(lambda: tabs.tabText(index) == "server-1")
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.way_out")
    hand.wait(lambda: tabs.tabText(index) == f"server-1 :{default_endpoints.FIRST_PORT}")
    assert panel(hand, "server-1").isVisible()


def test_the_field_shows_the_port_that_the_default_moved_to(hand: Hand) -> None:
    with socket.create_server(("127.0.0.1", default_endpoints.FIRST_PORT)):
        hand.press("server.listen")
        hand.wait_state("server", "LISTEN")
    local = hand.window.controller.snapshot("server-1").local
    assert local is not None
    port = local.rpartition(":")[2]
    assert port != str(default_endpoints.FIRST_PORT)
    hand.wait(lambda: hand.text("server.port") == port)
    assert port in hand.text("server.message")


def test_a_filter_that_comes_and_goes_leaves_the_pinned_row_where_it_was(hand: Hand) -> None:
    talk(hand)
    log = hand.window.log
    row = row_where(hand, "server-1", "recv")
    log.view.selectRow(row)
    pinned = hand.window.controller.selection
    menu = log.row_menu(row)
    only = next(x for x in menu.actions() if x.text() == "Only server-1 #1")
    only.trigger()
    assert log.filter.text() == "endpoint:server-1 #1"
    seqs = [log.model.seq_of(x) for x in range(log.model.rowCount())]
    assert pinned.seq in seqs
    assert [x.row() for x in log.view.selectionModel().selectedRows()] == [
        seqs.index(pinned.seq or 0)
    ]
    assert hand.window.controller.selection == pinned
    log.show_all()
    assert hand.window.controller.selection == pinned
    chosen = [log.model.seq_of(x.row()) for x in log.view.selectionModel().selectedRows()]
    assert chosen == [pinned.seq]
    assert not log.follow.isChecked()


def test_several_rows_are_copied_as_python(hand: Hand) -> None:
    talk(hand)
    log = hand.window.log
    first = row_where(hand, "server-1", "bind")
    log.view.selectRow(first)
    selection = log.view.selectionModel()
    flags = selection.SelectionFlag.Select | selection.SelectionFlag.Rows
    selection.select(log.model.index(first + 1, 0), flags)
    menu = log.row_menu(first)
    next(x for x in menu.actions() if x.text() == "Copy as Python").trigger()
    lines = QGuiApplication.clipboard().text().split("\n")
    assert [line.partition("(")[0] for line in lines] == ["sock.bind", "sock.listen"]
