"""What is appended to a payload: in replies, in greetings, and where none fits."""

from __future__ import annotations

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Reply, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.tail import Append, ByteOrder
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.protocol.with_tail import with_tail


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
