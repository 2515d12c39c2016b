"""Divides the window's height between the panels and the record below."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, Qt, QTimer, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSplitter, QWidget

if TYPE_CHECKING:
    from workbench.ui.record.log_panel import LogPanel
    from workbench.ui.window.tab_area import TabArea

PANELS_SHARE: Final = 0.687
"""Of the height, for the panels; the record has the rest: eight rows of it at 1280 × 752."""
LOW_SHARE: Final = 0.74
"""In a low window, where lines and rows are few: four and more of them for each."""
LOG_ROWS: Final = 8
LOW_ROWS: Final = 4
"""Of the log in sight, whatever the share: rows are higher in Chinese, and a line above may have
come.
"""
PRESENTED_SHARE: Final = 0.66
"""The log of a presentation has no line of its own above it."""
_NEEDED: Final = QEvent.Type(QEvent.registerEventType())
"""Panels need another height: posted, so that it is given once for all of them, and before anything
is painted.
"""


class MainSplitter(QSplitter):
    """Gives the panels the height they need, until a person drags the handle."""

    def __init__(self, area: TabArea, log: LogPanel, inspector: QWidget) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._area = area
        self._log = log
        self._by_hand = False
        self._presenting = False
        self._sparing = False
        self._bottom = QSplitter(Qt.Orientation.Horizontal)
        self._bottom.setObjectName("bottom")
        self._bottom.addWidget(log)
        self._bottom.addWidget(inspector)
        self._bottom.setChildrenCollapsible(False)
        self._bottom.setStretchFactor(0, 3)
        self._bottom.setStretchFactor(1, 1)
        self._bottom.setSizes([930, 340])
        self.setObjectName("halves")
        self.addWidget(area)
        self.addWidget(self._bottom)
        self.setChildrenCollapsible(False)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 2)
        self._later = QTimer(self)  # when everything that changes at once has changed
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(self.give_room)
        self._asked = False
        area.needs.connect(self._on_needs)
        self.splitterMoved.connect(self._on_moved)

    @Slot()
    def _on_needs(self) -> None:
        self._later.start()
        if not self._asked:
            self._asked = True
            QCoreApplication.postEvent(self, QEvent(_NEEDED))

    def customEvent(self, event: QEvent) -> None:
        if event.type() == _NEEDED:
            self._asked = False
            self.give_room()

    @Slot(bool)
    def present(self, presenting: bool) -> None:
        """Give the panels more height on a projector."""
        self._presenting = presenting
        self._later.start()

    @Slot(bool)
    def spare_height(self, sparing: bool) -> None:
        """Divide the height in another way while the window is low."""
        self._sparing = sparing
        self._later.start()

    @property
    def _share(self) -> float:
        """The panels' share of the height."""
        if self._presenting:
            return PRESENTED_SHARE
        return LOW_SHARE if self._sparing else PANELS_SHARE

    @Slot()
    def give_room(self) -> None:
        """Give panels that need more than their share height from the log, as far as it can spare
        it.

        If a person has set the heights, they stay, and the panels scroll.
        """
        if self._by_hand or self._area.isHidden():
            return
        total = sum(self.sizes())
        spare = total - self._bottom.minimumSizeHint().height()
        share = min(int(total * self._share), total - self._log_wish)
        top = min(max(share, self._area.needed_height), spare)
        if self.sizes()[0] != top:
            self.setSizes([top, total - top])

    @property
    def _log_wish(self) -> int:
        """The height that the log would like; 0: a share will do."""
        if self._presenting:
            return 0
        rows = LOW_ROWS if self._sparing else LOG_ROWS
        table = self._log.view
        return (
            self._log.tabBar().sizeHint().height()
            + table.horizontalHeader().sizeHint().height()
            + rows * table.verticalHeader().defaultSectionSize()
            + 2 * table.frameWidth()
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Divide the height again when a line above has come or gone: Qt divides by stretch, not by
        need.
        """
        super().resizeEvent(event)
        if not event.oldSize().isValid():  # not shown yet: it need not be laid out twice
            self.give_room()
        if event.size().height() != event.oldSize().height():
            self._later.start()

    @Slot()
    def _on_moved(self) -> None:
        self._by_hand = True

    @property
    def by_hand(self) -> bool:
        """Whether a person has set the heights."""
        return self._by_hand

    @by_hand.setter
    def by_hand(self, value: bool) -> None:
        self._by_hand = value
