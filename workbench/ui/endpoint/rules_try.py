"""Tries a typed message on the rules: which would answer, and how."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from workbench.texts import Problem, tr
from workbench.ui.style import theme
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import (
    ChoiceBox,
    NamedControls,
    SpokenLabel,
    TextField,
    group,
    tone,
)
from workbench.viewmodel.rule_trial import TriedMessage, told

TryOut = Callable[[str, bool], tuple[TriedMessage, ...]]
"""What is answered to a text, or to hex. Raises Problem."""


class RuleTrial(QWidget):
    """A field, and below it the answer; empty until something is typed.

    Attributes:
        message: what came, as it is typed; form: text or hex.
        answer: what is answered.
    """

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self._try_out: TryOut | None = None
        self.form = controls.add(
            ChoiceBox(("text", "choice.form_text"), ("hex", "choice.form_hex")), "rules_try_form"
        )
        self.message = controls.add(TextField(), "rules_try")
        self.message.setMinimumWidth(110)
        self.answer = controls.add(SpokenLabel(), "rules_answer")
        self.answer.setTextFormat(Qt.TextFormat.PlainText)
        self.answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.answer.setWordWrap(True)
        row = FlowLayout()
        row.addWidget(group(controls.caption("rules_try", self.message), self.form, self.message))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addLayout(row)
        column.addWidget(self.answer)
        self.message.textChanged.connect(self.judge)
        self.form.activated.connect(self.judge)
        self.judge()

    def begin(self, try_out: TryOut) -> None:
        """Use this function to judge messages from now on."""
        self._try_out = try_out
        self.judge()

    @Slot()
    def judge(self) -> None:
        """Judge the message again: it or a rule has changed."""
        text = self.message.text()
        said, bad = "", False
        if text and self._try_out is not None:
            try:
                found = self._try_out(text, self.form.value() == "hex")
            except Problem as problem:
                said, bad = problem.text, True
            else:
                said = _lines(found)
        tone(self.answer, "bad" if bad else "")
        self.answer.setText(said)
        self.answer.setVisible(bool(said))


def _lines(found: tuple[TriedMessage, ...]) -> str:
    """A line for each message, numbered if there are several."""
    if len(found) == 1:
        return told(found[0])
    return "\n".join(
        tr("rules.try_message", number=number, answer=told(each))
        for number, each in enumerate(found, 1)
    )
