"""Warnings about scenarios that are valid but hardly intended, each with its line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from typing import Any, Final

from workbench.scenario.locate import Path as KeyPath
from workbench.texts import Problem

_SAYS_NOTHING: Final = frozenset({"do", "endpoint", "connection", "within", "on_failure"})
"""Keys of an expectation that do not say what is expected."""
_OTHER_GROUP: Final = re.compile(r"\(\?<([A-Za-z_]\w*)>", re.ASCII)
_GAP: Final = re.compile(r"(?<!\{)\{([A-Za-z_]\w*)\}", re.ASCII)
_MATCHED: Final = ("match", "value", "json", "take", "lookup", "recall")
"""Keys by which a rule does not fit what comes, or may not."""


def doubts(table: dict[str, Any]) -> Iterator[tuple[KeyPath, Problem]]:
    """The doubtful places, each with the question to ask."""
    for path, step in every_step(table, ()):
        if step.get("do") == "expect" and step.keys() <= _SAYS_NOTHING:
            yield path, Problem("scenario.expects_nothing")
        if isinstance(step.get("responder"), dict):
            yield from _of_rules(step["responder"], (*path, "responder"))
    endpoints = table.get("endpoint")
    for name, body in (endpoints if isinstance(endpoints, dict) else {}).items():
        if isinstance(body, dict) and isinstance(body.get("responder"), dict):
            yield from _of_rules(body["responder"], ("endpoint", name, "responder"))
    yield from _of_values(table.get("values"))
    for path, text in _patterns(table, ()):
        for found in _OTHER_GROUP.finditer(text):
            yield path, Problem("scenario.other_group", name=found[1])


def every_step(body: dict[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, dict[str, Any]]]:
    """Every step and loop of a table, also those within loops, each with its path."""
    for key in ("step", "loop"):
        for at, step in enumerate(body.get(key) or ()):
            if isinstance(step, dict):
                yield (*path, key, at), step
                yield from every_step(step, (*path, key, at))


def _of_rules(responder: dict[str, Any], path: KeyPath) -> Iterator[tuple[KeyPath, Problem]]:
    rules = [rule for rule in responder.get("rules") or () if isinstance(rule, dict)]
    also = responder.get("else")
    reached = {str(rule["to"]) for rule in (*rules, also or {}) if "to" in rule}
    for at, rule in enumerate(rules):
        where = (*path, "rules", at)
        state = rule.get("when")
        if state and state not in reached:
            near = difflib.get_close_matches(str(state), reached, 1, 0.3)
            shown = near[0] if near else ", ".join(sorted(reached)) or "–"
            yield (*where, "when"), Problem("scenario.nobody_in", name=state, near=shown)
        if any(_takes_all(other, rule) for other in rules[:at]):
            yield where, Problem("scenario.never_asked")
            return


def _takes_all(rule: dict[str, Any], later: dict[str, Any]) -> bool:
    """Whether a rule leaves nothing for a later one."""
    whatever = rule.get("match", "any") == "any" and not any(
        key in rule for key in _MATCHED if key != "match"
    )
    held = "when" not in rule or rule["when"] == later.get("when")
    return whatever and held and not rule.get("times") and not _may_lack(rule)


def _may_lack(rule: dict[str, Any]) -> bool:
    """Whether the reply names a value: if that is missing, the rule does not fit."""
    said = (rule.get(key) for key in ("reply", "reply_hex", "in_turn", "keep", "store", "forget"))
    return any("{" in str(text) for text in said if text)


def _of_values(values: Any) -> Iterator[tuple[KeyPath, Problem]]:
    if not isinstance(values, dict):
        return
    names = list(values)
    for at, name in enumerate(names):
        text = values[name]
        for found in _GAP.finditer(text) if isinstance(text, str) else ():
            if found[1] in names[at:]:
                gap = f"{{{found[1]}}}"
                yield ("values", name), Problem("scenario.value_of_later", name=gap)


def _patterns(item: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    """Every regular expression, with its path."""
    if isinstance(item, list):
        for at, part in enumerate(item):
            yield from _patterns(part, (*path, at))
    elif isinstance(item, dict):
        for key, part in item.items():
            rule = key == "value" and item.get("match") == "regex"
            if isinstance(part, str) and (key == "regex" or rule):
                yield (*path, key), part
            else:
                yield from _patterns(part, (*path, key))
