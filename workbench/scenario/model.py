"""A scenario file as frozen objects; everything wrong with it is said before anything starts."""

from __future__ import annotations

import codecs
import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from enum import Enum
from functools import partial
from pathlib import Path
from typing import Any, Final

from workbench.engine import address as addresses
from workbench.engine import commands as c
from workbench.engine import options
from workbench.engine import settings as s
from workbench.engine.events import DEFAULT_CAPTURE
from workbench.engine.wording import COMMANDS, RESPONDERS, responder_from
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.locate import line_of, locate
from workbench.texts import Problem, reason_of

FORMAT: Final = 1
_NAME: Final = re.compile(r"[A-Za-z0-9_-]+\Z")
_TOP: Final = ("title", "title_zh_CN", "format", "capture", "endpoint", "step", "loop")
_ENDPOINT: Final = tuple(item.name for item in fields(s.EndpointSettings) if item.name != "name")
_OPTIONAL: Final = {"error", "wait"}


@dataclass(frozen=True, slots=True)
class Perform:
    """A command; `error` names the errno or class that it must fail with."""

    command: c.Command
    error: str | None = None
    wait: bool = True


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Expect:
    """Something that must be in the record (or, with `absent`, must not come).

    At most one of text, hex, contains and regex; `within` in seconds from the step's start.
    """

    endpoint: str
    kind: str | None = None
    call: str | None = None
    connection: int | None = None
    result: int | None = None
    errno: str | None = None
    error: str | None = None
    peer: str | None = None
    size: int | None = None
    count: int = 1
    absent: bool = False
    text: str | None = None
    hex: str | None = None
    contains: str | None = None
    regex: str | None = None
    encoding: str = "utf-8"
    within: float = 2.0

    @property
    def wants_bytes(self) -> bool:
        return any(v is not None for v in (self.text, self.hex, self.contains, self.regex))


@dataclass(frozen=True, slots=True)
class Loop:
    """Steps again and again: `times` at most, `pause` seconds between, until `until` matches."""

    steps: tuple[Step, ...]
    times: int = 1
    pause: float = 0.0
    until: Expect | None = None


Step = Perform | Wait | Expect | Loop


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole file. `capture`: bytes of each payload that the record keeps, None: all."""

    title: str
    endpoints: tuple[s.EndpointSettings, ...]
    steps: tuple[Step, ...]
    titles: Mapping[str, str] = field(default_factory=dict)
    capture: int | None = DEFAULT_CAPTURE


class ScenarioProblem(Problem):
    """Something wrong in a scenario file; `line` counts from 1."""

    def __init__(self, source: str, line: int, reason: Problem) -> None:
        super().__init__("scenario.at", source=source, line=line, reason=reason)
        self.line = line


class _Wrong(Exception):
    """Where and what, before the line is known."""

    def __init__(self, path: KeyPath, key: str, /, **args: object) -> None:
        super().__init__(key)
        self.path = path
        self.problem = Problem(key, **args)


def load(path: Path) -> Scenario:
    """Read a scenario file.

    Raises:
        Problem: it cannot be read, or what is wrong in it with file, line and nearest name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, UnicodeDecodeError):
            raise Problem("scenario.not_text", path=str(path)) from error
        reason = reason_of(error)
        raise Problem("scenario.unreadable", path=str(path), reason=reason) from error
    return parse(text, str(path))


def parse(text: str, source: str = "scenario") -> Scenario:
    """Read a scenario's text; as `load`."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        found = re.search(r"line (\d+)", str(error))
        line = int(found.group(1)) if found else len(text.splitlines())
        raise ScenarioProblem(source, line, _syntax(str(error))) from error
    try:
        return _scenario(table)
    except _Wrong as wrong:
        line = line_of(locate(text), wrong.path)
        raise ScenarioProblem(source, line, wrong.problem) from wrong


def _syntax(message: str) -> Problem:
    """tomllib's English message as a sentence of ours."""
    for start, key in _SYNTAX.items():
        if message.startswith(start):
            return Problem("scenario.not_toml", reason=Problem(f"toml.{key}"))
    return Problem("scenario.not_toml", reason=Problem("toml.other"))


