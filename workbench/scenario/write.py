"""Writes a scenario as TOML that reads back as the same scenario."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import MISSING, Field, asdict, fields, replace
from enum import Enum
from itertools import takewhile
from typing import Any, Final

from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.address import written_family
from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.engine.model.serialize import command_call, messages_plain, responder_plain
from workbench.engine.model.web_address import has_scheme
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import escape_gaps
from workbench.scenario import layer_keys
from workbench.scenario.endpoint_keys import reached_by_path
from workbench.scenario.expect_keys import usual_within
from workbench.scenario.known_by_rule import SAID, kept_by, taken_by
from workbench.scenario.named_values import LEFT_ALONE, MADE_ONCE
from workbench.scenario.secrets import secrets_of
from workbench.scenario.steps import (
    ANY,
    FOR_GOOD,
    Expect,
    Loop,
    OnFailure,
    Perform,
    RunProgram,
    Scenario,
    Single,
    Stay,
    Step,
    StopProgram,
    Wait,
)
from workbench.scenario.toml_string import string
from workbench.scenario.values import NO_TIMEOUT
from workbench.scenario.without_secrets import toml_without


def to_toml(scenario: Scenario) -> str:
    """The whole scenario in the short form: one step per line, and no defaults."""
    lines = [f"title = {_value(scenario.title)}"] if scenario.title else []
    lines += _pairs({_bare(f"title_{name}"): text for name, text in scenario.titles.items()})
    if scenario.capture != DEFAULT_CAPTURE:
        lines.append(f"capture = {_value('all' if scenario.capture is None else scenario.capture)}")
    if scenario.on_failure is not OnFailure.STOP:
        lines.append(f"on_failure = {_value(scenario.on_failure)}")
    if scenario.names and not scenario.values:
        lines.append("placeholders = true")
    current = {settings.name: settings for settings in scenario.endpoints}
    written = [
        (item.name, _endpoint(item, scenario) | _ignored(scenario, item.name))
        for item in scenario.endpoints
    ]
    addressed = list(takewhile(lambda item: _is_address(item[1]), written))
    lines += [f"endpoint.{_bare(name)} = {_value(keys['address'])}" for name, keys in addressed]
    lines += _steps(scenario.steps, _Written(current, scenario.passwords))
    if scenario.values:
        secret = {
            name: {"env": env, "secret": True} for name, env in scenario.secrets.items() if env
        }
        lines += ["", "[values]", *_pairs({**_own_values(scenario.values), **secret})]
    for name, keys in written[len(addressed) :]:
        lines += ["", *_table(f"endpoint.{_bare(name)}", keys)]
    for name, said in scenario.tabs.items():
        lines += ["", *_table(f"tab.{_bare(name)}", dict(said))]
    text = "\n".join(lines) + "\n"
    return toml_without(text, secrets_of(scenario), headers=False) if scenario.secrets else text


def values_table(values: Mapping[str, Any]) -> str:
    """The table `[values]` to put after a file's others; "": there are none."""
    return "\n".join(["", "[values]", *_pairs(dict(values)), ""]) if values else ""


def _own_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values written so that they are literal when read again, whatever they look like."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        known = {*found, *MADE_ONCE}
        found[name] = escape_gaps(value, known) if isinstance(value, str) else value
    return found


class _Written(NamedTuple):
    """What is needed to write steps.

    Attributes:
        settings: of each endpoint, as they are when the step begins.
        passwords: by endpoint, the variable of its key's password.
    """

    settings: dict[str, s.EndpointSettings]
    passwords: Mapping[str, str]


def _endpoint(settings: s.EndpointSettings, scenario: Scenario) -> dict[str, Any]:
    """The keys of an endpoint that differ from their defaults."""
    found = {} if settings.role is s.Role.STREAM else {"role": settings.role.value}
    blank = s.EndpointSettings(settings.name, settings.role)
    changes = _changes(blank, settings, scenario.passwords)
    keys: dict[str, Any] = _as_template(_in_one_address(changes, settings), scenario.values)
    others = {item.name: item for item in scenario.endpoints}
    if "family" not in keys and reached_by_path(settings, others) != settings:
        keys["family"] = settings.family  # otherwise it would be the family of whom it connects to
    usual = replace(settings, family=blank.family)
    if "family" in keys and usual != settings == reached_by_path(usual, others):
        del keys["family"]
    return found | keys


