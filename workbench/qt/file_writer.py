"""Writes an export on a thread of its own, so that ten million rows do not block the window."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from PySide6.QtCore import QObject, QThread

from workbench.journal.joined import open_record
from workbench.journal.reader import Reader
from workbench.journal.whole_file import write_whole
from workbench.session import Session
from workbench.texts import Problem, reason_of, tr

Work = Callable[[Reader, BinaryIO], str]
"""Writes, and says in a sentence what it has written."""


class FileWriter(QThread):
    """Writes a file of everything put into the record so far; if that fails, no file is left.

    Attributes:
        sentence: how it ended.
    """

    def __init__(self, session: Session, path: Path, work: Work, parent: QObject) -> None:
        """`work` writes the file with a reader of its own; an existing file of this name is
        replaced.
        """
        super().__init__(parent)
        self._journal = session.journal
        self._path = path
        self._work = work
        self.sentence = ""

    def run(self) -> None:
        try:
            self._journal.flush()
            with closing(open_record(self._journal.record)) as reader:
                write_whole(self._path, lambda out: self._write(reader, out), replace=True)
        except OSError as error:
            self.sentence = tr("window.not_written", path=str(self._path), reason=reason_of(error))
        except Problem as problem:
            self.sentence = problem.text

    def _write(self, reader: Reader, out: BinaryIO) -> None:
        self.sentence = self._work(reader, out)
