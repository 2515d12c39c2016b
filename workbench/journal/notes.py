"""Notes in words: the record keeps key and values, so every reader has its language."""

from __future__ import annotations

from workbench.journal.reader import Row
from workbench.literals import read_literal
from workbench.texts import tr


def note_text(row: Row) -> str:
    """A note of the program in the current language."""
    if row.call == "note":
        return row.args
    try:
        if row.call == "not_done":
            key, named = read_literal(row.args)
            return tr(key, **named)
        if row.call == "rule_failed":
            number, key, named = read_literal(f"({row.args})")
            return tr("note.rule_failed", number, tr(key, **named))
        values = read_literal(f"({row.args},)") if row.args else ()
        return tr(f"note.{row.call}", *values)
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        OverflowError,
    ):  # a record is a file: anybody may have written it
        return f"{row.call} {row.args}"
