"""Settings as buttons with a cross at the end of a row; a click removes one."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtWidgets import QPushButton, QWidget

from workbench.frozen import dataclass
from workbench.qt.tips import plain_tip
from workbench.ui.style import icons
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import tone


@dataclass(frozen=True, slots=True)
class RemovableChip:
    """One chip.

    Attributes:
        name: its object name. text: what it shows. tip: returns its tool tip, in the current
            language.
        drop: removes what it stands for.
    """

    name: str
    text: str
    tip: Callable[[], str]
    drop: Callable[[], None]


class RemovableChips:
    """The chips of one row; the row's owner says when they change."""

    def __init__(self, owner: QWidget, row: FlowLayout, after: QWidget) -> None:
        """`after`: the control before the first of them in the Tab order."""
        self._owner = owner
        self._row = row
        self._after = after
        self._chips: tuple[RemovableChip, ...] = ()
        self._buttons: list[QPushButton] = []

    def show(self, chips: Sequence[RemovableChip]) -> None:
        """Replace the chips by these."""
        for button in self._buttons:
            self._row.removeWidget(button)
            button.hide()
            button.deleteLater()
        self._chips = tuple(chips)
        self._buttons = [self._made(chip) for chip in chips]
        self.redraw()
        before = self._after
        for button in self._buttons:
            self._row.addWidget(button)
            QWidget.setTabOrder(before, button)
            before = button
        self._row.invalidate()

    def _made(self, chip: RemovableChip) -> QPushButton:
        button = QPushButton(chip.text.replace("&", "&&"), self._owner)
        button.setProperty("chip_button", True)
        tone(button, "info")
        button.setObjectName(chip.name)
        button.clicked.connect(lambda _checked: chip.drop())
        button.show()
        return button

    def redraw(self) -> None:
        """Word their tips in the current language, and draw their crosses in the current
        colours.
        """
        for button, chip in zip(self._buttons, self._chips, strict=True):
            tip = chip.tip()
            button.setToolTip(plain_tip(tip))
            button.setAccessibleName(chip.text)
            button.setAccessibleDescription(tip)
            button.setIcon(icons.icon("x"))
