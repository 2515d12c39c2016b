"""A line above the panels about the demonstration or file that is run: what to look at, whether
it held, what to try next.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
)

from workbench.qt.tips import plain_tip
from workbench.texts import Problem, tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit, tone

if TYPE_CHECKING:
    from workbench.labs.demos import Demo
    from workbench.qt.scenario_player import FileRun


class DemoBar(Retranslatable, QFrame):
    """Hidden until a demonstration or a file runs; it stays until it is dismissed.

    Signals:
        again(object): run this Demo or FileRun once more.
    """

    again = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("lesson")
        self.setProperty("message", True)
        self._demo: Demo | FileRun | None = None
        self._said = ""
        self._problem: Problem | None = None
        self._ended = False
        self.hide()

    def _make(self) -> None:
        """Make its contents, later than the start: no start has a demonstration."""
        self._title = self._label("lesson.title")
        self._shows = self._label("lesson.shows")
        self._turn = self._label("lesson.turn")
        self._again = QPushButton()
        self._again.setObjectName("lesson.again")
        self._again.clicked.connect(self._on_again)
        self._close = QToolButton()
        self._close.setObjectName("lesson.close")
        self._close.setAutoRaise(True)
        self._close.clicked.connect(self.hide)
        words = QVBoxLayout()
        words.setSpacing(theme.HAIR)
        for label in (self._title, self._shows, self._turn):
            words.addWidget(label)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.WIDE, theme.NEAR, theme.GAP, theme.NEAR)
        row.addLayout(words, 1)
        row.addWidget(self._again)
        row.addWidget(self._close)

    def _label(self, name: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        return label

    @Slot(object)
    def begin(self, demo: Demo | FileRun) -> None:
        """Say that this is running now."""
        if self._demo is None:
            self._make()
        self._demo, self._problem, self._ended, self._said = demo, None, False, ""
        kept = self._turn.sizePolicy()
        # its end must not move anything under the mouse
        kept.setRetainSizeWhenHidden(bool(demo.your_turn))
        self._turn.setSizePolicy(kept)
        self.retranslate()
        self.show()

    @Slot(object, str)
    def end(self, problem: Problem | None, said: str) -> None:
        """Say that it has ended; `problem`: why it did not hold, `said`: how its loop ended."""
        self._problem, self._ended, self._said = problem, True, said
        self.retranslate()

    def retranslate(self) -> None:
        if self._demo is None:
            return
        self._again.setText(tr("lesson.again"))
        self._again.setAccessibleName(tr("lesson.again"))
        self._again.setToolTip(tr("lesson.again_tip"))
        fit(self._again)
        self._close.setIcon(icons.icon("x"))
        self._close.setToolTip(tr("name.close"))
        self._close.setAccessibleName(tr("name.close"))
        key = "running" if not self._ended else "held" if self._problem is None else "failed"
        reason = self._problem.text if self._problem is not None else ""
        of_file = not self._demo.your_turn
        said = (
            tr("lesson.did_not_hold") if reason and of_file else tr(f"lesson.{key}", reason=reason)
        )
        self._title.setText(f"{self._demo.title} – {said}")
        font = QApplication.font()
        font.setBold(True)
        self._title.setFont(font)
        tone(self, {"running": "info", "held": "good", "failed": "bad"}[key])
        self._shows.setText((reason if of_file else "") or self._said or self._demo.shows)
        self._shows.setToolTip(plain_tip(self._demo.shows) if of_file else "")
        turn = self._demo.your_turn
        self._turn.setText(tr("demos.your_turn", text=turn) if turn else "")
        self._turn.setVisible(bool(turn) and self._ended)

    def _on_again(self) -> None:
        if self._demo is not None:
            self.again.emit(self._demo)
