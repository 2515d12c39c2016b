"""The columns of the table of WebSocket frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from workbench.printable import escape
from workbench.texts import tr
from workbench.viewmodel.log_cells import who_text
from workbench.viewmodel.log_columns import LogColumn, LogLine, LogTable
from workbench.viewmodel.ws_frame import WsFrame, frame_of

SHOWN: Final = "call:ws.send|ws.recv|ws.fault|ws.message|ws.raw|ws.end"
"""The rows of the record that the table has, as the filter has them: each frame, what is said
against it, and what several of them come to."""


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


def _opcode(line: LogLine) -> str:
    """Of a frame; of another row its word, so that it is told apart."""
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
    LogColumn("length", _of_frame(lambda frame: str(frame.length)), "0000000", right=True),
    LogColumn(
        "wire",
        _of_frame(lambda frame: "" if frame.wire is None else str(frame.wire)),
        "0000000",
        right=True,
    ),
    LogColumn("verdict", _verdict, "WS_1002 opcode"),
    LogColumn("preview", _preview),
)
FRAMES: Final = LogTable(COLUMNS, "frames", 1)
