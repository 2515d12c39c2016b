"""The client's editor: two lines and more, with what is done to the text beside Send."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFontMetrics, QKeyEvent, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QTextEdit,
    QVBoxLayout,
    QWidget,
)

from workbench import payload
from workbench.checksum import CHECKSUMS
from workbench.engine.commands import Append
from workbench.texts import Problem, tr
from workbench.ui import fields, theme
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.panel_parts.composer import Draft, preview
from workbench.ui.panel_parts.controls import ChoiceBox, Controls, TextField, group, spring
from workbench.ui.panel_parts.saved_button import SavedButton
from workbench.ui.theme import GAP

LEAST_LINES: Final = 2
MOST_LINES: Final = 8
LONGEST_PASTE: Final = 256 << 10
"""Characters; Qt lays a whole line out at once, so one of 5 MB would freeze the window."""
HEAD: Final = 11
"""Characters of the first bytes in hex that stand beside the count."""


class PayloadEdit(QPlainTextEdit):
    """Plain text; grows with its lines from two to eight.

    Signals:
        submitted(): Ctrl+Enter.
        pasted_backslash(): pasted text holds a backslash.
        pasted_too_much(int): so many characters were pasted, and refused.
    """

    submitted = Signal()
    pasted_backslash = Signal()
    pasted_too_much = Signal(int)

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.setFont(theme.fixed_font())
        self.setTabChangesFocus(True)
        self.document().blockCountChanged.connect(self._fit)
        self._fit()

    def redraw(self) -> None:
        """The fixed font in the size in force."""
        self.setFont(theme.fixed_font())
        self._fit()

    def mark(self, position: int | None) -> None:
        """Underline the character that cannot be sent; None: none."""
        marks: list[QTextEdit.ExtraSelection] = []
        if position is not None:
            found = QTextEdit.ExtraSelection()
            cursor = self.textCursor()
            cursor.setPosition(min(position, max(0, self.document().characterCount() - 2)))
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.WaveUnderline)
            look.setUnderlineColor(QColor(theme.current().bad.text))
            look.setBackground(QColor(theme.current().bad.back))
            found.cursor, found.format = cursor, look
            marks.append(found)
        self.setExtraSelections(marks)

    @Slot()
    def _fit(self) -> None:
        lines = min(MOST_LINES, max(LEAST_LINES, self.blockCount()))
        height = QFontMetrics(self.font()).lineSpacing() * lines
        self.setFixedHeight(height + 2 * round(self.document().documentMargin()) + 4)

    def insertFromMimeData(self, source: QMimeData) -> None:
        if len(source.text()) > LONGEST_PASTE:
            self.pasted_too_much.emit(len(source.text()))
            return
        super().insertFromMimeData(source)
        if "\\" in source.text():
            self.pasted_backslash.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.submitted.emit()
            return
        super().keyPressEvent(event)


class Editor(QWidget):
    """Editor and send line of a client.

    Attributes:
        details: what a presentation has no room for; Send stays.

    Signals:
        submitted(): Send, or Ctrl+Enter.
        escapes_dropped(): a pasted backslash turned the escapes off for this message.
        refused(object): a Problem: what was pasted cannot be edited here.
    """

    submitted = Signal()
    escapes_dropped = Signal()
    refused = Signal(object)

    def __init__(self, controls: Controls, text: str) -> None:
        super().__init__()
        self.text = controls.add(PayloadEdit(text), "payload")
        self._add_form(controls)
        self._add_sending(controls)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.text)
        self.row = QWidget()
        self.details = [
            self.form, self.encoding, self.escapes, self.placeholders, self.preview, self.saved,
            self._again, self._append,
        ]
        row = FlowLayout(self.row)
        for widget in (
            self.form, self.encoding, self.escapes, self.placeholders,
            self._append, self._tail,
            self.preview, self.saved, spring(), group(self._again, self.send),
        ):
            row.addWidget(widget)
        column.addWidget(self.row)
        self._wire()
        self.retranslate()

    def _add_form(self, controls: Controls) -> None:
        forms = tuple((name, f"choice.form_{name}") for name in ("text", "hex", "file"))
        self.form = controls.add(ChoiceBox(*forms), "form")
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in payload.ENCODINGS)), "encoding"
        )
        self.escapes = controls.add(QCheckBox(), "escapes")
        self.escapes.setChecked(True)
        self.placeholders = controls.add(QCheckBox(), "placeholders")
        self.append = controls.add(
            ChoiceBox(*((item.value, f"append.{item.value}") for item in Append)), "append"
        )
        self._append = group(controls.caption("append", self.append), self.append)
        orders = tuple((name, f"choice.order_{name}") for name in ("usual", "little", "big"))
        self.order = controls.add(ChoiceBox(*orders), "checksum_order")
        self.start = controls.add(TextField("0", width=5), "checksum_from")
        self._tail = group(
            self.order, controls.caption("checksum_from", self.start), self.start
        )
        self.preview = QLabel()
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        controls.add(self.preview, "preview")

    def _add_sending(self, controls: Controls) -> None:
        self.saved = SavedButton(controls)
        self.repeat = controls.add(TextField("1", width=5), "repeat")
        self.interval = controls.add(TextField("0", width=4), "interval")
        self._again = group(
            controls.caption("repeat", self.repeat), self.repeat,
            controls.caption("interval", self.interval), self.interval,
        )
        self.send = controls.add(QPushButton(), "send")
        self.send.setProperty("primary", True)

    def _wire(self) -> None:
        self.text.textChanged.connect(self._on_edited)
        self.text.submitted.connect(self.submitted)
        self.text.pasted_backslash.connect(self._on_pasted_backslash)
        self.text.pasted_too_much.connect(self._on_pasted_too_much)
        self.form.activated.connect(self._on_form)
        for box in (self.encoding, self.append, self.order):
            box.currentIndexChanged.connect(self._on_edited)
        for switch in (self.escapes, self.placeholders):
            switch.toggled.connect(self._on_edited)
        self.start.textEdited.connect(self._on_edited)
        self.saved.chosen.connect(self.fill)
        self.saved.save_wanted.connect(lambda name: self.saved.save(name, self.draft))
        self.send.clicked.connect(self.submitted)

    @property
    def draft(self) -> Draft:
        """What is to be sent. A bad first byte counts as 0 here; `times` says what is wrong."""
        start = self.start.text().strip()
        return Draft(
            self.text.toPlainText(), self.form.value(), self.encoding.value(),
            self.escapes.isChecked(), Append(self.append.value()), self.order.value() or "usual",
            int(start) if start.isascii() and start.isdecimal() else 0,
            self.placeholders.isChecked(),
        )

    @property
    def times(self) -> tuple[int, float]:
        """How often to send, and the seconds between. Raises Problem for what is no number."""
        fields.parse_whole(self.start.text() or "0", least=0, most=2**31)
        return (fields.parse_whole(self.repeat.text(), least=1, most=10_000_000),
                fields.parse_seconds(self.interval.text()))

    @Slot(object)
    def fill(self, draft: Draft) -> None:
        """Put a saved or earlier message into the editor, with all that belongs to it."""
        self.form.choose(draft.form)
        self.encoding.choose(draft.encoding)
        self.escapes.setChecked(draft.escapes)
        self.placeholders.setChecked(draft.placeholders)
        self.append.choose(draft.append.value)
        self.order.choose(draft.order)
        self.start.setText(str(draft.start))
        self.text.setPlainText(draft.typed)
        self._on_edited()

    def retranslate(self) -> None:
        self._on_edited()

    @Slot()
    def _on_form(self) -> None:
        if self.form.value() == "file":
            name, _ = QFileDialog.getOpenFileName(self, tr("name.payload"))
            if name:
                self.text.setPlainText(name)
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        text = self.form.value() == "text"
        for widget in (self.encoding, self.escapes, self.placeholders):
            widget.setEnabled(text)
        self._tail.setVisible(self.append.value() in CHECKSUMS)
        self.text.mark(None)
        try:
            count, head = preview(self.draft)
        except Problem as problem:
            position = problem.args_.get("position")
            self.text.mark(position - 1 if isinstance(position, int) else None)
            self.preview.setText(tr("panel.preview_bad", reason=problem.text))
            self.preview.setToolTip(problem.text)
            return
        short = head if len(head) <= HEAD else head[:HEAD].rstrip() + " …"
        self.preview.setText(tr("panel.preview", count=f"{count:,}", head=short).rstrip(" :："))
        self.preview.setToolTip(head)

    @Slot(int)
    def _on_pasted_too_much(self, count: int) -> None:
        self.refused.emit(Problem("problem.paste_large", count=f"{count:,}",
                                  most=f"{LONGEST_PASTE:,}"))

    @Slot()
    def _on_pasted_backslash(self) -> None:
        if self.escapes.isChecked():
            self.escapes.setChecked(False)
            self.escapes_dropped.emit()
