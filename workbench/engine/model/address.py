"""Addresses: from a scenario's spelling to the argument of a call, and back."""

from __future__ import annotations

import ipaddress
import os
import re
import socket
import sys
from collections.abc import Sequence
from enum import Enum, auto
from pathlib import Path
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.payload.signs import plain_sign
from workbench.texts import Problem

SockAddress = tuple[str, int] | tuple[str, int, int, int] | str | bytes
# sun_path[108] with its NUL: unix(7); that of an abstract name included
UNIX_PATH_BYTES: Final = 107
_LOOPBACK: Final = "127.0.0.1"
_AF_UNIX: Final = getattr(socket, "AF_UNIX", -1)
_NAME: Final = late_pattern(r"[A-Za-z0-9_-]+\Z")
_PASTED: Final = late_pattern(
    r"(?:(tcp|udp)://)?(\[[^\]]+\]|[^:/\s]+):([0-9]{1,5})/?\Z", re.IGNORECASE
)
_SPACE: Final = late_pattern(r"\s")
_DOTTED: Final = late_pattern(r"[0-9]+(?:\.[0-9]*)+\Z")  # no host name ends in a number
_HEX_BYTE: Final = late_pattern(r"\\x([0-9a-fA-F]{2})")
_HAS_ABSTRACT: Final = sys.platform == "linux"


def names_endpoint(text: str) -> bool:
    """Whether an endpoint may have this name, so that `@NAME` can stand for its address."""
    return _NAME.match(text) is not None


class AddressKind(Enum):
    """How an address is written."""

    INET = auto()
    INET6 = auto()
    PATH = auto()
    ABSTRACT = auto()
    TEMP = auto()
    HOSTNAME = auto()
    LINK = auto()


@dataclass(frozen=True, slots=True)
class Address:
    """An address as written.

    Attributes:
        host, port, scope: for INET and INET6 (host may be a name) and HOSTNAME (port only).
        path: for PATH, ABSTRACT and TEMP.
        link: the endpoint's name, for LINK.
    """

    kind: AddressKind
    family: str
    host: str | None = None
    port: int = 0
    scope: str | None = None
    path: str | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Resolved:
    """The socket addresses of a name, in the order in which they are tried (RFC 6724).

    Attributes:
        note: the key of a note to be logged when this is not what was written.
    """

    sockaddrs: tuple[SockAddress, ...]
    note: str | None = None


def is_unix(spec: str) -> bool:
    """Whether only AF_UNIX has such addresses: a path, abstract:NAME or temp:NAME.

    A path has a slash before any colon (`../x.sock`, `run/x.sock`) or begins at home (`~`).
    """
    text = spec.strip()
    return text.startswith(("~", "abstract:", "temp:")) or "/" in text.partition(":")[0]


def is_name(spec: str) -> bool:
    """Whether the host is a name, which may have both IPv4 and IPv6 addresses."""
    host = spec.strip().rpartition(":")[0]
    return not (spec.strip().startswith(("[", "hostname:")) or _is_v4(host) or _is_short_v4(host))


def part_of(spec: str, part: str) -> str:
    """The "port" of an address in a scenario's spelling, or its "address" without the port.

    Raises:
        Problem: there is no port.
    """
    if is_unix(spec):
        if part == "port":
            raise Problem("address.none_of_unix", spec=spec)
        return spec
    host, _, port = spec.rpartition(":")
    return port if part == "port" else host.strip("[]")


def parse(spec: str, family: str) -> Address:
    """Read an address in the scenario's spelling.

    Raises:
        Problem: what is wrong with it, and what would be correct.
    """
    text = spec.strip()
    if text.startswith("@"):
        if not _NAME.match(text[1:]):
            raise Problem("address.bad_link", spec=spec)
        return Address(AddressKind.LINK, family, link=text[1:])
    if family == "AF_UNIX":
        return _parse_unix(text)
    if "\0" in text:
        raise Problem("address.nul", spec=spec.replace("\0", "\\0"))
    if is_unix(text):
        raise Problem("address.unix_in_ip", spec=spec, family=family)
    if text.startswith("hostname:"):
        return Address(AddressKind.HOSTNAME, family, port=parse_port(text[9:]))
    return _parse_ip(text, spec, family)


_SIGNS: Final = frozenset(":[]@/%0123456789")
"""What an address is divided by, and a port is made of."""


def _parse_ip(text: str, spec: str, family: str) -> Address:
    foreign = next((sign for sign in text if plain_sign(sign) in _SIGNS), "")
    if foreign:
        raise Problem("address.sign", spec=spec, sign=foreign, plain=plain_sign(foreign))
    if "//" in text:
        raise Problem("address.scheme", spec=spec)
    if text.startswith("["):
        host, found, port = text[1:].partition("]:")
        if not found:
            raise Problem("address.bad_brackets", spec=spec)
    else:
        host, found, port = text.rpartition(":")
        if not found:
            raise Problem("address.no_port", spec=spec)
        if family != "AF_INET" and ":" in host:  # fe80::1:80 may be all address
            raise Problem("address.bad_brackets", spec=spec)
    host = host.strip()
    if not host:
        raise Problem("address.no_host", spec=spec)
    number = parse_port(port)
    bare, percent, scope = host.partition("%")
    _check_host(bare, family)
    if percent and ":" not in bare:
        raise Problem("address.scope", host=host)
    six = family == "AF_INET6" or (family != "AF_INET" and ":" in bare)
    kind = AddressKind.INET6 if six else AddressKind.INET
    return Address(kind, family, host=bare, port=number, scope=scope or None)


