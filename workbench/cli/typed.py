"""Sends standard input to the peer, unchanged and no faster than the peer takes it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from contextlib import suppress
from enum import Enum, auto
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from time import monotonic
from typing import Final

from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Outcome, failed
from workbench.session import Session
from workbench.texts import Problem, reason_of

PIECE: Final = 65_536
"""The most bytes of one read of stdin; of one datagram 8192, as in other programs."""
DATAGRAM: Final = 8192
SHORT: Final = 512
"""A piece up to this size is part of its command; the command of a longer one names a file of its
own.
"""
SLICE: Final = 0.2
"""Seconds of one wait."""


class Kind(Enum):
    """How standard input is divided into what is sent.

    Attributes:
        STREAM: bytes, as they come. DATAGRAMS: each read is one.
        TEXT, BINARY: each line is one message of a WebSocket.
    """

    STREAM = auto()
    DATAGRAMS = auto()
    TEXT = auto()
    BINARY = auto()


class Typed:
    """Reads stdin on its own thread and sends it; the peer is told when stdin ends.

    Attributes:
        ended: nothing more will be sent: the peer was told of the end of stdin, or a send failed.
        failed: how a send failed.
        sent: bytes so far.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        changed: Callable[[], None],
        *,
        crlf: bool = False,
        kind: Kind = Kind.STREAM,
        all_of_them: bool = False,
    ) -> None:
        """`changed` is called when it has ended; `all_of_them`: send to every connection."""
        self._session = session
        self._name = name
        self._changed = changed
        self._crlf = crlf
        self._size = DATAGRAM if kind is Kind.DATAGRAMS else PIECE
        self._kind = kind
        self._by_line = kind in {Kind.TEXT, Kind.BINARY}
        self._line = b""
        self._target: c.Target = c.ALL if all_of_them else None
        self._place: Path | None = None
        self._stop = Flag()
        self._after_return = False
        self._last = monotonic()
        self.ended = False
        self.failed: Outcome | None = None
        self.sent = 0
        self._thread = Thread(target=self._run, name="stdin", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def stop(self) -> None:
        """Send nothing more; a read that is blocked is left alone."""
        self._stop.set()
        if self._place is not None:
            self._place.unlink(missing_ok=True)

    def rests(self, seconds: float) -> bool:
        """Whether nothing has come from stdin for that long."""
        return self.ended or monotonic() - self._last > seconds

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                data = b"" if is_closed() else os.read(0, self._size)
                self._last = monotonic()
                if not data:
                    if not self._line or self._sends_line(self._line):
                        self._tell_the_end()
                    break
                if not self._passes_on(data):
                    break
                self._last = monotonic()
        except OSError:  # stdin was closed from outside, or its terminal is gone
            self._tell_the_end()
        except Problem as problem:  # the session is closed
            self.failed = failed(problem) if not self._stop.is_set() else None
        self.ended = True
        self._changed()

    def _passes_on(self, data: bytes) -> bool:
        if not self._by_line:
            return self._sends(self._with_returns(data) if self._crlf else data)
        *lines, self._line = (self._line + data).split(b"\n")
        return all(map(self._sends_line, lines))

    def _sends_line(self, line: bytes) -> bool:
        """Send one line as one message; what is not UTF-8 is not text (RFC 6455 5.6)."""
        message = line.removesuffix(b"\r") + (b"\r\n" if self._crlf else b"")
        text = None
        if self._kind is Kind.TEXT:
            with suppress(UnicodeDecodeError):
                text = message.decode()
        if text is None:
            return self._sends(message)
        return self._performs(c.Send(self._name, text=text, connection=self._target), len(message))

    def _with_returns(self, data: bytes) -> bytes:
        r"""Each \n as \r\n, unless it is preceded by \r already."""
        found = bytearray()
        for byte in data:
            if byte == 10 and not self._after_return:
                found.append(13)
            found.append(byte)
            self._after_return = byte == 13
        return bytes(found)

    def _sends(self, data: bytes) -> bool:
        if len(data) <= SHORT:
            command = c.Send(self._name, hex=data.hex(" "), connection=self._target)
        else:
            if self._place is None:
                self._place = self._session.temp_dir() / "stdin"
            self._keep(self._place, data)
            command = c.Send(self._name, file=str(self._place), connection=self._target)
        return self._performs(command, len(data))

    def _keep(self, place: Path, data: bytes) -> None:
        """Keep typed bytes. Raises Problem: the disk is full, which must not be taken for the end
        of input.
        """
        try:
            place.write_bytes(data)
        except OSError as error:
            raise Problem("cli.cannot_write", path=str(place), reason=reason_of(error)) from error

    def _performs(self, command: c.Send, size: int) -> bool:
        ticket = self._session.perform(command)
        while not ticket.wait(SLICE):
            if self._stop.is_set():
                return False
        everybody = self._target == c.ALL  # a connection that closes does not affect the others
        if ticket.outcome is not None and not ticket.outcome.ok and not everybody:
            self.failed = ticket.outcome
            return False
        self.sent += size
        return True

    def _tell_the_end(self) -> None:
        """Send a half-close, as ncat does at the end of its input; on a WebSocket, a Close
        frame.
        """
        wanted = self.sent or self._target is None
        if not wanted or self._kind is Kind.DATAGRAMS or self._stop.is_set():
            return
        if self._by_line:
            self._session.perform(c.CloseWebSocket(self._name, connection=self._target))
        else:
            self._session.perform(c.Shutdown(self._name, connection=self._target))


def is_closed() -> bool:
    """Whether there is no stdin (`<&-`): its descriptor may be another file's by now."""
    return sys.stdin is None


def is_file() -> bool:
    """Whether stdin is a file, `< FILE`, all of which is available at once."""
    try:
        return not is_closed() and stat.S_ISREG(os.fstat(0).st_mode)
    except OSError:
        return False


def is_there() -> bool:
    """Whether stdin can be read: it is open, and not a terminal that another program is reading
    now, as for a command in the background.
    """
    if is_closed():
        return False
    try:
        if sys.platform == "win32" or not os.isatty(0):
            return True
        return os.tcgetpgrp(0) == os.getpgrp()
    except OSError:
        return False
