"""The bytes of the chosen event: as text in an encoding, and as a hex dump."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from workbench.journal.exports.rows import missing_bytes
from workbench.journal.reader import Row
from workbench.payload.checksum import checksums_at_end
from workbench.payload.notation import ENCODINGS, hexdump
from workbench.texts import tr
from workbench.ui.style import fonts, theme
from workbench.ui.style.retranslatable import Retranslatable

ReadBytes = Callable[[Row, str], str]
"""The bytes of an event as text in an encoding."""
WHOLE_ROW = 78
"""Characters of a row of the hex dump with 16 bytes, and a little air."""


class BytesTab(Retranslatable, QWidget):
    """Uses the encoding of the row's endpoint until a person chooses another."""

    def __init__(self, read: ReadBytes) -> None:
        super().__init__()
        self._read = read
        self._row: Row | None = None
        self._shown: object = None
        self._owner = ("", "utf-8")
        self._bytes = QPlainTextEdit()
        self._bytes.setObjectName("inspector.bytes")
        self._bytes.setReadOnly(True)
        self._bytes.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._encoding = QComboBox()
        self._encoding.setObjectName("inspector.encoding")
        for name in ENCODINGS:
            self._encoding.addItem("", name)
        self._label = QLabel()
        self._label.setBuddy(self._encoding)
        line = QHBoxLayout()
        line.addWidget(self._label)
        line.addWidget(self._encoding)
        line.addStretch()
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.NEAR, theme.NEAR, theme.NEAR, theme.NEAR)
        column.addLayout(line)
        column.addWidget(self._bytes)
        self._encoding.currentIndexChanged.connect(self.refresh)
        self.redraw()
        self.retranslate()

    def show_row(self, row: Row | None, encoding: str) -> None:
        """Show the bytes of this row; None: show none. `encoding`: that of its endpoint."""
        self._row = row
        self._follow(row, encoding)
        self.refresh()

    def _follow(self, row: Row | None, encoding: str) -> None:
        """Use the encoding of the new endpoint; a choice holds until the endpoint changes."""
        if row is None or row.endpoint is None:
            return
        owner = (row.endpoint, encoding)
        place = self._encoding.findData(encoding)
        if owner != self._owner and place >= 0:
            self._encoding.blockSignals(True)
            self._encoding.setCurrentIndex(place)
            self._encoding.blockSignals(False)
        self._owner = owner

    @Slot()
    def refresh(self) -> None:
        """Show the bytes in the current width and encoding."""
        row = self._row
        if row is None:
            self._say("")
        elif not row.payload:
            self._say(tr("inspector.no_bytes"))
        else:
            encoding = self._encoding.currentData()
            needed = self._bytes.fontMetrics().horizontalAdvance("0") * WHOLE_ROW
            width = 16 if self._bytes.viewport().width() >= needed else 8
            gap = tr("inspector.gap", missing=missing_bytes(row), size=row.size)
            if self._shown != (row, encoding, width, gap):
                self._bytes.setPlainText(self._dump(row, encoding, width, gap))
                self._shown = (row, encoding, width, gap)

    def _dump(self, row: Row, encoding: str, width: int, gap: str) -> str:
        assert row.payload is not None
        parts = [self._read(row, encoding), "", *hexdump(row.payload, width=width)]
        if missing_bytes(row):
            parts += ["", gap]
        elif row.size == len(row.payload):
            parts += _checksums(row.payload)
        return "\n".join(parts)

    def _say(self, text: str) -> None:
        if self._shown != text:
            self._bytes.setPlainText(text)
            self._shown = text

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show eight bytes a row in a narrow tab, so that nothing scrolls sideways."""
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self.refresh()

    def redraw(self) -> None:
        """Use the fonts for the current size."""
        self._bytes.setFont(fonts.fixed_font())
        self.refresh()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        self._label.setText(tr("inspector.encoding"))
        for place, name in enumerate(ENCODINGS):
            self._encoding.setItemText(place, tr(f"encoding.{name}"))
        self._encoding.setAccessibleName(tr("inspector.encoding"))
        self._bytes.setAccessibleName(tr("inspector.bytes"))
        self.refresh()


def _checksums(data: bytes) -> list[str]:
    """Lines that say which checksum of the others the last bytes are."""
    lines = []
    for found in checksums_at_end(data):
        kind, value = tr(f"append.{found.kind}"), found.value.hex(" ")
        key = "checksum_from" if found.start else "checksum"
        line = tr(f"inspector.{key}", value=value, kind=kind, start=f"{found.start:04x}")
        order = f" ({tr(f'inspector.order_{found.order}')})" if found.order is not None else ""
        lines.append(line + order)
    return ["", *lines] if lines else []
