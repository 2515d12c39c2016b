"""Rules: characters that reads cut, the endpoint's encoding, and patterns that take too long."""

from __future__ import annotations

import pytest

from workbench.engine.model.ending import Ending
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Reply, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.tail import Append
from workbench.engine.protocol.responder import compile_responder
from workbench.texts import Problem


class Talk:
    """One connection with rules, and the notes that they leave."""

    def __init__(self, *rules: Rule, encoding: str = "utf-8", stream: bool = True) -> None:
        self.notes: list[tuple[str, str]] = []
        answer = (
            compile_responder(Rules(rules), encoding)
            .for_connection(stream=stream, tell=lambda call, args: self.notes.append((call, args)))
            .answer
        )
        assert answer is not None
        self._answer = answer

    def replies(self, *reads: bytes) -> list[bytes | None]:
        found = [self._answer(memoryview(data)) for data in reads]
        return [None if item is None or item.data is None else bytes(item.data) for item in found]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5", "shift_jis", "utf-16"])
@pytest.mark.parametrize("match", [Match.CONTAINS, Match.EXACT, Match.REGEX])
def test_a_character_that_two_reads_cut_is_of_the_second(encoding: str, match: Match) -> None:
    """What a read completes is what a rule sees; "中" is in both, the second byte in neither."""
    data = "中".encode(encoding)
    reply = "收" if encoding != "shift_jis" else "文"
    rule = Rule(match, "中", reply)
    for cut in range(1, len(data)):
        talk = Talk(rule, encoding=encoding)
        assert talk.replies(data[:cut], data[cut:]) == [None, reply.encode(encoding)]


def test_half_a_character_fits_no_rule() -> None:
    """Bytes 2 and 3 of two characters in GBK are a third character: not here."""
    first, second = "中文".encode("gbk")[1:3], "中文".encode("gbk")
    needle = bytes(first).decode("gbk")
    talk = Talk(Rule(Match.CONTAINS, needle, "x"), encoding="gbk")
    assert talk.replies(second) == [None]


def test_rules_use_the_encoding_of_their_endpoint_unless_they_name_one() -> None:
    talk = Talk(
        Rule(Match.CONTAINS, "中", "一"), Rule(Match.CONTAINS, "中", "二", "utf-8"), encoding="gbk"
    )
    assert talk.replies("中".encode("gbk"), "中".encode()) == ["一".encode("gbk"), "二".encode()]
    assert compile_responder(Greet("欢迎"), "gbk").greeting == Reply("欢迎".encode("gbk"))


def test_rules_over_bytes_see_the_read_as_it_is() -> None:
    talk = Talk(
        Rule(Match.HEX, "d6", "a"),
        Rule(Match.REGEX, r"\xd0", "b"),
        Rule(Match.CONTAINS, "Î", "c", "bytes"),
        encoding="gbk",
    )
    assert talk.replies(b"\xd6", b"\xd0", b"\xce") == [b"a", b"b", b"c"]


def test_each_connection_has_its_own_characters() -> None:
    behaviour = compile_responder(Rules((Rule(Match.EXACT, "中", "x"),)), "gbk")
    one, two = (
        behaviour.for_connection(stream=True, tell=lambda *_note: None).answer for _ in range(2)
    )
    assert one is not None
    assert two is not None
    assert one("中".encode("gbk")[:1]) is None
    assert two("中".encode("gbk")) is not None
    assert one("中".encode("gbk")[1:]) is not None


def test_messages_share_no_character() -> None:
    talk = Talk(Rule(Match.CONTAINS, "中", "x"), encoding="gbk", stream=False)
    assert talk.replies(b"\xd6", b"\xd0", b"\xd6\xd0") == [None, None, b"x"]


@pytest.mark.parametrize("rule", [Rule(Match.EXACT, "", "x"), Rule(Match.REGEX, r"\A\Z", "x")])
def test_an_empty_message_is_one_and_a_read_without_a_character_is_none(rule: Rule) -> None:
    """The empty line that ends a head is what many answer to."""
    assert Talk(rule, stream=False).replies(b"a", b"", b"a") == [None, b"x", None]
    assert Talk(rule, encoding="gbk").replies(b"\xd6", b"\xd0") == [None, None]


def test_what_a_rule_echoes_are_the_bytes_of_the_read() -> None:
    talk = Talk(Rule(Match.CONTAINS, "b", ">", then=Then.ECHO))
    assert talk.replies(b"abc") == [b">abc"]


def test_a_rule_that_takes_too_long_is_passed_over_and_noted() -> None:
    talk = Talk(Rule(Match.REGEX, "(a|aa)+$", "slow"), Rule(Match.CONTAINS, "b", "quick"))
    assert talk.replies(b"a" * 40 + b"b") == [b"quick"]
    assert talk.notes == [("rule_too_slow", "1, '(a|aa)+$', 0.1")]


# -- values, words, counts ----------------------------------------------------------------------


def test_groups_of_text_stand_in_the_reply() -> None:
    talk = Talk(
        Rule(Match.REGEX, r"GET (?P<key>\w+) (?P<n>\d+)", "{key}={n+1} {other} {{key}}"),
        Rule(Match.REGEX, r"(?P<城市>中.)", "到{城市}"),
        encoding="gbk",
    )
    assert talk.replies(b"GET a 41", "中国".encode("gbk")) == [
        b"a=42 {other} {key}",
        "到中国".encode("gbk"),
    ]


