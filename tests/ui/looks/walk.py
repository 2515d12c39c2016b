"""Walking through a window with the Tab key, as somebody without a mouse does."""

from __future__ import annotations

from itertools import pairwise

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QScrollArea, QWidget

from tests.ui.looks.seen import name_of
from workbench.ui.widgets.late_part import LatePart

MOST = 250
"""Presses after which a walk is taken to go round in circles."""
SPEECHLESS = frozenset({QAccessible.Role.NoRole, QAccessible.Role.Window})
"""Roles that tell nobody what a widget is for."""


def stops(root: QWidget) -> list[QWidget]:
    """What Tab has to reach, in whatever order."""
    return [
        widget
        for widget in root.findChildren(QWidget)
        if takes_tab(widget) and widget.isVisible() and widget.isEnabled()
    ]


def takes_tab(widget: QWidget) -> bool:
    inner = widget.focusProxy() is not None or isinstance(widget, LatePart)  # a hidden place
    above = widget.parentWidget()
    while above is not None and not inner:
        inner = isinstance(above, QComboBox)  # its list speaks under its name
        above = above.parentWidget()
    return bool(widget.focusPolicy() & Qt.FocusPolicy.TabFocus) and not inner


def walk(window: QWidget) -> tuple[list[QWidget], list[QWidget]]:
    """Tab after Tab until the first widget comes again; those that show no sign of the focus."""
    window.activateWindow()
    QApplication.processEvents()
    stops(window)[0].setFocus(Qt.FocusReason.TabFocusReason)
    # a press of a key, so that Qt paints the focus of buttons: there and back
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Backtab)
    found: list[QWidget] = []
    unseen: list[QWidget] = []
    for _ in range(MOST):
        at = window.focusWidget()
        assert at is not None
        if at in found:
            break
        found.append(at)
        focused = at.grab().toImage()
        QTest.keyClick(at, Qt.Key.Key_Tab)
        if at.grab().toImage() == focused:
            unseen.append(at)
    for area in window.findChildren(QScrollArea):  # the order is judged of what is not scrolled
        area.verticalScrollBar().setValue(0)
    return found, unseen


def backwards(found: list[QWidget], *, columns: bool = False) -> list[str]:
    """Steps that go up, or to the left in the same line.

    `columns`: the window is read column by column, so that a step may go up to the right.
    """
    faults = []
    for one, other in pairwise(found):
        here, there = _place(one), _place(other)
        same_line = here.top() < there.bottom() - 4 and there.top() < here.bottom() - 4
        right = there.left() >= here.left()
        below = there.top() >= here.center().y()
        next_column = columns and there.left() > here.right()
        if not (below or (same_line and right) or next_column):
            faults.append(f"{name_of(one)} {here.getRect()} > {name_of(other)} {there.getRect()}")
    return faults


def _place(widget: QWidget) -> QRect:
    return QRect(widget.mapTo(widget.window(), QPoint(0, 0)), widget.size())


def role(widget: QWidget) -> QAccessible.Role:
    return QAccessible.queryAccessibleInterface(widget).role()
