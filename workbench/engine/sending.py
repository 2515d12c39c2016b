"""What a Send means: its bytes, and how often they go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.checksum import CHECKSUMS, Order, checksum
from workbench.engine import commands as c
from workbench.payload import encode, parse_hex, suffix
from workbench.placeholders import expand
from workbench.texts import Problem, reason_of

if TYPE_CHECKING:
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.ticket import Ticket

Make = Callable[[], bytes]


def maker(command: c.Send, encoding: str, counter: Iterator[int]) -> Make:
    """What gives the bytes of each single send: exactly one of text, hex and file, and a tail.

    Raises:
        Problem: none or several given, an inexpressible text, malformed hex, no such file.
    """
    given = [value for value in (command.text, command.hex, command.file) if value is not None]
    if len(given) != 1:
        raise Problem("engine.one_payload")
    if command.text is not None and command.placeholders:
        text, used = command.text, command.encoding or encoding
        encode(text, used)  # what cannot be expressed is said before the first byte goes
        return lambda: with_tail(encode(expand(text, next(counter)), used), command)
    fixed = with_tail(_fixed(command, encoding), command)
    return lambda: fixed


def _fixed(command: c.Send, encoding: str) -> bytes:
    if command.text is not None:
        return encode(command.text, command.encoding or encoding)
    if command.hex is not None:
        return parse_hex(command.hex)
    try:
        return Path(command.file or "").expanduser().read_bytes()
    except OSError as error:
        raise Problem("engine.no_file", path=str(command.file),
                      reason=reason_of(error)) from error


def with_tail(data: bytes, command: c.Send) -> bytes:
    """The bytes and what is appended to them."""
    if command.append.value not in CHECKSUMS:
        return data + suffix(command.append.value)
    order: Order | None = None
    if command.checksum_order is not None:
        order = "little" if command.checksum_order is c.ByteOrder.LITTLE else "big"
    return data + checksum(
        command.append.value, data, order, command.checksum_from, command.checksum_to)


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

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._running: set[Ticket] = set()

    def run(self, command: c.Send, ticket: Ticket, once: Callable[[Ticket | None], bool]) -> None:
        """Run `once` as often as the command asks; the last one carries the ticket.

        `once` says whether there is still something to send on; if not, the rest is dropped.
        """
        remaining = max(1, command.repeat)

        def go() -> None:
            nonlocal remaining
            if ticket.done:
                self._running.discard(ticket)
                return
            remaining -= 1
            if not remaining:
                self._running.discard(ticket)
                once(ticket)
            elif not once(None):
                self._running.discard(ticket)
                ticket.fail(Problem("engine.closed_meanwhile"))
            elif command.interval > 0:
                self._endpoint.worker.loop.after(command.interval, go)
            else:
                self._endpoint.worker.loop.post(go)

        self._running.add(ticket)
        go()

    def lapse(self) -> None:
        """The endpoint owns nothing any more, and its timers end with its loop."""
        running, self._running = self._running, set()
        for ticket in running:
            ticket.fail(Problem("engine.closed_meanwhile"))

    def cancel(self) -> None:
        """Give up what is still to be sent. Raises Problem where nothing is."""
        if not self._running:
            raise Problem("engine.nothing_repeated")
        for ticket in self._running:
            ticket.finish()
        self._running.clear()
