"""Files that are dragged over a window and let go."""

from __future__ import annotations

import warnings
from pathlib import Path

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent

from workbench.ui.window.window import MainWindow

ACTION = Qt.DropAction.CopyAction
BUTTON = Qt.MouseButton.LeftButton
KEY = Qt.KeyboardModifier.NoModifier


def dropped(window: MainWindow, path: Path) -> bool:
    """Drag a file over the window and let it go; whether it was taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    with warnings.catch_warnings():  # PySide 6.12 wants a QPointF, which those before do not take
        warnings.simplefilter("ignore", DeprecationWarning)
        enter = QDragEnterEvent(QPoint(5, 5), ACTION, data, BUTTON, KEY)
    enter.ignore()
    window.dragEnterEvent(enter)
    if enter.isAccepted():
        window.dropEvent(QDropEvent(QPointF(5, 5), ACTION, data, BUTTON, KEY))
    return enter.isAccepted()
