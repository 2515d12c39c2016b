"""The filter language: terms that must all hold. `filter_sql` turns them into SQL.

`term = [-] key:value{|value} | [-] key(< <= > >= =)number-or-time | [-] #number | [-] value`.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from enum import Enum, auto
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.payload.notation import parse_hex
from workbench.texts import Problem


class About(Enum):
    """What a condition looks at: the fewer such things, the fewer rows are read."""

    SHAPE = auto()
    """`p.name` and `endpoint kind call args errno error` of `e`: the columns that rows share."""
    CONNECTION = auto()
    """`c`: no row without a connection meets it."""
    PEER = auto()
    """PEER of a row, or of its connection."""
    ENTRY = auto()
    """All else."""


PEER: Final = "coalesce(e.peer, c.peer)"
FAILED_AS: Final = (
    "CASE WHEN e.error IS NULL OR e.errno IN ('EINPROGRESS', 'EAGAIN') THEN NULL"
    " ELSE coalesce(e.errno, e.error) END"
)
"""What a call failed with: its errno, else the exception; a pending call has not failed."""
_LIKE: Final = "{} LIKE ? ESCAPE '\\'"
"""ASCII case-insensitive."""


@dataclass(frozen=True, slots=True)
class Plain:
    """A condition as SQL over event `e`, endpoint `p` and connection `c`, with its parameters."""

    sql: str
    params: tuple[str | int | float | bytes, ...]
    about: About


@dataclass(frozen=True, slots=True)
class Contains:
    """A condition: the row's bytes contain these, or complete them after earlier reads or sends of
    a stream.

    Attributes:
        raw: the text in UTF-8, or the bytes as they were written.
        encoded: names of encodings, and the text in each, if that differs.
        joined: whether rows that only complete it count.
    """

    raw: bytes
    encoded: tuple[tuple[tuple[str, ...], bytes], ...] = ()
    joined: bool = True

    def spelled(self, encoding: str) -> list[bytes]:
        """The spellings that the text may have in the bytes of an endpoint."""
        return [self.raw, *(raw for names, raw in self.encoded if encoding in names)]


@dataclass(frozen=True, slots=True)
class Numbered:
    """A condition on a connection's number; `operator` is < <= > >= or =."""

    operator: str
    number: int


Part = Plain | Contains | Numbered