_SYNTAX: Final = {
    "Illegal character '\\n'": "line_end", "Illegal character": "character",
    "Found invalid character": "character", "Unterminated string": "unterminated",
    "Expected '=' after": "equals", "Expected ']": "bracket", "Expected newline": "after",
    "Invalid initial character": "key", "Invalid statement": "key", "Invalid value": "value",
    "Invalid date": "value", "Invalid hex": "escape", "Unescaped": "escape", "Escaped": "escape",
    "Unclosed": "unclosed", "Cannot": "twice", "Duplicate": "twice",
}
"""How tomllib's messages begin, and which of our texts (toml.*) says the same."""


def _scenario(table: dict[str, Any]) -> Scenario:
    _known(table, _TOP, ())
    number = _typed(table, "format", int, (), FORMAT)
    if number > FORMAT:
        raise _Wrong(("format",), "scenario.newer", format=number, known=FORMAT)
    endpoints: dict[str, s.EndpointSettings] = {}
    for name, body in _typed(table, "endpoint", dict, (), {}).items():
        path = ("endpoint", name)
        if not _NAME.match(name):
            raise _Wrong(path, "scenario.bad_name", name=name)
        if not isinstance(body, dict):
            raise _Wrong(path, "scenario.not_a_table", key=name)
        endpoints[name] = _endpoint(name, body, path)
    for name, settings in endpoints.items():
        _check_links(settings, endpoints, ("endpoint", name))
    steps = _steps(table, (), dict(endpoints))
    return Scenario(
        title=_typed(table, "title", str, (), ""),
        endpoints=tuple(endpoints.values()),
        steps=steps,
        titles={"zh_CN": table["title_zh_CN"]} if "title_zh_CN" in table else {},
        capture=_capture(table),
    )


def _capture(table: dict[str, Any]) -> int | None:
    value = table.get("capture", DEFAULT_CAPTURE)
    if value == "all":
        return None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _Wrong(("capture",), "scenario.bad_value", key="capture", value=repr(value))


# -- endpoints --------------------------------------------------------------------------------


def _endpoint(name: str, body: dict[str, Any], path: KeyPath) -> s.EndpointSettings:
    _known(body, _ENDPOINT, path)
    if "role" not in body:
        raise _Wrong(path, "scenario.missing", key="role")
    return _with_keys(s.EndpointSettings(name, s.Role.STREAM), body, path)


def _with_keys(base: s.EndpointSettings, body: dict[str, Any],
               path: KeyPath) -> s.EndpointSettings:
    """Settings with the given keys changed; also for the `configure` step."""
    _known(body, _ENDPOINT, path)
    values: dict[str, Any] = {}
    for key in body:
        values[key] = _ENDPOINT_KEYS[key](body, key, path)
    made = replace(base, **values)
    for key in ("address", "bind"):
        spec = getattr(made, key)
        if spec:
            _try(partial(addresses.parse, spec, made.family), (*path, key))
    return made


def _try(check: Callable[[], object], path: KeyPath) -> None:
    try:
        check()
    except Problem as problem:
        wrong = _Wrong(path, problem.key)
        wrong.problem = problem
        raise wrong from problem


def _key(kind: type | tuple[type, ...]) -> Callable[[dict[str, Any], str, KeyPath], Any]:
    return lambda body, key, path: _typed(body, key, kind, path)


def _enum_key(kind: type[Enum]) -> Callable[[dict[str, Any], str, KeyPath], Any]:
    return lambda body, key, path: _choice(body, key, [item.value for item in kind], path, kind)


def _named(names: Iterable[str]) -> Callable[[dict[str, Any], str, KeyPath], Any]:
    wanted = list(names)
    return lambda body, key, path: _choice(body, key, wanted, path, str)


def _number(body: dict[str, Any], key: str, path: KeyPath) -> float:
    value = _typed(body, key, (int, float), path)
    if isinstance(value, bool) or not 0 <= value < 10**9:
        raise _Wrong((*path, key), "scenario.bad_number", key=key, value=repr(value))
    return float(value)


