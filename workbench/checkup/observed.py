"""What the other end did in a case, as the record shows it, without a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from workbench.checkup.case import ANSWER
from workbench.engine.model.events import CALL, COMMAND, LAYER
from workbench.engine.model.websocket_settings import OPCODES
from workbench.frozen import dataclass
from workbench.journal.reader import Row
from workbench.literals import parse_expression, value_of
from workbench.scenario.layer_rows import frame_of, headers_of, says_end, status_of
from workbench.texts import Problem

SHOWN: Final = 40
"""Bytes of a message that are shown."""
_PIECES: Final = 4
"""Messages that are reported one by one."""
_NO_CODE: Final = 0
"""Stands for a Close frame without a code: the code 1005 itself could have been sent."""
_NAMED: Final = ("Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions", "Sec-WebSocket-Version")
"""Headers of an answer that say what it agrees to."""
_RESETS: Final = frozenset({"ECONNRESET", "EPIPE", "ECONNABORTED"})
_CLOSE: Final = OPCODES["CLOSE"]
_PONG: Final = OPCODES["PONG"]
_GOODBYE: Final = "ws_close"


@dataclass(frozen=True, slots=True)
class BrokenByPeer:
    """A rule that the other end broke: its key, and the section that states it."""

    key: str
    section: str


@dataclass(frozen=True, slots=True)
class Observed:
    """What the other end did in one case; each kind of thing in the order it came.

    Attributes:
        opened: whether the WebSocket opened. status: of a response; None: none came.
        closed: code and reason of its Close frame. end: "fin", "reset" or "" while it is open.
        messages: how many; shown: the first of them, in readable form.
        after_answer: bytes that came after a refusal. named: what a response agreed to.
        deflate: whether permessage-deflate was agreed on.
    """

    opened: bool = False
    status: int | None = None
    closed: tuple[int, str] | None = None
    end: str = ""
    messages: int = 0
    shown: tuple[str, ...] = ()
    pongs: int = 0
    faults: tuple[BrokenByPeer, ...] = ()
    after_answer: int = 0
    named: tuple[str, ...] = ()
    deflate: bool = False

    def sentences(self, *, ends: bool) -> Iterator[Problem]:
        """What was observed, as sentences; `ends`: how the connection ended is part of it."""
        if self.status is not None and not self.opened:
            yield Problem("checkup.did.status", status=self.status)
            if self.named:
                yield Problem("checkup.did.named", what="; ".join(self.named))
        if self.messages:
            more = self.messages - len(self.shown)
            told = "checkup.did.more_messages" if more else "checkup.did.messages"
            yield Problem(told, shown=", ".join(self.shown), more=more)
        if self.pongs:
            yield Problem("checkup.did.pongs", count=self.pongs)
        if self.closed is not None:
            yield _closing(*self.closed)
        for fault in self.faults:
            yield Problem("checkup.did.fault", key=fault.key, section=fault.section)
        if self.after_answer:
            yield Problem("checkup.did.after_answer", count=self.after_answer)
        answered = self.status is not None and not self.opened
        if not (answered or self.messages or self.pongs or self.closed):
            yield Problem("checkup.did.nothing", seconds=f"{ANSWER:g}")
        if ends or self.end:
            yield Problem(f"checkup.did.end_{self.end or 'open'}")


def _closing(code: int, reason: str) -> Problem:
    if code == _NO_CODE:
        return Problem("checkup.did.close_empty")
    told = "checkup.did.close_reason" if reason else "checkup.did.close"
    return Problem(told, code=code, reason=reason)


def observed(rows: Iterable[Row], *, listens: bool) -> Observed:
    """Sum up the rows of one endpoint during one case."""
    return _Summing(listens=listens).of(rows)


class _Summing:
    def __init__(self, *, listens: bool) -> None:
        self._listens = listens
        self._shown: list[str] = []
        self._faults: list[BrokenByPeer] = []
        self._named: list[str] = []
        self._opened = self._deflate = self._answered = False
        self._status: int | None = None
        self._closed: tuple[int, str] | None = None
        self._end = ""
        self._messages = self._pongs = self._after = 0

    def of(self, rows: Iterable[Row]) -> Observed:
        """Everything that the rows show."""
        for row in rows:
            if row.kind == COMMAND and row.call == _GOODBYE:
                break  # what was to be seen has been seen: from here on we end it ourselves
            if row.kind == LAYER:
                self._layer(row)
            elif row.kind == CALL:
                self._call(row)
        return Observed(
            self._opened, self._status, self._closed, self._end, self._messages,
            tuple(self._shown), self._pongs, tuple(self._faults), self._after,
            tuple(self._named), self._deflate,
        )  # fmt: skip

    def _call(self, row: Row) -> None:
        if row.ends_stream:
            self._end = self._end or "fin"
        elif row.errno in _RESETS:
            self._end = "reset"
        elif row.call == "recv" and row.result:
            if self._answered:
                self._after += row.result
            if self._status is None and not self._opened and not self._listens:
                self._head(row.payload or b"")

    def _head(self, head: bytes) -> None:
        self._status = status_of(head)
        said = headers_of(head) if self._status is not None else {}
        self._named = [
            f"{name}: {value}" for name in _NAMED for value in said.get(name.lower(), ())
        ]

    def _layer(self, row: Row) -> None:
        match row.call:
            case "tls.end" if says_end(row):
                self._end = self._end or "fin"
            case "ws.open":
                self._opened = True
                self._deflate = "deflate=" in row.args
            case "ws.response":
                status = status_of(row.payload or b"")
                if not self._listens:
                    self._status = status
                elif status != 101:
                    self._answered = True
            case "ws.recv":
                self._frame(row)
            case "ws.message" if "'in'" in row.args:
                self._message(row)
            case "ws.fault":
                fault = _fault(row)
                if fault is not None:
                    self._faults.append(fault)

    def _frame(self, row: Row) -> None:
        frame = frame_of(row)
        if frame is None:
            return
        if frame.opcode == _CLOSE:
            code = frame.code if len(row.payload or b"") > 1 else _NO_CODE
            self._closed = self._closed or (code, frame.reason)
        elif frame.opcode == _PONG:
            self._pongs += 1
        elif frame.opcode in {OPCODES["TEXT"], OPCODES["BINARY"]} and frame.fin and not frame.rsv:
            self._message(row)

    def _message(self, row: Row) -> None:
        self._messages += 1
        if len(self._shown) < _PIECES:
            data = row.payload or b""
            text = data[:SHOWN].decode("utf-8", "backslashreplace")
            self._shown.append(f"“{text}…”" if len(data) > SHOWN else f"“{text}”")


def _fault(row: Row) -> BrokenByPeer | None:
    """`ws.fault(key, section)`."""
    try:
        tree = parse_expression(f"({row.args})")
        key, section = value_of(tree)
    except (ValueError, TypeError):
        return None
    return BrokenByPeer(str(key), str(section))
