"""Answers by rules: compiled once for an endpoint, then run for each connection.

A rule sees one read (or one message), and of it the characters that are complete by then: one that
is split over two reads belongs to the second. A rule on bytes (hex, or encoding "bytes") sees the
read as it is.
"""

from __future__ import annotations

import random
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import accumulate
from typing import Final

from workbench.engine.model.responders.kind import ByRules
from workbench.engine.model.responders.reply import Begin, Reply, Tell, Then
from workbench.engine.model.responders.rule import CountedOver, InTurn, Match, Rule
from workbench.engine.model.tail import Append
from workbench.engine.protocol.end_words import EndWords
from workbench.engine.protocol.framing import as_given
from workbench.engine.protocol.layer import Binary, Data
from workbench.engine.protocol.rule_memory import (
    Lacks,
    MemoryPlan,
    RuleMemory,
    Store,
    kept_at_first,
)
from workbench.engine.protocol.rule_values import Captures, RuleSurroundings, Take, taking
from workbench.engine.protocol.with_tail import with_tail
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import BYTES, MARK, Characters, decoded
from workbench.payload.hex_patterns import Extent, compile_hex, is_pattern
from workbench.payload.notation import encode, parse_hex
from workbench.payload.patterns import RULE_TIME, Pattern, TooSlow, compile_pattern
from workbench.payload.templates import (
    Value,
    Values,
    hex_template,
    text_template,
    words_of_reply,
)
from workbench.texts import Problem

_TOLD: Final = 3
"""How often one connection is told that no rule fitted."""
Wrap = Callable[[bytes], bytes]


def by_rules(rules: ByRules, around: RuleSurroundings, wrap: Wrap, whole: Wrap) -> Begin:
    """A maker of what answers by the rules on each connection.

    `wrap` turns a reply that asks for it into a message, `whole` one that came.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern, a file
            that cannot be read.
    """
    first = kept_at_first(rules.keep, around.encoding)
    endpoint = _OfEndpoint(
        tuple(_ready(rule, around, wrap, rules.kept) for rule in rules.all),
        whole,
        Counter(),
        Store(rules.store, around.encoding),
        around.ends,
    )
    return lambda stream, tell: _Answerer(endpoint, first(), stream=stream, tell=tell)


class _Turn(NamedTuple):
    """One of the answers that a rule gives in turn, compiled.

    Attributes:
        rule: the rule, with this answer in place of its own.
        times: how often it is given before the next one.
        make: makes the reply from what was taken. Raises Problem.
        names: of the values that it needs, including addresses of endpoints.
    """

    rule: Rule
    times: int
    make: Callable[[Values], bytes | None]
    names: frozenset[str]


class _Ready(NamedTuple):
    """A compiled rule.

    Attributes:
        encoding: of the characters that `look` sees; None: it sees the bytes of a read.
        look: what was taken, if the rule fits; None: it does not. Raises TooSlow.
        take: the values of that and of the message; None: it does not fit. Raises Problem.
        memory: what it remembers and recalls; None: nothing.
        turns: its answers.
        ends: after how many messages each is done; after the last one the first comes again.
    """

    rule: Rule
    encoding: str | None
    look: Callable[[str], Captures | None]
    take: Take
    memory: RuleMemory | None
    turns: tuple[_Turn, ...]
    ends: tuple[int, ...]

    def turn(self, answered: int) -> int:
        """Which answer is due after that many messages."""
        return bisect_right(self.ends, answered % self.ends[-1])


class _Looking(NamedTuple):
    """How a rule finds its value in a message.

    Attributes:
        look: as in `_Ready`. encoding: of the characters that it sees; None: bytes.
        pattern: whose groups the replies may name.
    """

    look: Callable[[str], Captures | None]
    encoding: str | None = None
    pattern: Pattern | None = None


def _looking(rule: Rule, used: str) -> _Looking:
    match rule.match:
        case Match.HEX:
            return _by_hex(rule.value, Extent.ANYWHERE)
        case Match.EXACT_HEX:
            return _by_hex(rule.value, Extent.WHOLE)
        case Match.REGEX:
            wanted = rule.encoding or (BYTES if used == BYTES else None)
            pattern = compile_pattern(rule.value, wanted)
            return _Looking(_look_for(pattern), None if pattern.bytewise else used, pattern)
        case Match.ANY:
            return _Looking(lambda _came: {})
    value = rule.value
    encode(value, used)  # what cannot be written in the encoding cannot come either
    if rule.match is Match.EXACT:
        return _Looking(_found(lambda came: came.removeprefix(MARK) == value), used)
    return _Looking(_found(lambda came: value in came), used)