def _check_host(host: str, family: str) -> None:
    """Raises Problem: the host is neither a name nor an address of the family."""
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise Problem("address.not_an_address", host=host) from None
        if family == "AF_INET":
            raise Problem("address.v6_in_v4", host=host)
    elif family == "AF_INET6" and _is_v4(host):
        raise Problem("address.v4_in_v6", host=host)
    elif _SPACE.search(host):
        raise Problem("address.space", host=host)
    elif _DOTTED.match(host) and not _is_v4(host) and not _is_short_v4(host):
        raise Problem("address.not_v4", host=host)


def _is_v4(host: str) -> bool:
    try:
        ipaddress.IPv4Address(host)
    except ValueError:
        return False
    return True


def _is_short_v4(host: str) -> bool:
    """Whether it is a short form of IPv4 such as 127.1, which needs no resolver."""
    try:
        socket.inet_aton(host)
    except (OSError, UnicodeError):
        return False
    return True


def parse_port(text: str) -> int:
    """The port that was typed. Raises Problem: it is not one."""
    plain = text.strip()
    if not re.fullmatch(r"-?[0-9]+", plain):
        raise Problem("address.port_text", port=plain)
    if not re.fullmatch(r"0*[0-9]{1,5}", plain) or int(plain) > 65535:
        raise Problem("address.port_range", port=plain)
    return int(plain)


def _parse_unix(text: str) -> Address:
    if text.startswith("abstract:"):
        name = text[9:]
        if not name:
            raise Problem("address.no_name")
        _check_length(abstract_bytes(name)[1:])
        return Address(AddressKind.ABSTRACT, "AF_UNIX", path=name)
    if text.startswith("temp:"):
        name = text[5:]
        if not name or "/" in name or "\0" in name or name in {".", ".."}:
            raise Problem("address.bad_temp", name=name.replace("\0", "\\0"))
        return Address(AddressKind.TEMP, "AF_UNIX", path=name)
    if "\0" in text:
        raise Problem("address.nul", spec=text.replace("\0", "\\0"))
    if not is_unix(text):
        raise Problem("address.not_a_path", spec=text)
    # Not through Path: the spelling is kept, so that the log shows what was written.
    path = os.path.expanduser(text)  # noqa: PTH111
    _check_length(_path_bytes(path))
    return Address(AddressKind.PATH, "AF_UNIX", path=path)


def _path_bytes(path: str) -> bytes:
    try:
        return os.fsencode(path)
    except UnicodeEncodeError as error:
        raise Problem("address.not_encodable", path=ascii(path), position=error.start + 1) from None


def _check_length(path: bytes) -> None:
    if len(path) > UNIX_PATH_BYTES:
        raise Problem("address.path_too_long", size=len(path), limit=UNIX_PATH_BYTES)


def abstract_bytes(name: str) -> bytes:
    r"""The sockaddr of abstract:NAME: a NUL, then the name; \xHH in it is that byte."""
    parts = _HEX_BYTE.split(name)  # text, two digits, text, …
    found = bytearray(b"\0")
    for index, part in enumerate(parts):
        found += bytes.fromhex(part) if index % 2 else _path_bytes(part)
    return bytes(found)


def numeric(address: Address, temp_dir: Path | None = None) -> SockAddress | None:
    """The sockaddr, if no resolver is needed for it; else None.

    Raises:
        Problem: an unknown interface as scope, a temporary path too long, an abstract name where
            only paths exist.
    """
    match address.kind:
        case AddressKind.PATH:
            return address.path or ""
        case AddressKind.ABSTRACT:
            if not _HAS_ABSTRACT:
                raise Problem("address.no_abstract")
            return abstract_bytes(address.path or "")
        case AddressKind.TEMP:
            assert temp_dir is not None
            path = str(temp_dir / (address.path or ""))
            _check_length(_path_bytes(path))
            return path
        case AddressKind.INET:
            host = address.host or ""
            return (host, address.port) if _is_v4(host) else None
        case AddressKind.INET6:
            host = address.host or ""
            if ":" not in host:
                return None
            return (host, address.port, 0, _scope(address.scope))
        case _:
            return None


def _scope(name: str | None) -> int:
    if not name:
        return 0
    if re.fullmatch(r"[0-9]{1,9}", name):
        return int(name)
    try:
        return socket.if_nametoindex(name)
    except (OSError, ValueError):
        raise Problem("address.no_interface", name=name) from None


