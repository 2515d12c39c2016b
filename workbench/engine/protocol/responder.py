"""What an endpoint does by itself with what it reads: functions of bytes, no sockets.

A rule sees one read (or one message), and in it the characters that are whole with it: one that
two reads cut is of the second. A rule of bytes (hex, or encoding "bytes") sees the read as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.engine.model.message_ends import Delimiter, Messages
from workbench.engine.model.settings import (
    Echo,
    Greet,
    Match,
    Nothing,
    Responder,
    Rule,
    Rules,
    Sink,
    Then,
)
from workbench.engine.protocol.framing import wrapper_of
from workbench.engine.protocol.layer import Data
from workbench.payload.characters import BYTES, MARK, Characters, decoded
from workbench.payload.notation import encode, parse_hex
from workbench.payload.patterns import RULE_TIME, TooSlow, compile_pattern


class Reply(NamedTuple):
    """What to send, after `delay` seconds, and whether to close once it is sent."""

    data: Data
    delay: float = 0.0
    close: bool = False


Answer = Callable[[Data], "Reply | None"]
Wrap = Callable[[bytes], bytes]
Tell = Callable[[str, str], None]
"""Puts a note into the log: its name and its arguments."""


class ResponderRuntime(NamedTuple):
    """A responder made ready: texts encoded, patterns compiled, before the first byte arrives.

    Attributes:
        greeting: what a new connection gets first, None for nothing.
        answer: the reply to one read or one message; None reads only.
        keep: False: bytes read are counted but not kept in the record.
        rules: what `answer` is made of for each connection, since reads cut characters.
        whole: what makes a message that came one that can be sent.
    """

    greeting: Reply | None
    answer: Answer | None
    keep: bool = True
    rules: tuple[_Ready, ...] = ()
    whole: Wrap | None = None

    def for_connection(self, *, stream: bool, tell: Tell) -> ResponderRuntime:
        """The same for one connection, of which characters may come in pieces (`stream`)."""
        if not self.rules:
            return self
        return self._replace(
            answer=_Answerer(self.rules, self.whole or _as_given, stream=stream, tell=tell)
        )


def compile_responder(
    responder: Responder, encoding: str = "utf-8", messages: Messages | None = None
) -> ResponderRuntime:
    """A responder made ready; `encoding`: of its endpoint, where a text names none.

    `messages`: what is one there. An echo of a message is one again, with the ending that is no
    part of it.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern.
    """
    wrap = _as_given if messages is None else wrapper_of(messages, encoding)
    whole = wrap if isinstance(messages, Delimiter) else _as_given
    match responder:
        case Nothing():
            return ResponderRuntime(None, None)
        case Sink():
            return ResponderRuntime(None, None, keep=False)
        case Echo():
            return ResponderRuntime(None, _echo_of(whole))
        case Greet():
            text = encode(responder.text, responder.encoding or encoding)
            greeting = Reply(
                wrap(text) if responder.wrap else text, close=responder.then is Then.CLOSE
            )
            return ResponderRuntime(
                greeting, _echo_of(whole) if responder.then is Then.ECHO else None
            )
        case Rules():
            return ResponderRuntime(
                None,
                None,
                rules=tuple(_ready(rule, encoding, wrap) for rule in responder.rules),
                whole=whole,
            )


def _as_given(data: bytes) -> bytes:
    return data


def _echo_of(whole: Wrap) -> Answer:
    """Send back what came; where nothing is to be added, nothing is copied either."""
    return Reply if whole is _as_given else lambda data: Reply(whole(bytes(data)))


class _Ready(NamedTuple):
    """A rule made ready.

    Attributes:
        encoding: of the characters that `matches` sees; None: it sees the bytes of a read.
        matches: whether what came fits. Raises TooSlow.
    """

    rule: Rule
    encoding: str | None
    matches: Callable[[str], bool]
    reply: Reply


def _ready(rule: Rule, default: str, wrap: Wrap) -> _Ready:
    used = rule.encoding or default
    text = encode(rule.reply, used)
    reply = Reply(wrap(text) if rule.wrap else text, rule.delay, rule.then is Then.CLOSE)
    value = rule.value
    if rule.match is Match.HEX:
        data = parse_hex(value).decode("latin-1")
        return _Ready(rule, None, lambda came: data in came, reply)
    if rule.match is Match.REGEX:
        pattern = compile_pattern(value, rule.encoding or (BYTES if used == BYTES else None))
        return _Ready(
            rule,
            None if pattern.bytewise else used,
            lambda came: pattern.matches(came, RULE_TIME),
            reply,
        )
    encode(value, used)  # what cannot be written cannot come
    if rule.match is Match.EXACT:
        return _Ready(rule, used, lambda came: came.removeprefix(MARK) == value, reply)
    return _Ready(rule, used, lambda came: value in came, reply)


class _Answerer:
    """The rules for one connection, or for the messages of one socket."""

    def __init__(self, rules: tuple[_Ready, ...], whole: Wrap, *, stream: bool, tell: Tell) -> None:
        self._rules = rules
        self._make_whole = whole
        self._tell = tell
        names = {rule.encoding for rule in rules if rule.encoding is not None}
        self._open = {name: Characters(name) for name in names} if stream else None
        self._names = names

    def __call__(self, data: Data) -> Reply | None:
        whole = bytes(data)
        texts = {name: self._whole(name, whole) for name in self._names}
        raw = whole.decode("latin-1")
        for number, ready in enumerate(self._rules, 1):
            came = raw if ready.encoding is None else texts[ready.encoding]
            if self._fits(number, ready, came):
                if ready.rule.then is Then.ECHO:
                    return ready.reply._replace(
                        data=bytes(ready.reply.data) + self._make_whole(whole)
                    )
                return ready.reply
        return None

    def _whole(self, encoding: str, data: bytes) -> str:
        """The characters that are whole with this read."""
        if self._open is None:
            return decoded(data, encoding)
        return self._open[encoding].take(data)

    def _fits(self, number: int, ready: _Ready, came: str) -> bool:
        if not came:
            return False
        try:
            return ready.matches(came)
        except TooSlow:
            self._tell("rule_too_slow", f"{number}, {ready.rule.value!r}, {RULE_TIME}")
            return False
