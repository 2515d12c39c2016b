"""The large caption on a projector: the newest call, its result, and one sentence."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QMenu, QPushButton, QVBoxLayout

from workbench.texts import tr
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import TellsWhenWorded
from workbench.viewmodel.call_caption import CallCaption


class ProjectorCaption(TellsWhenWorded, QFrame):
    """The newest call as code, and its result in words below.

    Signals:
        stop_wanted(): its button *Stop all* was pressed.
        leave_wanted(): its button that ends the presentation was pressed.
        worded(): the language or the size has changed.
    """

    stop_wanted = Signal()
    leave_wanted = Signal()
    worded = Signal()

    def __init__(self, demos: QMenu, *, live: bool) -> None:
        """`demos`: what can be shown, since the menu bar is hidden on a projector. `live` False: an
        old record has no sockets to stop or to demonstrate with.
        """
        super().__init__()
        self.setObjectName("caption")
        self.setFrameShape(QFrame.Shape.StyledPanel)
        self._call = QLabel()
        self._call.setObjectName("caption.call")
        self._words = QLabel()
        self._words.setObjectName("caption.words")
        column = QVBoxLayout()
        for label in (self._call, self._words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            column.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.WIDE, theme.NEAR, theme.WIDE, theme.GAP)
        row.addLayout(column, 1)
        self._buttons = {name: QPushButton() for name in ("demos", "stop_all", "leave")}
        self._buttons["demos"].setMenu(demos)
        for name, button in self._buttons.items():
            button.setObjectName(f"caption.{name}")
            row.addWidget(button)
        self._buttons["stop_all"].clicked.connect(self.stop_wanted)
        self._buttons["leave"].clicked.connect(self.leave_wanted)
        for name in ("demos", "stop_all"):
            self._buttons[name].setEnabled(live)
        self._words.setWordWrap(True)
        self.redraw()

    def retranslate(self) -> None:
        """Word the buttons again; the rest is emitted anew."""
        for name, button in self._buttons.items():
            key = "present_end" if name == "leave" else name
            button.setText(tr(f"window.{key}"))
            button.setToolTip(tr(f"tip.{key}"))
            button.setAccessibleName(tr(f"name.{key}"))

    def redraw(self) -> None:
        """Use the fonts for the current size."""
        code = fonts.fixed_font()
        code.setPointSizeF(code.pointSizeF() * theme.LARGEST)
        code.setBold(True)
        self._call.setFont(code)
        words = self.font()
        words.setPointSizeF(words.pointSizeF() * theme.LARGER)
        self._words.setFont(words)
        self.retranslate()

    @Slot(object)
    def show_caption(self, shown: CallCaption) -> None:
        """Show the newest call."""
        self._call.setText(shown.call)
        self._words.setText(shown.words)