def test_the_id_of_a_query_goes_into_a_reply_of_bytes() -> None:
    talk = Talk(
        Rule(Match.HEX, "{id:2} 0100 * 03 78", reply_hex="{id} 8180 u16(id+1)"),
        stream=False,
    )
    assert talk.replies(b"\x00\xff\x01\x00\x00\x01\x03x") == [b"\x00\xff\x81\x80\x01\x00"]


def test_what_is_built_in_is_made_for_each_reply_where_it_is_asked_for() -> None:
    plain, filled = Rule(reply="{unix} {uuid}"), Rule(reply="{uuid} {id}", placeholders=True)
    assert Talk(plain).replies(b"a") == [b"{unix} {uuid}"]
    first, second = Talk(filled).replies(b"a", b"a")
    assert first is not None
    assert second is not None
    assert first != second
    assert len(first) == 36 + len(" {id}")
    both = Rule(Match.REGEX, "(?P<id>.+)", "{id}{random:3}", placeholders=True)
    (reply,) = Talk(both).replies(b"a")
    assert reply is not None
    assert len(reply) == 4


def test_a_group_that_took_nothing_is_empty() -> None:
    talk = Talk(Rule(Match.REGEX, "a(?P<b>b)?", "<{b}>"))
    assert talk.replies(b"ab", b"a") == [b"<b>", b"<>"]


def test_a_rule_answers_so_often_then_the_next_that_fits() -> None:
    talk = Talk(Rule(Match.CONTAINS, "GET", "503", times=2), Rule(Match.CONTAINS, "GET", "200"))
    assert talk.replies(*[b"GET"] * 4) == [b"503", b"503", b"200", b"200"]


def test_a_connection_is_in_a_word_and_rules_wait_for_theirs() -> None:
    talk = Talk(
        Rule(Match.EXACT, ".", "250 kept", when="data", to=""),
        Rule(Match.ANY, when="data"),
        Rule(Match.EXACT, "DATA", "354 go", to="data"),
        Rule(Match.EXACT, "QUIT", "221 bye"),
    )
    assert talk.replies(b"QUIT", b"DATA", b"QUIT", b".", b"QUIT") == [
        b"221 bye", b"354 go", None, b"250 kept", b"221 bye",
    ]  # fmt: skip
    assert talk.notes == []  # a rule without a reply has fitted


def test_what_fits_no_rule_is_noted_a_few_times() -> None:
    talk = Talk(Rule(Match.EXACT, "a", "b"))
    assert talk.replies(*[b"xyz"] * 5) == [None] * 5
    assert talk.notes == [("no_rule", "3")] * 3


def test_else_answers_where_none_fits() -> None:
    runtime = compile_responder(
        Rules((Rule(Match.EXACT, "a", "b"),), otherwise=Rule(reply="500", then=Then.CLOSE))
    ).for_connection(stream=True, tell=lambda *_note: None)
    assert runtime.answer is not None
    assert runtime.answer(b"a") == Reply(b"b", rule=1)
    assert runtime.answer(b"x") == Reply(b"500", ending=Ending.CLOSE, rule=2)


def test_silence_is_for_the_rest_of_the_connection() -> None:
    talk = Talk(Rule(Match.EXACT, "stop", "bye", then=Then.SILENT), Rule(reply="more"))
    assert talk.replies(b"a", b"stop", b"a") == [b"more", b"bye", None]


def test_a_reply_that_cannot_be_made_is_noted_and_none_goes() -> None:
    talk = Talk(Rule(Match.HEX, "{n:2}", reply_hex="u8(n)"))
    assert talk.replies(b"\x00\x01", b"\x01\x00") == [b"\x01", None]
    assert talk.notes == [
        ("rule_failed", "1, 'template.too_large', {'field': 'u8', 'number': '256'}")
    ]


@pytest.mark.parametrize(
    "rule",
    [
        Rule(Match.ANY, reply="a", reply_hex="61"),
        Rule(Match.HEX, "{id:2}", reply_hex="{idd}"),
        Rule(Match.HEX, "{id:2", "x"),
        Rule(Match.ANY, reply_hex="u16[00"),
        Rule(Match.ANY, append=Append.CRLF),
        Rule(Match.ANY, reply="a", append_hex="0"),
    ],
)
def test_a_rule_that_cannot_answer_is_refused(rule: Rule) -> None:
    with pytest.raises(Problem):
        compile_responder(Rules((rule,)))


def test_a_greeting_is_made_anew_for_each_connection() -> None:
    hexed = 'u24le[0a "5.7" 00] {uuid}'
    for responder in (
        Greet("hi {uuid}", placeholders=True),
        Greet(hex=hexed, append=Append.CRLF),
        Rules(greet="hi {uuid}", placeholders=True),
        Rules(greet_hex=hexed),
    ):
        made = compile_responder(responder)
        said = [made.for_connection(stream=True, tell=print).greeting for _ in range(2)]
        first, second = (bytes(one.data) for one in said if one is not None and one.data)
        assert first != second
        assert first[:3] in {b"hi ", bytes.fromhex("050000")}
    plain = compile_responder(Greet("hi {uuid}")).for_connection(stream=True, tell=print)
    assert plain.greeting == Reply(b"hi {uuid}")
    with pytest.raises(Problem) as caught:
        compile_responder(Rules(greet="a", greet_hex="61"))
    assert caught.value.key == "engine.two_greetings"
