"""The pace of the set-up's calls, and the button for the next one."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QWidget

from workbench.engine.model.settings import Pace
from workbench.ui.style.theme import NEAR
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls
from workbench.viewmodel.message import Sentence

_CHOICES = (
    (Pace.AT_ONCE.value, "choice.at_once"),
    (Pace.SLOWLY.value, "choice.slowly"),
    (Pace.STEP.value, "choice.call_by_call"),
)


class PaceControl(QWidget):
    """The choice: at once, slowly, or call by call.

    Signals:
        chosen(object): a person wants this Pace.
        next_wanted(): make the next call.
    """

    chosen = Signal(object)
    next_wanted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._controls = controls
        self.pace = controls.add(ChoiceBox(*_CHOICES), "pace")
        self.next = controls.add(QPushButton(), "next_call")
        self.pace.activated.connect(self._on_pace)
        self.next.clicked.connect(self.next_wanted)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(NEAR)
        row.addWidget(self.pace)
        row.addWidget(self.next)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    @property
    def value(self) -> Pace:
        return Pace(self.pace.value())

    def show_next(self, shown: bool, reason: Sentence | None) -> None:
        """Show *Next call* in mode call by call; `reason`: why it is disabled."""
        self.next.setVisible(shown)
        if shown:
            self._controls.enable(self.next, reason)

    @Slot()
    def _on_pace(self) -> None:
        self.next.setVisible(self.value is Pace.STEP)
        self.chosen.emit(self.value)
