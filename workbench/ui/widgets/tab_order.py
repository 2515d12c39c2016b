"""The order in which the Tab key moves through widgets."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_tab_order(before: QWidget, widget: QWidget) -> QWidget:
    """Put a widget and everything in it after `before` in the Tab order; returns the last of them.

    Parts are created in the order in which they are placed. (Not with nextInFocusChain(): PySide
    takes ownership of what it returns, and the program crashes later.)
    """
    for item in _all_in(widget):
        if item.focusPolicy() & Qt.FocusPolicy.TabFocus and item.focusProxy() is None:
            QWidget.setTabOrder(before, item)
            before = item
    return before


def _all_in(widget: QWidget) -> Iterator[QWidget]:
    """The widget and those in it, except what is in its lists and menus, which are windows: PySide
    would make an object for each of their parts.
    """
    yield widget
    for child in widget.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
        if not child.isWindow():
            yield from _all_in(child)
