"""File dialogs: some do not block, and the answer comes by a callback.

These open in the folder where a file was last chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from workbench.ui.widgets.last_folder import last_folder, remember_folder
from workbench.ui.widgets.worded_files import word_columns


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


def open_name(parent: QWidget, title: str, folder: str, filters: str) -> str:
    """Ask for an existing file and wait for the answer; "": none was chosen."""
    dialog = QFileDialog(parent, title, folder, filters)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _answered(dialog)[0]


def save_name(parent: QWidget, title: str, start: str, filters: str) -> tuple[str, str]:
    """Ask where to write a file and wait for the answer: its path ("": nowhere), and the filter
    that was chosen. `start`: the path that is proposed.
    """
    place = Path(start)
    folder = str(place.parent) if len(place.parts) > 1 else ""
    dialog = QFileDialog(parent, title, folder, filters)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.selectFile(place.name)
    return _answered(dialog)


def _answered(dialog: QFileDialog) -> tuple[str, str]:
    word_columns(dialog)
    try:
        if not dialog.exec():
            return "", ""
        return dialog.selectedFiles()[0], dialog.selectedNameFilter()
    finally:
        dialog.deleteLater()


def _dialog(
    parent: QWidget, title: str, then: Callable[[Path], object], start: str, filters: str
) -> QFileDialog:
    dialog = QFileDialog(parent, title, last_folder(), filters)
    word_columns(dialog)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    if start:
        dialog.selectFile(start)
    dialog.fileSelected.connect(lambda name: remember_folder(str(Path(name).parent)))
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    return dialog
