"""Socket options, families and types as tables: what this system has, and what fits what."""

from __future__ import annotations

import ipaddress
import socket
import struct
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from workbench.engine.model.settings import EndpointSettings, OptionValue
from workbench.frozen import dataclass
from workbench.texts import Problem


class OptionKind(StrEnum):
    """The type of an option's value: how it is written and read."""

    INT = "int"
    BOOL = "bool"
    LINGER = "linger"
    BYTES = "bytes"


@dataclass(frozen=True, slots=True)
class Option:
    """One socket option.

    Attributes:
        level: its level's number on this system. number: None: this system lacks it.
        size: bytes to read; 0 reads an int.
        read_only: only getsockopt() knows it.
        datagrams: it only applies to datagram sockets.
        network: it has no effect on a unix socket (unix(7)). unix: it only applies there.
    """

    name: str
    level: int
    number: int | None
    kind: OptionKind = OptionKind.INT
    size: int = 0
    read_only: bool = False
    datagrams: bool = False
    network: bool = False
    unix: bool = False

    def required(self) -> int:
        """The option's number. Raises Problem: this system has none."""
        if self.number is None:
            raise Problem("option.missing", name=self.name)
        return self.number


_TCP: Final = socket.IPPROTO_TCP
_IP: Final = socket.IPPROTO_IP
_IP6: Final = getattr(socket, "IPPROTO_IPV6", 41)
_SOL: Final = socket.SOL_SOCKET
_LEVELS: Final = {_SOL: "SOL_SOCKET", _TCP: "IPPROTO_TCP", _IP: "IPPROTO_IP", _IP6: "IPPROTO_IPV6"}
LINGER: Final = "hh" if hasattr(socket, "SO_EXCLUSIVEADDRUSE") else "ii"


def _option(
    name: str,
    level: int,
    kind: OptionKind = OptionKind.INT,
    size: int = 0,
    *,
    read_only: bool = False,
    datagrams: bool = False,
    network: bool = False,
    unix: bool = False,
) -> Option:
    number = getattr(socket, name, None)
    if name == "TCP_KEEPIDLE" and number is None:
        number = getattr(socket, "TCP_KEEPALIVE", None)  # macOS's name for the same
    return Option(name, level, number, kind, size, read_only, datagrams, network, unix)


_ALL: Final = (
    _option("SO_REUSEADDR", _SOL, OptionKind.BOOL, network=True),
    _option("SO_REUSEPORT", _SOL, OptionKind.BOOL, network=True),
    _option("SO_EXCLUSIVEADDRUSE", _SOL, OptionKind.BOOL),
    _option("SO_KEEPALIVE", _SOL, OptionKind.BOOL, network=True),
    _option("SO_LINGER", _SOL, OptionKind.LINGER, struct.calcsize(LINGER)),
    _option("SO_RCVBUF", _SOL),
    _option("SO_SNDBUF", _SOL),
    _option("SO_RCVLOWAT", _SOL),
    _option("SO_BROADCAST", _SOL, OptionKind.BOOL, datagrams=True, network=True),
    _option("SO_DONTROUTE", _SOL, OptionKind.BOOL, network=True),
    _option("SO_OOBINLINE", _SOL, OptionKind.BOOL),
    _option("SO_ERROR", _SOL, read_only=True),
    _option("SO_TYPE", _SOL, read_only=True),
    _option("SO_ACCEPTCONN", _SOL, read_only=True),
    _option("SO_PRIORITY", _SOL),
    _option("SO_MARK", _SOL),
    _option("SO_PASSCRED", _SOL, OptionKind.BOOL, unix=True),
    _option("SO_INCOMING_CPU", _SOL),
    _option("SO_BINDTODEVICE", _SOL, OptionKind.BYTES, 16, network=True),
    _option("TCP_NODELAY", _TCP, OptionKind.BOOL),
    _option("TCP_CORK", _TCP, OptionKind.BOOL),
    _option("TCP_QUICKACK", _TCP, OptionKind.BOOL),
    _option("TCP_MAXSEG", _TCP),
    _option("TCP_KEEPIDLE", _TCP),
    _option("TCP_KEEPINTVL", _TCP),
    _option("TCP_KEEPCNT", _TCP),
    _option("TCP_SYNCNT", _TCP),
    _option("TCP_USER_TIMEOUT", _TCP),
    _option("TCP_DEFER_ACCEPT", _TCP),
    _option("TCP_FASTOPEN", _TCP),
    _option("TCP_LINGER2", _TCP),
    _option("TCP_WINDOW_CLAMP", _TCP),
    _option("TCP_CONGESTION", _TCP, OptionKind.BYTES, 16),
    _option("IP_TTL", _IP),
    _option("IP_TOS", _IP),
    _option("IP_MULTICAST_TTL", _IP, datagrams=True),
    _option("IP_MULTICAST_LOOP", _IP, OptionKind.BOOL, datagrams=True),
    _option("IP_MULTICAST_IF", _IP, OptionKind.BYTES, 4, datagrams=True),
    _option("IPV6_V6ONLY", _IP6, OptionKind.BOOL),
    _option("IPV6_UNICAST_HOPS", _IP6),
    _option("IPV6_MULTICAST_HOPS", _IP6, datagrams=True),
    _option("IPV6_MULTICAST_LOOP", _IP6, OptionKind.BOOL, datagrams=True),
    _option("IPV6_MULTICAST_IF", _IP6, datagrams=True),
    _option("IPV6_TCLASS", _IP6),
)
OPTIONS: Final[Mapping[str, Option]] = {option.name: option for option in _ALL}


