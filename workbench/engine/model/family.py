"""Texts that depend on the kind of socket: chooses the one that fits family, type and address.

A text is found under its key (for TCP, or all kinds alike) and, where it has to differ, also under
the key with a scope in front: `unix.errors.EPIPE.try`. The texts of a scope say what is true of
that family: unix(7), udp(7), ipv6(7).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from workbench.engine.model.errors import explanation_key
from workbench.named_tuple import NamedTuple
from workbench.texts import has

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

PATH: Final = "path"
ABSTRACT: Final = "abstract"
_STREAM_ONLY: Final = frozenset({"EINPROGRESS", "EALREADY", "ECONNABORTED", "ETIMEDOUT"})
_MESSAGES_ONLY: Final = frozenset({"EMSGSIZE", "EDESTADDRREQ"})
_IP_ONLY: Final = frozenset(
    {"EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL", "ENODEV", "EDESTADDRREQ", *_STREAM_ONLY}
)
_UNIX_ONLY: Final = frozenset({"ENOENT", "ENOTDIR", "ENOTSOCK", "EPROTOTYPE"})
_FILES: Final = frozenset({"ENOENT", "ENOTDIR", "ENOTSOCK"})
_CARRIERS: Final = frozenset({"recv", "send"})
_DATA: Final = "data"
"""In a text's key: any call that carries bytes on an established connection."""


class SocketKind(NamedTuple):
    """Family, type and form of address of the socket that a text is about.

    Attributes:
        address: PATH or ABSTRACT of an AF_UNIX address that is known; "" else.
    """

    family: str = "AF_INET"
    type: str = "SOCK_STREAM"
    address: str = ""

    @property
    def scopes(self) -> Iterator[str]:
        """The sections that may contain its texts, the most specific first."""
        datagram = self.type == "SOCK_DGRAM"
        if self.family == "AF_UNIX":
            if datagram:
                yield from (f"unix_{self.address}_datagram",) if self.address else ()
                yield "unix_datagram"
            if self.address:
                yield f"unix_{self.address}"
            yield "unix"
            return
        if self.family == "AF_INET6":
            yield "ipv6"
        if datagram:
            yield "udp"


TCP: Final = SocketKind()


def fitting(key: str, kind: SocketKind = TCP) -> str:
    """The key of the text that fits this kind of socket."""
    return next((f"{scope}.{key}" for scope in kind.scopes if has(f"{scope}.{key}")), key)


def error_stem(errno_name: str | None, error: str | None, kind: SocketKind = TCP) -> str:
    """The key of a failed call's texts that fits this kind of socket, without `.what`, `.kernel` or
    `.try`.
    """
    if errno_name is not None and not _is_known(errno_name, kind):
        return "errors.unexpected"
    return explanation_key(errno_name, error)


def error_text(
    errno_name: str | None, error: str | None, part: str, kind: SocketKind = TCP, call: str = ""
) -> str:
    """The key of one text about a failed call; `part`: what, kernel or try.

    Some errors mean something else for one call: `errors.connect_EADDRNOTAVAIL`. A text for the
    kind of socket goes before a general one, and within each a text for the call.
    """
    stem = error_stem(errno_name, error, kind)
    plain = f"{stem}.{part}"
    name = errno_name or error
    if not call or stem != f"errors.{name}":
        return fitting(plain, kind)
    of_call = f"errors.{_DATA if call in _CARRIERS else call}_{name}.{part}"
    keys = (f"{scope}.{key}" for scope in kind.scopes for key in (of_call, plain))
    return next((key for key in (*keys, of_call) if has(key)), plain)


def _is_known(name: str, kind: SocketKind) -> bool:
    if kind.family != "AF_UNIX":
        unknown = _UNIX_ONLY | (_STREAM_ONLY if kind.type == "SOCK_DGRAM" else _MESSAGES_ONLY)
        return name not in unknown
    if name.startswith("EAI_") or name in _IP_ONLY:
        return False
    if kind.type == "SOCK_STREAM" and name in _MESSAGES_ONLY:
        return False
    return kind.address != ABSTRACT or name not in _FILES


def kind_of(
    settings: EndpointSettings, linked: Callable[[str], EndpointSettings] | None = None
) -> SocketKind:
    """The kind of an endpoint's sockets; `linked` gives the settings behind an @link."""
    address = settings.address
    if address.startswith("@") and linked is not None:
        address = linked(address[1:]).address
    return SocketKind(
        settings.family, settings.type, form_of(address) if settings.family == "AF_UNIX" else ""
    )


def form_of(address: str | None) -> str:
    """PATH or ABSTRACT for an AF_UNIX address; "" for any other."""
    if not address or address.startswith("@"):
        return ""
    # in a call's arguments an abstract name is the repr() of bytes, or of a text that begins with
    # NUL
    if address.startswith(("abstract:", "b'\\x00", 'b"\\x00', "'\\x00", '"\\x00', "\0")):
        return ABSTRACT
    return PATH
