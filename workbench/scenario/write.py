"""A scenario as TOML text that reads back as the same scenario."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import MISSING, Field, asdict, fields
from enum import Enum
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.engine.model.serialize import command_call, messages_plain, responder_plain
from workbench.payload.templates import escape_gaps
from workbench.scenario.named_values import LEFT_ALONE
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step, Wait
from workbench.scenario.values import NO_TIMEOUT


def to_toml(scenario: Scenario) -> str:
    """The whole scenario."""
    lines = [f"title = {_value(scenario.title)}"]
    lines += _pairs({_bare(f"title_{name}"): text for name, text in scenario.titles.items()})
    if scenario.capture != DEFAULT_CAPTURE:
        lines.append(f"capture = {_value('all' if scenario.capture is None else scenario.capture)}")
    if scenario.values:
        lines += ["", "[values]", *_pairs(dict(scenario.values))]
    elif scenario.names:
        lines.append("placeholders = true")
    current: dict[str, s.EndpointSettings] = {}
    for settings in scenario.endpoints:
        current[settings.name] = settings
        lines += ["", f"[endpoint.{_bare(settings.name)}]", f"role = {_value(settings.role.value)}"]
        blank = s.EndpointSettings(settings.name, settings.role)
        changes = _changes(blank, settings)
        if settings.role is s.Role.DATAGRAM:  # said, though the role means it: an older version
            changes.setdefault("type", settings.type)  # takes TCP for what is not said
        lines += _pairs(_as_template(changes, scenario.values))
    lines += _steps(scenario.steps, "", current)
    return "\n".join(lines) + "\n"


_NONE: Final = {"timeout": NO_TIMEOUT, "bind": "", "reconnect": NO_TIMEOUT, "messages": NO_TIMEOUT}
"""How a setting that is None again is written; as the first setting it is left out."""


def _steps(steps: Iterable[Step], prefix: str, current: dict[str, s.EndpointSettings]) -> list[str]:
    lines = []
    for step in steps:
        lines += ["", f"[[{prefix}step]]"]
        match step:
            case Wait():
                lines += ['do = "wait"', f"seconds = {_value(step.seconds)}"]
            case Expect():
                lines += ['do = "expect"', f"endpoint = {_value(step.endpoint)}"]
                lines += _pairs(_differing(step, {"endpoint"}))
            case Loop():
                lines += ['do = "loop"', f"times = {step.times}", f"pause = {_value(step.pause)}"]
                if step.until is not None:
                    until = {
                        "endpoint": step.until.endpoint,
                        **_differing(step.until, {"endpoint", "within"}),
                    }
                    lines.append(f"until = {_value(until)}")
                if step.renumber:
                    lines.append("renumber = true")
                lines += _steps(step.steps, f"{prefix}step.", current)
            case Perform():
                lines += _perform(step, current)
    return lines


def _perform(step: Perform, current: dict[str, s.EndpointSettings]) -> list[str]:
    command = step.command
    lines = [f"do = {_value(command_call(command))}"]
    if command.endpoint is not None:
        lines.append(f"endpoint = {_value(command.endpoint)}")
    if isinstance(command, c.Configure):
        changes = _changes(current[command.endpoint], command.settings)
        current[command.endpoint] = command.settings
        lines += _pairs(changes)
    else:
        lines += _pairs(_differing(command, {"endpoint"}))
    if step.error is not None:
        lines.append(f"error = {_value(step.error)}")
    if step.until_open:
        lines.append(f"until_open = {_value(step.until_open)}")
    if not step.wait and getattr(command, "wait", True):  # some commands have the key themselves
        lines.append("wait = false")
    return lines


def _changes(before: s.EndpointSettings, after: s.EndpointSettings) -> dict[str, Any]:
    """The keys in which two settings differ; what became None again as it can be written."""
    found: dict[str, Any] = {}
    for item in fields(s.EndpointSettings):
        old, new = getattr(before, item.name), getattr(after, item.name)
        if item.name == "name" or old == new:
            continue
        if new is None:
            if item.name in _NONE:
                found[item.name] = _NONE[item.name]
        elif item.name == "responder":
            found["responder"] = responder_plain(new)
        elif item.name == "options":
            found["options"] = dict(new)
        elif item.name == "messages":
            found["messages"] = messages_plain(new)
        elif item.name == "reconnect":
            found["reconnect"] = asdict(new)
        else:
            found[item.name] = new
    return found


def _as_template(item: Any, names: Collection[str], key: str = "") -> Any:
    """What was filled in when the file was read, so that it is the same when it is read again."""
    if not names or key in LEFT_ALONE:
        return item
    if isinstance(item, dict):
        return {name: _as_template(part, names, name) for name, part in item.items()}
    if isinstance(item, list | tuple):
        return [_as_template(part, names, key) for part in item]
    return escape_gaps(item, names) if isinstance(item, str) else item


def _differing(item: Any, leave_out: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in fields(item):
        value = getattr(item, entry.name)
        if entry.name in leave_out or value == _default(entry) or value is None:
            continue
        found[entry.name] = (
            responder_plain(value)
            if entry.name == "responder"
            else ["none"]
            if entry.name == "args" and value == (None,)
            else value
        )
    return found


def _default(entry: Field[Any]) -> object:
    return entry.default if entry.default is not MISSING else MISSING


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return _string(value)
    if value is None:  # TOML has none
        return _string(NO_TIMEOUT)
    if isinstance(value, dict):
        body = ", ".join(f"{_bare(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {body} }}"
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _bare(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else _string(key)


def _string(text: str) -> str:
    """A basic string of TOML 1.0: what cannot be seen is an escape.

    Half a character (a lone surrogate) no TOML can hold: U+FFFD stands in its place.
    """
    shown = json.dumps(text, ensure_ascii=False)  # quotes, backslashes and C0 as in TOML
    return "".join(char if char.isprintable() else _escaped(ord(char)) for char in shown)


def _escaped(code: int) -> str:
    if 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return f"\\u{code:04X}" if code <= 0xFFFF else f"\\U{code:08X}"
