"""Masks secrets in outputs: every form of a value, and headers that carry credentials.

A value may occur as text, escaped as in JSON, Python or a URL, as hex and as Base64 at any of its
three alignments (RFC 4648, section 4). What is masked keeps its length. This is best effort: a
value that was encrypted or used in arithmetic is not found.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Final

from workbench.late_pattern import late_pattern

if TYPE_CHECKING:
    import regex

LEAST: Final = 4
"""The least bytes of a value that can be masked: shorter ones occur everywhere."""
MASK: Final = "*"
_HEX_MASK: Final = "2a"
"""A masked byte, where bytes are written in hex."""
_BETWEEN: Final = " :.-"
"""What may separate two bytes in hex."""
_ENCODINGS: Final = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "latin-1")
_SHORT: Final = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\0": "0"}
_NAMES: Final = (
    r"(?:(?<![A-Za-z0-9-])|(?<=\\[rn]))(?:proxy-authorization|authorization|set-cookie2?|cookie)"
)
_NAME_MOST: Final = 64
"""Bytes that the name of a header, and what follows it, fit into."""
_STUB: Final = b"Cookie: "
_HEX_RUN: Final = late_pattern(r"(?<![0-9A-Za-z])(?:[0-9A-Fa-f]{2} ?){8,}(?![0-9A-Za-z])")
_CUT: Final = "…"
_WORDS: Final = ("cookie", "authorization")
"""One of these is in every name of such a header."""
_BEGINNINGS: Final = tuple(word[:size].encode() for word in _WORDS for size in range(1, len(word)))
_LAST: Final = frozenset(end for word in _BEGINNINGS for end in (word[-1:], word[-1:].upper()))
_LONGEST: Final = max(map(len, _BEGINNINGS))
_HEX_LEAST: Final = 16
_CODED: Final = 4
"""Characters that a value in hex or Base64 certainly begins with."""
Span = tuple[int, int, str]
"""From, to, and what replaces each character, in turn."""


@cache
def _header() -> re.Pattern[str]:
    """The pattern of a header in what was sent or came (RFC 9110, section 5): up to the end of its
    line.
    """
    return re.compile(rf"{_NAMES}[ \t]*:[ \t]*([^\s][^\r\n]*)", re.IGNORECASE)


@cache
def _begun() -> re.Pattern[str]:
    return re.compile(rf"{_NAMES}[ \t]*:", re.IGNORECASE)


@cache
def _header_said() -> re.Pattern[str]:
    """The pattern of a header in a sentence or in code, where a line's end is an escape."""
    return re.compile(
        rf"{_NAMES}(?:"
        r"\\*[\"'][ \t]*[:=,][ \t]*\\*([\"'])(?P<quoted>(?:(?!\\*\1).)+)"
        r"|[ \t]*:[ \t]*(?P<plain>(?:(?!\\+[rnx]|[\"'](?:[,)\]}]|\Z))[^\r\n])+)"
        r"|[ \t]*=[ \t]*([\"'])(?P<given>(?:(?!\4).)+))",
        re.IGNORECASE,
    )