def _in_one_address(keys: dict[str, Any], settings: s.EndpointSettings) -> dict[str, Any]:
    """The keys with an address that also says the layers, if possible."""
    said = layer_keys.as_address(settings)
    if said is None:
        return keys
    address, family = said
    left = {"layers"} | ({"family"} if settings.family == family else set())
    found = {key: item for key, item in keys.items() if key not in left} | {"address": address}
    if settings.family != family:  # an address with brackets would say another one
        found["family"] = settings.family
    inside = {key: item for key, item in keys.get("websocket", {}).items() if key != "path"}
    found.pop("websocket", None)
    # otherwise its path says it
    usual = settings.websocket is not None and not settings.websocket.path
    return found | ({"websocket": inside} if inside or usual else {})


def _ignored(scenario: Scenario, name: str) -> dict[str, Any]:
    """The key of an endpoint that says what expectations never see."""
    wanted = [_differing(item, {"endpoint"}) for item in scenario.ignored.get(name, ())]
    return {"ignore": _as_template(wanted, scenario.values)} if wanted else {}


def _table(name: str, keys: dict[str, Any]) -> list[str]:
    """The table of an endpoint; its rules have a table of their own, one per line."""
    responder = keys.get("responder", {})
    rules = responder.get("rules", [])
    if not rules:
        return [f"[{name}]", *_pairs(keys)]
    apart = {key: item for key, item in responder.items() if key != "rules"}
    others = {key: item for key, item in keys.items() if key != "responder"}
    lines = ["rules = [", *(f"  {_value(rule)}," for rule in rules), "]"]
    return [f"[{name}]", *_pairs(others), "", f"[{name}.responder]", *_pairs(apart), *lines]


def _is_address(keys: Mapping[str, Any]) -> bool:
    """Whether an endpoint can be written as just its address, which implies the family."""
    if not {"address"} <= keys.keys() <= {"address", "family"}:
        return False
    if has_scheme(keys["address"]) or keys["address"].startswith("@"):
        return "family" not in keys
    usual = s.EndpointSettings("", s.Role.STREAM).family
    family: str = keys.get("family", usual)
    return written_family(keys["address"]) == family


_NONE: Final = {
    "bind": "",
    **dict.fromkeys(("timeout", "reconnect", "messages", "tls", "websocket", "proxy"), NO_TIMEOUT),
}
"""How a setting that is None again is written; as the first setting it is left out."""


def _steps(steps: Iterable[Step], current: _Written, indent: str = "") -> list[str]:
    """The list of steps, one per line; with `indent` it is that of a loop."""
    lines = []
    for step in steps:
        if isinstance(step, Loop):
            inside = _steps(step.steps, current, f"{indent}  ")
            head = ", ".join(_pairs({"do": "loop", **_loop(step)}))
            first = inside[0] if inside else "step = []"
            lines += [f"{indent}  {{ {head}, {first}", *inside[1:]]
            lines[-1] += " },"
        else:
            lines.append(f"{indent}  {_value(_step(step, current))},")
    return ["step = [", *lines, f"{indent}]"] if lines else []


def _loop(step: Loop) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if step.times != (FOR_GOOD if step.until is not None else 1):
        found["times"] = step.times
    if step.pause:
        found["pause"] = step.pause
    if step.until is not None:
        whose = {} if step.until.endpoint == ANY else {"endpoint": step.until.endpoint}
        found["until"] = whose | _differing(step.until, {"endpoint", "within"})
    found |= {key: True for key in ("renumber", "must") if getattr(step, key)}
    return found | _on_failure(step)


def _step(step: Single, current: _Written) -> dict[str, Any]:
    match step:
        case Wait() | Stay():
            do = "wait" if isinstance(step, Wait) else "stay"
            return {"do": do, **_differing(step, set())}
        case RunProgram():
            return {"do": "run", **_differing(step, {"folder"})}
        case StopProgram():
            return {"do": "run", "stop": step.name, **_on_failure(step)}
        case Expect():
            whose = _whose(step.endpoint, current.settings)
            usual = usual_within(step.not_before, step.at_most)
            within = {} if step.within == usual else {"within": step.within}
            keys = _differing(step, {"endpoint", "within"})
            return {"do": "expect", **whose, **keys, **within}
        case Perform():
            return _perform(step, current) | _on_failure(step)


