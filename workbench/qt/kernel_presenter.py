"""Presents one socket for the Kernel tab: current readings, or the last ones before its close."""

from __future__ import annotations

import time
from dataclasses import fields
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model.family import SocketKind
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import Role
from workbench.printable import escape
from workbench.texts import Problem, tr
from workbench.viewmodel.kernel_state import (
    KernelLines,
    KernelState,
    Line,
    PlotPoints,
    option_lines,
    plotted,
)
from workbench.viewmodel.silence import AFTER, why_silent

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
    from workbench.journal.reader import SocketRow
    from workbench.qt.controller import Controller

_READINGS: Final = tuple(item.name for item in fields(Reading))
_AGES: Final = frozenset({"last_data_sent_ms", "last_data_recv_ms", "last_ack_recv_ms"})
"""Readings that grow while nothing happens."""
END_NS: Final = 2**62
"""After every reading of a record."""


class KernelPresenter(QObject):
    """Follows the chosen connection; without one, the newest of the focused endpoint.

    Its readings are taken anew, up to ten times a second while they change, but only while somebody
    looks.

    Signals:
        changed(KernelState): show this state.
        measured(PlotPoints): a reading was taken.
    """

    changed = Signal(object)
    measured = Signal(object)

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._in_sight = False
        self._shown: tuple[Path, str | None, int] | None = None
        self._state = KernelState(0)
        self._forget()
        controller.panels_shown.connect(self._on_tick)

    def _forget(self) -> None:
        """Forget everything that was shown before."""
        self._subject = self._state.subject + 1
        self._lines = KernelLines()
        self._named: SocketRow | None = None
        self._options: list[Line] = []
        self._options_of: object = None
        self._sample_ns: int | None = None
        self._activity = (0, 0, "")
        self._since = time.monotonic()
        self._read: dict[str, object] = {}
        self._measured_at = 0.0

    @Slot(bool)
    def set_in_sight(self, shown: bool) -> None:
        """Note that the tab came into sight, or left it."""
        self._in_sight = shown
        self._on_tick()

    @Slot()
    def tell(self) -> None:
        """Emit the state again, in the current language."""
        self._lines = KernelLines(self._lines.kind)
        self._options_of = None
        self._on_tick()

    @Slot()
    def _on_tick(self) -> None:
        if self._controller.closed:
            return
        if not self._in_sight:
            self._controller.watch(frozenset())
            return
        snapshot, number = self._target()
        self._controller.watch(frozenset() if number is None else frozenset({number}))
        endpoint = self._controller.selection.endpoint
        shown = None if number is None else (self._controller.session.record, endpoint, number)
        if shown != self._shown:
            self._shown = shown
            self._forget()
        if number is None:
            self._show(KernelState(self._subject, head=tr("kernel.choose")))
        else:
            self._present(snapshot, number)

    def _target(self) -> tuple[EndpointSnapshot | None, int | None]:
        """The snapshot of the focused endpoint, and the socket to show."""
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

    def _present(self, snapshot: EndpointSnapshot | None, number: int) -> None:
        """Show a socket as it is now, or as it was at its end."""
        who = self._who(number)
        live = _live(snapshot, number) if snapshot is not None else None
        if snapshot is not None and live is not None and live.reading is not None:
            self._show_now(who, snapshot, live.reading, live.state, self._silence(live))
        elif (
            snapshot is not None and snapshot.connection == number and snapshot.reading is not None
        ):
            self._show_now(who, snapshot, snapshot.reading, snapshot.reading.state or "", "")
        else:
            self._show_last(who, number)

    def _who(self, number: int) -> str:
        """The socket's name and addresses; "": it is not in the record."""
        row = self._named
        if row is None or None in {row.local, row.peer}:  # it may still get them
            row = self._named = self._controller.reader.connection(number)
            kind = SocketKind(*self._controller.reader.socket_kind(number))
            if kind != self._lines.kind:
                self._lines = KernelLines(kind)
        if row is None:
            return ""
        name = self._shown[1] if self._shown is not None else None
        count = self._controller.number_of(number)
        if self._lines.kind.type == "SOCK_DGRAM":
            who = tr("kernel.who_datagram", name=name or "–")
        elif count is None and self._controller.role_of(name) == Role.LISTENER.value:
            who = tr("kernel.who_listener", name=name or "–")
        else:
            who = f"{name or '–'} #{count}" if count is not None else name or "–"
        ends = " > ".join(end for end in (row.local, row.peer) if end)
        return escape(f"{who}, {ends}" if ends else who)

    def _silence(self, item: ConnectionSnapshot) -> str:
        activity = (item.bytes_in, item.bytes_out, item.state)
        if activity != self._activity:
            self._activity, self._since = activity, time.monotonic()
        quiet = time.monotonic() - self._since
        return (why_silent(item, quiet, self._lines.kind) if quiet >= AFTER else None) or ""

    def _show_now(
        self, who: str, snapshot: EndpointSnapshot, reading: Reading, state: str, silence: str
    ) -> None:
        if (asked := (snapshot.options, snapshot.settings.options)) != self._options_of:
            self._options_of = asked
            self._options = option_lines(*asked)
        state = state if self._lines.has_states else ""
        head = tr("kernel.live", state=state) if state else tr("kernel.live_datagram")
        values = {name: getattr(reading, name) for name in _READINGS}
        read = {name: value for name, value in values.items() if name not in _AGES}
        if read != self._read:
            self._read = read
            self._controller.wake()
        lines = (*self._lines.lines(values, state), *self._options)
        self._show(KernelState(self._subject, who, head, silence, state, lines))
        self._measure(values, state)

    def _show_last(self, who: str, number: int) -> None:
        """Show the last reading of a closed socket, without options."""
        last = self._controller.reader.sample_near(number, END_NS)
        if last is None:
            self._show(KernelState(self._subject, who, head=tr("kernel.no_reading")))
            return
        reading = last.values
        state = str(reading.get("state") or "") if self._lines.has_states else ""
        clock = self._controller.clock_text(last.t_ns)
        head = (
            tr("kernel.last", time=clock, state=state)
            if state
            else tr("kernel.last_datagram", time=clock)
        )
        lines = tuple(self._lines.lines(reading, state))
        self._show(KernelState(self._subject, who, head, "", state, lines))
        if last.t_ns != self._sample_ns:
            self._sample_ns = last.t_ns
            self._measure(reading, state)

    def _measure(self, reading: Mapping[str, object], state: str) -> None:
        now = time.monotonic()
        passed = now - self._measured_at if self._measured_at else 0.0
        self._measured_at = now
        self.measured.emit(PlotPoints(plotted(reading, state), passed))

    def _show(self, state: KernelState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)


def _live(snapshot: EndpointSnapshot, connection: int) -> ConnectionSnapshot | None:
    return next(
        (item for item in snapshot.connections if item.id == connection and item.closed_ns is None),
        None,
    )
