"""The backlog lab as data: what is asked for, what is seen at one moment, what came out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from workbench.engine.sockets import descriptors, kernel_readings
from workbench.texts import Problem

FAMILIES: Final = {"inet": "AF_INET", "inet6": "AF_INET6", "unix": "AF_UNIX"}
KERNEL_GIVES_UP: Final = 140.0
"""Seconds within which Linux, left to itself, ends a connect (tcp_syn_retries 6: 133 s)."""
UNIX_PATIENCE: Final = 10.0
"""Seconds that an AF_UNIX connect without a timeout is watched: the kernel never ends it."""
GRACE: Final = 0.5
EACH: Final = 0.02
"""Seconds more for each client: on a busy machine they do not all begin at once."""
SETTLING: Final = 2.0
"""Seconds in mode abort to read what became of all but the last, who connects only then."""
CLAIM_MAX: Final = 5


class Family(StrEnum):
    """Which sockets."""

    INET = "inet"
    INET6 = "inet6"
    UNIX = "unix"


class Mode(StrEnum):
    """Who turns clients away.

    kernel: its accept queue. gate: this program closes the listener when its own waiting room is
    full. closed: the listener was closed. bound: bind() was called, listen() was not.
    firewall: a rule in front of the listener refuses beyond the backlog. abort: the queue is full
    when handshakes are to be finished, and tcp_abort_on_overflow resets them. These two need a
    private network (`private`).
    """

    KERNEL = "kernel"
    GATE = "gate"
    CLOSED = "closed"
    BOUND = "bound"
    FIREWALL = "firewall"
    ABORT = "abort"

    @property
    def private(self) -> bool:
        """Whether it runs in a network namespace of its own."""
        return self in {Mode.FIREWALL, Mode.ABORT}


class ClientState(StrEnum):
    """Where a client stands; the last six are ends.

    unfinished: connect() has succeeded, but the listener has not taken the handshake's last ACK:
    the connection stands in no queue yet (mode abort). again: EAGAIN, "try again" (AF_UNIX).
    error: any errno that is not one of the others.
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
    """Whose timeout it was: our settimeout (errno null), or the kernel's (ETIMEDOUT)."""

    OURS = "ours"
    KERNEL = "kernel"


class QueueSource(StrEnum):
    """Where the queue's numbers come from.

    kernel: read (TCP_INFO, sock_diag). room: the waiting room of mode gate, counted here.
    estimate: connected less accepted, where the system tells nothing. none: nobody listens.
    """

    KERNEL = "kernel"
    ROOM = "room"
    ESTIMATE = "estimate"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class BacklogSettings:
    """One run. Seconds.

    Attributes:
        every: between two connects; 0 is all at once.
        timeout: of each connect as by settimeout; None leaves it to the kernel.
        accept_after: when the program begins to accept; None is never.
        hold: go on until the bound though every client has its outcome (the window).
    """

    backlog: int = 2
    clients: int = 6
    every: float = 0.2
    timeout: float | None = 5.0
    family: Family = Family.INET
    mode: Mode = Mode.KERNEL
    accept_after: float | None = None
    hold: bool = False

    def check(self) -> None:
        """Raises Problem where this cannot be run."""
        kernel_readings.check_backlog(self.backlog)
        if self.clients < 1:
            raise Problem("backlog.bad_clients", clients=self.clients)
        room = descriptors.room()
        if room is not None and 2 * self.clients + 8 > room:  # both ends are ours once accepted
            raise Problem("backlog.too_many", clients=self.clients, room=room)
        for seconds in (self.every, self.timeout, self.accept_after):
            if seconds is not None and not 0 <= seconds < 10**6:
                raise Problem("backlog.bad_seconds", value=seconds)
        if self.accept_after is not None and self.mode in {Mode.CLOSED, Mode.BOUND}:
            raise Problem("backlog.nothing_to_accept", mode=self.mode.value)
        if self.mode.private and self.family is Family.UNIX:
            raise Problem("backlog.tcp_only", mode=self.mode.value)

    @property
    def bound(self) -> float:
        """Seconds after which the run ends at the latest, said before it begins."""
        patience = self.timeout
        if patience is None:
            patience = UNIX_PATIENCE if self.family is Family.UNIX else KERNEL_GIVES_UP
        last = (self.clients - 1) * self.every + patience
        if self.mode is Mode.ABORT:
            last += SETTLING
        served = self.accept_after if self.accept_after is not None else 0.0
        return max(last, served) + GRACE + EACH * self.clients

    @property
    def claim(self) -> int:
        """How many may wait by the classic text: the backlog, from 0 to 5."""
        return min(max(self.backlog, 0), CLAIM_MAX)


@dataclass(frozen=True, slots=True)
class ClientView:
    """One client. Times in seconds since the run began, None while it has not happened.

    Attributes:
        number: from 1, in the order of the connects. connection: its id in the record.
        local: its address; the port is chosen by the kernel.
        errno: of the failed call, None for our own timeout.
        connect_seconds: how long connect() took until it succeeded.
        syns: when its SYNs went out: the first with connect(), repeats as TCP_INFO showed them.
        repeats: SYN retransmits read.
        entered: its connection was read among those that wait for accept() (mode abort).
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
        client: which of ours it is, None for a foreign one.
        gone: its end has closed; it keeps its place all the same.
    """

    address: str
    client: int | None
    gone: bool


@dataclass(frozen=True, slots=True)
class Queue:
    """How many wait and how many may; the kernel lets one more in than `limit`."""

    now: int
    limit: int
    source: QueueSource

    @property
    def measured(self) -> bool:
        """Whether the kernel told it."""
        return self.source is QueueSource.KERNEL


@dataclass(frozen=True, slots=True)
class Picture:
    """The lab at one moment.

    Attributes:
        time: seconds since the run began, at most until it ended. ends_in: to the bound.
        running: False before the start and after the end.
        peers: who waits in the queue, where it can be read. order_known: they stand in order.
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
    order_known: bool = False
    drops: int | None = None
    overflows: int | None = None
    listen_drops: int | None = None
    rejected: int | None = None

    def count(self, *states: ClientState) -> int:
        """How many clients stand there."""
        return sum(client.state in states for client in self.clients)


@dataclass(frozen=True, slots=True)
class Result:
    """What came out; observed and read, nothing calculated. The fields are the promised keys.

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
        """One line; keys are only ever added."""
        return json.dumps(
            {name: getattr(self, name) for name in self.__slots__}, separators=(",", ":")
        )
