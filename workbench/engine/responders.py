"""What an endpoint does by itself with what it reads: pure functions of bytes, no sockets."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from workbench.engine.settings import (
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
from workbench.payload import compile_pattern, encode, parse_hex

Data = bytes | memoryview


class Reply(NamedTuple):
    """What to send, after `delay` seconds, and whether to close once it is sent."""

    data: Data
    delay: float = 0.0
    close: bool = False


Answer = Callable[[Data], "Reply | None"]


class Behaviour(NamedTuple):
    """A responder made ready: texts encoded, patterns compiled, before the first byte arrives.

    Attributes:
        greeting: what a new connection gets first, None for nothing.
        answer: the reply to one read or one message; None reads only.
        keep: False: bytes read are counted but not kept in the record.
    """

    greeting: Reply | None
    answer: Answer | None
    keep: bool = True


def prepare(responder: Responder) -> Behaviour:
    """The behaviour of a responder.

    Raises:
        Problem: a text that its encoding cannot express, malformed hex, a broken pattern.
    """
    match responder:
        case Nothing():
            return Behaviour(None, None)
        case Sink():
            return Behaviour(None, None, keep=False)
        case Echo():
            return Behaviour(None, Reply)
        case Greet():
            greeting = Reply(
                encode(responder.text, responder.encoding), close=responder.then is Then.CLOSE
            )
            return Behaviour(greeting, Reply if responder.then is Then.ECHO else None)
        case Rules():
            return Behaviour(None, _first_match([_prepare_rule(rule) for rule in responder.rules]))


def _first_match(rules: list[Answer]) -> Answer:
    def answer(data: Data) -> Reply | None:
        whole = bytes(data)
        return next((reply for rule in rules if (reply := rule(whole)) is not None), None)

    return answer


def _prepare_rule(rule: Rule) -> Answer:
    matches = _matcher(rule)
    fixed = Reply(encode(rule.reply, rule.encoding), rule.delay, rule.then is Then.CLOSE)

    def answer(data: Data) -> Reply | None:
        if not matches(bytes(data)):
            return None
        if rule.then is Then.ECHO:
            return fixed._replace(data=bytes(fixed.data) + bytes(data))
        return fixed

    return answer


def _matcher(rule: Rule) -> Callable[[bytes], bool]:
    if rule.match is Match.REGEX:
        pattern = compile_pattern(rule.value, rule.encoding)
        return lambda data: pattern.search(data) is not None
    value = parse_hex(rule.value) if rule.match is Match.HEX else encode(rule.value, rule.encoding)
    if rule.match is Match.EXACT:
        return lambda data: data == value
    return lambda data: value in data
