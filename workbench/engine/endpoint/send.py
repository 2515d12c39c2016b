"""A Send command: the bytes it makes, the connections it goes to, and how often it is made."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, overload

from workbench.engine.connection.file_pieces import BigFile, FilePieces, big_file
from workbench.engine.model import commands as c
from workbench.engine.model.endless_file import check_end
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.message_ends import check_wrap
from workbench.engine.model.settings import Role
from workbench.engine.model.tail import Append
from workbench.engine.model.ticket import OK, failed
from workbench.engine.protocol.layer import Text
from workbench.engine.protocol.with_tail import with_tail
from workbench.payload.checksum import CHECKSUMS
from workbench.payload.notation import encode
from workbench.payload.templates import (
    EMPTY,
    PLACEHOLDERS,
    Template,
    hex_template,
    text_template,
)
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.send_queue import Payload
    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.model.ticket import Ticket

Sent = TypeVar("Sent")
Make = Callable[[], Sent]
AHEAD: Final = 1 << 20
"""Unsent bytes of a connection above which nothing is repeated: a peer that does not read would let
the queue grow without end.
"""
LOOK_AGAIN: Final = 0.02
"""Seconds until a send that was held back checks again whether the kernel has taken enough."""


@overload
def maker(command: c.Send, settings: EndpointSettings, counter: Iterator[int]) -> Make[bytes]: ...
@overload
def maker(
    command: c.Send, settings: EndpointSettings, counter: Iterator[int], *, in_pieces: bool
) -> Make[bytes | FilePieces]: ...
def maker(
    command: c.Send, settings: EndpointSettings, counter: Iterator[int], *, in_pieces: bool = False
) -> Make[Any]:
    """A function that gives the bytes of each single send: of text, hex or file, with its tail.

    `settings`: those of the endpoint, for what the command leaves open. `in_pieces`: a big file may
    be read while it is sent.

    Raises:
        Problem: none or several given, an inexpressible text, malformed hex, no such file, a
            message where nothing says what one is, or one that its length field cannot count,
            pieces of what is no stream.
    """
    encoding = command.encoding or settings.encoding
    given = [value for value in (command.text, command.hex, command.file) if value is not None]
    if len(given) != 1:
        raise Problem("engine.one_payload")
    if command.to is not None and settings.role is not Role.DATAGRAM:
        raise Problem("engine.to_no_datagram", to=command.to)
    if command.pieces and settings.type != "SOCK_STREAM":
        raise Problem("engine.pieces_no_stream", type=settings.type)
    if command.text is not None and _stands_as_it_is(command):
        message = Text(encode(command.text, encoding))
        return lambda: message
    template = _template(command, encoding)
    after = hex_template(command.append_hex, (), encoding) if command.append_hex else EMPTY
    wrap = _wrapper(settings) if command.wrap else bytes
    if command.text is not None:
        plain_wrap = wrap

        def wrap(data: bytes) -> bytes:
            return Text(plain_wrap(data))

    if after.fixed is None or (template is not None and template.fixed is None):
        return _anew(command, template, after, wrap, counter)
    plain = not command.wrap and command.append.value not in CHECKSUMS
    if in_pieces and plain and command.file is not None:
        file = _big_file(command.file)
        if file is not None:
            return lambda: FilePieces(file, with_tail(b"", command, after.fixed or b""))
    data = template.fixed if template is not None else _file(command.file or "")
    fixed = wrap(with_tail(data or b"", command, after.fixed))
    return lambda: fixed


def _stands_as_it_is(command: c.Send) -> bool:
    """Whether nothing is filled in, put before the message or appended, as with most messages."""
    changed = command.placeholders or command.wrap or command.append_hex
    return not changed and command.append is Append.NOTHING


def _anew(
    command: c.Send,
    template: Template | None,
    after: Template,
    wrap: Callable[[bytes], bytes],
    counter: Iterator[int],
) -> Make[bytes]:
    """A maker for bytes that differ with each send. `template` None: a file."""
    file = _file(command.file or "") if template is None else b""

    def make() -> bytes:
        number = next(counter)
        data = file if template is None else template.fill({}, number)
        return wrap(with_tail(data, command, after.fill({}, number)))

    return make


def _wrapper(settings: EndpointSettings) -> Callable[[bytes], bytes]:
    check_wrap(settings.messages)
    assert settings.messages is not None
    # only needed where something is framed
    from workbench.engine.protocol.framing import wrapper_of

    return wrapper_of(settings.messages, settings.encoding)


def _template(command: c.Send, encoding: str) -> Template | None:
    """The template of a text or of hex. Raises Problem for what the encoding cannot express."""
    if command.text is not None:
        return text_template(command.text, PLACEHOLDERS if command.placeholders else (), encoding)
    return None if command.hex is None else hex_template(command.hex, (), encoding)


def _file(path: str) -> bytes:
    place = Path(path).expanduser()
    try:
        check_end(place)
        return place.read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _big_file(path: str) -> BigFile | None:
    try:
        return big_file(Path(path).expanduser())
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem("engine.no_file", path=path, reason=reason_of(error))


def send_all(connections: Sequence[Connection], make: Make[Payload], ticket: Ticket | None) -> bool:
    """Send to each of the connections; returns whether another send() may follow."""
    if len(connections) == 1:  # as is nearly always the case
        connections[0].write(make(), ticket)
        return connections[0].can_send
    ended = JoinedTicket(ticket, len(connections)) if ticket is not None else None
    for connection in connections:
        own = None if ended is None else ended.of(connection.number)
        connection.write(make(), ticket, ended=own)
    return any(connection.can_send for connection in connections)


def send_again(
    connections: Sequence[Connection], make: Make[Payload], ticket: Ticket | None
) -> bool | None:
    """Send again to those of them that are still open; None: all."""
    live = [connection for connection in connections if connection.open]
    return send_all(live, make, ticket) if live else None


class Counter:
    """The number for {counter}: 1, 2, 3 … for one repeated send, the same on all its connections.

    Attributes:
        upcoming: the number in the next message.
    """

    def __init__(self) -> None:
        self.upcoming = 1
        self._held = self._used = False

    def __iter__(self) -> Counter:
        return self

    def __next__(self) -> int:
        now = self.upcoming
        self._used = True
        self.upcoming += not self._held
        return now

    @contextmanager
    def for_all(self) -> Iterator[None]:
        """A block in which everything sent is one message, however many connections it goes to."""
        self._held, self._used = True, False
        try:
            yield
        finally:
            self._held = False
            self.upcoming += self._used


class InPieces:
    """Messages that are sent a few bytes at a time.

    Attributes:
        piece: the bytes to send now.
    """

    def __init__(self, make: Make[bytes], size: int) -> None:
        self._make = make
        self._size = size
        self._rest = memoryview(b"")
        self.piece = b""

    def advance(self) -> bool:
        """Cut off the next piece; returns whether its message ends with it. Raises Problem."""
        if not self._rest:
            self._rest = memoryview(self._make())
        self.piece = bytes(self._rest[: self._size])
        self._rest = self._rest[self._size :]
        return not self._rest


@dataclass(slots=True)
class _Repeated:
    """A repeated Send under way, and how many of it were made."""

    command: c.Send
    made: int = 0

    @property
    def left(self) -> int:
        """How many are still to come; below 0 if there is no end."""
        return self.command.repeat - self.made


class Repeater:
    """Repeated sends, and sends in pieces, of one endpoint; used on its thread."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._running: dict[Ticket, _Repeated] = {}

    def run(
        self,
        command: c.Send,
        ticket: Ticket,
        once: Callable[[Ticket | None], bool | None],
        to: Sequence[Connection],
        pieces: InPieces | None = None,
    ) -> None:
        """Run `once` as often as the command asks; the last one carries the ticket.

        `once` returns whether another one may follow, or None if this one could not be made either;
        then the rest is dropped. `to`: the connections it sends to; it pauses while one of them has
        more than AHEAD unsent. `pieces`: it sends one of these each time.
        """
        repeated = _Repeated(command)

        def go() -> None:
            if ticket not in self._running:
                return  # cancelled
            if ticket.done:  # together with its endpoint
                self._give_up(ticket, Problem("engine.closed_meanwhile"))
                return
            if any(item.outbox.size > AHEAD for item in to if item.open):
                self._context.loop.after(LOOK_AGAIN, go)
                return
            try:
                ends = pieces is None or pieces.advance()
                repeated.made += ends
                goes_on = once(None if repeated.left else ticket)
            except Problem as problem:  # a file that is sent again has changed
                self._context.not_done(problem, ticket)
                self._give_up(ticket, problem)
                return
            if goes_on is None:
                repeated.made -= ends
            if not goes_on:
                self._give_up(ticket, Problem("engine.closed_meanwhile"))
            elif not repeated.left:
                self._running.pop(ticket, None)
            elif command.interval > 0:
                self._context.loop.after(command.interval, go)
            else:
                self._context.loop.post(go)

        self._running[ticket] = repeated
        go()

    @property
    def progress(self) -> tuple[int, int] | None:
        """(made, of how many) of the newest repeated Send; the second is 0 when it has no end."""
        for repeated in reversed(self._running.values()):
            if repeated.command.repeat != 1:
                return repeated.made, repeated.command.repeat
        return None

    def _give_up(self, ticket: Ticket, reason: Problem) -> None:
        repeated = self._running.pop(ticket, None)
        if repeated is not None and repeated.left > 0:
            self._context.note("repeats_dropped", str(repeated.left), None, ticket)
        made = None if repeated is None else repeated.made
        ticket.finish(replace(failed(reason), made=made))

    def cancel_all(self) -> None:
        """Stop every repeat: the endpoint owns nothing any more, and its loop ends."""
        for ticket in list(self._running):
            self._give_up(ticket, Problem("engine.closed_meanwhile"))

    def cancel(self) -> None:
        """Give up what is still to be sent. Raises Problem: there is nothing."""
        if not self._running:
            raise Problem("engine.nothing_repeated")
        for ticket, repeated in self._running.items():
            ticket.finish(replace(OK, made=repeated.made))
        self._running.clear()
