"""What rules take of a message, and answers that are given in turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from workbench.engine.model.ending import Ending
from workbench.engine.model.message_ends import Http
from workbench.engine.model.responders.lookup import Lookup
from workbench.engine.model.responders.reply import Reply, ResponderRuntime, Then
from workbench.engine.model.responders.rule import CountedOver, InTurn, Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.protocol.rule_values import RuleSurroundings, taking
from workbench.texts import Problem

PEOPLE: Mapping[str, Mapping[str, str]] = {
    "7": {"id": "7", "full name": "Ada"},
    "8": {"id": "8", "full name": "中"},
}


def made(*rules: Rule, **more: Any) -> ResponderRuntime:
    return compile_responder(Rules(rules), rows=lambda _lookup: PEOPLE, **more)


def answers(runtime: ResponderRuntime, *messages: bytes) -> list[Reply | None]:
    """What one new connection answers."""
    one = runtime.for_connection(stream=True, tell=lambda *_note: None).answer
    assert one is not None
    return [one(message) for message in messages]


def data(replies: list[Reply | None]) -> list[bytes | None]:
    return [None if reply is None or reply.data is None else bytes(reply.data) for reply in replies]


def test_answers_in_turn_begin_again_with_the_first() -> None:
    rule = Rule(in_turn=(InTurn("a"), InTurn("b", times=2), InTurn(reply_hex="00")))
    runtime = made(rule)
    found = answers(runtime, *[b"?"] * 6)
    assert data(found) == [b"a", b"b", b"b", b"\0", b"a", b"b"]
    assert [reply.turn for reply in found if reply is not None] == [1, 2, 2, 3, 1, 2]
    assert data(answers(runtime, b"?")) == [b"a"]


def test_a_number_of_a_pattern_of_hex_is_counted_and_written() -> None:
    rule = Rule(Match.HEX, "01 {u16le:id} {n:1}", reply_hex="u16(id+1) u8(n*2) {n}")
    text = Rule(Match.HEX, "02 {ber:size} *", reply="{size}!")
    runtime = made(rule, text)
    asked = [bytes.fromhex("01 0102 05"), bytes.fromhex("02 8180 ff"), bytes.fromhex("02 07")]
    assert data(answers(runtime, *asked)) == [bytes.fromhex("0202 0a 05"), b"128!", b"7!"]


@pytest.mark.parametrize(
    ("value", "fits"),
    [("01 02", True), ("01", False), ("02", False), ("01 *", True), ("{n:1} 02", True),
     ("?? 02 ??", False), ("", False)],
)  # fmt: skip
def test_a_rule_may_ask_for_all_of_a_message_as_hex(value: str, fits: bool) -> None:
    rules = Rule(Match.EXACT_HEX, value, "yes"), Rule(reply="no")
    assert data(answers(made(*rules), b"\x01\x02")) == [b"yes" if fits else b"no"]


def test_what_all_of_a_message_as_hex_takes_stands_in_the_reply() -> None:
    rule = Rule(Match.EXACT_HEX, "fe {u16:size} *", reply_hex="u16(size+1)")
    asked = bytes.fromhex("fe 0001 aa"), bytes.fromhex("00 fe 0001 aa")
    assert data(answers(made(rule), *asked)) == [b"\0\2", None]


def test_turns_and_times_count_over_all_connections_where_a_rule_says_so() -> None:
    over_all = made(
        Rule(in_turn=(InTurn("a"), InTurn("b")), times=3, counted=CountedOver.ENDPOINT),
        Rule(reply="rest"),
    )
    talks = [answers(over_all, b"?")[0] for _connection in range(4)]
    assert data(talks) == [b"a", b"b", b"a", b"rest"]


def test_an_answer_in_turn_says_what_follows_it_and_when() -> None:
    rule = Rule(delay=1.0, in_turn=(InTurn("a"), InTurn(then=Then.RESET, delay=0.0)))
    first, second = answers(made(rule), b"?", b"?")
    assert first is not None
    assert (first.delay, first.ending) == (1.0, None)
    assert second is not None
    assert (second.data, second.delay, second.ending) == (None, 0.0, Ending.RESET)


def test_a_delay_between_two_bounds_is_another_one_each_time() -> None:
    runtime = made(Rule(reply="a", delay=0.1, delay_most=0.2))
    delays = [reply.delay for reply in answers(runtime, *[b"?"] * 50) if reply is not None]
    assert all(0.1 <= delay <= 0.2 for delay in delays)
    assert len(set(delays)) > 25


def test_random_bytes_are_made_for_each_reply() -> None:
    rules = Rule(Match.EXACT, "t", "{random_bytes:16}", placeholders=True)
    found = data(answers(made(rules, Rule(reply_hex="ff {random_bytes:300}")), b"t", b"h", b"h"))
    assert [len(reply or b"") for reply in found] == [16, 301, 301]
    assert found[1] != found[2]


def test_values_of_json_stand_in_the_reply() -> None:
    rule = Rule(
        json='{"type": "get"}',
        take=(("id", "data.0.id"), ("who", "data.0.who")),
        reply="{id} {who}",
    )
    wanted = {"type": "get", "data": [{"id": 7, "who": "中"}]}
    others: list[Any] = [{"type": "set", "data": wanted["data"]}, {"type": "get", "data": []}, 7]
    messages = [json.dumps(each).encode() for each in (wanted, *others)]
    runtime = made(rule, Rule(reply="no"))
    expected = ["7 中".encode(), b"no", b"no", b"no", b"no"]
    assert data(answers(runtime, *messages, b"not json")) == expected


def test_json_is_the_body_of_a_message_of_http_and_a_pattern_holds_beside_it() -> None:
    rule = Rule(Match.REGEX, r"^POST /(?P<to>\w+)", "{to} {n}", take=(("n", "n"),))
    runtime = made(rule, messages=Http())
    head = b"POST /x HTTP/1.1\r\nContent-Length: 7\r\n\r\n"
    assert data(answers(runtime, head + b'{"n":1}', b'GET /\r\n\r\n{"n":1}')) == [b"x 1", None]


def test_a_row_is_found_by_what_was_taken() -> None:
    lookup = Lookup("people.csv", "id", take=(("name", "full name"),))
    by_text = Rule(Match.REGEX, r"who (?P<id>\d+)", "{name}", lookup=lookup)
    by_bytes = Rule(Match.HEX, "ff {id:2}", "{name}!", lookup=lookup)
    runtime = made(by_text, by_bytes, Rule(reply="unknown"))
    asked = [b"who 7", b"who 8", b"who 9", b"\xff\0\x07"]
    assert data(answers(runtime, *asked)) == [b"Ada", "中".encode(), b"unknown", b"Ada!"]


@pytest.mark.parametrize(
    ("rule", "key"),
    [
        (Rule(reply="a", in_turn=(InTurn("b"),)), "engine.rule_two_replies"),
        (Rule(in_turn=(InTurn("b", reply_hex="00"),)), "engine.rule_two_replies"),
        (Rule(in_turn=(InTurn("b", times=0),)), "engine.turn_times"),
        (Rule(reply="a", delay=2.0, delay_most=1.0), "engine.delay_most"),
        (Rule(reply="a", lookup=Lookup("f", "id")), "engine.lookup_by"),
        (
            Rule(take=(("id", "id"),), lookup=Lookup("f", "id", delimiter="::")),
            "engine.lookup_delimiter",
        ),
        (Rule(Match.REGEX, "(?P<id>.)", "", take=(("id", "id"),)), "engine.taken_twice"),
        (Rule(json="{"), "scenario.no_json"),
    ],
)
def test_what_cannot_be_is_said_before_anything_comes(rule: Rule, key: str) -> None:
    with pytest.raises(Problem) as caught:
        compile_responder(Rules((rule,)))
    assert caught.value.key == key


def test_the_names_are_those_of_the_pattern_of_json_and_of_the_row() -> None:
    rule = Rule(take=(("id", "id"),), lookup=Lookup("f", "id", take=(("name", "n"),)))
    assert taking(rule, ("g",), RuleSurroundings("utf-8"), bytewise=False).names == (
        "g",
        "id",
        "name",
    )
