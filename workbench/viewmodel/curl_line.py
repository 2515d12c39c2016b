"""Reads a curl command line or a web address: where it connects, and the request it sends."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import field
from typing import Final
from urllib.parse import quote, quote_plus, unquote, urlsplit

from workbench.engine.model.web_address import parse_web
from workbench.frozen import dataclass
from workbench.texts import Problem
from workbench.viewmodel.address_form import UNIX, Where
from workbench.viewmodel.command_words import CommandWords, options_of
from workbench.viewmodel.pasted_command import HttpRequest, PastedCommand

_SHORT: Final = {
    "X": "request", "H": "header", "d": "data", "k": "insecure", "u": "user", "A": "user-agent",
    "b": "cookie", "e": "referer", "I": "head", "G": "get", "0": "http1.0", "F": "form",
    "T": "upload-file", "s": "silent", "S": "show-error", "v": "verbose", "i": "include",
    "f": "fail", "N": "no-buffer", "g": "globoff", "#": "progress-bar", "o": "output",
    "x": "proxy", "m": "max-time", "E": "cert", "c": "cookie-jar", "w": "write-out",
    "D": "dump-header", "K": "config", "r": "range", "C": "continue-at", "z": "time-cond",
    "P": "ftp-port", "Q": "quote", "t": "telnet-option", "y": "speed-time", "Y": "speed-limit",
    "L": "location", "O": "remote-name", "j": "junk-session-cookies", "n": "netrc", "q": "disable",
    "4": "ipv4", "6": "ipv6", "R": "remote-time", "a": "append", "l": "list-only",
    "p": "proxytunnel", "B": "use-ascii", "J": "remote-header-name", "Z": "parallel",
}  # fmt: skip
_VALUED: Final = frozenset(
    "request header data data-ascii data-raw data-binary data-urlencode json user user-agent cookie"
    " referer form form-string upload-file output proxy max-time cert key cacert capath cookie-jar"
    " write-out dump-header config range continue-at time-cond ftp-port quote telnet-option"
    " speed-time speed-limit url connect-timeout unix-socket oauth2-bearer url-query resolve"
    " connect-to interface ciphers retry retry-delay retry-max-time max-redirs limit-rate tls-max"
    " cert-type key-type pass proxy-user noproxy preproxy socks5 socks5-hostname socks4 trace"
    " trace-ascii stderr keepalive-time local-port aws-sigv4 pinnedpubkey dns-servers"
    " expect100-timeout happy-eyeballs-timeout-ms max-filesize output-dir create-file-mode"
    " proto proto-default request-target crlfile curves tls13-ciphers delegation engine".split()
)
_SILENT: Final = frozenset(
    "silent show-error verbose include fail no-buffer globoff progress-bar http1.1 fail-with-body"
    " no-progress-meter tcp-nodelay disable no-keepalive write-out output remote-name trace-ascii"
    " stderr".split()
)
"""They change nothing in what goes over the wire."""
_FORM: Final = "application/x-www-form-urlencoded"
_IN_A_PATH: Final = "%/:=&?~+!$,;'@()*[]{}|^\"\\<>`"
_BREAK: Final = re.compile(r"[\r\n\0]")


@dataclass(slots=True, frozen=True)
class _Curl:
    """The options of a curl command line, as they are collected."""

    options: dict[str, str] = field(default_factory=dict)
    headers: list[str] = field(default_factory=list)
    data: list[bytes] = field(default_factory=list)
    query: list[str] = field(default_factory=list)
    files: list[str] = field(default_factory=list)
    urls: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    told: list[Problem] = field(default_factory=list)


def curl_line(found: CommandWords) -> PastedCommand:
    """Understand a line. Raises Problem: it has no address that can be used here."""
    said = _Curl()
    for name, value, spelled in options_of(found.words[1:], _SHORT, _VALUED, said.urls):
        _take(said, name, value, spelled)
    if not said.urls:
        raise Problem("pasted.no_url")
    if len(said.urls) > 1:
        said.told.append(Problem("pasted.urls", url=said.urls[0]))
    if said.left:
        said.told.append(Problem("pasted.options", options=", ".join(said.left)))
    return _made(said)


def _take(said: _Curl, name: str, value: str, spelled: str) -> None:
    if name == "url":
        said.urls.append(value)
    elif name == "header":
        _take_header(said, value)
    elif name in {"data", "data-ascii", "data-binary", "json"} and value.startswith("@"):
        said.files.append(value[1:])
        said.options[name] = value
    elif name in {"data", "data-ascii", "data-raw", "data-binary", "json"}:
        said.data.append(_bytes(value))
        said.options[name] = value
    elif name == "data-urlencode":
        _take_encoded(said, value)
    elif name == "url-query":
        said.query.append(value)
    elif name in {"form", "form-string", "upload-file"}:
        said.told.append(Problem("pasted.upload", option=spelled))
    elif name in {
        "request", "insecure", "user", "user-agent", "cookie", "referer", "head", "get", "http1.0",
        "connect-timeout", "unix-socket", "oauth2-bearer", "ipv4", "ipv6", "range",
    }:  # fmt: skip
        said.options[name] = value
    elif name not in _SILENT:
        said.left.append(spelled)


def _take_header(said: _Curl, value: str) -> None:
    if value.startswith("@") or _BREAK.search(value):
        said.told.append(Problem("pasted.header", header=value))
    else:
        said.headers.append(value)


def _take_encoded(said: _Curl, value: str) -> None:
    """`name=content`, `=content` or `content`, of which the content is encoded."""
    at = next((place for place, sign in enumerate(value) if sign in "=@"), -1)
    if at >= 0 and value[at] == "@":
        said.told.append(Problem("pasted.upload", option="--data-urlencode"))
        return
    name, content = (value[:at], value[at + 1 :]) if at >= 0 else ("", value)
    said.data.append(_bytes(f"{name}={quote_plus(content)}" if name else quote_plus(content)))
    said.options["data"] = value


def _made(said: _Curl) -> PastedCommand:
    where, target = web_place(said.urls[0])
    scheme = said.urls[0].partition("://")[0].lower()
    unix = said.options.get("unix-socket")
    if unix:
        where = Where(UNIX, "SOCK_STREAM", unix, "", where.over)
    elif "ipv6" in said.options:
        where = Where("AF_INET6", where.type, where.host, where.port, where.over)
    request = None
    if scheme in {"ws", "wss"}:
        if said.headers:
            said.told.append(Problem("pasted.ws_headers"))
    else:
        request = _request(said, target)
    return PastedCommand(
        "curl",
        where,
        path="" if request is not None else target,
        verify="insecure" not in said.options,
        timeout=said.options.get("connect-timeout", ""),
        request=request,
        told=tuple(said.told),
    )


def web_line(url: str) -> PastedCommand:
    """Understand a web address alone: the request is what `curl` and the address would send.

    Raises:
        Problem: as `web_place`.
    """
    said = _Curl(urls=[url])
    where, target = web_place(url)
    request = _request(said, target)
    return PastedCommand("", where, request=request, told=tuple(said.told))


def web_place(url: str) -> tuple[Where, str]:
    """Where a web address leads to, and path and query as they are asked for there.

    Raises:
        Problem: another scheme, or no host.
    """
    text = url if "://" in url else f"http://{url}"
    scheme = text.partition("://")[0].lower()
    if scheme in {"ws", "wss"}:
        web = parse_web(text.split("#")[0])
        assert web is not None
        host, _, port = web.address.rpartition(":")
        return _place(host.strip("[]"), port, scheme), web.path
    if scheme not in {"http", "https"}:
        raise Problem("pasted.scheme", scheme=scheme)
    try:
        parts = urlsplit(text)
        port = str(parts.port or (443 if scheme == "https" else 80))
    except ValueError as error:
        raise Problem("pasted.address", text=url) from error
    if not parts.hostname:
        raise Problem("pasted.address", text=url)
    target = quote(parts.path or "/", safe=_IN_A_PATH)
    query = f"?{quote(parts.query, safe=_IN_A_PATH)}" if parts.query else ""
    over = "tls" if scheme == "https" else ""
    return _place(parts.hostname, port, over), target + query


def _place(host: str, port: str, over: str) -> Where:
    return Where("AF_INET6" if ":" in host else "", "SOCK_STREAM", host, port, over)


def _request(said: _Curl, target: str) -> HttpRequest:
    options = said.options
    body = b"&".join(said.data) if said.data else None
    queries = list(said.query)
    file = said.files[0] if said.files else ""
    if "get" in options and body is not None:
        queries.append(body.decode("utf-8", "surrogateescape"))
        body = None
    for more in queries:
        target += ("&" if "?" in target else "?") + quote(more, safe=_IN_A_PATH)
    usual = "HEAD" if "head" in options else "POST" if body is not None or file else "GET"
    method = options.get("request") or usual
    if _BREAK.search(method) or " " in method:
        raise Problem("pasted.header", header=method)
    version = "1.0" if "http1.0" in options else "1.1"
    own = {line.partition(":")[0].strip().lower().rstrip(";") for line in said.headers}
    lines = [f"{method} {target} HTTP/{version}"]
    lines += [f"{name}: {value}" for name, value in _usual(said) if name.lower() not in own]
    lines += [line for line in map(_header, said.headers) if line]
    if file:
        key = "pasted.file" if len(said.files) == 1 and not said.data else "pasted.files"
        said.told.append(Problem(key, path=file))
    json = "json" in options
    kind = "application/json" if json else _FORM
    return HttpRequest(
        tuple(lines),
        body,
        file,
        stripped=not {"data-binary", "json"} & options.keys(),
        kind="" if "content-type" in own else kind,
        sized="content-length" in own,
        chunked=any(
            line.lower().replace(" ", "") == "transfer-encoding:chunked" for line in said.headers
        ),
    )


def _usual(said: _Curl) -> Iterator[tuple[str, str]]:
    """Headers that curl makes from other options, and those that it always sends."""
    options = said.options
    parts = urlsplit(said.urls[0] if "://" in said.urls[0] else f"http://{said.urls[0]}")
    yield "Host", parts.netloc.rpartition("@")[2]
    user = options.get("user")
    if user is None and parts.username is not None:
        user = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    if user is not None:
        if ":" not in user:
            said.told.append(Problem("pasted.password", user=user))
        pair = user if ":" in user else f"{user}:"
        yield "Authorization", f"Basic {base64.b64encode(_bytes(pair)).decode()}"
    elif "oauth2-bearer" in options:
        yield from _checked(said, "Authorization", f"Bearer {options['oauth2-bearer']}")
    yield from _checked(said, "User-Agent", options.get("user-agent"))
    json = "application/json" if "json" in options else "*/*"
    yield "Accept", json
    if "range" in options:
        yield from _checked(said, "Range", f"bytes={options['range']}")
    yield from _checked(said, "Referer", options.get("referer"))
    cookie = options.get("cookie")
    if cookie is not None and "=" not in cookie:
        said.left.append("-b")
        said.told.append(Problem("pasted.upload", option="-b"))
    else:
        yield from _checked(said, "Cookie", cookie)


def _checked(said: _Curl, name: str, value: str | None) -> Iterator[tuple[str, str]]:
    if not value:
        return
    if _BREAK.search(value):
        said.told.append(Problem("pasted.header", header=value))
    else:
        yield name, value


def _header(line: str) -> str:
    """`Name: value`; `Name;` is one without a value, `Name:` removes curl's own."""
    name, colon, value = line.partition(":")
    if colon:
        return f"{name.strip()}: {value.strip()}" if value.strip() else ""
    return f"{line.strip()[:-1]}:" if line.strip().endswith(";") else ""


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
