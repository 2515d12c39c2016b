"""About: versions and paths, to be copied into a report."""

from __future__ import annotations

import platform
import ssl
import sys
from typing import Final

import PySide6
from PySide6.QtCore import Qt, Slot, qVersion
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

import workbench
from workbench.journal.records import folder
from workbench.texts import tr
from workbench.ui.style import icons, theme
from workbench.ui.style.retranslatable import Retranslatable

_PICTURE: Final = 64
"""Pixels of the program's icon."""


def about_lines(settings: str) -> list[tuple[str, str]]:
    """The lines of the box, as label and value; `settings`: the path of the window's
    preferences.
    """
    return [
        (tr("about.version"), workbench.__version__),
        (tr("about.python"), f"{platform.python_version()} ({sys.executable})"),
        (tr("about.qt"), f"{qVersion()} (PySide6 {PySide6.__version__})"),
        (tr("about.tls"), ssl.OPENSSL_VERSION),
        (tr("about.system"), platform.platform()),
        (tr("about.records"), str(folder())),
        (tr("about.settings"), settings),
    ]


class AboutBox(Retranslatable, QDialog):
    """Lines of plain text, and a button that copies them."""

    def __init__(self, parent: QWidget, settings: str) -> None:
        """`settings`: the path of the window's preferences."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("about")
        self._settings = settings
        self.label = QLabel()
        self.label.setObjectName("about.text")
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.copy = self._buttons.addButton("", QDialogButtonBox.ButtonRole.ActionRole)
        self.copy.setObjectName("about.copy")
        self.copy.clicked.connect(self._on_copy)
        self._buttons.rejected.connect(self.reject)
        picture = QLabel()
        picture.setPixmap(icons.app_icon().pixmap(_PICTURE, _PICTURE))
        row = QHBoxLayout()
        row.setSpacing(theme.ROOMY)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.label, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.ROOMY, theme.ROOMY, theme.ROOMY, theme.WIDE)
        column.setSpacing(theme.ROOMY)
        column.addLayout(row)
        column.addWidget(self._buttons)
        self.retranslate()

    def retranslate(self) -> None:
        self.setWindowTitle(tr("about.title"))
        self.copy.setText(tr("about.copy"))
        lines = about_lines(self._settings)
        said = "\n".join(tr("about.line", what=what, value=value) for what, value in lines)
        self.label.setText(f"{tr('about.purpose')}\n\n{said}")

    @Slot()
    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.label.text())
