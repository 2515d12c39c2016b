"""The client's editor: two lines and more, with what is done to the text beside Send."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QMimeData, Qt, Signal, Slot
from PySide6.QtGui import QFontMetrics, QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from workbench import payload
from workbench.engine.commands import Append
from workbench.texts import Problem, tr
from workbench.ui import theme
from workbench.ui.flow_layout import FlowLayout
from workbench.ui.panel_parts.composer import Draft, preview
from workbench.ui.panel_parts.controls import ChoiceBox, Controls, group, spring
from workbench.ui.theme import GAP

LEAST_LINES: Final = 2
MOST_LINES: Final = 8


class PayloadEdit(QPlainTextEdit):
    """Plain text; grows with its lines from two to eight.

    Signals:
        submitted(): Ctrl+Enter.
        pasted_backslash(): pasted text holds a backslash.
    """

    submitted = Signal()
    pasted_backslash = Signal()

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

    @Slot()
    def _fit(self) -> None:
        lines = min(MOST_LINES, max(LEAST_LINES, self.blockCount()))
        height = QFontMetrics(self.font()).lineSpacing() * lines
        self.setFixedHeight(height + 2 * round(self.document().documentMargin()) + 4)

    def insertFromMimeData(self, source: QMimeData) -> None:
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

    Signals:
        submitted(): Send, or Ctrl+Enter.
        escapes_dropped(): a pasted backslash turned the escapes off for this message.
    """

    submitted = Signal()
    escapes_dropped = Signal()

    def __init__(self, controls: Controls, text: str) -> None:
        super().__init__()
        self.text = controls.add(PayloadEdit(text), "payload")
        self.form = controls.add(
            ChoiceBox(("text", "choice.form_text"), ("hex", "choice.form_hex")), "form"
        )
        self.encoding = controls.add(
            ChoiceBox(*((name, f"encoding.{name}") for name in payload.ENCODINGS)), "encoding"
        )
        self.escapes = controls.add(QCheckBox(), "escapes")
        self.escapes.setChecked(True)
        self.append = controls.add(
            ChoiceBox(*((item.value, f"append.{item.value}") for item in Append)), "append"
        )
        self.preview = QLabel()
        self.preview.setTextFormat(Qt.TextFormat.PlainText)
        controls.add(self.preview, "preview")
        self.send = controls.add(QPushButton(), "send")
        self.send.setProperty("primary", True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GAP)
        column.addWidget(self.text)
        self.row = QWidget()
        row = FlowLayout(self.row)
        for widget in (
            self.form, self.encoding, self.escapes,
            group(controls.caption("append", self.append), self.append), self.preview,
            spring(), self.send,
        ):
            row.addWidget(widget)
        column.addWidget(self.row)
        self._wire()
        self.retranslate()

    def _wire(self) -> None:
        self.text.textChanged.connect(self._on_edited)
        self.text.submitted.connect(self.submitted)
        self.text.pasted_backslash.connect(self._on_pasted_backslash)
        self.form.currentIndexChanged.connect(self._on_edited)
        self.encoding.currentIndexChanged.connect(self._on_edited)
        self.append.currentIndexChanged.connect(self._on_edited)
        self.escapes.toggled.connect(self._on_edited)
        self.send.clicked.connect(self.submitted)

    @property
    def draft(self) -> Draft:
        return Draft(
            self.text.toPlainText(), self.form.value(), self.encoding.value(),
            self.escapes.isChecked(), Append(self.append.value()),
        )

    def retranslate(self) -> None:
        self._on_edited()

    @Slot()
    def _on_edited(self) -> None:
        hexed = self.form.value() == "hex"
        self.encoding.setEnabled(not hexed)
        self.escapes.setEnabled(not hexed)
        try:
            count, head = preview(self.draft)
        except Problem as problem:
            self.preview.setText(tr("panel.preview_bad"))
            self.preview.setToolTip(problem.text)
            return
        self.preview.setText(tr("panel.preview", count=count))
        self.preview.setToolTip(head)

    @Slot()
    def _on_pasted_backslash(self) -> None:
        if self.escapes.isChecked():
            self.escapes.setChecked(False)
            self.escapes_dropped.emit()
