"""Rule: a line of the responder `rules`: what it matches, and what it answers."""

from __future__ import annotations

from enum import StrEnum

from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass


class Match(StrEnum):
    """How a rule compares its value with a message."""

    EXACT = "exact"
    CONTAINS = "contains"
    REGEX = "regex"
    HEX = "hex"
    ANY = "any"


class CountedOver(StrEnum):
    """Whether `times` and `in_turn` count for each connection or for the whole endpoint.

    Attributes:
        ENDPOINT: those of all its connections, since the responder was made ready.
    """

    CONNECTION = "connection"
    ENDPOINT = "endpoint"


@dataclass(frozen=True, slots=True)
class InTurn:
    """One of several answers that a rule gives in turn.

    Attributes:
        reply, reply_hex: as in `Rule`.
        times: how often it is given before the next.
        delay, delay_most, then: None: those of the rule.
    """

    reply: str | None = None
    reply_hex: str = ""
    times: int = 1
    delay: float | None = None
    delay_most: float | None = None
    then: Then | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """Answer `reply` to what matches `value`; `delay` in seconds. `Tailed` tells what follows it.

    Attributes:
        value: text, or a pattern of text or of hex, whose groups the reply names: {id}.
        reply, reply_hex: templates, at most one of them; None and "": nothing is sent.
        encoding: of value and reply; None is the endpoint's, "bytes" takes each byte as a
            character.
        wrap: the reply goes as one message, with what the endpoint's `messages` says of its end.
        times: how often it answers on one connection before the next that fits does; 0: always.
        when: the word that the connection is in; None: any. It begins in "".
        to: the word that it is in from then on; None: it stays.
        placeholders: {time}, {uuid} and the like of `reply` are filled in for each; of `reply_hex`
            they always are.
        in_turn: in place of one reply: the first, the second … and then the first again.
        counted: over what `times` and `in_turn` count.
        delay_most: above 0, the delay is a random one from `delay` to this.
        json: as JSON text, what the message has to have at least ("*": any value); "": nothing.
        take: names of values, and the paths in the message's JSON where they stand; a message
            without one of them does not fit.
        lookup: a row of a file by what was taken.
        keep: names and templates of values that the connection has from then on; a rule whose
            templates name one that it has not does not fit.
        store: the same for all connections of the endpoint, each under a key, a template as well.
        recall: names of values, and the keys that they are stored under; where nothing is, the
            rule does not fit.
        forget: keys whose values are stored no more.
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
