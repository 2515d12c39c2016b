"""Commands on files: opening records, exporting, running scenarios."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from PySide6.QtCore import QDeadlineTimer, QObject, Signal, Slot

from workbench.journal.joined import whole_of
from workbench.texts import tr
from workbench.ui.widgets.last_folder import last_folder, remember_folder
from workbench.viewmodel.message import msg

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from workbench.journal.exports.rows import Looked
    from workbench.journal.reader import Reader
    from workbench.qt.controller import Controller
    from workbench.qt.file_writer import FileWriter, Work
    from workbench.qt.log_model import LogModel
    from workbench.viewmodel.conversation_export import ConversationForm, ConversationRequest


SCENARIO: Final = ".toml"
RECORD: Final = ".swb"
GRACE_MS: Final = 1_000
"""How long a window that is closed waits for its exports; what takes longer is stopped."""


class FileCommands(QObject):
    """Asks for a path and carries the command out.

    Signals:
        record_wanted(Path): show this record in a window beside this one.
        scenario_wanted(Path): run this scenario.
        dropped(Path): this scenario or set-up was dropped.
        told(str): the result of writing a file, in a sentence.
        writing(Sentence, float): a file is being written, and which share of the work is done.
        written(): none is any more.
        first_export(): the first one begins.
    """

    record_wanted = Signal(object)
    scenario_wanted = Signal(object)
    dropped = Signal(object)
    told = Signal(str)
    writing = Signal(object, float)
    written = Signal()
    first_export = Signal()

    def __init__(self, owner: QWidget, controller: Controller, model: LogModel) -> None:
        """`owner`: the window that dialogs belong to; `model`: an export keeps to the log's
        filter.
        """
        super().__init__()
        self._owner = owner
        self._controller = controller
        self._model = model
        self._writer: FileWriter | None = None
        self._waiting: list[tuple[Path, Work]] = []
        self._wrote = False

    @Slot()
    def open_record(self) -> None:
        """Ask for a record and show it."""
        from workbench.ui.widgets.file_dialogs import open_name
        from workbench.ui.window.menu_words import title_of

        folder = str(self._controller.session.record.parent)
        name = open_name(self._owner, title_of("open"), folder, tr("window.records_files"))
        if name:
            self.show_record(whole_of(Path(name)))

    @Slot(object)
    def show_record(self, path: Path) -> None:
        """Show a record in a window of its own; the sockets of this one go on."""
        self.record_wanted.emit(path)

    @Slot()
    def run_scenario(self) -> None:
        """Ask for a scenario file and run it in this session."""
        from workbench.ui.widgets.file_dialogs import open_name
        from workbench.ui.window.menu_words import title_of

        name = open_name(
            self._owner,
            title_of("run_scenario"),
            self.folder,
            tr("window.scenario_files"),
        )
        if name:
            self.remember(name)
            self.scenario_wanted.emit(Path(name))

    @property
    def folder(self) -> str:
        """Where a file was last chosen, here or in a panel; "": nowhere yet."""
        return last_folder()

    @folder.setter
    def folder(self, folder: str) -> None:
        remember_folder(folder)

    def beside(self, name: str) -> str:
        """A name in the folder where a file was last chosen."""
        return str(Path(self.folder) / name) if self.folder else name

    def remember(self, name: str) -> None:
        """Note that a file was chosen there."""
        self.folder = str(Path(name).parent)

    def take(self, path: Path) -> None:
        """Take a dropped file. A record is shown; a scenario is run or a set-up opened, once
        everything it asks for is allowed; for any other file, say what can be dropped where.
        """
        if path.suffix == RECORD or (path.is_dir() and any(path.glob(f"*{RECORD}"))):
            self.show_record(whole_of(path))
        elif path.suffix == SCENARIO:
            self.dropped.emit(path)
        else:
            self.told.emit(tr("window.not_for_here", name=path.name))

    @Slot()
    def export(self) -> None:
        """Ask for a file; its suffix decides the format."""
        from workbench.journal.exports.export_table import EXPORTS
        from workbench.ui.widgets.file_dialogs import save_name
        from workbench.ui.window.menu_words import title_of

        stem = self._controller.session.record.stem
        filters = ";;".join(f"{form.name} (*.{form.ending})" for form in EXPORTS.values())
        name, chosen = save_name(
            self._owner, title_of("export"), self.beside(f"{stem}.jsonl"), filters
        )
        if name:
            self.remember(name)
            self.write(Path(name), chosen.partition(" ")[0])

    def write(self, path: Path, form: str = "") -> None:
        """Export what the log shows (its filter applies) to a file; its suffix decides the form, or
        `form` if the suffix belongs to none.
        """
        from workbench.journal.exports.export_table import of_ending

        condition, export = self._model.condition, of_ending(path.suffix, form)

        def work(reader: Reader, out: BinaryIO, looked: Looked) -> str:
            rows = export.write(reader, out, condition, looked)
            count = max(0, reader.count() - reader.first_seq + 1)
            return tr(
                "window.exported_rows",
                path=str(path), form=export.name, rows=f"{rows:,}", count=f"{count:,}",
            )  # fmt: skip

        self._begin(path, work)

    @Slot(object)
    def save_conversation(self, wish: ConversationRequest) -> None:
        """Ask for a file, and which part of a conversation goes into it."""
        from workbench.ui.widgets.file_dialogs import save_name
        from workbench.viewmodel.conversation_export import ConversationForm

        filters = {tr(f"window.talk_{form.value}"): form for form in ConversationForm}
        name, chosen = save_name(
            self._owner,
            tr("name.save_talk"),
            self.beside(f"{wish.endpoint}.txt"),
            ";;".join(filters),
        )
        if name:
            self.remember(name)
            self.write_conversation(Path(name), wish, filters.get(chosen, ConversationForm.TEXT))

    def write_conversation(
        self, path: Path, wish: ConversationRequest, form: ConversationForm
    ) -> None:
        """Write a whole conversation to a file."""
        from workbench.viewmodel.conversation_export import write_conversation

        def work(reader: Reader, out: BinaryIO, looked: Looked) -> str:
            write_conversation(reader, out, wish, form, looked)
            return tr("window.exported", path=str(path))

        self._begin(path, work)

    def _begin(self, path: Path, work: Work) -> None:
        """Write a file on another thread, after those that were asked for before."""
        self._waiting.append((path, work))
        if self._writer is None:
            self._write_next()

    def _write_next(self) -> None:
        from workbench.qt.file_writer import FileWriter

        if not self._wrote:
            self._wrote = True
            self.first_export.emit()
        path, work = self._waiting.pop(0)
        self._writer = FileWriter(self._controller.session, path, work, self)
        self._writer.progressed.connect(self._on_progressed)
        self._writer.finished.connect(self._on_written)
        self._writer.start()
        self._on_progressed(0.0)

    @Slot(float)
    def _on_progressed(self, share: float) -> None:
        if self._writer is not None:
            self.writing.emit(msg("window.exporting", path=self._writer.path.name), share)

    @Slot()
    def stop(self) -> None:
        """Stop the export under way: nothing of it stays. Those that wait for it come next."""
        if self._writer is not None:
            self._writer.stop()

    @Slot()
    def _on_written(self) -> None:
        if self._writer is None:
            return
        self.told.emit(self._writer.sentence)
        self._writer.deleteLater()
        self._writer = None
        if self._waiting:
            self._write_next()
        else:
            self.written.emit()

    def close(self) -> None:
        """End the exports before the window is closed: a short one is finished, a long one stopped,
        which is said where a window's last words can be read.
        """
        patience = QDeadlineTimer(GRACE_MS)
        while self._writer is not None:
            writer = self._writer
            if not writer.wait(patience):
                writer.stop()
                writer.wait()
            self._on_written()
            if patience.hasExpired() and sys.stderr is not None:
                sys.stderr.write(f"{writer.sentence}\n")
