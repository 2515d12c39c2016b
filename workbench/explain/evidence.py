"""Evidence for explanations: what the record shows of how an event came about."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Final

from workbench.engine.model.events import END
from workbench.engine.model.family import TCP, SocketKind, form_of
from workbench.frozen import dataclass
from workbench.journal.notes import OF_HOLDERS
from workbench.journal.reader import Reader, Row, SampleRow, SocketRow
from workbench.literals import read_literal

AROUND: Final = 200
"""Rows after a reset among which the other end's close may be."""
NEAR_NS: Final = 2_000_000_000
"""A reading older or newer than this says nothing about the moment."""
RESETS: Final = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})
_FINISHING: Final = frozenset({"SHUT_WR", "SHUT_RDWR"})
_DEAFENING: Final = frozenset({"SHUT_RD", "SHUT_RDWR"})
_LOST: Final = frozenset({"ECONNRESET", "ECONNABORTED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH"})
"""Errors after which the kernel gives b"" to every recv() (tcp_recvmsg of Linux)."""
_CARRIERS: Final = frozenset({"recv", "send"})
_READS: Final = frozenset({"recv", "recvfrom"})
_SENDS: Final = frozenset({"send", "sendto"})
NEAR_ROWS: Final = 50
"""Rows of a connection among which the send that bytes answer is looked for."""
_USER_TIMEOUT: Final = "IPPROTO_TCP, TCP_USER_TIMEOUT, "


@dataclass(frozen=True, slots=True)
class Shut:
    """The row of our own shutdown(), and its argument."""

    row: int
    how: str


@dataclass(frozen=True, slots=True)
class Hollow:
    """Why a recv() that gave b"" does not tell that the peer has finished.

    Attributes:
        row: of our own shutdown(), `how` its argument, or of the failure before it, `errno`.
    """

    row: int
    how: str = ""
    errno: str = ""


@dataclass(frozen=True, slots=True)
class GaveUp:
    """The limit of ours, TCP_USER_TIMEOUT, at which the kernel gave a connection up.

    Attributes:
        row: where it was set, `limit_ms` to what.
        window: what the peer last offered to take; `ack_ms`: the age of its last ACK then.
    """

    row: int
    limit_ms: int
    window: int | None = None
    ack_ms: int | None = None


@dataclass(frozen=True, slots=True)
class LastSend:
    """The last send before bytes came, and how long they took from its beginning."""

    row: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Story:
    """What happened on a connection before it was reset.

    Attributes:
        idle_s: seconds since its last event; None: there was none.
        fin_seen: recv had returned b"", so the peer's FIN came first. None: unknown, because of our
            own shutdown().
        pair_ended: how the other end, if it is ours too, ended it ("abort", "close"); None: it is
            not ours, or had not.
        pair_unread: bytes that the other end had not read when it closed.
        pair: what the other end is called; pair_row: the row of its close().
        shut: how we had closed our own direction.
    """

    idle_s: float | None = None
    fin_seen: bool | None = False
    pair_ended: str | None = None
    pair_unread: int | None = None
    pair: str = ""
    pair_row: int = 0
    shut: Shut | None = None


def story_of(reader: Reader, row: Row) -> Story | None:
    """What led to a reset; None for any other event."""
    if row.errno not in RESETS or row.connection is None:
        return None
    before = reader.before(row.connection, row.seq)
    last = before[-1] if before else None
    idle = (row.t_ns - last.t_ns) / 1e9 if last is not None else None
    fin = _fin_seen(before)
    shut = _first_shut(before, _FINISHING)
    own = reader.connection(row.connection)
    if own is None or own.pair is None:
        return Story(idle, fin, shut=shut)
    # another thread may record it later; what began before our call ended can have led to it
    _, known = _span(row)
    other = [item for item in reader.before(own.pair, row.seq + AROUND) if item.t_ns <= known]
    ended, unread = None, None
    close = next((item for item in other if item.call == "close"), None)
    if close is not None:
        lingered = any("SO_LINGER, (1, 0)" in item.args for item in other)
        ended = "abort" if lingered else "close"
        samples = reader.samples(own.pair)
        if samples:
            unread = samples[-1].values.get("unread")
    who = f"{close.endpoint} #{close.number}" if close is not None else ""
    return Story(idle, fin, ended, unread, who, close.seq if close is not None else 0, shut)


def _first_shut(rows: Iterable[Row], hows: Collection[str]) -> Shut | None:
    """Our first shutdown() with one of these arguments."""
    found = (item for item in rows if item.call == "shutdown" and item.error is None)
    return next((Shut(item.seq, item.args) for item in found if item.args in hows), None)