def _on_failure(step: Step) -> dict[str, Any]:
    return {} if step.on_failure is None else {"on_failure": step.on_failure}


def _whose(endpoint: str, current: Collection[str]) -> dict[str, str]:
    """The endpoint of a step; if there is only one, it is left out."""
    return {} if len(current) == 1 else {"endpoint": endpoint}


def _perform(step: Perform, current: _Written) -> dict[str, Any]:
    command = step.command
    found: dict[str, Any] = {"do": command_call(command)}
    if isinstance(command, c.Mark):  # belongs to no endpoint if none is named
        found |= {} if command.endpoint is None else {"endpoint": command.endpoint}
    elif command.endpoint is not None:
        found |= _whose(command.endpoint, current.settings)
    if isinstance(command, c.Configure):
        before = current.settings[command.endpoint]
        found |= _changes(before, command.settings, current.passwords)
        current.settings[command.endpoint] = command.settings
    else:
        made = {"text"} if step.json is not None else set()  # made from the JSON when it is read
        found |= _differing(command, {"endpoint"} | made)
    if step.json is not None:
        found["json"] = step.json
    if step.error is not None:
        found["error"] = step.error
    if step.until_open:
        found["until_open"] = step.until_open
    if not step.wait and getattr(command, "wait", True):  # some commands have the key themselves
        found["wait"] = False
    return found


def _changes(
    before: s.EndpointSettings, after: s.EndpointSettings, passwords: Mapping[str, str]
) -> dict[str, Any]:
    """The keys in which two settings differ; what became None again, if that can be written."""
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
        elif item.name == "tls":
            found["tls"] = layer_keys.tls_plain(new, passwords.get(after.name))
        elif item.name == "websocket":
            found["websocket"] = layer_keys.websocket_plain(new)
        elif item.name == "reconnect":
            found["reconnect"] = asdict(new)
        else:
            found[item.name] = new
    return found


def _as_template(
    item: Any, names: Collection[str], key: str = "", kept: frozenset[str] = frozenset()
) -> Any:
    """A value that was filled in when the file was read, so that it is the same when read again.

    `kept`: the names of what a responder's connections may keep, if it is in one.
    """
    if not names or key in LEFT_ALONE:
        return item
    if isinstance(item, dict):
        kept = kept_by(item) if key == "responder" else kept
        own = {*names} - {*kept, *taken_by(item)}
        inner = SAID if key in {"rules", "else"} else {"keep"} if key == "responder" else ()
        return {
            name: _as_template(part, own if name in inner else names, name, kept)
            for name, part in item.items()
        }
    if isinstance(item, list | tuple):
        return [_as_template(part, names, key, kept) for part in item]
    return escape_gaps(item, names) if isinstance(item, str) else item


def _differing(item: Any, leave_out: set[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for entry in fields(item):
        value = getattr(item, entry.name)
        if entry.name in leave_out or value == _default(entry):
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
    if entry.default_factory is not MISSING:
        return entry.default_factory()
    return entry.default


def inline(table: dict[str, Any]) -> str:
    """Keys and their values on one line, as between the braces of a table."""
    return ", ".join(_pairs(table))


def _pairs(table: dict[str, Any]) -> list[str]:
    return [f"{key} = {_value(value)}" for key, value in table.items()]


def _value(value: Any) -> str:
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and value >= 2**63:  # TOML has no such number
        return string(hex(value))
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, str):
        return string(value)
    if value is None:  # TOML has none
        return string(NO_TIMEOUT)
    if isinstance(value, dict):
        body = ", ".join(f"{_bare(key)} = {_value(item)}" for key, item in value.items())
        return f"{{ {body} }}"
    return "[" + ", ".join(_value(item) for item in value) + "]"


def _bare(key: str) -> str:
    plain = key.replace("_", "").replace("-", "")
    return key if plain.isascii() and plain.isalnum() else string(key)
