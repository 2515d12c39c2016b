"""Recognizes what a server makes anew each time: dates, ids, ports, readings, keys."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from workbench.frozen import dataclass
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import NTP_BEGIN

_DAY: Final = 86_400
_MONTH: Final = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
_WEEKDAY: Final = "(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_CLOCK: Final = r"\d\d:\d\d:\d\d"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an answer that differs from run to run.

    Attributes:
        start, end: the bytes it covers.
        kind: what it is taken for, a key of the texts under `varying`.
        pattern: a regular expression for it; None: any bytes.
        name: that of the value that it becomes; empty: none.
    """

    start: int
    end: int
    kind: str
    pattern: str | None = None
    name: str = ""


class Circumstances(NamedTuple):
    """What is known besides the answer itself.

    Attributes:
        now: seconds since 1970 when it came.
        ports: those of this machine that the kernel chose.
        sent: everything sent before; what it contains comes back because it was sent.
    """

    now: float = 0.0
    ports: frozenset[int] = frozenset()
    sent: bytes = b""


class _Look(NamedTuple):
    """A regular expression for varying parts: each group is one, or else the whole match.

    Without a `pattern`, one is made from the shape of what was found.
    """

    kind: str
    wanted: re.Pattern[str]
    pattern: str


def _looks(kind: str, pattern: str, *wanted: str) -> list[_Look]:
    return [_Look(kind, re.compile(one), pattern) for one in wanted]


_LABELS: Final = (
    "p_?id|process(?:_id)?|uptime(?:[ _]\\w+)?|time|curr_?time|age|idle|elapsed|took|session"
    "(?: id)?|serial|thread(?: id)?|ticks|conn(?:ection)?(?:[ _]?id)?|client(?: id)?"
    "|seq(?:uence)?|counter|nonce|addr(?:ess)?|port|fd|id|cas|lastsave"
)
"""Words before a number that another process, or another moment, has otherwise."""
_LOOKS: Final = (
    *_looks(
        "date",
        "",
        rf"{_WEEKDAY}, \d\d[ -]{_MONTH}[ -]\d{{2,4}} {_CLOCK} ?(?:GMT|UTC|[+-]\d{{4}})?",
        rf"\d{{4}}-\d\d-\d\d[T ]{_CLOCK}(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?",
        rf"(?:{_WEEKDAY} )?{_MONTH} [ \d]?\d (?:{_CLOCK}|\d\d:\d\d)(?: \d{{4}})?",
        rf"\d\d[ /-]{_MONTH}[ /-]\d{{4}}(?:[ :]{_CLOCK})?(?: [+-]\d{{4}})?",
        r"(?<!\d)20\d\d(?:0[1-9]|1[0-2])(?:[0-2]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?!\d)",
        rf"(?<![\d:]){_CLOCK}(?:\.\d+)?(?![\d:])",
    ),
    *_looks("id", r"[\da-fA-F-]{36}", r"(?i)\b[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\b"),
    *_looks("number", r"[\ddhms ]+", r"(?<!\w)(?:\d+d ?)?(?:\d+h ?)?\d+m ?\d+s(?!\w)"),
    *_looks("cookie", r"[^;\r\n]+", r"(?im)^Set-Cookie: [^=;\r\n]+=([^;\r\n]+)"),
    *_looks(
        "id",
        r"[^\r\n]+",
        r"(?im)^(?:Age|X-[\w-]*(?:id|time)[\w-]*|[\w-]*Request-Id|CF-Ray): ([^\r\n]+)",
        r"(?im)^(?:Proxy|WWW)-Authenticate: ([^\r\n]+)",
    ),
    *_looks(
        "address",
        r"\d+",
        r"\(\d+,\d+,\d+,\d+,(?P<p1>\d+),(?P<p2>\d+)\)",
        r"\(\|\|\|(?P<port>\d+)\|\)",
    ),
    *_looks(
        "id",
        r'[^;&\s">]+',
        r'(?i)[;?&](?:tag|branch|session(?:id)?|nonce|token|received|rport)="?([^;&\s">]+)',
    ),
    *_looks("id", r"[\w.-]+", r"(?i)\b(?:queued as|id)[ :=]+([a-z\d]{8,}[\w.-]*)"),
    *_looks("id", r"<[^>]+>", r"<[\w.+-]{0,64}?\d{3,64}[\w.+-]{0,64}@[\w.-]{1,64}>"),
    *_looks(
        "id",
        r"[\da-fA-F]+",
        r"(?i)(?<![\w/.-])(?=[\da-f]*\d)(?=[\da-f]*[a-f])[\da-f]{12,}(?![\w/.-])",
    ),
    *_looks(
        "id",
        r"[\w+/=-]+",
        r"(?<![\w+/=.-])(?=[\w+/-]*\d)(?=[\w+/-]*[a-z])(?=[\w+/-]*[A-Z])[\w+/-]{20,}={0,2}"
        r"(?![\w+/=.-])",
    ),
    *_looks(
        "number",
        r"[\d.]+",
        rf'(?i)\b(?:{_LABELS})\s{{0,2}}[:=# ]\s{{0,2}}"?(\d+(?:\.\d+)?)(?![\w.:])',
    ),
    *_looks("number", r"\d+\.\d+", r"(?<![\d.])\d+\.\d{3,}(?![\d.])"),
    *_looks("number", r"\d+", r"(?<![\w.-])\d{6,}(?![\w.-])"),
)
_YEAR: Final = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_READING: Final = re.compile(
    r"(?m)^(?:STAT )?[A-Za-z_#][\w.,()/ -]{0,60}?[:=, \t]\s*(-?\d[\d.]*[A-Za-z%]{0,2})\r?$"
)
_PAIR: Final = re.compile(r"(?<![\w-])[A-Za-z][\w-]{0,40}=(-?\d+)(?=[\s,;]|\Z)")
_LEAST: Final = 6
"""Lines with a number at their end, or pairs with one, that make a list of readings of a running
program.
"""
_NUMBERS: Final = re.compile(r"\d+")
_LENGTHS: Final = (
    (re.compile(r"(?i)\r\nContent-Length: *(\d+)(?=\r\n)"), "\r\n\r\n"),
    (re.compile(r"(?:\A|\n)[$=](\d+)(?=\r\n)"), "\r\n"),
)
"""Lengths given as text, and after which the counted bytes begin (RFC 9110, 8.6; RESP)."""


