"""A line that asks for a name under which something is kept."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from workbench.named_tuple import NamedTuple
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.late_part import LatePart
from workbench.ui.widgets.named_controls import NamedControls, TextField, fit
from workbench.viewmodel.message import msg


class NameWords(NamedTuple):
    """Text keys, which also name the field and the buttons.

    `empty`: what the button does without a name; "": it is then disabled.
    """

    name: str
    keep: str
    replace: str
    cancel: str
    empty: str = ""


class _NameFields(QWidget):
    """The name, and the two buttons."""

    def __init__(self, controls: NamedControls, words: NameWords) -> None:
        super().__init__()
        self.name = controls.add(TextField(), words.name)
        self.keep = controls.add(QPushButton(), words.keep)
        self.cancel = controls.add(QPushButton(), words.cancel)
        label: QLabel = controls.caption(words.name, self.name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        for widget in (label, self.name, self.keep, self.cancel):
            row.addWidget(widget)
        for button in (self.keep, self.cancel):
            fit(button)


class NameLine(LatePart[_NameFields]):
    """Hidden until a name is wanted, and built then; Enter takes it, Esc dismisses the line.

    Attributes:
        is_taken: whether something has that name already, which is then replaced.

    Signals:
        agreed(str): keep it under this name; the last part of "folder/name" is not empty, unless
            the words say what an empty one does.
        left(): it was dismissed.
    """

    agreed = Signal(str)
    left = Signal()

    def __init__(self, controls: NamedControls, words: NameWords) -> None:
        super().__init__(self._make)
        self._controls = controls
        self._words = words
        self._go_back: Callable[[], None] = lambda: None
        self.is_taken: Callable[[str], bool] = lambda _name: False

    def _make(self) -> _NameFields:
        made = _NameFields(self._controls, self._words)
        made.name.textChanged.connect(self._judge)
        made.name.returnPressed.connect(self._on_keep)
        made.keep.clicked.connect(self._on_keep)
        made.cancel.clicked.connect(self._leave)
        return made

    def begin(self, name: str | None = None) -> None:
        """Ask for a name; `name` can be edited, and is by default the one typed last."""
        from workbench.ui.widgets.focus_back import focus_back  # imported late: no start needs it

        field = self.part.name
        if name is not None:
            field.setText(name)
        self._judge()
        self._go_back = focus_back(self)
        self.show()
        field.setFocus()
        field.selectAll()

    @Slot()
    def _judge(self) -> None:
        """What the button will do: keep, replace, or nothing without a name."""
        text, keep = self.part.name.text(), self.part.keep
        named = bool(text.rpartition("/")[2].strip())
        if not named and self._words.empty:
            self._controls.enable(keep, None)
            self._controls.recaption(keep, self._words.empty)
            return
        self._controls.enable(keep, None if named else msg("why.no_name"))
        taken = named and self.is_taken(text)
        self._controls.recaption(keep, self._words.replace if taken else self._words.keep)

    @Slot()
    def _on_keep(self) -> None:
        if self.part.keep.isEnabled():
            self.agreed.emit(self.part.name.text())
            self._leave()

    @Slot()
    def _leave(self) -> None:
        self._go_back()
        self.hide()
        self.left.emit()

    def event(self, event: QEvent) -> bool:
        """Let Esc in a part of it close this line, before the window's own Esc."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._leave()
                return True
        return super().event(event)
