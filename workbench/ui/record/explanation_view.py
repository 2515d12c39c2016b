"""ExplanationView: an explanation as plain text, with buttons for what can be done."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QFont, QResizeEvent, QTextOption
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from workbench.explain.explain import Explanation
from workbench.texts import tr
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.named_controls import fit
from workbench.viewmodel.message import Remedy

ABOVE_HEADING: Final = 6
MOST_CODE: Final = 8
"""Lines."""


class ExplanationView(QScrollArea):
    """Headings and paragraphs as plain-text labels, so that nothing is taken for markup."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector.explain")
        self.setProperty("reading", True)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: tuple[Explanation, str] | str | None = None
        self._labels: list[_Paragraph] = []
        self._code: _Code | None = None  # made with the first that is shown
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(theme.APART, theme.GAP, theme.APART, theme.GAP)
        self._column.setSpacing(theme.TIGHT)
        self._column.addStretch()
        self.setWidget(page)

    def forget(self) -> None:
        """Have the next text laid out anew, even if it is the same."""
        self._shown = None

    def show_plain(self, text: str) -> None:
        if text != self._shown:
            self._shown = text
            self._fill([(text, False)])

    def show_explanation(self, shown: Explanation, who: str) -> None:
        if (shown, who) == self._shown:
            return
        self._shown = (shown, who)
        lines: list[tuple[str, bool]] = [(shown.title, True)]
        if who:
            lines.append((who, False))
        for section in shown.sections:
            lines.append((section.heading, True))
            lines += [(paragraph, False) for paragraph in section.paragraphs]
        if shown.python:
            lines.append((tr("explain.python"), True))
        self._fill(lines, shown.python)

    def _fill(self, lines: list[tuple[str, bool]], code: str = "") -> None:
        """Fill the labels, which are made once: making a page of them takes longer than drawing
        it.
        """
        while len(self._labels) < len(lines):
            self._labels.append(label := _Paragraph())
            self._column.insertWidget(len(self._labels) - 1, label)
        for place, label in enumerate(self._labels):
            if place < len(lines):
                line, heading = lines[place]
                label.show_line(line, heading=heading, first=place == 0)
            else:
                label.clear()
                label.hide()
        self._show_code(code)
        self.verticalScrollBar().setValue(0)

    def _show_code(self, code: str) -> None:
        if self._code is None and code:
            self._code = _Code()
            self._column.insertWidget(self._column.count() - 1, self._code)
        if self._code is not None:
            self._code.setAccessibleName(tr("explain.python"))
            self._code.show_code(code)


class _Paragraph(QLabel):
    """A heading or paragraph whose text can be selected."""

    def __init__(self) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)

    def show_line(self, line: str, *, heading: bool, first: bool) -> None:
        font = QFont(QApplication.font())  # in the size in force: its own would not follow
        font.setBold(heading)
        if font != self.font():
            self.setFont(font)
        self.setContentsMargins(0, ABOVE_HEADING if heading and not first else 0, 0, 0)
        if line != self.text():
            self.setText(line)
        self.show()


class RemedyButtons(Retranslatable, QWidget):
    """Buttons for what can be done now; mostly there are none.

    Signals:
        begun(): one was pressed.
        done(): what it does was done.
    """

    begun = Signal()
    done = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._row = FlowLayout(self)
        self.setContentsMargins(theme.APART, theme.TIGHT, theme.APART, theme.NEAR)
        self._offered: tuple[tuple[str, str], ...] = ()
        self._remedies: dict[str, Remedy] = {}
        self._buttons: dict[str, QPushButton] = {}
        self.hide()

    def offer(self, remedies: tuple[Remedy, ...]) -> None:
        """Offer these remedies. A button is made once and hidden while it does not apply: pressing
        it may change what is offered, and whoever holds it must not be left with one that is gone.
        """
        self._remedies = {remedy.key: remedy for remedy in remedies}
        offered = tuple((remedy.key, tr(f"caption.{remedy.key}")) for remedy in remedies)
        if offered == self._offered:
            return
        self._offered = offered
        while (item := self._row.takeAt(0)) is not None:
            gone = item.widget()
            if gone is not None:
                gone.hide()
        for key, _ in offered:
            button = self._buttons.get(key) or self._button(key)
            self._word(key)
            self._row.addWidget(button)
            button.show()
        self.setVisible(bool(remedies))

    def _word(self, key: str) -> None:
        button, words = self._buttons[key], tr(f"caption.{key}")
        button.setText(words)
        button.setAccessibleName(words)
        button.setToolTip(tr("tip.way_out"))
        fit(button)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In little height, let the text above give way: that can be scrolled."""
        super().resizeEvent(event)
        self.setMinimumHeight(self.heightForWidth(event.size().width()))

    def retranslate(self) -> None:
        """Word all buttons again, hidden ones too."""
        for key in self._buttons:
            self._word(key)

    def _button(self, key: str) -> QPushButton:
        button = self._buttons[key] = QPushButton(self)
        button.setObjectName(f"inspector.{key}")
        button.clicked.connect(self.begun)
        button.clicked.connect(lambda: self._act(key))
        button.clicked.connect(self.done)
        return button

    def _act(self, key: str) -> None:
        remedy = self._remedies.get(key)
        if remedy is not None:
            remedy.act()


class _Code(QPlainTextEdit):
    """Code that can be copied; long byte strings are wrapped anywhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("inspector.code")
        self.setReadOnly(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAnywhere)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.hide()

    def show_code(self, text: str) -> None:
        """Show this code; hide the part if it is empty."""
        if text != self.toPlainText():
            self.setPlainText(text)
        self.setFont(fonts.fixed_font())
        self._fit()
        self.setVisible(bool(text))

    @Slot()
    def _fit(self) -> None:
        room = max(60, self.width() - 12)
        metrics = self.fontMetrics()
        character = max(1, metrics.horizontalAdvance("0"))  # the font has a fixed width
        fits = max(1, room // character) * character
        needed = sum(
            max(1, -(-metrics.horizontalAdvance(line) // fits))
            for line in self.toPlainText().split("\n")
        )
        lines = min(MOST_CODE, needed)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 12)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            QTimer.singleShot(0, self, self._fit)  # within a resize the label would keep its size
