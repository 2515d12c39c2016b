"""The words of a conversation other than its bytes: times, row numbers, copies of messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.journal.masked import Masked
from workbench.journal.topmost import Topmost, is_received
from workbench.texts import Problem
from workbench.viewmodel.conversation_text import BESIDE, copied
from workbench.viewmodel.log_cells import since_text
from workbench.viewmodel.send_again import was_sent

if TYPE_CHECKING:
    from workbench.journal.reader import Row
    from workbench.qt.controller import Controller
    from workbench.qt.conversation_options import ConversationOptions
    from workbench.viewmodel.conversation_line import ConversationLine


def time_text(
    controller: Controller, options: ConversationOptions | None, t_ns: int, before: int | None
) -> str:
    """The time of a line, as the options say; `before`: the time of the line before it."""
    times = options.times if options is not None else "clock"
    if times == "start":
        return f"{t_ns / 1e9:12.6f}"
    if times == "previous":
        since = "" if before is None else since_text(t_ns - before)
        return f"{since:>9}"
    return controller.clock_text(t_ns)


def numbered(line: ConversationLine, row: Row) -> ConversationLine:
    """The line with the number of its row, if that carried bytes."""
    if was_sent(row):
        return line._replace(sent=row.seq)
    came = is_received(row) and row.errno is None and row.error is None and row.size
    return line._replace(came=row.seq) if came else line


def copied_text(
    controller: Controller, endpoint: str, seqs: Sequence[int], form: str, show_as: str
) -> str:
    """The payload of these rows, in one of conversation_text.COPIES; secrets are masked.

    Raises:
        Problem: the record has not kept all of it.
    """
    reader = controller.reader
    topmost, masked = Topmost(reader), Masked(reader)
    rows = [topmost.told(row) or row for row in reader.rows(list(seqs))]
    for row in rows:
        kept, size = len(row.payload or b""), row.size or 0
        if kept < size:
            raise Problem("talk.not_kept", kept=f"{kept:,}", size=f"{size:,}")
    as_text = show_as not in {"hex", "escaped", BESIDE}
    encoding = show_as if as_text else controller.manner_of(endpoint).encoding
    return copied([row.payload or b"" for row in masked.rows(rows)], form, encoding)
