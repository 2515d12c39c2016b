"""Two tab bars over endpoints, side by side: servers open left, clients right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent, QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QMenu,
    QScrollArea,
    QSplitter,
    QTabBar,
    QTabWidget,
    QToolButton,
    QWidget,
)

from workbench.qt.tips import plain_tip
from workbench.texts import tr
from workbench.ui.endpoint.endpoint_panel import EndpointPanel
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable

TAB: Final = "application/x-socket-workbench-tab"
LEAST_LINES: Final = 12
"""Of a panel, in sight in the lowest window."""
LEAST_MOST: Final = 320
"""Pixels that this may come to: in large writing the window would be higher than the screen."""


class TabSlot(QTabWidget):
    """One of the two tab bars.

    Signals:
        wanted(): the + button.
        unwanted(object): a tab's close button; the panel.
        entered(object): another tab is in front; the panel.
        moved_here(str): a tab of the other slot was dropped here; its endpoint.
        moved_away(object): this panel's tab belongs to the other slot from now on.
    """

    wanted = Signal()
    unwanted = Signal(object)
    entered = Signal(object)
    moved_here = Signal(str)
    moved_away = Signal(object)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        bar = _Bar()
        bar.setObjectName(f"{name}.tabs")
        self.setTabBar(bar)
        self.setAcceptDrops(True)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self._on_menu)
        bar.dragged.connect(self._on_dragged)
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
        self.setTabToolTip(place, plain_tip(panel.name))
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
        crosses = [
            bar.tabButton(place, QTabBar.ButtonPosition.RightSide) for place in range(self.count())
        ]
        before: QWidget = bar
        for widget in (*crosses, self.plus, *self.panels()):
            before = _after(before, widget) if widget is not None else before

    @Slot(QPoint)
    def _on_menu(self, where: QPoint) -> None:
        panel = self.panel_at(self.tabBar().tabAt(where))
        if panel is None:
            return
        menu = QMenu(self)
        menu.addAction(tr("menu.other_side"), lambda: self.moved_away.emit(panel))
        menu.addAction(tr("menu.remove"), lambda: self.unwanted.emit(panel))
        menu.popup(self.tabBar().mapToGlobal(where))

    @Slot(int)
    def _on_dragged(self, place: int) -> None:
        """The tab is pulled out of its bar: it may be dropped on the other slot."""
        panel = self.panel_at(place)
        if panel is None:
            return
        data = QMimeData()
        data.setData(TAB, panel.name.encode())
        drag = QDrag(self)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.MoveAction)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(TAB) and event.source() is not self:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.moved_here.emit(bytes(event.mimeData().data(TAB).data()).decode())

    @Slot(int)
    def _on_current(self, index: int) -> None:
        self.entered.emit(self.panel_at(index))


class _Bar(QTabBar):
    """Tabs that are sorted by pulling them along, and leave the bar when pulled out of it.

    Signals:
        dragged(int): this tab was pulled out.
    """

    dragged = Signal(int)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        reach = self.height()
        inside = self.rect().adjusted(-reach, -reach // 2, reach, reach // 2)
        if event.buttons() & Qt.MouseButton.LeftButton and not inside.contains(
            event.position().toPoint()
        ):
            # the bar's own sorting ends here, as if the button had been let go
            self.mouseReleaseEvent(
                QMouseEvent(
                    QEvent.Type.MouseButtonRelease,
                    event.position(),
                    event.globalPosition(),
                    Qt.MouseButton.LeftButton,
                    Qt.MouseButton.NoButton,
                    event.modifiers(),
                )
            )
            self.dragged.emit(self.currentIndex())
            return
        super().mouseMoveEvent(event)


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
        least = min(LEAST_LINES * self.fontMetrics().lineSpacing(), LEAST_MOST)
        return QSize(
            self.panel.minimumSizeHint().width() + bar, min(self.panel.minimumHeight(), least)
        )


class TabArea(Retranslatable, QSplitter):
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
            slot.moved_here.connect(self._on_moved)
            slot.moved_away.connect(self.move_across)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 1)
        self.setSizes([500, 500])
        self.retranslate()

    def panels(self) -> list[EndpointPanel]:
        return self.left.panels() + self.right.panels()

    def panel(self, name: str) -> EndpointPanel | None:
        return next((panel for panel in self.panels() if panel.name == name), None)

    def add(self, panel: EndpointPanel) -> None:
        slot = self.left if panel.server else self.right
        slot.addTab(_Roll(panel), panel.name)
        slot.word(panel)
        panel.needs.connect(self.needs)

    @Slot(str)
    def _on_moved(self, name: str) -> None:
        panel = self.panel(name)
        if panel is not None:
            self.move_across(panel)

    @Slot(object)
    def move_across(self, panel: EndpointPanel) -> None:
        """To the other side; its sockets do not notice."""
        home = self.left if self.left.place_of(panel) >= 0 else self.right
        other = self.right if home is self.left else self.left
        roll = home.widget(home.place_of(panel))
        assert roll is not None
        home.removeTab(home.place_of(panel))
        other.addTab(roll, panel.name)
        other.word(panel)
        other.setCurrentIndex(other.place_of(panel))

    @property
    def needed_height(self) -> int:
        """What the panels in front want to be shown well."""
        bars = max(slot.tabBar().sizeHint().height() for slot in (self.left, self.right))
        fronts = [slot.in_front for slot in (self.left, self.right)]
        return bars + 4 + max((panel.wished_height for panel in fronts if panel), default=0)

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
