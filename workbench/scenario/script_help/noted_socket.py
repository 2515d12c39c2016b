"""Sockets of a script that keep the results of their calls, so that `expect` finds them."""

from __future__ import annotations

import atexit
import codecs
import errno
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

where: dict[str, Any] = {}  # endpoint -> address, known once it is bound
made: dict[str, list[Noted]] = {}  # endpoint -> its connections, the first is number 1
listening: dict[str, Noted] = {}  # endpoint -> the socket that listens
last: dict[str, int] = {}  # endpoint -> how many sockets its last connect made, if not one
waits: list[Until] = []  # the loops that wait for something
values: dict[str, bytes] = {}  # by name; what patterns take is added
big_endian: set[str] = set()  # those that a pattern of hex took, as numbers
literally: dict[str, bool | None] = {}  # whether JSON has it as it is written, as with a number
hidden: dict[str, Callable[[Noted, Happened], bool]] = {}  # endpoint -> what is never seen
changed = threading.Condition()
HEADS = re.compile(r"\(\?(?:P<\w+>|[a-z]+\)|:)")  # what a group begins with, and says no more
MESSAGE = "messages.recv"  # what a stream brought, divided
CARRY = ("recv", "recvfrom", "send", "sendto")
RESETS = ("ECONNRESET", "ECONNABORTED")
LOST = (*RESETS, "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH")


class Happened(NamedTuple):
    """The result of one call of a socket.

    Attributes:
        began: when the call began; 0: that is not known.
    """

    call: str
    result: int | None
    error: Exception | None
    data: bytes
    peer: object
    at: float
    began: float = 0.0

    def __str__(self) -> str:
        if self.error:
            return f"{self.call} -> {self.error!r}"
        return f"{self.call} = {self.result}" + (f" {self.data[:60]!r}" if self.data else "")

    @property
    def size(self) -> int | None:
        """How many bytes it carried: of a datagram that was cut, as many as it had."""
        if self.call == MESSAGE:
            return len(self.data)
        return self.result if self.call in CARRY else None

    def means(self, name: str) -> bool:
        """Whether it failed in this way: an errno, the name of its class or a base class, "*"."""
        if self.error is None:
            return False
        key = getattr(self.error, "key", None)  # of what could not be divided into messages
        if key is not None:
            return name in {"*", key, "MESSAGES_" + key.upper().replace(" ", "_")}
        number = getattr(self.error, "errno", None)
        classes = (kind.__name__ for kind in type(self.error).__mro__)
        return name in {"*", *classes, errno.errorcode.get(number or 0)}


