"""Every key of the scenario language: its table, what it takes, its default.

The parser takes its known keys from here, and so do the README's table, the JSON Schema and
completion while typing. A key's line for people is the text `keys.PLACE.NAME`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, fields, replace
from enum import Enum
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model import settings as s
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.engine.model.message_ends import MESSAGES
from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.rule import InTurn, Rule
from workbench.engine.model.responders.table import FIELD_NAMES, RESPONDERS
from workbench.engine.model.serialize import COMMANDS
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.frozen import dataclass
from workbench.scenario import call_names, expect_keys, layer_keys, layer_steps, readings
from workbench.scenario import values as v
from workbench.scenario.messages_keys import messages
from workbench.scenario.responder_keys import readers_of, responder
from workbench.scenario.steps import Expect, Loop, OnFailure, RunProgram
from workbench.texts import LANGUAGES

FORMAT: Final = 1
STREAM: Final = s.Role.STREAM.value
"""The role of an endpoint that names none."""
TITLES: Final = {code: f"title_{code}" for code in LANGUAGES[1:]}


def _part(kind: type, schema: v.Schema) -> v.Read:
    """Reads a part of a table, a dataclass of this kind, with the schema of its value."""
    return v.Read(v.key_of(kind).by, schema)


def _all_of(definition: str) -> v.Schema:
    return {"type": "array", "items": {"$ref": f"#/definitions/{definition}"}}


def _each(definition: v.Schema) -> v.Schema:
    return {"type": "object", "additionalProperties": definition}


_CASE_VALUE: Final[v.Schema] = {"type": ["string", "number"]}
_VALUE: Final[v.Schema] = {
    "anyOf": [{"type": ["string", "number"]}, {"$ref": "#/definitions/value"}]
}
_ENDPOINT: Final[v.Schema] = {"anyOf": [v.TEXT, {"$ref": "#/definitions/endpoint"}]}

ON_FAILURE: Final[Mapping[str, v.Read]] = {"on_failure": v.enum_key(OnFailure)}
"""What every step takes, and the file for all of them."""
TOP: Final[Mapping[str, v.Read]] = {
    "title": v.key_of(str),
    **dict.fromkeys(TITLES.values(), v.key_of(str)),
    "format": _part(int, {"type": "integer", "minimum": 1, "maximum": FORMAT}),
    "capture": v.capture,
    "placeholders": v.key_of(bool),
    "defaults": _part(dict, {"$ref": "#/definitions/defaults"}),
    **ON_FAILURE,
    "cases": v.key_of(str),
    "case": _part(list, {"type": "array", "items": _each(_CASE_VALUE)}),
    "values": _part(dict, _each(_VALUE)),
    "endpoint": _part(dict, _each(_ENDPOINT)),
    "step": _part(list, _all_of("step")),
    "loop": _part(list, _all_of("loop")),
    "tab": _part(dict, _each({"$ref": "#/definitions/tab"})),
}
TAB: Final[Mapping[str, v.Read]] = {
    "panel": v.one_of(("server", "client")),
    "side": v.one_of(("left", "right")),
    "typed": v.key_of(str),
    "form": v.one_of(("text", "hex", "file")),
    "encoding": v.encoding,
    "escapes": v.key_of(bool),
    "placeholders": v.key_of(bool),
    "append": v.enum_key(Append),
    "checksum_order": v.enum_key(ByteOrder),
    "checksum_from": v.number_of_bytes,
    "checksum_to": v.number_of_bytes,
    "repeat": v.times,
    "interval": v.seconds,
    "expects": v.key_of(bool),
}
"""What a window's tab of an endpoint is filled in with: a run does nothing with it."""
VALUE: Final[Mapping[str, v.Read]] = {"env": v.key_of(str), "secret": v.key_of(bool)}
ENDPOINT: Final[Mapping[str, v.Read]] = {
    "role": v.enum_key(s.Role),
    "family": v.one_of(choice.name for choice in options.FAMILIES),
    "type": v.one_of(choice.name for choice in options.TYPES),
    "protocol": v.key_of(int),
    "address": v.key_of(str),
    "bind": v.text_or_none,
    "backlog": v.key_of(int),
    "timeout": v.timeout,
    "accept": v.enum_key(s.GateMode),
    "receive": v.enum_key(s.GateMode),
    "send": v.enum_key(s.GateMode),
    "calls": v.enum_key(s.Pace),
    "bufsize": v.positive,
    "count": v.positive,
    "port_search": v.key_of(bool),
    "responder": responder,
    "options": v.socket_options,
    "dual_stack": v.key_of(bool),
    "encoding": v.encoding,
    "reconnect": v.reconnect,
    "handshake_timeout": v.seconds,
    "layers": v.layers,
    "tls": layer_keys.tls,
    "websocket": layer_keys.websocket,
    "messages": messages,
    "proxy": layer_keys.proxy,
}
BESIDE_ENDPOINT: Final[Mapping[str, v.Read]] = {"ignore": _part(list, _all_of("ignored"))}
"""What an endpoint's table says to the run alone; no `configure` changes it."""
STEP: Final[Mapping[str, v.Read]] = {
    "endpoint": v.key_of(str),
    "count": v.positive,
    "wait": v.key_of(bool),
    "no_files": v.key_of(bool),
    "backlog": v.key_of(int),
    "text": v.key_of(str),
    "hex": v.key_of(str),
    "file": v.key_of(str),
    "encoding": v.encoding,
    "append": v.enum_key(Append),
    "checksum_order": v.enum_key(ByteOrder),
    "checksum_from": v.number_of_bytes,
    "checksum_to": v.number_of_bytes,
    "append_hex": v.key_of(str),
    "pieces": v.positive,
    "placeholders": v.key_of(bool),
    "wrap": v.key_of(bool),
    "connection": v.connection,
    "to": v.key_of(str),
    "repeat": v.times,
    "interval": v.seconds,
    "size": v.positive,
    "how": v.enum_key(c.How),
    "gate": v.enum_key(c.Gate),
    "calls": v.enum_key(s.Pace),
    "call": v.key_of(str),
    "args": v.key_of(list),
    "option": v.option,
    "value": v.option_value,
    "group": v.key_of(str),
    "interface": v.key_of(str),
    "responder": responder,
    **layer_steps.KEYS,
}
"""Of the fields of commands."""
OPTIONAL: Final[Mapping[str, v.Read]] = {
    "error": v.key_of(str),
    "wait": v.key_of(bool),
    **ON_FAILURE,
}
"""What every step takes that is a command."""
ALSO: Final[Mapping[str, Mapping[str, v.Read]]] = {
    "connect": {"until_open": v.seconds},
    "send": {"json": expect_keys.json_of},
}
"""What a command's step takes beside."""
WAIT: Final[Mapping[str, v.Read]] = {"seconds": v.seconds, **ON_FAILURE}
STAY: Final = WAIT
RUN: Final[Mapping[str, v.Read]] = {
    "command": v.words,
    "name": v.key_of(str),
    "exit": v.exit_status,
    "contains": v.key_of(str),
    "input": v.key_of(str),
    "timeout": v.seconds,
    "wait": v.key_of(bool),
    "stop": v.key_of(str),
    **ON_FAILURE,
}
_NEEDED: Final = frozenset({("wait", "seconds")})
"""What a table cannot be without, where no dataclass says so."""
EXPECT: Final[Mapping[str, v.Read]] = {
    "endpoint": v.key_of(str),
    "kind": v.one_of(("call", "end", "command", "note", "layer")),
    "call": call_names.call,
    "connection": v.which_connection,
    "result": v.key_of(int),
    "errno": call_names.errno,
    "error": call_names.error,
    "peer": v.key_of(str),
    "size": v.number_of_bytes,
    "count": v.positive,
    "absent": v.key_of(bool),
    "text": v.key_of(str),
    "hex": v.key_of(str),
    "contains": v.key_of(str),
    "regex": v.key_of(str),
    "encoding": v.encoding,
    "within": v.seconds,
    **ON_FAILURE,
    **expect_keys.KEYS,
    **readings.KEYS,
}
IGNORED: Final = (
    "kind", "call", "result", "errno", "error", "peer", "size", "text", "hex", "contains", "regex",
    "json", "encoding",
)  # fmt: skip
"""Keys of `expect` that say what an endpoint ignores."""
DEFAULTS: Final = {key: EXPECT[key] for key in ("within",)}
NOT_IN_UNTIL: Final = expect_keys.NOT_IN_UNTIL
LOOP: Final[Mapping[str, v.Read]] = {
    "times": v.positive,
    "pause": v.seconds,
    "until": _part(dict, {"$ref": "#/definitions/until"}),
    "renumber": v.key_of(bool),
    "must": v.key_of(bool),
    **ON_FAILURE,
    "step": _part(list, _all_of("step")),
    "loop": _part(list, _all_of("loop")),
}


