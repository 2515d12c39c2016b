"""How the calls that build a socket follow each other, and the button for the next one."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine.settings import Pace
from workbench.engine.snapshot import ChipState, EndpointSnapshot
from workbench.ui.panel_parts.controls import ChoiceBox, Controls
from workbench.ui.theme import GAP
from workbench.ui.wording import say

_CHOICES = (
    (Pace.AT_ONCE.value, "choice.at_once"),
    (Pace.SLOWLY.value, "choice.slowly"),
    (Pace.STEP.value, "choice.call_by_call"),
)


class PaceBox(QWidget):
    """At once, slowly or call by call.

    Signals:
        paced(object): a Pace was chosen.
        stepped(): Next call.
    """

    paced = Signal(object)
    stepped = Signal()

    def __init__(self, controls: Controls) -> None:
        super().__init__()
        self._controls = controls
        self.pace = controls.add(ChoiceBox(*_CHOICES), "pace")
        self.next = controls.add(QPushButton(), "next_call")
        self.pace.activated.connect(self._on_pace)
        self.next.clicked.connect(self.stepped)
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
        self.paced.emit(self.value)