def resolve(address: Address, family: int, type_: int, *, binding: bool, beyond: bool) -> Resolved:
    """Ask the resolver. May block for seconds, so never on an endpoint's thread.

    `family` AF_UNSPEC asks for IPv4 and IPv6.

    Raises:
        socket.gaierror, UnicodeError: the resolver's own answer.
    """
    if address.kind is AddressKind.HOSTNAME:
        return _own_host(address.port, family, type_, beyond=beyond)
    flags = socket.AI_PASSIVE if binding else 0
    found = socket.getaddrinfo(address.host or "", address.port, family, type_, 0, flags)
    several = dict.fromkeys(item[4] for item in found)  # each once, in the resolver's order
    return Resolved(tuple(several))  # type: ignore[arg-type]  # IPv4 and IPv6 alone


def _own_host(port: int, family: int, type_: int, *, beyond: bool) -> Resolved:
    try:
        found = socket.getaddrinfo(socket.gethostname(), port, family, type_)
    except (OSError, UnicodeError):
        found = []
    host, note = hostname_host([str(item[4][0]) for item in found], family, allow_beyond=beyond)
    sockaddr: SockAddress = (host, port, 0, 0) if family == socket.AF_INET6 else (host, port)
    return Resolved((sockaddr,), note)


def family_of(sockaddr: SockAddress) -> str:
    """The family of a sockaddr, one of IPv4, IPv6 and AF_UNIX."""
    if not isinstance(sockaddr, tuple):
        return "AF_UNIX"
    return "AF_INET6" if len(sockaddr) == 4 else "AF_INET"


def written_family(spec: str) -> str:
    """The family that the spelling of an address implies."""
    if is_unix(spec):
        return "AF_UNIX"
    return "AF_INET6" if spec.startswith("[") else "AF_INET"


def spell(sockaddr: SockAddress) -> str:
    """A sockaddr of one of these families in the scenario's spelling."""
    return format_address(sockaddr, getattr(socket, family_of(sockaddr), _AF_UNIX)) or ""


def hostname_host(
    resolved: Sequence[str], family: int = socket.AF_INET, *, allow_beyond: bool
) -> tuple[str, str | None]:
    """The host that `hostname:` stands for, and the key of a note (None: nothing to note).

    Loopback, with a note, where the name does not resolve or only to what others can reach.
    """
    loopback = "::1" if family == socket.AF_INET6 else _LOOPBACK
    if not resolved:
        return loopback, "hostname_unresolved"
    for host in resolved:
        if not beyond_loopback((host, 0), family):
            return host, None
    return (resolved[0], None) if allow_beyond else (loopback, "hostname_beyond")


def format_address(sockaddr: object, family: int) -> str | None:
    """A sockaddr in the scenario's spelling; None for an unnamed AF_UNIX socket."""
    if isinstance(sockaddr, tuple):
        host, port = sockaddr[0], sockaddr[1]
        if family != socket.AF_INET6:
            return f"{host}:{port}"
        if len(sockaddr) > 3 and sockaddr[3] and "%" not in host:
            host = f"{host}%{_interface(sockaddr[3])}"
        return f"[{host}]:{port}"
    if family == _AF_UNIX and isinstance(sockaddr, str | bytes):
        return _format_unix(sockaddr)
    return str(sockaddr) if sockaddr else None


def _interface(index: int) -> str:
    try:
        return socket.if_indextoname(index)
    except OSError:
        return str(index)


def _format_unix(sockaddr: str | bytes) -> str | None:
    raw = os.fsencode(sockaddr)
    if not raw:
        return None
    if not raw.startswith(b"\0"):
        return os.fsdecode(raw)
    name = "".join(
        chr(byte) if 32 < byte < 127 and byte != 92 else f"\\x{byte:02x}" for byte in raw[1:]
    )
    return f"abstract:{name}"


def beyond_loopback(sockaddr: SockAddress, family: int) -> bool:
    """Whether other machines can reach a socket bound here."""
    if family not in {socket.AF_INET, socket.AF_INET6} or not isinstance(sockaddr, tuple):
        return False
    host: object = sockaddr[0] if sockaddr else None
    if isinstance(host, bytes | bytearray):
        host = host.decode("ascii", "replace")
    if not isinstance(host, str):
        return False  # no socket call accepts it
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return host != "localhost"  # "" is every interface, and a name may be any address
    mapped = getattr(address, "ipv4_mapped", None)
    return not (mapped or address).is_loopback


@dataclass(frozen=True, slots=True)
class Pasted:
    """The parts of a pasted address that fill in the fields of a panel."""

    host: str
    port: int
    type: str | None
    family: str | None


def parse_pasted(text: str) -> Pasted | None:
    """host:port, [::1]:80, tcp://… or udp://… as pasted into a host field; None for other text."""
    found = _PASTED.match(text.strip())
    if found is None or int(found.group(3)) > 65535:
        return None
    scheme, host, port = found.groups()
    types = {"tcp": "SOCK_STREAM", "udp": "SOCK_DGRAM"}
    bare = host.strip("[]")
    family = "AF_INET6" if ":" in bare else "AF_INET" if _is_v4(bare) else None
    return Pasted(bare, int(port), types.get((scheme or "").lower()), family)
