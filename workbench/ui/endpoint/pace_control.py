"""How the calls that build a socket follow each other, and the button for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine.model import commands as c
from workbench.engine.model.settings import GateMode, Pace
from workbench.engine.model.snapshot import Chip, ConnectionSnapshot, EndpointSnapshot
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import ChoiceBox
from workbench.viewmodel.next_call import NextCall, next_call

if TYPE_CHECKING:
    from workbench.ui.endpoint.endpoint_panel import EndpointPanel
    from workbench.ui.endpoint.gate_control import GateControl

_CHOICES = (
    (Pace.AT_ONCE.value, "choice.at_once"),
    (Pace.SLOWLY.value, "choice.slowly"),
    (Pace.STEP.value, "choice.call_by_call"),
)


class PaceControl(QWidget):
    """At once, slowly or call by call."""

    def __init__(self, panel: EndpointPanel) -> None:
        """`panel` performs what is chosen and pressed."""
        super().__init__()
        self._panel = panel
        controls = self._controls = panel.controls
        self._item: ConnectionSnapshot | None = None
        self._held: list[GateControl] = []
        self.pace = controls.add(ChoiceBox(*_CHOICES), "pace")
        self.next = controls.add(QPushButton(), "next_call")
        self.pace.activated.connect(self._on_pace)
        self.next.clicked.connect(self._on_next)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP - 2)
        row.addWidget(self.pace)
        row.addWidget(self.next)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> Pace:
        return Pace(self.pace.value())

    def show_pace(self, snapshot: EndpointSnapshot, item: ConnectionSnapshot | None) -> Chip | None:
        """Next call is there for call by call; returns what it would do after the set-up.

        `item` is the connection in question.
        """
        self.next.setVisible(self.value is Pace.STEP)
        self._item = item
        if self.value is not Pace.STEP:
            return None
        found = next_call(snapshot, item)
        if not isinstance(found, NextCall):
            self._controls.enable(self.next, found)
            return None
        self._controls.enable(self.next, None)
        return None if found.chip in snapshot.strip else found.chip

    @Slot()
    def _on_pace(self) -> None:
        self.next.setVisible(self.value is Pace.STEP)
        self._set_pace()

    def go_by_hand(self) -> None:
        """Call by call from now on, whatever was chosen."""
        if self.value is not Pace.STEP:
            self.pace.choose(Pace.STEP.value)
            self._set_pace()

    def _set_pace(self) -> None:
        """Call by call holds the gates too: every call is made by hand, not the set-up's alone."""
        self._panel.act("pace", c.SetPace(self._panel.name, self.value))
        if self.value is Pace.STEP:
            self._held = [gate for gate in self._panel.gates() if gate.value is GateMode.AUTO]
            for gate in self._held:
                gate.expect(GateMode.PAUSED)
        else:
            for gate in self._held:
                gate.expect(GateMode.AUTO)
            self._held = []
        self._panel.configured("pace")

    def step(self, count: int = 1) -> None:
        """Make so many of the planned calls."""
        self._panel.act("next_call", c.Step(self._panel.name, c.Gate.CALLS, count, wait=False))

    @Slot()
    def _on_next(self) -> None:
        """What comes next now; before the picture knows of a start, its first call."""
        found = next_call(self._panel.controller.snapshot(self._panel.name), self._item)
        if isinstance(found, NextCall):
            self._panel.act("next_call", found.command)
        else:
            self.step()
