"""What a quick form receives, on its way to stdout: every byte, in order, unchanged.

On a terminal it is shown as text, with anything that could control the terminal escaped. A slow
reader holds the sockets back: their receive gate is closed while much is waiting here.
"""

from __future__ import annotations

import codecs
import os
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from threading import Condition, Thread
from typing import Final

from workbench import interrupts
from workbench.cli import outlet
from workbench.engine.model import commands as c
from workbench.engine.model.errors import PENDING
from workbench.engine.model.events import (
    CALL,
    END,
    LAYER,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
    Transfer,
    event_of,
)
from workbench.engine.model.layer_fault import TRUNCATED, LayerFault
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.protocol.stack import layer_names
from workbench.printable import escape_lines
from workbench.scenario.what_came import ToldRow, WhatCame, what_came
from workbench.session import Session
from workbench.texts import Problem, reason_of, tr

MUCH: Final = 4 * 1024 * 1024
"""Bytes waiting here above which no more is read; reading resumes below a quarter of that."""
_READS: Final = frozenset({"recv", "recvfrom"})
_TLS_END: Final = "tls.end"
_WS_END: Final = "ws.end"
_ENDS: Final = frozenset({_TLS_END, _WS_END})
_OVER: Final = frozenset({"ECONNRESET", "ECONNABORTED", "EPIPE", "ETIMEDOUT", "ECONNREFUSED"})


