"""What the tables of connections and peers show in a row, in words of the present language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot, PeerSnapshot
from workbench.texts import tr
from workbench.viewmodel.connect_outcomes import outcome_text
from workbench.viewmodel.endpoint_status import was_reset
from workbench.viewmodel.log_cells import peer_text

Owner = Callable[[str | None], str | None]
SECOND: Final = 1_000_000_000
STREAM: Final = ("number", "peer", "state", "in", "out", "unread")
CLIENT: Final = ("number", "local_port", "state", "connect", "in", "out", "outcome")
DATAGRAM: Final = ("address", "datagrams_in", "datagrams_out", "last_seen")
NUMBERS: Final = frozenset(
    {"number", "connect", "in", "out", "unread", "datagrams_in", "datagrams_out"}
)


@dataclass(frozen=True, slots=True)
class Told:
    """What a row's words need beside the row.

    Attributes:
        owner: names the endpoint of ours behind an address.
        clock: words times of the record.
        now_ns: the record's time now.
    """

    owner: Owner = lambda _address: None
    clock: Callable[[int], str] = str
    now_ns: int = 0


@dataclass(frozen=True, slots=True)
class ConnectionRow:
    """One row.

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


def line_of(item: ConnectionSnapshot) -> ConnectionRow:
    return ConnectionRow(item.number, item.id, item)


def peer_line(peer: PeerSnapshot) -> ConnectionRow:
    return ConnectionRow(peer.address, None, peer)


def cells(line: ConnectionRow, columns: tuple[str, ...], told: Told) -> tuple[str, ...]:
    """The texts of a row, column by column."""
    item = line.item
    if isinstance(item, PeerSnapshot):
        return (
            named(item.address, told.owner),
            str(item.datagrams_in),
            str(item.datagrams_out),
            told.clock(item.last_ns),
        )
    return tuple(_cell(column, item, told, columns is CLIENT) for column in columns)


def _cell(column: str, item: ConnectionSnapshot, told: Told, client: bool) -> str:
    match column:
        case "number":
            return str(item.number)
        case "peer":
            return named(item.peer, told.owner)
        case "local_port":
            return port_of(item.local)
        case "state":
            return _state(item, told.clock, bare=client)
        case "connect":
            return _connect(item, told.now_ns)
        case "in":
            return str(item.bytes_in)
        case "out":
            return str(item.bytes_out)
        case "unread":
            return "-" if item.closed_ns is not None or item.unread is None else str(item.unread)
    return outcome_text(item)


def _state(item: ConnectionSnapshot, clock: Callable[[int], str], *, bare: bool) -> str:
    """The kernel's word, or ours where the header says so; for a closed one when and why.

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
    """How long connect() took until the connection stood."""
    begun = item.opened_ns if item.connect_ns is None else item.connect_ns
    return f"{((item.connected_ns or begun) - begun) / 1e6:.2f} ms"


def named(address: str | None, owner: Owner) -> str:
    """An end of ours as `= client-1 :40112`, else the address."""
    return peer_text(address, owner(address)) or tr("panel.unnamed")


def port_of(address: str | None) -> str:
    """`:40112`; a path whole, and "-" for a socket without a name."""
    port = (address or "").rpartition(":")[2]
    return f":{port}" if port.isdecimal() else address or "-"