def _by_hex(source: str, extent: Extent) -> _Looking:
    if is_pattern(source):
        pattern = compile_hex(source, extent)
        return _Looking(_look_for(pattern), None, pattern)
    data = parse_hex(source).decode("latin-1")
    if extent is Extent.WHOLE:
        return _Looking(_found(lambda came: came == data))
    return _Looking(_found(lambda came: data in came))


def _found(fits: Callable[[str], bool]) -> Callable[[str], Captures | None]:
    return lambda came: {} if fits(came) else None


def _look_for(pattern: Pattern) -> Callable[[str], Captures | None]:
    if pattern.names:
        return lambda came: pattern.captured(came, RULE_TIME)
    return lambda came: {} if pattern.matches(came, RULE_TIME) else None


def _ready(rule: Rule, around: RuleSurroundings, wrap: Wrap, kept: Sequence[str]) -> _Ready:
    """Compile a rule; `kept`: names of values that a connection may keep."""
    used = rule.encoding or around.encoding
    look, seen, pattern = _looking(rule, used)
    groups = pattern.names if pattern is not None else ()
    found = taking(rule, groups, around, bytewise=pattern is not None and pattern.bytewise)
    if rule.in_turn and (rule.reply is not None or rule.reply_hex):
        raise Problem("engine.rule_two_replies")
    plan = MemoryPlan.of(rule, found.names, kept, used)
    turns = tuple(
        _Turn(one, item.times, *_answer(one, around._replace(encoding=used), plan.names, wrap))
        for item in rule.in_turn or (None,)
        for one, item in [(_alone(rule, item), item or InTurn())]
    )
    memory = plan.ready(named for turn in turns for named in turn.names)
    ends = tuple(accumulate(turn.times for turn in turns))
    return _Ready(rule, seen, look, found.take, memory, turns, ends)


def _alone(rule: Rule, item: InTurn | None) -> Rule:
    """The rule with one of its answers in turn, or as it is. Raises Problem."""
    if item is not None:
        said = {
            name: value
            for name in ("delay", "delay_most", "then")
            if (value := getattr(item, name)) is not None
        }
        if item.delay is not None and item.delay_most is None:
            said["delay_most"] = 0.0
        rule = replace(rule, reply=item.reply, reply_hex=item.reply_hex, in_turn=(), **said)
        if item.times < 1:
            raise Problem("engine.turn_times")
    if rule.delay_most and rule.delay_most < rule.delay:
        raise Problem("engine.delay_most", delay=rule.delay, most=rule.delay_most)
    return rule


def _answer(
    rule: Rule, around: RuleSurroundings, names: Sequence[str], wrap: Wrap
) -> tuple[Callable[[Values], bytes | None], frozenset[str]]:
    """A function that makes the reply from values, and the names of the values it needs."""
    if rule.reply and rule.reply_hex:
        raise Problem("engine.rule_two_replies")
    used, ends = around.encoding, around.ends
    if rule.reply_hex:
        template = hex_template(rule.reply_hex, (*names, *ends.of(rule.reply_hex)), used)
    elif rule.reply is not None:
        known = (*names, *words_of_reply(placeholders=rule.placeholders))
        known += ends.of(rule.reply) if rule.placeholders else ()
        template = text_template(rule.reply, known, used)
    elif rule.append is not Append.NOTHING or rule.append_hex:
        raise Problem("engine.append_without_reply")
    else:
        return (lambda _taken: None), frozenset()
    after = hex_template(rule.append_hex, (*names, *ends.of(rule.append_hex)), used)
    whole = wrap if rule.wrap else as_given
    made = Binary if rule.reply_hex else bytes
    if template.fixed is not None and after.fixed is not None:
        fixed = made(whole(with_tail(template.fixed, rule, after.fixed)))
        return (lambda _taken: fixed), frozenset()

    def make(taken: Values) -> bytes:
        return made(whole(with_tail(template.fill(taken), rule, after.fill(taken))))

    return make, template.names | after.names


