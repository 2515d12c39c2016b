"""Turns an answer into the step that expects it, with patterns for what varies."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Final

from workbench.frozen import dataclass
from workbench.payload.notation import encode
from workbench.payload.templates import escape_gaps
from workbench.scenario.answers import MESSAGE, Answer
from workbench.scenario.steps import Expect
from workbench.scenario.varying import (
    Circumstances,
    Part,
    between,
    counted,
    in_bytes,
    in_text,
    with_lengths,
)
from workbench.texts import Problem

Place = tuple[int, int]
"""Where a part is in the record: the row where its answer begins, and its first byte there."""
_ESCAPED: Final = re.compile(r"[\\.^$*+?{}\[\]|()]")
_UNSEEN: Final = {"\r": r"\r", "\n": r"\n", "\t": r"\t"}
_LARGEST: Final = 1 << 16
"""Bytes of an answer in which nothing is looked for any more."""
_BEFORE: Final = 8
"""Characters before a value, by which it is found in an answer that is another one."""
_WORD: Final = re.compile(rb"[A-Za-z0-9]{3,}")
_PRINTABLE: Final = re.compile(rb"[\x20-\x21\x23-\x7e]{4,}")


@dataclass(frozen=True, slots=True)
class Substitute:
    """A part of an answer that is expected as a pattern, unless the user leaves it as it came.

    Attributes:
        endpoint: whose answer; `seq`: the row where it begins.
        was: the bytes that came, as text or hex.
        now: what is in their place.
    """

    place: Place
    endpoint: str
    kind: str
    was: str
    now: str


def parts_of(
    answer: Answer, encoding: str, known: Circumstances, second: bytes | None, same: bytes | None
) -> list[Part]:
    """What varies in an answer: by its form, by what came in its place in a `second` run, and by
    numbers that differ in another answer to the `same` question.
    """
    if not answer.data or len(answer.data) > _LARGEST:
        return []
    text = plain(answer.data, encoding)
    if text is None:
        found = in_bytes(answer.data, known)
        return _with(found, _between_bytes(answer.data, second)) if second is not None else found
    found = in_text(text, known)
    if same is not None:
        found = _with(found, counted(text, plain(same, encoding) or ""))
    if second is not None:
        other = plain(second, encoding)
        if other is not None:
            return with_lengths(text, _with(found, between(text, other)))
    return found


def plain(data: bytes, encoding: str) -> str | None:
    """Bytes as readable text; None: they are not."""
    text = as_text(data, encoding)
    return (
        text if text is not None and all(c.isprintable() or c in "\r\n\t" for c in text) else None
    )


def as_text(data: bytes, encoding: str) -> str | None:
    """Bytes as a text that encodes to the same bytes; None: there is none."""
    try:
        text = data.decode(encoding)
        return text if encode(text, encoding) == data else None
    except (ValueError, LookupError, Problem):  # ValueError: also for a NUL in the name
        return None


def _with(found: Iterable[Part], more: Iterable[Part]) -> list[Part]:
    """Both lists of parts; where two overlap, the one known by its form, and what the other has
    beside it.
    """
    all_ = list(found)
    for part in more:
        over = [other for other in all_ if part.start < other.end and other.start < part.end]
        if not over:
            all_.append(part)
        elif any(part.start < other.start or other.end < part.end for other in over):
            for other in over:
                all_.remove(other)
            start = min(part.start, *(other.start for other in over))
            end = max(part.end, *(other.end for other in over))
            all_.append(
                replace(
                    part,
                    start=start,
                    end=end,
                    pattern=None if part.pattern is None else r"[^\r\n]*",
                )
            )
    return sorted(all_, key=lambda part: part.start)


def _between_bytes(first: bytes, second: bytes) -> list[Part]:
    """Runs of bytes that differ; if the lengths differ, everything from the first to the last
    difference.
    """
    if len(first) != len(second):
        begin = next(
            (at for at, (a, b) in enumerate(zip(first, second, strict=False)) if a != b),
            min(len(first), len(second)),
        )
        back = 0
        most = min(len(first), len(second)) - begin
        while back < most and first[-1 - back] == second[-1 - back]:
            back += 1
        return [Part(begin, len(first) - back, "differs", r"(?s:.*?)")]
    words = {
        at: match.span()
        for match in _WORD.finditer(first)
        if _WORD.fullmatch(second[match.start() : match.end()])
        for at in range(*match.span())
    }
    found: list[Part] = []
    for at, (one, two) in enumerate(zip(first, second, strict=True)):
        if one == two or (found and at < found[-1].end):
            continue
        start, end = words.get(at, (at, at + 1))  # some letters of a word are equal by chance
        if found and found[-1].end >= start - 2:
            found[-1] = replace(found[-1], end=end)
        else:
            found.append(Part(start, end, "differs"))
    return found


# -- the step ---------------------------------------------------------------------------------


def expectation(
    answer: Answer,
    parts: Sequence[Part],
    encoding: str,
    connection: int | None,
    known: Collection[str],
) -> Expect:
    """The step for what has to come. `known`: names whose gaps are filled in; other braces are
    literal.
    """
    blank = Expect(answer.endpoint, connection=connection)
    stream = answer.call in {"recv", "tls.recv"}
    if answer.ends:
        return replace(blank, call="recv", result=0)
    if answer.data is None:
        if not stream:
            return replace(blank, call=answer.call, size=answer.size)
        return replace(blank, regex=r"(?s)\A.+", encoding="bytes")
    text = as_text(answer.data, encoding)
    if not parts:
        if text is None:
            return replace(blank, hex=answer.data.hex())
        return replace(blank, text=escape_gaps(text, known) if known else text)
    text = plain(answer.data, encoding)
    if text is None:
        return replace(blank, hex=_hex_pattern(answer.data, parts))
    return replace(blank, regex=_regex(text, parts, whole=not stream))


def _regex(text: str, parts: Sequence[Part], *, whole: bool) -> str:
    found = ["^"]
    place = 0
    for part in parts:
        found.append(_quoted(text[place : part.start]))
        pattern = part.pattern or r"[^\r\n]*"
        found.append(f"(?P<{part.name}>{pattern})" if part.name else pattern)
        place = part.end
    found.append(_quoted(text[place:]))
    return "".join([*found, r"\Z" if whole else ""])


def _quoted(text: str) -> str:
    quoted = _ESCAPED.sub(lambda char: f"\\{char[0]}", text)
    return "".join(_UNSEEN.get(char, char) for char in quoted)


def _hex_pattern(data: bytes, parts: Sequence[Part]) -> str:
    found: list[str] = []
    place = 0
    for part in parts:
        found += _literal(data[place : part.start])
        size = part.end - part.start
        if part.name:
            found.append(f"{{{part.name}:{size}}}")
        else:
            found.append("??" * size if part.pattern is None else "*")
        place = part.end
    return " ".join([*found, *_literal(data[place:])])


def _literal(data: bytes) -> list[str]:
    """Bytes as hex, with what reads as text in quotes."""
    found: list[str] = []
    place = 0
    for match in _PRINTABLE.finditer(data):
        found.append(data[place : match.start()].hex())
        found.append(f'"{match[0].decode()}"')
        place = match.end()
    return [part for part in (*found, data[place:].hex()) if part]


def loosely(
    answer: Answer, parts: Sequence[Part], encoding: str, connection: int | None
) -> Expect | None:
    """A step for something that has to come, whatever it is, apart from values taken from it: for
    the second of two runs that are compared. None: it has to be expected as it is.
    """
    blank = Expect(answer.endpoint, connection=connection)
    if answer.ends or answer.data is None:
        return None
    named = [part for part in parts if part.name]
    text = plain(answer.data, encoding)
    if named and text is not None:
        groups = []
        for part in named:
            ends = (other.end for other in parts if other.end <= part.start)
            before = text[max(0, part.start - _BEFORE, *ends) : part.start]
            groups.append(f".*?{_quoted(before)}(?P<{part.name}>{part.pattern})")
        return replace(blank, regex=f"(?s)^{''.join(groups)}.*")
    if named:
        return None
    if answer.call not in {"recv", "tls.recv"}:
        return blank if answer.call == MESSAGE else replace(blank, call=answer.call)
    return replace(blank, regex=r"(?s)\A.+", encoding="bytes")


def choice(answer: Answer, part: Part, encoding: str) -> Substitute:
    """A part in a form that can be shown, and left as it came."""
    assert answer.data is not None
    text = plain(answer.data, encoding)
    was = (
        answer.data[part.start : part.end].hex(" ") if text is None else text[part.start : part.end]
    )
    pattern = part.pattern or (r"[^\r\n]*" if text is not None else "??" * (part.end - part.start))
    if text is None and part.pattern is not None:
        pattern = "*"
    now = f"{{{part.name}}}: {pattern}" if part.name else pattern
    return Substitute((answer.seq, part.start), answer.endpoint, part.kind, was, now)
