"""Patterns of hex: pairs of digits, "text", ?? for any byte, * for any run, {…} to take a value.

{id:2} takes two bytes, {name:*} a run, {u16:id} a number of that width, as a template writes it
with u16(id). Numbers and lengths that are known, u16(5) and u16[ … ], stand as in templates.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection, Iterator
from enum import Enum
from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES
from workbench.payload.notation import Allowance, parse_hex
from workbench.payload.number_fields import decode_number
from workbench.payload.patterns import RULE_TIME, Pattern, compile_pattern
from workbench.payload.templates import Value, Values, hex_template
from workbench.texts import Problem

_WIDTH: Final = r"u(?:8|16|24|32|64)(?:le)?|var7|ber"
_TAKES: Final = rf"\{{([A-Za-z_]\w*):(\d{{1,4}}|\*)\}}|\{{({_WIDTH}):([A-Za-z_]\w*)\}}"
_MADE: Final = rf"(?:(?:{_WIDTH})(?:\+\d{{1,4}}(?=\[))?|(?:pad|align)[1-9]\d{{0,4}}(?=\[))[\[(]"
_SPECIAL: Final = re.compile(
    rf'"([\x20-\x21\x23-\x7e]*)"|\?\?|\*|{_TAKES}|({_MADE})|\{{([A-Za-z_][\w.-]*)\}}|[?{{"]',
    re.ASCII,
)
"""Text is ASCII, which is the same bytes in every encoding that a protocol mixes with bytes."""
_TAKEN: Final = re.compile(_TAKES, re.ASCII)
_OPEN: Final = re.compile(rf"\?|\*|{_TAKES}", re.ASCII)
"""What has no fixed bytes."""
_NUMBERS: Final = {"var7": r"[\x80-\xff]{0,9}[\x00-\x7f]", "ber": r"(?:[\x00-\x7f]|%s)"}
_BER_MOST: Final = 8
"""Bytes of a length of ASN.1 whose first byte says how many follow (X.690, 8.1.3)."""


class HexItem(NamedTuple):
    """One part of a pattern.

    Attributes:
        source: as it is written. pattern: as a regular expression over bytes.
        name: of the value that it takes; `width`: of that number; "": it is bytes.
    """

    source: str
    pattern: str
    name: str = ""
    width: str = ""


def is_pattern(source: str) -> bool:
    """Whether it contains more than plain bytes."""
    return _SPECIAL.search(source) is not None


def taken_by_hex(source: str) -> list[str]:
    """The names of the values that a pattern takes."""
    return [found[1] or found[4] for found in _TAKEN.finditer(source)]


def numbers_in(source: str) -> dict[str, str]:
    """The width of each value that it takes as a number, by its name."""
    return {found[4]: found[3] for found in _TAKEN.finditer(source) if found[4]}


def taken_value(data: bytes, width: str | None) -> Value:
    """The value that a pattern has taken; `width`: it is a number of this width."""
    if not width:
        return Value(data, hexed=True)
    return Value(str(decode_number(width, data)).encode(), literal=True)


class Extent(Enum):
    """Which bytes a pattern has to cover, as the regular expression around it."""

    ANYWHERE = "{}"
    START = r"\A{}"
    WHOLE = r"\A{}\Z"


def compile_hex(
    source: str, extent: Extent = Extent.ANYWHERE, *, names: Collection[str] = ()
) -> Pattern:
    """A pattern over bytes; a run is as short as it can be.

    `names`: those whose gaps, {name}, will be filled in later; here they are any run.

    Raises:
        Problem: a character that is no hex (with its position), a name that is there twice, a
            number that does not fit.
    """
    parts = "".join(item.pattern for item in hex_items(source, names))
    made = compile_pattern(extent.value.replace("{}", parts), BYTES)
    made.shown = source
    return made


def hex_items(source: str, names: Collection[str] = ()) -> list[HexItem]:
    """The items of a pattern, each a byte or something special. Raises Problem: as
    `compile_hex`.
    """
    items: list[HexItem] = []
    taken: set[str] = set()
    place = 0
    while (found := _SPECIAL.search(source, place)) is not None:
        items += _bytes(source, place, found.start())
        item, place = _special(source, found, names)
        if item.name in taken:
            raise Problem("payload.hex_name_twice", name=item.name)
        taken |= {item.name} - {""}
        items.append(item)
    return [*items, *_bytes(source, place, len(source))]


def _special(source: str, found: re.Match[str], names: Collection[str]) -> tuple[HexItem, int]:
    text, name, count, width, number, made, gap = found.groups()
    written = found[0]
    if text is not None:
        return HexItem(written, re.escape(text)), found.end()
    if name is not None:
        some = ".*?" if count == "*" else f".{{{count}}}"
        return HexItem(written, f"(?P<{name}>{some})", name), found.end()
    if number is not None:
        return HexItem(written, f"(?P<{number}>{_number(width)})", number, width), found.end()
    if made is not None:
        end = _end_of(source, found.end())
        data = _made(source, found.start(), end, names)
        part = ".*?" if data is None else _escaped(data)
        return HexItem(source[found.start() : end], part), end
    if gap is not None and gap in names:
        return HexItem(written, ".*?"), found.end()
    if written in {"??", "*"}:
        return HexItem(written, "." if written == "??" else ".*?"), found.end()
    raise Problem("payload.bad_hex_pattern", position=found.start() + 1)


def _number(width: str) -> str:
    """A number field of a width, as a regular expression."""
    if width == "ber":
        more = (f"\\x{0x80 | size:02x}.{{{size}}}" for size in range(1, _BER_MOST + 1))
        return _NUMBERS[width] % "|".join(more)
    if width == "var7":
        return _NUMBERS[width]
    return f".{{{int(width.removeprefix('u').removesuffix('le')) // 8}}}"


def _end_of(source: str, place: int) -> int:
    """The position after the bracket that closes the one before this place; the end if none
    does.
    """
    close = {"(": ")", "[": "]"}[source[place - 1]]
    depth, quoted = 1, False
    while place < len(source) and depth:
        char = source[place]
        quoted ^= char == '"'
        if not quoted and close == "]":
            depth += (char == "[") - (char == "]")
        elif not quoted and char == close:
            depth = 0
        place += 1
    return place


def _made(source: str, begin: int, end: int, names: Collection[str]) -> bytes | None:
    """The bytes of a number or a length; None: a value in it is filled in later."""
    inside = source[begin:end]
    bare = re.sub(r'"[^"]*"', lambda text: " " * len(text[0]), inside)
    opens = _OPEN.search(bare) if "[" in inside else None
    if opens is not None:
        raise Problem("payload.hex_length_open", position=begin + opens.start() + 1)
    try:
        return hex_template(inside, names, "utf-8").fixed
    except Problem as problem:
        raise _moved(problem, begin) from problem


def _moved(problem: Problem, by: int) -> Problem:
    """The same problem, for a part that begins at this position."""
    place = problem.args_.get("position")
    if place is None:
        return problem
    return Problem(problem.key, **{**problem.args_, "position": by + int(str(place))})


def _bytes(source: str, begin: int, end: int) -> Iterator[HexItem]:
    try:
        data = parse_hex(source[begin:end])
    except Problem as problem:
        raise _moved(problem, begin) from problem
    for byte in data:
        yield HexItem(f"{byte:02x}", f"\\x{byte:02x}")


def _escaped(data: bytes) -> str:
    return "".join(f"\\x{byte:02x}" for byte in data)


def filled_pattern(source: str, names: Collection[str], values: Values, encoding: str) -> str:
    """A pattern with the values that its gaps, numbers and lengths name in it, as digits.

    Raises:
        Problem: a value is missing, is no number, or does not fit.
    """
    parts: list[str] = []
    last = 0
    allowance = Allowance()
    for begin, end in spans_to_fill(source, names):
        data = hex_template(source[begin:end], names, encoding).fill(values)
        allowance.take(len(data))
        parts += [source[last:begin], data.hex()]
        last = end
    return "".join([*parts, source[last:]])


def spans_to_fill(source: str, names: Collection[str]) -> Iterator[tuple[int, int]]:
    """Where gaps, numbers and lengths with values in them are in a pattern."""
    place = 0
    while (found := _SPECIAL.search(source, place)) is not None:
        place = found.end()
        if found[6] is not None:
            place = _end_of(source, place)
            if hex_template(source[found.start() : place], names, "utf-8").fixed is None:
                yield found.start(), place
        elif found[7] is not None and found[7] in names:
            yield found.start(), place


class Parting(NamedTuple):
    """Where bytes stop matching a pattern.

    Attributes:
        same: how many of them are as it says. missing: what of it is not met, as it is written.
    """

    same: int
    missing: str


def parting(source: str, data: bytes) -> Parting:
    """How far bytes are as a pattern says, from their first on; a run takes what it can.

    Raises:
        TooSlow: it cannot be told in time.
    """
    items = hex_items(source)
    text = data.decode("latin-1")

    def end_of(count: int) -> int | None:
        """Where the first parts of the pattern end in the bytes."""
        pattern = "".join(item.pattern for item in items[:count])
        found = compile_pattern(rf"\A{pattern}", BYTES).search(text, RULE_TIME)
        return None if found is None else found.end

    counts = range(1, len(items) + 1)
    # so many parts match
    good = bisect_left(counts, True, key=lambda count: end_of(count) is None)
    while 0 < good < len(items) and ".*?" in items[good - 1].pattern:
        good -= 1  # a run before what is missing tells nothing
    return Parting(end_of(good) or 0, " ".join(item.source for item in items[good:]))
