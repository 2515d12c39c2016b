"""The rows and columns of the tables of connections and peers, in words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot, PeerSnapshot
from workbench.frozen import dataclass
from workbench.texts import tr
from workbench.viewmodel.agreed_layers import agreed_text
from workbench.viewmodel.connect_outcomes import outcome_text
from workbench.viewmodel.endpoint_status import was_reset
from workbench.viewmodel.log_cells import peer_text

Owner = Callable[[str | None], str | None]
SECOND: Final = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Told:
    """What the words of a row depend on besides the row.

    Attributes:
        owner: names the endpoint of ours that an address belongs to.
        clock: words times of the record.
        now_ns: the record's time now.
    """

    owner: Owner = lambda _address: None
    clock: Callable[[int], str] = str
    now_ns: int = 0


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One row of a table.

    Attributes:
        key: connection number, or the address of a peer.
        id: connection id in the record; None for a peer.
    """

    key: int | str
    id: int | None
    item: ConnectionSnapshot | PeerSnapshot

    @property
    def closed(self) -> bool:
        if isinstance(self.item, PeerSnapshot):
            return self.item.gone
        return self.item.closed_ns is not None


Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class ConnectionColumn(Generic[Item]):
    """One column of a table.

    Attributes:
        key: its title is the text `column.KEY`, its tool tip `columntip.KEY`.
        value: the text of its cell.
        sample: its usual contents; "": as wide as the rows in sight need.
        right: whether its texts are right-aligned.
        rest: whether it gets the remaining width, as one column of a table does.
        timed: whether it says how long something has been going on.
    """

    key: str
    value: Callable[[Item, Told], str]
    sample: str = ""
    right: bool = False
    rest: bool = False
    timed: bool = False


Columns = tuple[ConnectionColumn[Any], ...]


def line_of(item: ConnectionSnapshot) -> ConnectionRow:
    return ConnectionRow(item.number, item.id, item)


def peer_line(peer: PeerSnapshot) -> ConnectionRow:
    return ConnectionRow(peer.address, None, peer)


def _state(item: ConnectionSnapshot, clock: Callable[[int], str], *, bare: bool) -> str:
    """The kernel's word, or ours if the header says so; for a closed one, when and why.

    `bare`: the cause has a column of its own.
    """
    if item.closed_ns is None:
        return item.state
    time = clock(item.closed_ns)
    if bare:
        return tr("closed.bare", time=time.partition(".")[0])
    cause = (item.close_cause or CloseCause.LOCAL).name.lower()
    if was_reset(item):
        cause = "aborted_reset"
    return f"{tr(f'closed.{cause}', time=time)} {item.errno or ''}".rstrip()


def _unread(item: ConnectionSnapshot) -> str:
    return "-" if item.closed_ns is not None or item.unread is None else str(item.unread)


def _connect(item: ConnectionSnapshot, now_ns: int) -> str:
    if item.connected_ns is not None:
        return took_to_connect(item)
    if item.waiting is not None and item.closed_ns is None:
        return tr("panel.waiting", seconds=f"{(now_ns - item.waiting.since_ns) / 1e9:.1f}")
    if item.connect_ns is not None and item.closed_ns is not None:
        took = item.closed_ns - item.connect_ns
        return f"{took / 1e9:.1f} s" if took >= SECOND else f"{took / 1e6:.2f} ms"
    return "-"


def took_to_connect(item: ConnectionSnapshot) -> str:
    """How long connect() took until the connection was established."""
    begun = item.opened_ns if item.connect_ns is None else item.connect_ns
    return f"{((item.connected_ns or begun) - begun) / 1e6:.2f} ms"


def named(address: str | None, owner: Owner) -> str:
    """An end of ours as `= client-1 :40112`, else the address."""
    return peer_text(address, owner(address)) or tr("panel.unnamed")


def port_of(address: str | None) -> str:
    """`:40112`; a whole path, and "-" for a socket without a name."""
    port = (address or "").rpartition(":")[2]
    return f":{port}" if port.isdecimal() else address or "-"


_NUMBER: Final[ConnectionColumn[ConnectionSnapshot]] = ConnectionColumn(
    "number", lambda item, _: str(item.number), right=True
)
_IN: Final[ConnectionColumn[ConnectionSnapshot]] = ConnectionColumn(
    "in", lambda item, _: str(item.bytes_in), right=True
)
_OUT: Final[ConnectionColumn[ConnectionSnapshot]] = ConnectionColumn(
    "out", lambda item, _: str(item.bytes_out), right=True
)

STREAM: Final[tuple[ConnectionColumn[ConnectionSnapshot], ...]] = (
    _NUMBER,
    ConnectionColumn("peer", lambda item, told: named(item.peer, told.owner), "= client-10 :65535"),
    ConnectionColumn("state", lambda item, told: _state(item, told.clock, bare=False), rest=True),
    _IN,
    _OUT,
    ConnectionColumn("unread", lambda item, _: _unread(item), right=True),
)
"""The connections of a server."""
CLIENT: Final[tuple[ConnectionColumn[ConnectionSnapshot], ...]] = (
    _NUMBER,
    ConnectionColumn("local_port", lambda item, _: port_of(item.local), ":65535"),
    ConnectionColumn("state", lambda item, told: _state(item, told.clock, bare=True)),
    ConnectionColumn(
        "connect", lambda item, told: _connect(item, told.now_ns), right=True, timed=True
    ),
    _IN,
    _OUT,
    ConnectionColumn("outcome", lambda item, _: outcome_text(item), rest=True),
)
"""The sockets of a client."""
LAYERED: Final[tuple[ConnectionColumn[ConnectionSnapshot], ...]] = (
    _NUMBER,
    ConnectionColumn("peer", lambda item, told: named(item.peer, told.owner), "= client-10 :65535"),
    ConnectionColumn(
        "state", lambda item, told: _state(item, told.clock, bare=True), "(ESTABLISHED)"
    ),
    ConnectionColumn("agreed", lambda item, _: agreed_text(item.agreed), rest=True),
    _IN,
    _OUT,
    ConnectionColumn("unread", lambda item, _: _unread(item), right=True),
)
"""The connections of a server with TLS or WebSocket."""
DATAGRAM: Final[tuple[ConnectionColumn[PeerSnapshot], ...]] = (
    ConnectionColumn("address", lambda peer, told: named(peer.address, told.owner), rest=True),
    ConnectionColumn("datagrams_in", lambda peer, _: str(peer.datagrams_in), right=True),
    ConnectionColumn("datagrams_out", lambda peer, _: str(peer.datagrams_out), right=True),
    ConnectionColumn("last_seen", lambda peer, told: told.clock(peer.last_ns), "00:00:00.000"),
)
"""The peers of a datagram socket."""


def cells(line: ConnectionRow, columns: Columns, told: Told) -> tuple[str, ...]:
    """The texts of a row, column by column."""
    return tuple([column.value(line.item, told) for column in columns])
