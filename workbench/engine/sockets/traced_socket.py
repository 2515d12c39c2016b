"""TracedSocket: the one place where calls on a user's socket are made, each with its event.

Each method makes one system call and puts exactly one event, before it returns or raises.
Readings that only look (getsockname, getpeername, SO_ERROR, TCP_INFO) make none.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter_ns
from typing import Final, NoReturn

from workbench.engine.model.address import format_address
from workbench.engine.model.errors import describe
from workbench.engine.model.events import (
    CALL,
    END,
    NOTE,
    Cause,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    Event,
    EventSink,
    Kind,
    SampleTaken,
    Shape,
    Transfer,
    event_of,
)
from workbench.engine.model.kernel_reading import Reading, to_json
from workbench.engine.model.options import LINGER
from workbench.engine.model.settings import OptionValue
from workbench.engine.sockets import kernel_readings
from workbench.engine.sockets.socket_factory import HERE, Maker

SockAddress = tuple[str, int] | tuple[str, int, int, int] | str | bytes

ShapeOf = Callable[[SockAddress, str], Shape]  # as Senders.shape
_CREDENTIALS: Final = socket.CMSG_SPACE(12) if hasattr(socket, "CMSG_SPACE") else 0
"""Room for a struct ucred (unix(7)) and nothing else: descriptors that come along are not taken."""

# Linux returns the true length of a message that was cut; others report the cut only by a flag.
TRUNCATION: Final = socket.MSG_TRUNC if kernel_readings.LINUX else 0


class TracedSocket:
    """A non-blocking kernel socket from socket() or accept() to close().

    Attributes:
        id: the connection's number in the record.
        family, type: of the kernel socket.
        local, peer: addresses in scenario spelling, None while there is none.
        number: counts the connections of its endpoint from 1; None: it is made to listen.
        keep: bytes kept of each payload; None keeps all, 0 none.
        lingers: SO_LINGER has a positive time: close() may wait in C.
    """

    __slots__ = (
        "_endpoint",
        "_newest",
        "_put",
        "_read_last",
        "_reads",
        "_sends",
        "_sink",
        "_sock",
        "_start",
        "closed",
        "family",
        "id",
        "keep",
        "lingers",
        "local",
        "number",
        "peer",
        "type",
    )

    def __init__(self, sock: socket.socket, sink: EventSink, endpoint: int, number: int) -> None:
        """Use `open` or `accept`; a socket without its event would be a hole in the log."""
        sock.setblocking(False)
        self._sock = sock
        self._sink = sink
        self._put = sink.put
        self._start = sink.clock.perf_ns
        self._endpoint = endpoint
        self.id = number
        self.family = sock.family
        self.type = sock.type
        self.local: str | None = None
        self.peer: str | None = None
        self.keep = sink.capture
        self.closed = False
        self.lingers = False
        self.number: int | None = None
        self._newest: Event | Transfer | None = None
        self._read_last = False  # what the kernel shows does not change any more, and is kept
        self._reads = (endpoint, number, "recv", "", None)
        self._sends = (endpoint, number, "send", "", None)

    # -- birth and death --------------------------------------------------------------------

    @classmethod
    def open(
        cls,
        sink: EventSink,
        endpoint: int,
        family: int,
        type_: int,
        protocol: int,
        names: str,
        cause: Cause | None,
        maker: Maker = HERE,
        numbered: Callable[[], int] | None = None,
    ) -> TracedSocket:
        """socket(family, type, protocol); `names` are the arguments as the log shows them.

        `numbered` gives the number of a connection; None: it is made to listen.

        Raises:
            OSError: as the call did.
            Problem: the maker never came to the call.
        """
        begin = perf_counter_ns()
        try:
            sock = maker.make(family, type_, protocol)
        except OSError as error:
            took = perf_counter_ns() - begin
            begun, found = begin - sink.clock.perf_ns, describe(error)
            made = Event(begun, took, endpoint, None, CALL, "socket", names, cause=cause)
            sink.put(made._replace(errno=found.errno, error=found.error))
            raise
        took = perf_counter_ns() - begin
        self = cls(sock, sink, endpoint, sink.next_connection())
        if numbered is not None:
            self.number = numbered()
        # before its row, so that whoever reads the row finds the number
        sink.put(ConnectionOpened(self.id, endpoint, None, number=self.number))
        self._log(begin, took, "socket", names, sock.fileno(), cause)
        return self

    def accept(self, cause: Cause | None, numbered: Callable[[], int]) -> TracedSocket:
        """accept(): the next connection in the queue, as a TracedSocket of its own.

        `numbered` gives its number.
        """
        begin = perf_counter_ns()
        try:
            sock, address = self._sock.accept()
        except OSError as error:
            self._fail(begin, "accept", "", error, cause)
        took = perf_counter_ns() - begin
        peer = format_address(address, self.family)
        child = TracedSocket(sock, self._sink, self._endpoint, self._sink.next_connection())
        child.peer = peer
        child.lingers = self.lingers  # inherited by the kernel's socket too
        with suppress(OSError):  # reset while it waited in the queue: the kernel has forgotten it
            child.local = format_address(sock.getsockname(), self.family)
        child.number = numbered()
        self._log(begin, took, "accept", "", sock.fileno(), cause, peer=peer)
        self._sink.put(
            ConnectionOpened(
                child.id, self._endpoint, self.id, child.local, child.peer, child.number
            )
        )
        return child

    def close(self, cause: Cause | None) -> None:
        """close(): orderly, or a reset where SO_LINGER is (1, 0) or bytes are unread."""
        if not self._read_last:
            self.sample()
        begin = perf_counter_ns()
        try:
            self._sock.close()
        except OSError as error:
            self.closed = True
            self._sink.put(ConnectionClosed(self.id))
            self._fail(begin, "close", "", error, cause)
        self._log(begin, perf_counter_ns() - begin, "close", "", 0, cause)
        self.closed = True
        self._sink.put(ConnectionClosed(self.id))

    # -- calls that carry no bytes ----------------------------------------------------------

    def bind(self, address: SockAddress, cause: Cause | None) -> None:
        begin = perf_counter_ns()
        args = repr(address)
        try:
            self._sock.bind(address)
        except (OSError, OverflowError, TypeError, ValueError) as error:
            self._fail(begin, "bind", args, error, cause)
        took = perf_counter_ns() - begin
        self.learn_addresses()  # before the row: whoever reads it at once reads its address too
        self._log(begin, took, "bind", args, 0, cause)

    def listen(self, backlog: int, cause: Cause | None) -> None:
        begin = perf_counter_ns()
        args = str(backlog)
        try:
            self._sock.listen(backlog)
        except (OSError, OverflowError) as error:
            self._fail(begin, "listen", args, error, cause)
        took = perf_counter_ns() - begin
        if self.local is None:
            self.learn_addresses()
        self._log(begin, took, "listen", args, 0, cause)

    def connect(self, address: SockAddress, cause: Cause | None, *, wait: bool = False) -> None:
        """connect(); EINPROGRESS is a row of its own, `finish_connect` logs how it came out.

        `wait` blocks in C (an AF_UNIX connect that a selector cannot wait for): only on a
        thread of its own.
        """
        args = repr(address)
        if wait:
            self._sock.setblocking(True)
        begin = perf_counter_ns()
        try:
            self._sock.connect(address)
        except BlockingIOError as error:
            took = perf_counter_ns() - begin
            self.learn_addresses()  # a connect under way already has its local port
            self._log_failed(begin, took, CALL, "connect", args, error, cause)
            raise
        except (OSError, OverflowError, TypeError, ValueError) as error:
            self._fail(begin, "connect", args, error, cause)
        finally:
            if wait:
                with suppress(OSError):  # closed while this thread was waiting
                    self._sock.setblocking(False)
        took = perf_counter_ns() - begin
        self.learn_addresses()
        self._log(begin, took, "connect", args, 0, cause)

    def finish_connect(self, begun: int, args: str, cause: Cause | None) -> None:
        """Read how a pending connect came out (SO_ERROR) and log its end.

        Raises:
            OSError: the connect's own error.
        """
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self.end("connect", args, begun, _os_error(code), cause)
            raise _os_error(code)
        self.learn_addresses()
        self.end("connect", args, begun, None, cause)

    def shutdown(self, how: int, name: str, cause: Cause | None) -> None:
        begin = perf_counter_ns()
        try:
            self._sock.shutdown(how)
        except OSError as error:
            self._fail(begin, "shutdown", name, error, cause)
        self._log(begin, perf_counter_ns() - begin, "shutdown", name, 0, cause)

    def setsockopt(
        self, level: int, option: int, value: int | bytes, shown: str, cause: Cause | None
    ) -> None:
        begin = perf_counter_ns()
        try:
            self._sock.setsockopt(level, option, value)
        except (OSError, OverflowError, TypeError) as error:
            self._fail(begin, "setsockopt", shown, error, cause)
        self._log(begin, perf_counter_ns() - begin, "setsockopt", shown, 0, cause)
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER) and isinstance(value, bytes):
            on, seconds = struct.unpack(LINGER, value)
            self.lingers = bool(on and seconds)

    def getsockopt(
        self, level: int, option: int, size: int, shown: str, cause: Cause | None
    ) -> int | bytes:
        """The option's value; `size` 0 reads an int, else that many bytes (kept as payload)."""
        begin = perf_counter_ns()
        try:
            value: int | bytes = (
                self._sock.getsockopt(level, option, size)
                if size
                else self._sock.getsockopt(level, option)
            )
        except OSError as error:
            self._fail(begin, "getsockopt", shown, error, cause)
        took = perf_counter_ns() - begin
        if isinstance(value, int):
            self._log(begin, took, "getsockopt", shown, value, cause)
        else:
            self._log(begin, took, "getsockopt", shown, 0, cause, size=len(value), payload=value)
        return value

    def name_of(self, call: str, cause: Cause | None) -> str | None:
        """getsockname() or getpeername(), asked for: the address, in scenario spelling."""
        method = self._sock.getsockname if call == "getsockname" else self._sock.getpeername
        begin = perf_counter_ns()
        try:
            address = method()
        except OSError as error:
            self._fail(begin, call, "", error, cause)
        shown = format_address(address, self.family)
        self._log(
            begin,
            perf_counter_ns() - begin,
            call,
            "",
            0,
            cause,
            peer=shown if call == "getpeername" else None,
        )
        return shown

    # -- bytes; hot -------------------------------------------------------------------------

    def recv(self, size: int, args: str) -> tuple[bytes, bytes]:
        """recv(size) into a new buffer: what came, and how much of it is kept.

        b"" is the end of stream. `args` is str(size), made once.
        """
        begin = perf_counter_ns()
        try:
            data = self._sock.recv(size)
        except OSError as error:
            self._fail(begin, "recv", args, error, None)
        took = perf_counter_ns() - begin
        keep = self.keep
        count = len(data)
        kept = data if keep is None or count <= keep else data[:keep]
        shape = self._reads
        if shape[3] is not args:
            shape = self._reads = (self._endpoint, self.id, "recv", args, None)
        self._newest = row = (shape, begin - self._start, took, count, kept)
        self._put(row)
        return data, kept

    def recv_into(self, buffer: memoryview, size: int, args: str, cause: Cause | None) -> int:
        """recv(size), logged as `recv`; 0 is the end of stream. `args` is str(size), made once."""
        begin = perf_counter_ns()
        try:
            count = self._sock.recv_into(buffer, size)
        except OSError as error:
            self._fail(begin, "recv", args, error, cause)
        took = perf_counter_ns() - begin
        keep = self.keep
        kept = bytes(buffer[: count if keep is None or count <= keep else keep])
        if cause is not None:
            self._log(begin, took, "recv", args, count, cause, size=count, payload=kept)
            return count
        shape = self._reads
        if shape[3] is not args:
            shape = self._reads = (self._endpoint, self.id, "recv", args, None)
        self._newest = row = (shape, begin - self._start, took, count, kept)
        self._put(row)
        return count

    def recv_message(self, buffer: memoryview, size: int, cause: Cause | None) -> tuple[int, bool]:
        """recv(size, MSG_TRUNC) of a SOCK_SEQPACKET: (true length, whether the stream has ended).

        The length is the true one even if the message was cut. An empty message and the end
        are both 0 bytes; the row of the end has neither size nor payload.
        """
        could_be = kernel_readings.what_zero_means(self._sock)
        args = f"{size}, MSG_TRUNC" if TRUNCATION else str(size)
        if could_be is kernel_readings.Zero.EITHER:
            return self._recv_with_credentials(buffer, size, args, cause)
        begin = perf_counter_ns()
        try:
            count = self._sock.recv_into(buffer, size, TRUNCATION)
        except OSError as error:
            self._fail(begin, "recv", args, error, cause)
        took = perf_counter_ns() - begin
        ended = not count and could_be is kernel_readings.Zero.END
        self._log_message(begin, took, buffer, (size, count), args, ended, cause)
        return count, ended

    def _recv_with_credentials(
        self, buffer: memoryview, size: int, args: str, cause: Cause | None
    ) -> tuple[int, bool]:
        """The peer has finished, and only empty messages are left, or nothing: with SO_PASSCRED a
        message brings its sender's credentials, the end does not (unix(7)).
        """
        if sys.platform != "linux":
            raise NotImplementedError  # Zero.EITHER only occurs on Linux
        option = "SOL_SOCKET, SO_PASSCRED"
        before = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED)
        if not before:
            self.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1, f"{option}, 1", cause)
        try:
            begin = perf_counter_ns()
            try:
                count, found = self._sock.recvmsg_into([buffer[:size]], _CREDENTIALS, TRUNCATION)[
                    :2
                ]
            except OSError as error:
                self._fail(begin, "recv", args, error, cause)
            took = perf_counter_ns() - begin
            ended = not count and not found
            self._log_message(begin, took, buffer, (size, count), args, ended, cause)
            return count, ended
        finally:
            if not before:
                self.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 0, f"{option}, 0", cause)

    def _log_message(
        self,
        begin: int,
        took: int,
        buffer: memoryview,
        sizes: tuple[int, int],
        args: str,
        ended: bool,
        cause: Cause | None,
    ) -> None:
        asked, count = sizes
        kept = None if ended else self._kept(buffer[: min(count, asked)])
        size = None if ended else count
        self._log(begin, took, "recv", args, count, cause, size=size, payload=kept)

    def send(
        self,
        data: memoryview | bytes,
        cause: Cause | None,
        flags: str = "",
        received: bytes | None = None,
    ) -> int:
        """send(data): how many bytes the kernel took.

        `received`: what was kept of the same bytes when they came; it is used again.
        """
        begin = perf_counter_ns()
        try:
            count = self._sock.send(data)
        except OSError as error:
            self._fail(begin, "send", flags, error, cause, size=len(data))
        took = perf_counter_ns() - begin
        keep = self.keep
        if received is not None and count == len(data):
            kept = received
        else:
            kept = bytes(data[:count] if keep is None or count <= keep else data[:keep])
        if cause is not None or flags:
            self._log(begin, took, "send", flags, count, cause, size=count, payload=kept)
            return count
        self._newest = row = (self._sends, begin - self._start, took, count, kept)
        self._put(row)
        return count

    def recvfrom_into(
        self, buffer: memoryview, size: int, args: str, shape_of: ShapeOf, cause: Cause | None
    ) -> tuple[int, str | None, SockAddress]:
        """recvfrom(size): (true size, sender in scenario spelling, sender as the call gave it)."""
        begin = perf_counter_ns()
        try:
            count, address = self._sock.recvfrom_into(buffer, size, TRUNCATION)
        except OSError as error:
            self._fail(begin, "recvfrom", args, error, cause)
        took = perf_counter_ns() - begin
        kept = self._kept(buffer[: min(count, size)])
        shape = shape_of(address, args)
        peer = shape[4]
        if cause is not None:
            self._log(
                begin, took, "recvfrom", args, count, cause, peer=peer, size=count, payload=kept
            )
            return count, peer, address
        self._newest = row = (shape, begin - self._start, took, count, kept)
        self._put(row)
        return count, peer, address

    def sendto(self, data: memoryview | bytes, address: SockAddress, cause: Cause | None) -> int:
        """sendto(data, address): one datagram."""
        begin = perf_counter_ns()
        args = repr(address)
        try:
            count = self._sock.sendto(data, address)
        except (OSError, OverflowError, TypeError, ValueError) as error:
            self._fail(
                begin,
                "sendto",
                args,
                error,
                cause,
                size=len(data),
                peer=_spelled(address, self.family),
            )
        self._log(
            begin,
            perf_counter_ns() - begin,
            "sendto",
            args,
            count,
            cause,
            peer=_spelled(address, self.family),
            size=count,
            payload=self._kept(data[:count]),
        )
        return count

    # -- looking only: no event -------------------------------------------------------------

    @property
    def last(self) -> Event | None:
        """The newest event, for the call strip."""
        newest = self._newest
        return newest if newest is None or isinstance(newest, Event) else event_of(newest)

    @property
    def newest_begun(self) -> int | None:
        """When the newest call began, on the record's clock."""
        last = self.last
        return None if last is None else last.t_ns

    @property
    def raw(self) -> socket.socket:
        """The socket itself: for a poller, never for a call."""
        return self._sock

    def quick(self) -> tuple[str | None, int | None, int | None]:
        """(state, unread bytes, unsent bytes), as far as the kernel tells them."""
        return kernel_readings.quick(self._sock)

    def reading(self) -> Reading:
        """Everything that the kernel tells about the socket."""
        return kernel_readings.read(self._sock)

    def drops(self) -> int | None:
        """Datagrams or SYNs that the kernel dropped at this socket."""
        return kernel_readings.drops(self._sock)

    def queue(self) -> tuple[int, int] | None:
        """(waiting, limit) of a listener's accept queue."""
        return kernel_readings.queue(self._sock)

    def options(self, names: Iterable[str]) -> tuple[tuple[str, OptionValue], ...]:
        """The values in effect of these options."""
        return kernel_readings.options_in_effect(self._sock, names)

    def own_name(self) -> str | None:
        """The address it is bound to; None before a bind, also while its port is 0."""
        if self.local is not None or self.family not in (socket.AF_INET, socket.AF_INET6):
            return self.local
        try:
            name = self._sock.getsockname()
        except OSError:
            return None
        return format_address(name, self.family) if name[1] else None

    def wait_in_close(self) -> None:
        """Let close() wait for the peer's ACK, as a positive linger says (socket(7))."""
        self._sock.setblocking(True)

    def pending_error(self) -> OSError | None:
        """The error in SO_ERROR, which the kernel clears when it is read (socket(7))."""
        code = self._sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        return _os_error(code) if code else None

    def learn_addresses(self) -> None:
        """Ask getsockname and getpeername, and tell the record what has changed."""
        with suppress(OSError):
            self.local = format_address(self._sock.getsockname(), self.family)
        with suppress(OSError):
            self.peer = format_address(self._sock.getpeername(), self.family)
        self._sink.put(ConnectionNamed(self.id, self.local, self.peer))

    def sample(self, *, last: bool = False) -> Reading:
        """Keep a kernel reading in the record as evidence that outlives the socket.

        `last`: the connection is broken, so that close() would read the same once more.
        """
        reading = self.reading()
        self._read_last = last
        self._sink.put(SampleTaken(self._sink.clock.now(), self.id, to_json(reading)))
        return reading

    # -- the log ----------------------------------------------------------------------------

    def end(
        self, call: str, args: str, begun: int, error: BaseException | None, cause: Cause | None
    ) -> None:
        """Log the outcome of a call that had to wait; `begun` in perf_counter_ns."""
        took = perf_counter_ns() - begun
        if error is None:
            self._log(begun, took, call, args, 0, cause, kind=END)
            return
        self._log_failed(begun + took, took, END, call, args, error, cause)

    def tell(self, key: str, args: str, error: Exception) -> None:
        """Log a note with an error that no call returned, but that was in SO_ERROR."""
        failure = describe(error)
        self._put(
            Event(
                perf_counter_ns() - self._start,
                0,
                self._endpoint,
                self.id,
                NOTE,
                key,
                args,
                errno=failure.errno,
                error=failure.error,
            )
        )

    def _kept(self, data: memoryview | bytes) -> bytes:
        return bytes(data if self.keep is None else data[: self.keep])

    def _log(
        self,
        begin: int,
        took: int,
        call: str,
        args: str,
        result: int,
        cause: Cause | None,
        *,
        kind: Kind = CALL,
        peer: str | None = None,
        size: int | None = None,
        payload: bytes | None = None,
    ) -> None:
        stamp = begin + took if kind is END else begin
        self._newest = event = Event(
            stamp - self._start,
            took,
            self._endpoint,
            self.id,
            kind,
            call,
            args,
            result,
            None,
            None,
            peer,
            size,
            payload,
            cause,
        )
        self._put(event)

    def _fail(
        self,
        begin: int,
        call: str,
        args: str,
        error: Exception,
        cause: Cause | None,
        *,
        size: int | None = None,
        peer: str | None = None,
    ) -> NoReturn:
        took = perf_counter_ns() - begin
        self._log_failed(begin, took, CALL, call, args, error, cause, size=size, peer=peer)
        raise error

    def _log_failed(
        self,
        stamp: int,
        took: int,
        kind: Kind,
        call: str,
        args: str,
        error: BaseException,
        cause: Cause | None,
        *,
        size: int | None = None,
        peer: str | None = None,
    ) -> None:
        failure = describe(error)
        self._newest = event = Event(
            stamp - self._start,
            took,
            self._endpoint,
            self.id,
            kind,
            call,
            args,
            None,
            failure.errno,
            failure.error,
            peer,
            size,
            None,
            cause,
        )
        self._put(event)


def _spelled(address: SockAddress, family: int) -> str | None:
    with suppress(Exception):  # bad arguments: the call itself says what is wrong with them
        return format_address(address, family)
    return None


def _os_error(code: int) -> OSError:
    """The OSError subclass that Python itself would raise for this errno."""
    return OSError(code, os.strerror(code))
