"""Why an expectation did not hold: what was wanted, what came, and how the connection stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from workbench.engine.model.errors import PENDING
from workbench.journal.reader import Row
from workbench.payload.characters import codec
from workbench.payload.notation import show
from workbench.scenario.connections import READS, Connection, ended_ns
from workbench.scenario.expect import rows_in_words
from workbench.scenario.needle import Needle
from workbench.scenario.report import title_of
from workbench.scenario.search import PAUSE, Passed, Search, fits
from workbench.scenario.steps import Expect
from workbench.texts import Problem

SHOWN_BYTES: Final = 40
"""Bytes shown of what came, and of what was wanted."""
SHOWN: Final = 3
"""Connections told about, and rows shown."""
RESETS: Final = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})


class Ends(NamedTuple):
    """What is known of how connections end.

    Attributes:
        icmp: their family has ICMP, which tells a datagram socket that nobody listens.
        listener_of: the listener of ours in whose accept queue a connection was when that
            listener was closed: the cause of the reset of this row.
    """

    icmp: bool
    listener_of: Callable[[Row], str | None]


def did_not_come(
    expect: Expect,
    among: Sequence[Connection],
    needle: Needle | None,
    search: Search,
    ends: Ends,
    others: Sequence[Connection] = (),
) -> Problem:
    """The sentence of an expectation that was not met.

    Args:
        among: the connections that it means.
        needle: of its bytes; None where it looks for calls.
        search: what it has found: there may be some, but fewer than `count`.
        ends: what is known of how a connection ended.
        others: those of the endpoint that it does not mean.
    """
    count = sum(map(search.so_far, among))
    lacking = [item for item in among if not search.so_far(item)] if expect.count > 1 else among
    told = _told_of(lacking)
    ended = _ends(told, ends)
    came = _came(expect, told, needle, search.until_ns) if told or not count else None
    if came is not None and came.key == "scenario.instead_nothing":
        if any(map(_left, others)):
            came = Problem("scenario.instead_elsewhere")
        elif ended is not None:  # waiting longer would not help
            came = Problem("scenario.instead_none")
    parts = [
        part for part in (came, ended, _more(lacking, told), _last_rows(among)) if part is not None
    ]
    what: object = title_of(expect)
    if expect.count > 1:
        what = Problem("scenario.so_many", what=what, count=count, wanted=expect.count)
    return Problem("scenario.did_not_come", what=what, seconds=expect.within, instead=joined(parts))


def told_of(passed: Passed) -> Problem | None:
    """What an expectation that held passed over, and whether a pause ended its match."""
    parts = []
    if passed.bytes:
        parts.append(Problem("scenario.passed_bytes", bytes=passed.bytes))
    if passed.rows:
        parts.append(Problem("scenario.passed_rows", rows=passed.rows))
    if passed.paused:
        parts.append(Problem("scenario.paused", seconds=PAUSE / 1e9))
    return joined(parts) if parts else None


def joined(parts: Sequence[Problem]) -> Problem:
    """Sentences one after the other; at least one."""
    first, *rest = parts
    for part in rest:
        first = Problem("scenario.and_then", first=first, then=part)
    return first


def _told_of(among: Sequence[Connection]) -> list[Connection]:
    """The connections worth a word: those first in which something was not used up."""
    real = [item for item in among if item.id is not None]
    return sorted(real, key=lambda item: (not _left(item), item.number))[:SHOWN]


def _left(connection: Connection) -> bool:
    return any(row.call in READS and row.size for row in connection.rows())


def _more(among: Sequence[Connection], told: Sequence[Connection]) -> Problem | None:
    hidden = sum(item.id is not None for item in among) - len(told)
    return Problem("scenario.more_connections", count=hidden) if hidden > 0 else None


# -- what came ------------------------------------------------------------------------------


def _came(
    expect: Expect, told: Sequence[Connection], needle: Needle | None, until_ns: int
) -> Problem:
    if not told:
        return Problem("scenario.no_connection", endpoint=expect.endpoint)
    parts = []
    if needle is None:
        for connection in told:
            late = next(
                (
                    ended_ns(row) - until_ns
                    for row in connection.rows()
                    if fits(expect, row) and ended_ns(row) > until_ns
                ),
                None,
            )
            if late is not None:
                parts.append(_late(connection, late))
        return joined(parts) if parts else Problem("scenario.instead_no_row")
    for connection in told:
        rows = [row for row in connection.rows() if row.payload and fits(expect, row)]
        late = ended_ns(rows[0]) - until_ns if rows else 0
        if late > 0:
            parts.append(_late(connection, late))
        elif rows:
            parts.append(_bytes(expect, connection, rows, needle))
    return joined(parts) if parts else _used(told)


def _late(connection: Connection, late_ns: int) -> Problem:
    return Problem("scenario.instead_late", who=_name(connection), seconds=round(late_ns / 1e9, 3))


def _used(told: Sequence[Connection]) -> Problem:
    """Nothing came that was not used up; what earlier steps had used."""
    used = sum(item.used_bytes for item in told)
    reads = sum(item.used_reads for item in told)
    left = sum(row.size or 0 for item in told for row in item.rows() if row.call in READS)
    if left and not used:
        return Problem("scenario.instead_other", bytes=left)
    if used:
        return Problem("scenario.instead_used", bytes=used, reads=reads)
    return Problem("scenario.instead_nothing")


def _bytes(expect: Expect, connection: Connection, rows: Sequence[Row], needle: Needle) -> Problem:
    """What came of the bytes, from where they part from what was wanted."""
    if connection.stream:
        first = connection.used
        data = b"".join(
            (row.payload or b"")[connection.part if row is connection.row(first) else 0 :]
            for row in rows
        )
    else:
        data = rows[-1].payload or b""
        size = rows[-1].size or 0
        if size > len(data):
            return Problem(
                "scenario.instead_truncated", who=_name(connection), size=size, kept=len(data)
            )
    who = _name(connection)
    exact = max(needle.exact, key=lambda item: _same(item, data), default=b"")
    same = _same(exact, data)
    if not exact or expect.absent:
        return Problem("scenario.instead", who=who, what=_shown(data, needle, whole=True))
    if same == len(data):
        return Problem(
            "scenario.instead_short",
            who=who,
            same=same,
            wanted=len(exact),
            missing=_shown(exact[same:], needle),
        )
    if same == len(exact):
        return Problem(
            "scenario.instead_longer", who=who, same=same, what=_shown(data[same:], needle)
        )
    begin = _boundary(exact, same, needle)
    return Problem(
        "scenario.instead_parted",
        who=who,
        same=begin,
        what=_shown(data[begin:], needle),
        wanted=_shown(exact[begin:], needle),
    )


def _same(one: bytes, other: bytes) -> int:
    """How many bytes two begin with in common."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def _boundary(exact: bytes, same: int, needle: Needle) -> int:
    """Where the character begins in which they part: half of one cannot be shown."""
    if needle.as_hex:
        return same
    for back in range(min(same, 4)):
        try:
            exact[: same - back].decode(codec(needle.encoding))
        except (UnicodeError, LookupError):
            continue
        return same - back
    return same


