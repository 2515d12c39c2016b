"""A scroll area's viewport, found by name: asking PySide for it any other way
costs a start 11 ms.
"""

from __future__ import annotations

from PySide6.QtWidgets import QAbstractScrollArea, QWidget


def known_viewport(area: QAbstractScrollArea) -> QWidget:
    """The area's viewport.

    The caller keeps it as long as the area, so that `viewport()` returns the same object. For a
    widget that Python does not know yet, PySide looks through every widget class for what it may
    be, and creates all of them: 11 ms of a start. A child that is found by its name tells its class
    itself.
    """
    found = area.findChild(QWidget, "qt_scrollarea_viewport")
    return found if found is not None else area.viewport()
