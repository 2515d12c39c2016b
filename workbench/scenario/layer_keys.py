"""The keys `tls`, `websocket` and `proxy` of an endpoint, and addresses that name layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, replace
from functools import partial
from typing import Any, Final

from workbench.engine.model import settings as s
from workbench.engine.model.address import written_family
from workbench.engine.model.proxy_settings import FROM_ENVIRONMENT, parse_proxy
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.web_address import (
    TLS,
    WEBSOCKET,
    WebAddress,
    has_scheme,
    parse_web,
    spell_web,
)
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.texts import Problem

TEST: Final = "test:"
"""What begins the name of a certificate that is made here."""
TYPED: Final = "KEY_PASSWORD"
"""The variable of a password that was typed."""
_TEXTS: Final[v.Schema] = {"type": "array", "items": v.TEXT}
_ENVIRONMENT: Final[v.Schema] = {
    "type": "object",
    "properties": {"env": v.TEXT},
    "required": ["env"],
    "additionalProperties": False,
}


@v.takes(v.either(v.TEXT, _TEXTS))
def _names(body: v.Table, key: str, path: KeyPath) -> tuple[str, ...]:
    """One text, or several."""
    value = body[key]
    if isinstance(value, str):
        return (str(value),)
    found = v.typed(body, key, list, path)
    for index, name in enumerate(found):
        if not isinstance(name, str):
            raise v.not_wanted((*path, key, index), key, name, "text")
    return tuple(map(str, found))


@v.takes({"type": "object", "additionalProperties": v.either(v.TEXT, _TEXTS)})
def _headers(body: v.Table, key: str, path: KeyPath) -> tuple[tuple[str, str], ...]:
    """Names and values; a list stands for a header that is repeated."""
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    return tuple((name, value) for name in table for value in _names(table, name, where))


@v.takes({"type": "object", "additionalProperties": v.TEXT})
def _pairs(body: v.Table, key: str, path: KeyPath) -> tuple[tuple[str, str], ...]:
    table = v.typed(body, key, dict, path)
    return tuple((name, str(v.typed(table, name, str, (*path, key)))) for name in table)


DEFLATE: Final[Mapping[str, v.Read]] = {
    "server_no_context_takeover": v.key_of(bool),
    "client_no_context_takeover": v.key_of(bool),
    "server_max_window_bits": v.positive,
    "client_max_window_bits": v.positive,
}


@v.takes({"anyOf": [{"type": "boolean"}, {"$ref": "#/definitions/deflate"}]})
def _deflate(body: v.Table, key: str, path: KeyPath) -> Deflate | None:
    value = body[key]
    if isinstance(value, bool):
        return Deflate() if value else None
    if not isinstance(value, dict):
        raise v.not_wanted((*path, key), key, value, "boolean", "table")
    made: Deflate = _made(Deflate, value, DEFLATE, (*path, key))
    return made


@v.takes(_ENVIRONMENT)
def _password(body: v.Table, key: str, path: KeyPath) -> str:
    """The variable that holds it: no file contains a password."""
    value = body[key]
    where = (*path, key)
    if not isinstance(value, dict):
        raise v.wrong(where, "scenario.password_in_file")
    v.known(value, ("env",), where)
    return str(v.typed(value, "env", str, where))


WEBSOCKET_KEYS: Final[Mapping[str, v.Read]] = {
    "path": v.key_of(str),
    "subprotocols": _names,
    "origin": v.key_of(str),
    "headers": _headers,
    "drop": _names,
    "key": v.key_of(str),
    "version": v.key_of(str),
    "method": v.key_of(str),
    "deflate": _deflate,
    "fragment": v.number_of_bytes,
    "max_message": v.positive,
    "violations": v.enum_key(Violations),
    "pong": v.enum_key(PongMode),
    "answer_close": v.key_of(bool),
    "ping_interval": v.seconds,
    "ping_timeout": v.seconds,
    "status": v.positive,
    "body": v.key_of(str),
    "accept": v.key_of(str),
    "choose": v.key_of(str),
}
TLS_KEYS: Final[Mapping[str, v.Read]] = {
    "cert": v.key_of(str),
    "key": v.key_of(str),
    "key_password": _password,
    "ca": v.key_of(str),
    "server_name": v.key_of(str),
    "verify": v.key_of(bool),
    "check_name": v.key_of(bool),
    "minimum": v.enum_key(TlsVersion),
    "maximum": v.enum_key(TlsVersion),
    "ciphers": v.key_of(str),
    "alpn": _names,
    "sni": _pairs,
    "ask_client": v.enum_key(AskClient),
    "keylog": v.key_of(str),
    "close_notify": v.key_of(bool),
    "resume": v.key_of(bool),
}
_OF_CLIENT: Final = {
    TLS: ("server_name", "verify", "check_name", "resume"),
    WEBSOCKET: ("key", "version", "method"),
}
_OF_SERVER: Final = {
    TLS: ("sni", "ask_client"),
    WEBSOCKET: ("status", "body", "accept", "choose"),
}
"""Keys that mean nothing to the other side."""


@v.takes(v.either({"$ref": "#/definitions/websocket"}, v.NONE))
def websocket(body: v.Table, key: str, path: KeyPath) -> WebSocketSettings | None:
    """The table `websocket`; or "none", since a `configure` step may say so."""
    made: WebSocketSettings | None = _settings(WebSocketSettings, WEBSOCKET_KEYS, body, key, path)
    return made


@v.takes(v.either({"$ref": "#/definitions/tls"}, v.NONE))
def tls(body: v.Table, key: str, path: KeyPath) -> TlsSettings | None:
    """The table `tls`, whose `key_password` names the variable that holds it."""
    made: TlsSettings | None = _settings(TlsSettings, TLS_KEYS, body, key, path)
    return made


@v.takes(v.either(v.TEXT, v.NONE))
def proxy(body: v.Table, key: str, path: KeyPath) -> str | None:
    """The URL of a proxy, or "env"; "none", since a `configure` step may say so."""
    value = str(v.typed(body, key, str, path))
    if value == v.NO_TIMEOUT:
        return None
    if value != FROM_ENVIRONMENT and "{" not in value:  # a gap may be known only later
        v.check(partial(parse_proxy, value), (*path, key))
    return value


def _settings(
    kind: type, readers: Mapping[str, v.Read], body: v.Table, key: str, path: KeyPath
) -> Any:
    value = body.get(key)
    if value == v.NO_TIMEOUT:
        return None
    where = (*path, key)
    if not isinstance(value, dict):
        raise v.not_wanted(where, key, value, "table", "none")
    return _made(kind, value, readers, where)


def _made(kind: type, table: v.Table, readers: Mapping[str, v.Read], path: KeyPath) -> Any:
    v.known(table, readers, path)
    values = {name: readers[name](table, name, path) for name in table}
    try:
        return kind(**values)
    except Problem as problem:
        about = str(problem.args_.get("key", ""))
        raise v.Wrong((*path, about) if about in table else path, problem) from problem


# -- an address that says its layers ----------------------------------------------------------


def split_address(body: dict[str, Any], path: KeyPath) -> tuple[dict[str, Any], WebAddress | None]:
    """An endpoint's table whose address is the socket's alone, with the layers that it said.

    Raises:
        Wrong: such an address is wrong, or says what another key says otherwise.
    """
    spec = body.get("address")
    if not isinstance(spec, str) or not has_scheme(spec):
        return body, None
    where = (*path, "address")
    try:
        web = parse_web(spec)
    except Problem as problem:
        raise v.Wrong(where, problem) from problem
    assert web is not None
    if "layers" in body and tuple(body["layers"]) != web.layers:
        raise v.wrong((*path, "layers"), "scenario.layers_twice", address=spec)
    said = body.get("websocket")
    if web.path and isinstance(said, dict) and "path" in said:
        raise v.wrong((*path, "websocket", "path"), "scenario.path_twice", address=spec)
    made = {**body, "address": web.address, "layers": list(web.layers)}
    if not web.address.startswith("@"):
        made.setdefault("family", written_family(web.address))
    return made, web


def with_path(
    websocket_settings: WebSocketSettings | None, web: WebAddress, path: KeyPath
) -> WebSocketSettings:
    """Settings that ask for the path in an address. Raises Wrong: that is not possible."""
    try:
        return replace(websocket_settings or WebSocketSettings(), path=web.path)
    except Problem as problem:
        raise v.Wrong((*path, "address"), problem) from problem


def check(settings: s.EndpointSettings, body: v.Table, path: KeyPath) -> None:
    """Check that what an endpoint says about its layers has a meaning.

    `body`: its table. Raises Wrong.
    """
    client = settings.role is s.Role.STREAM
    for name, keys in (_OF_SERVER if client else _OF_CLIENT).items():
        said: v.Table = body[name] if isinstance(body.get(name), dict) else {}
        for key in filter(said.__contains__, keys):
            told = "scenario.key_of_server" if client else "scenario.key_of_client"
            raise v.wrong((*path, name, key), told, key=f"{name}.{key}")
    if settings.tls is not None and settings.tls.keylog is not None:
        v.check(partial(check_keylog, settings.tls.keylog), (*path, TLS, "keylog"))


def check_keylog(name: str) -> None:
    """Check that it is the bare name of a file beside the record. Raises Problem."""
    if not name or name in {".", ".."} or any(mark in name for mark in "/\\\0:"):
        raise Problem("scenario.keylog_name", name=name)


# -- as a table -------------------------------------------------------------------------------


def websocket_plain(settings: WebSocketSettings) -> dict[str, Any]:
    """The table of the key `websocket`: only what is not the default."""
    found = _differing(settings, WebSocketSettings())
    if settings.headers:
        found["headers"] = _listed(settings.headers)
    if settings.deflate is not None:
        found["deflate"] = _differing(settings.deflate, Deflate()) or True
    return found


def tls_plain(settings: TlsSettings, variable: str | None) -> dict[str, Any]:
    """The table of the key `tls`, without the password of the key.

    `variable`: the one that holds it; None: the usual one, if there is a password.
    """
    found = _differing(settings, TlsSettings())
    if found.pop("key_password", None) is not None or variable is not None:
        found["key_password"] = {"env": variable or TYPED}
    if settings.sni:
        found["sni"] = dict(settings.sni)
    return found


def _listed(headers: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    found: dict[str, list[str]] = {}
    for name, value in headers:
        found.setdefault(name, []).append(value)
    return {name: said[0] if len(said) == 1 else said for name, said in found.items()}


def _differing(item: Any, usual: Any) -> dict[str, Any]:
    return {
        entry.name: value
        for entry in fields(item)
        if (value := getattr(item, entry.name)) != getattr(usual, entry.name) and value is not None
    }


def as_address(settings: s.EndpointSettings) -> tuple[str, str] | None:
    """The address in a form that also says the layers of an endpoint and its family; None: only
    these keys can say it.
    """
    path = settings.websocket.path if settings.websocket is not None else ""
    spelled = spell_web(settings.address, settings.layers, path)
    if spelled is None:
        return None
    try:
        again = parse_web(spelled)
    except Problem:
        return None
    if again != WebAddress(settings.address, settings.layers, path):
        return None
    return spelled, written_family(settings.address)
