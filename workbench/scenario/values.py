"""Reads and checks single values of a scenario's tables, reporting the path of what is wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from enum import Enum
from functools import partial, reduce
from typing import Any, Final, Self

from workbench.engine.model import commands as c
from workbench.engine.model import options
from workbench.engine.model import settings as s
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.frozen import dataclass
from workbench.payload.notation import check_encoding, encode
from workbench.payload.patterns import compile_pattern
from workbench.payload.templates import BUILT_IN, WITH_ARGUMENT
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.steps import NEWEST, WHICHEVER
from workbench.texts import Problem

Table = Mapping[str, Any]
Schema = Mapping[str, Any]
"""What a value may be, as JSON Schema (draft 7)."""


@dataclass(frozen=True, slots=True)
class Read:
    """Reads one key of the table at a path.

    Attributes:
        schema: of its value.
    """

    by: Callable[[Table, str, KeyPath], Any]
    schema: Schema

    def __call__(self, body: Table, key: str, path: KeyPath) -> Any:
        """Raises Wrong."""
        return self.by(body, key, path)


def takes(schema: Schema) -> Callable[[Callable[[Table, str, KeyPath], Any]], Read]:
    """Make a function a reader of what the schema allows."""
    return lambda by: Read(by, schema)


PLACEHOLDER: Final = "placeholder"
"""The definition, in a schema of whole files, of a string that stands for something else."""
TEXT: Final[Schema] = {"type": "string"}


def either(*schemas: Schema) -> Schema:
    """A schema that allows what one of these does; of a single one, that one."""
    flat = [part for schema in schemas for part in schema.get("anyOf", [schema])]
    once = [part for index, part in enumerate(flat) if part not in flat[:index]]
    return once[0] if len(once) == 1 else {"anyOf": once}


def filled(schema: Schema) -> Schema:
    """A schema that also allows a placeholder that stands for the value."""
    return either(schema, {"$ref": f"#/definitions/{PLACEHOLDER}"})


_SHOWN_MOST: Final = 60
_VALUE_NAME: Final = re.compile(r"[A-Za-z_]\w*\Z", re.ASCII)
_WHOLE: Final = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)
_DECIMAL: Final = re.compile(r"[+-]?\d{1,18}\.\d{1,18}\Z", re.ASCII)


Plain = str | int | float


class Filled(str):  # noqa: SLOT000 - mypy knows no attribute of a str with slots
    """A string that was a single placeholder, and so may be used where a number is wanted.

    Attributes:
        value: what it stood for.
    """

    value: Plain

    def __new__(cls, value: Plain) -> Self:
        made = super().__new__(cls, value)
        made.value = value
        return made


class Wrong(Exception):
    """An error at a path, before its line is known."""

    def __init__(self, path: KeyPath, problem: Problem) -> None:
        super().__init__(problem.key)
        self.path = path
        self.problem = problem


def wrong(path: KeyPath, key: str, /, **args: object) -> Wrong:
    """The error `key` about what is at the path."""
    return Wrong(path, Problem(key, **args))


def check(job: Callable[[], object], path: KeyPath) -> None:
    """Have `job` try a value. Raises Wrong, with its Problem and the path, if it refuses it."""
    try:
        job()
    except Problem as problem:
        raise Wrong(path, problem) from problem


# -- names ------------------------------------------------------------------------------------


def known(body: Table, names: Iterable[str], path: KeyPath) -> None:
    """Raises Wrong for a key that is none of the names, with the nearest one."""
    wanted = list(names)
    for key in body:
        if key not in wanted:
            raise unknown((*path, key), key, wanted, "scenario.unknown_key")


def unknown(path: KeyPath, name: str, names: Iterable[str], key: str) -> Wrong:
    """The problem that a name does not exist, with the nearest one, or all of them."""
    wanted = list(names)
    near = _nearest(name, wanted)
    if not wanted:
        none = "scenario.run_none" if key == "scenario.run_unknown" else "scenario.no_endpoints"
        return wrong(path, none, name=name)
    return wrong(path, key, name=name, near=near or ", ".join(wanted))


_MEANT: Final = {
    **dict.fromkeys(("server", "tcp-server"), "listener"),
    **dict.fromkeys(("client", "tcp", "tcp-client"), "stream"),
    **dict.fromkeys(("udp", "dgram"), "datagram"),
    **dict.fromkeys(("sleep", "delay"), "wait"),
    **dict.fromkeys(("receive", "read"), "recv"),
    **dict.fromkeys(("equals", "equal", "is"), "exact"),
    **dict.fromkeys(("startswith", "endswith", "matches", "re", "pattern"), "regex"),
    **dict.fromkeys(("assert", "check", "verify"), "expect"),
    **dict.fromkeys(("repeat", "for", "while"), "loop"),
    "write": "send",
    "disconnect": "close",
    "exec": "run",
    "ssl": "tls",
    "ws": "websocket",
    "rst": "reset",
    "data": "text",
    "\n": "lf",
    "\r\n": "crlf",
    "\0": "nul",
}
"""What other programs say for it; it is the nearest where it is possible at all."""


def _nearest(name: str, wanted: list[str]) -> str:
    """The name that is meant, or the most similar; "": there is none."""
    import difflib  # only needed for a misspelled name

    lowered = name.lower()
    meant = _MEANT.get(lowered)
    if meant in wanted:
        return str(meant)
    as_written = {one.lower(): one for one in reversed(wanted)}
    near = difflib.get_close_matches(lowered, as_written, 1, 0.3)
    return as_written[near[0]] if near else ""


def choice(body: Table, key: str, names: Iterable[str], path: KeyPath) -> str:
    """One of the names."""
    value = typed(body, key, str, path)
    wanted = list(names)
    if value not in wanted:
        raise unknown((*path, key), value, wanted, "scenario.unknown_value")
    return str(value)


def check_name(name: str, path: KeyPath) -> None:
    """Check the name of a value. Raises Wrong: it is none, or a built-in value has it."""
    if not _VALUE_NAME.match(name):
        raise wrong(path, "scenario.bad_value_name", name=name)
    if name in BUILT_IN or name in WITH_ARGUMENT:
        raise wrong(path, "scenario.reserved_value", name=name)


# -- types ------------------------------------------------------------------------------------

_TYPES: Final = {
    str: "text",
    int: "number",
    bool: "boolean",
    dict: "table",
    list: "list",
    float: "number",
}
NO_TIMEOUT: Final = "none"
NONE: Final[Schema] = {"enum": [NO_TIMEOUT]}
_MISSING: Final = object()


def typed(
    body: Table, key: str, kind: type | tuple[type, ...], path: KeyPath, default: Any = _MISSING
) -> Any:
    """The value, which must be of a type; a boolean is not a number."""
    if key not in body:
        if default is _MISSING:
            for other in body:
                if other.lower() == key:
                    raise unknown((*path, other), other, [key], "scenario.unknown_key")
            raise wrong(path, "scenario.missing", key=key)
        return default
    kinds = kind if isinstance(kind, tuple) else (kind,)
    value = body[key] if str in kinds else numeric(body[key])
    if isinstance(value, Filled):
        value = str(value)
    if isinstance(value, kinds) and not (isinstance(value, bool) and bool not in kinds):
        return value
    where = (*path, key)
    if kinds == (list,) and isinstance(value, dict):
        raise wrong(where, "scenario.list_of" if path else "scenario.brackets", key=key)
    raise not_wanted(where, key, value, *dict.fromkeys(_TYPES[item] for item in kinds))


def not_wanted(path: KeyPath, key: str, value: object, *wants: str) -> Wrong:
    """The problem that a value has the wrong type; `wants`: parts of the keys scenario.want_*."""
    wanted = reduce(
        lambda first, second: Problem("scenario.or", first=first, second=second),
        [Problem(f"scenario.want_{want}") for want in wants],
    )
    return wrong(path, "scenario.wrong_type", key=key, wanted=wanted, value=shown(value))


def no_table(path: KeyPath, key: str, value: object) -> Wrong:
    """The problem that an element of a list is not a table."""
    example = {"rules": 'match = "any", reply = "hello"'}.get(key, 'do = "connect"')
    return wrong(path, "scenario.each_a_table", key=key, example=example, value=shown(value))


def shown(value: object) -> str:
    """A value as TOML spells it; a long one is cut."""
    in_quotes = isinstance(value, bool | str)
    text = json.dumps(value, ensure_ascii=False) if in_quotes else str(value)
    return text if len(text) <= _SHOWN_MOST else f"{text[:_SHOWN_MOST]}…"


def numeric(value: Any) -> Any:
    """A string that was a single placeholder, as the number that it stood for, if it was one."""
    if not isinstance(value, Filled) or not isinstance(value.value, str):
        return value.value if isinstance(value, Filled) else value
    text = value.value.strip()
    if _WHOLE.match(text):
        return int(text)
    return float(text) if _DECIMAL.match(text) else value


def tuples(value: Any) -> Any:
    """Lists, and lists within them, as tuples."""
    return tuple(tuples(item) for item in value) if isinstance(value, list) else value


# -- readers of one key -----------------------------------------------------------------------

_SCHEMAS: Final[Mapping[type, Schema]] = {
    str: TEXT,
    int: filled({"type": "integer"}),
    float: filled({"type": "number"}),
    bool: {"type": "boolean"},
    dict: {"type": "object"},
    list: {"type": "array"},
}


def key_of(kind: type | tuple[type, ...]) -> Read:
    """A reader for values of a type."""
    kinds = kind if isinstance(kind, tuple) else (kind,)
    return Read(
        lambda body, key, path: tuples(typed(body, key, kind, path)),
        either(*(_SCHEMAS[item] for item in kinds)),
    )


def enum_key(kind: type[Enum]) -> Read:
    """A reader for the values of an Enum."""
    names = [item.value for item in kind]
    return Read(
        lambda body, key, path: kind(choice(body, key, names, path)), filled({"enum": names})
    )


def one_of(names: Iterable[str]) -> Read:
    """A reader for one of some names."""
    wanted = list(names)
    return Read(lambda body, key, path: choice(body, key, wanted, path), filled({"enum": wanted}))


def _in_range(kind: type | tuple[type, ...], want: str, least: int, below: int) -> Read:
    name = "integer" if kind is int else "number"

    @takes(filled({"type": name, "minimum": least, "exclusiveMaximum": below}))
    def read(body: Table, key: str, path: KeyPath) -> Any:
        if key not in body:
            raise wrong(path, "scenario.missing", key=key)
        value: Any = numeric(body[key])
        fits = isinstance(value, kind) and not isinstance(value, bool)
        if fits and value >= below:
            said = {"key": key, "most": below - 1, "value": shown(body[key])}
            raise wrong((*path, key), "scenario.above_most", **said)
        if not fits or not least <= value:
            raise not_wanted((*path, key), key, value, want)
        return value

    return read


positive: Final = _in_range(int, "positive", 1, 2**31)
"""A whole number from 1 on."""
times: Final = _in_range(int, "times", 0, 2**31)
"""A whole number, 0 for what has no end."""
number_of_bytes: Final = _in_range(int, "bytes", 0, 2**63)
"""From 0 on."""
_seconds: Final = _in_range((int, float), "seconds", 0, 10**9)


@takes(_seconds.schema)
def seconds(body: Table, key: str, path: KeyPath) -> float:
    """Seconds from 0 on; neither inf nor nan."""
    return float(_seconds(body, key, path))


@takes(either(_seconds.schema, NONE))
def timeout(body: Table, key: str, path: KeyPath) -> float | None:
    """Seconds; "none" for a call that waits for ever, since a `configure` step may say so."""
    if body.get(key) == NO_TIMEOUT:
        return None
    value = numeric(body.get(key))
    if isinstance(value, str):
        raise not_wanted((*path, key), key, value, "seconds", "none")
    return float(_seconds(body, key, path))


RECONNECT: Final[Mapping[str, Read]] = {
    "first": seconds,
    "most": seconds,
    "times": number_of_bytes,
}


@takes(either({"$ref": "#/definitions/reconnect"}, NONE))
def reconnect(body: Table, key: str, path: KeyPath) -> s.Reconnect | None:
    """How a client connects again by itself; "none", since a `configure` step may say so.

    Raises Wrong.
    """
    value = body.get(key)
    if value == NO_TIMEOUT:
        return None
    where = (*path, key)
    if not isinstance(value, dict):
        raise not_wanted(where, key, value, "table", "none")
    known(value, RECONNECT, where)
    read = {name: RECONNECT[name](value, name, where) for name in value}
    try:
        return s.Reconnect(**read)
    except Problem as problem:
        raise Wrong(where, problem) from problem


@takes({"type": "array", "items": TEXT})
def layers(body: Table, key: str, path: KeyPath) -> tuple[str, ...]:
    """Names of layers; the engine knows which exist."""
    names = typed(body, key, list, path)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise not_wanted((*path, key, index), key, name, "text")
    return tuple(names)


@takes({"type": "array", "items": TEXT, "minItems": 1})
def words(body: Table, key: str, path: KeyPath) -> tuple[str, ...]:
    """A program and its arguments."""
    if isinstance(body[key], str):
        raise wrong((*path, key), "scenario.run_as_text", value=shown(body[key]))
    found = typed(body, key, list, path)
    for index, word in enumerate(found):
        if not isinstance(word, str):
            raise not_wanted((*path, key, index), key, word, "text")
    if not found or not found[0]:
        raise wrong((*path, key), "scenario.run_nothing")
    return tuple(found)


@takes({"anyOf": [{"type": "integer"}, {"enum": [WHICHEVER]}]})
def exit_status(body: Table, key: str, path: KeyPath) -> int | str:
    """The exit status of a program, or "any"."""
    value = numeric(body[key])
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if value == WHICHEVER:
        return WHICHEVER
    raise not_wanted((*path, key), key, value, "number", "any")


@takes(TEXT)
def text_or_none(body: Table, key: str, path: KeyPath) -> str | None:
    """A text; an empty one means none."""
    return typed(body, key, str, path) or None


@takes({"anyOf": [{"type": "integer", "minimum": 0}, {"enum": ["all"]}]})
def capture(table: Table, key: str, path: KeyPath) -> int | None:
    """Bytes of each payload that the record keeps; None for "all"."""
    value = table.get(key, DEFAULT_CAPTURE)
    if value == "all":
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise not_wanted((*path, key), key, value, "bytes", "all")
    return value


@takes(either(positive.schema, {"enum": [c.ALL]}))
def connection(body: Table, key: str, path: KeyPath) -> int | str:
    """A connection's number from 1 on, or "all"."""
    value = numeric(body[key])
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    if value == c.ALL:
        return c.ALL
    raise not_wanted((*path, key), key, value, "positive", "all")