@dataclass(frozen=True, slots=True)
class Term:
    """Alternatives, one of which a row must meet; with `negated`, none, where nulls meet it too."""

    parts: tuple[Part, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """A whole filter: a row has to meet all its terms."""

    terms: tuple[Term, ...]

    def __and__(self, other: Condition) -> Condition:
        return Condition(self.terms + other.terms)

    @property
    def joins_reads(self) -> bool:
        """Whether it looks for a text that may be split over reads or sends."""
        return any(
            isinstance(part, Contains) and part.joined for term in self.terms for part in term.parts
        )


def about_shapes(sql: str) -> Condition:
    """A condition made by the program itself, over `kind call args errno error` of `e`."""
    return Condition((Term((Plain(sql, (), About.SHAPE),)),))


def of_endpoint(number: int) -> Condition:
    """The rows of one endpoint, by its id in the record, since a removed one may have had the same
    name.
    """
    return Condition((Term((Plain("e.endpoint = ?", (number,), About.SHAPE),)),))


_TEXT_KEYS: Final[Mapping[str, str]] = {
    "endpoint": "p.name", "call": "e.call", "kind": "e.kind", "errno": "e.errno",
    "error": "e.error", "local": "c.local", "peer": PEER, "args": "e.args",
    "failed": FAILED_AS,
}  # fmt: skip
_NUMBER_KEYS: Final[Mapping[str, str]] = {
    "seq": "e.seq", "conn": "e.connection", "pair": "c.pair", "cause": "e.cause",
    "size": "e.size", "result": "e.result",
}  # fmt: skip
_ABOUT: Final[Mapping[str, About]] = {
    "local": About.CONNECTION, "pair": About.CONNECTION, "peer": About.PEER,
    **dict.fromkeys(("endpoint", "call", "kind", "errno", "error", "failed", "args"), About.SHAPE),
}  # fmt: skip
"""What these keys are about; all others are about a row itself."""
_UNITS: Final = {"ns": 1, "us": 1_000, "ms": 1_000_000, "s": 1_000_000_000, "": 1}
_LAST: Final = 2**62
"""A time after any record, in nanoseconds, that still fits into SQLite's 64 bits."""
COMPARED: Final = (*_NUMBER_KEYS, "number", "duration", "time")
"""Keys whose values can be compared by size."""
KEYS: Final = (*_TEXT_KEYS, *COMPARED, "text", "hex")
_SHORT: Final = late_pattern(r"#(\d+)(?![^\s|])", re.ASCII)
"""`#3`: a connection's number as people see it."""
_HEAD: Final = late_pattern(r"([A-Za-z_]+)(:|<=|>=|<|>|=)")
_NOT_TEXT: Final = late_pattern("[\0\ud800-\udfff]")
"""NUL ends SQLite's patterns; lone surrogates are what was not UTF-8 on a command line."""
_CLOCK: Final = late_pattern(r"(\d\d)(:\d\d)?(:\d\d)?(?:[.,](\d+))?(?![\d:.,])")
LONGEST: Final = 500_000
"""Characters of SQL; SQLite itself refuses a statement of a million."""
LONGEST_PATTERN: Final = 50_000
"""Bytes of a pattern (SQLITE_MAX_LIKE_PATTERN_LENGTH)."""
DIGITS: Final = 40
"""Of a number before and after its point: more make no difference, and Python refuses 4 300."""
CLIPPED: Final = 200
"""Characters of a term that a sentence quotes."""
_DURATION: Final = late_pattern(r"(\d+(?:\.\d+)?)\s*(ns|us|ms|s|)\Z")
_ENCODINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "gbk": ("gbk", "cp936", "936", "ms936", "gb2312", "euc-cn"),  # GB 2312 is a subset of GBK
    "gb18030": ("gb18030", "gb18030-2000"),
    "big5": ("big5", "big5-tw"),
    "shift_jis": ("shift-jis", "shiftjis", "sjis", "s-jis"),
    "latin-1": ("latin-1", "latin1", "iso-8859-1", "iso8859-1", "l1", "8859"),
    # utf-16 writes this machine's byte order
    "utf-16-le": ("utf-16", "utf16", "utf-16-le", "utf-16le"),
    # a peer's byte order mark may say the other
    "utf-16-be": ("utf-16-be", "utf-16be", "utf-16", "utf16"),
}
"""The encodings that the program offers, with the names that Python knows for them."""
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "\\": "\\"}


def _clipped(value: object) -> object:
    """A text, shortened to what a sentence has room for."""
    return f"{value[:CLIPPED]}…" if isinstance(value, str) and len(value) > CLIPPED else value


class FilterProblem(Problem):
    """A term that cannot be read; `position` and `length` point at it in the filter."""

    def __init__(self, key: str, position: int, length: int, /, **args: object) -> None:
        super().__init__(key, **{name: _clipped(value) for name, value in args.items()})
        self.position = position
        self.length = length


@dataclass(frozen=True, slots=True)
class _Value:
    """The value after a key: as text, as bytes, and its position."""

    text: str
    raw: bytes
    quoted: bool
    position: int