class Masker:
    """Masks some values, and credentials in headers.

    Attributes:
        reach: how many bytes before and after a piece decide what is masked in it.
    """

    def __init__(self, values: Iterable[str], *, headers: bool = True) -> None:
        """Values shorter than LEAST bytes are left out; `headers` False: headers are not masked."""
        self._with_headers = headers
        kept = sorted({value for value in values if len(value.encode()) >= LEAST}, key=len)
        self._text = [form for value in kept for form in _forms_of_text(value)]
        self._data = [form for value in kept for form in _forms_of_data(value)]
        self.reach = max((12 * len(value.encode("utf-16-le")) for value in kept), default=0)

    @property
    def any(self) -> bool:
        """Whether there are values to mask besides headers."""
        return bool(self._data)

    def text(self, text: str) -> str:
        """A sentence, code or a line of an output."""
        spans = [*_found(self._text, text), *(_said(text) if self._with_headers else ())]
        if self.any:
            for cut in re.finditer(_CUT, text):  # what was shortened may have been a value
                spans += self._begun(self._text, text[: cut.start()])
                spans += _ended(self._text, text, cut.end())
        shown = _masked(text, spans) if spans else text
        if len(shown) < _HEX_LEAST or not (self.any or self._with_headers):
            return shown
        return _HEX_RUN.sub(self._hex_run, shown)

    def data(self, data: bytes) -> bytes:
        """Bytes that stand alone."""
        return self.within(b"", data, b"")

    def within(self, before: bytes, data: bytes, after: bytes) -> bytes:
        """Bytes of a stream, between others of it; what the end of `after` may begin is masked."""
        raw = before + data + after
        headers = self._with_headers and self.may_have_headers(raw)
        if not headers and not self.any:
            return data
        whole = raw.decode("latin-1")
        spans = [*_found(self._data, whole), *(_headers(whole) if headers else ())]
        if self.any:
            spans += self._begun(self._data, whole)
        first, last = len(before), len(before) + len(data)
        if not any(begin < last and end > first for begin, end, _ in spans):
            return data
        return _masked(whole, spans)[first:last].encode("latin-1")

    @staticmethod
    def may_have_headers(data: bytes) -> bool:
        """Whether a header may be in it: a quick test that errs on the side of yes."""
        if not (b"k" in data or b"K" in data or b"z" in data or b"Z" in data):
            # a letter is found in a tenth of the time of a word: `_WORDS` contain these
            return False
        lowered = data.lower()
        return b"cookie" in lowered or b"authorization" in lowered  # asked of each row

    @staticmethod
    def may_begin_headers(pieces: Collection[bytes]) -> bool:
        """Whether a word in a header's name may begin at the end of one; errs on the side of
        yes.
        """
        return not _LAST.isdisjoint({data[-1:] for data in pieces}) and any(
            data[-_LONGEST:].lower().endswith(_BEGINNINGS) for data in pieces
        )

    def end(self, data: bytes, *, cut: bool = False) -> bytes:
        """The end of a stream so far, as far as it decides how the stream goes on; `cut`: some of
        its bytes are unknown.

        A header whose line has not ended is represented by its name.
        """
        kept = b"" if cut else data[-max(self.reach, _NAME_MOST) :]
        line = data[data.rfind(b"\n") + 1 :].decode("latin-1")
        if not _may_have_headers(line.lower()) or not _begun().search(line):
            return kept
        return kept if len(kept) >= len(line) else _STUB + kept

    def may_go_on(self, data: bytes) -> bool:
        """Whether the end of a piece may be the beginning of a value."""
        tail = data[-self.reach :].decode("latin-1") if self.reach else ""
        return bool(tail) and any(form.begins(tail) is not None for form in self._data)

    def _begun(self, forms: Iterable[_Form], text: str) -> list[Span]:
        """The part of a form that the end of a text has, unless that is next to nothing."""
        tail = max(0, len(text) - self.reach)
        found = []
        for form in forms:
            begin = form.begins(text[tail:])
            if begin is not None and len(text) - tail - begin >= form.least:
                found.append((tail + begin, len(text), form.mask))
        return found

    def _hex_run(self, run: re.Match[str]) -> str:
        """Bytes in hex, some of which are a header or a value in yet another form."""
        spaced = " " in run[0].strip()
        data = bytes.fromhex(run[0])
        masked = self.data(data)
        if masked == data:
            return run[0]
        shown = masked.hex(" ") if spaced else masked.hex()
        return shown + run[0][len(shown) :]


class _Form:
    """One way to write a value."""

    def __init__(self, parts: Iterable[str], mask: str = MASK, least: int = 2) -> None:
        """`parts`: patterns of its characters, in order; `least`: how many of them mark a
        beginning.
        """
        self.least = least
        self._parts = tuple(parts)
        self._source = "".join(self._parts)
        self.mask = mask
        self._whole = re.compile(self._source, re.DOTALL)

    def spans(self, text: str) -> Iterator[Span]:
        """Where it occurs, including overlaps."""
        found = self._whole.search(text)
        while found is not None:
            yield (found.start(), found.end(), self.mask)
            found = self._whole.search(text, found.start() + 1)

    def begins(self, text: str) -> int | None:
        """Where the end of a text begins it; None: it does not."""
        partly = _partly(self._source)
        found = partly.search(text, partial=True)
        while found is not None and not found.partial:
            found = partly.search(text, found.start() + 1, partial=True)
        return None if found is None or found.start() == len(text) else int(found.start())

    def ends(self, text: str, place: int) -> int | None:
        """Where the longest end of it that begins at a place of a text is over, or cut again; None:
        there is none.
        """
        for first in range(1, len(self._parts) - self.least + 1):
            at, count = place, 0
            for part in self._parts[first:]:
                found = None if text.startswith(_CUT, at) else _part(part).match(text, at)
                if found is None:
                    break
                at, count = found.end(), count + 1
            if count >= self.least and (
                count == len(self._parts) - first or text.startswith(_CUT, at)
            ):
                return at
        return None


@lru_cache(maxsize=1024)
def _part(source: str) -> re.Pattern[str]:
    return re.compile(source, re.DOTALL)


@lru_cache(maxsize=256)
def _partly(source: str) -> regex.Pattern[str]:
    import regex  # compiled late: it takes a while, and most programs mask no value

    return regex.compile(source, regex.DOTALL)


def _found(forms: Iterable[_Form], text: str) -> Iterator[Span]:
    for form in forms:
        yield from form.spans(text)


def _ended(forms: Iterable[_Form], text: str, place: int) -> Iterator[Span]:
    """The end of a form that a text has at a place where something before it was left out."""
    for form in forms:
        end = form.ends(text, place)
        if end is not None:
            yield (place, end, form.mask)