_UNASKED: Final = frozenset({"at_end"})
"""What commands say of themselves in the record, and no step asks for."""


def step_keys(do: str) -> Mapping[str, v.Read]:
    """The keys that a step of this kind takes besides `do`."""
    own = {"wait": WAIT, "stay": STAY, "run": RUN, "expect": EXPECT, "loop": LOOP}.get(do)
    if own is not None:
        return own
    if do == "configure":
        return {"endpoint": STEP["endpoint"], **ENDPOINT}
    asked = [item.name for item in fields(COMMANDS[do]) if item.name not in _UNASKED]
    taken = {name: STEP[name] for name in asked}
    return {**taken, **OPTIONAL, **ALSO.get(do, {})}


DO: Final = (*COMMANDS, "wait", "stay", "run", "expect", "loop")
"""Every kind of step."""


# -- the table, for people and editors --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Key:
    """One key in one kind of table.

    Attributes:
        place: the kind of table, as in the key of its line (`keys.PLACE.NAME`).
        schema: of its value.
        default: its value if it is left out; None: none.
        needed: the table must have it.
        kinds: which steps or responders take it, if not all do.
    """

    place: str
    name: str
    schema: v.Schema
    default: Any = None
    needed: bool = False
    kinds: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The key of the text that says what it means."""
        return f"keys.{self.place}.{self.name}"


def _of(place: str, readers: Mapping[str, v.Read], *made: type, **defaults: Any) -> Iterator[Key]:
    """Keys with the defaults of the dataclasses that they are the fields of."""
    items = {FIELD_NAMES.get(item.name, item.name): item for kind in made for item in fields(kind)}
    for name, read in readers.items():
        item = items.get(name)
        needed = item is not None and item.default is item.default_factory is MISSING
        plain = None if item is None or item.default is MISSING else item.default
        default = defaults.get(name, plain)
        yield Key(
            place,
            name,
            read.schema,
            default.value if isinstance(default, Enum) else default,
            needed and name not in defaults and name != "endpoint",  # it is the only one
        )


def _by_kind(place: str, kinds: Mapping[str, Mapping[str, Key]]) -> Iterator[Key]:
    """Keys of tables of several kinds, each once, with the kinds that take it."""
    for name in dict.fromkeys(name for keys in kinds.values() for name in keys):
        having = [kind for kind, keys in kinds.items() if name in keys]
        key = kinds[having[0]][name]
        needed = all(kinds[kind][name].needed for kind in having)
        kinds_said = tuple(having) if len(having) < len(kinds) else ()
        schema = v.either(*(kinds[kind][name].schema for kind in having))
        yield Key(place, name, schema, key.default, needed, kinds_said)


def keys_of_step(do: str) -> Mapping[str, Key]:
    """The keys of one kind of step."""
    if do == "configure":
        found = (*_of("step", {"endpoint": STEP["endpoint"]}), *_of("endpoint", ENDPOINT))
    elif do in {"expect", "loop"}:
        found = tuple(_of(do, step_keys(do), Expect if do == "expect" else Loop))
    else:
        made = [COMMANDS[do]] if do in COMMANDS else [RunProgram] if do == "run" else []
        found = tuple(_of("step", step_keys(do), *made, wait=True))
    return {
        key.name: replace(key, needed=True) if (do, key.name) in _NEEDED else key for key in found
    }


def keys_of_responder(kind: str) -> Mapping[str, Key]:
    """The keys of one kind of responder, besides `kind`."""
    made = RESPONDERS[kind]
    return {key.name: key for key in _of("responder", readers_of(made), made)}


def keys_of_messages(how: str) -> Mapping[str, Key]:
    """The keys of the kind of `messages` that is identified by the key `how`."""
    made = MESSAGES[how]
    keys = _of("messages", readers_of(made), made)
    return {key.name: key for key in keys if key.name == how or key.name not in MESSAGES}


def _steps() -> Iterator[Key]:
    """Keys of the steps that are commands, and of `wait`."""
    own = {"expect", "loop", "configure"}
    yield Key("step", "do", {"enum": list(DO)}, needed=True)
    yield from (Key("do", do, {}) for do in DO)
    yield from _by_kind("step", {do: keys_of_step(do) for do in DO if do not in own})


def table() -> tuple[Key, ...]:
    """Every key of the language, in the order in which one learns them."""
    rule = _of("rule", readers_of(Rule), Rule)
    return (
        *_of("top", TOP, format=FORMAT, capture=DEFAULT_CAPTURE, placeholders=False),
        *_of("value", VALUE, secret=False),
        *_of("defaults", DEFAULTS, Expect),
        *_of("endpoint", {**ENDPOINT, **BESIDE_ENDPOINT}, s.EndpointSettings, role=STREAM),
        *_of("reconnect", v.RECONNECT, s.Reconnect),
        *_of("tls", layer_keys.TLS_KEYS, TlsSettings),
        *_of("websocket", layer_keys.WEBSOCKET_KEYS, WebSocketSettings),
        *_of("deflate", layer_keys.DEFLATE, Deflate),
        *_by_kind("messages", {how: keys_of_messages(how) for how in MESSAGES}),
        Key("responder", "kind", {"enum": list(RESPONDERS)}, needed=True),
        *_by_kind("responder", {kind: keys_of_responder(kind) for kind in RESPONDERS}),
        *rule,
        *_of("turn", readers_of(InTurn), InTurn),
        *_of("lookup", readers_of(Lookup), Lookup),
        *_steps(),
        *_of("expect", EXPECT, Expect),
        *_of("loop", LOOP, Loop, times=1),
        *_of(
            "tab",
            TAB,
            form="text",
            encoding="utf-8",
            escapes=True,
            placeholders=False,
            append=Append.NOTHING.value,
            checksum_from=0,
            repeat=1,
            interval=0,
            expects=False,
        ),
    )
