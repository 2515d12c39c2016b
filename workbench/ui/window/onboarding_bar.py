"""The strip of a first start: watch it done, or run one of the article's programs."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.fitting_label import FittingLabel
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import fit, spring

DEMOS = ("greeting", "udp-timeout", "udp-exchange")


class OnboardingBar(Retranslatable, QWidget):
    """A question, buttons that show it done, and the keys that do it by hand.

    Signals:
        autoplay_wanted(): do it slowly with the real buttons.
        demo_wanted(str): run the demonstration of this name.
        left(): the cross was pressed.
    """

    autoplay_wanted = Signal()
    demo_wanted = Signal(str)
    left = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("first_steps")
        self._label = QLabel()
        self._keys = FittingLabel()  # the numbers stand on the buttons, too
        self._keys.setProperty("muted", True)
        self._buttons: dict[str, QPushButton] = {}
        self._close = QToolButton()
        self._close.setObjectName("first_steps.close")
        self._close.setAutoRaise(True)
        row = FlowLayout(self)
        row.setContentsMargins(theme.APART, theme.TIGHT, theme.APART, theme.TIGHT)
        row.addWidget(self._label)
        for name in ("watch", *DEMOS):
            button = QPushButton()
            button.setObjectName(f"first_steps.{name}")
            self._buttons[name] = button
            row.addWidget(button)
        for widget in (self._keys, spring(), self._close):
            row.addWidget(widget)
        self._buttons["watch"].clicked.connect(self.autoplay_wanted)
        for name in DEMOS:
            self._buttons[name].clicked.connect(partial(self._on_demo, name))
        self._close.clicked.connect(self.left)
        self.retranslate()

    def _on_demo(self, name: str, _checked: bool = False) -> None:
        self.demo_wanted.emit(name)

    def retranslate(self) -> None:
        side = QSize(theme.scaled(theme.ICON), theme.scaled(theme.ICON))
        self._close.setIconSize(side)
        self._buttons["watch"].setIcon(theme.icon("play"))
        self._label.setText(tr("first.question"))
        self._keys.offer([tr("first.keys"), ""])
        for name, button in self._buttons.items():
            button.setText(tr(f"first.{name}"))
            button.setToolTip(tr(f"first.{name}_tip"))
            button.setAccessibleName(tr(f"first.{name}"))
            button.setIconSize(side)
            fit(button)
        self._close.setIcon(theme.icon("x"))
        self._close.setToolTip(tr("first.close_tip"))
        self._close.setAccessibleName(tr("first.close_tip"))
