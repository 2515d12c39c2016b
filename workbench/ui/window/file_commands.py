"""Files of the window: records opened beside it, exports, scenarios run from a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from workbench.journal.exports.table import EXPORTS
from workbench.qt.file_writer import FileWriter, Work
from workbench.texts import tr
from workbench.viewmodel.conversation_export import (
    ConversationForm,
    ConversationRequest,
    write_conversation,
)

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow


class FileCommands(QObject):
    """Asks for paths and does what is wished with them.

    Signals:
        record_wanted(Path): show this record in a window beside this one.
    """

    record_wanted = Signal(object)

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._writer: FileWriter | None = None

    @Slot()
    def open_record(self) -> None:
        """Ask for a record and show it."""
        folder = str(self._window.controller.session.record.parent)
        name, _ = QFileDialog.getOpenFileName(
            self._window, tr("menu.open").replace("&", ""), folder, tr("window.records_files")
        )
        if name:
            self.show_record(Path(name))

    def show_record(self, path: Path) -> None:
        """A record in a window of its own; the sockets of this one go on."""
        self.record_wanted.emit(path)

    @Slot()
    def run_scenario(self) -> None:
        """Ask for a scenario file and run it in this session."""
        name, _ = QFileDialog.getOpenFileName(
            self._window,
            tr("menu.run_scenario").replace("&", ""),
            "",
            tr("window.scenario_files"),
        )
        if name:
            self._window.demos.run(Path(name))

    @Slot()
    def export(self) -> None:
        """Ask for a file; its ending says the format."""
        stem = self._window.controller.session.record.stem
        filters = ";;".join(f"{form.name} (*.{form.ending})" for form in EXPORTS.values())
        name, chosen = QFileDialog.getSaveFileName(
            self._window, tr("menu.export").replace("&", ""), f"{stem}.jsonl", filters
        )
        if name:
            self.write(Path(name), chosen.partition(" ")[0] or "jsonl")

    def write(self, path: Path, form: str) -> None:
        """Export what the log shows (its filter holds) to a file."""
        condition = self._window.log.model.condition

        self._begin(path, lambda reader, out: EXPORTS[form].write(reader, out, condition))

    @Slot(object)
    def save_talk(self, wish: ConversationRequest) -> None:
        """Ask for a file and what of a conversation goes into it."""
        filters = {tr(f"window.talk_{form.value}"): form for form in ConversationForm}
        name, chosen = QFileDialog.getSaveFileName(
            self._window, tr("name.save_talk"), f"{wish.endpoint}.txt", ";;".join(filters)
        )
        if name:
            self.write_conversation(Path(name), wish, filters.get(chosen, ConversationForm.TEXT))

    def write_conversation(
        self, path: Path, wish: ConversationRequest, form: ConversationForm
    ) -> None:
        """Write a conversation, all of it, to a file."""
        self._begin(path, lambda reader, out: write_conversation(reader, out, wish, form))

    def _begin(self, path: Path, work: Work) -> None:
        if self._writer is not None:
            self._writer.wait()
        self._writer = FileWriter(self._window.controller.session, path, work, self)
        self._writer.finished.connect(self._on_written)
        self._writer.start()

    @Slot()
    def _on_written(self) -> None:
        if self._writer is not None:
            self._window.status.tell(self._writer.sentence)
            self._writer = None

    def close(self) -> None:
        """An export under way is finished before the window goes."""
        if self._writer is not None:
            self._writer.wait()
