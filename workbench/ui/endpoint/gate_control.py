"""A gate: runs by itself, or is paused and lets one call through at a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import ChoiceBox
from workbench.viewmodel.message import msg

if TYPE_CHECKING:
    from workbench.ui.endpoint.command_runner import CommandRunner

SETTLE: Final = 1.0
"""Seconds in which an endpoint answers at the latest; a picture of before is not believed."""


class GateControl(QWidget):
    """accept, receive or send: a choice and the button for one call."""

    def __init__(self, panel: CommandRunner, gate: c.Gate) -> None:
        """`panel` performs what is chosen and pressed."""
        super().__init__()
        self._panel = panel
        self._gate = gate
        controls = self._controls = panel.controls
        self._settles = 0.0  # until when pictures older than the choice may come
        self.mode = controls.add(
            ChoiceBox(("auto", "choice.auto"), ("paused", "choice.paused")), f"{gate}_gate"
        )
        self.one = controls.add(QPushButton(), f"{gate}_one")
        self.label = controls.caption(f"{gate}_gate", self.mode)
        self.mode.activated.connect(self._on_mode)
        self.one.clicked.connect(self.step)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 2)
        for widget in (self.label, self.mode, self.one):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> GateMode:
        return GateMode(self.mode.value())

    def expect(self, mode: GateMode) -> None:
        """Show a mode that the endpoint is about to be given."""
        self._settles = time.monotonic() + SETTLE
        self.mode.choose(mode.value)

    def show_mode(self, mode: GateMode, *, live: bool) -> None:
        """`live`: there is a socket on which one call can be made."""
        if mode.value == self.mode.value() or time.monotonic() > self._settles:
            self._settles = 0.0  # the endpoint has answered, or never will
        if not self._settles and not self.mode.view().isVisible():
            self.mode.choose(mode.value)
        if mode is GateMode.AUTO:
            self._controls.enable(self.one, msg("why.gate_auto"))
        else:
            self._controls.enable(self.one, None if live else msg("why.no_socket"))

    @Slot()
    def _on_mode(self) -> None:
        self._settles = time.monotonic() + SETTLE
        kind = c.Pause if self.mode.value() == GateMode.PAUSED.value else c.Resume
        self._panel.act(f"{self._gate}_gate", kind(self._panel.name, self._gate))

    @Slot()
    def step(self) -> None:
        """Let one call through."""
        self._panel.act(f"{self._gate}_one", c.Step(self._panel.name, self._gate, wait=False))
