"""A rule: what comes, and what is answered."""

from __future__ import annotations

from enum import StrEnum

from workbench.engine.model.responders.reply import Then
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass


class Match(StrEnum):
    """How a rule compares what was read."""

    EXACT = "exact"
    CONTAINS = "contains"
    REGEX = "regex"
    HEX = "hex"
    ANY = "any"


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
