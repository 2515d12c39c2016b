"""Connecting: the connects of one command, each trying the addresses of a name in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.endpoint.setup import SetupStep, SocketSetup
from workbench.engine.model.address import SockAddress, family_of, spell
from workbench.engine.model.errors import describe
from workbench.engine.model.options import UNSPECIFIED
from workbench.engine.model.planned_calls import Purpose
from workbench.engine.model.snapshot import CloseCause
from workbench.engine.model.ticket import Outcome, Ticket, Tried, failed
from workbench.frozen import dataclass
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.context import EngineContext
    from workbench.engine.connection.stream_connection import StreamConnection
    from workbench.engine.endpoint.setup import SetupRunner
    from workbench.engine.sockets.traced_socket import TracedSocket


@dataclass(frozen=True, slots=True)
class Goal:
    """Where a connect goes: the resolved addresses, and what a proxy or layer is told.

    Attributes:
        spec: as written.
        family: as configured; AF_UNSPEC: each address has its own.
        sockaddrs: its addresses, in the resolver's order (RFC 6724), which are tried one after the
            other.
        local: addresses to bind to first, of which the first that belongs to this machine is taken;
            none: the kernel chooses.
        target: whom the proxy is to connect to, where that is what `spec` names, or the address
            that an @link stands for; "": `spec` says it itself.
    """

    spec: str
    family: str
    sockaddrs: tuple[SockAddress, ...]
    local: tuple[SockAddress, ...] = ()
    target: str = ""

    def family_for(self, sockaddr: SockAddress) -> str:
        """The family of the socket that connects to an address."""
        return family_of(sockaddr) if self.family == UNSPECIFIED else self.family

    def local_for(self, sockaddr: SockAddress) -> tuple[SockAddress, ...]:
        """The local addresses of that family; all of them if none fits, so that the kernel's error
        shows.
        """
        fitting = tuple(each for each in self.local if family_of(each) == family_of(sockaddr))
        return fitting or self.local


class Holder:
    """The connection that a set-up makes: its first call creates it, the later ones use it."""

    def __init__(self, connection: StreamConnection | None = None) -> None:
        self.connection = connection

    def need(self) -> StreamConnection:
        """The connection. Raises Problem: it is closed, or not made yet."""
        if self.connection is None or not self.connection.open:
            raise Problem("engine.no_socket")
        return self.connection

    def traced(self) -> TracedSocket:
        return self.need().traced

    def maybe(self) -> TracedSocket | None:
        return self.connection.traced if self.connection is not None else None

    def give_up(self, error: BaseException, ticket: Ticket) -> None:
        """Close the connection, because a call of its set-up failed."""
        if self.connection is not None and self.connection.open:
            symbol = None if isinstance(error, Problem) else describe(error).errno
            self.connection.close(CloseCause.FAILED, ticket, symbol)


class Connector(Protocol):
    """The endpoint that connects: it makes the sockets and is told when a connect ended."""

    @property
    def context(self) -> EngineContext: ...
    @property
    def setup(self) -> SetupRunner: ...

    def opening_calls(
        self,
        holder: Holder,
        purpose: Purpose,
        family: str,
        local: tuple[SockAddress, ...],
        ticket: Ticket,
        connect: Callable[[], None],
        peer: SockAddress | None,
    ) -> list[SetupStep]:
        """The calls that build a socket, with `connect` as the last."""

    def find_phase(self) -> None:
        """One connect is no longer under way."""


class ConnectBurst:
    """The connects of one command: how many are still under way, and the first failure."""

    def __init__(self, owner: Connector, goal: Goal, count: int, ticket: Ticket) -> None:
        self.owner = owner
        self.goal = goal
        self.ticket = ticket
        self._left = count
        self._failure: Outcome | None = None

    def begin(self, count: int, fresh: StreamConnection | None) -> None:
        """Plan all connects; the first one uses the socket that exists already, if any."""
        for index in range(count):
            ConnectAttempt(self, fresh if not index else None).go()

    def settle(self, failure: Outcome | None) -> None:
        """Note one connect's outcome; the last one ends the ticket, with the first failure if there
        was one.
        """
        self._failure = self._failure or failure
        self._left -= 1
        self.owner.find_phase()
        if not self._left:
            self.ticket.finish(self._failure) if self._failure else self.ticket.finish()


class ConnectAttempt:
    """One connect of a burst: it makes a socket for each address until one is connected."""

    def __init__(self, burst: ConnectBurst, fresh: StreamConnection | None) -> None:
        self._burst = burst
        self._fresh = fresh
        self._upcoming = list(burst.goal.sockaddrs)
        self._tried: list[tuple[SockAddress, BaseException]] = []
        self._settled = False

    def go(self) -> None:
        """Plan the calls for the next address."""
        burst = self._burst
        owner, ticket = burst.owner, burst.ticket
        sockaddr = self._upcoming.pop(0)
        holder, fresh = Holder(self._fresh), self._fresh
        self._fresh = None
        under_way = False

        def connect() -> None:
            nonlocal under_way
            under_way = True
            op = PendingCall("connect", 0, ticket, repr(sockaddr), ended, failing)
            if burst.goal.target:
                holder.need().aim(burst.goal.target)
            holder.need().connect(sockaddr, op)

        def failing(error: BaseException) -> None:
            if self._goes_on and holder.connection is not None:
                holder.connection.passed_over = True
                owner.context.note(
                    "next_address",
                    ", ".join(map(repr, (spell(sockaddr), _name(error), spell(self._upcoming[0])))),
                    holder.connection.traced.id,
                    ticket,
                )

        def ended(error: BaseException | None) -> None:
            connection = holder.connection
            pending = connection is not None and connection.open
            self._ended(sockaddr, error, stays=error is None or pending)

        def fail(error: BaseException) -> None:
            holder.give_up(error, ticket)
            self._ended(sockaddr, error, stays=not under_way)

        calls = owner.opening_calls(
            holder,
            Purpose.CONNECT,
            burst.goal.family_for(sockaddr),
            burst.goal.local_for(sockaddr),
            ticket,
            connect,
            sockaddr,
        )
        if fresh is not None:
            del calls[:-1]  # it exists already
        owner.setup.begin(
            SocketSetup(calls, holder.maybe, owner.find_phase, fail), goes_on=bool(self._tried)
        )

    @property
    def _goes_on(self) -> bool:
        """Whether another address is left to try."""
        return bool(self._upcoming) and not self._settled and not self._burst.ticket.done

    def _ended(self, sockaddr: SockAddress, error: BaseException | None, *, stays: bool) -> None:
        """Note that the connect has ended, or was not made at all.

        `stays`: no other address is tried: it is connected, or under way though nobody waits (a
        timeout of 0), or the socket could not even be created.
        """
        if self._settled:
            self._burst.owner.find_phase()
            return
        if error is not None:
            self._tried.append((sockaddr, error))
        if stays or isinstance(error, Problem) or not self._goes_on:
            self._settled = True
            self._burst.settle(None if error is None else self._failure(error))
            return
        self.go()

    def _failure(self, error: BaseException) -> Outcome:
        """The outcome of the last connect, with every address that was tried."""
        last = failed(error)
        if len(self._tried) < 2:
            return last
        tried = Tried(
            self._burst.goal.spec,
            tuple((spell(sockaddr), _name(reason)) for sockaddr, reason in self._tried),
        )
        self._burst.owner.context.note(
            "none_answered",
            f"{len(tried.failures)}, {tried.name!r}, {str(tried)!r}",
            None,
            self._burst.ticket,
        )
        return replace(last, tried=tried)


def _name(reason: BaseException) -> str:
    if isinstance(reason, Problem):
        return reason.key
    failure = describe(reason)
    return failure.errno or failure.error