_STAYS: Final = ""
"""The kind of what looks so and is the same each time."""


def in_text(text: str, known: Circumstances) -> list[Part]:
    """The parts of a text; `start` and `end` count characters."""
    found: list[Part] = []
    for look in _LOOKS:
        for match in look.wanted.finditer(text):
            groups = range(1, match.re.groups + 1) if match.re.groups else [0]
            names = {number: name for name, number in match.re.groupindex.items()}
            for number in groups:
                was = match[number] or ""
                pattern = look.pattern or shape(was)
                kind = look.kind if _is_new(was, look, known) else _STAYS
                _add(found, Part(*match.span(number), kind, pattern, names.get(number, "")))
    for match in _NUMBERS.finditer(text):
        if _is_of_this_moment(int(match[0][:20]), known):
            _add(found, Part(*match.span(), "number", r"\d+"))
    for part in _readings(text):
        _add(found, part)
    return with_lengths(text, [part for part in found if part.kind != _STAYS])


def with_lengths(text: str, found: Sequence[Part]) -> list[Part]:
    """The parts, including the lengths of what varies, where it may become longer."""
    more = list(found)
    for wanted, before in _LENGTHS:
        for match in wanted.finditer(text):
            begin = text.find(before, match.end())
            if begin < 0:
                continue
            begin += len(before)
            end = len(text) if before == "\r\n\r\n" else begin + int(match[1][:9])
            if any(begin <= part.start < end for part in found):
                _add(more, Part(*match.span(1), "length", r"\d+"))
    return sorted(more, key=lambda part: part.start)


def shape(date: str) -> str:
    """A regular expression for dates written like this one."""
    words = re.sub(f"{_WEEKDAY}|{_MONTH}", "\0", date)
    found = re.sub(
        r"(?<=[.,])(\d+)|  \d| \d\d(?= \0| \d\d:)|(\d+)|([^\d\0])",
        lambda match: (
            r"\d+"
            if match[1]
            else _digits(len(match[2]))
            if match[2]
            else re.escape(match[3])
            if match[3]
            else r" +\d+"
        ),
        words,
    )
    return found.replace("\\ ", " ").replace("\\-", "-").replace("\0", r"\w{3}")


def _digits(count: int) -> str:
    return r"\d" * count if count < 3 else rf"\d{{{count}}}"


def _add(found: list[Part], part: Part) -> None:
    if part.start < part.end and not any(
        part.start < other.end and other.start < part.end for other in found
    ):
        found.append(part)


def _is_new(text: str, look: _Look, known: Circumstances) -> bool:
    """Whether it is new: not sent before, and not a date of another year."""
    if look.kind == "date":
        years = _YEAR.findall(text)
        this = int(1970 + known.now / (365.2425 * _DAY))
        return not years or any(abs(int(year) - this) <= 1 for year in years)
    return text.encode() not in known.sent


def _is_of_this_moment(number: int, known: Circumstances) -> bool:
    """Whether it is a port that the kernel gave, or a stamp: seconds, milliseconds … since 1970."""
    if number in known.ports:
        return True
    return any(abs(number / unit - known.now) < _DAY for unit in (1, 10**3, 10**6, 10**9))


def _readings(text: str) -> Iterator[Part]:
    """Numbers in a list in which a program reports on itself."""
    pairs = list(_PAIR.finditer(text))
    if len(pairs) >= _LEAST:
        for match in pairs:
            yield Part(*match.span(1), "reading", r"-?\d+")
    lines = list(_READING.finditer(text))
    if len(lines) >= _LEAST:
        for match in lines:
            if not match[0].lower().startswith("content-"):
                yield Part(*match.span(1), "reading", r"\S+")


