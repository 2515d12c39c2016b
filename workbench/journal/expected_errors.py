"""Counts the errors that a scenario's run or the lab expected, so that they are not reported as
faults.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workbench.engine.model.events import LAB_ENDED, RUN_FAILED, RUN_HELD, STEP_HELD
from workbench.journal.notes import lab_of, verdict_of
from workbench.journal.query import FAILED_AS, Condition, about_shapes, parse, quoted
from workbench.journal.reader import Reader, Row

FAILED: Final = about_shapes(f"{FAILED_AS} IS NOT NULL")
"""What counts as an error."""
ENDS: Final = about_shapes(
    f"e.kind = 'note' AND e.call IN ('{RUN_HELD}', '{RUN_FAILED}', '{LAB_ENDED}')"
)
"""The rows in which a run reports its result."""
_HELD: Final = about_shapes(f"e.kind = 'note' AND e.call = '{STEP_HELD}'")
MOST: Final = 2_000
"""Errors, and steps that held, of one run that are looked at one by one."""


def expected_of_run(reader: Reader, end: int) -> int:
    """How many errors the run that ends in this row expected.

    If the run held: all errors of its endpoints, which are those that a step asked something of, or
    saw an expected error of; what they show is what the run is about. If it failed: the errors that
    met an expectation which held, or that such a step itself led to. For the lab: all errors of its
    listener and its clients.
    """
    row = reader.row(end)
    if row is not None and row.call == LAB_ENDED:
        return _expected_of_lab(reader, row)
    verdict = verdict_of(row) if row is not None else None
    if row is None or verdict is None:
        return 0
    begin = _seq_since(reader, row.t_ns - round(verdict.seconds * 1e9), end)
    failed = _selected(reader, FAILED, begin, end)
    if not failed:
        return 0
    rows = reader.rows(failed[:MOST])
    if not verdict.held:
        return len(_met(reader, rows, begin, end))
    names = {each.endpoint for each in rows if each.endpoint is not None}
    asked = [name for name in sorted(names) if _was_asked(reader, name, begin, end)]
    if len(asked) < len(names):
        met = _met(reader, rows, begin, end)
        expected = {each.endpoint for each in rows if each.seq in met}
        asked = [name for name in sorted(names) if name in asked or name in expected]
    if asked == sorted(names):
        return len(failed)
    ours = parse(f"endpoint:{'|'.join(map(quoted, asked))}") if asked else None
    return len(_selected(reader, FAILED & ours, begin, end)) if ours is not None else 0


def _expected_of_lab(reader: Reader, row: Row) -> int:
    lab = lab_of(row)
    if lab is None or row.endpoint is None:
        return 0
    ours = parse(f"endpoint:{quoted(row.endpoint)}|{quoted(lab.clients)}")
    assert ours is not None
    return len(_selected(reader, FAILED & ours, lab.before, row.seq))


def _seq_since(reader: Reader, t_ns: int, end: int) -> int:
    """The last row before a moment; stamps only ever grow, except between two threads."""
    low, high = reader.first_seq - 1, end - 1
    while low < high:
        middle = (low + high + 1) // 2
        row = reader.row(middle)
        if row is not None and row.t_ns >= t_ns:
            high = middle - 1
        else:
            low = middle
    return low


def _selected(reader: Reader, condition: Condition, after: int, upto: int) -> list[int]:
    return [seq for part in reader.select(condition, after, upto) for seq in part]


def _was_asked(reader: Reader, name: str, begin: int, end: int) -> bool:
    """Whether a step of the run asked something of an endpoint."""
    by_a_step = parse(f"kind:command cause:* endpoint:{quoted(name)}")
    assert by_a_step is not None
    return any(map(bool, reader.select(by_a_step, begin, end)))


def _met(reader: Reader, failed: Sequence[Row], begin: int, end: int) -> set[int]:
    held = reader.rows(_selected(reader, _HELD, begin, end)[:MOST])
    met = {verdict.row for verdict in map(verdict_of, held) if verdict is not None}
    steps = {row.cause for row in held}
    commands = {row.cause for row in failed if row.cause is not None}
    of_step = {row.seq for row in reader.rows(sorted(commands)) if row.cause in steps}
    return {row.seq for row in failed if row.seq in met or row.cause in of_step}
