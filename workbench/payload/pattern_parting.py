"""How far a regular expression matches what came, and which part of it comes next.

A pattern is cut between its parts, also within its groups. The longest prefix that is found marks
the place: with one more part it is found nowhere.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES
from workbench.payload.patterns import (
    RULE_TIME,
    Pattern,
    Span,
    TooSlow,
    compile_pattern,
    end_of_item,
)
from workbench.texts import Problem

LEAST: Final = 3
"""The least characters that must match, one less if they begin what came: a single one matches by
chance.
"""
LONGEST: Final = 1 << 18
"""Characters that are searched for it."""
_PLAIN_GROUP: Final = re.compile(r"\((?:\?(?::|P?<[A-Za-z_]\w*>))?(?![?*])")
"""What opens a group whose parts are patterns by themselves: no look-around, no flags, no
condition.
"""
_FLAGS: Final = re.compile(r"\(\?[A-Za-z0-9]+(?:-[A-Za-z]+)?\)")
_REPEAT: Final = re.compile(r"(?:[*+?]|\{\d*,?\d*\})[+?]?")
_ANYTHING: Final = re.compile(r"\.(?:[*+]|\{\d*,\d*\})[+?]?")
"""A run of anything."""


class Stuck(NamedTuple):
    """The place where a pattern matches no further.

    Attributes:
        start, end: of the characters that match the first part of the pattern, the last such match.
        missing: the rest of the pattern, as it is written.
    """

    start: int
    end: int
    missing: str


def stuck(pattern: Pattern, text: str) -> Stuck | None:
    """How far a pattern that does not occur in a text matches it; None: unknown, or it would tell
    nothing.
    """
    source = pattern.source
    flags = _FLAGS.match(source)
    begin = flags.end() if flags is not None else 0
    if len(text) > LONGEST or pattern.verbose or _FLAGS.search(source, begin):
        return None
    try:
        found = _furthest(pattern, text, source[:begin], source[begin:], "")
    except (TooSlow, Problem):  # a part that is not a pattern by itself
        return None
    return None if found is None else _telling(found)


def stuck_text(wanted: str, text: str) -> Stuck | None:
    """Where a text that does not occur stops matching."""
    good, bad = 0, len(wanted) + 1
    while bad - good > 1:
        middle = (good + bad) // 2
        if wanted[:middle] in text:
            good = middle
        else:
            bad = middle
    start = text.rfind(wanted[:good])
    return _telling(Stuck(start, start + good, wanted[good:]), enough=2 * good >= len(wanted))


def _telling(found: Stuck, *, enough: bool = False) -> Stuck | None:
    """The result if it tells something, else None. `enough`: most of it matches."""
    size = found.end - found.start
    least = 1 if enough else LEAST - (not found.start)
    return found if found.missing and size >= least else None


def _furthest(pattern: Pattern, text: str, before: str, source: str, closing: str) -> Stuck | None:
    """The longest prefix that matches; `before`: what of the pattern precedes `source`, with groups
    that `closing` closes.
    """
    best: Stuck | None = None
    for way in _ways(source):
        found = _along(pattern, text, before, way, closing)
        if found is not None and (best is None or found.end - found.start > best.end - best.start):
            best = found
    return best


def _along(pattern: Pattern, text: str, before: str, way: str, closing: str) -> Stuck | None:
    """The same for one sequence of parts."""
    parts = list(_parts(way))

    def found(count: int) -> Span | None:
        first = before + "".join(parts[:count]) + closing
        made = compile_pattern(first, BYTES if pattern.bytewise else "utf-8")
        return made.last(text, RULE_TIME)

    counts = range(1, len(parts) + 1)
    good = bisect_left(counts, True, key=lambda count: found(count) is None)  # so many parts match
    good = _before_anything(parts, good)
    span = found(good)
    if span is None:
        return None
    rest = parts[good:]
    inner = _PLAIN_GROUP.match(rest[0]) if rest and rest[0].endswith(")") else None
    if inner is not None:
        begun = f"{before}{''.join(parts[:good])}{inner[0]}"
        deeper = _furthest(pattern, text, begun, rest[0][inner.end() : -1], f"){closing}")
        if deeper is not None and deeper.missing and deeper.end - deeper.start > span[1] - span[0]:
            return deeper._replace(missing=deeper.missing + "".join(rest[1:]))
    return Stuck(*span, "".join(rest))


def _before_anything(parts: Sequence[str], count: int) -> int:
    """The first parts without a trailing run of anything: that such a run matches, and a letter or
    two after it, tells nothing.
    """
    for place in range(count - 1, max(-1, count - 1 - LEAST), -1):
        if _ANYTHING.fullmatch(parts[place]):
            return _before_anything(parts, place)
    return count


def _ways(source: str) -> Iterator[str]:
    """The alternatives of a pattern, `a|b`."""
    begin = place = 0
    while place < len(source):
        if source[place] == "|":
            yield source[begin:place]
            begin = place + 1
        place = end_of_item(source, place)
    yield source[begin:]


def _parts(way: str) -> Iterator[str]:
    """The parts of a pattern: a character, a set, a group or the like, each with the repeat after
    it.
    """
    place = 0
    while place < len(way):
        end = end_of_item(way, place)
        repeat = _REPEAT.match(way, end)
        if repeat is not None:
            end = repeat.end()
        yield way[place:end]
        place = end