def _positive(body: dict[str, Any], key: str, path: KeyPath) -> int:
    value = _typed(body, key, int, path)
    if not 0 < value < 2**31:
        raise _Wrong((*path, key), "scenario.bad_number", key=key, value=repr(value))
    return int(value)


def _encoding(body: dict[str, Any], key: str, path: KeyPath) -> str:
    value = _typed(body, key, str, path)
    try:
        codecs.lookup(value)
    except LookupError:
        raise _Wrong((*path, key), "scenario.bad_value", key=key, value=repr(value)) from None
    return str(value)


def _responder(body: dict[str, Any], key: str, path: KeyPath) -> s.Responder:
    table = _typed(body, key, dict, path)
    where = (*path, key)
    if "kind" not in table:
        raise _Wrong(where, "scenario.missing", key="kind")
    kind = _choice(table, "kind", list(RESPONDERS), where, str)
    _known(table, ("kind", *(item.name for item in fields(RESPONDERS[kind]))), where)
    if "encoding" in table:
        _encoding(table, "encoding", where)
    try:
        return responder_from(table)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise _Wrong(where, "scenario.bad_responder", reason=str(error)) from error


def _options(body: dict[str, Any], key: str, path: KeyPath) -> tuple[tuple[str, Any], ...]:
    table = _typed(body, key, dict, path)
    found = []
    for name, value in table.items():
        where = (*path, key, name)
        plain = tuple(value) if isinstance(value, list) else value
        _try(partial(_check_option, name, plain), where)
        found.append((name, plain))
    return tuple(found)


def _check_option(name: str, value: s.OptionValue) -> None:
    options.encode(options.find(name), value)


_ENDPOINT_KEYS: Final[Mapping[str, Callable[[dict[str, Any], str, KeyPath], Any]]] = {
    "role": _enum_key(s.Role),
    "family": _named(choice.name for choice in options.FAMILIES),
    "type": _named(choice.name for choice in options.TYPES),
    "protocol": _key(int),
    "address": _key(str),
    "bind": _key(str),
    "backlog": _key(int),
    "timeout": _number,
    "accept": _enum_key(s.GateMode),
    "receive": _enum_key(s.GateMode),
    "send": _enum_key(s.GateMode),
    "calls": _enum_key(s.Pace),
    "bufsize": _positive,
    "count": _positive,
    "port_search": _key(bool),
    "responder": _responder,
    "options": _options,
    "dual_stack": _key(bool),
    "encoding": _encoding,
}


def _check_links(settings: s.EndpointSettings, known: Mapping[str, object], path: KeyPath) -> None:
    for key in ("address", "bind"):
        spec = getattr(settings, key)
        if spec and spec.startswith("@") and spec[1:] not in known:
            raise _unknown((*path, key), spec[1:], known, "scenario.unknown_endpoint")


# -- steps ------------------------------------------------------------------------------------


def _steps(table: dict[str, Any], path: KeyPath,
           endpoints: dict[str, s.EndpointSettings]) -> tuple[Step, ...]:
    """Steps and loops in the order they stand in the file."""
    found: list[tuple[int, Step]] = []
    steps = _typed(table, "step", list, path, [])
    for index, body in enumerate(steps):
        where = (*path, "step", index)
        if not isinstance(body, dict):
            raise _Wrong(where, "scenario.not_a_table", key="step")
        if body.get("do") == "loop":
            found.append((index, _loop(body, where, endpoints)))
        else:
            found.append((index, _step(body, where, endpoints)))
    ordered: list[Step] = [step for _, step in found]
    for index, body in enumerate(_typed(table, "loop", list, path, [])):
        ordered.append(_loop(body, (*path, "loop", index), endpoints))
    return tuple(ordered)


