"""Two tab bars over endpoints, side by side: servers open left, clients right."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QSplitter, QTabBar, QTabWidget, QToolButton

from workbench.texts import tr
from workbench.ui import theme
from workbench.ui.panel import EndpointPanel


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
        widgets = [self.widget(index) for index in range(self.count())]
        return [widget for widget in widgets if isinstance(widget, EndpointPanel)]

    def word(self, panel: EndpointPanel) -> None:
        """The tab's text: the endpoint's name."""
        self.setTabText(self.indexOf(panel), panel.tab_text())
        self.setTabToolTip(self.indexOf(panel), panel.name)
        button = self.tabBar().tabButton(self.indexOf(panel), QTabBar.ButtonPosition.RightSide)
        if not isinstance(button, QToolButton):
            button = QToolButton()
            button.setAutoRaise(True)
            button.setIconSize(QSize(11, 11))
            button.setFixedSize(18, 18)
            button.setObjectName(f"remove.{panel.name}")
            button.clicked.connect(lambda: self.unwanted.emit(panel))
            self.tabBar().setTabButton(
                self.indexOf(panel), QTabBar.ButtonPosition.RightSide, button
            )
        button.setIcon(theme.icon("x"))
        button.setToolTip(tr("tip.remove"))
        button.setAccessibleName(tr("name.remove", name=panel.name))

    @Slot(int)
    def _on_current(self, index: int) -> None:
        self.entered.emit(self.widget(index))


class Slots(QSplitter):
    """Left and right.

    Signals:
        entered(object): a panel came to the front.
    """

    entered = Signal(object)

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
        slot.addTab(panel, panel.name)
        slot.word(panel)

    def word_tabs(self) -> None:
        """Bring the tabs' texts up to date; most of the time nothing changes."""
        for slot in (self.left, self.right):
            for panel in slot.panels():
                index = slot.indexOf(panel)
                text = panel.tab_text()
                if slot.tabText(index) != text:
                    slot.setTabText(index, text)

    def remove(self, panel: EndpointPanel) -> None:
        for slot in (self.left, self.right):
            index = slot.indexOf(panel)
            if index >= 0:
                slot.removeTab(index)
        panel.deleteLater()

    def retranslate(self) -> None:
        for slot, key in ((self.left, "add_server"), (self.right, "add_client")):
            slot.plus.setIcon(theme.icon("plus"))
            slot.plus.setToolTip(tr(f"tip.{key}"))
            slot.plus.setAccessibleName(tr(f"name.{key}"))
            for panel in slot.panels():
                slot.word(panel)
            slot.setAccessibleName(tr(f"name.{slot.objectName().replace('.', '_')}"))
