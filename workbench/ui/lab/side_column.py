"""The left side of the lab: the article, the prediction, and the kernel's readings."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_data import ClientState, Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.backlog_words import counters
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import APART
from workbench.ui.widgets.named_controls import NamedControls, TextField
from workbench.viewmodel import parse_fields

COUNTED: Final = (
    ("connected", (ClientState.QUEUED, ClientState.ACCEPTED, ClientState.UNFINISHED)),
    ("silent", (ClientState.SILENT, ClientState.TIMED_OUT)),
    ("refused", (ClientState.REFUSED,)),
    ("reset", (ClientState.RESET,)),
    ("again", (ClientState.AGAIN,)),
    ("error", (ClientState.ERROR,)),
)
WIDE: Final = 32
"""Width of the column, in digits of the font in force."""
LEAST: Final = 250
"""Least width of the column, in pixels."""
ALWAYS: Final = frozenset({"connected", "silent", "refused"})
"""Outcomes that are listed though nobody has them: the prediction is about these."""


class SideColumn(Retranslatable, QScrollArea):
    """Three sections, one below the other, which scroll if the window is too low.

    Attributes:
        said: the fields of the prediction.
        numbers, drops: how many clients are in which state, and the counters beside them.
    """

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.said = {
            name: controls.add(TextField("", width=4), f"said_{name}", "lab_said")
            for name in ("connected", "refused", "silent")
        }
        self._heads = {name: QLabel() for name in ("article", "said", "now")}
        self._article, self.numbers, self.drops = QLabel(), QLabel(), QLabel()
        self._said_labels = {name: QLabel() for name in self.said}
        for label in (
            *self._heads.values(),
            self._article,
            self.numbers,
            self.drops,
            *self._said_labels.values(),
        ):
            label.setTextFormat(Qt.TextFormat.PlainText)
        for label in (self._article, self.drops):
            label.setWordWrap(True)
        self.setObjectName("lab.side")
        self.setProperty("reading", True)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._lay_out()
        self.retranslate()

    def _lay_out(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, APART, 0)
        column.addWidget(self._heads["article"])
        column.addWidget(self._article)
        column.addSpacing(8)
        column.addWidget(self._heads["said"])
        grid = QGridLayout()
        for number, (name, field) in enumerate(self.said.items()):
            grid.addWidget(field, number, 0)
            grid.addWidget(self._said_labels[name], number, 1)
        grid.setColumnStretch(1, 1)
        column.addLayout(grid)
        column.addSpacing(8)
        column.addWidget(self._heads["now"])
        column.addWidget(self.numbers)
        column.addWidget(self.drops)
        column.addStretch()
        self.setWidget(page)

    def fit(self, room: int) -> None:
        """Set the width: WIDE digits, but no more than a quarter of a window of `room` pixels."""
        wished = WIDE * self.fontMetrics().horizontalAdvance("0")
        self.setFixedWidth(max(LEAST, min(wished, room // 4)))

    def prediction(self) -> Prediction | None:
        """The prediction that was typed; None: the fields are empty.

        Raises:
            Problem: a field does not contain a number.
        """
        texts = {name: field.text().strip() for name, field in self.said.items()}
        if not any(texts.values()):
            return None
        numbers = {
            name: parse_fields.parse_whole(text or "0", least=0, most=10_000)
            for name, text in texts.items()
        }
        return Prediction(**numbers)

    def show_claim(self, claim: int) -> None:
        """Show the article's claim for the backlog that is set up."""
        self._article.setText(tr("backlog.article", claim=claim))

    def show_picture(self, picture: Picture, settings: BacklogSettings) -> None:
        """Show how many clients are in which state, and the counters beside them."""
        lines = []
        for name, states in COUNTED:
            if picture.count(*states) or name in ALWAYS:
                lines.append(f"{picture.count(*states):>4}  {tr(f'lab.count_{name}')}")
            gave_up = picture.count(ClientState.TIMED_OUT) if name == "silent" else 0
            if gave_up:
                lines.append(f"{'':>8}{tr('lab.count_gave_up', count=gave_up)}")
        self.numbers.setText("\n".join(lines))
        self.drops.setText("\n".join(counters(picture, settings.mode, settings.family)))

    def retranslate(self) -> None:
        self.setAccessibleName(tr("lab.head_now"))
        for name, label in self._heads.items():
            font = label.font()
            font.setBold(True)
            label.setFont(font)
            label.setText(tr(f"lab.head_{name}"))
        for name, label in self._said_labels.items():
            label.setText(tr(f"lab.said_{name}"))
        silent = plain_tip(tr("lab.count_silent_tip"))
        for label in (self.numbers, self._said_labels["silent"]):
            label.setToolTip(silent)
        for label in (self._heads["article"], self._article):
            label.setToolTip(plain_tip(tr("lab.head_article_tip")))