@takes(TEXT)
def encoding(body: Table, key: str, path: KeyPath) -> str:
    """The name of an encoding of text."""
    value = typed(body, key, str, path)
    check(partial(check_encoding, value), (*path, key))
    return str(value)


def payload(values: Table, default: str, path: KeyPath, check_hex: Callable[[str], object]) -> None:
    """Check that texts can be encoded, and that hex and patterns are valid.

    `default`: the encoding if the values name none. `check_hex`: raises Problem.
    """
    for key in ("text", "contains"):
        if key in values:
            check(partial(encode, values[key], values.get("encoding") or default), (*path, key))
    if "hex" in values:
        check(partial(check_hex, values["hex"]), (*path, "hex"))
    if "regex" in values:
        check(partial(compile_pattern, values["regex"], values.get("encoding")), (*path, "regex"))


def _option_value(value: Any) -> Any:
    """A value of a socket option; a single placeholder that stands for a number becomes one."""
    if not isinstance(value, Filled):
        return tuples(value)
    number = numeric(value)
    return number if isinstance(number, int) else str(value)


@takes(key_of((int, str, list)).schema)
def option_value(body: Table, key: str, path: KeyPath) -> Any:
    """The value that a step gives an option."""
    typed(body, key, (int, str, list), path)
    return _option_value(body[key])


