"""What went over the wire, in order, with time and size: read from the journal in pages."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent, QTextCursor, QTextOption
from PySide6.QtWidgets import QPlainTextEdit

from workbench.engine.model.errors import PENDING
from workbench.journal.streams import READS, SENDS
from workbench.printable import escape
from workbench.texts import tr
from workbench.ui.style import theme

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.journal.streams import Streams

MOST_LINES: Final = 1000
SHOWN_BYTES: Final = 400
LIFE: Final = frozenset({"connect", "shutdown", "close", "accept"})


class Conversation(QPlainTextEdit):
    """Untrusted bytes, shown as plain text only; control characters as escapes."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        # lines wrap anywhere; a pixel of rounding is no reason to scroll sideways
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUndoRedoEnabled(False)
        self.setMaximumBlockCount(MOST_LINES)
        self.document().setDocumentMargin(2)
        self.redraw()
        self.setTabChangesFocus(True)
        self.setMinimumHeight(50)

    def redraw(self) -> None:
        """One font for all scripts, so that every line is equally high."""
        self.setFont(theme.even_font())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """The newest line stays in view, whatever height the view gets."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        super().resizeEvent(event)
        if follows:
            bar.setValue(bar.maximum())

    def add(self, lines: Iterable[str]) -> None:
        """Append lines; the view follows if it was at its end."""
        text = "\n".join(lines)
        if not text:
            return
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 2
        self.appendPlainText(text)
        if follows:
            self.moveCursor(QTextCursor.MoveOperation.End)
            self.moveCursor(QTextCursor.MoveOperation.StartOfLine)


def line_of(
    row: Row,
    start: str,
    show_as: str,
    streams: Streams,
    *,
    datagram: bool,
    most: int | None = SHOWN_BYTES,
) -> str | None:
    """The line of an event, or None where it says nothing about the conversation.

    Args:
        row: the event.
        start: what the line begins with: when, and which connection.
        show_as: an encoding, "escaped" or "hex".
        streams: knows what came before on the row's connection.
        datagram: the peer belongs to each line.
        most: bytes to show of each message; None: all that was kept.
    """
    if row.kind not in ("call", "end"):
        return None
    if row.ends_stream:
        return f"{start}-  {tr('conversation.eof')}"
    if row.size is not None and row.errno is None and row.error is None:
        if row.call in SENDS:
            return _data_line(row, start, ">", show_as, streams, datagram=datagram, most=most)
        if row.call in READS:
            return _data_line(row, start, "<", show_as, streams, datagram=datagram, most=most)
    trouble = row.errno or row.error
    if trouble in PENDING:
        return None
    if trouble is not None:
        if row.call in SENDS | READS | LIFE:
            return f"{start}!  {tr('conversation.failed', call=row.call, errno=trouble)}"
        return None
    if row.call in ("connect", "accept"):
        key = "conversation.connected" if row.call == "connect" else "conversation.accepted"
        words = tr(key, local=row.local or "", peer=row.peer or "").replace("  ", " ").rstrip(" >")
        return f"{start}-  {words}"
    if row.call in ("shutdown", "close"):
        return f"{start}-  {tr(f'conversation.{row.call}', args=row.args)}"
    return None


def _data_line(
    row: Row,
    start: str,
    arrow: str,
    show_as: str,
    streams: Streams,
    *,
    datagram: bool,
    most: int | None,
) -> str:
    size = row.size or 0
    shown = (row.payload or b"")[:most]
    taken = len(shown)
    if show_as == "hex":
        text = shown.hex(" ")
    elif show_as == "escaped":
        text = "".join(chr(b) if 32 <= b < 127 and b != 92 else f"\\x{b:02x}" for b in shown)
    else:
        text, taken = streams.show(row, most, show_as)
    if taken < size:
        text += " " + tr("conversation.cut", count=size - taken)
    where = f"{escape(row.peer)}  " if datagram and row.peer else ""
    word = tr("conversation.sent" if arrow == ">" else "conversation.received")
    return f"{start}{arrow} {word} {size:>5} B  {where}{text}"
