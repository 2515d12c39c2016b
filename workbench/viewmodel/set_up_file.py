"""Set-ups as files: a window's endpoints in the scenario format, with editor texts and values,
without secrets.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass
from workbench.scenario.model import parse_cases, table_of
from workbench.scenario.model import read as read_table
from workbench.scenario.named_values import Given
from workbench.scenario.steps import Scenario
from workbench.scenario.write import to_toml, values_table
from workbench.texts import Problem
from workbench.viewmodel.known_values import TypedValue, fault
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.workspace import SIDES, Tab, Workspace, without_secrets

ENDING: Final = ".toml"
_RUNS: Final = ("step", "loop", "case", "cases", "defaults")
"""What makes a run of a file, and no tab."""
_FILLS: Final = ("values", "placeholders")
_BLANK: Final = PayloadForm("")


@dataclass(frozen=True, slots=True)
class FiledSetUp:
    """The contents of a set-up's file, as tabs and values of a window.

    Attributes:
        runs: it has steps: it can be run too.
    """

    tabs: tuple[Tab, ...] = ()
    values: tuple[TypedValue, ...] = ()
    runs: bool = False


def written(title: str, tabs: Iterable[Tab], values: Iterable[TypedValue]) -> str:
    """As TOML, without secrets: a secret value becomes an environment variable of its name."""
    kept = without_secrets(Workspace(tabs=tuple(tabs), values=tuple(values)))
    texts = {tab.settings.name: _said(tab) for tab in kept.tabs}
    scenario = Scenario(title, tuple(tab.settings for tab in kept.tabs), (), tabs=texts)
    named: dict[str, Any] = {}
    for row in kept.values:
        if fault(row) is None or row.secret:
            secret = {"env": row.name.upper(), "secret": True}
            named[row.name] = secret if row.secret else row.value
    return to_toml(scenario) + values_table(named)


def read(text: str, source: str, given: Given, folder: Path | None) -> FiledSetUp:
    """What a scenario file holds for a window; its steps are left out.

    Raises:
        NotAllowed: it asks for what it is not allowed.
        Problem: it is none, or has no endpoint.
    """
    table = table_of(text, source)
    given = replace(given, values={**_unset(table), **given.values})
    whole = parse_cases(text, source, given, folder)[0]
    if not whole.endpoints:
        raise Problem("set_up.no_endpoint", name=Path(source).name)
    named = {item.name: item for item in _as_written(table, given)}
    endpoints = [_with_names(item, named.get(item.name, item)) for item in whole.endpoints]
    return FiledSetUp(
        tuple(_tab(item, whole.tabs.get(item.name, {})) for item in endpoints),
        tuple(
            TypedValue(name, str(value), name in whole.secrets)
            for name, value in whole.values.items()
        ),
        runs=any(table.get(key) for key in _RUNS),
    )


def _unset(table: Mapping[str, Any]) -> dict[str, str]:
    """Values from variables that are not set, which have to be typed."""
    values = table.get("values")
    return {
        name: ""
        for name, said in (values.items() if isinstance(values, dict) else ())
        if isinstance(said, dict)
        and isinstance(said.get("env"), str)
        and said["env"] not in os.environ
    }


def _as_written(table: Mapping[str, Any], given: Given) -> tuple[EndpointSettings, ...]:
    """The endpoints with the names of values still in them; (): they make no sense that way."""
    plain = {key: part for key, part in table.items() if key not in (*_RUNS, *_FILLS)}
    try:
        return read_table(plain, replace(given, values={})).endpoints
    except Problem:
        return ()


def _with_names(filled: EndpointSettings, written: EndpointSettings) -> EndpointSettings:
    """Keep names of values in texts; the fields of an address do not accept them."""
    return replace(
        written,
        role=filled.role,
        family=filled.family,
        type=filled.type,
        address=filled.address,
        bind=filled.bind,
    )


# -- tabs and their keys --------------------------------------------------------------------------


def _said(tab: Tab) -> dict[str, Any]:
    """The keys of `[tab.NAME]`, without those that have the default."""
    found: dict[str, Any] = {}
    if tab.settings.role is Role.DATAGRAM:
        found["panel"] = "server" if tab.server else "client"
    if tab.side != SIDES[0 if tab.server else 1]:
        found["side"] = tab.side
    draft = tab.message
    if draft is not None:
        order = draft.order if draft.order in {item.value for item in ByteOrder} else None
        keys = {
            "typed": draft.typed,
            "form": draft.form,
            "encoding": draft.encoding,
            "escapes": draft.escapes,
            "placeholders": draft.placeholders,
            "append": draft.append.value,
            "checksum_order": order,
            "checksum_from": draft.start,
            "checksum_to": draft.last,
        }
        found |= {key: value for key, value in keys.items() if value != _USUAL[key]}
    for key, typed in (("repeat", tab.repeat), ("interval", tab.interval)):
        number = _number(typed, whole=key == "repeat")
        if number is not None and number != _USUAL[key]:
            found[key] = number
    if tab.expects:
        found["expects"] = True
    return found


_USUAL: Final[Mapping[str, Any]] = {
    "typed": "",
    "form": _BLANK.form,
    "encoding": _BLANK.encoding,
    "escapes": _BLANK.escapes,
    "placeholders": _BLANK.placeholders,
    "append": _BLANK.append.value,
    "checksum_order": None,
    "checksum_from": _BLANK.start,
    "checksum_to": _BLANK.last,
    "repeat": 1,
    "interval": 0,
}


def _number(typed: str, *, whole: bool) -> int | float | None:
    try:
        found = int(typed) if whole else float(typed)
    except ValueError:
        return None
    return found if 0 <= found < 1e9 and (found or not whole) else None


def _tab(settings: EndpointSettings, said: Mapping[str, Any]) -> Tab:
    server = settings.role is Role.LISTENER
    if settings.role is Role.DATAGRAM:
        own = bool(settings.address) and not settings.address.startswith("@")
        server = said.get("panel", "server" if own else "client") == "server"
    message = None
    if "typed" in said:
        order = said.get("checksum_order")
        message = PayloadForm(
            said["typed"],
            said.get("form", _BLANK.form),
            said.get("encoding", _BLANK.encoding),
            said.get("escapes", _BLANK.escapes),
            said.get("append", Append.NOTHING),
            order.value if order is not None else _BLANK.order,
            said.get("checksum_from", _BLANK.start),
            said.get("placeholders", _BLANK.placeholders),
            said.get("checksum_to"),
        )
    return Tab(
        settings,
        server,
        said.get("side", SIDES[0 if server else 1]),
        message,
        str(said.get("repeat", 1)),
        f"{said.get('interval', 0):g}",
        expects=said.get("expects", False),
    )