def _shown(data: bytes, needle: Needle, *, whole: bool = False) -> str:
    """Bytes in the form in which they were asked for; of many, the begin, or both ends."""

    def form(part: bytes) -> str:
        return part.hex(" ") if needle.as_hex else f'"{show(part, needle.encoding)}"'

    if len(data) <= 2 * SHOWN_BYTES:
        return form(data)
    if not whole:
        return f"{form(data[:SHOWN_BYTES])}…"
    return f"{form(data[:SHOWN_BYTES])}…{form(data[-SHOWN_BYTES:])}"


def _name(connection: Connection) -> str:
    return f"#{connection.number}" if connection.number else connection.endpoint


# -- how it stands --------------------------------------------------------------------------


def _ends(told: Sequence[Connection], ends: Ends) -> Problem | None:
    found = [part for item in told if (part := _end(item, ends)) is not None]
    return joined(found) if found else None


def _end(connection: Connection, ends: Ends) -> Problem | None:
    """How a connection ended, or what its last call met."""
    who = _name(connection)
    for row in reversed(connection.all_rows()):
        if row.kind not in {"call", "end"} or row.errno in PENDING:
            continue
        if row.error is not None:
            return _failure(row, who, ends)
        if row.call == "recv" and row.result == 0 and connection.stream:
            return Problem("scenario.end_fin", who=who)
    return None


def _failure(row: Row, who: str, ends: Ends) -> Problem:
    listener = ends.listener_of(row) if row.errno in RESETS else None
    if listener is not None:
        return Problem("scenario.end_abandoned", who=who, listener=listener, errno=row.errno)
    if row.errno in RESETS:
        return Problem("scenario.end_reset", who=who, errno=row.errno, call=row.call)
    if row.errno is None and row.error == "TimeoutError":
        return Problem("scenario.end_timeout", who=who, call=row.call)
    if row.errno == "ECONNREFUSED" and row.call != "connect" and ends.icmp:
        return Problem("scenario.end_icmp", who=who, call=row.call)
    return Problem(
        "scenario.end_failed", who=who, call=row.call, errno=row.errno or row.error or ""
    )


def _last_rows(among: Sequence[Connection]) -> Problem | None:
    rows = sorted(
        row
        for item in among
        for row in item.all_rows()[-SHOWN:]
        if row.kind in {"call", "end"} and row.errno not in PENDING
    )[-SHOWN:]
    return Problem("scenario.last_rows", rows=rows_in_words(rows)) if rows else None
