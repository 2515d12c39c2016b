"""A Pong answers its Ping and those before it, and few are remembered."""

from __future__ import annotations

from workbench.engine.protocol.websocket.pings import MOST, UnansweredPings


def test_a_pong_answers_its_ping_and_those_before() -> None:
    pings = UnansweredPings()
    assert [pings.sent(name, at) for name, at in ((b"a", 1.0), (b"b", 2.0), (b"c", 3.0))] == [
        True,
        False,
        False,
    ]
    assert pings.answered(b"b", 5.0) == 3.0
    assert pings.answered(b"a", 5.0) is None
    assert pings.answered(b"c", 5.0) == 2.0
    assert pings.sent(b"d", 6.0)


def test_one_sent_again_counts_from_then() -> None:
    pings = UnansweredPings()
    pings.sent(b"a", 1.0)
    assert pings.sent(b"a", 4.0)
    assert pings.answered(b"a", 5.0) == 1.0


def test_the_oldest_of_many_is_forgotten_and_then_all() -> None:
    pings = UnansweredPings()
    for number in range(MOST + 1):
        pings.sent(str(number).encode(), 0.0)
    assert pings.answered(b"0", 1.0) is None
    assert pings.answered(b"1", 1.0) == 1.0
    pings.forget()
    assert pings.answered(b"2", 1.0) is None
