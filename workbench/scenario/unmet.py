"""Explains why an expectation failed: what was wanted, what came, and the state of the
connection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import LAYER
from workbench.engine.model.layer_fault import TRUNCATED, LayerFault
from workbench.engine.model.settings import EndpointSettings
from workbench.journal.notes import note_text
from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import decoded
from workbench.payload.json_values import Difference
from workbench.payload.masking import Masker
from workbench.scenario.connections import RunConnection, ended_ns, tells_reset
from workbench.scenario.expect import rows_in_words
from workbench.scenario.expect_keys import is_plain_stream
from workbench.scenario.held_back import NO_RULE, HeldBack
from workbench.scenario.json_stream import values_in
from workbench.scenario.layer_rows import end_of, head_differs, is_of_kind, withheld
from workbench.scenario.needle import Needle
from workbench.scenario.parting import (
    SHOWN_BYTES,
    is_inside,
    keeping_secrets,
    nearest,
    parting,
    partly,
    shown,
    tells_nearest,
)
from workbench.scenario.report import title_of
from workbench.scenario.search import PAUSE, Passed, Search, ends_so, fits, one_of_each
from workbench.scenario.steps import ANY, HEAD, Expect
from workbench.scenario.timing import Took, told
from workbench.texts import Problem, has

SHOWN: Final = 3
"""Connections told about, and rows shown."""
MOST: Final = 2
"""Sentences beside the one that says what did not come; the last rows follow them."""
RESETS: Final = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})


class Ends(NamedTuple):
    """What is known about the state and the end of connections.

    Attributes:
        icmp: their family has ICMP, which tells a datagram socket that nobody listens.
        listener_of: the listener of ours in whose accept queue a connection was when that
            listener was closed: the cause of the reset of this row.
        held: what our own ends hold back.
        masker: of secrets.
    """

    icmp: bool
    listener_of: Callable[[Row], str | None]
    held: HeldBack
    masker: Masker | None = None


class Clause(NamedTuple):
    """A clause about one connection: a text, whom it is about, and the other values that fill it
    in.
    """

    key: str
    who: str
    gaps: tuple[tuple[str, object], ...] = ()


def clause(key: str, who: str, **gaps: object) -> Clause:
    """A clause of the texts of scenarios."""
    return Clause(f"scenario.{key}", who, tuple(gaps.items()))


def did_not_come(
    expect: Expect,
    among: Sequence[RunConnection],
    needle: Needle | None,
    search: Search,
    ends: Ends,
    others: Sequence[RunConnection] = (),
) -> Problem:
    """The sentence of an expectation that was not met.

    Args:
        among: the connections that it means.
        needle: of its bytes; None where it looks for calls.
        search: what it has found: there may be some, but fewer than `count`.
        ends: what is known of how a connection ended.
        others: those of the endpoint that it does not mean.
    """
    if needle is not None:
        needle = keeping_secrets(needle, expect, ends.masker)
    count = sum(map(search.so_far, among))
    if expect.exact and (more := _too_many(expect, among, search)) is not None:
        return more
    lacking = _lacking(expect, among, search)
    told = _told_of(lacking)
    hidden = sum(item.id is not None for item in lacking) - len(told)
    stands = _stands(expect, told or _told_of(among), ends, hidden)
    came = _came(expect, told, needle, search.until_ns, hidden) if told or not count else None
    if came is not None and came.key == "scenario.instead_nothing":
        partly = any(next(_unfinished(item), None) for item in told)
        came = None if partly else _nothing_came(came, among, others, stands)
    if expect.closed is not None and told:
        ends_of = [item for item in told if item.number] or told  # a listening socket does not end
        came, stands = in_one([_ended(expect, item, search) for item in ends_of], hidden), None
    elif expect.next and came is not None and came.key == "scenario.sentence":
        came = joined([came, Problem("scenario.next_passes_none")])
    said = [part for part in (came, stands) if part is not None][:MOST]
    rows = _last_rows(among)
    if expect.count > 1:
        said += _passed_over(search.passed_over(among))
    left_out = sum(item.ignored for item in among)
    if left_out:
        said = [*said, Problem("scenario.left_out", count=left_out)]
    instead = joined((said if rows is None else [*said, rows]) or [_no_row(expect)])
    what = _wanted(expect, lacking, count)
    if expect.next and search.stopped(item for item in among if item.number):
        return Problem("scenario.other_first", what=what, instead=instead)
    return Problem("scenario.did_not_come", what=what, seconds=expect.within, instead=instead)


def _nothing_came(
    nothing: Problem,
    among: Sequence[RunConnection],
    others: Sequence[RunConnection],
    stands: Problem | None,
) -> Problem:
    """What is said if nothing came: where else something did, and whether waiting helps."""
    if any(map(_left, others)):
        server = any(item.id is not None and not item.number for item in among)
        return Problem(f"scenario.instead_elsewhere{'_server' if server else ''}")
    return nothing if stands is None else Problem("scenario.instead_none")


def _wanted(expect: Expect, lacking: Sequence[RunConnection], count: int) -> object:
    """What was wanted: the step's line, with where or how often it came."""
    what = title_of(expect)
    if expect.each and lacking:
        return Problem("scenario.not_in_each", what=what, who=_names(lacking), all=expect.count)
    if expect.count > 1:
        return Problem("scenario.so_many", what=what, count=count, wanted=expect.count)
    return what


