"""Finders: search a stream for the matches of one expectation, however reads split it.

A finder is fed the bytes of one direction of one connection, from where the search begins.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, Characters, State, marks_of, within_stream
from workbench.payload.hex_patterns import taken_value
from workbench.payload.notation import encode
from workbench.payload.patterns import EXPECT_TIME, Found, Pattern
from workbench.payload.templates import Value
from workbench.scenario.json_stream import JsonTexts

Taken = tuple[tuple[str, Value], ...]
"""What the groups of a pattern took, by their names."""


class StreamPlace(NamedTuple):
    """The place in a stream where a search begins.

    Attributes:
        head: the first bytes of the whole stream, which may state the byte order.
        begin: it is the beginning of the stream.
        encoding, state: those of the last decoder that stopped here, if any.
    """

    head: bytes = b""
    begin: bool = True
    encoding: str | None = None
    state: State | None = None


class Hit(NamedTuple):
    """A match, in bytes from where the search began; `grows`: it may still change.

    `encoding`, `state`: those with which a later search can go on there. `taken`: the values taken.
    """

    start: int
    end: int
    grows: bool = False
    encoding: str | None = None
    state: State | None = None
    taken: Taken = ()


class Finder(Protocol):
    """Finds one match after the other in a stream."""

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""

    def finish(self) -> None:
        """Note that the stream is over."""

    def find(self) -> Hit | None:
        """The next match; the same one again until `accept`. Raises TooSlow."""

    def accept(self, hit: Hit) -> None:
        """Use up the match: the next search begins after it."""


def taken_by_hex(found: Found | None, numbers: Mapping[str, str]) -> Taken:
    """The values that a pattern of hex took; `numbers`: the width of each that is a number."""
    groups = found.groups if found is not None else ()
    return tuple(
        (name, taken_value(part.encode("latin-1"), numbers.get(name))) for name, part in groups
    )


def taken_by_groups(found: Found | None, encoding: str) -> Taken:
    """The values that the groups of a match took, as bytes."""
    groups = found.groups if found is not None else ()
    return tuple((name, Value(encode(part, encoding), encoding=encoding)) for name, part in groups)


def spellings(text: str, encoding: str) -> tuple[bytes, ...]:
    """A whole text as bytes; in an encoding with a byte order mark also without it, which means the
    default order, as everywhere.
    """
    marks = marks_of(encoding)
    if not marks:
        return (encode(text, encoding),)
    with_mark = (mark + encode(text, order) for mark, order in marks)
    return (*with_mark, encode(text, marks[0][1]))


class NextBytes:
    """Finds bytes that have to come next; after other bytes it finds nothing any more."""

    def __init__(self, exact: tuple[bytes, ...]) -> None:
        self._exact = [item for item in exact if item]
        self._data = bytearray()
        self._at = 0
        self._dead = not self._exact

    def feed(self, data: bytes) -> None:
        if not self._dead:
            self._data += data

    def finish(self) -> None:
        """Note that the stream is over: a match that is not complete now never will be."""

    def find(self) -> Hit | None:
        if self._dead:
            return None
        data = self._data
        for item in self._exact:
            if data.startswith(item):
                return Hit(self._at, self._at + len(item))
        self._dead = not any(item[: len(data)] == data for item in self._exact)
        return None

    def accept(self, hit: Hit) -> None:
        del self._data[: hit.end - self._at]
        self._at = hit.end


class NextMarked(NextBytes):
    """Finds a text that comes next, in the byte order that the stream began with; each writer may
    put a byte order mark before its own text.
    """

    def __init__(self, encoding: str, place: StreamPlace, wanted: str) -> None:
        self._encoding = encoding
        self._wanted = wanted
        self._begins = place.begin
        super().__init__(spellings(wanted, encoding) if place.begin else self._later(place.head))

    def _later(self, head: bytes) -> tuple[bytes, ...]:
        order = within_stream(self._encoding, head)
        marks = {name: mark for mark, name in marks_of(self._encoding)}
        exact = encode(self._wanted, order)
        return exact, marks[order] + exact

    def accept(self, hit: Hit) -> None:
        if self._begins:
            self._begins = False
            self._exact = [item for item in self._later(bytes(self._data)) if item]
        super().accept(hit)


class NextPattern:
    """Finds a pattern that has to come next; after other bytes it finds nothing any more."""

    def __init__(self, pattern: Pattern, numbers: Mapping[str, str]) -> None:
        self._pattern = pattern
        self._numbers = numbers
        self._text = ""
        self._at = 0
        self._end = 0
        self._dead = self._over = False

    def feed(self, data: bytes) -> None:
        if not self._dead:
            self._text += data.decode("latin-1")

    def finish(self) -> None:
        self._over = True

    def find(self) -> Hit | None:
        if self._dead or not self._text:
            return None
        found = self._pattern.search(self._text, EXPECT_TIME)
        if found is None:  # it begins at the beginning or nowhere
            self._dead = self._pattern.resume(self._text, EXPECT_TIME) > 0
            return None
        self._end = found.end
        grows = found.grows and not self._over
        taken = taken_by_hex(found, self._numbers)
        return Hit(self._at, self._at + found.end, grows, taken=taken)

    def accept(self, hit: Hit) -> None:
        self._text = self._text[self._end :]
        self._at = hit.end


class NextText:
    """Finds a text that has to come next, in an encoding with shift sequences.

    After the last character its writer may shift back to ASCII. If it does, the shift is used up
    with the text; if it goes on in the same character set, there is none.
    """

    def __init__(self, encoding: str, place: StreamPlace, wanted: str, exact: bytes) -> None:
        self._encoding = encoding
        self._text = Characters(encoding, _state(place, encoding))
        self._wanted = wanted
        self._from = self._end = 0  # counted in characters
        self._used = 0  # counted in bytes
        self._data = bytearray()
        self._shift = _shift_back(exact, encoding)
        self._over = False

    def feed(self, data: bytes) -> None:
        self._data += data
        self._text.feed(data)

    def finish(self) -> None:
        self._over = True
        self._text.finish()

    def find(self) -> Hit | None:
        if not self._wanted or not self._text.text.startswith(self._wanted, self._from):
            return None
        self._end = self._from + len(self._wanted)
        begin = max(self._used, self._text.place(self._from)[0])
        last, state = self._text.place(self._end)
        behind = bytes(self._data[last : last + len(self._shift)])
        if self._shift and behind == self._shift:
            return Hit(begin, last + len(behind))  # a later search begins in ASCII, as any does
        grows = self._shift.startswith(behind) and bool(self._shift) and not self._over
        return Hit(begin, last, grows, self._encoding if state is not None else None, state)

    def accept(self, hit: Hit) -> None:
        """Go on after the match that was found last, which is `hit`."""
        self._from = self._end
        self._used = hit.end


def _state(place: StreamPlace, encoding: str) -> State | None:
    """The state of the previous search's decoder, if that had the same encoding."""
    return place.state if place.encoding is not None and place.encoding == encoding else None


