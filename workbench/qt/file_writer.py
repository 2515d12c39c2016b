"""Writes an export on a thread of its own, so that ten million rows do not block the window."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Final

from PySide6.QtCore import QObject, QThread, Signal

from workbench.journal.exports.rows import Looked
from workbench.journal.joined import open_record
from workbench.journal.reader import Reader
from workbench.journal.whole_file import write_whole
from workbench.session import Session
from workbench.texts import Problem, reason_of, tr

Work = Callable[[Reader, BinaryIO, Looked], str]
"""Writes, telling how far it is, and says in a sentence what it has written."""
STEPS: Final = 1_000
"""Of the progress, at most so many are told to the window."""


class FileWriter(QThread):
    """Writes a file of everything put into the record so far; if that fails or is stopped, no file
    is left.

    Attributes:
        sentence: how it ended.

    Signals:
        progressed(float): the share of the record that was looked through.
    """

    progressed = Signal(float)

    def __init__(self, session: Session, path: Path, work: Work, parent: QObject) -> None:
        """`work` writes the file with a reader of its own; an existing file of this name is
        replaced.
        """
        super().__init__(parent)
        self.path = path
        self._journal = session.journal
        self._work = work
        self._lock = threading.Lock()
        self._reader: Reader | None = None
        self._stopped = False
        self._told = 0
        self.sentence = ""

    def stop(self) -> None:
        """Ask it to end soon, and to leave no file. Callable from any thread, as often as wanted.

        What is written already, and only has to reach the disk, stays.
        """
        with self._lock:
            self._stopped = True
            if self._reader is not None:
                self._reader.interrupt()

    # -- the thread -----------------------------------------------------------------------------

    def run(self) -> None:
        try:
            self._journal.flush()
            with closing(open_record(self._journal.record)) as reader:
                self._hold(reader)
                try:
                    write_whole(self.path, lambda out: self._write(reader, out), replace=True)
                finally:
                    self._hold(None)
        except _Stopped:
            self.sentence = self._how_it_was_left()
        except sqlite3.OperationalError:
            if not self._stopped:
                raise
            self.sentence = self._how_it_was_left()
        except OSError as error:
            self.sentence = tr("window.not_written", path=str(self.path), reason=reason_of(error))
        except Problem as problem:
            self.sentence = problem.text

    def _hold(self, reader: Reader | None) -> None:
        with self._lock:
            self._reader = reader

    def _write(self, reader: Reader, out: BinaryIO) -> None:
        self.sentence = self._work(reader, out, self._looked)

    def _looked(self, share: float) -> None:
        """Tell how far it is. Raises _Stopped: it is to end."""
        if self._stopped:
            raise _Stopped
        step = int(share * STEPS)
        if step > self._told:
            self._told = step
            self.progressed.emit(share)

    def _how_it_was_left(self) -> str:
        """What has become of the file, for one that could only be written in place is empty."""
        try:
            empty = self.path.is_file() and self.path.stat().st_size == 0
        except OSError:
            empty = False
        return tr(
            "window.export_emptied" if empty else "window.export_stopped", path=str(self.path)
        )


class _Stopped(Exception):
    """The export was stopped."""
