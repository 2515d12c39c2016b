"""Prints rows of a record on stdout or stderr, a page at a time."""

from __future__ import annotations

from typing import Final

from workbench.cli.output import write_printable
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.exports.plain_pages import PlainPages
from workbench.journal.exports.plain_text import TextLines
from workbench.journal.masked import Masked
from workbench.journal.reader import Reader

PAGE: Final = 1000
"""Rows of one read and one write at the most."""
LARGE: Final = 1_000_000
"""Characters of a page above which the next one has half as many rows: what exceeds the processor's
cache takes a quarter more time for each of them.
"""
WIDTH: Final = 240
"""Characters of a row as text: the bytes themselves are also on stdout."""


class RowPrinter:
    """Prints rows in order, each once; `printed` is the number of the last one."""

    def __init__(
        self,
        reader: Reader,
        printed: int,
        *,
        text: bool,
        run: str | None = None,
        error: bool = False,
    ) -> None:
        """`run`: the name of the run in lines of JSON, where there are several; `error`: print to
        stderr.
        """
        self._error = error
        self._short = text
        self._reader = reader
        self._masked = Masked(reader)
        lines = JsonLines(run)
        self._lines = TextLines(reader, every_row=True) if text else lines
        self._plain = None if text else PlainPages(reader, self._masked, lines)
        self.printed = printed
        self._most = PAGE

    def page(self, upto: int) -> bool:
        """Print the next rows, up to `upto`; False when nobody reads them any more.

        Raises:
            Problem: the output cannot be written (a full disk).
        """
        last = min(self.printed + self._most, upto)
        plain = self._plain
        found = plain.page(self.printed + 1, last - self.printed) if plain is not None else None
        if found is not None:
            self.printed += found[0]
            return self._write(found[1])
        rows = self._reader.page(self.printed + 1, last - self.printed)
        if not rows:  # they have been removed meanwhile, or are damaged
            self.printed = last
            return True
        self.printed = rows[-1].seq
        text = self._lines.of(self._masked.rows(rows))
        if self._short:
            text = "".join(f"{_cut(line)}\n" for line in text.splitlines())
        return self._write(text)

    def _write(self, text: str) -> bool:
        if len(text) > LARGE:
            self._most = max(1, self._most // 2)
        elif len(text) < LARGE // 4:
            self._most = min(PAGE, 2 * self._most)
        return write_printable(text, error=self._error)


def _cut(line: str) -> str:
    return line if len(line) <= WIDTH else f"{line[:WIDTH]}…"