class _OfEndpoint(NamedTuple):
    """What all connections of an endpoint share: rules, store and counts.

    Attributes:
        make_whole: turns bytes that came into a message.
        counted: the answers of rules that count over their endpoint.
        ends: addresses of endpoints.
    """

    rules: tuple[_Ready, ...]
    make_whole: Wrap
    counted: Counter[int]
    store: Store
    ends: EndWords


class _Answerer:
    """The rules at work on one connection, or on the messages of one datagram socket."""

    def __init__(
        self,
        endpoint: _OfEndpoint,
        kept: dict[str, Value],
        *,
        stream: bool,
        tell: Tell,
    ) -> None:
        """`kept`: the values that the connection has at first."""
        self._endpoint = endpoint
        self._kept = kept
        self._tell = tell
        names = {rule.encoding for rule in endpoint.rules if rule.encoding is not None}
        self._open = {name: Characters(name) for name in names} if stream else None
        self._names = names
        self._word = ""
        self._silent = False
        self._mine: Counter[int] = Counter()
        self._unanswered = 0

    def __call__(self, data: Data) -> Reply | None:
        if self._silent:
            return None
        whole = bytes(data)
        texts = {name: self._whole(name, whole) for name in self._names}
        raw = whole.decode("latin-1")
        lacks: tuple[int, Lacks] | None = None
        for number, ready in enumerate(self._endpoint.rules, 1):
            rule = ready.rule
            if (rule.when is not None and rule.when != self._word) or (
                rule.times and self._answered(rule)[number] >= rule.times
            ):
                continue
            came = raw if ready.encoding is None else texts[ready.encoding]
            taken = self._look(number, ready, came)
            if taken is None:
                continue
            try:
                values = ready.take(taken, whole)
                if values is not None and ready.memory is not None:
                    known = ready.memory.known(values, self._kept, self._endpoint.store)
                    if isinstance(known, Lacks):
                        lacks = lacks or (number, known)
                        continue
                    values = known
                if values is not None:
                    return self._reply(number, ready, values, whole)
            except Problem as problem:
                said = {name: str(value) for name, value in problem.args_.items()}
                self._tell("rule_failed", f"{number}, {problem.key!r}, {said!r}")
                return None
        self._unanswered += 1
        if self._unanswered <= _TOLD:
            if lacks is not None:
                self._tell(lacks[1].note, f"{lacks[0]}, {lacks[1].what!r}")
            self._tell("no_rule", repr(len(whole)))
        return None

    def _answered(self, rule: Rule) -> Counter[int]:
        return self._mine if rule.counted is CountedOver.CONNECTION else self._endpoint.counted

    def _whole(self, encoding: str, data: bytes) -> str:
        """The characters that are complete with this read."""
        if self._open is None:
            return decoded(data, encoding)
        return self._open[encoding].take(data)

    def _look(self, number: int, ready: _Ready, came: str) -> Captures | None:
        if not came and self._open is not None and ready.rule.match is not Match.ANY:
            return None  # a read that only began a character; an empty message is a message
        try:
            return ready.look(came)
        except TooSlow:
            self._tell("rule_too_slow", f"{number}, {ready.rule.value!r}, {RULE_TIME}")
            return None

    def _reply(self, number: int, ready: _Ready, values: Values, whole: bytes) -> Reply:
        """Raises Problem."""
        answered = self._answered(ready.rule)
        place = ready.turn(answered[number]) if ready.rule.in_turn else 0
        rule, _times, make, names = ready.turns[place]
        if names:
            values = self._endpoint.ends.filled(names, values)
        if ready.memory is None:
            data = make(values)
        else:
            values, changes = ready.memory.remember(values, self._endpoint.store)
            data = make(values)
            self._kept.update(changes.kept)
            self._endpoint.store.change(changes)
        if rule.times or ready.rule.in_turn:
            answered[number] += 1
        if rule.to is not None:
            self._word = rule.to
        self._silent = rule.then is Then.SILENT
        if rule.then is Then.ECHO:
            data = (data or b"") + self._endpoint.make_whole(whole)
        delay = rule.delay
        if rule.delay_most:
            delay = random.uniform(delay, rule.delay_most)  # noqa: S311 - no secret
        turn = place + 1 if ready.rule.in_turn else 0
        return Reply(data, delay, rule.then.ending, number, rule.then.layer, turn)