def not_in_rounds(
    until: Expect, looked_through: Sequence[tuple[RunConnection, Needle | None]], ends: Ends
) -> Problem:
    """What came in the rounds of a loop in place of what should have ended it, on the newest
    connections.

    `looked_through`: those that it means, with what was looked for in their bytes.
    """
    real = [item for item in looked_through if item[0].id is not None]
    real = sorted(real, key=lambda item: (_left(item[0]), item[0].number))[-SHOWN:]
    said: list[Clause] = []
    for connection, needle in real:
        found: list[Clause | None] = []
        if until.of_layer is not None:
            found = [_of_layer(until, connection)]
        elif needle is not None:
            found = [*_of_bytes(until, connection, keeping_secrets(needle, until, ends.masker))]
        own = f"{connection.endpoint} " if until.endpoint == ANY and connection.number else ""
        said += [item._replace(who=own + item.who) for item in found if item is not None]
    parts = [in_one(said)] if said else []
    if until.wants_bytes and not said:
        parts.append(Problem("scenario.instead_none"))
    stands = [part for connection, _ in real for part in _stand(connection, ends)]
    if stands:
        parts.append(in_one(stands))
    rows = _last_rows([connection for connection, _ in looked_through])
    parts += [] if rows is None else [rows]
    return joined(parts or [Problem("scenario.instead_none")])


def _too_many(expect: Expect, among: Sequence[RunConnection], search: Search) -> Problem | None:
    """The problem that more came than `exact` allows; None: it did not."""
    most = expect.count
    if expect.each:
        who = [item for item in among if one_of_each(item) and search.so_far(item) > most]
    else:
        who = [item for item in among if search.so_far(item)]
        who = who if sum(map(search.so_far, who)) > most else []
    if not who:
        return None
    return Problem("scenario.too_many", what=title_of(expect), wanted=most, who=_names(who))


def _lacking(
    expect: Expect, among: Sequence[RunConnection], search: Search
) -> Sequence[RunConnection]:
    """The connections on which something is missing."""
    if expect.each:
        return [item for item in among if one_of_each(item) and search.so_far(item) < expect.count]
    return [item for item in among if not search.so_far(item)] if expect.count > 1 else among


def _names(connections: Sequence[RunConnection]) -> str:
    shown = ", ".join(map(_name, connections[:SHOWN]))
    return shown if len(connections) <= SHOWN else f"{shown} …"


def told_of(passed: Passed, took: Sequence[Took] = ()) -> Problem | None:
    """What a satisfied expectation passed over, whether a pause ended its match, and how long it
    took if that was asked.
    """
    parts = []
    if took:
        slowest = max(took, key=lambda item: item.seconds)
        parts.append(Problem("scenario.sentence", what=told(slowest)))
    parts += _passed_over(passed)
    if passed.paused:
        parts.append(Problem("scenario.paused", seconds=PAUSE / 1e9))
    return joined(parts) if parts else None


