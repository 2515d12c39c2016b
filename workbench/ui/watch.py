"""Watch it: presses the window's real buttons slowly, each of them ringed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QPoint, QRect, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QWidget

from workbench.ui import theme

if TYPE_CHECKING:
    from workbench.ui.main_window import MainWindow

LOOK: Final = 100
"""Milliseconds between two looks whether the window is ready for the next press."""
RINGED: Final = 1200
"""Milliseconds that a button is ringed before it is pressed."""
MARGIN: Final = 5


class Ring(QWidget):
    """A frame around a control; it takes no clicks."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setObjectName("watch.ring")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def surround(self, target: QWidget) -> None:
        where = target.mapTo(self._window, QPoint(0, 0))
        self.setGeometry(QRect(where, target.size()).adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.current().busy.edge), 3))
        painter.drawRoundedRect(self.rect().adjusted(2, 2, -2, -2), 8, 8)


class Watch(QObject):
    """Listen, Connect, Send, one after the other; the connection stays open.

    Signals:
        ended(): all pressed, or stopped.
    """

    ended = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._ring = Ring(window)
        self._steps: list[tuple[str, Callable[[], bool]]] = []
        self._target: QAbstractButton | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._on_time)

    @property
    def running(self) -> bool:
        return bool(self._steps) or self._target is not None

    def start(self) -> None:
        """Begin, or begin again."""
        self.stop()
        self._steps = [(name, self._ready(name)) for name in
                       ("server.listen", "client.connect", "client.send")]
        self._timer.start(LOOK)

    def stop(self) -> None:
        """Press nothing more."""
        was = self.running
        self._timer.stop()
        self._steps.clear()
        self._target = None
        self._ring.hide()
        if was:
            self.ended.emit()

    def _ready(self, name: str) -> Callable[[], bool]:
        """Send waits for the connection; the others for their button only."""
        def ready() -> bool:
            button = self._window.findChild(QAbstractButton, name)
            if button is None or not button.isEnabled():
                return False
            state = self._window.findChild(QWidget, "client.state")
            return name != "client.send" or getattr(state, "text", str)() == "ESTABLISHED"

        return ready

    @Slot()
    def _on_time(self) -> None:
        if self._target is not None:
            self._target.click()
            self._target = None
            self._ring.hide()
            if not self._steps:
                self.ended.emit()
                return
        elif self._steps and self._steps[0][1]():
            name, _ = self._steps.pop(0)
            self._target = self._window.findChild(QAbstractButton, name)
            if self._target is not None:
                self._ring.surround(self._target)
                self._timer.start(RINGED)
                return
        elif self._steps and self._already_done():
            self._steps.pop(0)
        self._timer.start(LOOK)

    def _already_done(self) -> bool:
        """Listening or connected already: go on with what is left."""
        side, _, _ = self._steps[0][0].partition(".")
        state = self._window.findChild(QWidget, f"{side}.state")
        shown = getattr(state, "text", str)()
        return (side, shown) in (("server", "LISTEN"), ("client", "ESTABLISHED")) and (
            self._steps[0][0] != "client.send"
        )