class _Scanner:
    """Reads the text of a filter; every problem has a position."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def skip_spaces(self) -> None:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1

    @property
    def done(self) -> bool:
        return self.at >= len(self.text)

    def take(self, wanted: str) -> bool:
        if self.text.startswith(wanted, self.at):
            self.at += len(wanted)
            return True
        return False

    def value(self) -> _Value:
        begin = self.at
        if self.take('"'):
            return self._quoted(begin)
        while not self.done and not self.text[self.at].isspace() and self.text[self.at] not in '"|':
            self.at += 1
        bare = self.text[begin : self.at]
        if not bare:
            raise FilterProblem("filter.no_value", begin, 1)
        return _Value(bare, bare.encode(), False, begin)

    def _quoted(self, begin: int) -> _Value:
        text, raw = "", b""
        while not self.done:
            char = self.text[self.at]
            self.at += 1
            if char == '"':
                return _Value(text, raw, True, begin)
            if char != "\\":
                text, raw = text + char, raw + char.encode()
                continue
            text, raw = self._escaped(text, raw)
        raise FilterProblem("filter.open_quote", begin, len(self.text) - begin)

    def _escaped(self, text: str, raw: bytes) -> tuple[str, bytes]:
        char = self.text[self.at : self.at + 1]
        self.at += 1
        if char in _ESCAPES and char:
            return text + _ESCAPES[char], raw + _ESCAPES[char].encode()
        digits = self.text[self.at : self.at + 2]
        if char == "x" and re.fullmatch("[0-9a-fA-F]{2}", digits):
            self.at += 2
            return text + chr(int(digits, 16)), raw + bytes([int(digits, 16)])
        raise FilterProblem("filter.bad_escape", self.at - 2, 1 + len(char), escape="\\" + char)


def quoted(value: str) -> str:
    """A text as the value of a key, whatever it contains; without quotes if they make no
    difference.
    """
    if value.isascii() and value.replace("-", "").replace("_", "").isalnum():
        return value
    return (
        '"'
        + "".join(
            f"\\{char}" if char in '"\\' else f"\\x{ord(char):02x}" if char < " " else char
            for char in value
        )
        + '"'
    )


def parse(text: str, *, wall_ns: int = 0) -> Condition | None:
    """Parse a filter; None: it is empty. `wall_ns`: when the record began, for `time`.

    Raises:
        FilterProblem: a term that cannot be read, with its place.
    """
    # what is printable holds neither: the pattern, half a millisecond of a start, is not compiled
    odd = None if text.isprintable() else _NOT_TEXT.search(text)
    if odd is not None:
        raise FilterProblem("filter.not_text", odd.start(), 1)
    scanner = _Scanner(text)
    terms: list[Term] = []
    size = 0
    while True:
        scanner.skip_spaces()
        if scanner.done:
            break
        begin = scanner.at
        terms.append(_term(scanner, wall_ns))
        size += sum(map(_length, terms[-1].parts))
        if size > LONGEST:
            raise FilterProblem("filter.too_long", begin, len(text) - begin)
    return Condition(tuple(terms)) if terms else None


def _length(part: Part) -> int:
    """Roughly how many characters of SQL a condition takes."""
    return len(part.sql) + 20 if isinstance(part, Plain) else 200


def joined(word: str, parts: list[str]) -> str:
    """Join conditions as a balanced tree: SQLite refuses an expression deeper than 1 000
    (SQLITE_MAX_EXPR_DEPTH).
    """
    if len(parts) <= 8:
        return f" {word} ".join(parts)
    middle = len(parts) // 2
    return f"({joined(word, parts[:middle])}) {word} ({joined(word, parts[middle:])})"


def _term(scanner: _Scanner, wall_ns: int) -> Term:
    begin = scanner.at
    negated = scanner.take("-")
    if negated and (scanner.done or scanner.text[scanner.at].isspace()):
        raise FilterProblem("filter.no_value", begin, 1)
    head = _HEAD.match(scanner.text, scanner.at)
    if _SHORT.match(scanner.text, scanner.at) is not None:
        begun = scanner.at
        scanner.take("#")
        found = _keyed("number", ":", scanner, begun, wall_ns)
    elif head is None:
        found = _anywhere(scanner.value(), wall_ns)
    else:
        scanner.at = head.end()
        found = _keyed(head.group(1), head.group(2), scanner, head.start(), wall_ns)
    if not scanner.done and not scanner.text[scanner.at].isspace():
        raise FilterProblem("filter.unexpected", scanner.at, 1, text=scanner.text[scanner.at])
    return Term(tuple(found), negated)


def _keyed(key: str, operator: str, scanner: _Scanner, begin: int, wall_ns: int) -> list[Part]:
    name = key.lower()
    if name not in KEYS:
        import difflib  # only needed for a misspelled name

        near = difflib.get_close_matches(name, KEYS, 1, 0.4)
        raise FilterProblem(
            "filter.unknown_key", begin, len(key), key=key, near=near[0] if near else "call"
        )
    if operator != ":":
        return [_compared(name, operator, scanner.value(), begin, wall_ns)]
    values = [scanner.value()]
    while scanner.take("|"):
        values.append(scanner.value())
    found = [_matched(name, value, wall_ns) for value in values]
    plain = [part for part in found if isinstance(part, Plain)]
    if len(plain) < len(found):
        return found
    return [
        Plain(
            joined("OR", [part.sql for part in plain]),
            tuple(param for part in plain for param in part.params),
            plain[0].about,
        )
    ]


def _matched(name: str, value: _Value, wall_ns: int) -> Part:
    column = _TEXT_KEYS.get(name) or _NUMBER_KEYS.get(name)
    if name == "number" and value.text == "*" and not value.quoted:
        return Numbered(">", 0)
    if value.text == "*" and not value.quoted and column is not None:
        return _about(name, f"{column} IS NOT NULL")
    if name in _TEXT_KEYS:
        return _like(name, value)
    if name == "text":
        return _contains(value.raw)
    if name == "hex":
        try:
            raw = parse_hex(value.text)
        except Problem as problem:
            raise FilterProblem(
                "filter.bad_hex", value.position, len(value.text), reason=problem
            ) from problem
        return Contains(raw, joined=False)
    return _compared(name, "=", value, value.position, wall_ns)


def _about(name: str, sql: str, *params: str | float) -> Plain:
    return Plain(sql, params, _ABOUT.get(name, About.ENTRY))


def _like(name: str, value: _Value) -> Plain:
    """A pattern for the whole value, ASCII case-insensitive (lower, LIKE); an unquoted `*` stands
    for any text.
    """
    column = _TEXT_KEYS[name]
    if value.quoted or "*" not in value.text:
        # a NUL is an ordinary character too
        return _about(name, f"lower({column}) = lower(?)", value.text)
    pattern = re.sub(r"\*+", "%", _escaped_pattern(value.text))
    if len(pattern.encode()) > LONGEST_PATTERN:
        raise FilterProblem("filter.too_long", value.position, len(value.text))
    return _about(name, _LIKE.format(column), pattern)


def containing(text: str) -> Contains:
    """A condition: the text occurs in the bytes of a row, also as the endpoint's encoding writes
    it.
    """
    return _contains(text.encode())


_COUNT: Final = late_pattern(r"\d{1,18}\Z", re.ASCII)
_DESCRIPTOR: Final = late_pattern(r"fd (\d{1,9})\Z", re.ASCII | re.IGNORECASE)
_HOUR_AND_MINUTE: Final = late_pattern(r"\d\d:\d\d", re.ASCII)
_TOOK: Final = late_pattern(r"(\d{1,12})(?:\.(\d{1,6}))?\s?(us|ms|s)\Z", re.ASCII)
_MAKES_FD: Final = "e.call IN ('socket', 'accept')"
_OK: Final = (
    "(e.result IS NOT NULL AND e.error IS NULL AND e.kind IN ('call', 'end') AND e.call NOT IN"
    " ('socket', 'accept', 'send', 'sendto', 'recv', 'recvfrom', 'getsockopt'))"
)
"""A result that is shown as `ok`."""


def _as_shown(value: _Value, wall_ns: int) -> list[Part]:
    """A word in the columns that show a number or a time: #, time, result, took.

    Only a word that can occur there is looked for; others cost nothing.
    """
    word = value.text
    descriptor = _DESCRIPTOR.match(word)
    took = _TOOK.match(word)
    if _COUNT.match(word):
        return [_about("seq", "(e.seq = ? OR e.result = ?)", int(word), int(word))]
    if descriptor is not None:
        return [_about("result", f"(e.result = ? AND {_MAKES_FD})", int(descriptor[1]))]
    if took is not None:
        return [_took(*took.groups())]
    if word.lower() == "ok":
        return [_about("result", _OK)]
    if _HOUR_AND_MINUTE.match(word):
        try:
            return [_time("=", value, wall_ns)]
        except FilterProblem:
            pass  # 99:99 is a word like any other
    return []


def _took(whole: str, part: str | None, unit: str) -> Part:
    """A duration as it is shown, rounded: from half of the last place below to half of it above."""
    part = part or ""
    place = _UNITS[unit] / 10 ** len(part)
    middle = float(f"{whole}.{part or 0}") * _UNITS[unit]
    return _about(
        "duration",
        "(e.duration_ns >= ? AND e.duration_ns < ? AND e.kind NOT IN ('note', 'layer', 'command'))",
        middle - place / 2,
        middle + place / 2,
    )


_WORDS: Final = ("p.name", "e.call", "e.args", "e.errno", "e.error")


def _anywhere(value: _Value, wall_ns: int) -> list[Part]:
    """A value without a key: in the bytes, as with `text:`, or in what the row shows."""
    found: list[Part] = [_contains(value.raw), *_as_shown(value, wall_ns)]
    pattern = f"%{_escaped_pattern(value.text)}%"
    if not value.text or "\0" in value.text or len(pattern.encode()) > LONGEST_PATTERN:
        return found  # a NUL would end the pattern, and match anything
    shape = joined("OR", [_LIKE.format(column) for column in _WORDS])
    return [
        *found,
        Plain(shape, (pattern,) * len(_WORDS), About.SHAPE),
        Plain(_LIKE.format("c.local"), (pattern,), About.CONNECTION),
        Plain(_LIKE.format(PEER), (pattern,), About.PEER),
    ]


def _escaped_pattern(text: str) -> str:
    return re.sub(r"[\\%_]", r"\\\g<0>", text)


def _contains(raw: bytes) -> Contains:
    """A condition: the text occurs, also as the endpoint's encoding writes it."""
    encoded: list[tuple[tuple[str, ...], bytes]] = []
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = ""
    for encoding, names in _ENCODINGS.items() if text else ():
        try:
            other = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        if other != raw:
            encoded.append((names, other))
    return Contains(raw, tuple(encoded))


