"""Gives the cells of a record the types they must have, since SQLite stores any value in any
column.

A text that is not UTF-8 shows its bytes as escapes. A row that has something else where a number is
needed is shown as a note that says so: what it says cannot be relied upon.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import fields
from typing import Any, Final

from workbench.engine.model.events import CALL, COMMAND, END, LAYER, NOTE
from workbench.engine.model.kernel_reading import Reading

DAMAGED: Final = "damaged"
"""The note in place of a row that cannot be read: its call, and the cells that are wrong."""
LAST_NS: Final = 2**62
"""Nanoseconds, 146 years: a later stamp counts as damage."""
WALL_NS: Final = 2**63 - 1
_NUMBER: Final = (int,)
_MAYBE_NUMBER: Final = (int, type(None))
_TEXT: Final = (str,)
_MAYBE_TEXT: Final = (str, type(None))
_COLUMNS: Final[tuple[tuple[str, tuple[type, ...]], ...]] = (
    ("seq", _NUMBER),
    ("t_ns", _NUMBER),
    ("duration_ns", _NUMBER),
    ("kind", _TEXT),
    ("endpoint", _MAYBE_TEXT),
    ("connection", _MAYBE_NUMBER),
    ("call", _TEXT),
    ("args", _TEXT),
    ("result", _MAYBE_NUMBER),
    ("errno", _MAYBE_TEXT),
    ("error", _MAYBE_TEXT),
    ("local", _MAYBE_TEXT),
    ("peer", _MAYBE_TEXT),
    ("size", _MAYBE_NUMBER),
    ("payload", (bytes, type(None))),
    ("cause", _MAYBE_NUMBER),
    ("number", _MAYBE_NUMBER),
)
_KINDS: Final = frozenset({CALL, END, COMMAND, NOTE, LAYER})
_READINGS: Final = frozenset(item.name for item in fields(Reading))
_SHOWN: Final = 40
_good: set[tuple[type, ...]] = set()
"""Combinations of cell types that were found right, a few dozen: a row with one of them needs no
check of each cell.
"""

Values = tuple[Any, ...]


def decode(data: bytes) -> str:
    r"""A text cell; bytes that are not UTF-8 become \xHH."""
    return data.decode("utf-8", "backslashreplace")


def text(value: object) -> str:
    """Any cell as text."""
    return decode(value) if isinstance(value, bytes) else "" if value is None else str(value)


def maybe_text(value: object) -> str | None:
    """As `text`, but None stays None."""
    return None if value is None else text(value)


def number(value: object) -> int | None:
    """A cell as an integer; None: it is something else."""
    return value if type(value) is int else None


def log_rows(found: Iterable[Values]) -> list[Values]:
    """Each row as `log_row` makes it; inlined here, so that a correct row costs no call."""
    good, kinds, last = _good, _KINDS, LAST_NS
    return [
        row
        if tuple(map(type, row)) in good
        and 0 <= row[1] < last
        and 0 <= row[2] < last
        and row[3] in kinds
        else log_row(row)
        for row in found
    ]


def log_row(values: Values) -> Values:
    """The cells of a row of the log, or of the note that the row is damaged."""
    types = tuple(map(type, values))
    if types in _good or _fits(types):
        if 0 <= values[1] < LAST_NS and 0 <= values[2] < LAST_NS and values[3] in _KINDS:
            return values
    else:
        values = tuple(
            _as_text(value, kinds) for value, (_, kinds) in zip(values, _COLUMNS, strict=True)
        )
        if _fits(tuple(map(type, values))):
            return log_row(values)
    return _damaged(values)


def lost_row(seq: int) -> Values:
    """A row that is missing, though others after it exist."""
    return (seq, 0, 0, NOTE, None, None, DAMAGED, repr(("", "seq")), *[None] * 9)


def _fits(types: tuple[type, ...]) -> bool:
    if not all(kind in kinds for kind, (_, kinds) in zip(types, _COLUMNS, strict=True)):
        return False
    _good.add(types)
    return True


def _as_text(value: object, kinds: tuple[type, ...]) -> object:
    """Numbers or bytes in a column of text, which can still be shown."""
    return text(value) if str in kinds and type(value) in {bytes, int, float} else value


def _damaged(values: Values) -> Values:
    wrong = [
        f"{name} = {repr(value)[:_SHOWN]}"
        for value, (name, kinds) in zip(values, _COLUMNS, strict=True)
        if type(value) not in kinds or not _in_range(name, value)
    ]
    t_ns, duration_ns = (value if _in_range("t_ns", value) else 0 for value in values[1:3])
    payload = values[14] if type(values[14]) is bytes else None
    return (
        values[0],
        t_ns,
        duration_ns,
        NOTE,
        maybe_text(values[4]),
        number(values[5]),
        DAMAGED,
        repr((text(values[6]), ", ".join(wrong))),
        None,
        None,
        None,
        None,
        None,
        None,
        payload,
        None,
        number(values[16]),
    )


def _in_range(name: str, value: Any) -> bool:
    if name in {"t_ns", "duration_ns"}:
        return type(value) is int and 0 <= value < LAST_NS
    return name != "kind" or value in _KINDS


def reading_of(cell: object) -> dict[str, Any]:
    """A kernel reading from its JSON: the state as text, all else integers."""
    try:
        found = json.loads(text(cell))
    except (ValueError, RecursionError):
        return {}
    if not isinstance(found, dict):
        return {}
    return {
        name: value
        for name, value in found.items()
        if name in _READINGS
        and (
            isinstance(value, str)
            if name == "state"
            else type(value) is int and -WALL_NS <= value <= WALL_NS
        )
    }
