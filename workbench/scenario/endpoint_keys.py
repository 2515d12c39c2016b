"""Reads an endpoint's table into settings, and checks everything it will need."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, Final

from workbench.engine.model import address as addresses
from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.proxy_settings import parse_proxy
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.web_address import TLS, WEBSOCKET, has_scheme
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.protocol.stack import check_layers
from workbench.named_tuple import NamedTuple
from workbench.scenario import keys as k
from workbench.scenario import layer_keys
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.named_values import Named, of_environment
from workbench.scenario.permissions import Asked
from workbench.scenario.responder_keys import with_files
from workbench.scenario.steps import Loop, Perform, Step
from workbench.texts import Problem

_OWN_FAMILY: Final = frozenset({"AF_UNIX", "AF_INET6"})


class EndpointReading(NamedTuple):
    """What is needed to read endpoints.

    Attributes:
        passwords: by endpoint, the environment's variable of its key's password; filled in here.
    """

    named: Named
    asked: Asked
    passwords: dict[str, str]


def as_table(said: str) -> dict[str, Any]:
    """An endpoint's table; one that is just an address implies its family."""
    if has_scheme(said):
        return {"address": said}
    return {"address": said, "family": addresses.written_family(said)}


def _family_as_written(body: Mapping[str, Any], named: Named) -> dict[str, Any]:
    """The family that the address of a table implies, as when it is written alone; for one that
    goes to `@server`, that of what it binds to.
    """
    said = body.get("address")
    if isinstance(said, str) and said.startswith("@"):
        said = body.get("bind", said)
    if not isinstance(said, str) or has_scheme(said):
        return {}
    if said.startswith("{") and named.waits(said):  # [::1]:{s.port} tells it, {host}:80 does not
        return {}
    return {"family": addresses.written_family(said)}


def reached_by_path(
    settings: s.EndpointSettings, endpoints: Mapping[str, s.EndpointSettings]
) -> s.EndpointSettings:
    """A client of `@server` has the server's family if no other can reach it: AF_UNIX, AF_INET6.

    One that says what it binds to has the family of that address.
    """
    server = endpoints.get((settings.address or "").removeprefix("@"))
    if server is None or not settings.address.startswith("@") or server.family not in _OWN_FAMILY:
        return settings
    if settings.bind and addresses.written_family(settings.bind) != server.family:
        return settings
    return replace(settings, family=server.family)


def endpoint(
    name: str, body: dict[str, Any], path: KeyPath, reading: EndpointReading
) -> s.EndpointSettings:
    """The settings described by an endpoint's table. Raises Wrong."""
    v.known(body, (*k.ENDPOINT, *k.BESIDE_ENDPOINT), path)
    table = {"role": k.STREAM, **_family_as_written(body, reading.named), **body}
    return with_keys(partial(s.EndpointSettings, name), table, path, reading)


def with_keys(
    make: Callable[..., s.EndpointSettings],
    body: dict[str, Any],
    path: KeyPath,
    reading: EndpointReading,
    before: s.EndpointSettings | None = None,
) -> s.EndpointSettings:
    """Settings with the given keys applied; `before`: those that a `configure` step changes."""
    v.known(body, k.ENDPOINT, path)
    said, web = layer_keys.split_address(body, path)
    values = {key: k.ENDPOINT[key](said, key, path) for key in said}
    if web is not None and web.path:
        kept = None if before is None else before.websocket
        values[WEBSOCKET] = layer_keys.with_path(values.get(WEBSOCKET) or kept, web, path)
    variable = values[TLS].key_password if values.get(TLS) is not None else None
    if values.get(TLS) is not None:
        values[TLS] = _with_files(values[TLS], (*path, TLS), reading)
    if "responder" in values:
        where = (*path, "responder")
        values["responder"] = with_files(values["responder"], where, reading.asked)
    try:
        made = make(**values)
    except Problem as problem:
        wraps = problem.key.startswith("engine.wrap_")
        proxied = problem.key.startswith("engine.proxy")
        about = "responder" if wraps else "proxy" if proxied else "type"
        raise v.Wrong((*path, about if about in body else "role"), problem) from problem
    if made.responder.wraps():  # now that the rest is decided, replies can be wrapped
        ready = partial(compile_responder, made.responder, made.encoding, made.messages)
        v.check(ready, (*path, "responder" if "responder" in body else "messages"))
    if variable is not None:
        reading.passwords[made.name] = variable
    if made.reconnect is not None and made.role is not s.Role.STREAM:
        raise v.wrong(
            (*path, "reconnect" if "reconnect" in body else "role"), "scenario.no_reconnect"
        )
    layer_keys.check(made, body, path)
    layered = ("address",) if web is not None else ("messages", "layers", WEBSOCKET, TLS)
    waits = made.proxy is not None and reading.named.waits(made.proxy)
    known = replace(made, proxy=None) if waits else made
    v.check(partial(check_layers, known), (*path, next(filter(body.__contains__, layered), "role")))
    for key in ("address", "bind"):
        spec = getattr(made, key)
        if spec and not reading.named.waits(spec):
            v.check(partial(addresses.parse, spec, made.family), (*path, key))
    if made.proxy and "{" in made.proxy and not waits:
        v.check(partial(parse_proxy, made.proxy), (*path, "proxy"))
    return made


def _with_files(settings: TlsSettings, path: KeyPath, reading: EndpointReading) -> TlsSettings:
    """The settings with the paths of their files, and with passwords from variables."""

    def file(name: str, *key: str) -> str:
        if not name.startswith(layer_keys.TEST):
            return reading.asked.file(name, (*path, *key))
        from workbench.certificates.resolve import check_name  # seldom needed

        v.check(partial(check_name, name), (*path, *key))
        return name

    changes: dict[str, Any] = {
        key: file(name, key)
        for key in ("cert", "key", "ca")
        if (name := getattr(settings, key)) is not None
    }
    if settings.sni:
        changes["sni"] = tuple((host, file(name, "sni", host)) for host, name in settings.sni)
    if settings.key_password is not None:
        where = (*path, "key_password", "env")
        changes["key_password"] = of_environment(settings.key_password, where, reading.asked)
    return replace(settings, **changes) if changes else settings


def check_started(endpoints: Mapping[str, s.EndpointSettings], steps: Iterable[Step]) -> None:
    """Check that something starts TLS if settings for it are given: otherwise everything would be
    sent in clear.

    Raises Wrong.
    """
    waiting = {
        name
        for name, item in endpoints.items()
        if item.tls is not None and TLS not in item.layers and not item.responder.puts_in(TLS)
    }
    if waiting:
        waiting -= set(_starting(steps))
    for name in sorted(waiting):
        raise v.wrong(("endpoint", name, TLS), "scenario.tls_not_started", name=name)


def _starting(steps: Iterable[Step]) -> Iterable[str]:
    """The endpoints into which a step inserts TLS."""
    for step in steps:
        if isinstance(step, Loop):
            yield from _starting(step.steps)
        elif isinstance(step, Perform) and _starts_tls(step.command):
            yield step.command.endpoint or ""


def _starts_tls(command: c.Command) -> bool:
    match command:
        case c.StartLayer():
            return True
        case c.Configure():
            settings = command.settings
            return TLS in settings.layers or settings.responder.puts_in(TLS)
        case c.Respond():
            return command.responder.puts_in(TLS)
    return False
