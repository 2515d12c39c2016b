"""Replies and rules in one line of words, for notes and for the folded set-up."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Final

from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.serialize import responder_from
from workbench.printable import escape
from workbench.texts import has, tr

TOLD: Final = 3
"""Rules that a note lists one by one."""


def reply_words(said: str) -> str:
    """A reply as the record has it; one written before there was JSON stays as it is."""
    try:
        table = json.loads(said)
        reply = responder_from(table)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return said
    key = f"responder.{table['kind']}"
    kind = tr(key) if has(key) else str(table["kind"])
    if isinstance(reply, Rules) and not reply.rules:
        return tr("note.reply_no_rules")
    if isinstance(reply, Rules):
        told = [_rule(rule) for rule in reply.rules[:TOLD]]
        more = " …" if len(reply.rules) > TOLD else ""
        return tr("note.reply_rules", count=len(reply.rules), rules=numbered(told) + more)
    return f"{kind} {_text_of(reply)}".rstrip()


def _text_of(reply: Responder) -> str:
    text = getattr(reply, "text", None)
    return f"“{escape(text)}”" if isinstance(text, str) and text else ""


def _rule(rule: Rule) -> str:
    value = "" if rule.match is Match.ANY else escape(rule.value)
    turns = (item.reply or item.reply_hex for item in rule.in_turn)
    reply = rule.reply or rule.reply_hex or " / ".join(filter(None, turns))
    return rule_line(rule.match.value, value, escape(reply), rule.then.value)


def rule_line(match: str, value: str, reply: str, then: str) -> str:
    """A rule as a line: what is answered to what, or what follows if it answers nothing."""
    looked_for = f"{tr(f'match.{match}')} {value}".rstrip()
    return f"{looked_for} → {reply or tr(f'then.{then}')}"


def numbered(lines: Iterable[str]) -> str:
    """Rules in one line, each with its number."""
    return "   ".join(f"{number} {line}" for number, line in enumerate(lines, 1))
