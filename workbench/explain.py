"""What an event means, in the user's language; claims only what was read in this run (DESIGN 7)."""

from __future__ import annotations

import json
from dataclasses import dataclass

from workbench.engine.errors import explanation_key, system_text
from workbench.engine.events import COMMAND, NOTE
from workbench.journal.reader import Reader, Row, SampleRow
from workbench.texts import has, tr


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and its paragraphs, plain text."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An event explained; `python` is the call as Python code, "" where it is none."""

    title: str
    sections: tuple[Section, ...]
    python: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """What the record holds about a connection before its reset.

    Attributes:
        idle_s: seconds since its last event; None where there was none.
        fin_seen: recv had given b"": the peer's FIN came before.
        pair_ended: how our own other end ended it ("abort", "close"), None where it is not ours
            or had not.
        pair_unread: bytes that our other end had not read when it closed.
    """

    idle_s: float | None = None
    fin_seen: bool = False
    pair_ended: str | None = None
    pair_unread: int | None = None


AROUND = 200
"""Rows after a reset in which the other end's close may stand."""
RESETS = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})


def story_of(reader: Reader, row: Row) -> Story | None:
    """What led to a reset, from the record; None for any other event."""
    if row.errno not in RESETS or row.connection is None:
        return None
    before = reader.before(row.connection, row.seq)
    last = before[-1] if before else None
    idle = (row.t_ns - last.t_ns) / 1e9 if last is not None else None
    fin = any(item.call == "recv" and item.result == 0 for item in before)
    own = reader.connection(row.connection)
    if own is None or own.pair is None:
        return Story(idle, fin)
    # another thread may record it later; what began before our call ended can have led to it
    known = row.t_ns + row.duration_ns
    other = [item for item in reader.before(own.pair, row.seq + AROUND) if item.t_ns <= known]
    ended, unread = None, None
    if any(item.call == "close" for item in other):
        lingered = any("SO_LINGER, (1, 0)" in item.args for item in other)
        ended = "abort" if lingered else "close"
        samples = reader.samples(own.pair)
        if samples:
            unread = json.loads(samples[-1].reading).get("unread")
    return Story(idle, fin, ended, unread)


def _told(story: Story) -> list[str]:
    lines = []
    if story.idle_s is not None:
        lines.append(tr("explain.story_idle", seconds=f"{story.idle_s:.3f}"))
    lines.append(tr("explain.story_fin" if story.fin_seen else "explain.story_no_fin"))
    if story.pair_ended == "abort":
        lines.append(tr("explain.story_abort"))
    elif story.pair_ended == "close" and story.pair_unread:
        lines.append(tr("explain.story_unread", count=story.pair_unread))
    elif story.pair_ended == "close":
        lines.append(tr("explain.story_close"))
    return lines


def explain(row: Row, *, title: str, sample: SampleRow | None = None,
            sampled_at: str = "", story: Story | None = None) -> Explanation:
    """Explain one event.

    Args:
        title: the call and its result as the log shows them.
        sample: the kernel reading kept nearest to the event, None where none was taken.
        sampled_at: its moment as the clock shows it.
        story: what led to a reset.
    """
    if row.kind == COMMAND:
        sections = [Section(tr("explain.command"), (tr("explain.command_text"),))]
    elif row.kind == NOTE:
        sections = [Section(tr("explain.note"), (title,))]
    elif row.error is not None:
        sections = _failure(row)
    else:
        sections = [Section(tr("explain.returned"), _success(row))]
    if story is not None:
        sections.append(Section(tr("explain.story"), tuple(_told(story))))
    kernel = _kernel(sample)
    if kernel and row.kind not in {COMMAND, NOTE}:
        sections.append(Section(tr("explain.kernel", time=sampled_at), (kernel,)))
    return Explanation(title, tuple(sections), as_python(row))


def what_failed(row: Row) -> str:
    """An error in one sentence."""
    stem, values = _stem(row)
    return tr(f"{stem}.what", **values)


