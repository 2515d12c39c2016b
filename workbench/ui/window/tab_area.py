"""The tabs of endpoints in two groups side by side: servers left, clients right."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QMimeData, QPoint, QSize, Qt, Signal, Slot
from PySide6.QtGui import QDrag, QDragEnterEvent, QDropEvent, QMouseEvent, QResizeEvent
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
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.tab_order import set_tab_order

TAB: Final = "application/x-socket-workbench-tab"
_CROSS, _CROSS_BUTTON = 11, 18
"""Pixels of the cross of a tab at 100 %, and of the button around it at least."""
LEAST_LINES: Final = 12
"""Lines of text of a panel that are in sight in the lowest window."""
LEAST_MOST: Final = 320
"""Pixels that these may come to: in large writing the window would be higher than the screen."""


class TabGroup(Retranslatable, QTabWidget):
    """One group: a tab bar, a + button, and the panel in front.

    Signals:
        wanted(): the + button was pressed.
        unwanted(object): a tab's close button was pressed; the panel.
        entered(object): another tab is in front; the panel.
        moved_here(str): a tab of the other group was dropped here; its endpoint.
        moved_away(object): move this panel's tab to the other group.
        name_wanted(object): ask for another name for this panel's endpoint.
        renamed(object, str): give this panel's endpoint this name.
        twin_wanted(object): open another tab like this panel's.
    """

    wanted = Signal()
    unwanted = Signal(object)
    entered = Signal(object)
    moved_here = Signal(str)
    moved_away = Signal(object)
    name_wanted = Signal(object)
    renamed = Signal(object, str)
    twin_wanted = Signal(object)

    def __init__(self, side: str) -> None:
        """`side`: "left", where servers are opened, or "right", where clients are."""
        super().__init__()
        name = f"slots.{side}"
        self.side = side
        self.setObjectName(name)
        bar = _TabBar()
        bar.setObjectName(f"{name}.tabs")
        self.setTabBar(bar)
        self.setAcceptDrops(True)
        bar.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        bar.customContextMenuRequested.connect(self._on_menu)
        bar.dragged.connect(self._on_dragged)
        # queued: the second press of a double click gives the focus to the bar once more
        bar.tabBarDoubleClicked.connect(self._begin_rename, Qt.ConnectionType.QueuedConnection)
        # also after a click on the tab that is in front already: keys then act on its panel
        self.tabBarClicked.connect(lambda _index: bar.setFocus(Qt.FocusReason.MouseFocusReason))
        self.setDocumentMode(True)
        self.setMovable(True)
        self.setUsesScrollButtons(True)
        self.plus = QToolButton()
        self.plus.setObjectName(f"{name}.plus")
        self.plus.setAutoRaise(True)
        self.setCornerWidget(self.plus, Qt.Corner.TopRightCorner)
        self.plus.clicked.connect(self.wanted)
        self.currentChanged.connect(self._on_current)
        self.retranslate()

    def panels(self) -> list[EndpointPanel]:
        return [panel for index in range(self.count()) if (panel := self.panel_at(index))]

    def panel_at(self, index: int) -> EndpointPanel | None:
        """The panel of a tab, which is inside a scroll area."""
        area = self.widget(index)
        return area.panel if isinstance(area, PanelScrollArea) else None

    def place_of(self, panel: EndpointPanel) -> int:
        """The index of a panel's tab; -1: it is in the other group."""
        return next((i for i in range(self.count()) if self.panel_at(i) is panel), -1)

    @property
    def in_front(self) -> EndpointPanel | None:
        return self.panel_at(self.currentIndex())

    def retranslate(self) -> None:
        key = "add_server" if self.side == "left" else "add_client"
        self.plus.setIcon(icons.icon("plus"))
        self.plus.setIconSize(theme.small_icon())
        side = theme.scaled(theme.INDICATOR)
        self.setIconSize(QSize(side, side))
        self.plus.setToolTip(tr(f"tip.{key}"))
        self.plus.setAccessibleName(tr(f"name.{key}"))
        for panel in self.panels():
            self.label_tab(panel)
        name = tr(f"name.slots_{self.side}")
        self.setAccessibleName(name)
        self.tabBar().setAccessibleName(name)

    def label_tab(self, panel: EndpointPanel) -> None:
        """Give a panel's tab its text, tool tip and close button."""
        place = self.place_of(panel)
        self.setTabText(place, panel.tab_text)
        self.draw_tab(panel)
        self.setTabToolTip(place, plain_tip(panel.name))
        button = self.tabBar().tabButton(place, QTabBar.ButtonPosition.RightSide)
        if not isinstance(button, QToolButton):
            button = QToolButton()
            button.setAutoRaise(True)
            button.clicked.connect(lambda: self.unwanted.emit(panel))
            self.tabBar().setTabButton(place, QTabBar.ButtonPosition.RightSide, button)
            self._order_tabs()
        button.setObjectName(f"remove.{panel.name}")
        button.setIcon(icons.icon("x"))
        mark = theme.scaled(_CROSS)
        side = max(_CROSS_BUTTON, self.fontMetrics().height())  # no tab gets higher because of it
        button.setIconSize(QSize(mark, mark))
        button.setFixedSize(side, side)
        button.setToolTip(tr("tip.remove"))
        button.setAccessibleName(tr("name.remove", name=panel.name))

    def draw_tab(self, panel: EndpointPanel) -> None:
        """Draw the icon of the kind of endpoint that a panel is for."""
        place = self.place_of(panel)
        self.setTabIcon(place, icons.icon(panel.kind, theme.current().muted))

    def _order_tabs(self) -> None:
        """Set the Tab order: the tabs, their close buttons, the +, and then the panels."""
        bar = self.tabBar()
        crosses = [
            bar.tabButton(place, QTabBar.ButtonPosition.RightSide) for place in range(self.count())
        ]
        last: QWidget = bar
        for widget in (*crosses, self.plus, *self.panels()):
            last = set_tab_order(last, widget) if widget is not None else last

    @Slot(QPoint)
    def _on_menu(self, where: QPoint) -> None:
        panel = self.panel_at(self.tabBar().tabAt(where))
        if panel is None:
            return
        menu = QMenu(self)
        menu.addAction(tr("menu.rename_tab"), lambda: self.name_wanted.emit(panel))
        menu.addAction(tr("menu.duplicate_tab"), lambda: self.twin_wanted.emit(panel))
        menu.addAction(tr("menu.other_side"), lambda: self.moved_away.emit(panel))
        menu.addAction(tr("menu.remove"), lambda: self.unwanted.emit(panel))
        menu.popup(self.tabBar().mapToGlobal(where))

    @Slot(int)
    def _begin_rename(self, place: int) -> None:
        panel = self.panel_at(place)
        if panel is not None:
            self.name_wanted.emit(panel)

    def begin_rename(self, panel: EndpointPanel) -> None:
        """Open a field for the name of a panel's endpoint, on its tab."""
        from workbench.ui.window.tab_name_field import TabNameField  # imported late, when wanted

        field = TabNameField(self.tabBar(), self.place_of(panel), panel.name)
        field.named.connect(lambda name: self.renamed.emit(panel, name))

    @Slot(int)
    def _on_dragged(self, place: int) -> None:
        """Start a drag of a tab that left its bar: it may be dropped on the other group."""
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


