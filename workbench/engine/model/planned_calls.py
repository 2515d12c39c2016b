"""The calls that build a socket, planned as data: set-up, call strip and code export share them.

Only this module knows them: a set-up makes them, the call strip shows them before they are made,
and a scenario exported as Python writes them down.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import ClassVar, Final

from workbench.engine.model.settings import EndpointSettings, OptionValue, Role
from workbench.frozen import dataclass


class Purpose(Enum):
    """What a socket is built for, which decides its bind and its last call.

    Attributes:
        START: to listen, to be bound, or (a stream) merely to exist.
        CONNECT: to be connected to the endpoint's address.
        SEND: a datagram socket that sends without connect().
    """

    START = auto()
    CONNECT = auto()
    SEND = auto()


@dataclass(frozen=True, slots=True)
class SocketCall:
    """socket(family, type) and, where one is asked for, the protocol."""

    call: ClassVar = "socket"
    family: str
    type: str
    protocol: int = 0

    @property
    def text(self) -> str:
        """Its arguments as shown."""
        named = f"{self.family}, {self.type}"
        return f"{named}, {self.protocol}" if self.protocol else named


@dataclass(frozen=True, slots=True)
class OptionCall:
    """setsockopt() of a known option, with its value in a scenario's spelling."""

    call: ClassVar = "setsockopt"
    name: str
    value: OptionValue

    @property
    def text(self) -> str:
        """Its arguments as shown."""
        return f"{self.name}, {self.value!r}"


@dataclass(frozen=True, slots=True)
class BindCall:
    """bind() to an address in a scenario's spelling."""

    call: ClassVar = "bind"
    address: str


@dataclass(frozen=True, slots=True)
class ListenCall:
    """listen()."""

    call: ClassVar = "listen"
    backlog: int

    @property
    def text(self) -> str:
        """Its arguments as shown."""
        return str(self.backlog)


@dataclass(frozen=True, slots=True)
class ConnectCall:
    """connect() to an address in a scenario's spelling."""

    call: ClassVar = "connect"
    address: str


PlannedCall = SocketCall | OptionCall | BindCall | ListenCall | ConnectCall
"""`call` is its name in Python's socket."""
CALLS: Final = frozenset(
    kind.call for kind in (SocketCall, OptionCall, BindCall, ListenCall, ConnectCall)
)
"""The calls of a set-up. Others follow from what happens later: nobody can plan when accept()
returns.
"""


def planned_calls(
    settings: EndpointSettings, purpose: Purpose, family: str | None = None
) -> tuple[PlannedCall, ...]:
    """The calls that build one socket; `family`: that of the address, if the endpoint's is
    AF_UNSPEC.
    """
    calls: list[PlannedCall] = [
        SocketCall(family or settings.family, settings.type, settings.protocol)
    ]
    if settings.dual_stack is not None and settings.family == "AF_INET6":
        calls.append(OptionCall("IPV6_V6ONLY", 0 if settings.dual_stack else 1))
    calls += [OptionCall(name, value) for name, value in settings.options]
    own = own_address(settings, purpose)
    if own is not None:
        calls.append(BindCall(own))
    if settings.role is Role.LISTENER:
        calls.append(ListenCall(settings.backlog))
    elif purpose is Purpose.CONNECT:
        calls.append(ConnectCall(settings.address))
    return tuple(calls)


def own_address(settings: EndpointSettings, purpose: Purpose) -> str | None:
    """The address that the socket is bound to; None: it is not bound.

    A listener binds to its address; so does a datagram socket that is started, unless the address
    leads to another endpoint.
    """
    if settings.role is Role.LISTENER:
        return settings.address
    own = settings.bind
    if settings.role is Role.DATAGRAM:
        own = own or (settings.address if purpose is Purpose.START else None)
        if own is not None and own.startswith("@"):
            return None
    return own or None
