"""Commands and settings as text in the record, and read back as the same objects."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields
from enum import Enum
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.field_types import check_types, made_of
from workbench.engine.model.message_ends import HTTP, MESSAGES, Http, Messages
from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.rule import InTurn, Match, Rule
from workbench.engine.model.responders.table import FIELD_NAMES, RESPONDERS, Responder
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.literals import parse_expression, value_of
from workbench.texts import Problem

COMMANDS: Final[Mapping[str, type[c.Command]]] = {
    "start": c.Start,
    "stop": c.Stop,
    "configure": c.Configure,
    "connect": c.Connect,
    "accept": c.Accept,
    "listen": c.Listen,
    "send": c.Send,
    "recv": c.Recv,
    "shutdown": c.Shutdown,
    "close": c.Close,
    "abort": c.Abort,
    "pause": c.Pause,
    "resume": c.Resume,
    "step": c.Step,
    "pace": c.SetPace,
    "cancel": c.Cancel,
    "call": c.Call,
    "set": c.SetOption,
    "get": c.GetOption,
    "sample": c.Sample,
    "join": c.Join,
    "leave": c.Leave,
    "respond": c.Respond,
    "frame": c.SendFrame,
    "ping": c.Ping,
    "pong": c.Pong,
    "ws_close": c.CloseWebSocket,
    "raw": c.Raw,
    "start_layer": c.StartLayer,
    "tls_close": c.CloseTls,
    "note": c.Mark,
}
_NAMES: Final = {kind: name for name, kind in COMMANDS.items()}


def command_call(command: c.Command) -> str:
    """The step name of a command, as in a scenario."""
    return _NAMES[type(command)]


def command_args(command: c.Command) -> str:
    """The arguments as Python keywords, defaults and the endpoint left out."""
    return ", ".join(
        f"{name}={_plain(value)!r}"
        for name, default in _ARGUMENTS[type(command)]
        if (value := getattr(command, name)) != default
    )


def command_row(command: c.Command) -> tuple[str, str]:
    """Call and arguments of a command, as in its row of the log."""
    return command_call(command), command_args(command)


def is_end(call: str, args: str) -> bool:
    """Whether a command is one that the end of a run gave."""
    return call == "stop" and args == "at_end=True"


def parse_command(call: str, args: str, endpoint: str | None) -> c.Command:
    """The command that `command_call` and `command_args` wrote.

    Raises:
        ValueError: not a command of this program, or a newer one.
    """
    kind = COMMANDS.get(call)
    if kind is None:
        raise ValueError(f"unknown command {call!r}")
    tree = parse_expression(f"f({args})")
    if not isinstance(tree, ast.Call) or not isinstance(tree.func, ast.Name) or tree.args:
        raise ValueError("not keyword arguments")
    make: Callable[..., c.Command] = kind
    try:
        made = make(
            endpoint=endpoint,
            **{
                name: _converted(name, value_of(keyword.value))
                for keyword in tree.keywords
                if (name := keyword.arg or "")
            },
        )
        check_types(made)
    except _UNFIT as error:
        raise ValueError(f"not a command: {call!r}") from error
    return made


def _converted(name: str, value: Any) -> Any:
    convert = _CONVERT.get(name)
    return convert(value) if convert is not None and value is not None else value


_UNFIT: Final = (LookupError, TypeError, ValueError, AttributeError, RecursionError, Problem)
"""What reading a table raises that somebody else has written."""


def settings_json(settings: s.EndpointSettings) -> str:
    """Settings as JSON, defaults included: column `config` of the record."""
    return json.dumps(_plain(settings), ensure_ascii=False)


def settings_from_json(text: str) -> s.EndpointSettings:
    """The settings that `settings_json` wrote; keys of a newer version are ignored.

    Raises:
        ValueError: it did not write them.
    """
    try:
        made = _settings(json.loads(text))
        check_types(made)
    except _UNFIT as error:
        raise ValueError("not the settings of an endpoint") from error
    return made


def setting_text(value: object) -> str:
    """A setting on one line: a word or number, else JSON."""
    if isinstance(value, str | int | float):
        return str(value)
    return json.dumps(_plain(value), ensure_ascii=False)


def responder_plain(responder: Responder) -> dict[str, Any]:
    """A responder as a scenario's table: its `kind`, then what differs from the default."""
    table: dict[str, Any] = {"kind": responder.name()}
    for item in fields(responder):
        value = getattr(responder, item.name)
        if value != _default(item):
            table[FIELD_NAMES.get(item.name, item.name)] = _table_of(item.name, value)
    return table