class Noted(socket.socket):
    """A socket that keeps the results of its calls."""

    def __init__(self, name: str, *how: Any, **more: Any) -> None:
        super().__init__(*how, **more)
        self.name = name
        self.happened: list[Happened] = []
        self.used = self.part = 0  # how far expect() has got: calls, and bytes of the next one
        self.left = 0  # how far it had come when bytes were waited for in vain
        self.opened = time.monotonic()  # when it was made, accepted or connected
        self.peer: Any = None
        self.path: str | None = None  # the file that bind() made
        self.endings: dict[int, tuple[str, str]] = {}  # place in `happened` -> how, and by whom
        self.deaf = self.lost = self.aborts = self.deaf_only = False
        self.ended = False  # closed by a step of the script
        self.delayed: dict[Any, list[tuple[float, bytes, str | None]]] = {}  # by peer
        self.queued = bytearray()  # what the kernel has not taken yet
        self.ends = False  # the peer has finished: it is closed when all answers have gone
        self.then: str | None = None  # what follows it
        self.divided = False  # what comes is messages
        self.divider: Any = None  # divides it
        self.decoders: dict[str, Any] = {}  # of rules: what reads cut in a character is kept
        self.word, self.silent = "", False  # of its rules
        self.answered: dict[int, int] = {}
        self.on_close: list[Callable[[Noted], None]] = []

    def note(self, call: str, job: Callable[[], Any], size: Callable[[Any], Any] = int) -> Any:
        """Make a call and keep its result."""
        look_out()
        began = time.monotonic()
        try:
            found = job()
        except Exception as error:
            self.add(Happened(call, None, error, b"", None, time.monotonic(), began))
            raise
        data, peer = b"", self.peer
        if call == "recv":
            data = found
        elif call == "recvfrom":
            data, peer = found[:2]
        self.add(Happened(call, size(found), None, data, peer, time.monotonic(), began))
        return found

    def add(self, what: Happened) -> None:
        """Keep what happened, and wake whoever waits for it."""
        if self.name in hidden and hidden[self.name](self, what):
            return
        with changed:
            self.note_end(what)
            self.happened.append(what)
            for wait in waits:
                wait.look(self, what)
            changed.notify_all()

    def note_end(self, what: Happened) -> None:
        """Note how this ends the connection: once for each way and each side."""
        ending = None
        lost = self.lost or ("reset", "peer") in self.endings.values()
        if any(map(what.means, LOST)):
            self.lost = self.lost or what.call in {"recv", "recvfrom"}
            ending = ("reset", "peer") if any(map(what.means, RESETS)) else None
        elif what.call == "recv" and what.result == 0:
            ending = None if self.deaf or lost else ("fin", "peer")
        elif what.call == "close":
            self.lost = True
            ours = "reset" if self.aborts else "fin"
            ending = None if ("reset", "peer") in self.endings.values() else (ours, "us")
        elif what.call == "shutdown" and what.error is None and not self.deaf_only:
            ending = ("fin", "us")
        if ending is not None and ending not in self.endings.values():
            self.endings[len(self.happened)] = ending

    def text(self, data: bytes, encoding: str) -> str:
        """The characters that are whole with this read, or those of a message."""
        whole = self.divided or self.type != socket.SOCK_STREAM
        if whole or encoding not in self.decoders:
            kind = codecs.getincrementaldecoder(encoding)
            self.decoders[encoding] = kind("surrogateescape")
        found: str = self.decoders[encoding].decode(data, whole)
        return found

    def bind(self, address: Any) -> None:
        self.note("bind", lambda: super(Noted, self).bind(address), _nothing)
        if isinstance(address, str) and address[:1] not in {"", "\0"}:
            self.path = address
            atexit.register(self.remove)

    def listen(self, backlog: int = 128) -> None:
        self.note("listen", lambda: super(Noted, self).listen(backlog), _nothing)
        listening[self.name] = self

    def connect(self, address: Any) -> None:
        made.setdefault(self.name, []).append(self)
        self.peer = address
        self.note("connect", lambda: super(Noted, self).connect(address), _nothing)
        self.opened = time.monotonic()

    def accept(self) -> tuple[Noted, Any]:
        descriptor, peer = self.note("accept", _accepts(self), lambda found: found[0])
        found = Noted(self.name, self.family, self.type, self.proto, fileno=descriptor)
        found.settimeout(self.gettimeout())
        found.peer = peer
        with changed:
            made.setdefault(self.name, []).append(found)
            changed.notify_all()
        return found, peer

    def recv(self, size: int, flags: int = 0) -> bytes:
        got: bytes = self.note("recv", lambda: super(Noted, self).recv(size, flags), len)
        return got

    def recvfrom(self, size: int, flags: int = 0) -> tuple[bytes, Any]:
        buffer = bytearray(size)
        real = flags | getattr(socket, "MSG_TRUNC", 0)  # its true size, even if it was cut

        def take() -> tuple[bytes, Any, int]:
            number, peer = self.recvfrom_into(buffer, size, real)
            return bytes(buffer[:number]), peer, number

        data, peer, _number = self.note("recvfrom", take, lambda found: found[2])
        return data, peer

    def sendall(self, data: Any, flags: int = 0) -> None:
        with changed:  # what waits goes first
            changed.wait_for(lambda: not self.queued)
        self.note_sent(data)
        self.note("send", lambda: super(Noted, self).sendall(data, flags), lambda _none: len(data))

    def note_sent(self, data: bytes) -> None:
        """Tell what divides its stream: of HTTP, a request decides about its response."""
        if self.divider is not None:
            self.divider.sent(bytes(data))

    def send(self, data: Any, flags: int = 0) -> int:
        sent: int = self.note("send", lambda: super(Noted, self).send(data, flags))
        return sent

    def sendto(self, data: Any, *to: Any) -> int:
        if self not in made.setdefault(self.name, []):
            made[self.name].append(self)
        if not to:
            return self.send(data)
        sent: int = self.note("sendto", lambda: super(Noted, self).sendto(data, *to))
        return sent

    def shutdown(self, how: int) -> None:
        self.deaf = self.deaf or how != socket.SHUT_WR
        self.deaf_only = how == socket.SHUT_RD
        self.note("shutdown", lambda: super(Noted, self).shutdown(how), _nothing)

    def setsockopt(self, *which: Any) -> None:
        lingers_not = (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self.aborts = self.aborts or which == lingers_not  # close() then sends RST (socket(7))
        super().setsockopt(*which)

    def getsockopt(self, *which: int) -> Any:
        return self.note("getsockopt", lambda: super(Noted, self).getsockopt(*which), lambda it: it)

    def close(self) -> None:
        for job in self.on_close:
            job(self)
        self.queued.clear()
        if self.fileno() != -1:
            self.note("close", super().close, _nothing)
            self.remove()

    def remove(self) -> None:
        """Remove the file of its address, which close() leaves (unix(7))."""
        path, self.path = self.path, None
        if path is not None:
            with suppress(OSError):
                Path(path).unlink()


def _accepts(sock: socket.socket) -> Callable[[], tuple[int, Any]]:
    """The accept() that returns the descriptor: the socket made of it is to be a Noted one, too."""
    found: Callable[[], tuple[int, Any]] = sock._accept  # type: ignore[attr-defined]
    return found


def _nothing(_none: object) -> int:
    return 0


def connection(name: str, number: int | None = None) -> Noted:
    """A connection by its number; without one, the newest open one."""

    def find() -> Noted | None:
        found = made.get(name, [])
        if number is not None:
            return found[number - 1] if len(found) >= number else None
        return next((item for item in reversed(found) if item.fileno() != -1), None)

    with changed:
        changed.wait_for(lambda: find() is not None, 10)
        found = find()
    assert found is not None, f"{name} has no such connection"
    return found


def open_ones(name: str) -> list[Noted]:
    """The open connections; of a client, those of its last connect."""
    found = made.get(name, [])
    if name in last:
        found = found[-last[name] :]
    return [item for item in found if item.fileno() != -1]


def connect_anew(name: str) -> None:
    """Close what a client has whose peer has ended; while all of it is open, refuse to connect."""
    with changed:
        there = [item for item in made.get(name, []) if item.fileno() != -1]
        over = [item for item in there if "peer" in {who for _, who in item.endings.values()}]
        assert not there or over, f"{name} is connected already"
        for item in over:
            item.close()


def stop(name: str) -> None:
    """Close everything that an endpoint has."""
    for sock in [*filter(None, [listening.get(name)]), *open_ones(name)]:
        end(sock)


def rest(seconds: float) -> None:
    """Wait, unless what a loop waits for comes."""
    until = time.monotonic() + seconds
    with changed:
        while time.monotonic() < until:
            look_out()
            changed.wait(min(0.02, max(0.0, until - time.monotonic())))


def connected(name: str, where: Any, timeout: float | None = None, **more: Any) -> Noted:
    """A socket for each address of a name, until one is connected."""
    plain = socket.create_connection(where, timeout, **more)
    found = Noted(name, plain.family, plain.type, plain.proto, fileno=plain.detach())
    found.settimeout(timeout)
    made.setdefault(name, []).append(found)
    return found


def peer_of(sock: Noted) -> tuple[Any, ...]:
    """The sender of the last datagram; without one none: the kernel says what is missing."""
    came = (item.peer for item in reversed(sock.happened) if item.call == "recvfrom")
    return next(((peer,) for peer in came if peer is not None), ())


def end(sock: Noted) -> None:
    """close(), as a step of the script asks for."""
    sock.ended = True
    sock.close()


class Met(Exception):
    """Raised when what a loop waits for has come."""


class Until:
    """The condition that ends a loop, whichever call brings it about.

    Attributes:
        found: the error or the bytes that met it.
    """

    def __init__(self, name: str, **what: Any) -> None:
        self.name, self.what = name, what
        self.found: object = None
        self.met = False
        self.came: dict[Noted, bytes] = {}

    def __enter__(self) -> Self:
        with changed:
            waits.append(self)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        with changed:
            waits.remove(self)
        return self.met and (kind is None or issubclass(kind, Exception))

    def look(self, sock: Noted, what: Happened) -> None:
        """Check whether this is it."""
        if self.met or self.name not in {"*", sock.name} or not fits(what, self.what):
            return
        whole: bytes | None = self.what.get("text")
        holds: bytes | None = self.what.get("contains")
        if whole is not None or holds is not None:
            if what.call not in {"recv", "recvfrom"} or not what.data:
                return
            came = what.data
            if sock.type == socket.SOCK_STREAM:
                came = self.came[sock] = self.came.get(sock, b"") + what.data
                holds, whole = holds or whole, None  # its reads are no messages
            if (whole is not None and came != whole) or (holds or b"") not in came:
                return
        self.met, self.found = True, repr(what.error) if what.error else what.data


def spelled(address: Any) -> str:
    """An address as it is written."""
    if not isinstance(address, tuple):
        return str(address)
    host = str(address[0])
    return f"[{host}]:{address[1]}" if ":" in host else f"{host}:{address[1]}"


def look_out() -> None:
    """End the enclosing loop, if what it waits for has come."""
    if threading.current_thread() is threading.main_thread() and any(item.met for item in waits):
        raise Met


def fits(what: Happened, wanted: dict[str, Any]) -> bool:
    """Whether a call is the one looked for; its bytes are checked elsewhere."""
    if wanted.get("call") not in {None, what.call}:
        return False
    if wanted.get("result") is not None and what.result != wanted["result"]:
        return False
    peer = wanted.get("peer")
    if peer is not None and (what.peer is None or peer not in {"*", spelled(what.peer)}):
        return False
    names = [wanted[key] for key in ("errno", "error") if wanted.get(key) is not None]
    if not all(map(what.means, names)) or (what.error and not names):
        return False
    return wanted.get("size") in {None, what.size}
