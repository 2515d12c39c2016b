"""Rule: a line of the responder `rules`: what it matches, and what it answers."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass


class Match(StrEnum):
    """How a rule compares its value with a message: `HEX` anywhere in it, `EXACT_HEX` all of it."""

    EXACT = "exact"
    CONTAINS = "contains"
    REGEX = "regex"
    HEX = "hex"
    EXACT_HEX = "exact_hex"
    ANY = "any"


AS_HEX: Final = frozenset({Match.HEX, Match.EXACT_HEX})
"""Kinds whose value is a pattern of hex."""


class CountedOver(StrEnum):
    """Whether `times` and `in_turn` count for each connection or for the whole endpoint.

    Attributes:
        ENDPOINT: over all of its connections, since the responder was made ready.
    """

    CONNECTION = "connection"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class InTurn:
    """One of several answers that a rule gives in turn.

    Attributes:
        reply, reply_hex: as in `Rule`.
        times: how often it is given before the next one.
        delay, delay_most, then: None: as in the rule.
    """

    reply: str | None = None
    reply_hex: str = ""
    times: int = 1
    delay: float | None = None
    delay_most: float | None = None
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Answer `reply` to what matches `value`; `delay` in seconds. `Tailed` says what follows it.

    Attributes:
        value: text, or a pattern of text or hex, whose groups the reply may name: {id}.
        reply, reply_hex: templates, at most one of them; None and "": nothing is sent.
        encoding: of value and reply; None: the endpoint's; "bytes": each byte is a character.
        wrap: send the reply as one message, as the endpoint's `messages` says.
        times: how often it answers on one connection before the next fitting rule does; 0: always.
        when: the state (a word) that the connection must be in; None: any. It begins in "".
        to: the state that it enters; None: it stays.
        placeholders: {time}, {uuid} and the like in `reply` are filled in for each; those in
            `reply_hex` always are.
        in_turn: several replies in place of one: the first, the second … and then the first again.
        counted: what `times` and `in_turn` count over.
        delay_most: above 0, the delay is random, from `delay` to this.
        json: as JSON text, what the message has to contain at least ("*": any value); "": nothing.
        take: names of values, and their paths in the message's JSON; a message that lacks one of
            them does not fit.
        lookup: finds a row of a file by what was taken.
        keep: names and templates of values that the connection has from then on; a rule whose
            templates name one that it lacks does not fit.
        store: the same for all connections of the endpoint, each under a key, which is a template
            too.
        recall: names of values, and the keys that they are stored under; if nothing is stored
            there, the rule does not fit.
        forget: keys whose values are removed.
    """

    match: Match = Match.ANY
    value: str = ""
    reply: str | None = None
    encoding: str | None = None
    delay: float = 0.0
    then: Then = Then.KEEP
    wrap: bool = False
    reply_hex: str = ""
    times: int = 0
    when: str | None = None
    to: str | None = None
    append: Append = Append.NOTHING
    append_hex: str = ""
    checksum_order: ByteOrder | None = None
    checksum_from: int = 0
    checksum_to: int | None = None
    placeholders: bool = False
    in_turn: tuple[InTurn, ...] = ()
    counted: CountedOver = CountedOver.CONNECTION
    delay_most: float = 0.0
    json: str = ""
    take: tuple[tuple[str, str], ...] = ()
    lookup: Lookup | None = None
    keep: tuple[tuple[str, str], ...] = ()
    store: tuple[tuple[str, str], ...] = ()
    recall: tuple[tuple[str, str], ...] = ()
    forget: tuple[str, ...] = ()