def _passed_over(passed: Passed) -> list[Problem]:
    """How much was passed over, and why."""
    parts = []
    if passed.bytes:
        parts.append(Problem("scenario.passed_bytes", bytes=passed.bytes))
    if passed.rows:
        parts.append(Problem("scenario.passed_rows", rows=passed.rows))
    if passed.failed:
        parts.append(Problem("scenario.passed_failed", count=passed.failed))
    return parts


def warned(expect: Expect, settings: EndpointSettings) -> Problem | None:
    """A warning that what must not come may have been looked for in the wrong place."""
    if not expect.absent or (expect.text is None and expect.hex is None):
        return None
    if not is_plain_stream(settings):
        return Problem("scenario.absent_whole")
    return Problem("scenario.absent_anywhere" if expect.hex is None else "scenario.absent_hex")


def joined(parts: Sequence[Problem]) -> Problem:
    """Sentences one after the other; at least one."""
    first, *rest = parts
    for part in rest:
        first = Problem("scenario.and_then", first=first, then=part)
    return first


def in_one(clauses: Sequence[Clause], hidden: int = 0) -> Problem:
    """One sentence about several connections, which are grouped if the same is said of them; at
    least one clause.

    `hidden`: how many further connections there are.
    """
    names: dict[tuple[str, tuple[tuple[str, object], ...]], list[str]] = {}
    for item in clauses:
        names.setdefault((item.key, item.gaps), []).append(item.who)
    first, *rest = (
        Problem(key, who=", ".join(who), **dict(gaps)) for (key, gaps), who in names.items()
    )
    if hidden > 0:
        rest.append(Problem("scenario.more_connections", count=hidden))
    for then in rest:
        first = Problem("scenario.clauses", first=first, then=then)
    return Problem("scenario.sentence", what=first)


def _told_of(among: Sequence[RunConnection]) -> list[RunConnection]:
    """The connections to speak about, first those with something that no step has used up."""
    real = [item for item in among if item.id is not None]
    return sorted(real, key=lambda item: (not _left(item), item.number))[:SHOWN]


def _left(connection: RunConnection) -> bool:
    return any(connection.came(row) and row.size for row in connection.rows())


# -- what came ------------------------------------------------------------------------------


def _came(
    expect: Expect,
    told: Sequence[RunConnection],
    needle: Needle | None,
    until_ns: int,
    hidden: int,
) -> Problem:
    if not told:
        return Problem("scenario.no_connection", endpoint=expect.endpoint)
    if expect.of_layer is not None:
        others = [found for item in told if (found := _of_layer(expect, item)) is not None]
        if others:
            return in_one(others, hidden)
    if needle is None:
        late = [found for item in told if (found := _late(expect, item, until_ns)) is not None]
        return in_one(late, hidden) if late else _no_row(expect)
    parts: list[Clause] = []
    for connection in told:
        tardy = _late(expect, connection, until_ns)
        parts += [tardy] if tardy is not None else _of_bytes(expect, connection, needle)
    return in_one(parts, hidden) if parts else _used(told)


def _of_bytes(expect: Expect, connection: RunConnection, needle: Needle) -> list[Clause]:
    """What came among the bytes of a connection; of several messages, also which one is
    described.
    """
    rows = [row for row in connection.rows() if row.payload and fits(expect, row, connection.came)]
    if not rows:
        return []
    which = not connection.stream and len(rows) > 1 and not expect.next
    told = _which(expect, connection, rows, needle) if which else []
    return [_bytes(expect, connection, rows, needle), *told]


def _no_row(expect: Expect) -> Problem:
    """Why no row came: calls are made when possible, so the kernel is asked about a full buffer."""
    waits = expect.errno in {"EAGAIN", "EWOULDBLOCK"}
    return Problem("scenario.instead_no_wait" if waits else "scenario.instead_no_row")


