"""Each column of the tables shows its own value, in its own unit, under its own name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot, PeerSnapshot, Waiting
from workbench.qt.connection_model import ConnectionModel
from workbench.texts import tr
from workbench.viewmodel.connection_rows import (
    CLIENT,
    DATAGRAM,
    LAYERED,
    STREAM,
    Columns,
    ConnectionColumn,
    ConnectionRow,
    Told,
    cells,
    line_of,
    peer_line,
    port_of,
)

MS = 1_000_000
ITEM = ConnectionSnapshot(
    id=71,
    number=4,
    local="127.0.0.1:5001",
    peer="127.0.0.1:6002",
    state="ESTABLISHED",
    measured=True,
    opened_ns=1_000 * MS,
    connect_ns=2_000 * MS,
    connected_ns=2_001_500_000,
    closed_ns=None,
    close_cause=None,
    errno=None,
    bytes_in=1_111,
    bytes_out=22_222,
    unread=333,
    unsent=44,
    queued=5,
    peer_finished=False,
    waiting=None,
    reading=None,
)
"""Every number of it is another one."""
PEER = PeerSnapshot("127.0.0.1:7003", datagrams_in=66, datagrams_out=777, last_ns=8_000 * MS)
TOLD = Told(clock=lambda t_ns: f"<{t_ns // MS}>", now_ns=9_000 * MS)


def at(columns: Columns, key: str) -> int:
    return [column.key for column in columns].index(key)


def by_header(line: ConnectionRow, columns: Columns) -> dict[str, str]:
    """What the table shows, by what stands above it."""
    model = ConnectionModel()
    model.show_lines((line,), columns, TOLD, range(1))
    heads = [
        str(model.headerData(column, Qt.Orientation.Horizontal))
        for column in range(model.columnCount())
    ]
    return dict(
        zip(
            heads,
            [str(model.data(model.index(0, column))) for column in range(model.columnCount())],
            strict=True,
        )
    )


def test_a_servers_connection() -> None:
    assert by_header(line_of(ITEM), STREAM) == {
        tr("column.number"): "4",
        tr("column.peer"): "127.0.0.1:6002",
        tr("column.state"): "ESTABLISHED",
        tr("column.in"): "1111",
        tr("column.out"): "22222",
        tr("column.unread"): "333",
    }


def test_a_clients_connection() -> None:
    shown = by_header(line_of(ITEM), CLIENT)
    assert shown.pop(tr("column.outcome")) == tr("outcome.connected")
    assert shown == {
        tr("column.number"): "4",
        tr("column.local_port"): ":5001",
        tr("column.state"): "ESTABLISHED",
        tr("column.connect"): "1.50 ms",
        tr("column.in"): "1111",
        tr("column.out"): "22222",
    }


def test_a_peer_of_a_datagram_socket() -> None:
    assert by_header(peer_line(PEER), DATAGRAM) == {
        tr("column.address"): "127.0.0.1:7003",
        tr("column.datagrams_in"): "66",
        tr("column.datagrams_out"): "777",
        tr("column.last_seen"): "<8000>",
    }


def test_the_tips_name_the_call_that_counts() -> None:
    assert "recv()" in tr("columntip.in")
    assert "send()" in tr("columntip.out")


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (ITEM, "1.50 ms"),
        (replace(ITEM, connect_ns=None), "1001.50 ms"),  # from socket(): accept() knows no other
        (replace(ITEM, connected_ns=2_000_040_000), "0.04 ms"),
        (
            replace(ITEM, connected_ns=None, waiting=Waiting("connect", 6_500 * MS)),
            tr("panel.waiting", seconds="2.5"),
        ),
        (
            replace(
                ITEM, connected_ns=None, closed_ns=5_000 * MS, close_cause=CloseCause.TIMED_OUT
            ),
            "3.0 s",
        ),
        (
            replace(
                ITEM, connected_ns=None, closed_ns=2_000_250_000, close_cause=CloseCause.FAILED
            ),
            "0.25 ms",
        ),
        (replace(ITEM, connected_ns=None, connect_ns=None), "-"),
    ],
)
def test_how_long_connect_took(item: ConnectionSnapshot, shown: str) -> None:
    assert cells(line_of(item), CLIENT, TOLD)[at(CLIENT, "connect")] == shown


def test_nothing_is_unread_in_what_is_closed_or_unknown() -> None:
    for item in (replace(ITEM, unread=None), replace(ITEM, closed_ns=3_000 * MS)):
        assert cells(line_of(item), STREAM, TOLD)[at(STREAM, "unread")] == "-"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("127.0.0.1:80", ":80"),
        ("[::1]:81", ":81"),
        ("/run/x", "/run/x"),
        (None, "-"),
    ],
)
def test_a_port_or_a_path_whole(address: str | None, shown: str) -> None:
    assert port_of(address) == shown


@pytest.mark.parametrize("columns", [STREAM, LAYERED, CLIENT, DATAGRAM])
def test_one_column_has_the_rest_and_each_has_its_words(columns: Columns) -> None:
    assert sum(column.rest for column in columns) == 1
    model = ConnectionModel()
    model.show_lines((), columns, TOLD, range(0))
    for place, column in enumerate(columns):
        tip = model.headerData(place, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        assert tip == tr(f"columntip.{column.key}")


def test_a_column_more_is_one_line() -> None:
    more: ConnectionColumn[ConnectionSnapshot] = ConnectionColumn(
        "unsent", lambda item, _: str(item.unsent)
    )
    assert cells(line_of(ITEM), (*STREAM, more), TOLD) == (
        *cells(line_of(ITEM), STREAM, TOLD),
        "44",
    )