def _stem(row: Row) -> tuple[str, dict[str, str]]:
    """The key of an error's texts, and what stands in their gaps."""
    return explanation_key(row.errno, row.error), {
        "errno": row.errno or row.error or "",
        "text": system_text(row.errno),
        "call": row.call,
    }


def _failure(row: Row) -> list[Section]:
    stem, values = _stem(row)
    what = [what_failed(row)]
    specific = f"{stem}.{row.call}"
    if has(specific):
        what.append(tr(specific, **values))
    return [
        Section(tr("explain.returned"), tuple(what)),
        Section(tr("explain.why"), (tr(f"{stem}.kernel", **values),)),
        Section(tr("explain.try"), (tr(f"{stem}.try", **values),)),
    ]


def _success(row: Row) -> tuple[str, ...]:
    if row.call in {"recv", "recvfrom"} and row.result == 0 and row.call == "recv":
        return (tr("explain.eof"),)
    key = f"explain.{row.call}" if has(f"explain.{row.call}") else "explain.ok"
    paragraphs = [tr(key, result=row.result, size=row.size, call=row.call)]
    cut = row.size is not None and row.call in {"recv", "recvfrom"} and _asked(row) < row.size
    if cut:
        paragraphs.append(tr("explain.truncated", size=row.size, asked=_asked(row)))
    return tuple(paragraphs)


def _asked(row: Row) -> int:
    head = row.args.split(",")[0]
    return int(head) if head.isdigit() else 1 << 62


def _kernel(sample: SampleRow | None) -> str:
    if sample is None:
        return ""
    reading = json.loads(sample.reading)
    # of a socket without a connection those are no measurements
    stands = reading.get("state") not in {"SYN_SENT", "CLOSE", "LISTEN"}
    parts = [str(reading["state"])] if "state" in reading else []
    if reading.get("state") == "LISTEN":
        parts.append(tr("explain.queue", waiting=reading.get("unacked", 0),
                        limit=reading.get("sacked", 0)))
    parts += [
        tr(f"explain.{key}", value=reading[key])
        for key in ("unread", "unsent", "retransmits", "snd_wnd", "rtt_us", "drops")
        if key in reading and (stands or key not in {"unsent", "snd_wnd", "rtt_us"})
    ]
    return ", ".join(parts)


def as_python(row: Row) -> str:
    """The call as Python code; bytes longer than 60 are cut."""
    if row.kind in {COMMAND, NOTE}:
        return ""
    name = "conn" if row.local is not None and row.call not in {"bind", "listen"} else "sock"
    match row.call:
        case "send":
            return f"{name}.send({_bytes(row)})"
        case "sendto":
            return f"sock.sendto({_bytes(row)}, {row.args})"
        case "recv":
            return f"data = {name}.recv({row.args.split(',')[0]})"
        case "recvfrom":
            return f"data, address = sock.recvfrom({row.args.split(',')[0]})"
        case _:
            return python_call(row.call, row.args, name)


def python_call(call: str, args: str, name: str = "sock") -> str:
    """A call that carries no bytes as Python code; `name` is the socket's variable."""
    match call:
        case "socket":
            parts = ", ".join(f"socket.{part}" for part in args.split(", ")[:2])
            return f"sock = socket.socket({parts})"
        case "accept":
            return "conn, peer = sock.accept()"
        case "setsockopt" | "getsockopt" | "shutdown":
            named = [f"socket.{part}" if part[:1].isupper() else part for part in args.split(", ")]
            return f"{name}.{call}({', '.join(named)})"
        case "getaddrinfo":
            return f"socket.getaddrinfo({args})"
        case _:
            return f"{name}.{call}({args})"


def _bytes(row: Row) -> str:
    data = row.payload or b""
    shown = repr(data[:60])
    return shown if len(data) <= 60 else f"{shown[:-1]}…'"
