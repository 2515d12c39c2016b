"""The order in which the Tab key moves through widgets."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_tab_order(before: QWidget, widget: QWidget) -> QWidget:
    """Put a widget and everything in it after `before` in the Tab order; returns the last of them.

    Parts are created in the order in which they are placed. (Not with nextInFocusChain(): PySide
    takes ownership of what it returns, and the program crashes later.)
    """
    for item in (widget, *widget.findChildren(QWidget)):
        takes = item.focusPolicy() & Qt.FocusPolicy.TabFocus and item.focusProxy() is None
        if takes and item.window() is widget.window():
            QWidget.setTabOrder(before, item)
            before = item
    return before
