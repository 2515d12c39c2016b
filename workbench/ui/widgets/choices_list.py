"""ChoicesList: completions of what is typed, in a list below the cursor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QModelIndex, QObject, QRect, QSize, QStringListModel, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QCompleter, QWidget

from workbench.ui.style import dressing, theme

_TO_LIST: Final = frozenset(
    {Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab, Qt.Key.Key_Backtab}
)
"""Keys that choose from an open list."""


class _ClosesAtEscape(QObject):
    """Lets Escape close an open list before the window sees the key.

    It has no state of its own, since it is still called while its owner is being destroyed.
    """

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kinds = (QEvent.Type.ShortcutOverride, QEvent.Type.KeyPress)
        if not isinstance(event, QKeyEvent) or event.type() not in kinds:
            return False
        if event.key() != Qt.Key.Key_Escape or not isinstance(watched, QWidget):
            return False
        event.accept()
        if event.type() == QEvent.Type.KeyPress:
            watched.hide()
        return True


class ChoicesList(QCompleter):
    """The list of a field that finds its completions itself.

    `activated` reports a choice. Its popup is made when something is first offered; we keep no
    reference to it, since it has no parent.
    """

    def __init__(self, field: QWidget, name: str, *, preferred: bool = True) -> None:
        """`name`: that of the popup; `preferred`: the first entry is chosen already, and Enter
        takes it. Otherwise Enter belongs to the field until one was chosen, and Tab takes the
        first.
        """
        super().__init__(field)
        self._preferred = preferred
        self._field = field
        self._words = QStringListModel(self)
        self.setModel(self._words)
        self.setWidget(field)
        self.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self._closes = _ClosesAtEscape(self)
        self._name = name
        self._opened = False
        self._scheme: theme.Theme | None = None

    def offer(self, words: Sequence[str], place: QRect) -> None:
        """Show these below `place` in the field; none: close the list."""
        if not words:
            if self._opened:
                self._list().hide()
            return
        popup = self._list()
        if not self._opened:
            self._opened = True
            popup.setObjectName(self._name)
            popup.installEventFilter(self._closes)
            popup.setProperty("choices", True)
        if self._scheme is not theme.current():  # it is in no window that would dress it
            self._scheme = theme.current()
            dressing.dress(popup)
        self._words.setStringList(list(words))
        self.setCompletionPrefix("")
        popup.setFont(self._field.font())
        popup.setCurrentIndex(self.completionModel().index(0, 0))
        wide = popup.sizeHintForColumn(0) + popup.verticalScrollBar().sizeHint().width()
        self.complete(QRect(place.topLeft(), QSize(wide + 8, place.height())))
        if not self._preferred:
            popup.setCurrentIndex(QModelIndex())

    def takes(self, event: QKeyEvent) -> bool:
        """Whether a key that came to the field chooses from the open list, which then gets it."""
        if event.key() not in _TO_LIST or not self.open:
            return False
        if not self._list().currentIndex().isValid():
            self._list().hide()
            if event.key() in {Qt.Key.Key_Tab, Qt.Key.Key_Backtab}:
                self.activated.emit(self._words.stringList()[0])
                return True
            return False
        event.ignore()
        return True

    @property
    def open(self) -> bool:
        """Whether the list is in sight."""
        return self._opened and self._list().isVisible()

    def _list(self) -> QAbstractItemView:
        popup = self.popup()
        assert popup is not None
        return popup
