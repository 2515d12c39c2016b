"""What the kernel knows about one socket: state, readings with their meaning, small plots."""

from __future__ import annotations

import time
from dataclasses import fields
from itertools import zip_longest
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from workbench.engine.model.family import TCP, SocketKind, fitting
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import Role
from workbench.printable import escape
from workbench.qt.controller import TICK
from workbench.texts import Problem, tr
from workbench.ui.record.kernel_plots import DIAGRAM, Plot, StateDiagram
from workbench.viewmodel.option_text import show_value
from workbench.viewmodel.silence import why_silent

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
    from workbench.journal.reader import SocketRow
    from workbench.qt.controller import Controller

# In order of usefulness (models: `ss -ti`); what a system does not tell is left out.
SHOWN: Final = (
    "rtt_us",
    "min_rtt_us",
    "unread",
    "unsent",
    "notsent",
    "unacked",
    "snd_wnd",
    "rcv_wnd",
    "cwnd",
    "retransmits",
    "total_retrans",
    "backoff",
    "probes",
    "bytes_sent",
    "bytes_acked",
    "bytes_received",
    "bytes_retrans",
    "rwnd_limited_us",
    "last_data_sent_ms",
    "last_data_recv_ms",
    "last_ack_recv_ms",
    "rto_us",
    "snd_mss",
    "rcv_mss",
    "pmtu",
    "ssthresh",
    "delivery_rate",
    "segs_out",
    "segs_in",
    "lost",
    "drops",
)
PLOTTED: Final = ("unread", "unsent", "rtt_us")
_READINGS: Final = tuple(item.name for item in fields(Reading))
_AGES: Final = frozenset({"last_data_sent_ms", "last_data_recv_ms", "last_ack_recv_ms"})
"""Readings that grow while nothing happens."""
_READING_S: Final = TICK / 1000
"""Seconds of a plot that one reading stands for."""
END_NS: Final = 2**62
"""After every reading of a record."""