class Received:
    """A `Follower` of the record that writes the bytes of one endpoint on its own thread.

    Attributes:
        ended: the peer has finished sending, or the connection is lost (a stream's only one).
        lost: the errno that it was lost with; an error after both ends have said that they are done
            is no loss.
        fault: what a layer broke on after it was open: a fatal alert, a broken rule.
        came: bytes received so far.
        gone: nobody reads stdout any more.
        closing: a Close frame of a WebSocket was sent or received.
        needs_bytes: it needs every byte received, however much of them the record keeps.
        opened: connections that were made.
        over: of those, how many have ended.
    """

    def __init__(
        self,
        session: Session,
        settings: EndpointSettings,
        *,
        shown: bool,
        raw: bool,
        encoding: str,
    ) -> None:
        """`settings`: of the endpoint. `shown`: print bytes to stdout at all; `raw`: print them as
        they are even to a terminal.
        """
        self._session = session
        self._settings = settings
        self._name = settings.name
        self._layers = layer_names(settings)
        self._came: dict[int, WhatCame] = {}
        self._line_end = b"\n" if WEBSOCKET in self._layers and not raw else b""
        self._shown = shown
        self.needs_bytes = shown or bool(self._layers)
        self._text = None if raw or not sys.stdout.isatty() else _Terminal(encoding)
        self._endpoint = 0
        self._listener = 0
        self._waiting: deque[tuple[int, bytes]] = deque()
        self._size = 0
        self._held = False
        self._closing = False
        self._numbers: dict[int, int | None] = {}
        self.changed = Condition()
        self.ended = False
        self.lost: str | None = None
        self.fault: Outcome | None = None
        self._read_out = False  # a recv reported the end
        self._spoken: int | None = None  # the connection whose layers spoke last
        self._farewell = ""  # the row in which the peer announced the end
        self.came = 0
        self.gone = False
        self.closing = False
        self.opened = 0
        self.over = 0
        self.problem: Problem | None = None
        self._writer = Thread(target=self._write_all, name="received", daemon=True)
        self._keeper = Thread(target=self._keep, name="keeper", daemon=True)

    def start(self) -> None:
        """Start the writing thread."""
        self._writer.start()
        self._keeper.start()
        outlet.writes(self._writer)

    def finish(self) -> None:
        """Write what is left, then stop.

        Raises:
            Problem: stdout cannot be written (a full disk).
        """
        with self.changed:
            self._closing = True
            self.changed.notify_all()
        self._writer.join()
        self._keeper.join()
        if self.problem is not None:
            raise self.problem

    def why_lost(self, seconds: float) -> Outcome | None:
        """Why the layers of a lost connection broke, once it has been read to its end; None: they
        did not.

        A send may fail before the alert that says why has been read.
        """
        with self.changed:
            if self.lost is not None and self._layers:
                self.changed.wait_for(lambda: self.fault or self._read_out, seconds)
            return self.fault

    def outcome_of_loss(self) -> Outcome | None:
        """The outcome of a lost connection; None: it was not lost."""
        return None if self.lost is None else Outcome(False, self.lost, "OSError")

    def tell(self) -> None:
        """Wake who waits for `changed`."""
        with self.changed:
            self.changed.notify_all()

    # -- as a follower, on any thread -----------------------------------------------------------

    def wake(self) -> None:
        """As `Follower.wake`: what was put is numbered by the recorder soon."""

    def take(self, first: int, items: Sequence[Item | Transfer]) -> None:
        """As `Follower.take`."""
        with self.changed:
            if not self.needs_bytes and set(map(type, items)) == {tuple}:
                self._count(items)  # type: ignore[arg-type]  # see Transfer
                items = ()
            number = first
            for item in items:
                if type(item) is tuple:
                    self._transfer(item, number)  # type: ignore[arg-type]  # see Transfer
                    number += 1
                elif type(item) is Event:
                    self._told(item, number)
                    number += 1
                elif type(item) is EndpointAdded and item.name == self._name:
                    self._endpoint = item.id
                elif type(item) is ConnectionOpened and item.endpoint == self._endpoint:
                    self._numbers[item.id] = item.number
                    self.opened += item.parent is not None
            self.changed.notify_all()

    def _told(self, event: Event, seq: int) -> None:
        if event.endpoint == self._endpoint:
            self._event(event)
            if self._layers:
                self._of_layer(event, seq)

    def _count(self, rows: Sequence[Transfer]) -> None:
        """Count the transfers whose bytes go nowhere: in a flood that is all there is to do."""
        mine = self._endpoint
        sizes = [row[3] for row in rows if row[0][0] == mine and row[0][2] in _READS]
        self.came += sum(sizes)
        if 0 in sizes:
            self._read_out = True
            self._end(None)

    def _transfer(self, row: Transfer, seq: int) -> None:
        """As `_told`, avoiding an event object where none is needed."""
        if self._layers:
            self._told(event_of(row), seq)
            return
        (endpoint, connection, call, _, _), _, _, count, payload = row
        if call in _READS and endpoint == self._endpoint:
            self.came += count
            self._show(connection, payload)
            if not count:
                self._read_out = True
                self._end(None)

    def _event(self, event: Event) -> None:
        if event.kind not in {CALL, END}:
            return
        if event.call in _READS and event.errno not in PENDING:
            if event.errno is None and event.result:
                self.came += event.result
                if not self._layers:
                    self._show(event.connection or 0, bytes(event.payload or b""))
            elif event.errno is not None or event.result == 0:
                self._read_out = True
                self._end(None if self._farewell else event.errno)
        elif event.call == "send" and event.errno in _OVER:
            self._end(None if self._farewell == _WS_END else event.errno)
        elif event.call == "close" and event.connection in self._numbers:
            self.over += 1
            # we ended it ourselves, and will not hear of the peer's end
            if event.connection == self._spoken:
                self._read_out = True
                self._end(None)

    def _of_layer(self, event: Event, seq: int) -> None:
        """Take what the topmost layer delivered; of a WebSocket, message by message."""
        if event.call in {"ws.send", "ws.recv"} and event.args.startswith("'CLOSE'"):
            self.closing = True
        if event.kind == LAYER:
            self._spoken = event.connection
        if event.call in _ENDS and event.errno is None:
            self._farewell = event.call
        if self.fault is None and _is_fault(event):
            fault = LayerFault(event.errno or "", event.call, event.args)
            self.fault = Outcome(False, event.errno, event.error, fault=fault)
        came = self._came.get(event.connection or 0)
        if came is None:
            came = what_came(self._settings, stream=event.connection in self._numbers)
            self._came[event.connection or 0] = came
        told = came.note(
            ToldRow(seq, event.call, event.args, event.result, event.payload, event.size)
        )
        if came(told) and event.kind == LAYER:
            self._show(event.connection or 0, bytes(told.payload or b"") + self._line_end)
        came.forget(seq + 1)

    def _show(self, connection: int, data: bytes) -> None:
        if self._shown and not self.gone and data:
            self._waiting.append((connection, data))
            self._size += len(data)

    def _end(self, errno: str | None) -> None:
        self.ended = True
        self.lost = self.lost or errno

    # -- threads of its own ---------------------------------------------------------------------

    def _write_all(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: self._waiting or self._closing)
                if not self._waiting or self.gone:
                    self._waiting.clear()
                    if self._closing:
                        break
                    continue
                connection, data = self._waiting.popleft()
            try:
                self._write(connection, data)
            except BrokenPipeError:
                self._give_up(None)
            except OSError as error:
                self._give_up(Problem("cli.cannot_print", reason=reason_of(error)))
            with self.changed:
                self._size -= len(data)
                self.changed.notify_all()
        if self._text is not None and not self.gone and not interrupts.asked():
            with suppress(OSError):  # the terminal is gone
                os.write(1, self._text.end())

    def _write(self, connection: int, data: bytes) -> None:
        if self._text is not None:
            data = self._text.of(self._numbers.get(connection), data)
        view = memoryview(data)
        while view and not interrupts.hurried():
            view = view[os.write(1, view) :]

    def _give_up(self, problem: Problem | None) -> None:
        with self.changed:
            self.gone = True
            self.problem = None if interrupts.asked() else problem
            self._waiting.clear()
            self.changed.notify_all()

    def _keep(self) -> None:
        """Close the receive gate while much is waiting, and open it again."""
        while True:
            with self.changed:
                self.changed.wait_for(self._to_turn)
                if self._closing:
                    return
                self._held = not self._held
                held = self._held
            gate = c.Gate.RECEIVE
            command = c.Pause(self._name, gate) if held else c.Resume(self._name, gate)
            self._session.perform(command)

    def _to_turn(self) -> bool:
        least = self._size < MUCH // 4 or self.gone
        return self._closing or (least if self._held else self._size > MUCH)


