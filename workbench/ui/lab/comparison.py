"""Compares prediction, article and observation, with the reasons."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.labs.backlog_compare import Comparison, Prediction, compare, readings
from workbench.labs.backlog_data import Result
from workbench.labs.modes.mode_table import WAYS
from workbench.labs.modes.probe import Hindrances
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.theme import GAP, NEAR, ROOMY
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import fit, tone


class ComparisonView(QScrollArea):
    """The table of numbers, the reasons, and buttons for another try.

    It is built anew for each run.

    Signals:
        wanted(object): run again in this LabMode: a way to a real refusal.

    Attributes:
        hindered: names of the modes that cannot run here, and why.
    """

    wanted = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.hindered: Hindrances = {}
        self.setObjectName("lab.comparison")
        self.setProperty("reading", True)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    def show_result(self, result: Result, said: Prediction | None) -> None:
        found = compare(result, said)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(GAP, NEAR, GAP, NEAR)
        column.addLayout(self._table(found))
        if readings(result):
            column.addWidget(_words(readings(result)))
        for key, reasons in (("why", found.reasons), ("elsewhere", found.elsewhere)):
            column.addWidget(_words(tr(f"backlog.head_{key}", os=result.os), bold=True))
            for reason in reasons:
                column.addWidget(_words(reason.text))
        column.addWidget(_words(tr("backlog.head_ways"), bold=True))
        column.addLayout(self._ways())
        column.addStretch()
        self.setWidget(page)

    def _table(self, found: Comparison) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(ROOMY)
        heads = (
            "",
            tr("backlog.head_said"),
            tr("backlog.head_article"),
            tr("backlog.head_observed"),
        )
        for place, head in enumerate(heads):
            grid.addWidget(_words(head, bold=True), 0, place)
        for number, row in enumerate(found.rows, 1):
            said = "–" if row.said is None else str(row.said)
            for place, text in enumerate((row.label, said, str(row.article), str(row.observed))):
                label = _words(text, bold=place == 3)
                if place in {1, 2} and text not in {"–", str(row.observed)}:
                    label.setProperty("badge", True)
                    tone(label, "bad")
                elif place == 3:
                    label.setProperty("badge", True)
                    tone(label, "good")
                grid.addWidget(label, number, place, Qt.AlignmentFlag.AlignLeft)
        grid.setColumnStretch(4, 1)
        return grid

    def _ways(self) -> FlowLayout:
        row = FlowLayout()
        for mode in WAYS:
            button = QPushButton(tr(f"lab.way_{mode.name}"))
            button.setObjectName(f"lab.way_{mode.name}")
            reason = self.hindered.get(mode.name)
            button.setToolTip(plain_tip(reason.text if reason else tr(f"lab.mode_{mode.name}_tip")))
            button.setEnabled(reason is None)
            button.clicked.connect(lambda _=False, mode=mode: self.wanted.emit(mode))
            fit(button)
            row.addWidget(button)
        return row


def _words(text: str, *, bold: bool = False) -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setText(text)
    label.setWordWrap(len(text) > 40)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    if bold:
        font = label.font()
        font.setBold(True)
        label.setFont(font)
    return label
