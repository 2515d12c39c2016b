"""Half-close, abort, close: the three ways to end a connection, and why one of them is off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QPushButton

from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ConnectionSnapshot
from workbench.viewmodel.message import Sentence, msg
from workbench.viewmodel.silence import TWO_WAY

if TYPE_CHECKING:
    from workbench.ui.endpoint.command_runner import CommandRunner

Targets = Callable[[], Sequence[c.Target]]


class CloseButtons(QObject):
    """A panel lays them out and says what Close means.

    Attributes:
        half_close, abort: act on each of the connections that are meant.
        close: only the panel knows what there is to close.
    """

    def __init__(self, panel: CommandRunner, half: Targets, abort: Targets) -> None:
        """`half`, `abort`: whom these two hit; None among them is the current one."""
        super().__init__(panel)
        self._panel = panel
        self._half, self._abort = half, abort
        self.half_close = panel.controls.add(QPushButton(), "half_close")
        self.abort = panel.controls.add(QPushButton(), "abort")
        self.close = panel.controls.add(QPushButton(), "close")
        self.half_close.clicked.connect(self._on_half_close)
        self.abort.clicked.connect(self._on_abort)

    def show_family(self, family: str) -> None:
        """A unix socket has no reset (unix(7)): there Abort is not labelled with one."""
        key = "abort_unix" if family == "AF_UNIX" else "abort"
        self._panel.controls.recaption(self.abort, key)

    @Slot()
    def _on_half_close(self) -> None:
        for target in self._half():
            self._panel.act("half_close", c.Shutdown(self._panel.name, connection=target))

    @Slot()
    def _on_abort(self) -> None:
        for target in self._abort():
            self._panel.act("abort", c.Abort(self._panel.name, connection=target))


def why_no_half_close(item: ConnectionSnapshot | None) -> Sentence | None:
    """Why shutdown(SHUT_WR) can do nothing on it; None where it can."""
    if item is None or item.connected_ns is None or item.errno is not None:
        return msg("why.not_connected")
    if item.closed_ns is not None:
        return msg("why.closed")
    if item.measured and item.state not in TWO_WAY:
        return msg("why.half_closed", state=item.state)
    return None


def why_no_abort(item: ConnectionSnapshot | None) -> Sentence | None:
    """Why there is nothing to reset; None where there is."""
    if item is None or item.connected_ns is None or item.errno is not None:
        return msg("why.not_connected")
    return msg("why.closed") if item.closed_ns is not None else None
