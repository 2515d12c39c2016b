"""Regular expressions with a time limit, which also tell whether a match could still grow.

Patterns come from people and from strangers' files, and the text they are matched against from
peers, so each search has a time limit. The package `regex` provides both the limit and partial
matches.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES
from workbench.payload.notation import encode
from workbench.texts import Problem

if TYPE_CHECKING:
    import regex

EXPECT_TIME: Final = 1.0
"""Seconds of one search for an expectation, which delays nobody but the run."""
RULE_TIME: Final = 0.1
"""Seconds of one search for a rule: everything else that its server has to do waits meanwhile."""
LARGEST: Final = 100_000
"""The most items of a pattern, with its repeats written out: beyond that, compiling takes
seconds.
"""
_NEXT: Final = ("a", " ", "\n")
r"""A character of each kind that may follow the end, as far as \b, \B and $ distinguish kinds."""
_BACK: Final = re.compile(r"\(\?<[=!]|\^|\\[AbBGKmM]")
_ENDS: Final = re.compile(r"\$|\\[bBZzmM]")
_BYTE: Final = re.compile(r"\\x[89a-fA-F][0-9a-fA-F]")
_ESCAPE: Final = re.compile(
    r"\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[0-9]{1,3}|g<\w+>|[NpP]\{[^}]*\}|.?)",
    re.DOTALL,
)
"""A character or a kind of them by its name, a group by its number or name."""
_QUANTIFIER: Final = re.compile(r"\{(\d*)(,)?(\d*)\}")
_REASONS: Final = {
    "missing )": "group",
    "unbalanced": "unbalanced",
    "unterminated character": "set",
    "nothing to repeat": "repeat",
    "multiple repeat": "repeat",
    "min repeat": "range",
    "bad character range": "range",
    "bad escape": "escape",
    "incomplete escape": "escape",
    "undefined character": "escape",
    "unknown property": "escape",
    "unknown extension": "extension",
    "invalid group": "reference",
    "unknown group": "reference",
    "repeat count": "large",
}
"""Prefixes of messages of `regex`, and which of our texts (pattern.*) says the same."""


class TooSlow(Problem):
    """A search took longer than allowed: nested repeats, as in (a|aa)+, try every division."""

    def __init__(self, pattern: str, seconds: float) -> None:
        super().__init__("pattern.too_slow", pattern=pattern, seconds=seconds)


class Found(NamedTuple):
    """A match, counted in characters; `grows`: more characters may still change it.

    `groups`: what its named groups captured.
    """

    start: int
    end: int
    grows: bool
    groups: tuple[tuple[str, str], ...] = ()


Span = tuple[int, int]
"""Where a match begins and ends."""


class Pattern:
    """A compiled pattern in which a dot matches line ends too. Thread-safe.

    Attributes:
        source: as it was written.
        shown: the same, or what it was made from, for a person.
        bytewise: its characters are bytes.
        verbose: blanks in it are ignored, and it may have comments.
        looks_back: what comes before a match may decide about it.
    """

    def __init__(
        self,
        source: str,
        compiled: regex.Pattern[str],
        first: regex.Pattern[str],
        *,
        bytewise: bool,
    ) -> None:
        self.source = self.shown = source
        self.bytewise = bytewise
        self.looks_back = _BACK.search(source) is not None
        self._compiled = compiled
        self._first = first
        self._looks_at_end = _ENDS.search(source) is not None
        self.verbose = _is_verbose(compiled)

    def search(self, text: str, seconds: float, start: int = 0) -> Found | None:
        """The leftmost match from `start` on.

        Raises:
            TooSlow: after `seconds`.
        """
        try:
            found = self._compiled.search(text, start, timeout=seconds)
            if found is None:
                return None
            grows = self._may_change(text, found, start, seconds)
            return Found(found.start(), found.end(), grows, _groups(found))
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None

    def at_begin(self, text: str, seconds: float) -> Found | None:
        """The match at the beginning of a text, without looking at the rest. Raises TooSlow."""
        try:
            found = self._compiled.match(text, timeout=seconds)
            if found is None:
                return None
            early = self._first.match(text, partial=True, timeout=seconds) is not None
            grows = early or (self._looks_at_end and self._may_change(text, found, 0, seconds))
            return Found(0, found.end(), grows, _groups(found))
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None

    def may_begin(self, text: str, seconds: float) -> bool:
        """Whether more characters could bring about a match at the beginning. Raises TooSlow."""
        if self._looks_at_end:
            return True
        try:
            return self._compiled.match(text, partial=True, timeout=seconds) is not None
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None

    def matches(self, text: str, seconds: float) -> bool:
        """Whether it occurs in a text that is complete. Raises TooSlow."""
        try:
            return self._compiled.search(text, timeout=seconds) is not None
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None

    def last(self, text: str, seconds: float) -> Span | None:
        """Where the last match is in a text that is complete. Raises TooSlow."""
        span = None
        try:
            for found in self._compiled.finditer(text, timeout=seconds):
                span = found.span()
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None
        return span

    @property
    def names(self) -> tuple[str, ...]:
        """Its named groups."""
        return tuple(self._compiled.groupindex)

    def captured(self, text: str, seconds: float) -> dict[str, str] | None:
        """What the named groups of the leftmost match captured; None: there is no match. Raises
        TooSlow.
        """
        try:
            found = self._compiled.search(text, timeout=seconds)
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None
        return None if found is None else dict(_groups(found))

    def resume(self, text: str, seconds: float, start: int = 0) -> int:
        """Where a match can still begin after `search` found none: everything before is done
        with.
        """
        if self._looks_at_end:
            return start
        try:
            found = self._compiled.search(text, start, partial=True, timeout=seconds)
        except TimeoutError:
            raise TooSlow(self.shown, seconds) from None
        return len(text) if found is None else found.start()

    def _may_change(self, text: str, found: regex.Match[str], start: int, seconds: float) -> bool:
        """Whether what follows may bring another match than this one in its place.

        At each position `_first` takes the first way through the pattern and then fails; a partial
        match of it is a position where this way, or one preferred to it, reached the end of the
        text.
        """
        early = self._first.search(text, start, partial=True, timeout=seconds)
        if early is not None and early.start() <= found.start():
            return True
        if not self._looks_at_end:
            return False
        for char in _NEXT:
            other = self._compiled.search(text + char, start, timeout=seconds)
            if other is None or other.span() != found.span():
                return True
        return False


def _is_verbose(compiled: regex.Pattern[str]) -> bool:
    return bool(compiled.flags & re.VERBOSE)


def _groups(found: regex.Match[str]) -> tuple[tuple[str, str], ...]:
    """What the named groups of a match captured; those that captured nothing are left out."""
    return tuple((name, part) for name, part in found.groupdict().items() if part is not None)


def compile_pattern(pattern: str, encoding: str | None = None) -> Pattern:
    r"""A regular expression over the characters of an encoding, or over bytes.

    It is over bytes with the encoding "bytes", and if it names a byte beyond ASCII (\x80 to \xff)
    and no encoding is asked for.

    Raises:
        Problem: what is wrong with it (with the position), or what `encode` raises.
    """
    import regex  # imported late: most programs run without a pattern, and it takes a while

    bytewise = encoding == BYTES or (encoding is None and _BYTE.search(pattern) is not None)
    source = as_bytes(pattern) if bytewise else pattern
    flags = regex.DOTALL | (regex.ASCII if bytewise else 0)
    try:
        plain, size = _plain(source)
        if size > LARGEST:
            raise Problem(
                "payload.bad_pattern", pattern=pattern, position=1, reason=Problem("pattern.large")
            )
        compiled = regex.compile(plain, flags)
        # a new line ends a comment of (?x)
        first = regex.compile(
            f"(?>{plain}\n)(?!)" if _is_verbose(compiled) else f"(?>{plain})(?!)", flags
        )
    except (regex.error, OverflowError, RecursionError, MemoryError) as error:
        message = str(getattr(error, "msg", error))
        key = next((key for begin, key in _REASONS.items() if message.startswith(begin)), "other")
        place = getattr(error, "pos", None) or 0
        raise Problem(
            "payload.bad_pattern",
            pattern=pattern,
            reason=Problem(f"pattern.{key}"),
            position=min(place, len(pattern)) + 1,
        ) from error
    return Pattern(pattern, compiled, first, bytewise=bytewise)


def as_bytes(pattern: str) -> str:
    """A pattern over bytes as characters U+0000 to U+00FF; anything beyond, as UTF-8."""
    return "".join(
        char if char <= "\xff" else encode(char, "utf-8").decode("latin-1") for char in pattern
    )


def _plain(source: str) -> tuple[str, int]:
    """The pattern with its literal braces escaped, and its size with repeats written out.

    To `regex`, {e} after an item allows errors in it; here a brace that is not a repeat is a brace,
    as in the standard library's `re`.
    """
    parts: list[str] = []
    sizes = [0]  # what each open group contains so far
    last = 0  # the item that a repeat would repeat
    place = 0
    while place < len(source):
        char = source[place]
        end = place + 1
        if char == "\\":
            end = _after_escape(source, place)
        elif char == "[":
            end = _after_set(source, place)
        elif char == "{":
            repeat = _QUANTIFIER.match(source, place)
            if repeat is None or not (repeat[1] or repeat[3]):
                char, last = "\\{", 1
                parts.append(char)
                sizes[-1] += 1
                place = end
                continue
            # compiling takes as long as for the mandatory part, written out
            last *= max(1, min(int(repeat[1][:9] or 0), LARGEST + 1))
            sizes[-1] += last
            parts.append(repeat[0])
            place = repeat.end()
            continue
        if char == "(":
            sizes.append(0)
        elif char == ")" and len(sizes) > 1:
            last = sizes.pop() + 1
            sizes[-1] += last
        elif char not in "*+?|^$":
            last = 1
            sizes[-1] += 1
        parts.append(source[place:end])
        place = end
    return "".join(parts), sum(sizes)


def end_of_item(source: str, place: int) -> int:
    """The position after a character, an escape, a set or a whole group of a pattern, without its
    repeat.
    """
    if source[place] != "(":
        return _after_one(source, place)
    depth = 0
    while place < len(source):
        depth += (source[place] == "(") - (source[place] == ")")
        place = _after_one(source, place)
        if not depth:
            break
    return place


def _after_one(source: str, place: int) -> int:
    """The same, where a bracket of a group counts as a character."""
    escape = _ESCAPE.match(source, place)
    if escape is not None:
        return escape.end()
    return _after_set(source, place) if source[place] == "[" else place + 1


def _after_escape(source: str, place: int) -> int:
    r"""The position after an escape, including its name in braces, if it has one: \N{…}, \p{…}."""
    if source[place + 1 : place + 2] in {"N", "p", "P"} and source[place + 2 : place + 3] == "{":
        close = source.find("}", place)
        return len(source) if close < 0 else close + 1
    return min(place + 2, len(source))


def _after_set(source: str, place: int) -> int:
    """The position after a set; a ] that comes first in it is one of its characters."""
    place += 1
    if source[place : place + 1] == "^":
        place += 1
    if source[place : place + 1] == "]":
        place += 1
    while place < len(source) and source[place] != "]":
        if source.startswith("[:", place) and source.find(":]", place) > 0:
            place = source.find(":]", place) + 2
            continue
        place += 2 if source[place] == "\\" else 1
    return min(place + 1, len(source))
