"""Data of the backlog lab: its state at one moment, and its result."""

from __future__ import annotations

import json
from enum import StrEnum
from typing import Final

from workbench.frozen import dataclass

FAMILIES: Final = {"inet": "AF_INET", "inet6": "AF_INET6", "unix": "AF_UNIX"}


class Family(StrEnum):
    """The address family of listener and clients."""

    INET = "inet"
    INET6 = "inet6"
    UNIX = "unix"


class ClientState(StrEnum):
    """The state of a client; the last six are final.

    unfinished: connect() has succeeded, but the listener has not accepted the handshake's last ACK,
    so the connection is in no queue yet (mode abort). again: EAGAIN, "try again" (AF_UNIX). error:
    any other errno.
    """

    SILENT = "silent"
    UNFINISHED = "unfinished"
    QUEUED = "queued"
    ACCEPTED = "accepted"
    TIMED_OUT = "timed_out"
    REFUSED = "refused"
    RESET = "reset"
    AGAIN = "again"
    ERROR = "error"


class EndedBy(StrEnum):
    """Whose timeout ended a client: our settimeout (errno null) or the kernel's (ETIMEDOUT)."""

    OURS = "ours"
    KERNEL = "kernel"


class QueueSource(StrEnum):
    """Where the numbers of the queue come from.

    kernel: read (TCP_INFO, sock_diag). room: the waiting room of mode gate, counted here. estimate:
    connected minus accepted, if the system reports nothing. none: nobody listens.
    """

    KERNEL = "kernel"
    ROOM = "room"
    ESTIMATE = "estimate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class ClientView:
    """One client. Times are seconds since the run began; None: not yet.

    Attributes:
        number: from 1, in the order of the connects. connection: its id in the record.
        local: its address; the port is chosen by the kernel.
        errno: of the failed call, None for our own timeout.
        connect_seconds: how long connect() took until it succeeded.
        syns: when its SYNs went out: the first with connect(), repeats as TCP_INFO showed them.
        repeats: SYN retransmits read.
        entered: its connection was seen among those that wait for accept() (mode abort).
    """

    number: int
    state: ClientState
    connection: int | None = None
    ended_by: EndedBy | None = None
    errno: str | None = None
    local: str | None = None
    began: float = 0.0
    connected: float | None = None
    accepted: float | None = None
    ended: float | None = None
    connect_seconds: float | None = None
    syns: tuple[float, ...] = ()
    repeats: int = 0
    entered: bool = False

    @property
    def port(self) -> int | None:
        """The local port; None for AF_UNIX or while there is none."""
        tail = (self.local or "").rpartition(":")[2]
        return int(tail) if tail.isdigit() and not (self.local or "").startswith("abs") else None


@dataclass(frozen=True, slots=True)
class QueuedPeer:
    """A connection that waits for accept(), read from /proc/net/tcp.

    Attributes:
        client: the number of our client, None for a foreign one.
        gone: its end has closed; it keeps its place in the queue all the same.
    """

    address: str
    client: int | None
    gone: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """The accept queue: how many wait, and its limit.

    Linux admits one more than `limit`, since it refuses only when more than that many wait.
    """

    now: int
    limit: int
    source: QueueSource

    @property
    def measured(self) -> bool:
        """Whether the numbers come from the kernel."""
        return self.source is QueueSource.KERNEL


@dataclass(frozen=True, slots=True)
class Picture:
    """The lab at one moment.

    Attributes:
        time: seconds since the run began, at most until it ended. ends_in: to the bound.
        running: False before the start and after the end.
        peers: who waits in the queue, if that can be read; in order, if all of them are ours.
        drops: SYNs dropped at this listener, in mode abort other packets too; overflows,
            listen_drops: of the whole network namespace since the run began (TcpExt). rejected:
            SYNs that the firewall's rule has refused. None where unknown.
    """

    time: float
    ends_in: float
    running: bool
    listening: bool
    accepting: bool
    queue: Queue | None
    clients: tuple[ClientView, ...]
    peers: tuple[QueuedPeer, ...] = ()
    drops: int | None = None
    overflows: int | None = None
    listen_drops: int | None = None
    rejected: int | None = None

    def count(self, *states: ClientState) -> int:
        """How many clients are in this state."""
        return sum(client.state in states for client in self.clients)


@dataclass(frozen=True, slots=True)
class Result:
    """The result: observed and measured, not calculated. Its fields are the promised JSON keys.

    Attributes:
        connected: also those accepted. pending: connect() had no outcome at the end.
        connected … error: add up to `clients`.
        queue_limit, queue_peak: read from the kernel, None where it cannot be read.
        drops: SYNs dropped at this listener, in mode abort other packets too.
        listen_overflows, listen_drops: of the whole network namespace during the run; the
            private one in modes firewall and abort.
        rejected: SYNs that the firewall's rule refused, by its own counter.
        reset_outside: of those reset, how many were never read in the queue (mode abort).
        claim: the classic text's number. os: system and version.
        accepted: of those connected. timed_out_kernel: of those timed out, by ETIMEDOUT.
        queue_full: whether a reading showed more waiting than the limit.
    """

    lab: str
    family: str
    mode: str
    backlog: int
    clients: int
    connected: int
    pending: int
    timed_out: int
    refused: int
    reset: int
    again: int
    error: int
    queue_limit: int | None
    queue_peak: int | None
    drops: int | None
    claim: int
    os: str
    accepted: int
    timed_out_kernel: int
    queue_full: bool | None
    listen_overflows: int | None
    listen_drops: int | None
    somaxconn: int | None
    seconds: float
    rejected: int | None = None
    reset_outside: int | None = None

    def json(self) -> str:
        """The result as one line of JSON; keys are only ever added."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, separators=(",", ":")
        )
