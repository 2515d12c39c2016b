"""*Repeat until*: how often, and what ends the loop."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QFrame, QVBoxLayout, QWidget

from workbench.engine.model.errors import explained
from workbench.scenario.repeat import Repeat
from workbench.scenario.steps import ANY, Expect
from workbench.texts import Problem
from workbench.ui.style import theme
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import ChoiceBox, NamedControls, TextField, group
from workbench.viewmodel import parse_fields

CHOICES: Final = (
    ("error", "choice.until_error"),
    ("errno", "choice.until_errno"),
    ("TimeoutError", None),
    ("contains", "choice.until_contains"),
    ("eof", "choice.until_eof"),
    ("", "choice.until_nothing"),
)
HUNT: Final = "1000"
"""Rounds until something that comes seldom."""
PLAIN: Final = "10"
"""Rounds when nothing is waited for."""
MOST: Final = 1_000_000


class RepeatForm(QFrame):
    """A switch that unfolds the fields of the loop.

    Signals:
        changed(): another loop is wanted, or none.
    """

    changed = Signal()

    def __init__(self, add: NamedControls) -> None:
        super().__init__()
        self.loop = add.add(QCheckBox(), "loop")
        self.times = add.add(TextField(HUNT, width=8), "times")
        self.pause = add.add(TextField("0.5", width=5), "pause")
        self.until = add.add(ChoiceBox(*CHOICES), "until")
        self.until.choose("error")
        self.errno = add.add(ChoiceBox(*((name, None) for name in explained())), "until_errno")
        self.errno.choose("ECONNRESET")
        self.words = add.add(TextField(width=16), "until_text")
        self.where = add.add(ChoiceBox((ANY, "choice.until_any")), "until_where")
        self._by_hand = False
        self.rows = QFrame()
        self.rows.setProperty("more", True)
        self._lay_out(add)
        self.loop.toggled.connect(self._on_switched)
        self.times.textEdited.connect(self._on_times_typed)
        for field in (self.times, self.pause, self.words):
            field.editingFinished.connect(self.changed)
        for box in (self.errno, self.where):
            box.activated.connect(self.changed)
        self.until.activated.connect(self._on_until)
        self._show_fitting()
        self.rows.hide()

    def _lay_out(self, add: NamedControls) -> None:
        inside = FlowLayout(self.rows)
        inside.setContentsMargins(theme.GAP, theme.GAP, theme.GAP, theme.GAP)
        self._place = group(add.caption("until_where", self.where), self.where)
        for widget in (
            group(add.caption("times", self.times), self.times),
            group(add.caption("pause", self.pause), self.pause),
            group(add.caption("until", self.until), self.until),
            self.errno,
            self.words,
            self._place,
        ):
            inside.addWidget(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.loop, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.rows)

    def fit(self) -> None:
        """Make the boxes as wide as what is chosen in them, in the current language and font."""
        for box in (self.until, self.errno, self.where):
            box.narrow()

    def begin(self) -> None:
        """Switch the loop on, and focus its first field."""
        self.loop.setChecked(True)
        self.times.setFocus(Qt.FocusReason.OtherFocusReason)
        self.times.selectAll()

    def offer(self, names: Iterable[str]) -> None:
        """Offer these endpoints as ones to watch."""
        choices: list[tuple[str, str | None]] = [(ANY, "choice.until_any")]
        self.where.offer([*choices, *((name, None) for name in names)])
        self.fit()

    def wish(self) -> Repeat | None:
        """The loop described by the fields; None: none is wanted. Raises Problem."""
        if not self.loop.isChecked():
            return None
        return Repeat(
            parse_fields.parse_whole(self.times.text(), least=1, most=MOST),
            parse_fields.parse_seconds(self.pause.text()),
            self._condition(),
        )

    def _condition(self) -> Expect | None:
        where = self.where.value()
        match self.until.value():
            case "error":
                return Expect(where, error=ANY, within=0)
            case "errno":
                return Expect(where, errno=self.errno.value(), within=0)
            case "TimeoutError":
                return Expect(where, error="TimeoutError", within=0)
            case "contains":
                if not self.words.text():
                    raise Problem("repeat.no_text")
                return Expect(where, contains=self.words.text(), within=0)
            case "eof":
                return Expect(where, call="recv", result=0, within=0)
        return None

    @Slot(str)
    def _on_times_typed(self, _text: str) -> None:
        self._by_hand = True

    @Slot(bool)
    def _on_switched(self, on: bool) -> None:
        self.rows.setVisible(on)
        self.changed.emit()

    @Slot()
    def _on_until(self) -> None:
        if not self._by_hand:
            self.times.setText(HUNT if self.until.value() else PLAIN)
        self._show_fitting()
        if self.until.value() == "contains":
            self.words.setFocus(Qt.FocusReason.OtherFocusReason)
        self.changed.emit()

    def _show_fitting(self) -> None:
        """Show only the fields that belong to the choice."""
        self.fit()
        chosen = self.until.value()
        shown: tuple[tuple[QWidget, bool], ...] = (
            (self.errno, chosen == "errno"),
            (self.words, chosen == "contains"),
            (self._place, bool(chosen)),
        )
        for widget, wanted in shown:
            widget.setVisible(wanted)
