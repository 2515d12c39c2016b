"""The inspector's Handshake tab: request beside answer, each header judged."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QTableWidgetItem, QVBoxLayout, QWidget

from workbench.journal.reader import Row
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.fact_table import FactTable
from workbench.viewmodel.ws_handshake import Check, Handshake, request_checks, response_checks

ReadHandshake = Callable[[Row], Handshake]
"""Both heads of the connection that a row is about."""
_MARKS: Final = {True: "✓", False: "✗", None: ""}
_COLUMNS: Final = ("mark", "name", "has")


class HandshakeTab(Retranslatable, QWidget):
    """The tab; it needs only the record, so it works on earlier ones too."""

    def __init__(self, read: ReadHandshake) -> None:
        super().__init__()
        self.setObjectName("inspector.handshake")
        self._read = read
        self._connection: int | None = None
        self._heads = Handshake()
        self.titles = {side: QLabel() for side in ("request", "response")}
        self.tables = {side: FactTable(f"handshake.{side}", len(_COLUMNS)) for side in self.titles}
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.NEAR, theme.GAP, theme.NEAR)
        for side, title in self.titles.items():
            title.setTextFormat(Qt.TextFormat.PlainText)
            title.setWordWrap(True)
            column.addWidget(title)
            column.addWidget(self.tables[side])
        column.addStretch()
        self.retranslate()

    def show_row(self, row: Row | None) -> None:
        """Show the handshake of this row's connection; one without an answer is looked up anew."""
        connection = row.connection if row is not None else None
        if connection == self._connection and self._heads.response is not None:
            return
        self._connection = connection
        self._heads = self._read(row) if row is not None else Handshake()
        self._fill()

    def _fill(self) -> None:
        request, response = self._heads
        self._show("request", request, request_checks(request) if request is not None else ())
        checks = response_checks(response, request) if response is not None else ()
        self._show("response", response, checks)

    def _show(self, side: str, head: bytes | None, checks: tuple[Check, ...]) -> None:
        line = "" if head is None else head.split(b"\r\n", 1)[0].decode("latin-1")
        self.titles[side].setText(tr(f"handshake.{side}", line=line or tr("handshake.missing")))
        table = self.tables[side]
        table.setVisible(bool(checks))
        table.setRowCount(len(checks))
        good, bad = theme.current().good, theme.current().bad
        for place, check in enumerate(checks):
            cells = (_MARKS[check.good], check.name, check.says)
            for number, text in enumerate(cells):
                item = QTableWidgetItem(text)
                item.setToolTip(plain_tip(text) if text else "")
                if check.good is not None and number == 0:
                    tone = good if check.good else bad
                    item.setBackground(QColor(tone.back))
                    item.setForeground(QColor(tone.text))
                    said = tr("handshake.good" if check.good else "handshake.bad")
                    item.setData(Qt.ItemDataRole.AccessibleTextRole, said)
                table.setItem(place, number, item)
        table.fit()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        for side, table in self.tables.items():
            table.setHorizontalHeaderLabels([tr(f"handshake.column_{key}") for key in _COLUMNS])
            table.setAccessibleName(tr(f"handshake.{side}_name"))
        self._fill()
