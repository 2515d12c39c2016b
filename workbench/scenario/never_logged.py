"""Refuses expectations of calls that an endpoint never makes, and of messages with what ends them:
`absent` would always hold for them.

Only a whole file can be checked: a step `call` can make any call on any socket, and a layer may be
started later.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from workbench.engine.model.events import COMMAND, NOTE
from workbench.engine.model.message_ends import RECV, Delimiter
from workbench.engine.model.serialize import COMMANDS
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.web_address import WEBSOCKET
from workbench.engine.protocol.stack import LAYERS, layer_names
from workbench.engine.runtime.socket_calls import CALLS
from workbench.payload.characters import codec
from workbench.payload.notation import parse_hex
from workbench.scenario import values as v
from workbench.scenario.doubts import every_step
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.steps import ANY
from workbench.texts import has

_NEVER: Final[Mapping[Role, Mapping[str, str]]] = {
    Role.LISTENER: {"connect": "accept", "recvfrom": "recv", "sendto": "send"},
    Role.STREAM: {"accept": "connect", "listen": "connect", "recvfrom": "recv", "sendto": "send"},
    Role.DATAGRAM: {"accept": "recvfrom", "listen": "bind", "recv": "recvfrom"},
}
"""For each role the calls its sockets never make, each with the call that they make instead."""


def check(table: Mapping[str, Any], endpoints: Mapping[str, EndpointSettings]) -> None:
    """Check the calls that a file's expectations name. Raises Wrong.

    `endpoints`: their settings at the start; one that a step configures anew is not checked.
    """
    steps = [*every_step(dict(table), ())]
    bodies = [body for _, body in steps]
    changed = {_named(body, endpoints) for body in bodies if body.get("do") == "configure"}
    called = {
        (_named(body, endpoints), body.get("call")) for body in bodies if body.get("do") == "call"
    }
    layers_come = any(body.get("do") == "start_layer" for body in bodies) or _begins_layer(table)
    for path, body in _expectations(steps):
        name, call = _named(body, endpoints), body.get("call")
        if name in endpoints and name not in changed:
            _check_ending(path, body, endpoints[name])
        if not isinstance(call, str) or body.get("kind") in {COMMAND, NOTE}:
            continue
        if call in COMMANDS and call not in CALLS and not has(f"note.{call}"):
            raise v.wrong((*path, "call"), "scenario.call_of_command", name=call)
        owner = endpoints.get(name)
        if owner is None or name in changed or (name, call) in called:
            continue
        near = _NEVER[owner.role].get(call)
        if near is not None:
            said = {"endpoint": name, "call": call, "role": owner.role.value, "near": near}
            raise v.wrong((*path, "call"), "scenario.never_called", **said)
        begin, dot, _ = call.partition(".")
        layer = WEBSOCKET if begin == "ws" else begin
        if dot and layer in LAYERS and not layers_come and layer not in layer_names(owner):
            raise v.wrong((*path, "call"), "scenario.no_layer", endpoint=name, layer=layer)


def _check_ending(path: KeyPath, body: Mapping[str, Any], owner: EndpointSettings) -> None:
    """Raises Wrong: a message is to contain what ends it, and comes without that."""
    divided = owner.messages
    own = body.get("encoding", owner.encoding) != owner.encoding
    if not isinstance(divided, Delimiter) or own or body.get("call", RECV) != RECV:
        return
    ends = divided.ends or _decoded(divided.ends_hex, owner.encoding)
    for key in ("text", "contains"):
        if ends and isinstance(body.get(key), str) and ends in body[key]:
            said = {"key": key, "endpoint": owner.name, "ends": v.shown(ends)}
            raise v.wrong((*path, key), "scenario.ending_never_comes", **said)


def _decoded(ends_hex: str, encoding: str) -> str:
    """The ending as text; "": it is none."""
    try:
        return parse_hex(ends_hex).decode(codec(encoding))
    except (UnicodeError, LookupError):
        return ""


def _expectations(
    steps: list[tuple[KeyPath, dict[str, Any]]],
) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    for path, body in steps:
        if body.get("do") == "expect":
            yield path, body
        elif isinstance(body.get("until"), dict):
            yield (*path, "until"), {"endpoint": ANY, **body["until"]}


def _named(body: Mapping[str, Any], endpoints: Mapping[str, object]) -> str:
    """Name of the endpoint that a step is about."""
    return str(body.get("endpoint") or next(iter(endpoints), ""))


def _begins_layer(item: Any) -> bool:
    """Whether a rule in it starts a layer."""
    if isinstance(item, Mapping):
        begins = isinstance(item.get("then"), str) and item["then"] in LAYERS
        return begins or any(map(_begins_layer, item.values()))
    return isinstance(item, list) and any(map(_begins_layer, item))
