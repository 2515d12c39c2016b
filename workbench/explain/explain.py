"""Explains an event in the user's language, claiming only what was read in this record.

The texts are in resources/texts: errors.*.toml (`errors.ERRNO.what`, `.kernel`, `.try`),
explain.*.toml (`explain.CALL`, `explain.on_others.…`), and in family.*.toml where a kind of socket
needs other words. `evidence.py` finds what needs evidence from the record.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from workbench.engine.model.errors import system_text
from workbench.engine.model.events import COMMAND, LAYER, NOTE, RUN_FAILED, RUN_HELD
from workbench.engine.model.family import TCP, SocketKind, error_text, fitting
from workbench.engine.model.serialize import is_end
from workbench.explain.evidence import Abandoned, Evidence, FullQueue, GaveUp, Hollow, Story
from workbench.explain.tls_sentences import BEGINS as TLS_BEGINS
from workbench.explain.tls_sentences import failed_text, told_of_tls
from workbench.explain.websocket_words import BEGINS, fault_in_words, told_of_websocket
from workbench.frozen import dataclass
from workbench.journal.notes import Verdict, note_text, verdict_of
from workbench.journal.reader import Row, SampleRow
from workbench.literals import arguments, comment
from workbench.texts import has, tr

NOTHING_KNOWN: Final = Evidence()
_HOWS: Final = frozenset({"SHUT_RD", "SHUT_RDWR"})
"""Arguments of shutdown() with texts of their own; the text without one is about SHUT_WR."""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs in plain text."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """The explanation of an event; `python` is the call as code, "": it is not a call."""

    title: str
    sections: tuple[Section, ...]
    python: str = ""


def _idle(seconds: float) -> str:
    """A duration in the largest unit in which it is not 0."""
    if seconds >= 1:
        return f"{seconds:.3f} s"
    return f"{seconds * 1000:.1f} ms" if seconds >= 0.001 else f"{seconds * 1e6:.0f} us"


def _told(story: Story, kind: SocketKind) -> list[str]:
    lines = []
    if story.idle_s is not None:
        lines.append(tr("explain.story_idle", time=_idle(story.idle_s)))
    if story.fin_seen is not None:
        seen = "explain.story_fin" if story.fin_seen else "explain.story_no_fin"
        lines.append(tr(fitting(seen, kind)))
    other = {"who": story.pair, "row": story.pair_row}
    if story.pair_ended == "abort":
        lines.append(tr(fitting("explain.story_abort", kind), **other))
    elif story.pair_ended == "close" and story.pair_unread:
        lines.append(tr(fitting("explain.story_unread", kind), **other, count=story.pair_unread))
    elif story.pair_ended == "close":
        lines.append(tr("explain.story_close", **other))
    return lines


def explain(
    row: Row, *, title: str, evidence: Evidence = NOTHING_KNOWN, clock: Callable[[int], str] = str
) -> Explanation:
    """Explain one event.

    Args:
        title: the call and its result as the log shows them.
        evidence: what the record holds about it.
        clock: turns a moment of the record into clock time.
    """
    verdict = verdict_of(row)
    if verdict is not None:
        return _of_run(row, verdict)
    if row.kind == COMMAND and row.cause is not None:
        text = tr("explain.command_of_step_text", row=row.cause)
        sections = [Section(tr("explain.command_of_step"), (text,))]
    elif row.kind == COMMAND and is_end(row.call, row.args):
        text = tr("explain.command_of_end_text")
        sections = [Section(tr("explain.command_of_end"), (text,))]
    elif row.kind == COMMAND:
        sections = [Section(tr("explain.command"), (tr("explain.command_text"),))]
    elif row.kind == NOTE:
        sections = [Section(tr("explain.note"), (title,))]
    elif row.kind == LAYER and row.call.startswith(BEGINS):
        sections = [Section(tr(key), lines) for key, lines in told_of_websocket(row)]
    elif row.error is not None:
        sections = _failure(row, evidence, clock)
    else:
        sections = [Section(tr("explain.returned"), _success(row, evidence))]
    seen = _seen(row, evidence, clock)
    sections[1:1] = seen  # what was measured comes before what follows from it
    elsewhere = _elsewhere(row, evidence.kind)
    if elsewhere:
        sections.append(Section(tr("explain.elsewhere"), (elsewhere,)))
    return Explanation(title, tuple(sections), as_python(row))


def _of_run(row: Row, verdict: Verdict) -> Explanation:
    """Explains a note of a run: what a step expected and what came, or how far the run got."""
    title = tr(f"explain.{row.call}", number=verdict.number)
    if verdict.held is None:
        asked = (verdict.title, tr("explain.step_text", row=row.seq))
        return Explanation(title, (Section(tr("explain.expected"), asked),))
    if row.call in {RUN_HELD, RUN_FAILED}:
        lines = [tr("explain.run_steps", steps=verdict.steps, seconds=verdict.took)]
        if verdict.number:
            several = "_of" if verdict.failed > 1 else ""
            lines.append(
                tr(f"explain.run_first{several}", number=verdict.number, failed=verdict.failed)
            )
        return Explanation(title, (Section(verdict.title, tuple(lines)),))
    came = verdict.came
    if verdict.row:
        came = tr("explain.came_row", row=verdict.row, came=came)
    if came:
        came = tr("explain.came_in", came=came, seconds=verdict.took)
    else:
        came = tr("explain.nothing_said", seconds=verdict.took)
    return Explanation(
        title,
        (
            Section(tr("explain.expected"), (verdict.title,)),
            Section(tr("explain.came"), (came,)),
        ),
    )


def what_failed(row: Row, kind: SocketKind = TCP) -> str:
    """An error in one sentence."""
    fault = fault_in_words(row) if row.kind == LAYER else None
    return fault or _told_of(row, "what", kind)


def _told_of(row: Row, part: str, kind: SocketKind) -> str:
    """The text about an error; `part`: what, kernel or try."""
    of_tls = failed_text(row, part)
    if of_tls is not None:
        return of_tls
    key = error_text(row.errno, row.error, part, kind, row.call)
    return tr(key, errno=row.errno or row.error or "", text=system_text(row.errno), call=row.call)


def _seen(row: Row, evidence: Evidence, clock: Callable[[int], str]) -> list[Section]:
    """What the record and the kernel show about the event."""
    found = []
    if evidence.story is not None:
        found.append(Section(tr("explain.story"), tuple(_told(evidence.story, evidence.kind))))
    kernel = _kernel(evidence.sample, evidence.kind)
    if evidence.sample is not None and kernel and row.kind not in {COMMAND, NOTE}:
        heading = tr("explain.kernel", time=clock(evidence.sample.t_ns))
        found.append(Section(heading, (kernel,)))
    return found


def _elsewhere(row: Row, kind: SocketKind) -> str:
    """How other systems behave, from their documentation; "": nothing is known."""
    if row.kind in {COMMAND, NOTE}:
        return ""
    words = re.findall(r"SO_\w+|SHUT_\w+", row.args)
    trouble = row.errno or row.error
    keys = [f"{row.call}_{name}" for name in (trouble, *words) if name]
    keys += [trouble] if trouble else [row.call]
    found = next(
        (f"explain.on_others.{key}" for key in keys if has(f"explain.on_others.{key}")), None
    )
    return tr(fitting(found, kind)) if found is not None else ""


def _failure(row: Row, evidence: Evidence, clock: Callable[[int], str]) -> list[Section]:
    kind = evidence.kind
    if evidence.abandoned is not None:
        return _was_abandoned(row, evidence.abandoned, clock)
    if evidence.full is not None:
        return _queue_was_full(row, evidence, evidence.full, clock)
    why = _why_of_record(row, evidence)
    if why is not None:
        kernel, way = why
        return [
            Section(tr("explain.returned"), (what_failed(row, kind),)),
            Section(tr("explain.why"), kernel),
            Section(tr("explain.try"), (way or _told_of(row, "try", kind),)),
        ]
    if evidence.never_connected:
        return [
            Section(tr(f"explain.{heading}"), (tr(f"explain.never_connected_{part}"),))
            for heading, part in (("returned", "what"), ("why", "kernel"), ("try", "try"))
        ]
    return [
        Section(tr(f"explain.{heading}"), (_told_of(row, part, kind),))
        for heading, part in (("returned", "what"), ("why", "kernel"), ("try", "try"))
    ]


def _why_of_record(row: Row, evidence: Evidence) -> tuple[tuple[str, ...], str] | None:
    """Why a call failed and what to try, if the record or the address itself shows it; "": what the
    error always says; None: neither shows it.
    """
    kind, name = evidence.kind, evidence.holder
    if name is not None:
        listens = "_listens" if row.call == "listen" else ""
        why = tr(fitting(f"explain.holder{listens}", kind), name=name)
        return (why,), tr(fitting("explain.holder_try", kind), name=name)
    if evidence.held_by is not None:
        return (note_text(evidence.held_by),), ""
    if evidence.gave_up is not None:
        return tuple(_gave_up(evidence.gave_up)), ""
    story = evidence.story
    if story is not None and row.errno == "EPIPE" and story.shut is not None:
        why = tr("explain.shut_here", row=story.shut.row, how=story.shut.how)
        return (why,), tr("explain.shut_here_try")
    if story is not None and row.errno == "ECONNRESET" and _is_by_pair(story, kind):
        return (tr(fitting("explain.reset_here", kind), who=story.pair, row=story.pair_row),), ""
    from workbench.explain.bad_address import bad_address  # only for failures

    wrong = bad_address(row, kind)
    if wrong is not None:
        stem = fitting(f"explain.address.{wrong}", kind)
        return (tr(f"{stem}_why"),), tr(f"{stem}_try")
    return None


def _is_by_pair(story: Story, kind: SocketKind) -> bool:
    """Whether closing our own other end caused the reset; on AF_UNIX SO_LINGER causes none."""
    aborted = story.pair_ended == "abort" and kind.family != "AF_UNIX"
    return bool(story.pair_row and (aborted or story.pair_unread))


def _gave_up(found: GaveUp) -> Iterator[str]:
    """Says which limit of ours ended a connection, and how the peer was read before."""
    yield tr("explain.gave_up", ms=found.limit_ms, row=found.row)
    if found.window == 0 and found.ack_ms is not None:
        yield tr("explain.gave_up_window", ms=found.ack_ms)


def _was_abandoned(row: Row, found: Abandoned, clock: Callable[[int], str]) -> list[Section]:
    """Says that our own listener was closed with this connection in its queue."""
    why = [tr("explain.abandoned", name=found.listener, time=clock(found.closed_ns))]
    if found.waiting is not None:
        why.append(tr("explain.abandoned_queue", count=found.waiting))
    return [
        Section(tr("explain.returned"), (tr("explain.abandoned_what", errno=row.errno or ""),)),
        Section(tr("explain.why"), tuple(why)),
        Section(tr("explain.try"), (tr("explain.abandoned_try", name=found.listener),)),
    ]


def _queue_was_full(
    row: Row, evidence: Evidence, full: FullQueue, clock: Callable[[int], str]
) -> list[Section]:
    """Says that our own listener did not answer, because its queue was seen to be full."""
    kernel = [
        tr(
            "explain.full_queue",
            name=full.listener,
            waiting=full.waiting,
            limit=full.limit,
            time=clock(full.t_ns),
        )
    ]
    if evidence.syns is not None:
        kernel.append(tr("explain.full_silent", count=evidence.syns))
    return [
        Section(tr("explain.returned"), (what_failed(row),)),
        Section(tr("explain.why"), tuple(kernel)),
        Section(tr("explain.try"), (tr("explain.full_try", name=full.listener),)),
    ]


def _success(row: Row, evidence: Evidence) -> tuple[str, ...]:
    if row.call.startswith(TLS_BEGINS):
        return told_of_tls(row)
    if evidence.hollow is not None:
        return (_hollow(evidence.hollow),)
    if row.ends_stream and evidence.kind.type != "SOCK_DGRAM":
        key = "explain.eof_both" if evidence.both_finished else "explain.eof"
    elif row.call == "connect" and row.local is not None and row.local == row.peer:
        key = "explain.connect_itself"
    elif row.call == "shutdown" and row.args in _HOWS:
        key = f"explain.shutdown_{row.args}"
    elif row.call == "recv" and row.result == 0:
        key = "explain.recv_empty_message"
    elif row.call == "recv" and evidence.kind.type != "SOCK_STREAM":
        key = "explain.recv_message"
    else:
        key = f"explain.{row.call}" if has(f"explain.{row.call}") else "explain.ok"
    return (
        tr(fitting(key, evidence.kind), result=row.result, size=row.size, call=row.call),
        *_cut_off(row, evidence.kind),
        *_after_send(evidence),
    )


def _hollow(found: Hollow) -> str:
    """Says why recv() gave b"" though the peer need not have finished."""
    if found.errno:
        return tr("explain.eof_after_error", row=found.row, errno=found.errno)
    return tr("explain.eof_deaf", row=found.row, how=found.how)


def _cut_off(row: Row, kind: SocketKind) -> tuple[str, ...]:
    """Says that a message was longer than the size asked for."""
    if row.call not in {"recv", "recvfrom"} or row.size is None or _asked(row) >= row.size:
        return ()
    return (tr(fitting("explain.truncated", kind), size=row.size, asked=_asked(row)),)


def _after_send(evidence: Evidence) -> tuple[str, ...]:
    """Says how long after our last send it came: the time of an answer."""
    found = evidence.answers
    if found is None:
        return ()
    return (tr("explain.after_send", time=_idle(found.seconds), row=found.row),)


def _asked(row: Row) -> int:
    head = row.args.split(",")[0]
    return int(head) if head.isascii() and head.isdigit() and len(head) < 20 else 1 << 62


def _kernel(sample: SampleRow | None, kind: SocketKind) -> str:
    if sample is None:
        return ""
    reading = sample.values
    # on a socket without a connection those are not measurements
    stands = reading.get("state") not in {"SYN_SENT", "CLOSE", "LISTEN"}
    parts = [str(reading["state"])] if "state" in reading else []
    if reading.get("state") == "LISTEN":
        parts.append(
            tr("explain.queue", waiting=reading.get("unacked", 0), limit=reading.get("sacked", 0))
        )
    parts += [
        tr(fitting(f"explain.{key}", kind), value=reading[key])
        for key in ("unread", "unsent", "retransmits", "snd_wnd", "rtt_us", "drops")
        if key in reading
        and (stands or key not in {"unsent", "snd_wnd", "rtt_us"})
        # socket memory in use is unremarkable
        and (reading[key] or key != "unsent" or kind.family != "AF_UNIX")
    ]
    return ", ".join(parts)


def as_python(row: Row) -> str:
    """The call as Python code; bytes longer than 60 are cut.

    The record may be a stranger's: what is not a call with literals for arguments becomes a
    comment.
    """
    if row.kind in {COMMAND, NOTE, LAYER}:
        return ""
    # a listener has no peer, and a socket that is connecting is no connection yet
    name = "conn" if row.peer is not None and row.call != "connect" else "sock"
    match row.call:
        case "send":
            return f"{name}.send({_bytes(row)})"
        case "sendto":
            to = arguments(row.args)
            return (
                f"sock.sendto({', '.join([_bytes(row), *to])})"
                if to is not None
                else _no_call(row.call, row.args)
            )
        case _:
            return python_call(row.call, row.args, name)


_METHODS: Final = frozenset(
    {
        "bind",
        "listen",
        "connect",
        "send",
        "sendto",
        "shutdown",
        "close",
        "setsockopt",
        "getsockopt",
        "getsockname",
        "getpeername",
        "settimeout",
    }
)
_RESULTS: Final = {"accept": "conn, peer", "recv": "data", "recvfrom": "data, address"}


def python_call(call: str, args: str, name: str = "sock") -> str:
    """A call that carries no bytes as Python code; `name` is the socket's variable."""
    known = arguments(args)
    if known is None:
        return _no_call(call, args)
    listed = ", ".join(known)
    if call == "socket":
        return f"sock = socket.socket({listed})"
    if call == "getaddrinfo":
        return f"socket.getaddrinfo({listed})"
    if call in _RESULTS:
        return f"{_RESULTS[call]} = {_owner(call, name)}.{call}({listed})"
    return f"{name}.{call}({listed})" if call in _METHODS else _no_call(call, args)


def _owner(call: str, name: str) -> str:
    """Whose event it is, in words: a listening socket has no peer, a datagram socket many."""
    return name if call == "recv" else "sock"


def _no_call(call: str, args: str) -> str:
    return comment(f"{call}({args})")


def _bytes(row: Row) -> str:
    """The bytes of a call; `data` stands for them if the record has none, as with a call that
    failed.
    """
    if row.payload is None and row.size:
        return "data"
    data = row.payload or b""
    shown = repr(data[:60])
    return shown if len(data) <= 60 else f"{shown[:-1]}…{shown[-1]}"
