"""The table of a responder, checked with everything that it will need to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import Any, Final

from workbench.engine.model import settings as s
from workbench.engine.model.serialize import RESPONDERS
from workbench.engine.protocol.responder import compile_responder
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath

_RULE_KEYS: Final[Mapping[str, v.Read]] = {
    "match": v.enum_key(s.Match),
    "value": v.key_of(str),
    "reply": v.key_of(str),
    "encoding": v.encoding,
    "delay": v.seconds,
    "then": v.enum_key(s.Then),
}


def responder(body: v.Table, key: str, path: KeyPath) -> s.Responder:
    """Read a responder.

    Raises:
        Wrong: also for a text that its encoding lacks, malformed hex and broken patterns.
    """
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    kind = RESPONDERS[v.choice(table, "kind", RESPONDERS, where)]
    v.known(table, ("kind", *(item.name for item in fields(kind))), where)
    values = {name: _KEYS[name](table, name, where) for name in table if name != "kind"}
    made: s.Responder = kind(**values)
    v.check(partial(compile_responder, made), where)
    return made


def _rules(body: v.Table, key: str, path: KeyPath) -> tuple[s.Rule, ...]:
    tables = v.typed(body, key, list, path)
    return tuple(_rule(table, (*path, key, index)) for index, table in enumerate(tables))


def _rule(table: Any, path: KeyPath) -> s.Rule:
    if not isinstance(table, dict):
        raise v.not_wanted(path, "rules", table, "table")
    v.known(table, _RULE_KEYS, path)
    for key in ("match", "value", "reply"):
        v.typed(table, key, str, path)
    made = s.Rule(**{key: _RULE_KEYS[key](table, key, path) for key in table})
    v.check(partial(compile_responder, s.Rules((made,))), path)
    return made


_KEYS: Final[Mapping[str, v.Read]] = {
    "text": v.key_of(str),
    "encoding": v.encoding,
    "then": v.enum_key(s.Then),
    "on_peer_close": v.enum_key(s.OnPeerClose),
    "rules": _rules,
}