def _of_layer(expect: Expect, connection: RunConnection) -> Clause | None:
    """The frames, ends or heads that came in place of the wanted one; None: none did."""
    kind, heads = expect.of_layer, connection.came.heads
    rows = [row for row in connection.rows() if is_of_kind(kind, row, heads)]
    if not rows:
        return None
    if kind == HEAD:
        return _of_head(expect, rows[-1].payload or b"", _name(connection))
    return clause("instead", _name(connection), what=rows_in_words(rows[-SHOWN:]))


def _of_head(expect: Expect, head: bytes, who: str) -> Clause | None:
    """How the newest head that came differs; None: it is not the one that is missing."""
    lines, lacking = head_differs(expect, head)
    if not lines and not lacking:
        return None
    first = head.split(b"\n", 1)[0].rstrip(b"\r").decode("latin-1")
    what = ", ".join(f'"{line[: 2 * SHOWN_BYTES]}"' for line in lines or [first])
    if lacking:
        return clause("instead_without", who, what=what, names=", ".join(lacking))
    return clause("instead", who, what=what)


def _late(expect: Expect, connection: RunConnection, until_ns: int) -> Clause | None:
    """How late after the deadline the first thing came that would have met it; None: none did."""
    wanted = (
        row
        for row in connection.rows()
        if fits(expect, row, connection.came) and (row.payload or not expect.wants_bytes)
    )
    ends = map(ended_ns, wanted)
    first = next(ends if expect.wants_bytes else (end for end in ends if end > until_ns), 0)
    if first <= until_ns:
        return None
    return clause("instead_late", _name(connection), seconds=round((first - until_ns) / 1e9, 3))


def lost(problem: Problem, meant: Iterable[RunConnection], ends: Ends) -> Problem:
    """What a command is told that found no open connection, and how those ended that it means."""
    if problem.key != "engine.no_connection":
        return problem
    found = [part for item in meant if item.number for part in _stand(item, ends)]
    return joined([problem, in_one(found, 0)]) if found else problem


def _used(told: Sequence[RunConnection]) -> Problem:
    """Says that nothing was left to look at, and what earlier steps have used up."""
    used = sum(item.used_bytes for item in told)
    reads = sum(item.used_reads for item in told)
    left = sum(row.size or 0 for item in told for row in item.rows() if item.came(row))
    if left and not used:
        return Problem("scenario.instead_other", bytes=left)
    if used:
        return Problem("scenario.instead_used", bytes=used, reads=reads)
    return Problem("scenario.instead_nothing")


def _bytes(
    expect: Expect, connection: RunConnection, rows: Sequence[Row], needle: Needle
) -> Clause:
    """What came of the bytes, from where they diverge from what was wanted."""
    who = _name(connection)
    if needle.differs is not None and not connection.stream:
        payloads = [row.payload or b"" for row in (rows[:1] if expect.next else rows[::-1])]
        told = [found for found in map(needle.differs, payloads) if found is not None]
        return _json(expect, told, payloads[0], needle, who)
    if connection.stream:
        first = connection.used
        data = b"".join(
            (row.payload or b"")[connection.part if row is connection.row(first) else 0 :]
            for row in rows
        )
        if needle.other is not None:
            values = values_in(decoded(data, needle.encoding))
            return _json(expect, list(map(needle.other, values[::-1])), data, needle, who)
    else:
        row = nearest(rows[:1] if expect.next else rows, needle)
        data = row.payload or b""
        size = row.size or 0
        if size > len(data):
            return clause("instead_truncated", who, size=size, kept=len(data))
        if is_inside(expect, data, needle):
            return clause("instead_within", who, what=shown(data, needle, whole=True))
    if needle.pattern is not None and (connection.stream or not needle.exact):
        return _partly(expect, data, needle, who)
    parted = None if expect.absent else parting(data, needle)
    if parted is None:
        return clause("instead", who, what=shown(data, needle, whole=True))
    same, missing, wanted = parted
    if not missing:
        return clause("instead_longer", who, same=same, what=shown(data[same:], needle))
    if same == len(data) and wanted is None:
        return clause("instead_short_pattern", who, same=same, missing=missing)
    if same == len(data):
        return clause("instead_short", who, same=same, wanted=wanted, missing=missing)
    return clause("instead_parted", who, same=same, what=shown(data[same:], needle), wanted=missing)


