"""Reads the table of a responder, and checks everything it will need to answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass, replace
from enum import Enum
from functools import partial
from types import UnionType
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.rule import InTurn, Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import FIELD_NAMES, RESPONDERS, Responder
from workbench.engine.protocol.responder import compile_responder
from workbench.payload.json_values import FromGap, filled, read_json, written
from workbench.payload.json_values import check as check_json
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.permissions import Asked


@v.takes({"$ref": "#/definitions/responder"})
def responder(body: v.Table, key: str, path: KeyPath) -> Responder:
    """Read a responder.

    Raises:
        Wrong: also for a text that the encoding cannot express, malformed hex and broken patterns.
    """
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    kind = RESPONDERS[v.choice(table, "kind", RESPONDERS, where)]
    made: Responder = dataclass_of(kind, table, where, "kind")
    if isinstance(made, Rules):  # errors are reported where the rule is
        for at, rule in enumerate(made.rules):
            v.check(partial(compile_responder, made.alone(rule)), (*where, "rules", at))
    v.check(partial(compile_responder, made), where)
    return made


def dataclass_of(kind: type, table: v.Table, path: KeyPath, *also: str) -> Any:
    """A dataclass made from a table whose keys are its fields; `also`: further keys."""
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
    """The readers of the keys of a table that describes a dataclass."""
    hints = get_type_hints(kind)
    return {
        FIELD_NAMES.get(item.name, item.name): _reader(item.name, hints[item.name])
        for item in fields(kind)
    }


def _ref(definition: str) -> v.Schema:
    return {"$ref": f"#/definitions/{definition}"}


@v.takes({"type": ["object", "array", "string"]})
def _json(body: v.Table, key: str, path: KeyPath) -> str:
    """A table or a list, or a text of JSON, as a text of JSON."""
    source = body[key]
    where = (*path, key)
    if isinstance(source, bool) or not isinstance(source, dict | list | str):
        raise v.not_wanted(where, key, source, "table", "list", "json")
    if isinstance(source, str):
        v.check(partial(read_json, source), where)
        return str(source)
    v.check(partial(check_json, source), where)
    return written(filled(source, _plain))


def _plain(text: str) -> Any:
    """A string in it; one that was a single placeholder becomes the value that it stood for."""
    return FromGap(text) if not isinstance(text, v.Filled) else text.value


@v.takes({"type": "object", "additionalProperties": v.TEXT})
def _take(body: v.Table, key: str, path: KeyPath) -> tuple[tuple[str, str], ...]:
    """Names of values, and where each is found."""
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    for name in table:
        v.check_name(name, (*where, name))
    return tuple((name, str(v.typed(table, name, str, where))) for name in table)


@v.takes({"type": "object", "additionalProperties": v.either(v.TEXT, {"type": "number"})})
def _kept(body: v.Table, key: str, path: KeyPath) -> tuple[tuple[str, str], ...]:
    """Names or keys, and what is kept under each: a template or a number."""
    table = v.typed(body, key, dict, path)
    where = (*path, key)
    found = []
    for name, value in table.items():
        if key == "keep":
            v.check_name(name, (*where, name))
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            raise v.not_wanted((*where, name), name, value, "text", "number")
        found.append((name, str(value)))
    return tuple(found)


@v.takes({"type": "array", "items": v.TEXT})
def _forget(body: v.Table, key: str, path: KeyPath) -> tuple[str, ...]:
    """Keys whose values are removed."""
    names = v.typed(body, key, list, path)
    for index, name in enumerate(names):
        if not isinstance(name, str):
            raise v.not_wanted((*path, key, index), key, name, "text")
    return tuple(map(str, names))


_BY_NAME: Final[Mapping[str, v.Read]] = {
    "encoding": v.encoding,
    "json": _json,
    "take": _take,
    "recall": _take,
    "keep": _kept,
    "store": _kept,
    "forget": _forget,
}
_TABLES: Final[Mapping[type, str]] = {Rule: "rule", InTurn: "turn", Lookup: "lookup"}
"""Tables in the table of a responder, and the definition of each in the schema."""


def _reader(name: str, hint: Any) -> v.Read:
    """The reader of a field, by its type; None: it is left out."""
    if get_origin(hint) in {Union, UnionType}:
        hint = next(arg for arg in get_args(hint) if arg is not type(None))
    if name in _BY_NAME:
        return _BY_NAME[name]
    if name in {"times", "checksum_from", "checksum_to"}:
        return v.number_of_bytes
    if get_origin(hint) is tuple:
        kind = get_args(hint)[0]
        item = _ref(_TABLES[kind])
        also = v.either(v.TEXT, item) if kind is InTurn else item
        return v.Read(partial(_tables, kind), {"type": "array", "items": also})
    if isinstance(hint, type) and issubclass(hint, Enum):
        return v.enum_key(hint)
    if hint in _TABLES:
        return v.Read(
            lambda body, key, path: _one(hint, body[key], (*path, key), key), _ref(_TABLES[hint])
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
    if kind is InTurn and isinstance(table, str):
        return InTurn(str(table))
    if not isinstance(table, dict):
        if kind is Rule and key == "rules":
            raise v.no_table(path, key, table)
        raise v.not_wanted(path, key, table, "table")
    if kind is Rule and key == "rules":  # without both it fits whatever comes
        for name, other in (("match", "value"), ("value", "match")):
            if name not in table and table.get(other, Match.ANY) != Match.ANY:
                raise v.wrong(path, "scenario.missing", key=name)
    return dataclass_of(kind, table, path)


def with_files(made: Responder, path: KeyPath, asked: Asked) -> Responder:
    """The responder with the paths of the files that its rules look something up in.

    `asked` notes those that need permission. `path`: that of the responder's table.
    """
    if not isinstance(made, Rules):
        return made

    def found(rule: Rule, where: KeyPath) -> Rule:
        if rule.lookup is None:
            return rule
        file = asked.file(rule.lookup.file, (*where, "lookup", "file"))
        return replace(rule, lookup=replace(rule.lookup, file=file))

    rules = tuple(found(rule, (*path, "rules", at)) for at, rule in enumerate(made.rules))
    last = made.otherwise
    return replace(
        made, rules=rules, otherwise=None if last is None else found(last, (*path, "else"))
    )
