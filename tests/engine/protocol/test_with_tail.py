"""What is appended to a payload: in replies, in greetings, and where none fits."""

from __future__ import annotations

import pytest

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Reply, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.protocol.with_tail import with_tail
from workbench.texts import Problem


def replies(rules: Rules, *reads: bytes) -> list[bytes]:
    answer = compile_responder(rules).for_connection(stream=True, tell=lambda *_note: None).answer
    assert answer is not None
    found = [answer(data) for data in reads]
    return [bytes(item.data or b"") for item in found if item is not None]


def test_it_stands_behind_what_a_checksum_covers() -> None:
    said = Rule(append=Append.CRC16_MODBUS, checksum_order=ByteOrder.BIG, checksum_from=1)
    assert with_tail(b"\x02a", said, b"\r\n") == b"\x02a\xa8\x7e\r\n"


def test_in_replies() -> None:
    rules = Rules(
        (
            Rule(
                Match.HEX,
                "02 {n:1} 03",
                reply_hex="02 {n} 03",
                append=Append.XOR8,
                checksum_from=1,
                append_hex="0d {n}",
            ),
            Rule(Match.CONTAINS, "echo", "a", append=Append.CRLF, then=Then.ECHO),
        ),
        otherwise=Rule(reply="500", append=Append.LRC),
    )
    assert replies(rules, b"\x02\x30\x03", b"echo", b"x") == [
        b"\x02\x30\x03\x33\x0d\x30",
        b"a\r\necho",
        b"500" + bytes([-sum(b"500") & 255]),
    ]


def test_in_a_greeting() -> None:
    made = compile_responder(Greet("hi", append=Append.NUL, append_hex='"."'))
    assert made.greeting == Reply(b"hi\0.")


@pytest.mark.parametrize(("first", "last"), [(2, None), (0, 2), (1, 0), (5, 9)])
def test_a_checksum_covers_no_bytes_that_there_are_not(first: int, last: int | None) -> None:
    said = Greet("hi", append=Append.SUM8, checksum_from=first, checksum_to=last)
    with pytest.raises(Problem) as caught:
        with_tail(b"hi", said)
    assert caught.value.key == "engine.checksum_range"
    assert with_tail(b"", Greet("", append=Append.SUM8)) == b"\0"
    assert (
        with_tail(b"hi", Greet("hi", append=Append.SUM8, checksum_from=1, checksum_to=1)) == b"hii"
    )
