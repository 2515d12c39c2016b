"""Export: what a step expects, as a call of the script's helper."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from typing import Final

from workbench.engine.model.message_ends import Http
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.literals import literal
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, codec, keeps_apart, marks_of, shifts
from workbench.payload.hex_patterns import compile_hex, is_pattern, numbers_in, spans_to_fill
from workbench.payload.notation import parse_hex
from workbench.payload.patterns import as_bytes, compile_pattern
from workbench.payload.templates import IN_EXPECT, hex_template, text_template
from workbench.scenario.code_bytes import in_standard_library
from workbench.scenario.code_help import EXPECTING, JSON, SEARCHING
from workbench.scenario.code_json import json_code
from workbench.scenario.code_seen import is_seen
from workbench.scenario.code_sockets import left_out
from workbench.scenario.code_values import CodePlace, expression
from workbench.scenario.readings import LISTENING
from workbench.scenario.report import title_of
from workbench.scenario.steps import Expect
from workbench.texts import Problem

_FUNCTIONS: Final = re.compile(r"(\{(?:(?:base64|len):)?[A-Za-z_][\w.-]*\})", re.ASCII)
_PLAIN = ("call", "result", "errno", "error", "size", "peer", "connection")
_ALSO = (
    "count", "absent", "keep", "next", "exact", "each", "closed", "by", "not_before", "at_most",
)  # fmt: skip
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


class Wanted(NamedTuple):
    """Lines of the script, and the helper parts they need."""

    lines: list[str]
    needs: frozenset[str] = frozenset()


def expectation(
    step: Expect, item: EndpointSettings, talk: str, names: Collection[str] = ()
) -> Wanted:
    """What a step waits for.

    `talk`: the socket whose kernel state is meant. `names`: values that are known at run time.
    """
    if step.looks:
        return Wanted(_look(step, item, talk), frozenset({"looking"}))
    try:
        if not is_seen(step, item) or _judged_otherwise(step, item):
            return Wanted([left_out(title_of(step))])
        found = _said(step, item, names)
    except (Problem, UnicodeError, LookupError):  # a stranger's text that its encoding lacks
        return Wanted([left_out(title_of(step))])
    wanted = [literal(item.name), literal(step.within), *found]
    usual = Expect("")
    differs = [key for key in _ALSO if getattr(step, key) != getattr(usual, key)]
    wanted += [f"{key}={literal(getattr(step, key))}" for key in differs]
    wanted += [f"take={literal(dict(step.take))}"] if step.take else []
    needs = JSON if step.json is not None else EXPECTING
    needs |= {SEARCHING} if any(one.startswith("regex=") for one in found) else set()
    return Wanted([f"expect({', '.join(wanted)})"], needs)


def _judged_otherwise(step: Expect, item: EndpointSettings) -> bool:
    """Whether the helper could come to another verdict than a run: it searches bytes, and counts
    and passes over calls in a simpler way.
    """
    if step.each and (step.exact or step.count > 1):
        return True
    stream = item.type == "SOCK_STREAM" and item.messages is None
    if step.next and (not step.wants_bytes or (stream and step.json is not None)):
        return True
    if step.peer is not None and (step.peer.startswith("@") or "{" in step.peer):
        return True  # where that is, is known when the script runs
    return not same_in_bytes(step, item)


def same_in_bytes(step: Expect, item: EndpointSettings) -> bool:
    """Whether characters of what is expected are where their bytes are, whatever precedes them, and
    the standard library understands its pattern in the same way.
    """
    encoding = step.encoding or item.encoding
    of_text = step.text is not None or step.contains is not None or step.regex is not None
    if (of_text or step.json is not None) and (marks_of(encoding) or shifts(encoding)):
        return False
    if of_text and not keeps_apart(encoding) and (step.contains is not None or step.absent):
        return False
    if step.regex is None:
        return True
    return in_standard_library(_flags(_bytewise(step, item)) + step.regex)


def _bytewise(step: Expect, item: EndpointSettings) -> bool:
    """Whether the characters of its pattern are bytes."""
    wanted = step.encoding or (BYTES if item.encoding == BYTES else None)
    return compile_pattern(step.regex or "", wanted).bytewise


def _flags(bytewise: bool) -> str:
    """What the pattern begins with, so that `re` reads it as a run does."""
    return "(?as)" if bytewise else "(?s)"


def ignoring(among: Sequence[Expect], item: EndpointSettings) -> Wanted:
    """What an endpoint never sees, as code."""
    try:
        if not all(same_in_bytes(step, item) and _is_simple(step, item) for step in among):
            return Wanted([left_out(f"ignore ({item.name})")])
        tables = [f"dict({', '.join(_said(step, item, ()))})" for step in among]
    except (Problem, UnicodeError, LookupError):
        return Wanted([left_out(f"ignore ({item.name})")])
    whole = f"any(ignored(sock, what, one) for one in [{', '.join(tables)}])"
    needs = JSON if any(step.json is not None for step in among) else EXPECTING
    line = f"hidden[{literal(item.name)}] = lambda sock, what: {whole}"
    return Wanted([line], needs)


def _is_simple(step: Expect, item: EndpointSettings) -> bool:
    """Whether it is looked for without a pattern, which takes values and time."""
    hexed = step.hex is not None and is_pattern(step.hex)
    return is_seen(step, item) and step.regex is None and not hexed


def _said(step: Expect, item: EndpointSettings, names: Collection[str]) -> list[str]:
    """What is searched for, as arguments."""
    plain = (key for key in _PLAIN if getattr(step, key) is not None)
    return [
        *_bytes(step, item, names),
        *(f"{key}={literal(getattr(step, key))}" for key in plain),
    ]


def _bytes(step: Expect, item: EndpointSettings, names: Collection[str]) -> list[str]:
    encoding = step.encoding or item.encoding
    used = "latin-1" if encoding == BYTES else codec(encoding)
    stream = item.type == "SOCK_STREAM" and item.messages is None
    if step.json is not None:
        http = ["http=True"] if isinstance(item.messages, Http) else []
        more = [f"encoding={literal(used)}"] if used not in {"utf-8", "latin-1"} else []
        return [f"json={json_code(step.json, names, sent=False)}", *http, *more]
    for key in ("text", "contains"):
        text = getattr(step, key)
        if text is not None:
            template = text_template(text, {*names, *IN_EXPECT}, used) if names else None
            if template is not None and template.fixed is None:
                return [f"{key}={expression(template, CodePlace(used))}"]
            text.encode(used)
            return [f"{key}={literal(text)}.encode({literal(used)})"]
    if step.hex is not None and not is_pattern(step.hex) and not _gaps(step.hex, names):
        return [f"text={literal(parse_hex(step.hex))}"]
    if step.hex is not None:
        end = "" if stream else r"\Z"
        parts = [
            _in_hex(part, names) if at % 2 else literal(compile_hex(part).source)
            for at, part in enumerate(_split(step.hex, names))
            if part.strip()
        ]
        start = "(?s)" if stream and step.absent else r"(?s)\A"
        begin, behind = literal(start), [literal(end)] if end else []
        if len(parts) == 1:
            whole = literal(start + compile_hex(step.hex).source + end)
        else:
            whole = " + ".join([begin, *parts, *behind])
        taken, numbers = compile_hex(step.hex, names=names).names, numbers_in(step.hex)
        widths = [f"numbers={literal(numbers)}"] if numbers else []
        return [f"regex={whole}", *(["hexed=True"] if taken else []), *widths]
    if step.regex is not None:
        bytewise = _bytewise(step, item)
        used = "latin-1" if bytewise else used
        coded = f", encoding={literal(used)}" if used != "latin-1" else ""
        source = as_bytes(step.regex) if bytewise else step.regex
        parts = [_in_regex(part, names, used) for part in _parts_of(source, names) if part]
        return [f"regex={' + '.join([literal(_flags(bytewise)), *parts])}{coded}"]
    return []


def _gaps(source: str, names: Collection[str]) -> bool:
    return len(_split(source, names)) > 1


def _split(source: str, names: Collection[str]) -> list[str]:
    """The parts between the gaps, numbers and lengths that are known when the script runs, with
    those at odd positions.
    """
    found, last = [], 0
    for begin, end in spans_to_fill(source, names):
        found += [source[last:begin], source[begin:end]]
        last = end
    return [*found, source[last:]]


def _in_hex(part: str, names: Collection[str]) -> str:
    """One of these, as a part of a regular expression over bytes."""
    if part[1:-1] in names:
        return f"quoted({literal(part[1:-1])}, 'latin-1')"
    made = expression(hex_template(part, names, "latin-1"), CodePlace("latin-1"))
    return f"re.escape(({made}).decode('latin-1'))"


def _parts_of(regex: str, names: Collection[str]) -> list[str]:
    """The parts between the gaps of a pattern, and the gaps in their braces."""
    return _FUNCTIONS.split(regex) if names else [regex]


def _in_regex(part: str, names: Collection[str], used: str) -> str:
    if _FUNCTIONS.fullmatch(part) is None:
        return literal(part)
    if part[1:-1] in names:
        return f"quoted({literal(part[1:-1])}, {literal(used)})"
    template = text_template(part, {*names, *IN_EXPECT}, used)
    if template.fixed is not None:
        return literal(part)
    return f"re.escape({expression(template, CodePlace(used))}.decode({literal(used)}))"


def _look(step: Expect, item: EndpointSettings, talk: str) -> list[str]:
    of_any = (
        item.role is Role.LISTENER
        and step.connection is None
        and (step.state or step.reading) not in {*LISTENING, "unacked", "sacked"}
    )
    if of_any or (step.reading is not None and step.reading not in _KERNEL):
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
