"""Addresses with a scheme (ws://, wss://, tls://), which name the layers above the socket.

RFC 6455 3: host, port, path and query, but no fragment; 80 and 443 are the defaults.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.texts import Problem

TLS: Final = "tls"
WEBSOCKET: Final = "websocket"
LAYERS: Final = {"ws": (WEBSOCKET,), "wss": (TLS, WEBSOCKET), "tls": (TLS,)}
"""The layers above the socket, the lowest first."""
_PORTS: Final = {"ws": 80, "wss": 443}
_SCHEME: Final = late_pattern(r"(wss?|tls)://", re.IGNORECASE)
_LINK: Final = late_pattern(r"@[A-Za-z0-9_-]+\Z")
_WITH_PORT: Final = late_pattern(r"(?:\[[^\]]*\]|[^\[\]:]*):[^\]]*\Z")


@dataclass(frozen=True, slots=True)
class WebAddress:
    """The parts of such an address.

    Attributes:
        address: the socket's, in the scenario's spelling: "host:port" or "@endpoint".
        layers: their names, the lowest first.
        path: with its query, as it was written; "": none was given.
    """

    address: str
    layers: tuple[str, ...]
    path: str = ""


def has_scheme(spec: str) -> bool:
    """Whether an address has a scheme that names its layers."""
    return _SCHEME.match(spec.strip()) is not None


def parse_web(spec: str) -> WebAddress | None:
    """Read an address with a scheme; None: it has none of the known ones. Host and port are not
    checked.

    Raises:
        Problem: it has a part that no such address has, or lacks its port.
    """
    text = spec.strip()
    found = _SCHEME.match(text)
    if found is None:
        return None
    scheme = found[1].lower()
    rest = text[found.end() :]
    end = min((rest.index(mark) for mark in "/?#" if mark in rest), default=len(rest))
    host, path = rest[:end], rest[end:]
    if "#" in path:
        raise Problem("address.web_fragment", spec=spec)
    if scheme == "tls" and path not in {"", "/"}:
        raise Problem("address.tls_path", spec=spec)
    if "@" in host and not _LINK.match(host):
        raise Problem("address.web_user", spec=spec)
    if not host:
        raise Problem("address.no_host", spec=spec)
    if path.startswith("?"):
        path = f"/{path}"
    if not (host.startswith("@") or _WITH_PORT.match(host)):
        if scheme not in _PORTS:
            raise Problem("address.tls_port", spec=spec)
        host = f"{host}:{_PORTS[scheme]}"
    return WebAddress(host, LAYERS[scheme], "" if scheme == "tls" or path == "/" else path)


def spell_web(address: str, layers: Collection[str], path: str = "") -> str | None:
    """The address with the scheme for these layers; None: there is no such scheme, or it is
    AF_UNIX.
    """
    scheme = next((name for name, said in LAYERS.items() if said == tuple(layers)), None)
    if scheme is None or not (_LINK.match(address) or _WITH_PORT.match(address)):
        return None
    if "/" in address or address.startswith(("abstract:", "temp:", "hostname:")):
        return None
    if path and (scheme == "tls" or not path.startswith("/") or "#" in path):
        return None
    return f"{scheme}://{address}{path}"
