"""The newest calls of one connection as chips, with which the strip continues after the set-up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from workbench.engine.model.settings import GateMode, Role
from workbench.engine.model.snapshot import (
    Chip,
    ChipState,
    ConnectionSnapshot,
    EndpointSnapshot,
    Phase,
)
from workbench.journal.query import parse
from workbench.viewmodel.call_strip import is_stream_of_another
from workbench.viewmodel.layer_chips import (
    BEGINNINGS,
    FAULTS,
    ROWS,
    LayerRows,
    may_open,
    with_openings,
)

if TYPE_CHECKING:
    from workbench.journal.query import Condition
    from workbench.journal.reader import Reader

MOST: Final = 12
"""Calls that the strip keeps: the newest."""
LOOK_BACK: Final = 500
"""Rows: what is further back is no news."""
TALK: Final = (
    "kind:call|end call:send|recv|sendto|recvfrom|shutdown|close -errno:EINPROGRESS|EAGAIN"
)
WHOLE: Final = "kind:call|end -call:getsockopt -errno:EINPROGRESS|EAGAIN"
"""Where the endpoint's own strip is that of another connection."""


class RecentCalls:
    """Reads the end of the record for one connection at a time."""

    def __init__(self) -> None:
        self._read_of: tuple[int, str] | None = None
        self._condition: Condition | None = None
        self._seen = 0
        self._chips: tuple[Chip, ...] = ()
        self._first: tuple[Chip, ...] = ()
        self._rows = LayerRows()
        self._layers: tuple[Condition | None, ...] = ()
        self._layered = False

    def after(
        self,
        snapshot: EndpointSnapshot,
        item: ConnectionSnapshot | None,
        reader: Reader,
        committed: int,
    ) -> tuple[Chip, ...]:
        """The newest calls on it, and the recv() that waits for its peer.

        `reader` has the rows up to `committed`.
        """
        if item is None or snapshot.phase is Phase.SETTING_UP:
            return ()
        whole = is_stream_of_another(snapshot, item)
        layered = may_open(snapshot.settings, item)
        self._look_at(item.id, WHOLE if whole else TALK, layered=layered)
        if committed != self._seen:
            accepted = snapshot.settings.role is Role.LISTENER
            self._read(item.id, reader, committed, accepted=accepted)
        waits = (
            item.connected_ns is not None
            and item.closed_ns is None
            and item.waiting is None
            and not item.peer_finished
            and item.errno is None
            and snapshot.receive is GateMode.AUTO
        )
        made, can_talk = with_openings(self._chips, self._rows, snapshot.settings, item)
        made = (*self._first, *made)
        if not waits or not can_talk:
            return made
        since = max((chip.t_ns or 0 for chip in made), default=item.connected_ns)
        read = "recvfrom" if snapshot.settings.role is Role.DATAGRAM else "recv"
        return (*made, Chip(read, str(snapshot.settings.bufsize), ChipState.WAITING, since))

    def _look_at(self, connection: int, what: str, *, layered: bool) -> None:
        if (connection, what) != self._read_of or layered != self._layered:
            self._read_of, self._seen, self._chips = (connection, what), 0, ()
            self._first, self._rows = (), LayerRows()
            self._layered = layered
            self._condition = parse(f"conn={connection} {what}")
            self._layers = tuple(
                parse(f"conn={connection} {rows}") for rows in (ROWS, BEGINNINGS, FAULTS)
            )

    def _read(self, connection: int, reader: Reader, committed: int, *, accepted: bool) -> None:
        after = max(self._seen, committed - LOOK_BACK)
        self._seen = committed
        made = reader.accept_of(connection) if accepted and not self._first else None
        if made is not None:
            self._first = (Chip("accept", "", ChipState.DONE, made.t_ns, made.result),)
        new = _chips(reader, self._condition, after, committed)
        self._chips = (*self._chips, *new)[-MOST:]
        if self._layered:
            opened, begun, faults = (
                _chips(reader, condition, after, committed) for condition in self._layers
            )
            self._rows = LayerRows(
                (*self._rows.opened, *opened)[-MOST:],
                self._rows.begun or next(iter(begun), None),
                faults[-1] if faults else self._rows.fault,
            )


def _chips(
    reader: Reader, condition: Condition | None, after: int, committed: int
) -> tuple[Chip, ...]:
    seqs = [seq for part in reader.select(condition, after, committed) for seq in part]
    return tuple(
        Chip(
            row.call,
            row.args,
            ChipState.FAILED if row.error else ChipState.DONE,
            row.t_ns,
            row.result,
            row.errno or row.error,
            took_ns=row.duration_ns if row.call == "connect" else None,
        )
        for row in reader.rows(seqs[-MOST:])
    )
