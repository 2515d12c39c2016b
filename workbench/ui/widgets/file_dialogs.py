"""File dialogs that do not block: the answer comes by a callback.

A dialog opens in the folder where a file was last chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.ui.widgets.last_folder import last_folder, remember_folder


def ask_file(
    parent: QWidget,
    title: str,
    then: Callable[[Path], object],
    *,
    start: str = "",
    filters: str = "",
) -> QFileDialog:
    """Ask for an existing file; `then` gets its path."""
    dialog = _dialog(parent, title, then, start, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.open()
    return dialog


def ask_new_file(
    parent: QWidget,
    title: str,
    then: Callable[[Path], object],
    *,
    start: str = "",
    filters: str = "",
) -> QFileDialog:
    """Ask where to write a file; `then` gets its path."""
    dialog = _dialog(parent, title, then, start, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.open()
    return dialog


def _dialog(
    parent: QWidget, title: str, then: Callable[[Path], object], start: str, filters: str
) -> QFileDialog:
    dialog = QFileDialog(parent, title, last_folder(), filters)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if start:
        dialog.selectFile(start)
    dialog.fileSelected.connect(lambda name: remember_folder(str(Path(name).parent)))
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    return dialog