def _loop(body: dict[str, Any], path: KeyPath,
          endpoints: dict[str, s.EndpointSettings]) -> Loop:
    _known(body, ("do", "times", "pause", "until", "step", "loop"), path)
    until = None
    if "until" in body:
        table = _typed(body, "until", dict, path)
        until = _expect({"do": "expect", "within": 0, **table}, (*path, "until"), endpoints)
    times = _positive(body, "times", path) if "times" in body else 1_000_000 if until else 1
    pause = _number(body, "pause", path) if "pause" in body else 0.0
    return Loop(_steps(body, path, endpoints), times, pause, until)


def _step(body: dict[str, Any], path: KeyPath,
          endpoints: dict[str, s.EndpointSettings]) -> Step:
    if "do" not in body:
        raise _Wrong(path, "scenario.missing", key="do")
    do = _choice(body, "do", [*COMMANDS, "wait", "expect"], path, str)
    if do == "wait":
        _known(body, ("do", "seconds"), path)
        if "seconds" not in body:
            raise _Wrong(path, "scenario.missing", key="seconds")
        return Wait(_number(body, "seconds", path))
    if do == "expect":
        return _expect(body, path, endpoints)
    if do == "configure":
        return _configure(body, path, endpoints)
    return _perform(COMMANDS[do], body, path, endpoints)


def _target(body: dict[str, Any], path: KeyPath, endpoints: Mapping[str, object]) -> str:
    if "endpoint" not in body:
        raise _Wrong(path, "scenario.missing", key="endpoint")
    name = _typed(body, "endpoint", str, path)
    if name not in endpoints:
        raise _unknown((*path, "endpoint"), name, endpoints, "scenario.unknown_endpoint")
    return str(name)


def _configure(body: dict[str, Any], path: KeyPath,
               endpoints: dict[str, s.EndpointSettings]) -> Perform:
    name = _target(body, path, endpoints)
    changes = {key: value for key, value in body.items() if key not in {"do", "endpoint"}}
    settings = _with_keys(endpoints[name], changes, path)
    _check_links(settings, endpoints, path)
    endpoints[name] = settings
    return Perform(c.Configure(name, settings))


def _perform(kind: type[c.Command], body: dict[str, Any], path: KeyPath,
             endpoints: dict[str, s.EndpointSettings]) -> Perform:
    names = [item.name for item in fields(kind)]
    _known(body, ("do", *names, *_OPTIONAL), path)
    values: dict[str, Any] = {}
    if kind is not c.Mark or "endpoint" in body:
        values["endpoint"] = _target(body, path, endpoints)
    for key in body:
        if key not in {"do", "endpoint"} and key in names:
            values[key] = _STEP_KEYS[key](body, key, path)
    if kind is c.Connect and values.get("count") is None:
        values.pop("count", None)
    if kind is c.Send:
        _check_send(body, values, path, endpoints)
    error = _typed(body, "error", str, path) if "error" in body else None
    wait = _typed(body, "wait", bool, path, True)
    try:
        return Perform(kind(**values), error, wait)
    except TypeError as wrong:
        missing = re.search(r"'(\w+)'$", str(wrong))
        raise _Wrong(path, "scenario.missing", key=missing.group(1) if missing else "?") from wrong


def _check_send(body: dict[str, Any], values: Mapping[str, Any], path: KeyPath,
                endpoints: Mapping[str, object]) -> None:
    if sum(key in body for key in ("text", "hex", "file")) != 1:
        raise _Wrong(path, "engine.one_payload")
    to = values.get("to")
    if isinstance(to, str) and to.startswith("@") and to[1:] not in endpoints:
        raise _unknown((*path, "to"), to[1:], endpoints, "scenario.unknown_endpoint")


def _connection(body: dict[str, Any], key: str, path: KeyPath) -> int | str:
    value = body[key]
    if value == c.ALL or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
        return value  # type: ignore[no-any-return]
    raise _Wrong((*path, key), "scenario.bad_value", key=key, value=repr(value))


def _tuples(value: Any) -> Any:
    return tuple(_tuples(item) for item in value) if isinstance(value, list) else value


def _number_of_bytes(body: dict[str, Any], key: str, path: KeyPath) -> int:
    value: int = _typed(body, key, int, path)
    if value < 0:
        raise _Wrong((*path, key), "scenario.bad_value", key=key, value=repr(value))
    return value


