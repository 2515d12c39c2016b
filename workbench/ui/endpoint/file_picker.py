"""The file that a client sends: its path, its size, and a button to look for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from workbench.texts import Problem, tr
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.style.theme import GAP
from workbench.ui.widgets.named_controls import NamedControls, SpokenLabel, TextField, tone
from workbench.viewmodel.payload_form import file_size

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData


def file_of(source: QMimeData) -> str | None:
    """The path of the first local file among what is dropped or pasted; None: there is none."""
    return next((url.toLocalFile() for url in source.urls() if url.isLocalFile()), None)


class _PathField(TextField):
    """A field on which a file can be dropped."""

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._take(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._take(event)

    def _take(self, event: QDragMoveEvent) -> None:
        if file_of(event.mimeData()) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        file = file_of(event.mimeData())
        if file is None:
            super().dropEvent(event)
            return
        event.acceptProposedAction()
        self.setText(file)


class FilePicker(Retranslatable, QWidget):
    """Takes the place of the editor while a file is sent.

    Signals:
        edited(): another path was entered.
        submitted(): Enter was pressed in the path.
    """

    edited = Signal()
    submitted = Signal()

    def __init__(self, controls: NamedControls) -> None:
        super().__init__()
        self.path = controls.add(_PathField(), "file_path")
        self.browse = controls.add(QPushButton(), "file_browse")
        self.bytes = controls.add(SpokenLabel(), "file_size")
        self.bytes.setTextFormat(Qt.TextFormat.PlainText)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GAP)
        caption = controls.caption("file_path", self.path)
        for widget in (caption, self.path, self.bytes, self.browse):
            row.addWidget(widget)
        self.path.textChanged.connect(self._on_text)
        self.path.returnPressed.connect(self.submitted)
        self.browse.clicked.connect(self._on_browse)

    def retranslate(self) -> None:
        """The size, or that there is no such file; the preview says why."""
        try:
            size = file_size(self.path.text())
        except Problem:
            self.bytes.setText("")
            tone(self.path, "bad" if self.path.text().strip() else "")
        else:
            self.bytes.setText(tr("panel.file_size", count=f"{size:,}"))
            tone(self.path, "")

    @Slot(str)
    def _on_text(self, text: str) -> None:
        if text.startswith("file://"):  # in the form in which a file manager copies it
            from PySide6.QtCore import QUrl

            self.path.setText(QUrl(text).toLocalFile())
            return
        self.retranslate()
        self.edited.emit()

    @Slot()
    def _on_browse(self) -> None:
        from workbench.ui.widgets.file_dialogs import ask_file  # while somebody browses

        ask_file(self, tr("name.file_path"), self._take, start=self.path.text())

    def _take(self, path: Path) -> None:
        self.path.setText(str(path))
