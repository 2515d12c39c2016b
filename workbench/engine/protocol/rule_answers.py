"""Answers by rules: made ready, then for each connection.

A rule sees one read (or one message), and in it the characters that are whole with it: one that
two reads cut is of the second. A rule of bytes (hex, or encoding "bytes") sees the read as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from workbench.engine.model.responders.reply import Begin, Reply, Tell, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.tail import Append
from workbench.engine.protocol.framing import as_given
from workbench.engine.protocol.layer import Binary, Data
from workbench.engine.protocol.with_tail import with_tail
from workbench.payload.characters import BYTES, MARK, Characters, decoded
from workbench.payload.hex_patterns import compile_hex, is_pattern
from workbench.payload.notation import encode, parse_hex
from workbench.payload.patterns import RULE_TIME, Pattern, TooSlow, compile_pattern
from workbench.payload.templates import PLACEHOLDERS, Value, hex_template, text_template
from workbench.texts import Problem

_TOLD: Final = 3
"""How often one connection is told that no rule fitted."""
Wrap = Callable[[bytes], bytes]


def by_rules(rules: Sequence[Rule], encoding: str, wrap: Wrap, whole: Wrap) -> Begin:
    """What answers by them on each connection; `encoding`: where a rule names none.

    `wrap` makes a message of a reply that says so, `whole` of one that came.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern.
    """
    ready = tuple(_ready(rule, encoding, wrap) for rule in rules)
    return lambda stream, tell: _Answerer(ready, whole, stream=stream, tell=tell)


Captures = dict[str, str]
"""What the groups of a pattern took, in its characters."""


class _Ready(NamedTuple):
    """A rule made ready.

    Attributes:
        encoding: of the characters that `look` sees; None: it sees the bytes of a read.
        look: what was taken, where it fits; None: it does not. Raises TooSlow.
        answer: makes the reply of what was taken. Raises Problem.
    """

    rule: Rule
    encoding: str | None
    look: Callable[[str], Captures | None]
    answer: Callable[[Captures], bytes | None]


def _ready(rule: Rule, default: str, wrap: Wrap) -> _Ready:
    used = rule.encoding or default
    if rule.reply and rule.reply_hex:
        raise Problem("engine.rule_two_replies")
    match rule.match:
        case Match.HEX:
            return _by_hex(rule, used, wrap)
        case Match.REGEX:
            wanted = rule.encoding or (BYTES if used == BYTES else None)
            pattern = compile_pattern(rule.value, wanted)
            seen = None if pattern.bytewise else used
            return _Ready(rule, seen, _look_for(pattern), _answer(rule, used, pattern, wrap))
        case Match.ANY:
            return _Ready(rule, None, lambda _came: {}, _answer(rule, used, None, wrap))
    value = rule.value
    encode(value, used)  # what cannot be written cannot come
    answer = _answer(rule, used, None, wrap)
    if rule.match is Match.EXACT:
        return _Ready(rule, used, _found(lambda came: came.removeprefix(MARK) == value), answer)
    return _Ready(rule, used, _found(lambda came: value in came), answer)


def _by_hex(rule: Rule, used: str, wrap: Wrap) -> _Ready:
    if is_pattern(rule.value):
        pattern = compile_hex(rule.value)
        return _Ready(rule, None, _look_for(pattern), _answer(rule, used, pattern, wrap))
    data = parse_hex(rule.value).decode("latin-1")
    return _Ready(rule, None, _found(lambda came: data in came), _answer(rule, used, None, wrap))


def _found(fits: Callable[[str], bool]) -> Callable[[str], Captures | None]:
    return lambda came: {} if fits(came) else None


def _look_for(pattern: Pattern) -> Callable[[str], Captures | None]:
    if pattern.names:
        return lambda came: pattern.captured(came, RULE_TIME)
    return lambda came: {} if pattern.matches(came, RULE_TIME) else None


def _answer(
    rule: Rule, used: str, pattern: Pattern | None, wrap: Wrap
) -> Callable[[Captures], bytes | None]:
    """What makes a reply of what the pattern's groups took."""
    names = pattern.names if pattern is not None else ()
    if rule.reply_hex:
        template = hex_template(rule.reply_hex, names, used)
    elif rule.reply is not None:
        known = (*names, *PLACEHOLDERS) if rule.placeholders else names
        template = text_template(rule.reply, known, used)
    elif rule.append is not Append.NOTHING or rule.append_hex:
        raise Problem("engine.append_without_reply")
    else:
        return lambda _taken: None
    after = hex_template(rule.append_hex, names, used)
    whole = wrap if rule.wrap else as_given
    made = Binary if rule.reply_hex else bytes
    if template.fixed is not None and after.fixed is not None:
        fixed = made(whole(with_tail(template.fixed, rule, after.fixed)))
        return lambda _taken: fixed
    gaps = template.names | after.names
    hexed = rule.match is Match.HEX
    came_in = "latin-1" if pattern is not None and pattern.bytewise else used

    def filled(taken: Captures) -> bytes:
        values = {name: Value(encode(taken.get(name, ""), came_in), hexed) for name in gaps}
        return made(whole(with_tail(template.fill(values), rule, after.fill(values))))

    return filled


class _Answerer:
    """The rules for one connection, or for the messages of one socket."""

    def __init__(self, rules: tuple[_Ready, ...], whole: Wrap, *, stream: bool, tell: Tell) -> None:
        self._rules = rules
        self._make_whole = whole
        self._tell = tell
        names = {rule.encoding for rule in rules if rule.encoding is not None}
        self._open = {name: Characters(name) for name in names} if stream else None
        self._names = names
        self._word = ""
        self._silent = False
        self._answered: Counter[int] = Counter()
        self._unanswered = 0

    def __call__(self, data: Data) -> Reply | None:
        if self._silent:
            return None
        whole = bytes(data)
        texts = {name: self._whole(name, whole) for name in self._names}
        raw = whole.decode("latin-1")
        for number, ready in enumerate(self._rules, 1):
            rule = ready.rule
            if (rule.when is not None and rule.when != self._word) or (
                rule.times and self._answered[number] >= rule.times
            ):
                continue
            came = raw if ready.encoding is None else texts[ready.encoding]
            taken = self._look(number, ready, came)
            if taken is not None:
                return self._reply(number, ready, taken, whole)
        self._unanswered += 1
        if self._unanswered <= _TOLD:
            self._tell("no_rule", repr(len(whole)))
        return None

    def _whole(self, encoding: str, data: bytes) -> str:
        """The characters that are whole with this read."""
        if self._open is None:
            return decoded(data, encoding)
        return self._open[encoding].take(data)

    def _look(self, number: int, ready: _Ready, came: str) -> Captures | None:
        if not came and ready.rule.match is not Match.ANY:
            return None
        try:
            return ready.look(came)
        except TooSlow:
            self._tell("rule_too_slow", f"{number}, {ready.rule.value!r}, {RULE_TIME}")
            return None

    def _reply(self, number: int, ready: _Ready, taken: Captures, whole: bytes) -> Reply | None:
        rule = ready.rule
        try:
            data = ready.answer(taken)
        except Problem as problem:
            values = {name: str(value) for name, value in problem.args_.items()}
            self._tell("rule_failed", f"{number}, {problem.key!r}, {values!r}")
            return None
        if rule.times:
            self._answered[number] += 1
        if rule.to is not None:
            self._word = rule.to
        self._silent = rule.then is Then.SILENT
        if rule.then is Then.ECHO:
            data = (data or b"") + self._make_whole(whole)
        return Reply(data, rule.delay, rule.then.ending, number, rule.then.layer)