def _fin_seen(before: Sequence[Row]) -> bool | None:
    """As `Story.fin_seen`."""
    end = next((item.seq for item in before if item.ends_stream), None)
    deaf = _first_shut(before, _DEAFENING)
    if deaf is not None and (end is None or deaf.row < end):
        return None
    return end is not None


def hollow_end(reader: Reader, row: Row) -> Hollow | None:
    """Why a row's end of the stream is not the peer's; None: it is, or the row reads no end."""
    if not row.ends_stream or row.connection is None:
        return None
    return _hollow(reader.before(row.connection, row.seq))


def _hollow(before: Sequence[Row]) -> Hollow | None:
    """Why the end of the stream after these rows is not the peer's; None: it is."""
    for item in before:
        if item.ends_stream:
            return None  # the FIN had come before
        if item.call == "shutdown" and item.error is None and item.args in _DEAFENING:
            return Hollow(item.seq, how=item.args)
        if item.call in _CARRIERS and item.errno in _LOST:
            return Hollow(item.seq, errno=item.errno or "")
    return None


def _gave_up(
    reader: Reader, row: Row, own: SocketRow | None, sample: SampleRow | None
) -> GaveUp | None:
    """The TCP_USER_TIMEOUT that a connection which the kernel gave up had."""
    if row.errno != "ETIMEDOUT" or row.call not in _CARRIERS or own is None:
        return None
    begun = reader.before(own.id, (own.opened_seq or 0) + AROUND)
    for item in reversed([*begun, *reader.before(own.id, row.seq)]):
        if item.call == "setsockopt" and item.error is None and _USER_TIMEOUT in item.args:
            said = item.args.rpartition(" ")[2]
            if not said.isdecimal() or not int(said):
                return None
            reading = sample.values if sample is not None else {}
            window, ack = reading.get("snd_wnd"), reading.get("last_ack_recv_ms")
            return GaveUp(item.seq, int(said), window, ack)
    return None


@dataclass(frozen=True, slots=True)
class FullQueue:
    """The accept queue of our own listener, as it was read while a connect() found no answer.

    Attributes:
        t_ns: when it was read.
        waiting, limit: as the kernel reports them; the queue is full when more than the limit wait.
    """

    listener: str
    t_ns: int
    waiting: int
    limit: int


