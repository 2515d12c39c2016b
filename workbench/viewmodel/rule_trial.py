"""Tries rules on a message before one comes: which rule answers, and with which bytes.

The matching and answering is done by the responder itself, for a connection that has just begun.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Final

from workbench.engine.model.message_ends import Messages
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Reply, Then
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.protocol.framer import Fault
from workbench.engine.protocol.framing import framer_of
from workbench.engine.protocol.lookup_rows import rows_of
from workbench.engine.protocol.responder import compile_responder
from workbench.frozen import dataclass
from workbench.payload.notation import show
from workbench.payload.templates import PLACEHOLDERS
from workbench.payload.unknown_gaps import UnknownGap, unknown_gaps
from workbench.texts import Problem, tr
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.payload_form import PayloadForm, body
from workbench.viewmodel.rule_form import TypedRule, groups_of
from workbench.viewmodel.setup_form import ReplyForm

MOST: Final = 5
"""Messages of one text that are answered."""
SHOWN: Final = 24
"""Bytes of a reply that are shown."""


@dataclass(frozen=True, slots=True)
class TriedMessage:
    """The outcome for one message.

    Attributes:
        came: the message, as rules see it.
        rule: the number of the rule that answers, from 1; 0: none does.
        otherwise: none fits, and the rule for that case answers.
        data: the reply's bytes; None: nothing is sent.
        delay: seconds before it. then: what follows it.
        notes: what the log would say, as keys of its notes.
    """

    came: bytes
    rule: int = 0
    otherwise: bool = False
    data: bytes | None = None
    delay: float = 0.0
    then: Then = Then.KEEP
    notes: tuple[str, ...] = ()


def try_out(
    form: ReplyForm, messages: Messages | None, text: str, *, as_hex: bool = False
) -> tuple[TriedMessage, ...]:
    """What the rules of a form answer to a text, or to each message in it, in turn.

    `messages`: where one ends; a text that contains no whole message counts as one.

    Raises:
        Problem: the text or a rule cannot be understood, or no message ends where it should.
    """
    draft = PayloadForm(text, "hex" if as_hex else "text", form.encoding)
    came = body(draft)
    rules = form.read(Nothing())
    assert isinstance(rules, Rules)
    rules = replace(rules, otherwise=form.otherwise, keep=form.keep, store=form.store)
    notes: list[str] = []
    made = compile_responder(rules, form.encoding, messages, rows_of).for_connection(
        stream=False, tell=lambda name, _args: notes.append(name)
    )
    found = []
    for message in _divided(came, messages, form.encoding):
        notes.clear()
        reply = made.answer(message) if made.answer is not None else None
        found.append(_tried(message, reply, rules, tuple(notes)))
    return tuple(found)


def _divided(came: bytes, messages: Messages | None, encoding: str) -> list[bytes]:
    if messages is None:
        return [came]
    framer = framer_of(messages, encoding, requests=True)
    framer.feed(came)
    found: list[bytes] = []
    try:
        while len(found) < MOST and (message := framer.next()) is not None:
            found.append(message.data)
    except Fault as fault:
        raise Problem("rules.try_undivided", why=fault.key) from fault
    return found or [came]


def _tried(came: bytes, reply: Reply | None, rules: Rules, notes: tuple[str, ...]) -> TriedMessage:
    if reply is None or not reply.rule:
        return TriedMessage(came, notes=notes)
    otherwise = reply.rule > len(rules.rules)
    rule = rules.otherwise if otherwise else rules.rules[reply.rule - 1]
    then = Then.KEEP if rule is None else rule.then
    if rule is not None and reply.turn:
        then = rule.in_turn[reply.turn - 1].then or then
    return TriedMessage(
        came,
        reply.rule,
        otherwise,
        None if reply.data is None else bytes(reply.data),
        reply.delay,
        then,
        notes,
    )


def told(tried: TriedMessage) -> str:
    """The outcome on one line."""
    if not tried.rule:
        slow = [name for name in tried.notes if name != "no_rule"]
        return tr(f"rules.try_{slow[0]}" if slow else "rules.try_none")
    key = "rules.try_else" if tried.otherwise else "rules.try_rule"
    parts = [tr(key, number=tried.rule)]
    if tried.data:
        rest = " …" if len(tried.data) > SHOWN else ""
        shown = tried.data[:SHOWN]
        parts.append(f"{len(tried.data)} B  {shown.hex(' ')}{rest}  {show(shown)}{rest}")
    else:
        parts.append(tr("rules.try_silent"))
    if tried.delay:
        parts.append(tr("rules.try_delay", seconds=f"{tried.delay:g}"))
    if tried.then is not Then.KEEP:
        parts.append(tr(f"then.{tried.then.value}"))
    return " · ".join(parts)


# -- what a reply may name ----------------------------------------------------------------------


def unknown_in(
    rule: TypedRule, known: KnownValues = NO_VALUES, kept: Collection[str] = ()
) -> tuple[UnknownGap, ...]:
    """What the reply names and nothing takes: it is sent literally."""
    return tuple(unknown_gaps(rule.reply, {*named_by(rule), *known.values, *kept}))


def named_by(rule: TypedRule) -> Collection[str]:
    """Everything that the reply may name."""
    basis: Rule = rule.basis
    return (*groups_of(rule), *(PLACEHOLDERS if basis.placeholders else ()))
