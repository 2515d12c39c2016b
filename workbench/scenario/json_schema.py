"""The table of keys as a JSON Schema, with which editors complete, explain and underline keys.

It is draft 7, which the language servers for TOML know. Where it and the parser differ, the parser
is right: a schema cannot know which endpoints exist, or whether a pattern is valid.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

from workbench.engine.model.message_ends import MESSAGES
from workbench.engine.model.responders.table import RESPONDERS
from workbench.scenario import keys as k
from workbench.scenario import values as v
from workbench.scenario.keys import Key
from workbench.texts import tr

FILE: Final = "scenario.schema.json"
"""Its name in `resources`."""
_PLAIN: Final = (
    "value", "defaults", "endpoint", "reconnect", "tls", "websocket", "deflate", "rule", "turn",
    "lookup", "tab",
)  # fmt: skip
"""Tables whose keys do not hang on each other."""


def to_json() -> str:
    """The schema as a file, in the current language."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"


def schema() -> v.Schema:
    """The schema of a whole file."""
    by_place: dict[str, list[Key]] = {}
    for key in k.table():
        by_place.setdefault(key.place, []).append(key)
    plain = {place: _table(by_place[place]) for place in _PLAIN}
    loop = by_place["loop"]
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "Socket Workbench scenario",
        **_table(by_place["top"]),
        "definitions": {
            v.PLACEHOLDER: {"type": "string", "pattern": r"\{.+\}", "description": _said("filled")},
            **plain,
            "messages": _told_by_key({how: k.keys_of_messages(how).values() for how in MESSAGES}),
            "responder": _of_kinds(
                "kind", {kind: k.keys_of_responder(kind).values() for kind in RESPONDERS}
            ),
            "step": _of_kinds("do", {do: k.keys_of_step(do).values() for do in k.DO}),
            "loop": _table([_loop_word(), *loop]),
            "ignored": _table(key for key in by_place["expect"] if key.name in k.IGNORED),
            "until": _table(key for key in by_place["expect"] if key.name not in k.NOT_IN_UNTIL),
        },
    }


def _said(name: str) -> str:
    return tr(f"keys.schema.{name}")


def _loop_word() -> Key:
    """The schema of `[[loop]]`, which may say what it is, as a step does."""
    return Key("step", "do", {"enum": ["loop"]})


def _property(key: Key) -> v.Schema:
    found: dict[str, Any] = {"description": tr(key.line)}
    if isinstance(key.default, bool | int | float | str):
        found["default"] = key.default
    if "$ref" in key.schema:  # draft 7 ignores everything beside a reference
        return {**found, "allOf": [key.schema]}
    return {**found, **key.schema}


def _table(keys: Iterable[Key], **also: v.Schema) -> dict[str, Any]:
    """The schema of a table with these keys and no others."""
    wanted = list(keys)
    found: dict[str, Any] = {
        "type": "object",
        "properties": {**also, **{key.name: _property(key) for key in wanted}},
        "additionalProperties": False,
    }
    needed = [key.name for key in wanted if key.needed]
    return {**found, "required": needed} if needed else found


def _told_by_key(kinds: Mapping[str, Iterable[Key]]) -> v.Schema:
    """The schema of tables that are told apart by a key of their own."""
    return {
        "anyOf": [{**_table(keys), "required": [how]} for how, keys in kinds.items()],
    }


def _of_kinds(word: str, kinds: Mapping[str, Iterable[Key]]) -> v.Schema:
    """The schema of tables in which one word decides about the other keys.

    All keys are listed beside the word, for completion in editors; what each kind takes is a
    condition, so that an error is reported at the key and not at the table.
    """
    place = {"do": "step", "kind": "responder"}[word]
    every: dict[str, v.Schema] = {}
    conditions = []
    for kind, wanted in kinds.items():
        keys = list(wanted)
        for key in keys:
            every.setdefault(key.name, {"description": tr(key.line)})
        conditions.append(
            {
                "if": {"properties": {word: {"const": kind}}, "required": [word]},
                "then": _table(keys, **{word: {}}),
            }
        )
    said: dict[str, Any] = {"description": tr(f"keys.{place}.{word}"), "enum": list(kinds)}
    if word == "do":
        lines = [tr(f"keys.do.{kind}") for kind in kinds]
        said |= {"enumDescriptions": lines, "x-taplo": {"docs": {"enumValues": lines}}}
    return {
        "type": "object",
        "properties": {word: said, **every},
        "required": [word],
        "allOf": conditions,
    }
