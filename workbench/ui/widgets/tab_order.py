"""The order in which the Tab key goes through widgets."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget


def set_tab_order(before: QWidget, widget: QWidget) -> QWidget:
    """Put a widget and all in it behind `before` in the Tab key's order; the last one of them.

    Parts are made in the order in which they stand. (Not by nextInFocusChain(): PySide takes
    what it gives for its own, and the program crashes later.)
    """
    for item in (widget, *widget.findChildren(QWidget)):
        takes = item.focusPolicy() & Qt.FocusPolicy.TabFocus and item.focusProxy() is None
        if takes and item.window() is widget.window():
            QWidget.setTabOrder(before, item)
            before = item
    return before
