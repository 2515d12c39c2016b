"""The button for one recvfrom() on a datagram socket."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QPushButton

from workbench.engine.model import commands as c
from workbench.viewmodel.message import Sentence

if TYPE_CHECKING:
    from workbench.ui.endpoint.command_runner import CommandRunner


class ReceiveOnce(QPushButton):
    """One recvfrom() that waits as the timeout says; the call strip counts down."""

    def __init__(self, panel: CommandRunner) -> None:
        super().__init__()
        self._panel = panel
        panel.controls.add(self, "recvfrom_once")
        self.clicked.connect(self._on_clicked)

    def offer(self, *, datagram: bool, reason: Sentence | None) -> None:
        """Streams have recv() by a gate; `reason` is why it is off, None where it is not."""
        self.setVisible(datagram)
        self._panel.controls.enable(self, reason)

    @Slot()
    def _on_clicked(self) -> None:
        self._panel.act("recvfrom_once", c.Recv(self._panel.name, wait=False))