def responder_from(table: Mapping[str, Any]) -> Responder:
    """The responder of a scenario's table.

    Raises:
        KeyError, ValueError, TypeError: not such a table.
    """
    names = {key: name for name, key in FIELD_NAMES.items()}
    values = {names.get(key, key): value for key, value in table.items() if key != "kind"}
    made: Responder = made_of(RESPONDERS[table["kind"]], values)
    return made


def messages_plain(kind: Messages) -> str | dict[str, Any]:
    """The key `messages` as a scenario writes it: a word, or a table of what differs from the
    default.
    """
    if isinstance(kind, Http):
        return HTTP
    found = {
        item.name: getattr(kind, item.name)
        for item in fields(kind)
        if getattr(kind, item.name) != _default(item)
    }
    # the key that names the form is always written, default or not
    if not MESSAGES.keys() & found.keys():
        found = {name: getattr(kind, name) for name in [fields(kind)[0].name]} | found
    return found


def messages_from(value: Any) -> Messages:
    """The settings that `messages_plain` wrote.

    Raises:
        LookupError, TypeError, ValueError, Problem: it did not.
    """
    if value == HTTP:
        return Http()
    kind = next((MESSAGES[key] for key in value if key in MESSAGES), None)
    if kind is None:
        raise ValueError("not where a message ends")
    made: Messages = made_of(kind, value)
    return made


def _settings(table: Mapping[str, Any]) -> s.EndpointSettings:
    known = {item.name for item in fields(s.EndpointSettings)}
    values = {key: value for key, value in table.items() if key in known}
    values["role"] = s.Role(values["role"])
    for key in ("accept", "receive", "send"):
        if key in values:
            values[key] = s.GateMode(values[key])
    if "calls" in values:
        values["calls"] = s.Pace(values["calls"])
    if "responder" in values:
        values["responder"] = responder_from(values["responder"])
    if "layers" in values:
        values["layers"] = tuple(values["layers"])
    if values.get("reconnect") is not None:
        values["reconnect"] = made_of(s.Reconnect, values["reconnect"])
    if values.get("tls") is not None:
        values["tls"] = made_of(TlsSettings, values["tls"])
    if values.get("websocket") is not None:
        values["websocket"] = made_of(WebSocketSettings, values["websocket"])
    if values.get("messages") is not None:
        values["messages"] = messages_from(values["messages"])
    if "options" in values:
        values["options"] = tuple((name, _tuples(value)) for name, value in values["options"])
    if not s.fits(values["role"], values.get("type", "")):  # an older version allowed that
        values["type"] = ""
    return s.EndpointSettings(**values)


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value


def _default(item: Field[Any]) -> object:
    return item.default_factory() if item.default_factory is not MISSING else item.default


_ARGUMENTS: Final = {
    kind: tuple((item.name, _default(item)) for item in fields(kind) if item.name != "endpoint")
    for kind in _NAMES
}
"""The arguments of each command besides its endpoint, with their defaults."""


def _plain(value: Any) -> Any:
    """A value made of str, int, float, bool, None, list, tuple and dict only, for JSON and
    literals.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, Responder):
        return responder_plain(value)
    if isinstance(value, Messages):
        return messages_plain(value)
    if isinstance(value, s.EndpointSettings | s.Reconnect | WebSocketSettings | Deflate):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, TlsSettings):  # what repr does not show is kept nowhere
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value) if item.repr}
    if isinstance(value, Rule | InTurn | Lookup):
        return rule_plain(value)
    if isinstance(value, tuple):
        return tuple(_plain(item) for item in value)
    return value


def rule_plain(rule: Rule | InTurn | Lookup) -> dict[str, Any]:
    """A rule, or a table within one, as a scenario writes it."""
    return {
        item.name: _table_of(item.name, getattr(rule, item.name))
        for item in fields(rule)
        if getattr(rule, item.name) != _default(item) or item.name in _said(rule)
    }


_PAIRS: Final = frozenset({"take", "keep", "store", "recall"})
"""Fields of pairs, which a scenario writes as a table."""


def _table_of(name: str, value: Any) -> Any:
    return dict(value) if name in _PAIRS else _plain(value)


def _said(rule: Rule | InTurn | Lookup) -> tuple[str, ...]:
    """The keys that a rule always writes, so that it never reads back as one that fits
    everything.
    """
    if not isinstance(rule, Rule):
        return ()
    return ("match",) if rule.match is Match.ANY else ("match", "value")


_CONVERT: Final[Mapping[str, Callable[[Any], Any]]] = {
    "gate": c.Gate,
    "how": c.How,
    "append": Append,
    "checksum_order": lambda value: None if value is None else ByteOrder(value),
    "calls": s.Pace,
    "responder": responder_from,
    "settings": _settings,
    "args": _tuples,
    "value": _tuples,
}
