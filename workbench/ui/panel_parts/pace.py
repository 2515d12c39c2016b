"""How the calls that build a socket follow each other, and the button for the next one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine import commands as c
from workbench.engine.settings import Pace
from workbench.engine.snapshot import ChipState, EndpointSnapshot
from workbench.ui.panel_parts.controls import ChoiceBox
from workbench.ui.theme import GAP
from workbench.ui.wording import say

if TYPE_CHECKING:
    from workbench.ui.acting import Acting

_CHOICES = (
    (Pace.AT_ONCE.value, "choice.at_once"),
    (Pace.SLOWLY.value, "choice.slowly"),
    (Pace.STEP.value, "choice.call_by_call"),
)


class PaceBox(QWidget):
    """At once, slowly or call by call."""

    def __init__(self, panel: Acting) -> None:
        """`panel` performs what is chosen and pressed."""
        super().__init__()
        self._panel = panel
        controls = self._controls = panel.controls
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

    def show_pace(self, snapshot: EndpointSnapshot) -> None:
        """Next call is there for call by call, and works while a call is planned."""
        self.next.setVisible(self.value is Pace.STEP)
        planned = any(chip.state is ChipState.PLANNED for chip in snapshot.strip)
        self._controls.enable(self.next, None if planned else say("why.nothing_planned"))

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
        self._panel.act("pace", c.SetPace(self._panel.name, self.value))

    def step(self, count: int = 1) -> None:
        """Make so many of the planned calls."""
        self._panel.act("next_call",
                        c.Step(self._panel.name, c.Gate.CALLS, count, wait=False))

    @Slot()
    def _on_next(self) -> None:
        self.step()
