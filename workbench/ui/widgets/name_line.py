"""A line that asks for a name under which something is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, TextField
from workbench.viewmodel.message import msg


class NameWords(NamedTuple):
    """Text keys, which also name the field and the buttons.

    `empty`: what the button does without a name; "": then it is off.
    """

    name: str
    keep: str
    replace: str
    cancel: str
    empty: str = ""


class NameLine(QWidget):
    """Hidden until a name is wanted; Enter takes it, Esc dismisses the line.

    Attributes:
        is_taken: whether something has that name already: then it is replaced.

    Signals:
        agreed(str): keep it under this name; of "folder/name" the last part is not empty, unless
            the words say what an empty one does.
        left(): it was put away.
    """

    agreed = Signal(str)
    left = Signal()

    def __init__(self, controls: NamedControls, words: NameWords) -> None:
        super().__init__()
        self._controls = controls
        self._words = words
        self.is_taken: Callable[[str], bool] = lambda _name: False
        self.name = controls.add(TextField(), words.name)
        self.keep = controls.add(QPushButton(), words.keep)
        self.cancel = controls.add(QPushButton(), words.cancel)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for widget in (controls.caption(words.name, self.name), self.name, self.keep, self.cancel):
            row.addWidget(widget)
        self.name.textChanged.connect(self._judge)
        self.name.returnPressed.connect(self._on_keep)
        self.keep.clicked.connect(self._on_keep)
        self.cancel.clicked.connect(self._leave)
        self.hide()

    def begin(self) -> None:
        """Ask."""
        self._judge()
        self.show()
        self.name.setFocus()
        self.name.selectAll()

    @Slot()
    def _judge(self) -> None:
        """What the button will do: keep, replace, or nothing without a name."""
        named = bool(self.name.text().rpartition("/")[2].strip())
        if not named and self._words.empty:
            self._controls.enable(self.keep, None)
            self._controls.recaption(self.keep, self._words.empty)
            return
        self._controls.enable(self.keep, None if named else msg("why.no_name"))
        taken = named and self.is_taken(self.name.text())
        self._controls.recaption(self.keep, self._words.replace if taken else self._words.keep)

    @Slot()
    def _on_keep(self) -> None:
        if self.keep.isEnabled():
            self.agreed.emit(self.name.text())
            self._leave()

    @Slot()
    def _leave(self) -> None:
        self.hide()
        self.left.emit()

    def event(self, event: QEvent) -> bool:
        """Esc in a part of it belongs to this line, before the window's own Esc."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._leave()
                return True
        return super().event(event)
