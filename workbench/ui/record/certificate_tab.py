"""The inspector's Certificate tab: a TLS handshake's certificates, and what is wrong with them."""

from __future__ import annotations

from typing import Final, Protocol

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QLabel, QTableWidgetItem, QVBoxLayout, QWidget

from workbench.journal.reader import Row
from workbench.printable import escape
from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.fact_table import FactTable
from workbench.viewmodel.certificate_state import ENDED, CertificateState, TlsShown

_CHAIN: Final = ("mark", "whose", "title")
_FACTS: Final = ("fact", "value")


class ReadCertificates(Protocol):
    """Finds a connection's certificates in the record, and judges them."""

    def __call__(self, row: Row) -> TlsShown:
        """The certificates of the connection that a row belongs to."""

    def judged(self, shown: TlsShown) -> CertificateState:
        """What there is to say about them, in the current language."""


class CertificateTab(Retranslatable, QWidget):
    """The tab; it needs only the record, so it works on earlier ones too."""

    def __init__(self, read: ReadCertificates) -> None:
        super().__init__()
        self.setObjectName("inspector.certificate")
        self._read = read
        self._connection: int | None = None
        self._shown = TlsShown()
        self._state = CertificateState()
        self.says = _label()
        self.chain = FactTable("certificate.chain", len(_CHAIN))
        self.wrong = _label()
        self.facts = FactTable("certificate.facts", len(_FACTS))
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GAP, theme.NEAR, theme.GAP, theme.NEAR)
        for part in (self.says, self.wrong, self.chain, self.facts):
            column.addWidget(part)
        column.addStretch()
        self.chain.itemSelectionChanged.connect(self._show_facts)
        self.retranslate()

    def show_row(self, row: Row | None) -> None:
        """Show the certificates of this row's connection. They are looked up anew until its
        handshake has ended, and again when TLS has: the other end may have refused ours by then.
        """
        connection = row.connection if row is not None else None
        known = connection == self._connection and self._shown.outcome is not None
        if known and row is not None and row.call != ENDED:
            return
        self._connection = connection
        shown = self._read(row) if row is not None else TlsShown()
        if shown != self._shown:
            self._shown = shown
            self._fill()

    def _fill(self) -> None:
        known = self._shown.moment is not None
        self._state = state = self._read.judged(self._shown) if known else CertificateState()
        self.says.setText(
            "\n".join(map(escape, state.says)) if known else tr("certificate_tab.nothing")
        )
        self.wrong.setText("\n".join(map(escape, state.wrong)))
        self.wrong.setVisible(bool(state.wrong))
        self.chain.setVisible(bool(state.certificates))
        self.facts.setVisible(bool(state.certificates))
        self.chain.clearSelection()
        self.chain.setRowCount(len(state.certificates))
        good, bad = theme.current().good, theme.current().bad
        for place, one in enumerate(state.certificates):
            mark = _item("✓" if one.good else "✗")
            tone = good if one.good else bad
            mark.setBackground(QColor(tone.back))
            mark.setForeground(QColor(tone.text))
            said = tr("certificate_tab.good" if one.good else "certificate_tab.bad")
            mark.setToolTip(said)
            mark.setData(Qt.ItemDataRole.AccessibleTextRole, said)
            for number, item in enumerate((mark, _item(one.whose), _item(one.title))):
                self.chain.setItem(place, number, item)
        self.chain.fit()
        if state.certificates:
            self.chain.selectRow(0)
        self._show_facts()

    @Slot()
    def _show_facts(self) -> None:
        chosen = self.chain.selectionModel().selectedRows()
        place = chosen[0].row() if chosen else 0
        known = self._state.certificates
        facts = known[place].facts if place < len(known) else ()
        self.facts.setRowCount(len(facts))
        for row, pair in enumerate(facts):
            for number, text in enumerate(pair):
                self.facts.setItem(row, number, _item(text))
        self.facts.fit()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        for table, name, columns in (
            (self.chain, "chain", _CHAIN),
            (self.facts, "facts", _FACTS),
        ):
            table.setHorizontalHeaderLabels(
                [tr(f"certificate_tab.column_{key}") for key in columns]
            )
            table.setAccessibleName(tr(f"certificate_tab.{name}"))
        self._fill()


def _label() -> QLabel:
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    return label


def _item(text: str) -> QTableWidgetItem:
    """An item: a name in a stranger's certificate is shown as text on one line."""
    line = escape(text)
    item = QTableWidgetItem(line)
    item.setToolTip(plain_tip(line) if line else "")
    return item