def _is_fault(event: Event) -> bool:
    """Whether a layer ended the connection because of this, after it was open."""
    if event.call == _TLS_END:
        return event.errno not in {None, TRUNCATED}
    return event.call == "ws.fault" and not event.args.startswith("'after_close'")


class _Terminal:
    """Bytes as lines of text; where several peers speak, a line before says which one."""

    def __init__(self, encoding: str) -> None:
        self._encoding = "latin-1" if encoding == "bytes" else encoding
        self._decoders: dict[int | None, codecs.IncrementalDecoder] = {}
        self._speaker: int | None = None
        self._line = ""

    def of(self, number: int | None, data: bytes) -> bytes:
        """What the terminal is given for bytes of the connection with this number."""
        decoder = self._decoders.setdefault(
            number, codecs.getincrementaldecoder(self._encoding)(errors="backslashreplace")
        )
        text = decoder.decode(data)
        told = ""
        if number != self._speaker and (len(self._decoders) > 1):
            told = (
                ("" if self._line in {"", "\n"} else "\n") + tr("cli.speaks", number=number) + "\n"
            )
        self._speaker = number
        self._line = text[-1:] or self._line
        return (told + _lines(text)).encode(sys.stdout.encoding or "utf-8", "backslashreplace")

    def end(self) -> bytes:
        """What remains to be printed: bytes that never became a whole character, and the line
        end.
        """
        rest = "".join(decoder.decode(b"", final=True) for decoder in self._decoders.values())
        ending = "" if (rest or self._line) in {"", "\n"} else "\n"
        return (_lines(rest) + ending).encode(sys.stdout.encoding or "utf-8", "backslashreplace")


def _lines(text: str) -> str:
    r"""Text in which no character controls the terminal; \r\n ends a line as \n does."""
    plain = text.replace("\r\n", "\n").split("\t")
    return "\t".join(map(escape_lines, plain))
