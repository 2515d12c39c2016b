"""Templates: bytes with gaps, written as text or as hex, which values fill in.

In text a gap is {name}; every brace without a known name is a plain brace, and {{name}} is the text
{name}. Hex consists of pairs of digits, "text" in quotes, gaps, and numbers and lengths of a width:
u16(5), u16[ … ] with the length of what is inside before it, le after the width for little-endian,
var7[ … ] as MQTT counts (MQTT 5.0, 1.5.5), ber[ … ] as ASN.1 does (X.690, 8.1.3); u32+4[ … ] counts
four bytes more, its own. pad16[ … ] fills what is inside up to 16 bytes with zeros, as in fields of
a fixed width; align4[ … ] to a multiple of 4 (XDR: RFC 4506, 3). Braces and the brackets of a
number may contain + - *, evaluated from the left: {p1*256+p2}, and numbers in decimal or, after 0x,
in hex.
"""

from __future__ import annotations

import base64
import datetime
import random
import re
import string
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, codec, marks_of
from workbench.payload.notation import Allowance, encode, parse_hex
from workbench.payload.number_fields import encode_number, zero_filled
from workbench.texts import Problem

_NAME: Final = late_pattern(r"[A-Za-z_]\w*", re.ASCII)
_WORD: Final = late_pattern(r"\w")
_COUNT: Final = late_pattern(r"\d{1,6}\Z", re.ASCII)  # a million is made in a few milliseconds
_NUMBER: Final = late_pattern(r"0x[\da-fA-F]{1,16}|\d{1,20}", re.ASCII)
_WIDTH: Final = late_pattern(r"(u(?:8|16|24|32|64)(?:le)?|var7|ber)(?:\+(\d{1,4})(?=\[)|(?=[\[(]))")
_FILLED_UP: Final = late_pattern(r"(pad|align)([1-9]\d{0,4})\[", re.ASCII)
_SPECIAL: Final = late_pattern(rf'[\]{{"]|{_WIDTH.pattern}|{_FILLED_UP.pattern}', re.ASCII)
_ARGUMENT: Final = late_pattern(r":([\w.-]{1,60})")
_DEEPEST: Final = 20
"""The deepest nesting of brackets."""
NTP_BEGIN: Final = 2_208_988_800
"""Seconds from the era of NTP, 1900, to that of the clock, 1970 (RFC 5905, 6)."""
_OF_BYTE: Final = ((string.ascii_letters + string.digits) * 5)[:256].encode()


class Value(NamedTuple):
    """A value that fills a gap.

    Attributes:
        data: its bytes.
        hexed: it was taken by a pattern of hex, so that as a number it is big-endian, else decimal.
        literal: what it is in JSON: True: a number, a list or the like, as written; False: a
            string; None: unknown, as with what a pattern took.
        encoding: the one in which its bytes are text; None: UTF-8 if `literal` says what it is,
            else they are only bytes.
    """

    data: bytes
    hexed: bool = False
    literal: bool | None = None
    encoding: str | None = None

    @property
    def text(self) -> str | None:
        """Its characters; None: it is no text, but bytes."""
        encoding = self.encoding or ("utf-8" if self.literal is not None else BYTES)
        made = self.data if self.hexed or encoding == BYTES else _decoded(self.data, encoding)
        return made if isinstance(made, str) else None

    @property
    def number(self) -> int | None:
        """Its value as a number; None: it is not a number."""
        if self.hexed:
            return int.from_bytes(self.data, "big")
        text = (self.text or self.data.decode("ascii", "replace")).strip()
        return int(text) if re.fullmatch(r"[+-]?\d{1,20}", text, re.ASCII) else None


Values = Mapping[str, Value]


def _now() -> str:
    return datetime.datetime.now().astimezone().isoformat(timespec="milliseconds")


def _ntp() -> bytes:
    nanoseconds = time.time_ns()
    seconds = nanoseconds // 10**9 + NTP_BEGIN
    fraction = (nanoseconds % 10**9 << 32) // 10**9
    return (seconds << 32 | fraction).to_bytes(8, "big")


