"""Rows of a conversation in words; the meaning of a row depends on those before it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import LAYER
from workbench.journal.streams import READS, SENDS
from workbench.journal.topmost import is_received, is_sent
from workbench.printable import escape
from workbench.texts import tr
from workbench.viewmodel.conversation_line import ConversationLine, json_lines
from workbench.viewmodel.conversation_text import BESIDE, beside, broken, indented
from workbench.viewmodel.layer_words import layer_words

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.journal.streams import Streams
    from workbench.journal.topmost import Topmost
    from workbench.viewmodel.ignored_rows import IgnoredRows

SHOWN_BYTES: Final = 400
"""Bytes of a row that its line shows."""
_QUOTES: Final = "'"
_ARROWS: Final = frozenset({"<", ">"})
_AS_BYTES: Final = frozenset({"hex", "escaped", BESIDE})
"""Ways to show it in which it is not read as text."""
LIFE: Final = frozenset({"connect", "shutdown", "close", "accept"})
_LOST: Final = frozenset({"ECONNRESET", "ECONNABORTED", "ETIMEDOUT"})
DATAGRAM_CALLS: Final = frozenset({"sendto", "recvfrom"})


class ConversationRows:
    """Words rows in order. A close() after a failed connect says nothing new, after SO_LINGER (1,
    0) it is the reset.
    """

    def __init__(self, streams: Streams, topmost: Topmost, ignored: IgnoredRows) -> None:
        self._streams = streams
        self._topmost = topmost
        self._ignored = ignored
        self._failed: set[int | None] = set()
        self._aborting: set[int | None] = set()
        self._hollow: set[int | None] = set()

    def skipped(self) -> None:
        """Note that rows were passed over."""
        self._topmost.forget()

    def line(
        self,
        row: Row,
        time: str,
        show_as: str,
        *,
        who: str = "",
        most: int | None = SHOWN_BYTES,
        breaks: bool = False,
    ) -> ConversationLine | None:
        """The line of a row; None: it says nothing about the conversation.

        Args:
            row: the event.
            time: when, in words.
            show_as: an encoding, "escaped", "hex" or BESIDE.
            who: names the connection, if several are shown.
            most: how many bytes of each message to show; None: all that was kept.
            breaks: a line feed in a text begins a new line.
        """
        ends = row.call == "connect" and row.kind in ("call", "end")
        if ends and row.error is not None and row.errno not in PENDING:
            self._failed.add(row.connection)
        elif ends and row.error is None:
            self._failed.discard(row.connection)
        if row.call == "setsockopt" and re.search(r"SO_LINGER, \(1, 0\)", row.args):
            self._aborting.add(row.connection)
        if _hides_end(row):
            self._hollow.add(row.connection)
        start = f"{time}  {who}  " if who else f"{time}  "
        if row.ends_stream and row.connection in self._hollow:
            return ConversationLine(f"{start}-  {tr('conversation.eof_hollow')}")
        if row.call == "close" and row.kind == "call":
            if row.connection in self._failed:
                return None
            if row.connection in self._aborting:
                return ConversationLine(f"{start}-  {tr('conversation.aborted')}")
        told = self._topmost.told(row)
        if told is None:
            return None
        line = line_of(
            told,
            start,
            show_as,
            self._streams,
            most=most,
            datagram=row.call in DATAGRAM_CALLS,
            breaks=breaks,
        )
        if line is None or line.aside or not self._ignored(told):
            return line
        return line._replace(aside=tr("conversation.ignored"), mark=len(start) - 1)


def _hides_end(row: Row) -> bool:
    """Whether recv() gives b"" from here on whatever the peer does: reading was shut down here, or
    the connection was lost.
    """
    if row.call == "shutdown":
        return row.kind == "call" and row.error is None and row.args != "SHUT_WR"
    return row.call in SENDS | READS and row.errno in _LOST


def line_of(
    row: Row,
    start: str,
    show_as: str,
    streams: Streams,
    *,
    datagram: bool,
    most: int | None = SHOWN_BYTES,
    breaks: bool = False,
) -> ConversationLine | None:
    """The line of an event; None: it says nothing about the conversation.

    Args:
        row: the event.
        start: what the line begins with: when, and which connection.
        show_as: an encoding, "escaped", "hex" or BESIDE.
        streams: knows what came before on the row's connection.
        datagram: each line names the peer.
        most: how many bytes of each message to show; None: all that was kept.
        breaks: a line feed in a text begins a new line.
    """
    if row.kind == LAYER:
        return _layer_line(row, start, show_as, streams, most=most, breaks=breaks)
    if row.kind not in ("call", "end"):
        return None
    if row.size is not None and row.errno is None and row.error is None and not row.ends_stream:
        arrow = ">" if row.call in SENDS else "<" if row.call in READS else None
        if arrow is not None:
            where = f"{escape(row.peer)}  " if datagram and row.peer else ""
            return _data_line(
                row, start, arrow, show_as, streams, where=where, most=most, breaks=breaks
            )
    words = _call_words(row)
    return None if words is None else ConversationLine(f"{start}{words}")


def _call_words(row: Row) -> str | None:
    """The words of a call that carried nothing."""
    if row.ends_stream:
        return f"-  {tr('conversation.eof')}"
    trouble = row.errno or row.error
    if trouble in PENDING:
        return None
    if trouble is not None:
        if row.call in SENDS | READS | LIFE:
            return f"!  {tr('conversation.failed', call=row.call, errno=trouble)}"
        return None
    if row.call in ("connect", "accept"):
        key = "conversation.connected" if row.call == "connect" else "conversation.accepted"
        words = tr(key, local=row.local or "", peer=row.peer or "").replace("  ", " ").rstrip(" >")
        return f"-  {words}"
    if row.call in ("shutdown", "close"):
        return f"-  {tr(f'conversation.{row.call}', args=row.args)}"
    return None


def _layer_line(
    row: Row, start: str, show_as: str, streams: Streams, *, most: int | None, breaks: bool
) -> ConversationLine:
    """What a layer delivered or accepted, or says about itself."""
    for carries, arrow in ((is_received, "<"), (is_sent, ">")):
        if row.errno is None and carries(row):
            where = ""
            if row.call.startswith("ws."):
                where = f"{row.args.partition(',')[0].strip(_QUOTES)}  "
            return _data_line(
                row, start, arrow, show_as, streams, where=where, most=most, breaks=breaks
            )
    show_as = "hex" if show_as == BESIDE else show_as  # one line each
    words = layer_words(row)
    mark = max(0, len(start) - 1)
    if words.arrow in _ARROWS:
        shown = f"  {_shown(row, show_as, streams, most)}" if words.bytes else ""
        text = f"{_carried(row, start, words.arrow)}{words.text}{shown}"
        return ConversationLine(text.rstrip(), aside=words.aside, mark=mark)
    text = f"{start}{words.arrow}  {words.text}"
    if words.arrow == "!" and row.payload:
        text = f"{text}  {_shown(row, show_as, streams, most)}"
    return ConversationLine(text, aside=words.aside, mark=mark)


def _data_line(
    row: Row,
    start: str,
    arrow: str,
    show_as: str,
    streams: Streams,
    *,
    where: str,
    most: int | None,
    breaks: bool,
) -> ConversationLine:
    whole = row.payload is not None and len(row.payload) == (row.size or 0)
    inside = json_lines(row.payload or b"") if whole and show_as not in _AS_BYTES else ()
    head = f"{_carried(row, start, arrow)}{where}"
    shown = (row.payload or b"")[:most]
    if show_as == BESIDE:
        first, *others = beside(shown)
        cut = _cut(row, len(shown))
        others += [cut] if cut else []
    else:
        text = _shown(row, show_as, streams, most)
        wanted = breaks and show_as not in _AS_BYTES
        first, *others = broken(text, shown, show_as) if wanted else (text,)
    return ConversationLine(
        f"{head}{first}",
        inside,
        mark=max(0, len(start) - 1),
        more=indented(others, head),
    )


def _carried(row: Row, start: str, arrow: str) -> str:
    """Which way bytes went, and how many."""
    word = tr("conversation.sent" if arrow == ">" else "conversation.received")
    return f"{start}{arrow} {word} {row.size or 0:>5} B  "


def _shown(row: Row, show_as: str, streams: Streams, most: int | None) -> str:
    """The bytes of a row, and how many further ones there are."""
    shown = (row.payload or b"")[:most]
    taken = len(shown)
    if show_as == "hex":
        text = shown.hex(" ")
    elif show_as == "escaped":
        text = "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in shown)
    else:
        text, taken = streams.show(row, most, show_as)
    cut = _cut(row, taken)
    return f"{text} {cut}" if cut else text


def _cut(row: Row, taken: int) -> str:
    """How many bytes there are beyond those shown."""
    left = (row.size or 0) - taken
    return tr("conversation.cut", count=left) if left > 0 else ""
