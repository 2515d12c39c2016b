"""The names that strings of a responder may use: what its rule takes, and what is kept."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from workbench.named_tuple import NamedTuple
from workbench.payload.hex_patterns import taken_by_hex
from workbench.scenario.locate import Path as KeyPath

_GROUP: Final = re.compile(r"\(\?P<(\w+)>")
SAID: Final = frozenset(
    {"reply", "reply_hex", "append_hex", "in_turn", "keep", "store", "recall", "forget"}
)
"""Keys of a rule in which what it takes, and what is kept, goes before a value of the file."""
_REPLIES: Final = frozenset({"reply", "in_turn"})
_MEMORY: Final = frozenset({"keep", "store", "recall", "forget"})
"""Keys in which a word that is not known is refused when the rule is read."""


class KnownByRule(NamedTuple):
    """The names that a string of a responder may use.

    Attributes:
        said: it is sent to the peer, so that built-in names and addresses are filled in too.
        always: everything that it names is checked elsewhere.
    """

    names: frozenset[str]
    said: bool
    always: bool = False


def known_by_rule(table: Any, path: KeyPath) -> KnownByRule | None:
    """What a string at a path of a file may name; None: it is not in a responder."""
    if "responder" not in path[:-1]:
        return None
    at = path.index("responder") + 1
    responder = _at(table, path[:at])
    if not isinstance(responder, dict):
        return None
    first = path[at]
    depth = {"rules": 2, "else": 1}.get(str(first))
    if depth is None:
        return KnownByRule(frozenset(), said=first in {"greet", "text"}, always=first in _MEMORY)
    key = path[at + depth] if len(path) > at + depth else None
    rule = _at(responder, path[at : at + depth])
    if not isinstance(rule, dict):
        return None
    if key in _MEMORY:
        return KnownByRule(frozenset(), said=True, always=True)
    names = frozenset(taken_by(rule)) | kept_by(responder)
    return KnownByRule(names if key in _REPLIES else frozenset(), said=key in _REPLIES)


def groups_of(text: str) -> Iterator[str]:
    """The names of what a pattern captures."""
    yield from _GROUP.findall(text)
    yield from taken_by_hex(text)


def taken_by(rule: Mapping[str, Any]) -> Iterator[str]:
    """The names of what a rule takes from a message, a row or the store."""
    value = rule.get("value")
    if isinstance(value, str):
        yield from groups_of(value)
    row = rule.get("lookup")
    cells = row.get("take") if isinstance(row, dict) else None
    tables = (rule.get("take"), rule.get("recall"), cells)
    yield from (name for table in tables if isinstance(table, dict) for name in table)


def kept_by(responder: Mapping[str, Any]) -> frozenset[str]:
    """The names of what a responder's connections may keep."""
    return frozenset(_kept(responder))


def _kept(responder: Mapping[str, Any]) -> Iterator[str]:
    rules = responder.get("rules")
    holders = [responder, responder.get("else"), *(rules if isinstance(rules, list) else ())]
    for holder in holders:
        kept = holder.get("keep") if isinstance(holder, dict) else None
        yield from kept if isinstance(kept, dict) else ()


def _at(table: Any, path: KeyPath) -> Any:
    for part in path:
        table = table[part]
    return table
