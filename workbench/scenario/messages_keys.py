"""The key `messages` of an endpoint: where a message ends, as a table or a word."""

from __future__ import annotations

from workbench.engine.model.message_ends import HTTP, MESSAGES, Http, Messages
from workbench.scenario import values as v
from workbench.scenario.locate import Path as KeyPath
from workbench.scenario.responder_keys import dataclass_of
from workbench.texts import Problem


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
        raise v.not_wanted(where, key, value, "table", "none")
    found = next((name for name in value if name in MESSAGES), None)
    if found is None:
        raise v.wrong(where, "scenario.messages_how")
    try:
        made: Messages = dataclass_of(MESSAGES[found], value, where)
    except Problem as problem:
        raise v.Wrong(where, problem) from problem
    return made
