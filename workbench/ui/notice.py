"""A line above the panels: a crash has left a record open, or what is shown is an old record."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui import theme
from workbench.ui.panel_parts.controls import fit


class Notice(QWidget):
    """Hidden until there is something to say.

    Signals:
        open_wanted(object): show this record (a Path).
        seen(object): the line about this record was put away.
    """

    open_wanted = Signal(object)
    seen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._record: Path | None = None
        self._old = False
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setObjectName("notice.text")
        self._open = QPushButton()
        self._open.setObjectName("notice.open")
        self._close = QToolButton()
        self._close.setObjectName("notice.close")
        self._close.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 2, 8, 2)
        row.addWidget(self._label)
        row.addWidget(self._open)
        row.addStretch()
        row.addWidget(self._close)
        self._open.clicked.connect(self._on_open)
        self._close.clicked.connect(self._on_close)
        self.hide()

    def tell_crashed(self, record: Path) -> None:
        """This record was not closed, and is whole up to the end."""
        self._record = record
        self.retranslate()
        self.show()

    def tell_old(self, record: Path) -> None:
        """The window shows this record of an earlier run: it can be read, nothing can be done."""
        self._record, self._old = record, True
        self._open.hide()
        self._close.hide()
        self.retranslate()
        self.show()

    @Slot()
    def _on_open(self) -> None:
        record = self._record
        self._on_close()
        self.open_wanted.emit(record)

    @Slot()
    def _on_close(self) -> None:
        self.hide()
        self.seen.emit(self._record)

    def retranslate(self) -> None:
        if self._record is not None:
            key = "window.old_record" if self._old else "window.crashed"
            self._label.setText(tr(key, name=self._record.stem))
        self._open.setText(tr("window.open_it"))
        self._open.setAccessibleName(tr("window.open_it"))
        fit(self._open)
        self._close.setIcon(theme.icon("x"))
        self._close.setToolTip(tr("name.close"))
        self._close.setAccessibleName(tr("name.close"))
