"""ConversationLine: a line of a conversation, with what unfolds below it."""

from __future__ import annotations

import json
from collections import Counter, deque
from typing import Final

from workbench.late_pattern import late_pattern
from workbench.named_tuple import NamedTuple
from workbench.printable import escape
from workbench.texts import tr

CLOSED: Final = "\u25b8"
OPENED: Final = "\u25be"
MOST_INSIDE: Final = 300
"""Lines below one."""
LONGEST_JSON: Final = 64 << 10
"""Bytes of a message that is still taken apart."""
_DEEPEST: Final = 40
"""Levels that are indented; JSON of a stranger may have thousands."""
_PART: Final = late_pattern(r'"(?:[^"\\]|\\.)*"|[{}\[\],:]|[^\s{}\[\],:"]+')


class ConversationLine(NamedTuple):
    """One line of a conversation.

    Attributes:
        text: as it is read.
        inside: the lines below it when it is opened; (): it does not open.
        aside: what consecutive lines like it are counted as when they fold into one; "": it is not
            folded.
        mark: the position in the text of the mark which says that it opens; there is a space.
        sent, came: for bytes that went out or came: the number of their row.
        more: lines that are always below it.
    """

    text: str
    inside: tuple[str, ...] = ()
    aside: str = ""
    mark: int = 0
    sent: int | None = None
    came: int | None = None
    more: tuple[str, ...] = ()

    def marked(self, *, opened: bool) -> str:
        """Its text with the mark."""
        sign = OPENED if opened else CLOSED
        return f"{self.text[: self.mark]}{sign}{self.text[self.mark + 1 :]}"


class Aside:
    """Consecutive lines that are folded into one.

    Attributes:
        lines: their texts, the newest MOST_INSIDE.
    """

    def __init__(self, first: ConversationLine) -> None:
        self._first = first
        self._start = first.text[: first.mark + 1]
        self._counts: Counter[str] = Counter()
        self.mark = first.mark
        self.lines: deque[str] = deque(maxlen=MOST_INSIDE)
        self.add(first)

    def add(self, line: ConversationLine) -> None:
        self._counts[line.aside] += 1
        self.lines.extend((line.text, *line.more))

    @property
    def single(self) -> bool:
        """Whether nothing has followed the first."""
        return self._counts.total() == 1

    def line(self) -> ConversationLine:
        """The line that they fold into; a single one is itself."""
        if self.single:
            return self._first._replace(aside="")
        parts = (
            name if count == 1 else tr("conversation.times", name=name, count=count)
            for name, count in self._counts.items()
        )
        return ConversationLine(
            f"{self._start}-  {', '.join(parts)}", tuple(self.lines), mark=self.mark
        )


def json_lines(data: bytes) -> tuple[str, ...]:
    """A non-empty JSON message as a line for each value; () for any other.

    It is split as it is written: numbers, order and repeated keys stay as they came (RFC 8259).
    """
    if not 2 < len(data) <= LONGEST_JSON or data.lstrip()[:1] not in (b"{", b"["):
        return ()
    try:
        text = data.decode()
        json.loads(text)
    except (ValueError, RecursionError):
        return ()
    lines = _indented(_PART.findall(text))
    if len(lines) > MOST_INSIDE:
        left = len(lines) - MOST_INSIDE
        lines = [*lines[:MOST_INSIDE], tr("conversation.more_lines", count=left)]
    return tuple(lines) if len(lines) > 1 else ()


def _indented(parts: list[str]) -> list[str]:
    lines, line, depth = [], "", 0
    for before, part in zip(["", *parts], parts, strict=False):
        if part in "}]":
            depth -= 1
            if before not in "{[":
                lines.append(line)
                line = _margin(depth)
        elif before and before in "{[,":
            lines.append(line)
            line = _margin(depth)
        line += ": " if part == ":" else escape(part)
        if part in "{[":
            depth += 1
    return [*lines, line]


def _margin(depth: int) -> str:
    return "  " * min(depth, _DEEPEST)
