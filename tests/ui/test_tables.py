"""The tables of connections and peers: what is chosen, hidden, marked, and let go."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QMenu, QWidget

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.events import COMMAND
from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.journal.exports.jsonl import JsonLines
from workbench.qt import connection_model
from workbench.qt.connection_model import WHY_ROLE
from workbench.ui.endpoint.connection_table import ConnectionTable
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.widgets.state_delegate import mark_of
from workbench.viewmodel import connection_rows
from workbench.viewmodel.connection_rows import Told
from workbench.viewmodel.log_columns import place

ACTIONS = ("server.reply", "server.half_close", "server.abort", "server.close")


def table(hand: Hand, side: str = "server") -> ConnectionTable:
    found = hand.find(f"{side}.connections")
    assert isinstance(found, ConnectionTable)
    return found


def panel(hand: Hand, name: str) -> EndpointPanel:
    found = hand.window.tab_area.panel(name)
    assert found is not None
    return found


def connected(hand: Hand, rows: int = 1) -> ConnectionTable:
    if not hand.find("server.stop").isEnabled():
        hand.press("server.listen")
        hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.wait(lambda: len(table(hand).lines.lines) == rows)
    hand.wait(lambda: cell(hand, rows - 1, "state") == "ESTABLISHED")
    return table(hand)


def cell(
    hand: Hand, row: int, column: str, side: str = "server", role: int = Qt.ItemDataRole.DisplayRole
) -> str:
    model = table(hand, side).lines
    return str(model.data(model.index(row, model.keys.index(column)), role))


@pytest.fixture
def _all_shown(hand: Hand) -> Iterator[None]:
    yield
    hand.window.preferences.hide_closed = False


# -- hiding ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("_all_shown")
def test_closed_rows_are_hidden_on_wish_and_come_back(hand: Hand) -> None:
    rows = connected(hand)
    hand.press("client.close")
    hand.wait(lambda: "closed" in cell(hand, 0, "state"))
    connected(hand, 2)
    hand.window.menus.action("hide_closed").trigger()
    assert [line.key for line in rows.lines.lines] == [2]
    assert "1 closed" in label_text(hand)
    assert hand.window.preferences.hide_closed
    hand.window.endpoint_tabs.new_server()
    assert hand.window.endpoint_tabs.presenter("server-2")._hide_closed  # kept for whatever comes
    hand.window.menus.action("hide_closed").trigger()
    hand.window.tab_area.bring("server-1")
    assert [line.key for line in rows.lines.lines] == [1, 2]
    assert not hand.window.preferences.hide_closed


def label_text(hand: Hand) -> str:
    row = panel(hand, "server-1").chosen_row  # type: ignore[attr-defined]
    return str(row._label.text())


@pytest.mark.usefixtures("_all_shown")
def test_the_header_of_a_table_hides_them_too(hand: Hand) -> None:
    connected(hand)
    table(hand).horizontalHeader().customContextMenuRequested.emit(QPoint(5, 5))
    menu = next(menu for menu in panel(hand, "server-1").findChildren(QMenu) if menu.isVisible())
    entry = menu.actions()[-1]
    assert entry is hand.window.menus.action("hide_closed")
    assert entry.isCheckable()
    menu.close()


# -- actions -----------------------------------------------------------------------------------


def test_actions_appear_with_a_choice_and_nothing_jumps(hand: Hand) -> None:
    rows = connected(hand)
    seen = [hand.find(name) for name in ACTIONS]
    assert not any(button.isVisible() for button in seen)
    assert hand.find("server.talk").isVisible()
    before = rows.mapToGlobal(rows.rect().topLeft()), rows.height()
    hand.choose_rows("server", 1)
    assert all(button.isVisible() and button.isEnabled() for button in seen)
    assert hand.find("server.conversation").isVisible()  # of whom was chosen
    hand.window.endpoint_tabs.refresh()
    assert rows.mapToGlobal(rows.rect().topLeft()) == before[0]
    hand.press("server.talk")  # by hand: from now on only by hand
    rows.clearSelection()
    hand.choose_rows("server", 1)
    assert not hand.find("server.conversation").isVisible()
    assert (rows.mapToGlobal(rows.rect().topLeft()), rows.height()) == before
    rows.clearSelection()
    assert not any(button.isVisible() for button in seen)


def commands(hand: Hand) -> list[str]:
    """What was asked for so far, as the record has it."""
    session = hand.window.controller.session
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        return [row.call for row in reader.page(1, reader.count()) if row.kind == COMMAND]


def test_a_key_without_a_choice_does_not_hit_the_other_side(hand: Hand) -> None:
    connected(hand)
    table(hand).setFocus()
    before = commands(hand)
    hand.window.endpoint_tabs.press("close_connection")
    hand.window.endpoint_tabs.press("abort")
    assert hand.at_rest(lambda: commands(hand)) == before
    assert hand.text("client.state") == "ESTABLISHED"


def test_several_rows_are_closed_together(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "3")
    hand.press("client.connect")
    rows = table(hand)
    hand.wait(lambda: len(rows.lines.lines) == 3)
    hand.choose_rows("server", 1, 3)
    assert "2 chosen" in label_text(hand)
    assert not hand.find("server.reply").isEnabled()  # one only
    hand.press("server.close")
    hand.wait(lambda: [line.closed for line in rows.lines.lines] == [True, False, True])
    assert not hand.find("server.close").isEnabled()  # nothing is left of the two
    assert "This connection is closed" in hand.find("server.close").toolTip()


# -- the mark ----------------------------------------------------------------------------------


def waiting_for_us(hand: Hand) -> ConnectionTable:
    """The client has closed, and nobody reads: only the kernel knows."""
    hand.choose("server.receive_gate", "paused")
    rows = connected(hand)
    hand.press("client.send")
    hand.press("client.close")
    hand.wait(lambda: cell(hand, 0, "state") == "CLOSE_WAIT")
    return rows


def test_the_kernels_state_says_that_the_peer_has_finished(hand: Hand) -> None:
    rows = waiting_for_us(hand)
    why = cell(hand, 0, "state", role=WHY_ROLE)
    assert "close() is yours to call" in why
    assert why in cell(hand, 0, "state", role=Qt.ItemDataRole.ToolTipRole)
    assert "!" not in cell(hand, 0, "state")  # a drawn mark, no character
    index = rows.lines.index(0, rows.lines.keys.index("state"))
    place = mark_of(rows.visualRect(index), rows.fontMetrics()).center()
    hand.qtbot.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=place)
    hand.wait_says("server.message", "close() is yours to call")
    selection = hand.window.controller.selection
    assert selection.connection == hand.connection("server-1", 0).id
    assert selection.seq is not None


def test_the_mark_is_drawn(hand: Hand) -> None:
    rows = waiting_for_us(hand)
    index = rows.lines.index(0, rows.lines.keys.index("state"))
    place = mark_of(rows.visualRect(index), rows.fontMetrics())

    def inked() -> bool:
        picture = rows.viewport().grab(place).toImage()
        return (
            len(
                {
                    picture.pixel(x, y)
                    for x in range(picture.width())
                    for y in range(picture.height())
                }
            )
            > 3
        )

    hand.wait(inked)


def test_the_mark_of_a_client_leads_to_the_end_of_stream(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "2")
    hand.press("client.connect")
    hand.wait(lambda: len(table(hand).lines.lines) == 2)
    hand.choose_rows("server", 1)
    hand.press("server.close")
    hand.wait(
        lambda: any(
            "finished sending" in cell(hand, row, "state", "client", WHY_ROLE) for row in range(2)
        )
    )
    marked = next(row for row in range(2) if cell(hand, row, "state", "client", WHY_ROLE))
    number = table(hand, "client").lines.lines[marked].key
    table(hand, "client").why_wanted.emit(int(number))
    hand.wait(lambda: hand.window.controller.selection.seq is not None)
    seq = hand.window.controller.selection.seq
    assert seq is not None
    row = hand.window.controller.reader.row(seq)
    assert row is not None
    assert (row.call, row.result) == ("recv", 0)


def test_why_stands_beside_the_actions(hand: Hand) -> None:
    rows = waiting_for_us(hand)
    hand.choose_rows("server", 1)
    hand.press("server.why_row")
    hand.wait_says("server.message", "close() is yours to call")
    rows.clearSelection()
    assert not hand.find("server.why_row").isVisible()


# -- a choice that is let go -------------------------------------------------------------------


def test_a_closed_choice_is_let_go_when_a_new_connection_opens(hand: Hand) -> None:
    rows = connected(hand)
    hand.choose_rows("server", 1)
    hand.press("client.close")
    hand.wait(lambda: rows.lines.lines[0].closed)
    hand.window.endpoint_tabs.refresh()
    assert rows.chosen() is not None  # as long as nothing new comes, it stays
    connected(hand, 2)
    assert rows.chosen() is None
    assert hand.window.endpoint_tabs.presenter("server-1").conversation.connections == frozenset()
    assert hand.window.controller.selection.connection is None


def test_a_look_at_the_past_is_not_disturbed(hand: Hand) -> None:
    rows = connected(hand)
    hand.press("client.close")
    hand.wait(lambda: rows.lines.lines[0].closed)
    hand.choose_rows("server", 1)  # on purpose: it is closed
    connected(hand, 2)
    found = rows.chosen()
    assert found is not None
    assert found.key == 1


# -- buttons that can do nothing ---------------------------------------------------------------


def test_half_close_is_off_when_our_direction_is_finished(hand: Hand) -> None:
    connected(hand)
    hand.press("client.half_close")
    hand.wait_says("client.message", "Both directions")
    hand.wait(lambda: not hand.find("client.half_close").isEnabled())
    assert "CLOSE" in hand.find("client.half_close").toolTip()
    primary = hand.find("client.connect")
    assert not primary.isEnabled()
    assert "close() it first" in primary.toolTip()
    hand.press("client.close")
    hand.wait(primary.isEnabled)


def test_half_close_of_the_chosen_row_is_off_too(hand: Hand) -> None:
    hand.choose("server.responder", "nothing")
    hand.window.controller.session.perform(c.Pause("client-1", c.Gate.RECEIVE)).wait(60)
    connected(hand)
    hand.choose_rows("server", 1)
    hand.press("server.half_close")
    hand.wait(lambda: not hand.find("server.half_close").isEnabled())
    hand.wait(lambda: "FIN_WAIT2" in hand.find("server.half_close").toolTip())
    assert hand.find("server.close").isEnabled()


def test_connect_of_an_open_datagram_socket_is_no_next_step(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.wait(lambda: hand.find("client.connect").property("primary"))
    hand.press("client.send")
    hand.wait(lambda: not hand.find("client.connect").property("primary"))
    assert hand.find("client.connect").isEnabled()  # it can fix the peer
    hand.press("client.connect")
    hand.wait(lambda: not hand.find("client.connect").isEnabled())
    assert "Connected already" in hand.find("client.connect").toolTip()


# -- datagrams ---------------------------------------------------------------------------------


def test_peers_have_their_columns_names_and_conversation(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    rows = table(hand)
    assert rows.lines.keys[0] == "address"  # before Bind
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    hand.wait(lambda: len(rows.lines.lines) == 1)
    hand.wait(lambda: cell(hand, 0, "address").startswith("= client-1 :"))
    hand.press("server.talk")
    hand.wait(lambda: hand.text("server.conversation").count("hello") == 2)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.sendto(b"other", ("127.0.0.1", int(hand.text("server.port"))))
        hand.wait(lambda: len(rows.lines.lines) == 2)
        assert cell(hand, 1, "address").startswith("127.0.0.1:")  # not ours
        hand.wait(lambda: hand.text("server.conversation").count("other") == 2)
    rows.choose(rows.lines.lines[0].key)
    hand.wait(lambda: "other" not in hand.text("server.conversation"))
    assert hand.text("server.conversation").count("hello") == 2
    hand.press("server.reply")
    assert hand.find("server.target").currentData() == rows.lines.lines[0].key  # type: ignore[attr-defined]
    assert not hand.find("server.close").isVisible()


# -- scale -------------------------------------------------------------------------------------


def test_only_rows_in_sight_are_worded_and_read(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = 300
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", str(many))
    hand.press("client.connect")
    hand.wait(lambda: len(table(hand).lines.lines) == many)
    hand.wait_says("client.message", f"{many} connected")
    worded = 0
    real = connection_rows.cells

    def counted(*args: object) -> tuple[str, ...]:
        nonlocal worded
        worded += 1
        return real(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(connection_model, "cells", counted)
    for name, side in (("server-1", "server"), ("client-1", "client")):
        rows = table(hand, side)
        worded = 0
        hand.window.endpoint_tabs.presenter(name).refresh()
        room: QWidget = rows.viewport()
        most = room.height() // rows.rowHeight(0) + 4  # of 300: halves at both ends, the chosen
        assert worded <= most, (side, worded, most)
        assert 0 < len(rows.seen_ids) <= most
    rows = table(hand)
    rows.scrollToTop()
    hand.window.endpoint_tabs.presenter("server-1").refresh()
    first = hand.connection("server-1", 0).id
    assert first in rows.seen_ids
    hand.wait(
        lambda: hand.window.controller.snapshot("server-1").connections[0].reading is not None
    )


def test_while_bytes_move_only_their_columns_are_painted(hand: Hand) -> None:
    rows = connected(hand)
    lines = rows.lines
    hand.wait(lambda: lines.lines[0].item.state == "ESTABLISHED")  # type: ignore[union-attr]
    changed: set[str] = set()

    def note(first: QModelIndex, last: QModelIndex) -> None:
        changed.update(lines.keys[first.column() : last.column() + 1])

    old = lines.lines[0]
    lines.show_lines(lines.lines, lines.columns, Told(), rows.seen())  # as they are looked at
    lines.dataChanged.connect(note)
    assert isinstance(old.item, ConnectionSnapshot)
    moved = replace(old, item=replace(old.item, bytes_in=1_234, bytes_out=5))
    lines.show_lines((moved, *lines.lines[1:]), lines.columns, Told(), rows.seen())
    assert changed == {"in", "out"}
    assert lines.index(0, lines.keys.index("in")).data() == "1234"


def test_one_connection_has_one_number(hand: Hand) -> None:
    """In table, log, filter, conversation and export; here where a UDP socket was the first."""
    hand.choose("server.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait(lambda: hand.window.controller.snapshot("server-1").connection is not None)
    hand.press("server.stop")
    hand.wait(lambda: hand.find("server.type").isEnabled())
    hand.choose("server.type", "SOCK_STREAM")
    for rows in (1, 2):
        connected(hand, rows)
        if rows == 1:
            hand.press("client.close")
            hand.wait(lambda: table(hand).lines.lines[0].closed)
    newest = table(hand).lines.lines[-1]
    assert newest.key == 3
    assert cell(hand, 1, "number") == "3"
    number = str(newest.key)
    log = hand.window.log
    log.view.show_column(place("connection"), True)
    log.filter.setText(f"#{number} endpoint:server-1 call:*")
    log.apply_filter()
    hand.wait(lambda: log.model.rowCount() > 0)
    events = [log.model.record_row(row) for row in range(log.model.rowCount())]
    assert {event.connection for event in events if event} == {newest.id}
    for row in range(log.model.rowCount()):
        cells = log.model.cells(row)
        assert cells is not None
        assert cells[place("who")] == f"server-1 #{number}"
        assert cells[place("connection")] == number
    lines = JsonLines().of(filter(None, events)).splitlines()
    assert {json.loads(line)["number"] for line in lines} == {newest.key}