def _shift_back(exact: bytes, encoding: str) -> bytes:
    """What follows the last character in a complete text."""
    text = Characters(encoding)
    text.feed(exact)
    return exact[text.place(text.length)[0] :]


class InText:
    """Finds a text or a pattern anywhere in the characters of the stream."""

    def __init__(self, encoding: str, place: StreamPlace, wanted: str | Pattern) -> None:
        self._encoding = encoding
        state = _state(place, encoding)
        begin = place.begin or state is not None
        used = encoding if begin else within_stream(encoding, place.head)
        self._text = Characters(used, state)
        self._wanted = wanted
        self._from = 0  # the character after the last match
        self._next = 0  # where a match can still begin
        self._end = 0  # the match that was found last
        self._seen = -1  # how many characters there were at the last look that found nothing

    def feed(self, data: bytes) -> None:
        self._text.feed(data)

    def finish(self) -> None:
        self._text.finish()

    def find(self) -> Hit | None:
        if self._text.length == self._seen:
            return None
        found = self._search(self._text.text, self._text.dropped)
        if found is None:
            self._seen = self._text.length
            return None
        self._end = found.end
        first, _ = self._text.place(found.start)
        last, state = self._text.place(self._end)
        encoding = self._encoding if state is not None else None
        return Hit(
            first, last, found.grows, encoding, state, taken_by_groups(found, self._encoding)
        )

    def _search(self, text: str, dropped: int) -> Found | None:
        wanted = self._wanted
        if isinstance(wanted, str):
            place = text.find(wanted, self._next - dropped) if wanted else -1
            if place >= 0:
                return Found(place + dropped, place + dropped + len(wanted), grows=False)
            self._next = max(self._next, self._text.length - len(wanted) + 1)
            self._text.drop(self._next)
            return None
        found = wanted.search(text, EXPECT_TIME, self._next - dropped)
        if found is not None and found.end + dropped > self._from:
            return found._replace(start=found.start + dropped, end=found.end + dropped)
        self._next = dropped + wanted.resume(text, EXPECT_TIME, self._next - dropped)
        if not wanted.looks_back:
            self._text.drop(self._next)
        return None

    def accept(self, hit: Hit) -> None:
        """Go on after the match that was found last, which is `hit`."""
        self._from = self._next = self._end
        self._seen = -1


class InJson:
    """Finds a JSON object or list anywhere in the stream."""

    def __init__(
        self,
        encoding: str,
        place: StreamPlace,
        fits: Callable[[Any], bool],
        taken: Callable[[Any], Taken],
    ) -> None:
        self._encoding = "utf-8" if encoding == BYTES else encoding
        state = _state(place, self._encoding)
        begin = place.begin or state is not None
        used = self._encoding if begin else within_stream(self._encoding, place.head)
        self._text = Characters(used, state)
        self._fits = fits
        self._taken = taken
        self._texts = JsonTexts()
        self._fed = 0
        self._hit: Hit | None = None

    def feed(self, data: bytes) -> None:
        self._text.feed(data)
        self._texts.feed(self._text.text[self._fed - self._text.dropped :])
        self._fed = self._text.length

    def finish(self) -> None:
        """Note that the stream is over: a value that is not complete now never will be."""

    def find(self) -> Hit | None:
        while self._hit is None:
            found = self._texts.next()
            if found is None:
                self._text.drop(self._texts.begin)
                return None
            start, end, value = found
            if self._fits(value):
                (first, _), (last, state) = self._text.place(start), self._text.place(end)
                encoding = self._encoding if state is not None else None
                self._hit = Hit(first, last, False, encoding, state, self._taken(value))
        return self._hit

    def accept(self, _hit: Hit) -> None:
        self._hit = None