class _TabBar(QTabBar):
    """A tab bar in which tabs are sorted by dragging, and from which they can be dragged out.

    Signals:
        dragged(int): the tab of this index was dragged out.
    """

    dragged = Signal(int)
    _tall = 0

    def sizeHint(self) -> QSize:
        """As high without a tab as with one: otherwise there is no + beside it."""
        hint = QTabBar.sizeHint(self)
        tall = hint.height()
        if not tall:
            return hint.expandedTo(QSize(0, self._tall))
        self._tall = tall
        return hint  # asked a thousand times while a window is laid out

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        reach = self.height()
        inside = self.rect().adjusted(-reach, -reach // 2, reach, reach // 2)
        if event.buttons() & Qt.MouseButton.LeftButton and not inside.contains(
            event.position().toPoint()
        ):
            # the bar's own sorting ends here, as if the button had been released
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


class PanelScrollArea(QScrollArea):
    """Scrolls a panel vertically if the window is too low; never sideways."""

    def __init__(self, panel: EndpointPanel) -> None:
        super().__init__()
        self.panel = panel
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Tell the panel: one that scrolls keeps its size."""
        super().resizeEvent(event)
        self.panel.fit_height()

    def minimumSizeHint(self) -> QSize:
        bar = self.verticalScrollBar().sizeHint().width()
        least = min(LEAST_LINES * self.fontMetrics().lineSpacing(), LEAST_MOST)
        return QSize(
            self.panel.minimumSizeHint().width() + bar, min(self.panel.minimumHeight(), least)
        )


class TabArea(QSplitter):
    """Both groups.

    Attributes:
        left, right; groups: both of them.

    Signals:
        entered(object): a panel came to the front of its group.
        needs(): a panel needs another height.
        targeted(str): keys act on another endpoint; "": on none.
        revealed(): a panel came to the front of a hidden half.
    """

    entered = Signal(object)
    targeted = Signal(str)
    needs = Signal()
    revealed = Signal()

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setObjectName("slots")
        self.setChildrenCollapsible(False)
        self.left = TabGroup("left")
        self.right = TabGroup("right")
        self.groups = (self.left, self.right)
        for group in self.groups:
            self.addWidget(group)
            group.entered.connect(self.entered)
            group.moved_here.connect(self._on_moved)
            group.moved_away.connect(self.move_across)
        self.setStretchFactor(0, 1)
        self.setStretchFactor(1, 1)
        self.setSizes([500, 500])
        self._target: EndpointPanel | None = None
        self._told = ""
        self._sparing = self._folded = self._calls_shown = False
        self.entered.connect(self.tell_target)

    # -- which panels there are -----------------------------------------------------------------

    def panels(self) -> list[EndpointPanel]:
        return self.left.panels() + self.right.panels()

    def panel(self, name: str) -> EndpointPanel | None:
        """The panel of this endpoint."""
        return next((panel for panel in self.panels() if panel.name == name), None)

    def focused_panel(self) -> EndpointPanel | None:
        """The panel that keys act on: the one that has the focus, or had it last, or whose tab has
        it.

        It is always in front of its group, which is in sight; before there was one, it is the one
        in front on the right, else on the left.
        """
        focus = self.window().focusWidget()
        shown = [group for group in self.groups if self._shows(group)]
        held = [self._front_with(group, focus) for group in shown]
        found = next((panel for panel in held if panel is not None), None)
        fronts = self.fronts
        if found is None and self._target in fronts:
            found = self._target
        self._target = found or next(reversed(fronts), None)
        return self._target

    @property
    def fronts(self) -> list[EndpointPanel]:
        """The panels that are seen, the left one first."""
        shown = [group.in_front for group in self.groups if self._shows(group)]
        return [panel for panel in shown if panel is not None]

    def _shows(self, group: TabGroup) -> bool:
        """Whether a half is part of the layout."""
        return not (group.isHidden() or self.isHidden())

    def shows(self, panel: EndpointPanel) -> bool:
        """Whether a panel's half is part of the layout."""
        group = self._group_of(panel)
        return group is not None and self._shows(group)

    def _front_with(self, group: TabGroup, focus: QWidget | None) -> EndpointPanel | None:
        """The panel in front of a group, if the focus is in it or on its tabs."""
        front = group.in_front
        if front is None or focus is None:
            return None
        return front if focus is group.tabBar() or front.isAncestorOf(focus) else None

    @Slot()
    def tell_target(self) -> None:
        """Emit what keys act on now, if that is another endpoint."""
        panel = self.focused_panel()
        name = panel.name if panel is not None else ""
        if name != self._told:
            self._told = name
            self.targeted.emit(name)

    def same_group(self, panel: EndpointPanel, other: EndpointPanel | None) -> bool:
        """Whether two panels are in one group, so that one of them hides the other."""
        return other is not None and self._group_of(panel) is self._group_of(other)

    def _group_of(self, panel: EndpointPanel) -> TabGroup | None:
        return next((group for group in self.groups if group.place_of(panel) >= 0), None)

    # -- adding, moving, removing ---------------------------------------------------------------

    def add(self, panel: EndpointPanel) -> None:
        group = self.left if panel.server else self.right
        panel.spare_height(self._sparing)
        area = PanelScrollArea(panel)
        group.addTab(area, panel.name)
        area.setWidget(panel)  # this measures it, already under the window's style sheet
        group.label_tab(panel)
        if self._folded:  # a demonstration brings its own panels to a projector
            panel.fold(True)
        if self._calls_shown:
            panel.controls.show_calls(True)
        panel.needs.connect(self.needs)
        panel.renamed.connect(lambda: self._rename(panel))
        panel.settled.connect(lambda field: self._on_settled(panel, field))

    def bring_to_front(self, panel: EndpointPanel) -> None:
        group = self._group_of(panel)
        if group is not None:
            group.setCurrentIndex(group.place_of(panel))
            if not self._shows(group):
                self.revealed.emit()

    @Slot(str)
    def bring(self, name: str) -> None:
        """Bring the panel of this endpoint to the front of its group."""
        panel = self.panel(name)
        if panel is not None:
            self.bring_to_front(panel)

    @Slot(str)
    def _on_moved(self, name: str) -> None:
        panel = self.panel(name)
        if panel is not None:
            self.move_across(panel)

    @Slot(object)
    def move_across(self, panel: EndpointPanel) -> None:
        """Move a panel to the other group; its sockets are not affected."""
        home = self._group_of(panel)
        other = self.right if home is self.left else self.left
        area = home.widget(home.place_of(panel)) if home is not None else None
        if home is None or area is None:
            return
        home.removeTab(home.place_of(panel))
        other.addTab(area, panel.name)
        other.label_tab(panel)
        other.setCurrentIndex(other.place_of(panel))

    def place_of(self, panel: EndpointPanel) -> tuple[str, int]:
        """The side that a panel is on, and its position among the tabs there."""
        group = self._group_of(panel)
        return (group.side, group.place_of(panel)) if group is not None else (self.left.side, -1)

    def is_in_front(self, panel: EndpointPanel) -> bool:
        """Whether it is the visible one of its group."""
        return any(group.in_front is panel for group in self.groups)

    def put(self, panel: EndpointPanel, side: str, place: int | None) -> None:
        """Put a panel's tab at a position of a side; None, or too large a number: at the end."""
        if self.place_of(panel)[0] != side:
            self.move_across(panel)
        group = self._group_of(panel)
        if group is not None and place is not None:
            wished = min(max(place, 0), group.count() - 1)
            group.tabBar().moveTab(group.place_of(panel), wished)

    def begin_rename(self, panel: EndpointPanel) -> None:
        """Open a field for its name, on its tab."""
        group = self._group_of(panel)
        if group is not None:
            group.begin_rename(panel)

    def name_anew(self, panel: EndpointPanel) -> None:
        """Show its endpoint's new name."""
        group = self._group_of(panel)
        if group is not None:
            group.label_tab(panel)
        self.tell_target()

    def remove(self, panel: EndpointPanel) -> None:
        group = self._group_of(panel)
        if group is not None:
            area = group.widget(group.place_of(panel))
            group.removeTab(group.place_of(panel))
            if area is not None:
                area.deleteLater()

    # -- showing --------------------------------------------------------------------------------

    @property
    def needed_height(self) -> int:
        """The height in pixels that the panels in front need to be shown well."""
        bars = max(group.tabBar().sizeHint().height() for group in self.groups)
        return bars + 4 + max((panel.wished_height for panel in self.fronts), default=0)

    def _rename(self, panel: EndpointPanel) -> None:
        """Set the text of its tab."""
        for group in self.groups:
            place = group.place_of(panel)
            if place >= 0:
                group.setTabText(place, panel.tab_text)

    def _on_settled(self, panel: EndpointPanel, field: str) -> None:
        """Draw the tab again: the endpoint may be of another kind now."""
        group = self._group_of(panel)
        if field in {"family", "type"} and group is not None:
            group.draw_tab(panel)

    @Slot(bool)
    def fold(self, folded: bool) -> None:
        """Hide in each panel what only sets a socket up, or show it again."""
        self._folded = folded
        for panel in self.panels():
            panel.fold(folded)

    @Slot(bool)
    def spare_height(self, sparing: bool) -> None:
        """Have each panel take less height around its content while the window is low."""
        self._sparing = sparing
        for panel in self.panels():
            panel.spare_height(sparing)

    @Slot(bool)
    def show_calls(self, shown: bool) -> None:
        """Show on each button that makes a call which one that is, or not."""
        self._calls_shown = shown
        for panel in self.panels():
            panel.controls.show_calls(shown)

    @Slot(bool)
    def number_steps(self, shown: bool) -> None:
        """Show or hide the numbers of the first steps."""
        for panel in self.panels():
            panel.number_steps(shown)
