"""Snapshots: the state of an endpoint at one moment, for tables and chips; about ten a second."""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import EndpointSettings, GateMode, OptionValue, Pace
from workbench.frozen import dataclass


class Phase(StrEnum):
    """The state of an endpoint's own socket, as this program sees it."""

    IDLE = "idle"
    SETTING_UP = "setting up"
    BOUND = "bound"
    LISTENING = "listening"
    CONNECTING = "connecting"
    OPEN = "open"
    CLOSED = "closed"
    FAILED = "failed"


class CloseCause(StrEnum):
    """Why a connection ended.

    PEER: the peer had finished sending (EOF), then we closed it.
    """

    LOCAL = "we closed"
    ABORTED = "we aborted"
    PEER = "peer closed"
    RESET = "reset"
    FAILED = "failed"
    TIMED_OUT = "timed out"


class Hold(StrEnum):
    """Why an open connection is not read automatically.

    ANSWERS: the kernel has not taken what its own responder answered. RECORD: the record is behind.
    GATE: receive is paused.
    """

    ANSWERS = "unsent answers"
    RECORD = "record behind"
    GATE = "receive paused"


class ChipState(StrEnum):
    """The state of a call in the call strip."""

    PLANNED = "planned"
    WAITING = "waiting"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An asked-for call that has not come back; times in ns since the record began."""

    call: str
    since_ns: int
    deadline_ns: int | None = None


@dataclass(frozen=True, slots=True)
class Chip:
    """One call of the call strip.

    Attributes:
        t_ns: finds its event; of a call that waits: since when it does. deadline_ns: until when it
            waits.
        result: as in the event. took_ns: how long it took, where that means something.
        connection: of a call of a set-up: the socket that was made.
    """

    call: str
    args: str
    state: ChipState
    t_ns: int | None = None
    result: int | None = None
    errno: str | None = None
    deadline_ns: int | None = None
    took_ns: int | None = None
    connection: int | None = None


@dataclass(frozen=True, slots=True)
class ConnectionSnapshot:
    """One socket of the endpoint.

    Attributes:
        id: unique in the record. number: counts within the endpoint, from 1.
        state: "ESTABLISHED", "CLOSE_WAIT" … from the kernel where `measured`, else as this
            program sees it.
        unread, unsent: bytes in the kernel's buffers; None where unknown.
        queued: bytes that this program holds and the kernel has not taken; delayed: replies that
            are not due yet.
        hold: why it is not read automatically; None: it is.
        connect_ns: when connect() was called; opened_ns: when socket() was, which may be long
            before.
        errno: of the error that ended it; while it is open only close() is left.
        reading: decoded only if asked for; a newer one alone does not count as a change.
        passed_over: its connect failed, and the next address of the name was tried.
        aborted_in: the kernel's state just before our abort; None: unknown.
        agreed: call and arguments of the rows in which its layers say what was agreed on.
        deaf: reading was shut down here before the peer had finished, so `peer_finished` does not
            come from the peer.
        reads, sends: calls that brought or took bytes, or a datagram.
    """

    id: int
    number: int
    local: str | None
    peer: str | None
    state: str
    measured: bool
    opened_ns: int
    connect_ns: int | None
    connected_ns: int | None
    closed_ns: int | None
    close_cause: CloseCause | None
    errno: str | None
    bytes_in: int
    bytes_out: int
    unread: int | None
    unsent: int | None
    queued: int
    peer_finished: bool
    waiting: Waiting | None
    reading: Reading | None = field(compare=False)
    passed_over: bool = False
    aborted_in: str | None = None
    delayed: int = 0
    hold: Hold | None = None
    agreed: tuple[tuple[str, str], ...] = ()
    reads: int = 0
    sends: int = 0
    deaf: bool = False


@dataclass(frozen=True, slots=True)
class PeerSnapshot:
    """An address that a datagram socket exchanged datagrams with.

    Attributes:
        gone: our socket is closed; this was a peer until then.
    """

    address: str
    datagrams_in: int
    datagrams_out: int
    last_ns: int
    gone: bool = False


@dataclass(frozen=True, slots=True)
class Reconnecting:
    """The state of a client that connects again by itself.

    Attributes:
        attempt: the number of the next one, "2/3" if their number is limited; how many there were,
            if it has given up.
        wait: seconds before the attempt, from the moment of the decision; None: it has given up.
        lost: there was a connection; False: none was ever made.
    """

    attempt: str
    wait: float | None
    lost: bool


@dataclass(frozen=True, slots=True)
class EndpointSnapshot:
    """Everything that a panel shows of an endpoint.

    Attributes:
        reading: of the own socket, if it was asked for.
        options: those in effect on the watched socket, if one is watched.
        queue: waiting connections and their limit as the kernel gives them (TCP_INFO); the
            kernel admits one more than the limit. None where it cannot be read.
        connections: open ones and the newest 200 closed ones, oldest first.
        counter: what {counter} is in the next message that is sent.
        drops: datagrams or SYNs the kernel dropped at this socket, None where unknown.
        no_room: accept() waits until a descriptor is free that the program does not reserve.
        reconnecting: an attempt to connect again is to come, or was the last one.
        repeated: how many of the repeated sends were made, and how many there are to be; 0: until
            they are stopped.
        revision: grows whenever what is shown here changes, and with the end of each command: what
            a command did is shown from its ticket's `revision` on.
    """

    name: str
    settings: EndpointSettings
    phase: Phase
    connection: int | None
    local: str | None
    queue: tuple[int, int] | None
    accept: GateMode
    receive: GateMode
    send: GateMode
    calls: Pace
    strip: tuple[Chip, ...]
    waiting: Waiting | None
    connections: tuple[ConnectionSnapshot, ...]
    open_count: int
    closed_count: int
    peers: tuple[PeerSnapshot, ...]
    drops: int | None
    bytes_in: int
    bytes_out: int
    reading: Reading | None = field(default=None, compare=False)
    options: tuple[tuple[str, OptionValue], ...] = ()
    counter: int = 1
    no_room: bool = False
    reconnecting: Reconnecting | None = None
    repeated: tuple[int, int] | None = None
    reads: int = 0
    sends: int = 0
    revision: int = field(default=0, compare=False)