def header_values(text: str) -> Iterator[tuple[str, str]]:
    """The name and the secret part of each header in a text that carries one."""
    for found in _header().finditer(text) if _may_have_headers(text.lower()) else ():
        yield found[0].partition(":")[0].strip(), found[1]


def _may_have_headers(lowered: str) -> bool:
    return any(word in lowered for word in _WORDS)


def _headers(text: str) -> Iterator[Span]:
    for found in _header().finditer(text):
        yield (*found.span(1), MASK)


def _said(text: str) -> Iterator[Span]:
    for found in _header_said().finditer(text) if _may_have_headers(text.lower()) else ():
        yield (*found.span(found.lastgroup or 0), MASK)


def _masked(text: str, spans: Iterable[Span]) -> str:
    """The text with every character in the spans replaced."""
    made = list(text)
    for begin, end, mask in spans:
        if mask == MASK:
            made[begin:end] = MASK * (end - begin)
            continue
        digits = [at for at in range(begin, end) if text[at] not in _BETWEEN]
        for number, at in enumerate(digits):
            made[at] = mask[number % len(mask)]
    return "".join(made)


def _forms_of_text(value: str) -> Iterator[_Form]:
    """The forms of a value in a text of characters."""
    yield _Form(map(_character, value))
    yield from _forms_of_data(value)


def _forms_of_data(value: str) -> Iterator[_Form]:
    """The forms of a value in bytes, each byte taken as the character of its number."""
    for data in _encoded(value):
        yield _Form(map(_byte, data))
    yield from _forms_of_bytes(value.encode())
    if not value.isascii():
        yield _Form(map(_character_in_bytes, value))


def _encoded(value: str) -> list[bytes]:
    found: dict[bytes, None] = {}
    for name in _ENCODINGS:
        try:
            found[value.encode(name)] = None
        except UnicodeEncodeError:
            continue
    return [data for data in found if len(data) >= LEAST]


def _forms_of_bytes(data: bytes) -> Iterator[_Form]:
    pairs = [_digits(byte) for byte in data]
    yield _Form([pairs[0], *(f"[ :.-]?{pair}" for pair in pairs[1:])], _HEX_MASK, _CODED)
    for shift in range(3):
        yield _Form(_base64(data, shift), least=_CODED)


def _base64(data: bytes, shift: int) -> Iterator[str]:
    """The Base64 of a value after so many other bytes, with the characters shared with
    neighbours.
    """
    written = base64.b64encode(bytes(shift) + data).decode()
    begin, bits = (0, 2, 3)[shift], (shift + len(data)) * 8
    if shift:
        yield r"[A-Za-z0-9+/_-]?"
    for at, char in enumerate(written[begin : bits // 6]):
        if at:
            yield r"(?:\r?\n|\\+r\\+n|\\+n)?"
        yield {"+": r"(?:\+|-|%2[bB])", "/": r"(?:\\*/|_|%2[fF])"}.get(char, char)
    if bits % 6:
        yield r"[A-Za-z0-9+/_-]?"


@lru_cache(maxsize=1024)
def _character(char: str) -> str:
    """A character itself or an escape of it, in JSON, Python or a URL."""
    if char.isascii():
        return _byte(ord(char))
    return f"(?:{_plain(char)}|{_escaped(char)})"


def _character_in_bytes(char: str) -> str:
    plain = "".join(map(_byte, char.encode()))
    return plain if char.isascii() else f"(?:{plain}|{_escaped(char)})"


def _plain(char: str) -> str:
    if char == "\\":
        return r"\\\\*"
    # in code, after backslashes, and in a regular expression
    return (r"\\{0,16}" if char.isascii() and not char.isalnum() else "") + re.escape(char)


def _escaped(char: str) -> str:
    r"""A character as \uHHHH, \UHHHHHHHH or %HH of UTF-8."""
    number = ord(char)
    units = char.encode("utf-16-be").hex()
    pairs = (units[at : at + 4] for at in range(0, len(units), 4))
    json = "".join(rf"\\\\*u{_cases(unit)}" for unit in pairs)
    url = "".join(f"%{_digits(byte)}" for byte in char.encode())
    if number < 0x100:
        json += rf"|\\\\*x{_digits(number)}"
    return f"(?:{json}|\\\\\\\\*U{_cases(f'{number:08x}')}|{url})"


@lru_cache(maxsize=1024)
def _byte(byte: int) -> str:
    char = chr(byte)
    ways = [_plain(char), rf"\\\\*(?:x|u00|U000000){_digits(byte)}", f"%{_digits(byte)}"]
    if char in _SHORT:
        ways.append(rf"\\\\*{_SHORT[char]}")
    if char == " ":
        ways.append(r"\+")
    return f"(?:{'|'.join(ways)})"


def _digits(byte: int) -> str:
    return _cases(f"{byte:02x}")


def _cases(digits: str) -> str:
    return "".join(f"[{each}{each.upper()}]" if each.isalpha() else each for each in digits)
