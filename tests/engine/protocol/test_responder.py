"""Rules: characters that reads cut, the endpoint's encoding, and patterns that take too long."""

from __future__ import annotations

import pytest

from workbench.engine.model.settings import Greet, Match, Rule, Rules, Then
from workbench.engine.protocol.responder import Reply, compile_responder


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
        return [None if item is None else bytes(item.data) for item in found]


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "gb18030", "big5", "shift_jis", "utf-16"])
@pytest.mark.parametrize("match", [Match.CONTAINS, Match.EXACT, Match.REGEX])
def test_a_character_that_two_reads_cut_is_of_the_second(encoding: str, match: Match) -> None:
    """What a read completes is what a rule sees; "中" is in both, the second byte in neither."""
    data = "中".encode(encoding)
    rule = Rule(match, "中", "收" if encoding != "shift_jis" else "文")
    for cut in range(1, len(data)):
        talk = Talk(rule, encoding=encoding)
        assert talk.replies(data[:cut], data[cut:]) == [None, rule.reply.encode(encoding)]


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


def test_what_a_rule_echoes_are_the_bytes_of_the_read() -> None:
    talk = Talk(Rule(Match.CONTAINS, "b", ">", then=Then.ECHO))
    assert talk.replies(b"abc") == [b">abc"]


def test_a_rule_that_takes_too_long_is_passed_over_and_noted() -> None:
    talk = Talk(Rule(Match.REGEX, "(a|aa)+$", "slow"), Rule(Match.CONTAINS, "b", "quick"))
    assert talk.replies(b"a" * 40 + b"b") == [b"quick"]
    assert talk.notes == [("rule_too_slow", "1, '(a|aa)+$', 0.1")]
