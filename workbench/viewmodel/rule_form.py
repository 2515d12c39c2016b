"""The rules of a server as they are typed, and the rules they stand for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import AS_HEX, Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.frozen import dataclass
from workbench.late_pattern import late_pattern
from workbench.payload.templates import Value, Values, text_template
from workbench.printable import escape
from workbench.texts import Problem
from workbench.viewmodel import parse_fields
from workbench.viewmodel.known_values import NO_VALUES, KnownValues
from workbench.viewmodel.payload_form import PayloadForm, content
from workbench.viewmodel.rule_more import more_of, rule_beside

AS_TYPED: Final = frozenset({Match.REGEX, *AS_HEX})
"""Kinds of match whose value has a notation of its own: no escapes of ours."""


@dataclass(frozen=True, slots=True)
class TypedRule:
    """The fields of one rule, as typed.

    Attributes:
        more: what has no field, as in a scenario.
    """

    match: str
    value: str
    reply: str
    encoding: str = "utf-8"
    delay: str = "0"
    then: str = "keep"
    more: str = ""

    @property
    def basis(self) -> Rule:
        """The rule that says only what has no field; what is broken says nothing."""
        try:
            return rule_beside(self.more)
        except Problem:
            return Rule()


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """The fields of a rule that is not in force yet.

    Attributes:
        row: that of the list; None: it is not on the list yet.
    """

    row: int | None
    typed: TypedRule

    def put_in(self, rules: tuple[TypedRule, ...]) -> tuple[TypedRule, ...]:
        """The list once the draft is in force."""
        if self.row is None or self.row >= len(rules):
            return (*rules, self.typed)
        return (*rules[: self.row], self.typed, *rules[self.row + 1 :])


_GAP: Final = late_pattern(r"\{([A-Za-z_]\w*)\}", re.ASCII)
EXAMPLE: Final = TypedRule("contains", "ping", "pong\\r\\n")


def shown_value(rule: TypedRule) -> str:
    """What it looks for; "" for one that fits everything."""
    return "" if rule.match == Match.ANY else rule.value


def shown_reply(rule: TypedRule) -> str:
    """Its reply, or several in turn; bytes, which have no field, as in a scenario."""
    beside = rule.basis
    turns = (typed(item.reply or "") or item.reply_hex or "–" for item in beside.in_turn)
    return rule.reply or beside.reply_hex or " / ".join(turns)


def in_words(rules: Iterable[TypedRule]) -> str:
    """A list on one line: what is answered to what."""
    from workbench.journal.reply_words import numbered, rule_line  # imported where there is a rule

    return numbered(
        rule_line(rule.match, shown_value(rule), shown_reply(rule), rule.then) for rule in rules
    )


def typed(text: str) -> str:
    """A text as it is typed: control characters and backslashes are escapes.

    An unprintable character beyond U+FFFF is typed as its two halves.
    """
    return escape(
        "".join(
            char if char <= "\uffff" or char.isprintable() else _halves(ord(char))
            for char in text.replace("\\", "\\\\")
        )
    )


def _halves(code: int) -> str:
    return chr(0xD800 + (code - 0x10000 >> 10)) + chr(0xDC00 + (code & 0x3FF))


def show_rule(rule: Rule) -> TypedRule:
    """A rule as it would have been typed."""
    value = rule.value if rule.match in AS_TYPED else typed(rule.value)
    return TypedRule(
        rule.match.value,
        value,
        typed(rule.reply or ""),
        rule.encoding or "utf-8",
        f"{rule.delay:g}",
        rule.then.value,
        more_of(rule),
    )


def _text(shown: str, encoding: str) -> str:
    text = content(PayloadForm(shown, encoding=encoding)).text
    if text is None:
        raise Problem("rules.bytes")
    return text


def _value(rule: TypedRule) -> str:
    value = shown_value(rule)
    if Match(rule.match) not in AS_TYPED:
        try:
            value = _text(value, rule.encoding)
        except Problem as problem:
            if problem.key == "payload.bad_escape":  # usually a pattern is meant
                raise Problem("rules.bad_escape", **problem.args_) from problem
            raise
    _check(Rule(Match(rule.match), value, "", rule.encoding))
    return value


def _check(rule: Rule, kept: Iterable[str] = ()) -> None:
    """Raises Problem: it cannot be compiled."""
    from workbench.engine.protocol.responder import compile_responder  # where there is a rule

    compile_responder(Rules((rule,), keep=tuple((name, "") for name in kept)))


def kept_by(rules: Iterable[TypedRule], kept: Iterable[str] = ()) -> tuple[str, ...]:
    """The names of what connections may have: from rules, and `kept` from what has no field."""
    more = (name for rule in rules if rule.more for name, _ in rule.basis.keep)
    return tuple(dict.fromkeys((*kept, *more)))


def fault(rule: TypedRule, kept: Iterable[str] = ()) -> tuple[str, Problem] | None:
    """The field that cannot be understood, and why; None: all is well. `kept`: the names of what
    its connection may have.
    """
    for name, read in (
        ("value", lambda: _value(rule)),
        ("reply", lambda: _text(rule.reply, rule.encoding)),
        ("delay", lambda: parse_fields.parse_seconds(rule.delay)),
        ("more", lambda: rule_beside(rule.more)),
        ("more", lambda: _check(_made(rule), kept)),
    ):
        try:
            read()
        except Problem as problem:
            return name, problem
    return None


def rules_of(
    rules: Sequence[TypedRule], known: KnownValues = NO_VALUES, kept: Iterable[str] = ()
) -> tuple[Rule, ...]:
    """What a server gets; `known` values stand in the place of their names. `kept`: the names of
    what connections have beside what these rules keep.

    Raises:
        Problem: a rule cannot be understood; it names the first.
    """
    names = kept_by(rules, kept)
    return tuple(_rule(number, named(rule, known), names) for number, rule in enumerate(rules, 1))


def named(rule: TypedRule, known: KnownValues) -> TypedRule:
    """A rule with these values in it; what its pattern takes takes precedence over a value of that
    name.
    """
    own = groups_of(rule)
    values = {name: value for name, value in known.values.items() if name not in own}
    if not values:
        return rule
    value = rule.value
    if rule.match == Match.REGEX:
        value = _GAP.sub(lambda gap: _quoted(gap, values), value)
    elif rule.match in AS_HEX:
        for name, each in values.items():
            value = value.replace(f"{{{name}}}", each.data.hex())
    else:
        value = filled(value, values)
    return replace(rule, value=value, reply=filled(rule.reply, values))


def _quoted(gap: re.Match[str], values: Values) -> str:
    return re.escape(values[gap[1]].data.decode()) if gap[1] in values else gap[0]


def filled(text: str, values: Values) -> str:
    """Typed text with values, as they are typed; other braces stay."""
    if not values:
        return text
    spelled = {name: Value(typed(value.data.decode()).encode()) for name, value in values.items()}
    template = text_template(text, spelled, "utf-8")
    return template.fill(spelled).decode() if template.fixed is None else template.fixed.decode()


def groups_of(rule: TypedRule) -> tuple[str, ...]:
    """The names of what it takes; none if its pattern takes nothing, or is broken."""
    beside = rule.basis
    row = beside.lookup.take if beside.lookup is not None else ()
    kept = (*beside.take, *row, *beside.recall, *beside.keep)
    return tuple(dict.fromkeys((*_groups(rule), *(name for name, _ in kept))))


def _groups(rule: TypedRule) -> tuple[str, ...]:
    from workbench.payload.hex_patterns import compile_hex, is_pattern  # where there is a rule
    from workbench.payload.patterns import compile_pattern

    try:
        if rule.match == Match.REGEX:
            return compile_pattern(rule.value, rule.encoding).names
        if rule.match in AS_HEX and is_pattern(rule.value):
            return compile_hex(rule.value).names
    except Problem:
        pass
    return ()


def _rule(number: int, rule: TypedRule, kept: Iterable[str]) -> Rule:
    wrong = fault(rule, kept)
    if wrong is not None:
        raise Problem("rules.wrong", number=number, reason=wrong[1])
    return _made(rule)


def _made(rule: TypedRule) -> Rule:
    """Raises Problem."""
    beside = rule_beside(rule.more)
    return replace(
        beside,
        match=Match(rule.match),
        value=_value(rule),
        reply=_text(rule.reply, rule.encoding) or beside.reply,
        encoding=rule.encoding,
        delay=parse_fields.parse_seconds(rule.delay),
        then=Then(rule.then),
    )
