"""The promised JSON lines: one event a line."""

from __future__ import annotations

from typing import TextIO

from workbench.journal.exports.rows import rows_of
from workbench.journal.query import Condition
from workbench.journal.reader import Reader, row_json


def to_jsonl(reader: Reader, out: TextIO, condition: Condition | None) -> None:
    """Write one JSON object a line.

    Bytes that were not kept show as a payload shorter than `size`.
    """
    out.writelines(row_json(row) + "\n" for row in rows_of(reader, condition))