def find(name: str) -> Option:
    """The option of this name. Raises Problem with the nearest known name."""
    option = OPTIONS.get(name)
    if option is None:
        import difflib  # only needed for a misspelled name

        near = difflib.get_close_matches(name.upper(), OPTIONS, 1, 0.4)
        raise Problem("option.unknown", name=name, near=near[0] if near else "SO_REUSEADDR")
    return option


def level_name(option: Option) -> str:
    """The level's name in Python's socket module."""
    return _LEVELS[option.level]


def encode(option: Option, value: OptionValue) -> int | bytes:
    """A value as setsockopt takes it. Raises Problem where it does not fit the option."""
    match option.kind:
        case OptionKind.INT | OptionKind.BOOL:
            if isinstance(value, int) and -(2**31) <= value < 2**31:
                return int(value)
        case OptionKind.LINGER:
            if isinstance(value, tuple) and len(value) == 2:
                try:
                    return struct.pack(LINGER, *value)
                except struct.error:
                    pass
        case OptionKind.BYTES:
            if option.name == "IP_MULTICAST_IF" and isinstance(value, str):
                return _interface_address(value)
            if isinstance(value, str):
                return value.encode()
    kind = Problem(f"option.kind_{option.kind.name.lower()}")
    raise Problem("option.bad_value", name=option.name, value=repr(value), kind=kind)


def decode(option: Option, raw: int | bytes) -> OptionValue:
    """The value that getsockopt returned, in the form that `encode` takes."""
    if isinstance(raw, int):
        return raw
    if option.kind is OptionKind.LINGER:
        return tuple(struct.unpack(LINGER, raw))
    if option.name == "IP_MULTICAST_IF":
        return socket.inet_ntoa(raw[:4])
    return raw.split(b"\0", 1)[0].decode("utf-8", "replace")


# -- families and types -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Choice:
    """A family or type; `number` None: this Python or system has no such constant."""

    name: str
    number: int | None


def _choices(*names: str) -> tuple[Choice, ...]:
    return tuple(
        Choice(name, int(number) if (number := getattr(socket, name, None)) is not None else None)
        for name in names
    )


FAMILIES: Final = _choices(
    "AF_INET",
    "AF_INET6",
    "AF_UNSPEC",
    "AF_UNIX",
    "AF_X25",
    "AF_VSOCK",
    "AF_BLUETOOTH",
    "AF_CAN",
    "AF_TIPC",
)
UNSPECIFIED: Final = "AF_UNSPEC"
"""getaddrinfo(3): IPv4 and IPv6. A client's socket then has the family of the address being
tried.
"""
TYPES: Final = _choices("SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET", "SOCK_RDM", "SOCK_RAW")


