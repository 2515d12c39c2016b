"""Half-close, abort, close: the three ways to end a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QPushButton

from workbench.engine import commands as c

if TYPE_CHECKING:
    from workbench.ui.acting import Acting
    from workbench.ui.choice import Choice


class EndButtons(QObject):
    """A panel lays them out and says what Close means.

    Attributes:
        half_close, abort: act on the connection that is meant.
        close: only the panel knows what there is to close.
    """

    def __init__(self, panel: Acting, choice: Choice) -> None:
        super().__init__(panel)
        self._panel = panel
        self._choice = choice
        self.half_close = panel.controls.add(QPushButton(), "half_close")
        self.abort = panel.controls.add(QPushButton(), "abort")
        self.close = panel.controls.add(QPushButton(), "close")
        self.half_close.clicked.connect(self._on_half_close)
        self.abort.clicked.connect(self._on_abort)

    @Slot()
    def _on_half_close(self) -> None:
        self._panel.act("half_close", c.Shutdown(self._panel.name, connection=self._choice.number))

    @Slot()
    def _on_abort(self) -> None:
        self._panel.act("abort", c.Abort(self._panel.name, connection=self._choice.number))