_STEP_KEYS: Final[Mapping[str, Callable[[dict[str, Any], str, KeyPath], Any]]] = {
    "count": _positive,
    "wait": _key(bool),
    "backlog": _key(int),
    "text": _key(str),
    "hex": _key(str),
    "file": _key(str),
    "encoding": _encoding,
    "append": _enum_key(c.Append),
    "checksum_order": _enum_key(c.ByteOrder),
    "checksum_from": _number_of_bytes,
    "placeholders": _key(bool),
    "connection": _connection,
    "to": _key(str),
    "repeat": _positive,
    "interval": _number,
    "size": _positive,
    "how": _enum_key(c.How),
    "gate": _enum_key(c.Gate),
    "calls": _enum_key(s.Pace),
    "call": _key(str),
    "args": lambda body, key, path: _tuples(_typed(body, key, list, path)),
    "option": _key(str),
    "value": lambda body, key, path: _tuples(_typed(body, key, (int, str, list), path)),
    "group": _key(str),
    "interface": _key(str),
    "responder": _responder,
}


def _expect(body: dict[str, Any], path: KeyPath,
            endpoints: Mapping[str, object]) -> Expect:
    _known(body, ("do", *(item.name for item in fields(Expect))), path)
    values: dict[str, Any] = {"endpoint": _target(body, path, endpoints)}
    for key in body:
        if key not in {"do", "endpoint"}:
            values[key] = _EXPECT_KEYS[key](body, key, path)
    wanted = [key for key in ("text", "hex", "contains", "regex") if key in values]
    if len(wanted) > 1:
        raise _Wrong((*path, wanted[1]), "scenario.one_of", keys=", ".join(wanted))
    if "regex" in values:
        try:
            re.compile(values["regex"])
        except re.error as error:
            raise _Wrong((*path, "regex"), "engine.bad_pattern", pattern=values["regex"],
                         reason=str(error)) from error
    return Expect(**values)


_EXPECT_KEYS: Final[Mapping[str, Callable[[dict[str, Any], str, KeyPath], Any]]] = {
    "kind": _named(("call", "end", "command", "note")),
    "call": _key(str),
    "connection": _positive,
    "result": _key(int),
    "errno": _key(str),
    "error": _key(str),
    "peer": _key(str),
    "size": _key(int),
    "count": _positive,
    "absent": _key(bool),
    "text": _key(str),
    "hex": _key(str),
    "contains": _key(str),
    "regex": _key(str),
    "encoding": _encoding,
    "within": _number,
}


# -- what all of them use ---------------------------------------------------------------------


def _known(body: Mapping[str, Any], names: Iterable[str], path: KeyPath) -> None:
    wanted = list(names)
    for key in body:
        if key not in wanted:
            raise _unknown((*path, key), key, wanted, "scenario.unknown_key")


def _unknown(path: KeyPath, name: str, known: Iterable[str], key: str) -> _Wrong:
    names = list(known)
    near = difflib.get_close_matches(name, names, 1, 0.3)
    return _Wrong(path, key, name=name, near=near[0] if near else ", ".join(names))


_TYPE_NAMES: Final = {str: "text", int: "number", bool: "boolean", dict: "table", list: "list",
                      float: "number"}
_MISSING: Final = object()


def _typed(body: Mapping[str, Any], key: str, kind: type | tuple[type, ...], path: KeyPath,
           default: Any = _MISSING) -> Any:
    if key not in body and default is not _MISSING:
        return default
    value = body[key]
    kinds = kind if isinstance(kind, tuple) else (kind,)
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        wanted = "/".join(dict.fromkeys(_TYPE_NAMES[item] for item in kinds))
        raise _Wrong((*path, key), "scenario.wrong_type", key=key, wanted=wanted,
                     value=repr(value))
    return value


def _choice(body: Mapping[str, Any], key: str, names: list[str], path: KeyPath,
            convert: Callable[[str], Any]) -> Any:
    value = _typed(body, key, str, path)
    if value not in names:
        raise _unknown((*path, key), value, names, "scenario.unknown_value")
    return convert(value)
