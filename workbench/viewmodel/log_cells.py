"""Cells of the log as plain text, since the bytes in them are not to be trusted."""

from __future__ import annotations

import re
from typing import Final

from workbench.engine.model.address import is_unix
from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import (
    COMMAND,
    LAYER,
    NOTE,
    RUN_FAILED,
    RUN_HELD,
    STEP_FAILED,
    STEP_HELD,
)
from workbench.engine.model.family import TCP, SocketKind
from workbench.engine.model.serialize import is_end
from workbench.explain.evidence import Hollow
from workbench.explain.explain import what_failed
from workbench.journal.exports.rows import missing_bytes
from workbench.journal.notes import note_text
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.payload.notation import show
from workbench.printable import escape
from workbench.texts import has, tr
from workbench.viewmodel.default_endpoints import LAB_PREFIX

PREVIEW = 120
"""Bytes of a payload that a cell shows."""


_HELD: Final = {STEP_HELD: True, RUN_HELD: True, STEP_FAILED: False, RUN_FAILED: False}


class Accepted(NamedTuple):
    """What an accept() led to: the connection's number in its endpoint, and our endpoint at the
    other end, if it is ours.
    """

    number: int
    owner: str | None


def failed(row: Row) -> bool:
    """Whether the call failed; having to wait is not a failure."""
    return row.error is not None and row.errno not in PENDING


def held(row: Row) -> bool | None:
    """Whether a step or run held, if this row says so; None: it says nothing."""
    return _HELD.get(row.call) if row.kind == NOTE else None


def who_text(row: Row) -> str:
    """Endpoint and connection, by its number in the endpoint."""
    if row.endpoint is None:
        return ""
    name = escape(row.endpoint)
    return name if row.number is None else f"{name} #{row.number}"


def call_text(row: Row) -> str:
    """The call with its arguments as in Python; bytes as their size."""
    args = row.args
    if row.call in {"send", "sendto"} and row.size is not None:
        args = f"{row.size} B" + (f", {args}" if args else "")
    return escape(f"{row.call}({args})")


_COUNTED: Final = frozenset({"send", "sendto", "recv", "recvfrom", "getsockopt"})
"""Calls whose result is bytes or a value."""


def result_text(row: Row) -> str:
    """The result; a note is its own text, across the columns."""
    if row.kind == NOTE:
        return ""
    if row.errno is not None:
        return escape(row.errno)
    if row.error is not None:
        return escape(row.error)
    if row.result is None:
        return ""
    if row.call in {"socket", "accept"}:
        return f"fd {row.result}"
    if row.kind == LAYER or row.call in _COUNTED:
        return str(row.result)
    return "ok"


def took_text(row: Row) -> str:
    """The duration in a readable unit; what a layer understood took no time."""
    if row.kind in {NOTE, LAYER}:
        return ""
    micro = row.duration_ns / 1000
    if micro < 999.5:
        return f"{micro:.0f} us"
    if micro < 999_950:
        return f"{micro / 1000:.1f} ms"
    return f"{micro / 1_000_000:.2f} s"


def peer_text(address: str | None, owner: str | None) -> str:
    """An end of ours as `= client-1 :40112`, else the address; "": a peer without a name."""
    if owner is None:
        return escape(address or "")
    port = address.rpartition(":")[2] if address and not is_unix(address) else ""
    return escape(f"= {owner} :{port}" if port.isdecimal() else f"= {owner}")


def data_text(
    row: Row,
    accepted: Accepted | None = None,
    shown: str | None = None,
    kind: SocketKind = TCP,
    hollow: Hollow | None = None,
) -> str:
    """Bytes, addresses, notes: the last column.

    Args:
        row: the event.
        accepted: for an accept() that returned.
        shown: its bytes as text, if their stream is known.
        kind: the kind of socket that it happened on, for the words about a failure.
        hollow: why an end of the stream is not the peer's; None: it is.
    """
    if row.kind == NOTE:
        return escape(note_text(row))
    if row.payload:
        shown = show(row.payload[:PREVIEW]) if shown is None else shown
        if missing_bytes(row):
            shown += " " + tr("export.gap", missing=missing_bytes(row), size=row.size)
        if row.call in {"recvfrom", "sendto"} and row.peer:
            return f"{escape(row.peer)}  {shown}"
        return shown
    if row.ends_stream and hollow is not None:
        key = "log.eof_after_error" if hollow.errno else "log.eof_deaf"
        return tr(key, how=hollow.how, errno=hollow.errno)
    if row.ends_stream:
        return tr("log.eof")
    if row.call == "recv" and row.result == 0:
        return tr("log.empty_message")
    if accepted is not None:
        return f"#{accepted.number} {peer_text(row.peer, accepted.owner)}".rstrip()
    if row.call == "accept" and row.peer is not None:
        return escape(row.peer)
    if row.call == "connect" and row.errno == "EINPROGRESS":
        return tr("log.pending")
    if failed(row):
        return what_failed(row, kind)
    if row.call == "connect" and row.result == 0 and row.local is not None:
        return tr("log.local", local=row.local)
    return ""


def since_text(nanoseconds: int) -> str:
    """Seconds since another row; stamps of two threads may go backwards."""
    return f"{nanoseconds / 1e9:+.6f}"


def command_text(row: Row, calls: int = 0, role: str | None = None) -> str:
    """What a person, a scenario or the end of a run asked for, and how many calls it led to.

    `role` is the endpoint's: what starts a listener is Listen, a datagram socket Bind.
    """
    gate = re.search(r"gate='(\w+)'", row.args)
    variant = gate.group(1) if gate else role
    keys = (f"log.command_{row.call}_{variant}", f"log.command_{row.call}")
    what = next((tr(key) for key in keys if has(key)), escape(row.call))
    if row.endpoint is None:
        said = re.fullmatch(r"text=(['\"])(.*)\1", row.args, re.DOTALL)
        return tr(
            "log.asked_alone", what=what, args=said.group(2) if said is not None else row.args
        ).rstrip(" :：")
    if is_end(row.call, row.args):
        who = "end_asked"
    elif row.cause is not None:
        who = "scenario_asked"
    else:  # nobody else can give an endpoint such a name
        who = "lab_asked" if row.endpoint.startswith(LAB_PREFIX) else "asked"
    number = {0: "", 1: "_call"}.get(calls, "_calls")
    return tr(f"log.{who}{number}", what=what, endpoint=row.endpoint, count=calls)


def title_of(row: Row, role: str | None = None) -> str:
    """An event on one line: the call and its result, or the command, or the note."""
    if row.kind == COMMAND:
        return command_text(row, role=role)
    if row.kind == NOTE:
        return escape(note_text(row))
    result = result_text(row)
    return f"{call_text(row)} → {result}" if result else call_text(row)