_OPTION: Final[Schema] = {"enum": list(options.OPTIONS)}


@takes(_OPTION)
def option(body: Table, key: str, path: KeyPath) -> str:
    """The name of a socket option."""
    value = typed(body, key, str, path)
    check(partial(options.find, value), (*path, key))
    return str(value)


@takes(either(positive.schema, {"enum": [NEWEST, WHICHEVER]}))
def which_connection(body: Table, key: str, path: KeyPath) -> int | str:
    """A connection of an expectation: its number from 1, NEWEST for the last, or "any"."""
    value = numeric(body[key])
    if value == WHICHEVER:
        return WHICHEVER
    if value == NEWEST and isinstance(value, int):
        return NEWEST
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value < 2**31:
        raise not_wanted((*path, key), key, value, "positive", "newest", "any")
    return value


@takes({"type": "object", "propertyNames": _OPTION})
def socket_options(body: Table, key: str, path: KeyPath) -> tuple[tuple[str, Any], ...]:
    """Option names and their values."""
    found = []
    for name, value in typed(body, key, dict, path).items():
        plain = _option_value(value)
        check(partial(_check_option, name, plain), (*path, key, name))
        found.append((name, plain))
    return tuple(found)


def _check_option(name: str, value: s.OptionValue) -> None:
    options.encode(options.find(name), value)
