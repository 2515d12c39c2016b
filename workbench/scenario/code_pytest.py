"""Exports a scenario as Python on the program's own engine: a pytest test, or a script on
`workbench.testing`.
"""

from __future__ import annotations

import keyword
import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from workbench.engine.model.events import DEFAULT_CAPTURE
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.model.web_address import has_scheme
from workbench.literals import comment, docstring, literal
from workbench.scenario.code_asking import files_of_others
from workbench.scenario.code_names import variables
from workbench.scenario.steps import OnFailure, Scenario
from workbench.scenario.write import to_toml
from workbench.texts import tr

_INDENT: Final = "    "
_METHODS: Final[Mapping[str, frozenset[str] | None]] = {
    "send": None,
    "expect": None,
    "start": frozenset(),
    "stop": frozenset(),
    "connect": frozenset({"until_open", "error"}),
}
"""Steps that have a method of their own, and the keys that it takes; None: all."""
_NO_NAME: Final = re.compile(r"[^a-z0-9]+")
_NAMED: Final = re.compile(r"@([\w.-]+)|([\w-]+)\.(?:port|address)\b")


def to_pytest(scenario: Scenario) -> str:
    """A test that does what the scenario does, one line per step.

    The scenario may be a stranger's: each of its texts becomes a literal, and only keys of the
    language become code.
    """
    name = _NO_NAME.sub("_", scenario.title.lower()).strip("_") or "scenario"
    return "\n".join([
        docstring(scenario.title),
        "",
        "",
        f"def test_{name}(workbench):",
        *_lines(scenario),
        "",
    ])  # fmt: skip


def on_testing(scenario: Scenario, missing: Iterable[str]) -> str:
    """A script of the same lines; `missing`: what a script of plain sockets would lack."""
    keys = [] if scenario.capture == DEFAULT_CAPTURE else [f"capture={literal(scenario.capture)}"]
    files = files_of_others(scenario)
    keys += [f"files={literal(files)}"] if files else []
    return "\n".join([
        docstring(scenario.title),
        "",
        *(comment(line) for line in tr("scenario.needs_testing").splitlines()),
        *(comment(f"  {each}") for each in missing),
        "from workbench.testing import scripted",
        "",
        f"with scripted({', '.join([literal(scenario.title), *keys])}) as workbench:",
        *_lines(scenario),
        "",
    ])  # fmt: skip


def _lines(scenario: Scenario) -> list[str]:
    """The lines for what is done with a `workbench`, indented."""
    table = tomllib.loads(to_toml(scenario))
    names = variables(scenario.endpoints, {"workbench", "scripted"})
    lines = []
    if "values" in table or table.get("placeholders"):
        lines.append(_call("workbench.values", table.get("values", {})))
    for item in _named_first(scenario.endpoints):
        said = table.get("endpoint", {}).get(item.name, {})
        keys = {"address": said} if isinstance(said, str) else dict(said)
        if item.name in scenario.addressed:
            keys["address"] = _as_written(keys["address"], scenario.addressed[item.name])
        made, later = (
            ("server", "start") if item.role.value == "listener" else ("client", "connect")
        )
        call = _call(f"workbench.{made}", {"name": item.name, later: False, **keys})
        lines.append(f"{names[item.name]} = {call}")
    steps = table.get("step", ())
    if scenario.on_failure is OnFailure.NEXT:
        steps = _going_on(steps)
    lines += _steps(steps, names)
    return [_INDENT + line for line in lines or ["pass"]]


def _as_written(address: str, written: str) -> str:
    """An address with the values in it as in its file, so that others reach it too."""
    if not has_scheme(address) or has_scheme(written):
        return written if has_scheme(address) or not has_scheme(written) else address
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{written}{rest[rest.find('/') :] if '/' in rest else ''}"


def _named_first(endpoints: Sequence[EndpointSettings]) -> list[EndpointSettings]:
    """The endpoints, each after those that its settings name, since the fixture makes one after the
    other.
    """
    found: dict[str, EndpointSettings] = {}
    known = {item.name: item for item in endpoints}

    def add(item: EndpointSettings, above: frozenset[str]) -> None:
        for name in sorted(known.keys() & _names_in(repr(item)) - above - found.keys()):
            add(known[name], above | {name})
        found.setdefault(item.name, item)

    for item in endpoints:
        add(item, frozenset({item.name}))
    return list(found.values())


def _names_in(text: str) -> set[str]:
    """The names after an @, or before the part of an address: {server.port}."""
    return {found[1] or found[2] for found in _NAMED.finditer(text)}


def _going_on(steps: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The steps unchanged, if the whole scenario says `on_failure = "next"`."""
    usual = {"on_failure": OnFailure.NEXT.value}
    return [
        {**usual, **step, **({"step": _going_on(step["step"])} if "step" in step else {})}
        for step in steps
    ]


def _steps(steps: Iterable[Mapping[str, Any]], names: Mapping[str, str]) -> list[str]:
    alone = next(iter(names.values())) if len(names) == 1 else None
    return [_step(dict(step), names, alone) for step in steps]


def _step(step: dict[str, Any], names: Mapping[str, str], alone: str | None) -> str:
    do = step.pop("do")
    who = step.pop("endpoint", None)
    name = alone if who is None else names[who]
    if do == "note" and who is None:
        name = None
    if name is None or do in {"wait", "stay", "loop", "run"}:
        return _call("workbench.do", step, literal(do))
    wanted = _METHODS.get(do, frozenset())
    if do in _METHODS and (wanted is None or step.keys() <= wanted):
        return _call(f"{name}.{do}", step)
    return _call(f"{name}.do", step, literal(do))


def _call(function: str, keys: Mapping[str, Any], *first: str) -> str:
    """A call with keywords; a key that is a reserved word of Python goes into a table."""
    plain = {key: value for key, value in keys.items() if _is_plain(key)}
    other = {key: value for key, value in keys.items() if key not in plain}
    parts = [*first, *(f"{key}={literal(value)}" for key, value in plain.items())]
    parts += [f"**{literal(other)}"] if other else []
    return f"{function}({', '.join(parts)})"


def _is_plain(key: str) -> bool:
    return key.isidentifier() and key.isascii() and not keyword.iskeyword(key)
