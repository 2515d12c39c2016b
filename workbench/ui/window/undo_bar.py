"""A bar that offers *Undo* for some seconds, at a place where it covers nothing important."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import icons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP, TIGHT, WIDE
from workbench.ui.widgets.named_controls import fit, tone
from workbench.viewmodel.undo import Deed, Deeds

SHOWN_MS: Final = 10_000
"""The key works longer."""
_MOVING: Final = frozenset(
    {QEvent.Type.Resize, QEvent.Type.Move, QEvent.Type.Show, QEvent.Type.Hide}
)


class UndoBar(Retranslatable, QFrame):
    """Lies over the right end of the first visible of its places, so that nothing moves.

    It is no higher than this place, and stays while the mouse is over it, or the focus in it.

    Signals:
        told(str): what was undone, in a sentence.
    """

    told = Signal(str)

    def __init__(self, window: QWidget, places: Sequence[QWidget]) -> None:
        """`places`: parts of the window with room at the right, the best first."""
        super().__init__(window)
        self.setObjectName("undo")
        self.setProperty("message", True)
        self._places = places
        self._deeds = Deeds()
        self._deed: Deed | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SHOWN_MS)
        self._timer.timeout.connect(self._on_time)
        self._under = (window, *places)
        self.hide()

    def _make(self) -> None:
        """Make its contents, later than the start: nothing can be undone then."""
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setObjectName("undo.text")
        self.button = QPushButton()
        self.button.setObjectName("undo.undo")
        self._close = QToolButton()
        self._close.setObjectName("undo.close")
        self._close.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(WIDE, 0, GAP, 0)
        for widget in (self._label, self.button, self._close):
            row.addWidget(widget)
        self.button.clicked.connect(self.undo)
        self._close.clicked.connect(self.hide)

    @Slot(object)
    def offer(self, deed: Deed) -> None:
        """Offer to undo an action."""
        if self._deed is None:
            self._make()
        self._deeds.add(deed)
        self._deed = deed
        self.retranslate()
        self.show()
        self._place()
        self.raise_()
        self._timer.start()

    @Slot()
    def undo(self) -> None:
        """Undo the newest action; called again, the one before it."""
        self.hide()
        self._timer.stop()
        deed = self._deeds.undo()
        self.told.emit(tr("undo.nothing") if deed is None else tr("undo.done", what=deed.text))

    def drop(self, key: str) -> None:
        """Withdraw the offers of this kind: they were undone in another way."""
        self._deeds.drop(key)
        if self._deed is not None and self._deed.key == key:
            self.hide()

    @Slot()
    def _on_time(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.start()
        else:
            self.hide()

    def _place(self) -> None:
        there = next((place for place in self._places if place.isVisible()), None)
        if there is None:
            return
        where = there.mapTo(self.window(), QPoint())
        self.setFixedHeight(there.height())
        inside = max(0, there.height() - 2 * TIGHT)
        for button in (self.button, self._close):
            button.setFixedHeight(inside)
        width = min(self.sizeHint().width(), there.width())
        self.setFixedWidth(width)
        self.move(where.x() + there.width() - width, where.y())

    def showEvent(self, event: QShowEvent) -> None:
        """Watch the place that it lies over, from now on."""
        super().showEvent(event)
        for place in self._under:
            place.installEventFilter(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        for place in self._under:
            place.removeEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVING and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def retranslate(self) -> None:
        if self._deed is None:
            return
        tone(self, "info")
        self._label.setText(self._deed.text)
        self.button.setText(tr("undo.button"))
        self.button.setToolTip(tr("undo.button_tip"))
        self.button.setAccessibleName(tr("undo.button_name", what=self._deed.text))
        fit(self.button)
        self._close.setIcon(icons.icon("x"))
        self._close.setToolTip(tr("name.close"))
        self._close.setAccessibleName(tr("name.close"))
        if self.isVisible():
            self._place()