def _compared(name: str, operator: str, value: _Value, begin: int, wall_ns: int) -> Part:
    number: float
    if name == "number":
        return Numbered(operator, _number(name, value))
    if name in _NUMBER_KEYS:
        column, number = _NUMBER_KEYS[name], _number(name, value)
    elif name == "duration":
        column, number = "e.duration_ns", _duration(value)
    elif name == "time":
        return _time(operator, value, wall_ns)
    else:
        raise FilterProblem("filter.not_a_number_key", begin, len(name), key=name)
    return _about(name, f"{column} {operator} ?", number)


def _number(name: str, value: _Value) -> int:
    try:
        number = int(value.text)
    except ValueError:
        number = 2**63
    if not -(2**63) <= number < 2**63:
        raise FilterProblem(
            "filter.bad_number", value.position, len(value.text), key=name, value=value.text
        )
    return number


def _duration(value: _Value) -> int | float:
    found = _DURATION.match(value.text)
    if found is None:
        raise FilterProblem(
            "filter.bad_duration", value.position, len(value.text), value=value.text
        )
    whole, _, part = found.group(1).partition(".")
    whole = whole.lstrip("0") or "0"
    if len(whole) > DIGITS:
        return _LAST
    from fractions import Fraction  # imported late: seldom needed, and slow

    # so that 1.005ms is exactly 1 005 000 ns
    number = Fraction(f"{whole}.{part[:DIGITS] or '0'}") * _UNITS[found.group(2)]
    if number > _LAST:
        return _LAST
    return int(number) if number.denominator == 1 else float(number)


