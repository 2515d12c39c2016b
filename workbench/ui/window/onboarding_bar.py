"""The strip of a first start: watch it, or run the programs of the article."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QSize, QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.fitting_label import FittingLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import fit, spring

DEMOS = ("greeting", "udp-timeout", "udp-exchange")
NEXT = ("demonstrations", "backlog_lab", "manual")
"""Commands that the strip offers when the first steps are done."""


class OnboardingBar(Retranslatable, QWidget):
    """A question, buttons that show it done, and the keys to do it by hand; later where to go on.
    Its height stays, so that nothing moves under the mouse.

    Attributes:
        done: the first steps are.

    Signals:
        autoplay_wanted(): do it slowly with the real buttons.
        demo_wanted(str): run the demonstration of this name.
        command_wanted(str): do this command of the window.
        left(): the cross was pressed.
        window_left(): the mouse has left the window.
    """

    autoplay_wanted = Signal()
    demo_wanted = Signal(str)
    command_wanted = Signal(str)
    left = Signal()
    window_left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("first_steps")
        self._label = QLabel()
        self._keys = FittingLabel()  # the numbers are on the buttons, too
        self._keys.setProperty("muted", True)
        self._buttons: dict[str, QPushButton] = {}
        self._close = QToolButton()
        self._close.setObjectName("first_steps.close")
        self._close.setAutoRaise(True)
        row = FlowLayout(self)
        row.setContentsMargins(theme.GAP, theme.TIGHT, theme.GAP, theme.TIGHT)
        row.addWidget(self._label)
        for name in ("watch", *DEMOS, *NEXT):
            button = QPushButton()
            button.setObjectName(f"first_steps.{name}")
            self._buttons[name] = button
            row.addWidget(button)
        for widget in (self._keys, spring(), self._close):
            row.addWidget(widget)
        self._buttons["watch"].clicked.connect(self.autoplay_wanted)
        for name in DEMOS:
            self._buttons[name].clicked.connect(partial(self._on_demo, name))
        for name in NEXT:
            self._buttons[name].clicked.connect(partial(self._on_next, name))
        self._close.clicked.connect(self.left)
        self.done = False
        self.ask()

    def _on_demo(self, name: str, _checked: bool = False) -> None:
        self.demo_wanted.emit(name)

    def _on_next(self, name: str, _checked: bool = False) -> None:
        self.command_wanted.emit(name)

    def ask(self) -> None:
        """Show the question of a first start."""
        self.done = False
        self.retranslate()

    def go_on(self) -> None:
        """Show how to continue, since the first steps are done."""
        self.window().installEventFilter(self)
        self.setMinimumHeight(self.height())
        self.done = True
        self.retranslate()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice when the mouse leaves the window."""
        if event.type() == QEvent.Type.Leave and watched is self.window():
            QTimer.singleShot(0, self, self.window_left.emit)
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay it out anew: in another width it may take another line, or none."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.setMinimumHeight(0)

    def retranslate(self) -> None:
        side = theme.scaled(theme.ICON)
        self._close.setIconSize(QSize(side, side))
        self._buttons["watch"].setIcon(icons.icon_before_words("play"))
        self._label.setText(tr("first.done" if self.done else "first.question"))
        self._keys.offer([tr("first.keys"), ""] if not self.done else [""])
        for name, button in self._buttons.items():
            button.setVisible((name in NEXT) == self.done)
            button.setText(tr(f"first.{name}"))
            button.setToolTip(tr(f"first.{name}_tip"))
            button.setAccessibleName(tr(f"first.{name}"))
            button.setIconSize(QSize(side + theme.TIGHT, side))
            fit(button)
        self._close.setIcon(icons.icon("x"))
        self._close.setToolTip(tr("first.close_tip"))
        self._close.setAccessibleName(tr("first.close_tip"))
