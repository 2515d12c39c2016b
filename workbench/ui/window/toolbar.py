"""The tool bar, made from the table of commands."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.window.action_table import ACTIONS, RIGHT, Action, Button
from workbench.ui.window.menus import MenuBar

APART = 4
"""Pixels between two buttons, separators and margins counted in."""


class ToolBar(Retranslatable, QToolBar):
    """A button for each row that has one; it triggers the menu's action."""

    def __init__(self, menus: MenuBar) -> None:
        super().__init__()
        self.setObjectName("toolbar")
        self.setMovable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._buttons: dict[str, QToolButton] = {}
        self._places: dict[str, QAction] = {}
        self._said: dict[str, str] = {}  # in place of the text in the table
        rows = [(row, row.button) for row in ACTIONS if row.button is not None]
        group = 1
        for row, button in sorted(rows, key=lambda pair: (pair[1].group, pair[1].place)):
            if button.group != group:
                self._part(button.group)
                group = button.group
            self._add(row, button, menus)
        self.retranslate()

    def _part(self, group: int) -> None:
        """Separate two groups by a line, or by all the room there is."""
        if group != RIGHT:
            self.addSeparator()
            return
        gap = QWidget()
        gap.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(gap)

    def _add(self, row: Action, shown: Button, menus: MenuBar) -> None:
        button = QToolButton()
        button.setObjectName(f"window.{row.button_name}")
        button.setAutoRaise(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setProperty("icon_name", shown.icon or "")
        action = menus.action(row.id)
        menu = action.menu()
        if isinstance(menu, QMenu):
            button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
            button.setMenu(menu)
            button.setProperty("menu", True)
        else:
            button.clicked.connect(action.trigger)
        button.setEnabled(action.isEnabled())
        action.enabledChanged.connect(button.setEnabled)
        self._places[row.button_name] = self.addWidget(button)
        self._buttons[row.button_name] = button

    def say(self, name: str, text: str) -> None:
        """Give a button this text from now on."""
        self._said[name] = text
        self.retranslate()

    def offer(self, name: str, offered: bool) -> None:
        """Show a button, or hide it while there is nothing for it to do."""
        if self._places[name].isVisible() != offered:
            self._places[name].setVisible(offered)
            self._fit()

    def retranslate(self) -> None:
        self.setAccessibleName(tr("name.tool_bar"))
        side = theme.scaled(theme.ICON)
        for name, button in self._buttons.items():
            button.setText(self._said.get(name) or tr(f"window.{name}"))
            button.setToolTip(tr(f"tip.{name}"))
            button.setAccessibleName(tr(f"name.{name}"))
            icon = button.property("icon_name")
            if icon:
                button.setIconSize(QSize(side + theme.TIGHT, side))
                button.setIcon(icons.icon_before_words(icon))
        self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    @property
    def _between(self) -> int:
        """The pixels that belong to no button."""
        return self.fontMetrics().averageCharWidth() + APART * len(self.actions())

    @property
    def least_width(self) -> int:
        """The width that icons alone take, for buttons that have one."""
        return self._between + sum(_width(x, words=False) for x in self._offered())

    def _offered(self) -> list[QToolButton]:
        return [self._buttons[name] for name, place in self._places.items() if place.isVisible()]

    def _fit(self) -> None:
        """Show words beside the icons if everything fits, else icons only, so that nothing is cut
        off.
        """
        whole = {button: _width(button, words=True) for button in self._offered()}
        words = sum(whole.values()) + self._between <= self.width()
        style = Qt.ToolButtonStyle
        for button, width in whole.items():
            alone = not words and bool(button.property("icon_name"))
            button.setToolButtonStyle(
                style.ToolButtonIconOnly if alone else style.ToolButtonTextBesideIcon
            )
            button.setFixedWidth(_width(button, words=False) if alone else width)


def _width(button: QToolButton, *, words: bool) -> int:
    """The width of a button; QToolButton's own hint wastes a third."""
    icon = button.iconSize().width() + 4 if button.property("icon_name") else 0
    arrow = (10 if icon else 24) if button.property("menu") else 0  # words alone are centred
    words = words or not icon
    text = button.fontMetrics().horizontalAdvance(button.text()) if words else 0
    return text + icon + arrow + 16