def _time(operator: str, value: _Value, wall_ns: int) -> Plain:
    """Local time as it is shown: a time on the day the record began, or with its date."""
    begun = datetime.datetime.fromtimestamp(wall_ns // 10**9).astimezone()
    text = value.text.strip().replace("T", " ")
    if " " not in text:
        text = f"{begun:%Y-%m-%d} {text}"
    clock = _CLOCK.match(text.partition(" ")[2])
    try:
        moment = datetime.datetime.fromisoformat(text)
        moment = moment if moment.tzinfo is not None else _local(moment, begun)
    except (ValueError, OverflowError):
        clock = None
    if clock is None:
        raise FilterProblem("filter.bad_time", value.position, len(value.text), value=value.text)
    since = moment - datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
    whole = since // datetime.timedelta(microseconds=1) * 1000 - wall_ns
    whole = max(-_LAST, min(whole, _LAST))
    if operator == "=":  # what is shown is truncated, not rounded: the whole unit shown matches
        return _about("time", "(e.t_ns >= ? AND e.t_ns < ?)", whole, whole + _unit(clock))
    # to the microsecond, as it is shown: a row is not later than the moment shown beside it
    if operator in {"<=", ">"}:
        operator, whole = ("<" if operator == "<=" else ">="), whole + 1000
    return _about("time", f"e.t_ns {operator} ?", whole)


def _local(moment: datetime.datetime, begun: datetime.datetime) -> datetime.datetime:
    """A moment in the local time zone; in the last year that there is, with the offset of `begun`:
    Python 3.13 looks a day further for a change of the clock, and raises ValueError there.
    """
    if moment.year == datetime.MAXYEAR:
        return moment.replace(tzinfo=begun.tzinfo)
    return moment.astimezone()


def _unit(clock: re.Match[str]) -> int:
    """Nanoseconds of the last place that was written: an hour, minute, second or a part of one."""
    _, minute, second, part = clock.groups()
    if part:
        return int(10 ** (9 - min(len(part), 6)))  # microseconds are the finest that is shown
    return 10**9 if second else 60 * 10**9 if minute else 3600 * 10**9