def _uuid(_counter: object) -> str:
    import uuid  # imports `platform`, which no start needs

    return str(uuid.uuid4())


def _random(count: str) -> str:
    return random.randbytes(int(count)).translate(_OF_BYTE).decode()  # noqa: S311 - no secret


BUILT_IN: Final[Mapping[str, Callable[[int], bytes | str]]] = {
    "counter": str,
    "time": lambda _counter: _now(),
    "unix": lambda _counter: str(int(time.time())),
    "unix_ms": lambda _counter: str(time.time_ns() // 10**6),
    "ntp": lambda _counter: _ntp(),
    "uuid": _uuid,
}
"""Names that always stand for something; they are given the number of a repeated send."""
OF_COUNT: Final = ("random", "random_bytes")
"""{random:8} letters and digits, {random_bytes:8} any bytes."""
OF_VALUE: Final = ("base64", "len")
"""{base64:name}, and {len:name}: how many bytes the value has."""
WITH_ARGUMENT: Final = (*OF_COUNT, *OF_VALUE)
IN_EXPECT: Final = (*OF_VALUE, "counter")
"""Those that are the same each time, and so can be expected: {counter} as 1."""
PLACEHOLDERS: Final = (*BUILT_IN, *WITH_ARGUMENT)
"""What a sent text may contain if nothing else is known."""


def words_of_reply(*, placeholders: bool) -> tuple[str, ...]:
    """The built-in names of a rule's text reply: without placeholders it is literal, but what was
    taken can still be calculated with and written as base64.
    """
    return PLACEHOLDERS if placeholders else OF_VALUE


_CHANGING: Final = frozenset({*BUILT_IN, *OF_COUNT} - {"counter"})


class Gap(NamedTuple):
    """Terms joined by + - *; a single term stands for its bytes, several for a number."""

    terms: tuple[tuple[str, str | int, str], ...]  # sign, name or number, argument


class CountedPart(NamedTuple):
    """A number field before its contents: their length plus `more`, or a given number."""

    width: str
    inside: tuple[Part, ...]
    number: Gap | None
    more: int = 0


class FilledUp(NamedTuple):
    """Its contents, padded with zeros up to `size` bytes, or to a multiple of it."""

    inside: tuple[Part, ...]
    size: int
    multiple: bool


Part = bytes | str | Gap | CountedPart | FilledUp
"""What a template is made of."""


@dataclass(frozen=True, slots=True)
class Template:
    """Bytes with gaps.

    Attributes:
        names: those that have to be filled in, without the built-in ones.
        fixed: all bytes, if there is no gap.
        of_text: it is a text, so that a value which is one is written in its encoding; in hex a
            value stands for its bytes.
    """

    _parts: tuple[Part, ...]
    encoding: str
    names: frozenset[str]
    fixed: bytes | None
    of_text: bool = False

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its parts in order, from which a script in another language can be made."""
        return self._parts

    @property
    def varies(self) -> bool:
        """Whether it differs each time, apart from the counter and the given values."""
        return any(
            name in _CHANGING
            for part in _flat(self._parts)
            if isinstance(part, Gap)
            for _, name, _ in part.terms
        )

    @property
    def made_anew(self) -> bool:
        """Whether it contains something made by the sender, the counter included."""
        return any(
            _is_made(name, argument)
            for part in _flat(self._parts)
            if isinstance(part, Gap)
            for _, name, argument in part.terms
        )

    def left(self, values: Values) -> str:
        """The source of a template of the same kind in which these values stand, so that only what
        is built in, and is none of them, is left to fill.

        Raises:
            Problem: a value is missing or no number, or no text in the encoding.
        """
        return _left(self._parts, self._filling(values, 1))

    def fill(self, values: Values, counter: int = 1) -> bytes:
        """The bytes with these values; `counter`: which one of a repeated send it is.

        Raises:
            Problem: a value is missing or not a number, or a number does not fit into its width.
        """
        if self.fixed is not None:
            return self.fixed
        return _filled(self._parts, self._filling(values, counter))

    def _filling(self, values: Values, counter: int) -> _Filling:
        return _Filling(values, counter, self.encoding, Allowance(), self.of_text)

    def value(self, values: Values) -> Value | None:
        """The value of its gap, if it consists of just one gap; None: it does not.

        Raises:
            Problem: as `fill`.
        """
        gap, *more = [part for part in self._parts if part != ""] or [""]
        if more or not isinstance(gap, Gap):
            return None
        filling = self._filling(values, 1)
        if len(gap.terms) > 1:
            return Value(str(filling.number(gap)).encode(), literal=True)
        made = filling.made_of(*gap.terms[0][1:])
        return made if isinstance(made, Value) else Value(made.encode())


def text_template(source: str, names: Collection[str], encoding: str) -> Template:
    """A template of text; `names`: those that are known, built-in ones only where they are there.

    Raises:
        Problem: what an encoding cannot express.
    """
    if not names or "{" not in source:  # the plain case, without detours
        return Template((source,), encoding, frozenset(), encode(source, encoding), of_text=True)
    parts = tuple(_text_parts(source, _longest_first(names)))
    try:
        encode(source, encoding)  # in one go: there may be tens of thousands of parts
    except Problem:
        for part in parts:
            if isinstance(part, str):
                encode(part, encoding)
    return _made(parts, encoding, of_text=True)


def gives_other_text(source: str, names: Collection[str]) -> bool:
    """Whether a template of text differs from its source: it has something to fill in, or doubled
    braces. Reading stops at the first of these.
    """
    if not names or "{" not in source:
        return False
    return next(_text_parts(source, _longest_first(names))) != source


def escape_gaps(text: str, names: Collection[str]) -> str:
    """The template of text that yields exactly this text, even if it looks like one with gaps."""
    known = _longest_first(names)
    found: list[str] = []
    last = place = 0
    while (place := text.find("{", place)) >= 0:
        gap = _gap(text, place + 1, known)
        if gap is None or not text.startswith("}", gap[1]):
            place += 1
            continue
        found.append(f"{text[last:place]}{{{text[place : gap[1] + 1]}}}")
        last = place = gap[1] + 1
    return "".join([*found, text[last:]])


EMPTY: Final = Template((), "utf-8", frozenset(), b"")
"""Of no bytes."""


def hex_template(source: str, names: Collection[str], encoding: str) -> Template:
    """A template of hex; the built-in names are known as well.

    Raises:
        Problem: a character that is not hex, an unknown name, an unmatched bracket, a number
            without a width.
    """
    reader = _HexReader(source, _longest_first({*names, *BUILT_IN, *WITH_ARGUMENT}), encoding)
    return _made(reader.parts(""), encoding)


def _longest_first(names: Collection[str]) -> list[str]:
    return sorted(names, key=len, reverse=True)


def _made(parts: tuple[Part, ...], encoding: str, *, of_text: bool = False) -> Template:
    names = frozenset(_names_of(parts))
    template = Template(parts, encoding, names, None, of_text=of_text)
    if any(isinstance(part, Gap) for part in _flat(parts)):
        return template
    return Template(parts, encoding, names, template.fill({}), of_text=of_text)


def _flat(parts: tuple[Part, ...]) -> Iterator[bytes | str | Gap]:
    for part in parts:
        if not isinstance(part, CountedPart | FilledUp):
            yield part
            continue
        yield from _flat(part.inside)
        if not isinstance(part, CountedPart):
            continue
        if part.number is not None and any(isinstance(name, str) for _, name, _ in part.number[0]):
            yield part.number


def _names_of(parts: tuple[Part, ...]) -> Iterator[str]:
    gaps = (part for part in _flat(parts) if isinstance(part, Gap))
    for _, name, argument in (term for gap in gaps for term in gap.terms):
        if name in WITH_ARGUMENT:
            if name not in OF_COUNT:
                yield argument
        elif isinstance(name, str) and name not in BUILT_IN:
            yield name


# -- text -------------------------------------------------------------------------------------


def _text_parts(source: str, names: list[str]) -> Iterator[Part]:
    opening = re.compile(rf"\{{(?=\{{?(?:{'|'.join(map(re.escape, names))}|\d))", re.ASCII)
    # the common case, and a message may have tens of thousands of them
    of_one = {f"{{{name}}}": _one(name) for name in names if name not in WITH_ARGUMENT}
    plain = re.compile("|".join(map(re.escape, of_one)) or r"(?!)")
    last = place = 0
    while (begun := opening.search(source, place)) is not None:
        place = begun.start()
        one = plain.match(source, place)
        if one is not None:
            if last < place:
                yield source[last:place]
            yield of_one[one[0]]
            last = place = one.end()
            continue
        quoted = source.startswith("{{", place)
        found = _gap(source, place + 1 + quoted, names)
        if found is None or not source.startswith("}}" if quoted else "}", found[1]):
            place += 1
            continue
        gap, end = found
        if quoted:
            yield source[last:place] + source[place + 1 : end + 1]
        else:
            if last < place:
                yield source[last:place]
            yield gap
        last = place = end + 1 + quoted
    yield source[last:]  # even an empty one: the parts show that it is text


def _one(name: str) -> Gap:
    """The gap for a single name."""
    return Gap((("+", name, ""),))


def _gap(
    source: str, place: int, names: list[str], *, numbers: bool = False
) -> tuple[Gap, int] | None:
    """The terms that begin here, and where they end; None: there are none, or none with a known
    name, unless `numbers` alone will do.
    """
    terms: list[tuple[str, str | int, str]] = []
    sign = "+"
    while True:
        found = _term(source, place, names)
        if found is None:
            return None
        name, argument, place = found
        terms.append((sign, name, argument))
        if source[place : place + 1] not in {"+", "-", "*"}:
            break
        sign = source[place]
        place += 1
    if not numbers and all(isinstance(name, int) for _, name, _ in terms):
        return None
    return Gap(tuple(terms)), place


def _term(source: str, place: int, names: list[str]) -> tuple[str | int, str, int] | None:
    for name in WITH_ARGUMENT:
        argument = _ARGUMENT.match(source, place + len(name))
        if source.startswith(name, place) and argument is not None and name in names:
            known = argument[1] in names if name not in OF_COUNT else _COUNT.match(argument[1])
            return (name, argument[1], argument.end()) if known else None
    for name in names:
        end = place + len(name)
        if (
            source.startswith(name, place)
            and not _WORD.match(source, end)
            and name not in WITH_ARGUMENT
        ):
            return name, "", end
    digits = _NUMBER.match(source, place)
    return None if digits is None else (_number(digits[0]), "", digits.end())


def _number(digits: str) -> int:
    return int(digits, 16 if digits.startswith("0x") else 10)


# -- hex --------------------------------------------------------------------------------------


class _HexReader:
    """Reads a hex template from left to right."""

    def __init__(self, source: str, names: list[str], encoding: str) -> None:
        self._source = source
        self._names = names
        self._encoding = encoding
        self._place = 0
        self._depth = 0

    def parts(self, close: str) -> tuple[Part, ...]:
        """The parts up to a closing bracket, or to the end."""
        found: list[Part] = []
        while True:
            begin = self._place
            special = _SPECIAL.search(self._source, begin)
            self._place = len(self._source) if special is None else special.start()
            found.append(self._digits(begin))
            char = self._source[self._place : self._place + 1]
            if char == close:
                self._place += len(close)
                return tuple(part for part in found if part != b"")
            if not char:
                raise self._wrong("template.open")
            if char == "]":
                raise self._wrong("template.close")
            filled_up = _FILLED_UP.match(self._source, self._place)
            if filled_up is not None:
                found.append(self._filled_up(filled_up))
            else:
                found.append(self._one(char, _WIDTH.match(self._source, self._place)))

    def _digits(self, begin: int) -> bytes:
        try:
            return parse_hex(self._source[begin : self._place])
        except Problem as problem:
            where = {**problem.args_, "position": begin + int(str(problem.args_["position"]))}
            raise Problem(problem.key, **where) from problem

    def _one(self, char: str, width: re.Match[str] | None) -> Part:
        if width is not None:
            return self._counted(width)
        return self._quoted() if char == '"' else self._named("{", "}")

    def _quoted(self) -> bytes:
        end = self._source.find('"', self._place + 1)
        if end < 0:
            raise self._wrong("template.quote")
        text = self._source[self._place + 1 : end]
        self._place = end + 1
        return encode(text, self._encoding)

    def _named(self, before: str, after: str) -> Gap:
        begin = self._place + len(before)
        found = _gap(self._source, begin, self._names, numbers=before == "(")
        if found is None or not self._source.startswith(after, found[1]):
            raise self._unknown(begin)
        gap, end = found
        if len(gap.terms) > 1 and before == "{":
            raise self._wrong("template.width")
        self._place = end + len(after)
        return gap

    def _counted(self, width: re.Match[str]) -> CountedPart:
        self._place = width.end()
        if self._source[self._place] == "(":
            return CountedPart(width[1], (), self._number())
        self._place += 1
        return CountedPart(width[1], self._inside(), None, int(width[2] or 0))

    def _filled_up(self, word: re.Match[str]) -> FilledUp:
        self._place = word.end()
        return FilledUp(self._inside(), int(word[2]), word[1] == "align")

    def _inside(self) -> tuple[Part, ...]:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._wrong("template.deep")
        found = self.parts("]")
        self._depth -= 1
        return found

    def _number(self) -> Gap:
        return self._named("(", ")")

    def _unknown(self, place: int) -> Problem:
        word = _NAME.match(self._source, place)
        if word is None:
            return self._wrong("template.expression")
        import difflib  # only needed for a misspelled name

        near = difflib.get_close_matches(word[0], self._names, 1, 0.3)
        return Problem(
            "template.unknown",
            name=word[0],
            near=near[0] if near else ", ".join(self._names),
            position=place + 1,
        )

    def _wrong(self, key: str) -> Problem:
        return Problem(key, position=self._place + 1)


# -- filling ----------------------------------------------------------------------------------


class _Filling(NamedTuple):
    values: Values
    counter: int
    encoding: str
    allowance: Allowance
    of_text: bool

    def leaves(self, name: str | int, argument: str) -> bool:
        """Whether it is left to the sender: {counter} is not, if it has a value."""
        return _is_made(name, argument) and (argument or name) not in self.values

    def of(self, gap: Gap) -> bytes | str:
        """The value of a gap, or a number in decimal if it has several terms."""
        if len(gap.terms) > 1:
            return str(self.number(gap))
        made = self.made_of(*gap.terms[0][1:])
        return self._written(made) if isinstance(made, Value) else made

    def _written(self, value: Value) -> bytes | str:
        """What a value stands for: a text in another encoding than this one for its characters."""
        if not self.of_text or BYTES in {self.encoding, value.encoding}:
            return value.data
        text = None if value.encoding == self.encoding else value.text
        return value.data if text is None else text

    def number(self, gap: Gap) -> int:
        """The number that the terms come to, from the left, * before + and -."""
        total = 0
        product: int | None = None
        for sign, name, argument in gap.terms:
            number = self._number(name, argument)
            if sign == "*" and product is not None:
                product *= number
            else:
                total += product or 0
                product = -number if sign == "-" else number
        return total + (product or 0)

    def _number(self, name: str | int, argument: str) -> int:
        if isinstance(name, int):
            return name
        made = self.made_of(name, argument)
        number = (made if isinstance(made, Value) else Value(made.encode())).number
        if number is None:
            raise Problem("template.no_number", name=name)
        return number

    def made_of(self, name: str | int, argument: str) -> Value | str:
        """The value of a built-in name: text, except for a stamp of NTP. Raises Problem."""
        if argument:
            return self._function(str(name), argument)
        value = self.values.get(str(name))
        if value is not None:
            return value
        if name not in BUILT_IN:
            raise Problem("template.missing", name=name)
        made = BUILT_IN[str(name)](self.counter)
        return made if isinstance(made, str) else Value(made)

    def _in_stream(self, made: Value | str) -> bytes:
        """Its bytes within a stream, after the mark that the encoding may begin with."""
        text = made.text if isinstance(made, Value) else made
        if not self.of_text or self.encoding == BYTES or text is None:
            return made.data if isinstance(made, Value) else made.encode()
        return encode(text, next((rest for _, rest in marks_of(self.encoding)), self.encoding))

    def _function(self, name: str, argument: str) -> Value | str:
        if name == "random":
            return _random(argument)
        if name == "random_bytes":
            return Value(random.randbytes(int(argument)))  # noqa: S311 - no secret
        data = self._in_stream(self.made_of(argument, ""))
        return base64.b64encode(data).decode() if name == "base64" else str(len(data))


def _filled(parts: tuple[Part, ...], filling: _Filling) -> bytes:
    found: list[bytes] = []
    text: list[str] = []  # adjacent characters are encoded together: UTF-16 has one mark
    marked = bool("".encode(codec(filling.encoding)))
    textual = any(isinstance(part, str) for part in parts)
    for part in parts:
        made = part if isinstance(part, str) else _piece(part, filling)
        filling.allowance.take(len(made))
        if marked and textual and isinstance(part, Gap) and isinstance(made, bytes):
            made = _decoded(made, filling.encoding)
        if isinstance(made, str):
            text.append(made)
            continue
        if any(text):
            found.append(encode("".join(text), filling.encoding))
            text.clear()
        found.append(made)
    if any(text):
        found.append(encode("".join(text), filling.encoding))
    return b"".join(found)


def _piece(part: Part, filling: _Filling) -> bytes | str:
    if isinstance(part, Gap):
        return filling.of(part)
    if isinstance(part, FilledUp):
        return zero_filled(_filled(part.inside, filling), part.size, multiple=part.multiple)
    if not isinstance(part, CountedPart):
        return part
    inside = _filled(part.inside, filling)
    number = len(inside) + part.more if part.number is None else filling.number(part.number)
    return encode_number(part.width, number) + inside


def _is_made(name: str | int, argument: str) -> bool:
    return name in OF_COUNT or (argument or name) in BUILT_IN


def _left(parts: tuple[Part, ...], filling: _Filling) -> str:
    """The parts with known values filled in; neighbours are joined first, so that no new gap
    arises.
    """
    found: list[str] = []
    text = ""
    for part in parts:
        if isinstance(part, bytes):
            found.append(part.hex())
        elif isinstance(part, CountedPart):
            found.append(_left_counted(part, filling))
        elif isinstance(part, FilledUp):
            word = "align" if part.multiple else "pad"
            found.append(f"{word}{part.size}[{_left(part.inside, filling)}]")
        elif isinstance(part, str):
            text += part
        elif any(filling.leaves(name, argument) for _, name, argument in part.terms):
            found += [escape_gaps(text, PLACEHOLDERS), f"{{{_left_terms(part, filling)}}}"]
            text = ""
        elif any(isinstance(other, str) for other in parts):
            text += _as_text(filling.of(part), filling.encoding)
        else:
            made = filling.of(part)
            found.append((made if isinstance(made, bytes) else made.encode()).hex())
    return "".join([*found, escape_gaps(text, PLACEHOLDERS)])


def _left_counted(part: CountedPart, filling: _Filling) -> str:
    if part.number is None:
        more = f"+{part.more}" if part.more else ""
        return f"{part.width}{more}[{_left(part.inside, filling)}]"
    if not any(filling.leaves(name, argument) for _, name, argument in part.number.terms):
        return encode_number(part.width, filling.number(part.number)).hex()
    return f"{part.width}({_left_terms(part.number, filling)})"


def _left_terms(gap: Gap, filling: _Filling) -> str:
    terms = ""
    for sign, name, argument in gap.terms:
        if filling.leaves(name, argument):
            shown = f"{name}:{argument}" if argument else str(name)
        else:
            shown = str(filling.number(Gap((("+", name, argument),))))
        terms += f"{sign}{shown}"
    return terms[1:]


def _as_text(made: bytes | str, encoding: str) -> str:
    if isinstance(made, str):
        return made
    try:
        return made.decode(codec(encoding))
    except (UnicodeError, LookupError):
        raise Problem("template.no_text", encoding=encoding) from None


def _decoded(data: bytes, encoding: str) -> str | bytes:
    """The bytes as text, if they are text."""
    try:
        return data.decode(codec(encoding))
    except (UnicodeError, LookupError):
        return data
