"""The table of export forms, read by window, menus and command line."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from typing import BinaryIO, Final, Protocol, TextIO

from workbench.frozen import dataclass
from workbench.journal.exports.csv_table import to_csv
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.exports.plain_text import to_text
from workbench.journal.exports.rows import Looked, untold
from workbench.journal.query import Condition
from workbench.journal.reader import Reader

WriteText = Callable[[Reader, TextIO, Condition | None, Looked], int]


class WriteBytes(Protocol):
    """Writes the rows that meet the condition, telling how far it is, and returns their number."""

    def __call__(
        self, reader: Reader, out: BinaryIO, condition: Condition | None, looked: Looked = ..., /
    ) -> int: ...


@dataclass(frozen=True, slots=True)
class TextExport:
    """A form made of UTF-8 text.

    Attributes:
        name: as in `export --to`. ending: the suffix of its files, without the dot.
    """

    name: str
    ending: str
    write_text: WriteText

    def write(
        self,
        reader: Reader,
        out: BinaryIO,
        condition: Condition | None,
        looked: Looked = untold,
    ) -> int:
        """Write the rows that meet the condition, and return their number; anything that is not
        text becomes an escape.
        """
        text = io.TextIOWrapper(out, encoding="utf-8", errors="backslashreplace", newline="")
        try:
            rows = self.write_text(reader, text, condition, looked)
            text.flush()
            return rows
        finally:
            text.detach()


@dataclass(frozen=True, slots=True)
class BinaryExport:
    """A form made of bytes, for a file or pipe and not for a terminal."""

    name: str
    ending: str
    write: WriteBytes


Export = TextExport | BinaryExport

EXPORTS: Final[Mapping[str, Export]] = {
    form.name: form
    for form in (
        TextExport("jsonl", "jsonl", to_jsonl),
        TextExport("csv", "csv", to_csv),
        TextExport("text", "txt", to_text),
    )
}


def of_ending(suffix: str, otherwise: str = "") -> Export:
    """The form of files with this suffix, such as `.csv`; for any other, the one named `otherwise`,
    or JSON lines.
    """
    ending = suffix.removeprefix(".").lower()
    named = EXPORTS.get(otherwise, EXPORTS["jsonl"])
    return next((form for form in EXPORTS.values() if form.ending == ending), named)