def _required(choices: tuple[Choice, ...], name: str) -> int:
    for choice in choices:
        if choice.name == name:
            if choice.number is None:
                raise Problem("option.no_constant", name=name)
            return choice.number
    import difflib  # only needed for a misspelled name

    near = difflib.get_close_matches(name.upper(), [choice.name for choice in choices], 1, 0.3)
    raise Problem("option.unknown_choice", name=name, near=near[0] if near else choices[0].name)


def required_family(name: str) -> int:
    """The family's number. Raises Problem: this system has none."""
    return _required(FAMILIES, name)


def required_type(name: str) -> int:
    """The type's number. Raises Problem: this system has none."""
    return _required(TYPES, name)


def numbers(settings: EndpointSettings) -> tuple[int, int]:
    """The numbers of family and type on this system. Raises Problem: it has none."""
    return required_family(settings.family), required_type(settings.type)


# -- which options make sense on which sockets ------------------------------------------------


def unfit(name: str, family: str, type_: str) -> Problem | None:
    """Why this option makes no sense on such a socket; None: it does.

    Nothing is tried: how the kernel answers an option that fits is for the user to see.
    """
    option = OPTIONS[name]
    unix, stream = family == "AF_UNIX", type_ == "SOCK_STREAM"
    if option.number is None:
        return Problem("option.missing", name=name)
    if option.read_only:
        return Problem("option.read_only", name=name)
    if option.level == _TCP and (unix or not stream):
        return Problem("option.needs_tcp", name=name)
    if option.level == _IP and family != "AF_INET":
        return Problem("option.needs_v4", name=name)
    if option.level == _IP6 and family != "AF_INET6":
        return Problem("option.needs_v6", name=name)
    if unix and option.network:
        return Problem("option.nothing_on_unix", name=name)
    if option.unix and not unix:
        return Problem("option.needs_unix", name=name)
    if option.datagrams and type_ != "SOCK_DGRAM":
        return Problem("option.needs_datagrams", name=name)
    return None


# -- multicast --------------------------------------------------------------------------------


def multicast_request(
    group: str, interface: str | None, family: str, *, join: bool
) -> tuple[int, int, bytes, str]:
    """Level, option, value and shown arguments for joining or leaving a multicast group.

    `interface` is a local IPv4 address or an interface's name; None lets the kernel choose.

    Raises:
        Problem: not a multicast group of the family, or no such interface.
    """
    try:
        address = ipaddress.ip_address(group)
    except ValueError:
        raise Problem("option.not_multicast", group=group) from None
    wanted = 6 if family == "AF_INET6" else 4
    if not address.is_multicast or address.version != wanted:
        raise Problem("option.not_multicast", group=group)
    if address.version == 4:
        name = "IP_ADD_MEMBERSHIP" if join else "IP_DROP_MEMBERSHIP"
        raw = address.packed + _interface_address(interface or "0.0.0.0")  # noqa: S104 - "any"
        return _IP, getattr(socket, name), raw, f"IPPROTO_IP, {name}"
    name = "IPV6_JOIN_GROUP" if join else "IPV6_LEAVE_GROUP"
    index = _interface_index(interface) if interface else 0
    return (
        _IP6,
        getattr(socket, name),
        address.packed + struct.pack("@I", index),
        (f"IPPROTO_IPV6, {name}"),
    )


def _interface_address(interface: str) -> bytes:
    """A local IPv4 address as bytes; an interface's name through its address on Linux (ip(7))."""
    try:
        return socket.inet_aton(interface)
    except (OSError, ValueError):  # ValueError: a NUL in it
        return b"\0\0\0\0" + struct.pack("@i", _interface_index(interface))


def _interface_index(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except (OSError, ValueError):  # as above
        raise Problem("option.no_interface", name=name) from None