@dataclass(frozen=True, slots=True)
class Abandoned:
    """Our own listener that was closed while a connection waited in its accept queue.

    Attributes:
        closed_ns: when.
        waiting: how many waited there just before, if the kernel told.
    """

    listener: str
    closed_ns: int
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything in the record that helps to explain one event.

    Attributes:
        sample: the kernel reading kept nearest to it.
        story: what led to a reset.
        abandoned: it was reset because a listener of ours was closed while it waited there.
        both_finished: we had finished sending too before this end of stream.
        full: the listener that it was to reach is ours, and its queue was full.
        syns: how often the kernel has sent the SYN of a connect() without an answer.
        kind: the kind of socket it happened on.
        holder: our endpoint that has the address which bind() was refused.
        held_by: the note that says which other program has it.
        never_connected: its socket had no peer: it came neither from a successful connect() nor
            from accept().
        hollow: why this end of stream is not the peer's; None: it is.
        gave_up: the limit at which the kernel ended an established connection.
        answers: what was sent before these bytes came.
    """

    sample: SampleRow | None = None
    story: Story | None = None
    abandoned: Abandoned | None = None
    both_finished: bool = False
    full: FullQueue | None = None
    syns: int | None = None
    kind: SocketKind = TCP
    holder: str | None = None
    held_by: Row | None = None
    never_connected: bool = False
    hollow: Hollow | None = None
    gave_up: GaveUp | None = None
    answers: LastSend | None = None


def evidence_of(reader: Reader, row: Row) -> Evidence:
    """Search the record for evidence on an event."""
    if row.connection is None:
        return Evidence()
    sample = reader.sample_near(row.connection, _span(row)[1])
    ended = row.ends_stream
    own = reader.connection(row.connection)
    lonely = (
        row.call == "send"
        and row.errno == "EPIPE"
        and row.peer is None
        and own is not None
        and own.parent is None
    )
    unanswered = row.call == "connect" and row.error == "TimeoutError"
    taken = row.call in {"bind", "listen"} and row.errno == "EADDRINUSE"
    before = reader.before(row.connection, row.seq) if ended else []
    return Evidence(
        sample=sample,
        story=None if lonely else story_of(reader, row),
        never_connected=lonely,
        both_finished=_first_shut(before, _FINISHING) is not None,
        hollow=_hollow(before),
        gave_up=_gave_up(reader, row, own, sample),
        full=_full_queue(reader, row) if unanswered else None,
        syns=_syns(sample) if unanswered else None,
        kind=kind_of_row(row, *reader.socket_kind(row.connection)),
        abandoned=_abandoned(reader, row, own),
        holder=_holder(reader, row, own) if taken else None,
        answers=_answers(reader, row),
        held_by=reader.note_after(row.connection, OF_HOLDERS, row.seq) if taken else None,
    )


def _answers(reader: Reader, row: Row) -> LastSend | None:
    """The last send to whom these bytes came from; None: there was none, or none came."""
    if row.call not in _READS or not row.size or row.error is not None or row.connection is None:
        return None
    for item in reversed(reader.before(row.connection, row.seq, NEAR_ROWS)):
        if item.call in _SENDS and item.error is None and item.peer in {None, row.peer}:
            return LastSend(item.seq, (row.t_ns - item.t_ns) / 1e9)
    return None


def _holder(reader: Reader, row: Row, own: SocketRow | None) -> str | None:
    """The endpoint of ours that has the address which bind() or listen() was refused."""
    address = _target(row.args) if row.call == "bind" else own and own.local
    return reader.holder_of(address, row.seq, besides=row.connection or 0) if address else None


def kind_of_row(row: Row, family: str, type_: str) -> SocketKind:
    """The kind of socket of an event, and the form of the address it is about."""
    if family != "AF_UNIX":
        return SocketKind(family, type_)
    named = row.args if row.call in {"bind", "connect", "sendto"} else row.peer or row.local
    return SocketKind(family, type_, form_of(named))


def _abandoned(reader: Reader, row: Row, own: SocketRow | None) -> Abandoned | None:
    """Our listener that was closed while this connection waited in its accept queue.

    The connection was made while that listener existed, and was not accepted: no accepted one has
    its address or, if it has none (AF_UNIX), it was behind all accepted ones in the queue.
    """
    if row.errno not in RESETS or own is None or own.parent is not None or own.peer is None:
        return None
    made = next(
        (
            item
            for item in reversed(reader.before(own.id, row.seq))
            if item.call == "connect" and item.error is None
        ),
        None,
    )
    if made is None:
        return None
    _, known = _span(row)
    for number, name in reader.listeners_at(own.peer):
        listener = reader.connection(number)
        if listener is None or listener.closed_seq is None:
            continue
        closed = next(
            (
                item
                for item in reversed(reader.before(number, listener.closed_seq + AROUND, 20))
                if item.call == "close"
            ),
            None,
        )
        if closed is None or not made.t_ns - made.duration_ns <= closed.t_ns <= known:
            continue
        if reader.is_accepted(listener, own, made.seq):
            return None
        sample = reader.sample_near(number, closed.t_ns)
        reading = sample.values if sample is not None else {}
        waiting = reading.get("unacked") if reading.get("state") == "LISTEN" else None
        return Abandoned(name, closed.t_ns, waiting)
    return None


def _syns(sample: SampleRow | None) -> int | None:
    reading = sample.values if sample is not None else {}
    repeats = reading.get("retransmits")
    return repeats + 1 if reading.get("state") == "SYN_SENT" and repeats is not None else None


def _full_queue(reader: Reader, row: Row) -> FullQueue | None:
    """Our listener at this address, if its queue was seen to be full while connect() waited."""
    begun, ended = _span(row)
    for number, name in reader.listeners_at(_target(row.args)):
        sample = reader.sample_near(number, ended)
        if sample is None or not begun - NEAR_NS <= sample.t_ns <= ended + NEAR_NS:
            continue
        reading = sample.values
        waiting, limit = reading.get("unacked"), reading.get("sacked")
        if reading.get("state") != "LISTEN" or waiting is None or limit is None:
            continue
        if waiting > limit:
            return FullQueue(name, sample.t_ns, waiting, limit)
    return None


def _span(row: Row) -> tuple[int, int]:
    """When a call began and came back; the row with the outcome of a waiting call is stamped with
    its end.
    """
    if row.kind == END:
        return row.t_ns - row.duration_ns, row.t_ns
    return row.t_ns, row.t_ns + row.duration_ns


def _target(args: str) -> str:
    """The address of a connect() in the record's spelling."""
    try:
        target = read_literal(args)
    except ValueError:
        return args
    if not isinstance(target, tuple) or len(target) < 2:
        return str(target)
    host, port = str(target[0]), target[1]
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
