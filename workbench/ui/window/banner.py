"""A line above the panels with the most urgent notice about the record."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit, tone
from workbench.viewmodel.record_notices import Notice, NoticeKind


class Banner(Retranslatable, QWidget):
    """Hidden while there is no notice.

    Signals:
        open_wanted(): show the record that it is about.
        put_away(): it has been read.
    """

    open_wanted = Signal()
    put_away = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("notice")
        self._notice: Notice | None = None
        self._made = False
        self.hide()

    def _make(self) -> None:
        """Make its contents, later than the start: hardly any start has a notice."""
        self._made = True
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setObjectName("notice.text")
        self._label.setWordWrap(True)
        self._open = QPushButton()
        self._open.setObjectName("notice.open")
        self._close = QToolButton()
        self._close.setObjectName("notice.close")
        self._close.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GAP, theme.TIGHT, theme.GAP, theme.TIGHT)
        row.addWidget(self._label, 1)
        row.addWidget(self._open)
        row.addWidget(self._close)
        self._open.clicked.connect(self.open_wanted)
        self._close.clicked.connect(self.put_away)

    @Slot(object)
    def show_notice(self, notice: Notice | None) -> None:
        """Show a notice; None: nothing."""
        self._notice = notice
        if notice is not None and not self._made:
            self._make()
        self.retranslate()

    def retranslate(self) -> None:
        notice = self._notice
        self.setVisible(notice is not None)
        if notice is None:
            return
        self._label.setText(notice.text)
        tone(self._label, "bad" if notice.bad else "idle")
        self._open.setVisible(notice.kind is NoticeKind.CRASHED)
        self._close.setVisible(not notice.stays)
        self._open.setText(tr("window.open_it"))
        self._open.setAccessibleName(tr("window.open_it"))
        fit(self._open)
        self._close.setIcon(icons.icon("x"))
        self._close.setToolTip(tr("name.close"))
        self._close.setAccessibleName(tr("name.close"))
