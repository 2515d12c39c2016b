"""Turns a row that was sent into the command that sends the same bytes again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from workbench.engine.model import commands as c
from workbench.engine.model.events import LAYER
from workbench.engine.model.settings import Role
from workbench.journal.topmost import is_sent
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
    from workbench.journal.reader import Row

_TEXT: Final = "'TEXT'"


def was_sent(row: Row) -> bool:
    """Whether a row is about bytes that went out."""
    return is_sent(row) and row.errno is None and row.error is None and row.size is not None


def command_again(row: Row, snapshot: EndpointSnapshot) -> c.Send:
    """What sends the bytes of a row once more: on its own connection while that is open, else on
    the newest that is; a datagram to the same address.

    Raises:
        Problem: the record has not all of the bytes, or nothing is open that could carry them.
    """
    if not was_sent(row):
        raise Problem("again.not_sent")
    data, size = row.payload or b"", row.size or 0
    if len(data) < size:
        raise Problem("again.not_kept", kept=f"{len(data):,}", size=f"{size:,}")
    text = None
    if row.kind == LAYER and _TEXT in row.args:  # a text message stays one
        text = data.decode("utf-8", "replace")
        text = text if text.encode() == data else None
    made = c.Send(
        snapshot.name,
        text=text,
        hex=data.hex() if text is None else None,
        encoding=None if text is None else "utf-8",
        wait=False,
    )
    if snapshot.settings.role is Role.DATAGRAM:
        return replace(made, to=row.peer if row.call == "sendto" else None)
    open_ones = [item for item in snapshot.connections if _can_carry(item)]
    if not open_ones:
        raise Problem("again.none_open", name=snapshot.name)
    own = next((item for item in open_ones if item.number == row.number), open_ones[-1])
    return replace(made, connection=own.number)


def _can_carry(item: ConnectionSnapshot) -> bool:
    return item.closed_ns is None and item.connected_ns is not None and item.errno is None