def _partly(expect: Expect, data: bytes, needle: Needle, who: str) -> Clause:
    """What came of what is looked for in the bytes, and what came in place of the rest."""
    found = None if expect.absent else partly(data, needle)
    if found is None:
        return clause("instead", who, what=shown(data, needle, whole=True))
    if not found.behind:
        return clause("instead_begun", who, what=found.fits, missing=found.missing)
    return clause("instead_partly", who, same=found.fits, what=found.behind, wanted=found.missing)


def _which(
    expect: Expect, connection: RunConnection, rows: Sequence[Row], needle: Needle
) -> list[Clause]:
    """Which of several messages is described."""
    if expect.absent or not tells_nearest(needle):
        return []
    seq = nearest(rows, needle).seq
    return [clause("nearest", _name(connection), count=len(rows), seq=seq)]


def _json(
    expect: Expect, told: Sequence[list[Difference]], came: bytes, needle: Needle, who: str
) -> Clause:
    """Where the message nearest to what was wanted differs; `told`: everything that is JSON."""
    if not told:
        return clause("json_none", who, what=shown(came, needle))
    differences = min(told, key=len)
    if not differences or expect.absent:
        return clause("instead", who, what=shown(came, needle))
    first = differences[0]
    gaps = {"path": first.path} if first.path else {}
    return clause(
        f"json_{first.how}{'' if first.path else '_whole'}",
        who,
        wanted=first.wanted,
        what=first.came,
        all=len(differences),
        **gaps,
    )


def _name(connection: RunConnection) -> str:
    return f"#{connection.number}" if connection.number else connection.endpoint


# -- its state -----------------------------------------------------------------------------


def _stands(
    expect: Expect, told: Sequence[RunConnection], ends: Ends, hidden: int
) -> Problem | None:
    """How the connections ended, or what our own ends hold back."""
    found = [part for item in told for part in _stand(item, ends)]
    if found:
        return in_one(found, hidden)
    name = expect.endpoint
    if not any(item.number for item in told) and ends.held.paused(name, c.Gate.ACCEPT):
        return Problem("scenario.held_accept", endpoint=name)
    peer = ends.held.silent_peer(name)
    if peer is not None:
        return Problem("scenario.held_send", endpoint=peer)
    row = ends.held.unanswered(name)
    if row is None:
        return None
    if row.call == NO_RULE:
        return Problem("scenario.held_no_rule", endpoint=row.endpoint, seq=row.seq)
    what = note_text(row).rstrip(".。")
    return Problem("scenario.held_note", endpoint=row.endpoint, what=what, seq=row.seq)


def _stand(connection: RunConnection, ends: Ends) -> Iterator[Clause]:
    """What waits of a message, and how a connection ended or why it is not read."""
    fault = next((row for row in connection.all_rows() if row.call == "messages.fault"), None)
    if fault is not None:
        yield clause("undivided", _name(connection), errno=fault.errno or "", seq=fault.seq)
    else:
        yield from _unfinished(connection)
    stands = _end(connection, ends) or unread_clause(connection, ends.held)
    if stands is not None:
        yield stands


def _unfinished(connection: RunConnection) -> Iterator[Clause]:
    """What came and was not handed on, since the rest of it has not come."""
    if connection.came.unfinished > 0:
        yield clause("unfinished", _name(connection), bytes=connection.came.unfinished)
    if not connection.came.layered:
        return
    rows = connection.all_rows()
    if any(row.kind == LAYER and row.error is not None for row in rows):
        return  # nothing is read any more, and the fault is told
    found = withheld(rows)
    if found.frames:
        yield clause("message_open", _name(connection), bytes=found.payload, frames=found.frames)
    if found.bytes:
        yield clause("half_come", _name(connection), bytes=found.bytes)


