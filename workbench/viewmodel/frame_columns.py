"""The columns of the table of WebSocket frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.printable import escape
from workbench.texts import tr
from workbench.viewmodel.log_cells import who_text
from workbench.viewmodel.log_columns import LogColumn, LogLine, LogTable
from workbench.viewmodel.ws_frame import WsFrame, frame_of

SHOWN: Final = "call:ws.send|ws.recv|ws.fault|ws.message|ws.raw|ws.end"
"""The rows of the record that the table has, as the filter has them: each frame, what is said
against it, and what several of them come to."""
_MESSAGE: Final = "ws.message"


def _of_frame(text: Callable[[WsFrame], str]) -> Callable[[LogLine], str]:
    def value(line: LogLine) -> str:
        frame = frame_of(line.event)
        return "" if frame is None else text(frame)

    return value


def _way(line: LogLine) -> str:
    frame = frame_of(line.event)
    if frame is None:
        return ""
    return f"→ {tr('frames.out')}" if frame.sent else f"← {tr('frames.in')}"


class _Sizes(NamedTuple):
    """The sizes in the row of a message; empty for other rows."""

    size: int | None = None
    result: int | None = None
    args: str = ""


def _message(line: LogLine) -> _Sizes:
    event = line.event
    return _Sizes(event.size, event.result, event.args) if event.call == _MESSAGE else _Sizes()


def _length(line: LogLine) -> str:
    """The length in a frame's header; for a message, that of all its frames or of what they were
    packed from.
    """
    frame = frame_of(line.event)
    size = frame.length if frame is not None else _message(line).size
    return "" if size is None else str(size)


def _wire(line: LogLine) -> str:
    frame = frame_of(line.event)
    size = frame.wire if frame is not None else _message(line).result
    return "" if size is None else str(size)


def _ratio(line: LogLine) -> str:
    """How many times as long a packed message is as its frames were."""
    event = _message(line)
    if not event.size or not event.result or "deflate=True" not in event.args:
        return ""
    return f"{event.size / event.result:.1f}×"


def _opcode(line: LogLine) -> str:
    """The opcode of a frame; for another row, its word."""
    frame = frame_of(line.event)
    return escape(frame.name if frame is not None else line.event.call)


def _verdict(line: LogLine) -> str:
    event = line.event
    return escape(" ".join(part for part in (event.errno, event.error) if part))


def _preview(line: LogLine) -> str:
    event = line.event
    if event.payload or frame_of(event) is not None:
        return line.data if event.payload else ""
    return escape(event.args)


COLUMNS: Final = (
    LogColumn("number", lambda line: str(line.event.seq), "00000", right=True),
    LogColumn("time", lambda line: line.time, "00:00:00.000"),
    LogColumn("who", lambda line: who_text(line.event), "lab-client #6"),
    LogColumn("way", _way, "← received"),
    LogColumn("opcode", _opcode, "CONTINUATION"),
    LogColumn("fin", _of_frame(lambda frame: str(int(frame.fin))), "FIN"),
    LogColumn("rsv", _of_frame(lambda frame: str(frame.rsv) if frame.rsv else ""), "RSV"),
    LogColumn(
        "mask", _of_frame(lambda frame: "" if frame.mask is None else frame.mask.hex()), "00000000"
    ),
    LogColumn("length", _length, "000000", right=True),
    LogColumn("wire", _wire, "000000", right=True),
    LogColumn("ratio", _ratio, "00.0×", right=True),
    LogColumn("verdict", _verdict, "WS_1002 …"),  # what follows the code may be cut
    LogColumn("preview", _preview),
)
FRAMES: Final = LogTable(COLUMNS, "frames", 1)
