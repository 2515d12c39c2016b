"""Words the columns of Qt's file dialog in the language of the window.

Qt asks the system's locale for sizes and dates, and the system's table of file types for kinds:
in a Chinese window on an English system that was "10 bytes" and "TOML document". A dialog of the
desktop itself is left alone.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import (
    QCoreApplication,
    QIdentityProxyModel,
    QLocale,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
)
from PySide6.QtWidgets import QFileDialog, QFileSystemModel

from workbench.texts import language

SIZE, KIND, DATE = 1, 2, 3
"""Columns of QFileSystemModel."""
_ICONS: Final = "QAbstractFileIconProvider"
"""The context of Qt's words for kinds."""


def word_columns(dialog: QFileDialog) -> None:
    """Have the list of a dialog speak the language of the window, if the system has another one."""
    wanted = QLocale(language())
    if wanted.language() != QLocale.system().language():
        dialog.setProxyModel(WordedFiles(wanted, dialog))


class WordedFiles(QIdentityProxyModel):
    """The files as Qt's model has them, sorted by it too, with other words."""

    def __init__(self, locale: QLocale, parent: QFileDialog) -> None:
        super().__init__(parent)
        self._locale = locale

    def data(
        self,
        index: QModelIndex | QPersistentModelIndex,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        source, column = self.sourceModel(), index.column()
        worded = role == Qt.ItemDataRole.DisplayRole and column in {SIZE, KIND, DATE}
        if not worded or not isinstance(source, QFileSystemModel):
            return super().data(index, role)
        own = self.mapToSource(index)
        if column == DATE:
            short = QLocale.FormatType.ShortFormat
            return self._locale.toString(source.lastModified(own), short)
        if source.isDir(own):
            return super().data(index, role)  # which Qt's own translation words
        if column == SIZE:
            return self._locale.formattedDataSize(source.size(own))
        suffix = source.fileInfo(own).suffix()
        words = QCoreApplication.translate(_ICONS, "%1 File" if suffix else "File")
        return words.replace("%1", suffix.upper())