def _ended(expect: Expect, connection: RunConnection, search: Search) -> Clause:
    """How a connection has ended, if it should have ended otherwise, or that it has not."""
    who = _name(connection)
    if search.stopped([connection]):
        return clause("unread_first", who)
    endings = [
        (row, ending)
        for row in connection.all_rows()
        if (ending := connection.ending(row)) is not None
    ]
    if not endings:
        return clause("still_open", who)
    wanted = [row for row, ending in endings if ends_so(expect, ending)]
    if wanted:
        late = wanted[-1] in connection.rows()
        return clause("ended_late" if late else "ended_used", who, seq=wanted[-1].seq)
    row, ending = endings[-1]
    return clause(f"ended_{ending.how}_{ending.by}", who, seq=row.seq)


def unread_clause(connection: RunConnection, held: HeldBack) -> Clause | None:
    """Why a connection is not read."""
    if not connection.number or any(row.call == "close" for row in connection.all_rows()):
        return None
    hold = held.hold(connection.endpoint, connection.id)
    return None if hold is None else clause(f"held_{hold.name.lower()}", _name(connection))


def _end(connection: RunConnection, ends: Ends) -> Clause | None:
    """How a connection ended, or what its last call met."""
    who = _name(connection)
    for row in reversed(connection.all_rows()):
        if tells_reset(row):
            after_fin = row.call == "reset_after_fin"
            return clause(
                "end_reset_after_fin" if after_fin else "ended_reset_peer", who, seq=row.seq
            )
        if row.kind not in {"call", "end"} or row.errno in PENDING:
            continue
        if row.error is not None:
            failure = _failure(row, who, ends)
            if row.call == "shutdown" and row.cause is None:  # the end of one that was told to end
                return _said_by_layer(connection) or failure
            of_tls = _said_by_tls(connection) if row.errno in RESETS else None
            return failure if of_tls is None else of_tls
        if row.ends_stream:
            said = _said_by_layer(connection)
            return said or clause("end_deaf" if connection.deaf else "end_fin", who)
    return _said_by_websocket(connection)


def _said_by_layer(connection: RunConnection) -> Clause | None:
    """Says how a layer ended, which tells more than how the kernel's connection did."""
    return _said_by_websocket(connection) or _said_by_tls(connection)


def _said_by_tls(connection: RunConnection) -> Clause | None:
    """Says that TLS ended with a fault, usually a fatal alert: the cause of the FIN or reset after
    it.
    """
    for row in reversed(connection.all_rows()):
        if row.call != "tls.end":
            continue
        if row.errno is None or row.errno == TRUNCATED:
            return None
        fault = LayerFault(row.errno, row.call, row.args)
        what = Problem(f"{fault.stem or f'errors.{row.errno}'}.what", **fault.values)
        return clause("end_tls", _name(connection), errno=row.errno, what=what)
    return None


def _said_by_websocket(connection: RunConnection) -> Clause | None:
    """Says that a WebSocket ended with a Close frame, which tells more than the FIN after it."""
    for row in reversed(connection.all_rows()):
        said = end_of(row)
        if said is not None:
            code, reason = said
            known = f"ws.word.{code}"
            word = reason or (Problem(known) if has(known) else "")
            shown: object = Problem("ws.code_and_word", code=code, word=word) if word else str(code)
            return None if row.error else clause("end_websocket", _name(connection), code=shown)
    return None


def _failure(row: Row, who: str, ends: Ends) -> Clause:
    listener = ends.listener_of(row) if row.errno in RESETS else None
    if listener is not None:
        return clause("end_abandoned", who, listener=listener, errno=row.errno)
    if row.errno in RESETS:
        return clause("end_reset", who, errno=row.errno, call=row.call)
    if row.errno is None and row.error == "TimeoutError":
        return clause("end_timeout", who, call=row.call)
    if row.errno == "ECONNREFUSED" and row.call != "connect" and ends.icmp:
        return clause("end_icmp", who, call=row.call)
    return clause("end_failed", who, call=row.call, errno=row.errno or row.error or "")


def _last_rows(among: Sequence[RunConnection]) -> Problem | None:
    rows = sorted(
        row for item in among for row in [row for row in item.all_rows() if _is_told(row)][-SHOWN:]
    )[-SHOWN:]
    return Problem("scenario.last_rows", rows=rows_in_words(rows)) if rows else None


def _is_told(row: Row) -> bool:
    return row.kind in {"call", "end", "layer"} and row.errno not in PENDING
