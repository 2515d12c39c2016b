"""Cells of the log as text; plain strings, since the bytes in them are not to be trusted."""

from __future__ import annotations

from workbench.engine.events import NOTE
from workbench.journal.export import missing_bytes
from workbench.journal.notes import note_text
from workbench.journal.reader import Row
from workbench.payload import show
from workbench.texts import tr

PREVIEW = 120
"""Bytes of a payload that a cell shows."""


def who_text(row: Row, number: int | None) -> str:
    """Endpoint and connection; `number` counts within the endpoint, as its panel does."""
    if row.endpoint is None:
        return ""
    return row.endpoint if number is None else f"{row.endpoint} #{number}"


def call_text(row: Row) -> str:
    """The call with its arguments as in Python; bytes as their size."""
    args = row.args
    if row.call in {"send", "sendto"} and row.size is not None:
        args = f"{row.size} B" + (f", {args}" if args else "")
    return f"{row.call}({args})"


def result_text(row: Row) -> str:
    """What came back."""
    if row.errno is not None:
        return row.errno
    if row.error is not None:
        return row.error
    if row.result is None or row.kind == NOTE:
        return ""
    if row.call in {"socket", "accept"}:
        return f"fd {row.result}"
    if row.call in {"send", "sendto", "recv", "recvfrom", "getsockopt"}:
        return str(row.result)
    return "ok"


def took_text(row: Row) -> str:
    """The duration in the unit that reads best."""
    if row.kind == NOTE:
        return ""
    micro = row.duration_ns / 1000
    if micro < 999.5:
        return f"{micro:.0f} us"
    if micro < 999_950:
        return f"{micro / 1000:.1f} ms"
    return f"{micro / 1_000_000:.2f} s"


def data_text(row: Row) -> str:
    """Bytes, addresses, notes: the last column."""
    if row.kind == NOTE:
        return note_text(row)
    if row.payload:
        shown = show(row.payload[:PREVIEW])
        if missing_bytes(row):
            shown += " " + tr("export.gap", missing=missing_bytes(row), size=row.size)
        if row.call in {"recvfrom", "sendto"} and row.peer:
            return f"{row.peer}  {shown}"
        return shown
    if row.call == "recv" and row.result == 0:
        return tr("log.eof")
    if row.call == "accept" and row.peer is not None:
        return row.peer
    if row.call == "connect" and row.result == 0 and row.local is not None:
        return tr("log.local", local=row.local)
    return ""
