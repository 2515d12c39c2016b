"""The table of a responder, checked with everything that it will need to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import partial
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import FIELD_NAMES, RESPONDERS, Responder
from workbench.engine.protocol.responder import compile_responder
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath


@v.takes({"$ref": "#/definitions/responder"})
def responder(body: v.Table, key: str, path: KeyPath) -> Responder:
    """Read a responder.

    Raises:
        Wrong: also for a text that its encoding lacks, malformed hex and broken patterns.
    """
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    kind = RESPONDERS[v.choice(table, "kind", RESPONDERS, where)]
    made: Responder = dataclass_of(kind, table, where, "kind")
    v.check(partial(compile_responder, made), where)
    return made


def dataclass_of(kind: type, table: v.Table, path: KeyPath, *also: str) -> Any:
    """A dataclass of a table whose keys are its fields; `also`: keys that are none."""
    items = {FIELD_NAMES.get(item.name, item.name): item for item in fields(kind)}
    v.known(table, (*also, *items), path)
    for name, item in items.items():
        if name not in table and item.default is MISSING and item.default_factory is MISSING:
            raise v.wrong(path, "scenario.missing", key=name)
    readers = readers_of(kind)
    return kind(
        **{item.name: readers[key](table, key, path) for key, item in items.items() if key in table}
    )


def readers_of(kind: type) -> Mapping[str, v.Read]:
    """What reads the keys of a table that is a dataclass."""
    hints = get_type_hints(kind)
    return {
        FIELD_NAMES.get(item.name, item.name): _reader(item.name, hints[item.name])
        for item in fields(kind)
    }


def _reader(name: str, hint: Any) -> v.Read:
    """What reads a field, by its type; None is what is not said."""
    if get_origin(hint) in {Union, UnionType}:
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if name == "encoding":
        return v.encoding
    if name in {"times", "checksum_from", "checksum_to"}:
        return v.number_of_bytes
    if get_origin(hint) is tuple:
        items: v.Schema = {"type": "array", "items": {"$ref": "#/definitions/rule"}}
        return v.Read(partial(_tables, get_args(hint)[0]), items)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return v.enum_key(hint)
    if hint is Rule:
        return v.Read(
            lambda body, key, path: _one(hint, body[key], (*path, key), key),
            {"$ref": "#/definitions/rule"},
        )
    return v.seconds if hint is float else v.key_of(hint)


def _tables(kind: type, body: v.Table, key: str, path: KeyPath) -> tuple[Any, ...]:
    """A list of tables."""
    assert is_dataclass(kind)
    return tuple(
        _one(kind, table, (*path, key, index), key)
        for index, table in enumerate(v.typed(body, key, list, path))
    )


def _one(kind: type, table: Any, path: KeyPath, key: str) -> Any:
    if not isinstance(table, dict):
        raise v.not_wanted(path, key, table, "table")
    if kind is Rule and key == "rules":  # without both it fits whatever comes
        for name, other in (("match", "value"), ("value", "match")):
            if name not in table and table.get(other, Match.ANY) != Match.ANY:
                raise v.wrong(path, "scenario.missing", key=name)
    made = dataclass_of(kind, table, path)
    if isinstance(made, Rule):  # what is wrong is said where the rule stands
        v.check(partial(compile_responder, Rules((made,))), path)
    return made
