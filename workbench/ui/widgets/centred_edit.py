"""A line edit whose text is centred in every script."""

from __future__ import annotations

from math import floor
from typing import Final

from PySide6.QtCore import QEvent, Qt, Slot
from PySide6.QtGui import QFocusEvent, QMouseEvent, QTextLayout
from PySide6.QtWidgets import QLineEdit, QWidget

LOOKED_AT: Final = 200
"""Characters; further ones bring no other height as a rule."""


class CentredEdit(QLineEdit):
    """Corrects QLineEdit, which moves text up by half of what its font exceeds the field's own, as
    Chinese behind Latin does.

    Attributes:
        whole_at_click: the click that enters it chooses all of it, as in the address field of a
            browser: what stands there is mostly replaced as a whole.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.whole_at_click = False
        self._entered = False
        self.textChanged.connect(self._centre)
        self._centre()

    @Slot()
    def _centre(self) -> None:
        text = self.text()[:LOOKED_AT]
        # for the field's own font only: as high as it, without laying it out
        down = 0 if text.isascii() else floor((self._height(text) - self._height("x")) / 2)
        if down != self.textMargins().top():
            self.setTextMargins(0, down, 0, -down)

    def _height(self, text: str) -> float:
        layout = QTextLayout(text, self.font())
        layout.beginLayout()
        line = layout.createLine()
        layout.endLayout()
        return line.height()

    def event(self, event: QEvent) -> bool:
        """Leave Ctrl+Z to the window if there is nothing to undo here: a paste into one field may
        have filled others as well.
        """
        if event.type() == QEvent.Type.ShortcutOverride:
            from workbench.ui.widgets.undo_key import is_for_the_window  # not at the start

            if is_for_the_window(event, undoable=self.isUndoAvailable()):
                event.ignore()
                return True
        return super().event(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._entered = self.whole_at_click and event.reason() == Qt.FocusReason.MouseFocusReason

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Keep a part selected that the mouse was dragged over."""
        super().mouseReleaseEvent(event)
        entered, self._entered = self._entered, False
        if entered and event.button() == Qt.MouseButton.LeftButton and not self.hasSelectedText():
            self.selectAll()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._centre()
