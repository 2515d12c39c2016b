"""The line *more* of a rule: keys without a field of their own, as in a scenario."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.serialize import rule_plain
from workbench.texts import Problem

_FIELDS: Final = frozenset({"match", "value", "reply", "encoding", "delay", "then"})


def more_of(rule: Rule) -> str:
    """The text of the line for a rule; a reply of no bytes is empty in its own field."""
    found = {key: value for key, value in rule_plain(rule).items() if key not in _FIELDS}
    found = ({"reply": ""} if rule.reply == "" else {}) | found
    if not found:
        return ""
    from workbench.scenario.write import inline  # few rules say more, and no start needs it

    return inline(found)


@lru_cache(64)
def rule_beside(more: str) -> Rule:
    """The rule that says what is in the line, and nothing else.

    Raises:
        Problem: it cannot be understood, with the nearest key.
    """
    if not more.strip():
        return Rule()
    import tomllib  # few rules say more, and no start needs them

    from workbench.scenario import values as v
    from workbench.scenario.limits import check_numbers, check_text
    from workbench.scenario.responder_keys import dataclass_of, readers_of

    try:
        if check_text(more) is not None:
            raise Problem("rules.more_broken")
        table = tomllib.loads(f"rule = {{ {more} }}")
        body = table["rule"]
        check_numbers(table)
        v.known(body, [key for key in readers_of(Rule) if key not in _FIELDS or key == "reply"], ())
        made = dataclass_of(Rule, body, ())
    except v.Wrong as wrong:
        raise wrong.problem from wrong
    except (ValueError, RecursionError) as error:
        raise Problem("rules.more_broken") from error
    assert isinstance(made, Rule)
    if made.reply or len(table) > 1:  # it has a field of its own
        raise Problem("rules.more_broken")
    return made
