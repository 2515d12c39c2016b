"""`export`: writes a record in another form, to stdout or into a new file."""

from __future__ import annotations

import sys
from io import BufferedIOBase, TextIOBase, TextIOWrapper
from pathlib import Path
from typing import Any, BinaryIO, TextIO, cast

from workbench import interrupts
from workbench.journal.exports.export_table import Export, TextExport
from workbench.journal.query import Condition
from workbench.journal.reader import Reader
from workbench.journal.whole_file import write_whole
from workbench.printable import escape_lines
from workbench.texts import Problem, reason_of


def export_to_stdout(form: Export, reader: Reader, condition: Condition | None) -> None:
    """Print an export; a terminal is given no control characters.

    Raises:
        KeyboardInterrupt: the program was asked to end.
        Problem: binary output was asked for on a terminal.
    """
    if isinstance(form, TextExport):
        as_utf8()
        form.write_text(reader, cast("TextIO", _Printed(sys.stdout)), condition, _check)
        return
    if sys.stdout.isatty():
        raise Problem("export.not_on_a_terminal", format=form.name)
    form.write(reader, _interruptible(sys.stdout.buffer), condition, _check)


def export_to_file(form: Export, reader: Reader, condition: Condition | None, path: Path) -> None:
    """Write an export to a new file; a partial one is not left behind.

    Raises:
        KeyboardInterrupt: the program was asked to end.
        Problem: the file exists, or cannot be written.
    """
    try:
        write_whole(
            path,
            lambda out: form.write(reader, _interruptible(out), condition, _check),
            replace=False,
        )
    except FileExistsError:
        raise Problem("journal.exists", path=str(path)) from None
    except OSError as error:
        raise Problem("cli.cannot_write", path=str(path), reason=reason_of(error)) from error


def _check(_share: float) -> None:
    """Look whether the program was asked to end: a filter may find nothing to write for long."""
    interrupts.check()


class _Printed(TextIOBase):
    """stdout; before each write it checks whether the program was asked to end."""

    def __init__(self, out: TextIO) -> None:
        super().__init__()
        self._out = out
        self._shown = out.isatty()

    def write(self, text: str) -> int:
        interrupts.check()
        if self._shown:  # a table (CSV) keeps every text as it is, ESC too
            text = escape_lines(text.replace("\r\n", "\n"))
        return self._out.write(text)


class _Interruptible(BufferedIOBase):
    def __init__(self, out: BinaryIO) -> None:
        super().__init__()
        self._out = out

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        interrupts.check()
        return self._out.write(data)


def _interruptible(out: BinaryIO) -> BinaryIO:
    """The stream, except that each write first checks whether the program was asked to end."""
    return cast("BinaryIO", _Interruptible(out))


def as_utf8() -> None:
    """An export is UTF-8 with its own line ends, whatever the terminal's encoding."""
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
