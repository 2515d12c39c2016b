"""What a Send means: its bytes, and how often they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, overload

from workbench.engine.connection.file_pieces import BigFile, FilePieces, big_file
from workbench.engine.model import commands as c
from workbench.engine.protocol.framing import wrapper_of
from workbench.payload.checksum import CHECKSUMS, Order, checksum
from workbench.payload.notation import suffix
from workbench.payload.templates import PLACEHOLDERS, Template, hex_template, text_template
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.model.ticket import Ticket

Sent = TypeVar("Sent")
Make = Callable[[], Sent]


@overload
def maker(command: c.Send, settings: EndpointSettings, counter: Iterator[int]) -> Make[bytes]: ...
@overload
def maker(
    command: c.Send, settings: EndpointSettings, counter: Iterator[int], *, in_pieces: bool
) -> Make[bytes | FilePieces]: ...
def maker(
    command: c.Send, settings: EndpointSettings, counter: Iterator[int], *, in_pieces: bool = False
) -> Make[Any]:
    """What gives the bytes of each single send: exactly one of text, hex and file, and a tail.

    `settings`: of the endpoint, for what the command does not say. `in_pieces`: a big file may be
    read while it is sent.

    Raises:
        Problem: none or several given, an inexpressible text, malformed hex, no such file, a
            message where nothing says what one is, or one that its length field cannot count.
    """
    encoding = settings.encoding
    wrap = _wrapper(settings) if command.wrap else bytes
    given = [value for value in (command.text, command.hex, command.file) if value is not None]
    if len(given) != 1:
        raise Problem("engine.one_payload")
    template = _template(command, command.encoding or encoding)
    if template is not None and template.fixed is None:
        return lambda: wrap(with_tail(template.fill({}, next(counter)), command))
    plain = not command.wrap and command.append.value not in CHECKSUMS
    if in_pieces and plain and command.file is not None:
        file = _big_file(command.file)
        if file is not None:
            return lambda: FilePieces(file, suffix(command.append.value))
    data = template.fixed if template is not None else _file(command.file or "")
    fixed = wrap(with_tail(data or b"", command))
    return lambda: fixed


def _wrapper(settings: EndpointSettings) -> Callable[[bytes], bytes]:
    if settings.messages is None:
        raise Problem("engine.wrap_without_messages")
    return wrapper_of(settings.messages, settings.encoding)


def _template(command: c.Send, encoding: str) -> Template | None:
    """Of a text or of hex; what cannot be expressed is said before the first byte goes."""
    if command.text is not None:
        return text_template(command.text, PLACEHOLDERS if command.placeholders else (), encoding)
    return None if command.hex is None else hex_template(command.hex, (), encoding)


def _file(path: str) -> bytes:
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise _unreadable(path, error) from error


def _big_file(path: str) -> BigFile | None:
    try:
        return big_file(Path(path).expanduser())
    except OSError as error:
        raise _unreadable(path, error) from error


def _unreadable(path: str, error: OSError) -> Problem:
    return Problem("engine.no_file", path=path, reason=reason_of(error))


def with_tail(data: bytes, command: c.Send) -> bytes:
    """The bytes and what is appended to them."""
    if command.append is c.Append.NOTHING:
        return data
    if command.append.value not in CHECKSUMS:
        return data + suffix(command.append.value)
    order: Order | None = None
    if command.checksum_order is not None:
        order = "little" if command.checksum_order is c.ByteOrder.LITTLE else "big"
    return data + checksum(
        command.append.value, data, order, command.checksum_from, command.checksum_to
    )


class Counter:
    """What {counter} stands for: 1, then 2, and so on.

    Attributes:
        upcoming: in the next message.
    """

    def __init__(self) -> None:
        self.upcoming = 1

    def __iter__(self) -> Counter:
        return self

    def __next__(self) -> int:
        now = self.upcoming
        self.upcoming += 1
        return now


class Repeater:
    """Repeated sends of one endpoint; all on its thread."""

    def __init__(self, context: EngineContext) -> None:
        self._context = context
        self._running: set[Ticket] = set()
        self._left: dict[Ticket, int] = {}

    def run(
        self, command: c.Send, ticket: Ticket, once: Callable[[Ticket | None], bool | None]
    ) -> None:
        """Run `once` as often as the command asks; the last one carries the ticket.

        `once` says whether another one may follow, None where this one was not made either; if
        not, the rest is dropped.
        """

        def go() -> None:
            if ticket not in self._running:
                return  # cancelled
            if ticket.done:  # with its endpoint
                self._give_up(ticket, Problem("engine.closed_meanwhile"))
                return
            left = self._left[ticket] = self._left[ticket] - 1
            try:
                goes_on = once(None if left else ticket)
            except Problem as problem:  # a file that is sent again and is not as it was
                self._context.not_done(problem, ticket)
                self._give_up(ticket, problem)
                return
            if goes_on is None:
                self._left[ticket] += 1
            if not goes_on:
                self._give_up(ticket, Problem("engine.closed_meanwhile"))
            elif not left:
                self._forget(ticket)
            elif command.interval > 0:
                self._context.loop.after(command.interval, go)
            else:
                self._context.loop.post(go)

        self._running.add(ticket)
        self._left[ticket] = max(1, command.repeat)
        go()

    def _forget(self, ticket: Ticket) -> int:
        self._running.discard(ticket)
        return self._left.pop(ticket, 0)

    def _give_up(self, ticket: Ticket, reason: Problem) -> None:
        left = self._forget(ticket)
        if left:
            self._context.note("repeats_dropped", str(left), None, ticket)
        ticket.fail(reason)

    def cancel_all(self) -> None:
        """The endpoint owns nothing any more, and its timers end with its loop."""
        for ticket in list(self._running):
            self._give_up(ticket, Problem("engine.closed_meanwhile"))

    def cancel(self) -> None:
        """Give up what is still to be sent. Raises Problem where nothing is."""
        if not self._running:
            raise Problem("engine.nothing_repeated")
        for ticket in self._running:
            ticket.finish()
        self._running.clear()
        self._left.clear()
