"""Resolver: turns an address as written into what a call takes; looks names up off the thread."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from time import perf_counter_ns
from typing import TYPE_CHECKING, Protocol

from workbench.engine.model import address as addresses
from workbench.engine.model.errors import describe
from workbench.engine.model.events import END, Event
from workbench.engine.model.options import UNSPECIFIED, numbers
from workbench.engine.model.snapshot import Chip, ChipState
from workbench.engine.model.ticket import Ticket
from workbench.engine.sockets.traced_socket import SockAddress
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.endpoint.setup import SetupRunner


class CommandOwner(Protocol):
    """The endpoint whose commands wait for addresses."""

    def carrying_out(self, ticket: Ticket) -> AbstractContextManager[None]:
        """As `Endpoint.carrying_out`."""

    def lookup_failed(self) -> None:
        """The name does not exist, or could not be looked up."""


class Resolver:
    """Finds addresses for one endpoint: on its own thread if no resolver has to be asked.

    Attributes:
        pending: commands that wait for the resolver.
    """

    def __init__(self, context: EngineContext, setup: SetupRunner, owner: CommandOwner) -> None:
        """`setup`: shows a lookup as the first of its calls."""
        self._context = context
        self._setup = setup
        self._owner = owner
        self.pending: set[Ticket] = set()

    def stop(self) -> None:
        """Give up: what waits for a name fails; a late answer is only logged."""
        given_up, self.pending = self.pending, set()
        for ticket in given_up:
            ticket.fail(Problem("engine.stopped_meanwhile"))

    def written(self, spec: str) -> str:
        """An address as host:port, for a proxy that looks the name up itself.

        Raises:
            Problem: it is none, or the endpoint that it names has none yet.
        """
        parsed = addresses.parse(spec, UNSPECIFIED)
        if parsed.kind is addresses.AddressKind.LINK:
            parsed = addresses.parse(
                self._context.surroundings.link(parsed.link or ""), UNSPECIFIED
            )
        sockaddr = addresses.numeric(parsed)
        if sockaddr is not None:
            return addresses.spell(self._connectable(sockaddr))
        host = socket.gethostname() if parsed.host is None else parsed.host
        return f"{host}:{parsed.port}"

    def find(
        self,
        spec: str,
        ticket: Ticket,
        *,
        binding: bool,
        then: Callable[[tuple[SockAddress, ...]], None],
    ) -> None:
        """Find the socket addresses of an address as written; a name is looked up on another
        thread.

        `then` gets every address of a name, in the resolver's order (RFC 6724).
        """
        wanted = self._context.live.settings.family
        parsed = addresses.parse(spec, wanted)
        if parsed.kind is addresses.AddressKind.LINK:
            parsed = addresses.parse(self._context.surroundings.link(parsed.link or ""), wanted)
        sockaddr = addresses.numeric(parsed, self._temp(parsed))
        if sockaddr is not None:
            then((self._connectable(sockaddr) if not binding else sockaddr,))
            return
        begun = perf_counter_ns()
        self.pending.add(ticket)
        self._setup.forget_strip()  # left over from an earlier attempt
        name = socket.gethostname() if parsed.host is None else parsed.host
        shown = f"{name!r}, {parsed.port!r}"
        family, type_ = numbers(self._context.live.settings)

        def work() -> Callable[[], None]:
            try:
                found = addresses.resolve(
                    parsed,
                    family,
                    type_,
                    binding=binding,
                    beyond=self._context.surroundings.beyond_loopback,
                )
            except (OSError, UnicodeError, Problem) as error:
                failure = error
                return lambda: self._not_resolved(begun, shown, failure, ticket)
            return lambda: self._resolved(begun, shown, found, ticket, then)

        self._context.loop.in_thread(work)

    def _temp(self, parsed: addresses.Address) -> Path | None:
        if parsed.kind is not addresses.AddressKind.TEMP:
            return None
        return self._context.surroundings.temp_dir()

    def _connectable(self, sockaddr: SockAddress) -> SockAddress:
        """The address to connect to: for a wildcard address the loopback of its family."""
        if isinstance(sockaddr, tuple) and sockaddr[0] in {"0.0.0.0", "::"}:  # noqa: S104 - it is only compared
            host = "127.0.0.1" if sockaddr[0] == "0.0.0.0" else "::1"  # noqa: S104 - it is only compared
            return (host, *sockaddr[1:])
        return sockaddr

    def _log_resolution(
        self, begun: int, shown: str, error: BaseException | None, ticket: Ticket
    ) -> None:
        failure = describe(error) if error is not None else None
        self._context.sink.put(
            Event(
                self._context.now(),
                perf_counter_ns() - begun,
                self._context.id,
                None,
                END,
                "getaddrinfo",
                shown,
                None if failure else 0,
                failure.errno if failure else None,
                failure.error if failure else None,
                None,
                None,
                None,
                ticket,
            )
        )
        chip = Chip(
            "getaddrinfo",
            shown,
            ChipState.FAILED if failure else ChipState.DONE,
            errno=(failure.errno or failure.error) if failure else None,
        )
        self._setup.show_lookup(chip)

    def _not_resolved(self, begun: int, shown: str, error: Exception, ticket: Ticket) -> None:
        self._log_resolution(begun, shown, error, ticket)
        self.pending.discard(ticket)
        if not ticket.done:
            self._owner.lookup_failed()
            ticket.fail(error)
        self._context.changed()

    def _resolved(
        self,
        begun: int,
        shown: str,
        found: addresses.Resolved,
        ticket: Ticket,
        then: Callable[[tuple[SockAddress, ...]], None],
    ) -> None:
        self._log_resolution(begun, shown, None, ticket)
        self.pending.discard(ticket)
        if found.note is not None:
            self._context.note(found.note, repr(found.sockaddrs[0]), None, ticket)
        if len(found.sockaddrs) > 1:
            spelled = ", ".join(map(addresses.spell, found.sockaddrs))
            self._context.note(
                "several_addresses", f"{len(found.sockaddrs)}, {spelled!r}", None, ticket
            )
        if ticket.done:  # stopped while the resolver was working
            return
        with self._owner.carrying_out(ticket):
            then(found.sockaddrs)
