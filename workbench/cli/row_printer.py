"""Rows of a record on stdout, a page at a time."""

from __future__ import annotations

from typing import Final

from workbench.cli.output import write_printable
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.exports.plain_text import TextLines
from workbench.journal.masked import Masked
from workbench.journal.reader import Reader

PAGE: Final = 1000


class RowPrinter:
    """Prints the rows of a record in order, each once; `printed` is the last one's number."""

    def __init__(self, reader: Reader, printed: int, *, text: bool, run: str | None = None) -> None:
        """`run`: the name that lines of JSON have of the run, where there are several."""
        self._reader = reader
        self._masked = Masked(reader)
        self._lines = TextLines(reader, every_row=True) if text else JsonLines(run)
        self.printed = printed

    def page(self, upto: int) -> bool:
        """Print the next rows, `upto` at most; False where nobody reads them any more.

        Raises:
            Problem: the output cannot be written (a full disk).
        """
        last = min(self.printed + PAGE, upto)
        rows = self._reader.page(self.printed + 1, last - self.printed)
        if not rows:  # they were let go meanwhile, or are damaged
            self.printed = last
            return True
        self.printed = rows[-1].seq
        return write_printable(self._lines.of(self._masked.rows(rows)))
