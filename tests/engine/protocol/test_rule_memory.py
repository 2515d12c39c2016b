"""What rules remember: of one connection, and of all of an endpoint's."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.engine.model.responders.reply import ResponderRuntime
from workbench.engine.model.responders.rule import InTurn, Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.protocol import rule_memory
from workbench.engine.protocol.responder import compile_responder
from workbench.texts import Problem


def made(*rules: Rule, **more: Any) -> ResponderRuntime:
    return compile_responder(Rules(rules, **more))


class Talk:
    """One connection, with what its rules note."""

    def __init__(self, runtime: ResponderRuntime) -> None:
        self.notes: list[tuple[str, str]] = []
        one = runtime.for_connection(stream=True, tell=lambda *note: self.notes.append(note))
        assert one.answer is not None
        self._answer = one.answer

    def __call__(self, text: str | bytes) -> str | None:
        reply = self._answer(text if isinstance(text, bytes) else text.encode())
        return None if reply is None or reply.data is None else bytes(reply.data).decode("latin-1")


def regex(value: str, **more: Any) -> Rule:
    return Rule(Match.REGEX, value, **more)


SET = regex("SET (?P<k>.+)=(?P<v>.*)", store=(("k:{k}", "{v}"),), reply="OK")
GET = regex("GET (?P<k>.+)", recall=(("v", "k:{k}"),), reply="{len:v} {v}")
NONE = Rule(Match.CONTAINS, "GET", "none")
DEL = regex("DEL (?P<k>.+)", recall=(("v", "k:{k}"),), forget=("k:{k}",), reply="1")
INCR = regex("INCR (?P<k>.+)", recall=(("n", "k:{k}"),), store=(("k:{k}", "{n+1}"),), reply="{n+1}")
BEGIN = regex("INCR (?P<k>.+)", store=(("k:{k}", "1"),), reply="1")


def test_what_one_connection_stores_another_recalls() -> None:
    runtime = made(SET, GET, NONE, DEL, INCR, BEGIN)
    one, other = Talk(runtime), Talk(runtime)
    assert [one("GET a"), one("SET a=b c"), other("GET a"), other("GET b")] == [
        "none", "OK", "3 b c", "none",
    ]  # fmt: skip
    assert [one("INCR n"), other("INCR n"), one("INCR n"), other("GET n")] == ["1", "2", "3", "1 3"]
    assert [other("DEL a"), one("GET a"), one("DEL a")] == ["1", "none", None]
    assert [note for note, _ in one.notes] == ["rule_not_stored", "no_rule"]
    assert one.notes[0][1] == "4, 'k:a'"
    assert Talk(made(GET, NONE))("GET n") == "none"


def test_what_is_no_number_is_said_and_nothing_has_changed() -> None:
    talk = Talk(made(SET, GET, INCR, store=(("k:a", "x"),)))
    assert talk("INCR a") is None
    assert talk.notes == [("rule_failed", "3, 'template.no_number', {'name': 'n'}")]
    assert talk("GET a") == "1 x"


def test_a_connection_keeps_what_it_is_told_for_itself() -> None:
    login = regex(r"LOGIN (?P<user>\w+)", keep=(("user", "{user}"),), reply="hi {user}")
    who = Rule(Match.EXACT, "WHO", "{user} {n}")
    count = Rule(Match.EXACT, "NEXT", "{n}", keep=(("n", "{n+1}"),))
    runtime = made(login, who, count, keep=(("n", "0"), ("m", "{n}{n}")))
    one, other = Talk(runtime), Talk(runtime)
    assert one("WHO") is None
    assert one.notes == [("rule_not_kept", "2, 'user'"), ("no_rule", "3")]
    assert [one("LOGIN ann"), other("LOGIN bob"), one("NEXT"), one("NEXT")] == [
        "hi ann", "hi bob", "1", "2",
    ]  # fmt: skip
    assert [one("WHO"), other("WHO"), one("LOGIN eve"), one("WHO")] == [
        "ann 2", "bob 0", "hi eve", "eve 2",
    ]  # fmt: skip


def test_a_token_is_given_out_once_and_found_again() -> None:
    login = regex(
        r"LOGIN (?P<user>\w+)",
        keep=(("token", "{random:16}"),),
        store=(("session:{token}", "{user}"),),
        reply="{token}",
    )
    show = regex(r"SHOW (?P<given>\w+)", recall=(("owner", "session:{given}"),), reply="of {owner}")
    runtime = made(login, show, Rule(reply="401"))
    one, other = Talk(runtime), Talk(runtime)
    token = one("LOGIN ann")
    assert token is not None
    assert len(token) == 16
    assert token != other("LOGIN bob")
    assert other(f"SHOW {token}") == "of ann"
    assert other("SHOW 1234567890123456") == "401"


def test_numbers_of_hex_and_bytes_of_any_value_stay_what_they_are() -> None:
    put = Rule(
        Match.HEX, "01 {u16:id} {data:3}", store=(("{id}", "{data}"),), keep=(("last", "{id}"),),
        reply_hex="u16(last+1)",
    )  # fmt: skip
    show = Rule(Match.HEX, "02 {u16:id}", recall=(("data", "{id}"),), reply_hex="u8[{data}]")
    talk = Talk(made(put, show))
    assert talk(b"\x01\x00\x07\xff\x80\x00") == "\x00\x08"
    assert talk(b"\x02\x00\x07") == "\x03\xff\x80\x00"


def test_what_is_due_in_turn_names_what_is_kept() -> None:
    turns = Rule(Match.EXACT, "?", in_turn=(InTurn("{a}"), InTurn(reply_hex='"b" {a}')))
    talk = Talk(made(Rule(Match.EXACT, "!", keep=(("a", "x"),)), turns))
    assert [talk("?"), talk("!"), talk("?"), talk("?")] == [None, None, "x", "bx"]


def test_what_is_forgotten_goes_before_what_is_stored() -> None:
    move = regex(
        "MOVE (?P<a>.) (?P<b>.)", recall=(("v", "{a}"),), forget=("{a}",), store=(("{b}", "{v}"),),
        reply="{v}",
    )  # fmt: skip
    talk = Talk(made(move, store=(("a", "1"),)))
    assert [talk("MOVE a a"), talk("MOVE a b"), talk("MOVE a c"), talk("MOVE b c")] == [
        "1", "1", None, "1",
    ]  # fmt: skip


def test_an_endpoint_stores_no_more_than_there_is_room_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rule_memory, "STORED_MOST", 1000)
    talk = Talk(made(SET, GET, DEL))
    assert [talk(f"SET {key}=x") for key in "abcde"] == ["OK"] * 4 + [None]
    assert talk.notes == [("rule_failed", "1, 'engine.store_full', {'most': '0'}")]
    assert [talk("DEL a"), talk("SET e=x"), talk("GET e")] == ["1", "OK", "1 x"]
    assert "More than" in str(Problem("engine.store_full", most=64))


@pytest.mark.parametrize(
    ("rule", "named"),
    [
        (regex("(?P<k>.)", store=(("{kk}", "x"),)), "{kk} is no value that this rule knows: k."),
        (regex("(?P<k>.)", keep=(("a", "{b}"),)), "{b} is no value"),
        (regex("(?P<k>.)", recall=(("v", "x{len:b}"),)), "{b} is no value"),
        (regex("(?P<k>.)", forget=("{b}",)), "{b} is no value"),
        (regex("(?P<k>.)", recall=(("k", "x"),)), "k"),
    ],
)
def test_what_nobody_knows_is_refused(rule: Rule, named: str) -> None:
    with pytest.raises(Problem) as caught:
        made(rule)
    assert named in caught.value.text


def test_rules_that_remember_nothing_have_nothing_to_look_at() -> None:
    plan = rule_memory.MemoryPlan.of(Rule(reply="a"), (), ("user",), "utf-8")
    assert plan.ready(()) is None
    assert plan.ready(("user",)) is not None