# -- bytes ------------------------------------------------------------------------------------

_MESSAGES: Final = (
    ("key", re.compile(rb"(?s)K\x00\x00\x00\x0c(?P<pid>.{4})(?P<key>.{4})")),
    ("id", re.compile(rb"(?s)[\x04-\x40]\x14(.{16})\x00\x00..[a-z]")),
    ("number", re.compile(rb"(?s)\x43(?:\x01(.)|\x02(.{2})|\x03(.{3})|\x04(.{4}))(?=\x30|\Z)")),
    ("id", re.compile(rb"(?s)\x16\x03[\x01-\x03]..\x02...\x03\x03(.{32})")),
)  # fmt: skip
"""PostgreSQL's BackendKeyData; the cookie of SSH (RFC 4253, 7.1); TimeTicks of SNMP (RFC 2578,
7.1.8); the random of a TLS server (RFC 8446, 4.1.3)."""


_READABLE: Final = re.compile(rb"[\x20-\x7e]{8,}")


def in_bytes(data: bytes, known: Circumstances) -> list[Part]:
    """The parts of bytes that are not text."""
    found: list[Part] = []
    for kind, wanted in _MESSAGES:
        for match in wanted.finditer(data):
            names = {number: name for name, number in wanted.groupindex.items()}
            for number in range(1, wanted.groups + 1):
                if match[number] is not None:
                    _add(found, Part(*match.span(number), kind, None, names.get(number, "")))
    for match in _READABLE.finditer(data):
        for part in in_text(match[0].decode(), known):
            if part.kind in {"date", "id"}:
                pattern = part.pattern if part.kind == "date" else None
                moved = replace(part, start=part.start + match.start(), pattern=pattern)
                _add(found, replace(moved, end=part.end + match.start()))
    for start in range(len(data) - 3):
        number = int.from_bytes(data[start : start + 4], "big")
        if abs(number - NTP_BEGIN - known.now) < _DAY and start + 8 <= len(data):
            _add(found, Part(start, start + 8, "date"))
        little = int.from_bytes(data[start : start + 4], "little")
        if abs(number - known.now) < _DAY or abs(little - known.now) < _DAY:
            _add(found, Part(start, start + 4, "date"))
    return sorted(found, key=lambda part: part.start)


# -- two of the same --------------------------------------------------------------------------

_TOKENS: Final = re.compile(r"[A-Za-z]+|\d+|[^A-Za-z\d]")


def between(first: str, second: str) -> list[Part]:
    """The parts of a text that differ in a second run."""
    from difflib import SequenceMatcher

    one, two = _TOKENS.findall(first), _TOKENS.findall(second)
    if max(len(one), len(two)) > _MOST_TOKENS:  # the time grows with the square
        return [] if first == second else [Part(0, len(first), "differs", r"(?s:.+)")]
    firsts, seconds = _starts(one), _starts(two)
    spans: list[tuple[int, int, int, int]] = []
    for what, begin, end, other, until in SequenceMatcher(None, one, two, False).get_opcodes():
        if what == "equal":
            continue
        start, stop = firsts[begin], firsts[end]
        # merge neighbours: of an id some of whose letters are the same by chance, the whole id
        if spans and re.fullmatch(r"\w{0,4}", first[spans[-1][1] : start]):
            spans[-1] = (spans[-1][0], stop, spans[-1][2], seconds[until])
        else:
            spans.append((start, stop, seconds[other], seconds[until]))
    return [
        Part(start, stop, "differs", class_of(first[start:stop], second[other:until]))
        for start, stop, other, until in spans
    ]


_MOST_TOKENS: Final = 4_000


def _starts(tokens: Iterable[str]) -> list[int]:
    return [0, *accumulate(map(len, tokens))]


def class_of(was: str, now: str) -> str:
    """An expression for both, as narrow as possible."""
    count = "*" if not was or not now else "+"
    both = was + now
    for wanted, pattern in (
        (r"\d*", r"\d"),
        (r"[\da-fA-F]*", r"[\da-fA-F]"),
        (r"\w*", r"\w"),
        (r"\S*", r"\S"),
        (r"[^\r\n]*", r"[^\r\n]"),
    ):
        if re.fullmatch(wanted, both):
            return pattern + count
    return r"(?s:.*?)"


def counted(first: str, second: str) -> list[Part]:
    """The numbers that differ in two answers to the same question, where everything else is
    equal.
    """
    if first == second or _NUMBERS.sub("0", first) != _NUMBERS.sub("0", second):
        return []
    return [
        Part(*one.span(), "number", r"\d+")
        for one, two in zip(_NUMBERS.finditer(first), _NUMBERS.finditer(second), strict=True)
        if one[0] != two[0]
    ]
