"""What a Send means: its bytes, and how often they go."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from workbench.engine import commands as c
from workbench.engine.loop import EndpointLoop
from workbench.engine.ticket import Ticket
from workbench.payload import encode, parse_hex, suffix
from workbench.texts import Problem


def payload_of(command: c.Send, encoding: str) -> bytes:
    """The bytes of a Send: exactly one of text, hex and file, then what is appended.

    Raises:
        Problem: none or several given, an inexpressible text, malformed hex, no such file.
    """
    given = [value for value in (command.text, command.hex, command.file) if value is not None]
    if len(given) != 1:
        raise Problem("engine.one_payload")
    if command.text is not None:
        data = encode(command.text, command.encoding or encoding)
    elif command.hex is not None:
        data = parse_hex(command.hex)
    else:
        try:
            data = Path(command.file or "").expanduser().read_bytes()
        except OSError as error:
            raise Problem("engine.no_file", path=str(command.file),
                          reason=str(error.strerror)) from error
    return data + suffix(command.append.value)


def repeat(loop: EndpointLoop, command: c.Send, ticket: Ticket,
           once: Callable[[Ticket | None], None]) -> None:
    """Run `once` as often as the command asks; the last one carries the ticket."""
    remaining = max(1, command.repeat)

    def go() -> None:
        nonlocal remaining
        if ticket.done:
            return
        remaining -= 1
        if not remaining:
            once(ticket)
            return
        once(None)
        if command.interval > 0:
            loop.after(command.interval, go)
        else:
            loop.post(go)

    go()
