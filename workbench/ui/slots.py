"""Two tab bars over endpoints, side by side: servers open left, clients right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QSplitter,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from workbench.texts import tr
from workbench.ui import theme
from workbench.ui.panel import EndpointPanel

LEAST_LINES: Final = 12
"""Of a panel, in sight in the lowest window."""


class TabSlot(QTabWidget):
    """One of the two tab bars.

    Signals:
        wanted(): the + button.
        unwanted(object): a tab's close button; the panel.
        entered(object): another tab is in front; the panel.
    """

    wanted = Signal()
    unwanted = Signal(object)
    entered = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.plus = QToolButton()
        self.plus.setObjectName(f"{name}.plus")
        self.plus.setAutoRaise(True)
        self.setCornerWidget(self.plus, Qt.Corner.TopRightCorner)
        self.plus.clicked.connect(self.wanted)
        self.currentChanged.connect(self._on_current)

    def panels(self) -> list[EndpointPanel]:
        return [panel for index in range(self.count()) if (panel := self.panel_at(index))]

    def panel_at(self, index: int) -> EndpointPanel | None:
        """The panel of a tab; it stands in an area that scrolls."""
        roll = self.widget(index)
        return roll.panel if isinstance(roll, _Roll) else None

    def place_of(self, panel: EndpointPanel) -> int:
        """The tab of a panel; -1 where it is in the other slot."""
        return next((i for i in range(self.count()) if self.panel_at(i) is panel), -1)

    @property
    def in_front(self) -> EndpointPanel | None:
        return self.panel_at(self.currentIndex())

    def word(self, panel: EndpointPanel) -> None:
        """The tab's text: the endpoint's name."""
        place = self.place_of(panel)
        self.setTabText(place, panel.tab_text())
        self.setTabToolTip(place, panel.name)
        button = self.tabBar().tabButton(place, QTabBar.ButtonPosition.RightSide)
        if not isinstance(button, QToolButton):
            button = QToolButton()
            button.setAutoRaise(True)
            button.setIconSize(QSize(11, 11))
            button.setFixedSize(18, 18)
            button.setObjectName(f"remove.{panel.name}")
            button.clicked.connect(lambda: self.unwanted.emit(panel))
            self.tabBar().setTabButton(place, QTabBar.ButtonPosition.RightSide, button)
            self._order_tabs()
        button.setIcon(theme.icon("x"))
        button.setToolTip(tr("tip.remove"))
        button.setAccessibleName(tr("name.remove", name=panel.name))

    def _order_tabs(self) -> None:
        """Tab key: the tabs, their crosses, the +, and then the panels."""
        bar = self.tabBar()
        crosses = [bar.tabButton(place, QTabBar.ButtonPosition.RightSide)
                   for place in range(self.count())]
        before: QWidget = bar
        for widget in (*crosses, self.plus, *self.panels()):
            before = _after(before, widget) if widget is not None else before

    @Slot(int)
    def _on_current(self, index: int) -> None:
        self.entered.emit(self.panel_at(index))


def _after(before: QWidget, widget: QWidget) -> QWidget:
    """Put a widget and all in it behind another in the Tab key's order; the last of them.

    Parts are made in the order in which they stand. (Not by nextInFocusChain(): PySide takes
    what it gives for its own, and the program crashes later.)
    """
    for item in (widget, *widget.findChildren(QWidget)):
        takes = item.focusPolicy() & Qt.FocusPolicy.TabFocus and item.focusProxy() is None
        if takes and item.window() is widget.window():
            QWidget.setTabOrder(before, item)
            before = item
    return before


class _Roll(QScrollArea):
    """Where the window is too low for a panel, it scrolls up and down; it is never cut off."""

    def __init__(self, panel: EndpointPanel) -> None:
        super().__init__()
        self.panel = panel
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(panel)

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        least = LEAST_LINES * self.fontMetrics().lineSpacing()
        return QSize(self.panel.minimumSizeHint().width() + bar,
                     min(self.panel.minimumHeight(), least))


class Slots(QSplitter):
    """Left and right.

    Signals:
        entered(object): a panel came to the front.
        needs(): a panel needs another height.
    """

    entered = Signal(object)
    needs = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("slots")
        self.setChildrenCollapsible(False)
        self.left = TabSlot("slots.left")
        self.right = TabSlot("slots.right")
        for slot in (self.left, self.right):
            self.addWidget(slot)
            slot.entered.connect(self.entered)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 1)
        self.setSizes([500, 500])

    def panels(self) -> list[EndpointPanel]:
        return self.left.panels() + self.right.panels()

    def panel(self, name: str) -> EndpointPanel | None:
        return next((panel for panel in self.panels() if panel.name == name), None)

    def add(self, panel: EndpointPanel) -> None:
        slot = self.left if panel.server else self.right
        slot.addTab(_Roll(panel), panel.name)
        slot.word(panel)
        panel.needs.connect(self.needs)

    @property
    def needed_height(self) -> int:
        """What the panels in front want to be shown whole."""
        bars = max(slot.tabBar().sizeHint().height() for slot in (self.left, self.right))
        fronts = [slot.in_front for slot in (self.left, self.right)]
        return bars + 4 + max((panel.minimumHeight() for panel in fronts if panel), default=0)

    def word_tabs(self) -> None:
        """Bring the tabs' texts up to date; most of the time nothing changes."""
        for slot in (self.left, self.right):
            for panel in slot.panels():
                index = slot.place_of(panel)
                text = panel.tab_text()
                if slot.tabText(index) != text:
                    slot.setTabText(index, text)

    def remove(self, panel: EndpointPanel) -> None:
        for slot in (self.left, self.right):
            index = slot.place_of(panel)
            if index >= 0:
                roll = slot.widget(index)
                slot.removeTab(index)
                if roll is not None:
                    roll.deleteLater()

    def retranslate(self) -> None:
        for slot, key in ((self.left, "add_server"), (self.right, "add_client")):
            slot.plus.setIcon(theme.icon("plus"))
            slot.plus.setToolTip(tr(f"tip.{key}"))
            slot.plus.setAccessibleName(tr(f"name.{key}"))
            for panel in slot.panels():
                slot.word(panel)
            name = tr(f"name.{slot.objectName().replace('.', '_')}")
            slot.setAccessibleName(name)
            slot.tabBar().setAccessibleName(name)