class KernelTab(QWidget):
    """The kernel's readings of the chosen connection, or the last ones of a closed one.

    They are read anew, ten times a second while they change, only while the tab is visible.
    """

    def __init__(self, controller: Controller) -> None:
        super().__init__()
        self.setObjectName("inspector.kernel")
        self._controller = controller
        self._shown: tuple[Path, str | None, int] | None = None
        self._sample_ns: int | None = None
        self._options: list[tuple[str, str, str]] = []
        self._options_of: object = None
        self._kind = TCP
        self._named: SocketRow | None = None
        self._words: dict[str, tuple[str, str]] = {}
        self._told: list[tuple[str, str, str]] = []
        self._activity = (0, 0, "")
        self._since = time.monotonic()
        self._read: dict[str, object] = {}
        self._plotted = 0.0
        self.who, self.head, self.silence = QLabel(), QLabel(), QLabel()
        for label in (self.who, self.head, self.silence):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setWordWrap(True)
        self.who.setObjectName("kernel.who")
        self.head.setObjectName("kernel.head")
        self.silence.setObjectName("kernel.silence")
        self.diagram = StateDiagram()
        self.plots = {key: Plot(key) for key in PLOTTED}
        self.table = QTableWidget(0, 2)
        self.table.setObjectName("kernel.table")
        self.table.horizontalHeader().hide()
        self.table.verticalHeader().hide()
        self.table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.table.setShowGrid(False)
        self.table.verticalHeader().setMinimumSectionSize(10)
        self.table.verticalHeader().setDefaultSectionSize(self.fontMetrics().lineSpacing() + 3)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.table.horizontalHeader().setSectionResizeMode(
            1, QHeaderView.ResizeMode.ResizeToContents
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 4, 6, 4)
        column.addWidget(self.who)
        column.addWidget(self.head)
        column.addWidget(self.silence)
        column.addWidget(self.diagram)
        row = QHBoxLayout()
        for plot in self.plots.values():
            row.addWidget(plot)
        column.addLayout(row)
        column.addWidget(self.table)
        column.addStretch()
        controller.snapshots_changed.connect(self._on_tick)

    @Slot()
    def _on_tick(self) -> None:
        visible = self.isVisible() and not self._controller.closed
        number = self._target()[1] if visible else None
        self._controller.watch(frozenset() if number is None else frozenset({number}))
        if visible:
            self.refresh()

    def refresh(self) -> None:
        """Show the chosen connection as it is now, or as it was at its end."""
        snapshot, number = self._target()
        endpoint = self._controller.selection.endpoint
        shown = None if number is None else (self._controller.session.record, endpoint, number)
        if shown != self._shown or shown is None:
            self._shown = shown
            self._clear()
        if number is None:
            self.head.setText(tr("kernel.choose"))
            return
        self._show_who(number)
        live = _live(snapshot, number) if snapshot is not None else None
        self._word_options(snapshot)
        if live is not None and live.reading is not None:
            self._show_live(live)
        elif (
            snapshot is not None
            and snapshot.connection == number
            and (snapshot.reading is not None)
        ):
            self._show_now(snapshot.reading, snapshot.reading.state or "")
            self.silence.hide()
        else:
            self._options, self._options_of = [], None
            self._show_last(number)

    def _word_options(self, snapshot: EndpointSnapshot | None) -> None:
        """Name, tip, and the value in effect beside the one that was asked for."""
        found = (snapshot.options, snapshot.settings.options) if snapshot is not None else ((), ())
        if found == self._options_of:
            return
        self._options_of = found
        in_effect, asked = found[0], dict(found[1])
        self._options = [
            (
                name,
                tr("kerneltip.option"),
                tr("kernel.asked", asked=show_value(asked[name]), value=show_value(value))
                if name in asked
                else show_value(value),
            )
            for name, value in in_effect
        ]

    def _target(self) -> tuple[EndpointSnapshot | None, int | None]:
        """The chosen connection; while none is chosen the newest of the endpoint in focus."""
        selection = self._controller.selection
        if selection.endpoint is None:
            return None, selection.connection
        try:
            snapshot = self._controller.snapshot(selection.endpoint)
        except Problem:  # a record of an earlier run has no endpoints
            return None, selection.connection
        if selection.connection is not None:
            return snapshot, selection.connection
        live = [item.id for item in snapshot.connections if item.closed_ns is None]
        if live or snapshot.connection is not None:
            return snapshot, live[-1] if live else snapshot.connection
        if self._shown is not None and self._shown[:2] == (
            self._controller.session.record,
            selection.endpoint,
        ):
            return snapshot, self._shown[2]  # it was just closed
        return snapshot, snapshot.connections[-1].id if snapshot.connections else None

    def _clear(self) -> None:
        """Nothing of what was shown before belongs to what comes."""
        self._sample_ns = None
        self._kind, self._named = TCP, None
        self._words.clear()
        self._options, self._options_of = [], None
        self._told = []
        self._activity, self._since = (0, 0, ""), time.monotonic()
        self._read, self._plotted = {}, 0.0
        self.who.hide()
        self.silence.hide()
        self.diagram.show_state("", anew=True)
        self.diagram.hide()
        for plot in self.plots.values():
            plot.values.clear()
            plot.hide()
        self._set_rows(0)

    def _show_who(self, number: int) -> None:
        """Which socket it is, and between which addresses."""
        row = self._named
        if row is None or None in {row.local, row.peer}:  # it may get them yet
            row = self._named = self._controller.reader.connection(number)
            kind = SocketKind(*self._controller.reader.socket_kind(number))
            if kind != self._kind:
                self._kind = kind
                self._words.clear()
        self.who.setVisible(row is not None)
        if row is None:  # not yet in the record
            return
        name = self._shown[1] if self._shown is not None else None
        count = self._controller.number_of(number)
        if self._kind.type == "SOCK_DGRAM":
            who = tr("kernel.who_datagram", name=name or "–")
        elif count is None and self._controller.role_of(name) == Role.LISTENER.value:
            who = tr("kernel.who_listener", name=name or "–")
        else:
            who = f"{name or '–'} #{count}" if count is not None else name or "–"
        ends = " > ".join(end for end in (row.local, row.peer) if end)
        self.who.setText(escape(f"{who}, {ends}" if ends else who))

    def _show_live(self, item: ConnectionSnapshot) -> None:
        activity = (item.bytes_in, item.bytes_out, item.state)
        if activity != self._activity:
            self._activity, self._since = activity, time.monotonic()
        quiet = time.monotonic() - self._since
        why = why_silent(item, quiet, self._kind) if quiet >= 2.0 else None
        self.silence.setText(why or "")
        self.silence.setVisible(why is not None)
        assert item.reading is not None
        self._show_now(item.reading, item.state)

    def _show_now(self, reading: Reading, state: str) -> None:
        state = state if self._is_tcp else ""
        self.head.setText(tr("kernel.live", state=state) if state else tr("kernel.live_datagram"))
        values = {name: getattr(reading, name) for name in _READINGS}
        read = {name: value for name, value in values.items() if name not in _AGES}
        if read != self._read:
            self._read = read
            self._controller.wake()
        self._show_reading(values, state)

    @property
    def _is_tcp(self) -> bool:
        """TCP's states and round trips are not those of a datagram or a unix socket."""
        return self._kind.family != "AF_UNIX" and self._kind.type != "SOCK_DGRAM"

    def _show_last(self, connection: int) -> None:
        last = self._controller.reader.sample_near(connection, END_NS)
        self.silence.hide()
        if last is None:
            self.head.setText(tr("kernel.no_reading"))
            return
        if last.t_ns == self._sample_ns:
            return
        self._sample_ns = last.t_ns
        reading = last.values
        state = str(reading.get("state") or "") if self._is_tcp else ""
        clock = self._controller.clock_text(last.t_ns)
        self.head.setText(
            tr("kernel.last", time=clock, state=state)
            if state
            else tr("kernel.last_datagram", time=clock)
        )
        self._show_reading(reading, state)

    def _show_reading(self, reading: dict[str, object], state: str) -> None:
        self.diagram.setVisible(state in DIAGRAM)
        self.diagram.show_state(state, anew=False)
        now = time.monotonic()
        passed = now - self._plotted if self._plotted else 0.0
        self._plotted = now
        for key, plot in self.plots.items():
            value = reading.get(key)
            if isinstance(value, int) and (state or key != "rtt_us"):
                plot.add(value, max(1, round(passed / _READING_S)))
            plot.setVisible(bool(plot.values))
        listening = state == "LISTEN"
        rows = [(key, reading[key]) for key in SHOWN if reading.get(key) is not None]
        if listening:
            rows = [
                ("queue", reading.get("unacked")),
                ("queue_limit", reading.get("sacked")),
                ("drops", reading.get("drops")),
            ]
            rows = [(key, value) for key, value in rows if value is not None]
        self._set_rows(len(rows) + len(self._options))
        words = self._words
        told = [(*(words.get(key) or self._name_and_tip(key)), f"{value:,}") for key, value in rows]
        told += self._options
        for number, (row, before) in enumerate(zip_longest(told, self._told)):
            if row is not None and row != before:
                name, tip, value = row
                self._set(number, 0, name, tip)
                self._set(number, 1, value, tip)
        self._told = told

    def _name_and_tip(self, key: str) -> tuple[str, str]:
        """What a reading is called and means for this kind of socket."""
        kind = self._kind
        found = tr(fitting(f"kernel.{key}", kind)), tr(fitting(f"kerneltip.{key}", kind))
        self._words[key] = found
        return found

    def _set_rows(self, count: int) -> None:
        """As high as its rows: the tab scrolls, the table in it does not."""
        if count != self.table.rowCount() or not count:
            self.table.setRowCount(count)
        height = self.table.verticalHeader().defaultSectionSize()
        self.table.setFixedHeight(count * height + 4)

    def _set(self, row: int, column: int, text: str, tip: str) -> None:
        item = self.table.item(row, column)
        if item is None:
            item = QTableWidgetItem()
            self.table.setItem(row, column, item)
            if column:
                item.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if item.text() != text:
            item.setText(text)
            item.setToolTip(tip)

    def retranslate(self) -> None:
        self.table.setAccessibleName(tr("inspector.kernel"))
        self._shown = None
        self.refresh()


def _live(snapshot: EndpointSnapshot, connection: int) -> ConnectionSnapshot | None:
    return next(
        (item for item in snapshot.connections if item.id == connection and item.closed_ns is None),
        None,
    )
