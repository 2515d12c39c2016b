"""Needle: the bytes that an expectation looks for, in a stream or in one message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, decoded, marks_of, shifts
from workbench.payload.hex_patterns import (
    Extent,
    Parting,
    compile_hex,
    is_pattern,
    numbers_in,
    parting,
)
from workbench.payload.json_values import (
    ANY,
    Difference,
    differences,
    document,
    read_json,
    value_at,
)
from workbench.payload.masking import Masker
from workbench.payload.notation import parse_hex
from workbench.payload.patterns import EXPECT_TIME, Pattern, compile_pattern
from workbench.scenario.finders import (
    Finder,
    InJson,
    InText,
    NextBytes,
    NextMarked,
    NextPattern,
    NextText,
    StreamPlace,
    Taken,
    spellings,
    taken_by_groups,
    taken_by_hex,
)
from workbench.scenario.steps import Expect
from workbench.texts import Problem

Begin = Callable[[StreamPlace], Finder]
"""Begins a search at a place in a stream."""


class Needle(NamedTuple):
    """The bytes that an expectation looks for, compiled.

    Attributes:
        finder: begins a search in a stream.
        is_message: whether one whole message is what is wanted. Raises TooSlow.
        exact: what the next bytes have to be, in all ways it can be written; empty for a pattern.
        as_hex: bytes are shown as hex, as they were asked for.
        encoding: of the characters; BYTES: each byte is one.
        taken: what a matching message has for each group. Raises TooSlow.
        differs: for JSON, where a message is not as wanted; None: it is not JSON.
        other: the same for a single JSON value, as in a stream without messages.
        parts: for a pattern of hex, how far bytes match it. Raises TooSlow.
        pattern: a regular expression to look for in the characters, or a text; else None.
        masker: masks secrets in it, of which no part may be shown.
    """

    finder: Begin
    is_message: Callable[[bytes], bool]
    exact: tuple[bytes, ...]
    as_hex: bool
    encoding: str
    taken: Callable[[bytes], Taken] = lambda _data: ()
    differs: Callable[[bytes], list[Difference] | None] | None = None
    other: Callable[[Any], list[Difference]] | None = None
    parts: Callable[[bytes], Parting] | None = None
    pattern: Pattern | str | None = None
    masker: Masker | None = None


def needle_of(expect: Expect, encoding: str, *, http: bool = False) -> Needle:
    """What an expectation looks for; `encoding`: that of its endpoint, unless it names one itself.

    `http`: its messages are those of HTTP, and JSON is their body. With `absent`, text and hex are
    looked for in everything that comes, not only in what comes next.

    Raises:
        Problem: a text that the encoding cannot express.
    """
    used = expect.encoding or encoding
    if expect.json is not None:
        return _of_json(expect, used, http=http)
    if expect.regex is not None:
        return _of_regex(expect.regex, expect.encoding, used)
    if expect.contains is not None:
        return _of_part(expect.contains, used)
    if expect.hex is None:
        return _of_text(expect.text or "", used, absent=expect.absent)
    if is_pattern(expect.hex):
        return _of_hex_pattern(expect.hex, absent=expect.absent)
    return _of_bytes(parse_hex(expect.hex), absent=expect.absent)


def _of_regex(source: str, own: str | None, encoding: str) -> Needle:
    """A pattern anywhere; `own`: the encoding that the expectation names itself."""
    pattern = compile_pattern(source, own or (BYTES if encoding == BYTES else None))
    used = BYTES if pattern.bytewise else encoding
    return Needle(
        _anywhere(pattern, used),
        lambda data: pattern.matches(decoded(data, used), EXPECT_TIME),
        (),
        False,
        used,
        lambda data: taken_by_groups(pattern.search(decoded(data, used), EXPECT_TIME), used),
        pattern=pattern,
    )


def _of_part(part: str, encoding: str) -> Needle:
    """A text anywhere in what comes."""
    return Needle(
        _anywhere(part, encoding),
        lambda data: part in decoded(data, encoding),
        (),
        False,
        encoding,
        pattern=part,
    )


def _of_bytes(whole: bytes, *, absent: bool) -> Needle:
    """The next bytes of a stream, or one whole message; with `absent`, anywhere."""
    exact = (whole,)
    anywhere = whole.decode("latin-1") if absent else None
    finder = _next(exact) if anywhere is None else _anywhere(anywhere, BYTES)
    return Needle(finder, lambda data: data == whole, exact, True, BYTES, pattern=anywhere)


def _of_text(text: str, encoding: str, *, absent: bool) -> Needle:
    """The next characters of a stream, or one whole message; with `absent`, anywhere."""
    exact = spellings(text, encoding)
    finder = _anywhere(text, encoding) if absent else _next_text(text, encoding, exact)
    pattern = text if absent else None
    return Needle(finder, lambda data: data in exact, exact, False, encoding, pattern=pattern)


def _next(exact: tuple[bytes, ...]) -> Begin:
    return lambda _place: NextBytes(exact)


def _next_text(text: str, encoding: str, exact: tuple[bytes, ...]) -> Begin:
    if shifts(encoding):
        return lambda place: NextText(encoding, place, text, exact[0])
    if marks_of(encoding):
        return lambda place: NextMarked(encoding, place, text)
    return _next(exact)


def _anywhere(wanted: str | Pattern, encoding: str) -> Begin:
    return lambda place: InText(encoding, place, wanted)


def _of_json(expect: Expect, encoding: str, *, http: bool) -> Needle:
    """A message that contains at least this JSON and everything that is to be taken; in a stream
    without messages, the next such object or list.
    """
    wanted = read_json(expect.json) if isinstance(expect.json, str) else expect.json

    def other(came: Any) -> list[Difference]:
        found = differences(wanted, came)
        for path in expect.take.values():
            found += differences({path: ANY}, came)
        return found

    def differs(data: bytes) -> list[Difference] | None:
        try:
            return other(document(data, encoding, http=http))
        except Problem:
            return None

    def taken_of(came: Any) -> Taken:
        paths = ((name, value_at(came, path)) for name, path in expect.take.items())
        return tuple((name, value) for name, value in paths if value is not None)

    return Needle(
        lambda place: InJson(encoding, place, lambda came: not other(came), taken_of),
        lambda data: differs(data) == [],
        (),
        False,
        encoding,
        lambda data: taken_of(document(data, encoding, http=http)),
        differs,
        other,
    )


def _of_hex_pattern(source: str, *, absent: bool) -> Needle:
    """The next bytes of a stream, or one message wholly; with `absent` anywhere."""
    whole, start = compile_hex(source, Extent.WHOLE), compile_hex(source, Extent.START)
    anywhere = compile_hex(source)
    numbers = numbers_in(source)
    return Needle(
        _anywhere(anywhere, BYTES) if absent else lambda _place: NextPattern(start, numbers),
        lambda data: whole.matches(data.decode("latin-1"), EXPECT_TIME),
        (),
        True,
        BYTES,
        lambda data: taken_by_hex(whole.search(data.decode("latin-1"), EXPECT_TIME), numbers),
        parts=lambda data: parting(source, data),
    )
