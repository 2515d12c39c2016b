"""The control of a gate: calls run by themselves, or one at a time."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode
from workbench.ui.style.theme import NEAR
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls
from workbench.viewmodel.panel_state import GateState


class GateControl(QWidget):
    """For accept, receive or send: a choice, and the button for one call.

    Signals:
        mode_chosen(object): a person wants this GateMode.
        step_wanted(): let one call through.
    """

    mode_chosen = Signal(object)
    step_wanted = Signal()

    def __init__(self, controls: NamedControls, gate: c.Gate) -> None:
        super().__init__()
        self._controls = controls
        self.mode = controls.add(
            ChoiceBox(("auto", "choice.auto"), ("paused", "choice.paused")), f"{gate}_gate"
        )
        self.one = controls.add(QPushButton(), f"{gate}_one")
        self.label = controls.caption(f"{gate}_gate", self.mode)
        self.mode.activated.connect(self._on_mode)
        self.one.clicked.connect(self.step_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        for widget in (self.label, self.mode, self.one):
            row.addWidget(widget)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> GateMode:
        return GateMode(self.mode.value())

    def show_state(self, state: GateState) -> None:
        """Show the gate's mode, unless a person is choosing another one."""
        if not self.mode.view().isVisible():
            self.mode.choose(state.mode.value)
        self._controls.enable(self.one, state.one)

    @Slot()
    def _on_mode(self) -> None:
        self.mode_chosen.emit(self.value)
