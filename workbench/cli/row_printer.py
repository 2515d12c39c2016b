"""Rows of a record on stdout, a page at a time."""

from __future__ import annotations

from typing import Final

from workbench.cli.output import write
from workbench.journal.exports.plain_text import text_line
from workbench.journal.reader import Reader, row_json
from workbench.journal.streams import Streams

PAGE: Final = 1000


class RowPrinter:
    """Prints the rows of a record in order, each once; `printed` is the last one's number."""

    def __init__(self, reader: Reader, printed: int, *, text: bool) -> None:
        self._reader = reader
        self._streams = Streams(reader, every_row=True) if text else None
        self.printed = printed

    def page(self, upto: int) -> bool:
        """Print the next rows, `upto` at most; False where nobody reads them any more.

        Raises:
            Problem: the output cannot be written (a full disk).
        """
        rows = self._reader.page(self.printed + 1, min(PAGE, upto - self.printed))
        if not rows:
            self.printed = upto
            return True
        self.printed = rows[-1].seq
        if self._streams is not None:
            lines = [text_line(self._reader, row, self._streams) for row in rows]
        else:
            lines = [row_json(row) for row in rows]
        return write("\n".join(lines) + "\n")
