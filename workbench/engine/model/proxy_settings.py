"""The proxy of a client: the key `proxy` of an endpoint, and what it stands for."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import Final

from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.texts import Problem

FROM_ENVIRONMENT: Final = "env"
"""Written for the proxy that the environment names, if any."""
LONGEST: Final = 255
"""Bytes of a user, a password and a name in SOCKS5 (RFC 1928, 4; RFC 1929, 2)."""
_URL: Final = late_pattern(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?:(?P<login>[^/]*)@)?"
    r"(?P<host>\[[^\]/@]+\]|[^:/@\[\]\s]+)(?::(?P<port>[0-9]{1,5}))?/?"
)
_ESCAPE: Final = late_pattern(rb"%([0-9a-fA-F]{2})")


class ProxyKind(StrEnum):
    """The protocol that is spoken with a proxy.

    Attributes:
        HTTP: the method CONNECT (RFC 9110, 9.3.6). SOCKS5: RFC 1928; it looks names up itself.
    """

    HTTP = "http"
    SOCKS5 = "socks5"


_SCHEMES: Final[Mapping[str, ProxyKind]] = {
    "http": ProxyKind.HTTP,
    "socks5": ProxyKind.SOCKS5,
    "socks5h": ProxyKind.SOCKS5,  # curl's name for it: the proxy looks names up
}


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy's address and login.

    Attributes:
        address: in the scenario's spelling: host:port, [v6]:port.
        user: None: without a login. password: never shown.
    """

    kind: ProxyKind
    address: str
    user: str | None = None
    password: str = field(default="", repr=False)


def parse_proxy(url: str) -> Proxy:
    """The proxy that http://user:password@host:port or socks5://… names; %HH stands for a byte.

    Raises:
        Problem: it is neither.
    """
    found = _URL.fullmatch(url.strip())
    if found is None:
        raise Problem("engine.proxy_spelling", value=without_login(url))
    kind = _SCHEMES.get(found["scheme"].lower())
    if kind is None:
        raise Problem("engine.proxy_scheme", scheme=found["scheme"])
    if found["port"] is None or not 0 < int(found["port"]) <= 65535:
        raise Problem("engine.proxy_port", value=without_login(url))
    address = f"{found['host']}:{int(found['port'])}"
    if found["login"] is None:
        return Proxy(kind, address)
    user, _, password = found["login"].partition(":")
    made = Proxy(kind, address, _unescaped(user), _unescaped(password))
    _check_login(made)
    return made


def _check_login(proxy: Proxy) -> None:
    user, password = (proxy.user or "").encode(), proxy.password.encode()
    if proxy.kind is ProxyKind.SOCKS5:
        if not (0 < len(user) <= LONGEST and 0 < len(password) <= LONGEST):
            raise Problem("engine.proxy_login_length", most=LONGEST)
    elif b":" in user or any(byte < 32 or byte == 127 for byte in user + password):
        raise Problem("engine.proxy_login_characters")  # RFC 7617, 2


def without_login(url: str) -> str:
    """The URL without user and password, to be shown."""
    head, found, rest = url.rpartition("@")
    scheme = head.partition("//")[0]
    return f"{scheme}//{rest}" if found and "//" in head else rest if found else url


def without_password(url: str) -> str:
    """The URL without the password, to be kept."""
    found = _URL.fullmatch(url.strip())
    if found is None:
        return without_login(url)
    user, said, _ = (found["login"] or "").partition(":")
    if not said:
        return url
    bare = without_login(url.strip())
    scheme, _, rest = bare.partition("//")
    # SOCKS5 has no login without a password (RFC 1929, 2)
    return f"{scheme}//{user}@{rest}" if scheme.lower() == "http:" else bare


def _unescaped(text: str) -> str:
    """Raises Problem: the bytes are not UTF-8."""
    raw = _ESCAPE.sub(lambda one: bytes.fromhex(one[1].decode()), text.encode())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise Problem("engine.proxy_login_characters") from None


def proxy_for(
    setting: str | None, address: str, *, tls: bool, environment: Mapping[str, str] = os.environ
) -> Proxy | None:
    """The proxy for a connection to an address; None: it is reached directly.

    Args:
        setting: as written. address: in the scenario's spelling.
        tls: whether the client speaks TLS there: the environment may name another proxy for that.

    Raises:
        Problem: the setting or the environment does not name a proxy.
    """
    if setting is None:
        return None
    if setting != FROM_ENVIRONMENT:
        return parse_proxy(setting)
    host, _, port = address.rpartition(":")
    if _goes_itself(host.strip("[]").lower(), port, environment):
        return None
    scheme = "https" if tls else "http"
    # a CGI program finds in HTTP_PROXY what a stranger sends as the header Proxy (CVE-2016-5385)
    names = [f"{scheme}_proxy", *(["HTTPS_PROXY"] if tls else []), "all_proxy", "ALL_PROXY"]
    url = next((environment[name] for name in names if environment.get(name)), None)
    if url is None:
        return None
    return parse_proxy(url if "://" in url else f"http://{url}")


def proxy_secrets(setting: str | None, proxy: Proxy | None) -> list[dict[str, str]]:
    """The secrets of a login that outputs mask, in the form of `meta.secrets`: name, environment
    variable, value.
    """
    if setting is None or proxy is None or not proxy.password:
        return []
    plain = {"name": "proxy_password", "env": "PROXY_PASSWORD", "value": proxy.password}
    found = _URL.fullmatch(setting.strip())
    spelled = (found["login"] or "").partition(":")[2] if found is not None else ""
    if spelled in ("", proxy.password):
        return [plain]
    escaped = {"name": "proxy_password_escaped", "env": "PROXY_PASSWORD_ESCAPED"}
    return [plain, {**escaped, "value": spelled}]


def _goes_itself(host: str, port: str, environment: Mapping[str, str]) -> bool:
    """Whether no_proxy names the host: the host, a domain above it, a network, or "*"."""
    listed = environment.get("no_proxy") or environment.get("NO_PROXY") or ""
    for item in listed.lower().replace(",", " ").split():
        name, found, number = item.rpartition(":")
        if found and number.isdecimal() and (":" not in name or name.endswith("]")):
            if number != port:
                continue
        else:
            name = item
        if name == "*" or _is_in(host, name.strip("[]")):
            return True
    return False


def _is_in(host: str, name: str) -> bool:
    bare = name.removeprefix("*").removeprefix(".")
    if host == bare or (bare and host.endswith(f".{bare}")):
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(name, strict=False)
    except ValueError:
        return False
