"""What a step expects, as a call of the script's helper."""

from __future__ import annotations

from workbench.engine.model.settings import EndpointSettings
from workbench.literals import literal
from workbench.payload.characters import BYTES, codec
from workbench.payload.hex_patterns import Extent, compile_hex, is_pattern
from workbench.payload.notation import parse_hex
from workbench.scenario.code_sockets import left_out
from workbench.scenario.report import title_of
from workbench.scenario.steps import Expect
from workbench.texts import Problem

_PLAIN = ("call", "result", "errno", "error", "size", "connection")
_ALSO = ("count", "absent", "keep", "next", "exact", "each", "closed", "by")
_KERNEL = (
    "snd_mss",
    "rcv_mss",
    "unacked",
    "sacked",
    "lost",
    "pmtu",
    "rtt_us",
    "rttvar_us",
    "ssthresh",
    "cwnd",
    "total_retrans",
    "notsent",
    "unsent",
    "unread",
    "rto_us",
)


def expectation(step: Expect, item: EndpointSettings, talk: str) -> list[str]:
    """The lines; `talk`: the socket that a look at the kernel means."""
    if step.looks:
        return _look(step, talk)
    if (
        step.json is not None
        or step.take
        or step.timed
        or step.peer is not None
        or (step.kind not in {None, "call"})
    ):
        return [left_out(title_of(step))]
    try:
        wanted = [literal(item.name), literal(step.within), *_bytes(step, item)]
    except (Problem, UnicodeError, LookupError):  # a stranger's text that its encoding lacks
        return [left_out(title_of(step))]
    wanted += [
        f"{key}={literal(getattr(step, key))}" for key in _PLAIN if getattr(step, key) is not None
    ]
    usual = Expect("")
    differs = [key for key in _ALSO if getattr(step, key) != getattr(usual, key)]
    wanted += [f"{key}={literal(getattr(step, key))}" for key in differs]
    return [f"expect({', '.join(wanted)})"]


def _bytes(step: Expect, item: EndpointSettings) -> list[str]:
    encoding = step.encoding or item.encoding
    used = "latin-1" if encoding == BYTES else codec(encoding)
    stream = item.type == "SOCK_STREAM" and item.messages is None
    for key in ("text", "contains"):
        text = getattr(step, key)
        if text is not None:
            text.encode(used)
            return [f"{key}={literal(text)}.encode({literal(used)})"]
    if step.hex is not None and not is_pattern(step.hex):
        return [f"text={literal(parse_hex(step.hex))}"]
    if step.hex is not None:
        extent = Extent.START if stream else Extent.WHOLE
        return [f"regex={literal('(?s)' + compile_hex(step.hex, extent).source)}"]
    if step.regex is not None:
        coded = f", encoding={literal(used)}" if used != "latin-1" else ""
        return [f"regex={literal('(?s)' + step.regex)}{coded}"]
    return []


def _look(step: Expect, talk: str) -> list[str]:
    if step.reading is not None and step.reading not in _KERNEL:
        return [left_out(title_of(step))]
    wanted = [talk, literal(step.within)]
    for key, value in (
        ("state", step.state),
        ("field", step.reading),
        ("least", step.least),
        ("most", step.most),
    ):
        if value is not None:
            wanted.append(f"{key}={literal(value)}")
    return [f"look_until({', '.join(wanted)})"]
