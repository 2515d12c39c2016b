"""Reads the key `messages` of an endpoint: a table or a word."""

from __future__ import annotations

from dataclasses import fields
from typing import Final

from workbench.engine.model.message_ends import HTTP, MESSAGES, Http, Messages
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.responder_keys import dataclass_of
from workbench.texts import Problem

_KEYS: Final = sorted({item.name for kind in MESSAGES.values() for item in fields(kind)})


@v.takes(v.either({"$ref": "#/definitions/messages"}, {"enum": [HTTP]}, v.NONE))
def messages(body: v.Table, key: str, path: KeyPath) -> Messages | None:
    """Read where a message ends; "none", since a `configure` step may say so."""
    value = body.get(key)
    if value == v.NO_TIMEOUT:
        return None
    if value == HTTP:
        return Http()
    where = (*path, key)
    if not isinstance(value, dict):
        raise v.wrong(where, "scenario.messages_how")
    ways = [name for name in value if name in MESSAGES]
    if len(ways) > 1:
        raise v.wrong((*where, ways[1]), "scenario.one_of", keys=", ".join(ways))
    if not ways:
        v.known(value, _KEYS, where)
        raise v.wrong(where, "scenario.messages_how")
    found = ways[0]
    try:
        made: Messages = dataclass_of(MESSAGES[found], value, where)
    except Problem as problem:
        raise v.Wrong(where, problem) from problem
    return made
