"""How an expectation judges: what comes next, how often, on which connections, when, and ends."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import PAIR, Play, inner_key, reasons, steps
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.report import Report
from workbench.scenario.steps import Expect
from workbench.scenario.write import to_toml

LINES = PAIR.replace("timeout = 5.0\n", 'timeout = 5.0\nmessages = { ends = "\\n" }\n')
"""A client that sees lines."""
OPEN = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'")
GO = steps("do = 'send'; endpoint = 'client'; text = 'go'")
DATAGRAM = """
[endpoint.client]
role = "datagram"
bind = "127.0.0.1:0"
"""


def say(text: str) -> str:
    return steps(f"do = 'send'; endpoint = 'server'; text = {text!r}".replace("'", '"'))


def expect(keys: str, endpoint: str = "client") -> str:
    if not any(key in keys for key in ("within", "not_before", "at_most")):
        keys += "; within = 30"  # what comes late on a busy machine comes
    return steps(f"do = 'expect'; endpoint = '{endpoint}'; {keys}")


def said(report: Report) -> str:
    step = report.steps[-1]
    return step.said.text if step.said is not None else ""


# -- next, keep ---------------------------------------------------------------------------------


def test_next_passes_no_message_over(play: Play) -> None:
    talk = LINES + OPEN + say("one\ntwo\n")
    assert play(talk + expect("text = 'two'")).ok
    report = play(talk + expect("text = 'two'; next = true; within = 30"))
    assert report.steps[-1].seconds < 25  # what came first is told at once
    assert "Something else came first" in reasons(report)[0]
    assert "one" in reasons(report)[0]
    assert "next = true" in reasons(report)[0]
    assert play(talk + expect("text = 'one'; next = true") + expect("text = 'two'; next = true")).ok


def test_next_n_messages(play: Play) -> None:
    talk = LINES + OPEN + say("a1\na2\nb\na3\n") + expect("text = 'a3'; keep = true")
    assert play(talk + expect("regex = 'a\\d'; next = true; count = 2")).ok
    assert not play(talk + expect("regex = 'a\\d'; next = true; count = 3; within = 0.2")).ok
    assert play(talk + expect("regex = 'a\\d'; count = 3")).ok


def test_a_pattern_that_is_next_in_a_stream_begins_there(play: Play) -> None:
    talk = PAIR + OPEN + say("xy42.")
    assert play(talk + expect("regex = '\\d+\\.'")).ok
    assert not play(talk + expect("regex = '\\d+\\.'; next = true; within = 0.2")).ok
    assert play(talk + expect("regex = 'x.\\d+\\.'; next = true")).ok


def test_the_end_that_is_next_has_nothing_unread_before_it(play: Play) -> None:
    talk = PAIR + OPEN + say("rest") + steps("do = 'close'; endpoint = 'server'; connection = 1")
    assert play(talk + expect("text = 'rest'") + expect("closed = 'fin'; next = true")).ok
    report = play(talk + expect("closed = 'fin'; next = true"))
    assert "without `next`" in reasons(report)[0]
    report = play(talk + expect("closed = 'fin'"))
    assert report.ok
    assert "1" in said(report)


def test_what_is_kept_is_found_again(play: Play) -> None:
    talk = PAIR + OPEN + say("hello")
    kept = expect("text = 'hello'; keep = true")
    assert play(talk + kept + kept + expect("text = 'hello'")).ok
    report = play(talk + expect("text = 'hello'") + expect("text = 'hello'; within = 0.2"))
    assert not report.ok


def test_kept_messages_are_not_used_up_by_what_is_found_behind_them(play: Play) -> None:
    talk = LINES + OPEN + say("one\ntwo\n")
    both = expect("text = 'two'; keep = true") + expect("text = 'one'; next = true; keep = true")
    assert play(talk + both + expect("text = 'one'; next = true")).ok


# -- exact --------------------------------------------------------------------------------------


@pytest.mark.parametrize(("count", "ok"), [(1, False), (2, True), (3, False)])
def test_exact_is_no_more_and_no_less(play: Play, count: int, *, ok: bool) -> None:
    talk = LINES + OPEN + say("a\nb\na\n") + expect("text = 'b'; keep = true")
    report = play(talk + expect(f"text = 'a'; exact = true; count = {count}; within = 0.1"))
    assert report.ok is ok
    if not ok:
        assert ("more often" in reasons(report)[0]) is (count == 1)


def test_exact_waits_for_what_comes_within_the_time(play: Play) -> None:
    responder = (
        'responder = { kind = "rules", rules = ['
        '{ match = "contains", value = "go", reply = "a\\n", delay = 0.2 },'
        ' { match = "contains", value = "go", reply = "a\\n" }] }\n'
    )
    first = LINES.replace("[endpoint.client]", responder + "[endpoint.client]")
    talk = first + OPEN + say("a\n") + steps("do = 'send'; endpoint = 'client'; text = 'go'")
    assert play(talk + expect("text = 'a'; exact = true; count = 2; within = 3")).ok
    report = play(talk + expect("text = 'a'; exact = true; within = 10.0"))
    assert "more often" in reasons(report)[0]
    assert report.steps[-1].seconds < 9  # more than it may be is told at once


# -- each ---------------------------------------------------------------------------------------

TWO = steps(
    "do = 'start'; endpoint = 'server'",
    "do = 'connect'; endpoint = 'client'; count = 2",
    "do = 'expect'; endpoint = 'server'; call = 'accept'; count = 2",
)


def to(number: int, text: str) -> str:
    return steps(f"do = 'send'; endpoint = 'client'; connection = {number}; text = '{text}'")


def there(text: str, number: int) -> str:
    return expect(f"text = '{text}'; keep = true; connection = {number}", "server")


def test_each_connection_has_it(play: Play) -> None:
    talk = PAIR + TWO + to(1, "hi") + there("hi", 1)
    report = play(talk + expect("text = 'hi'; each = true; within = 0.2", "server"))
    assert "#2" in reasons(report)[0]
    assert "#1," not in reasons(report)[0]
    assert play(talk + to(2, "hi") + expect("text = 'hi'; each = true", "server")).ok


def test_each_has_it_so_often(play: Play) -> None:
    talk = PAIR + TWO + to(1, "aa") + to(2, "a")
    often = "text = 'a'; each = true; count = 2"
    came = there("aa", 1) + there("a", 2)
    assert not play(talk + came + expect(f"{often}; within = 0.1", "server")).ok
    assert play(talk + to(2, "a") + expect(often, "server")).ok


def test_each_exactly_so_often(play: Play) -> None:
    exactly = "text = 'a'; each = true; exact = true; within = 0.1"
    talk = PAIR + TWO + to(1, "a") + to(2, "aa") + there("a", 1) + there("aa", 2)
    report = play(talk + expect(exactly, "server"))
    assert "more often on: #2" in reasons(report)[0]
    talk = PAIR + TWO + to(1, "a") + to(2, "ab") + there("a", 1) + there("ab", 2)
    assert play(talk + expect(exactly, "server")).ok


def test_each_of_none_does_not_hold(play: Play) -> None:
    talk = PAIR + steps("do = 'start'; endpoint = 'server'")
    report = play(talk + expect("text = 'a'; each = true; within = 0.1", "server"))
    assert "no connection" in reasons(report)[0]


def test_each_ends(play: Play) -> None:
    talk = PAIR + TWO + steps("do = 'close'; endpoint = 'client'; connection = 1")
    end = "closed = 'fin'; by = 'peer'; each = true"
    assert "#2" in reasons(play(talk + expect(f"{end}; within = 0.1", "server")))[0]
    talk += steps("do = 'close'; endpoint = 'client'; connection = 2")
    assert play(talk + expect(end, "server")).ok


# -- closed -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "endpoint", "how", "by"),
    [
        ("close", "client", "fin", "peer"),
        ("close", "server", "fin", "us"),
        ("abort", "client", "reset", "peer"),
        ("abort", "server", "reset", "us"),
    ],
)
def test_how_a_connection_ends_and_whose_doing_it_is(
    play: Play, step: str, endpoint: str, how: str, by: str
) -> None:
    begin = PAIR + OPEN + GO + expect("text = 'go'", "server")
    begin += steps(f"do = '{step}'; endpoint = '{endpoint}'; connection = 1")
    # the end of the server's connection, as it stands in its own log
    its = "endpoint = 'server'; connection = 1"

    def holds(keys: str, within: float) -> bool:
        return play(begin + steps(f"do = 'expect'; {its}; {keys}; within = {within}")).ok

    assert holds(f"closed = '{how}'; by = '{by}'", 30)
    assert holds("closed = true", 30)
    other = "us" if by == "peer" else "peer"
    assert not holds(f"closed = '{'fin' if how == 'reset' else 'reset'}'; by = '{by}'", 0.1)
    if how == "reset":
        assert not holds(f"closed = 'reset'; by = '{other}'", 0.1)


def test_a_connection_that_stays_open(play: Play) -> None:
    talk = PAIR + OPEN
    assert play(talk + expect("closed = true; absent = true; within = 0.1")).ok
    assert "still open" in reasons(play(talk + expect("closed = true; within = 0.1")))[0]
    talk += steps("do = 'abort'; endpoint = 'server'; connection = 1")
    assert not play(talk + expect("closed = true; absent = true; within = 30")).ok
    talk += expect("closed = 'reset'; keep = true")
    report = play(talk + expect("closed = 'fin'; within = 0.1"))
    assert "reset" in reasons(report)[0]


def test_an_end_is_used_up_once(play: Play) -> None:
    talk = PAIR + OPEN + steps("do = 'close'; endpoint = 'server'; connection = 1")
    end = "closed = 'fin'; by = 'peer'"
    report = play(talk + expect(end) + expect(f"{end}; within = 0.1"))
    assert "an earlier step" in reasons(report)[0]


def test_what_listens_is_no_connection_that_ends(play: Play) -> None:
    talk = PAIR + steps("do = 'start'; endpoint = 'server'", "do = 'stop'; endpoint = 'server'")
    assert not play(talk + expect("closed = true; within = 0.1", "server")).ok


def test_who_closes_a_client(play: Play) -> None:
    talk = PAIR + OPEN + steps("do = 'close'; endpoint = 'client'")
    assert play(talk + expect("closed = 'fin'; by = 'us'")).ok
    assert not play(talk + expect("closed = true; by = 'peer'; within = 0.1")).ok
    talk = PAIR + OPEN + steps("do = 'abort'; endpoint = 'client'")
    assert play(talk + expect("closed = 'reset'; by = 'us'; next = true")).ok


def test_so_many_connections_end(play: Play) -> None:
    talk = PAIR + TWO + steps("do = 'close'; endpoint = 'client'; connection = 1")
    end = "closed = 'fin'; by = 'peer'; count = 2"
    one = expect("closed = 'fin'; by = 'peer'; keep = true", "server")
    report = play(talk + one + expect(f"{end}; within = 0.1", "server"))
    assert "1 of 2" in reasons(report)[0]
    talk += steps("do = 'close'; endpoint = 'client'; connection = 2")
    assert play(talk + expect(end, "server")).ok


def test_not_so_often_is_absent(play: Play) -> None:
    talk = LINES + OPEN + say("a\na\n")
    assert play(talk + expect("text = 'a'; absent = true; count = 3; within = 0.2")).ok
    report = play(talk + expect("text = 'a'; absent = true; count = 2; within = 30"))
    assert "count=2" in reasons(report)[0]


def test_a_half_close_is_an_end_of_ours(play: Play) -> None:
    talk = PAIR + OPEN + steps("do = 'shutdown'; endpoint = 'client'")
    assert play(talk + expect("closed = 'fin'; by = 'us'")).ok
    assert play(talk + expect("closed = 'fin'; by = 'peer'", "server")).ok


# -- when ---------------------------------------------------------------------------------------

SLOW = PAIR.replace(
    "[endpoint.client]",
    'responder = { kind = "rules", rules = [{ match = "contains", value = "go",'
    ' reply = "late", delay = 0.2 }] }\n[endpoint.client]',
)


def test_time_counts_from_the_last_send(play: Play) -> None:
    talk = SLOW + OPEN + steps("do = 'wait'; seconds = 0.1") + GO
    assert play(talk + expect("text = 'late'; not_before = 0.15; at_most = 60")).ok
    early = play(talk + expect("text = 'late'; not_before = 30"))
    assert "too early" in reasons(early)[0]
    assert "after the last send" in reasons(early)[0]
    slow = play(talk + expect("text = 'late'; at_most = 0.05"))
    assert "too late" in reasons(slow)[0]


def test_what_came_is_judged_by_its_stamp_not_by_when_it_is_looked_at(play: Play) -> None:
    echo = PAIR.replace("[endpoint.client]", 'responder = { kind = "echo" }\n[endpoint.client]')
    there = expect("text = 'go'; keep = true")
    talk = echo + OPEN + GO + there + steps("do = 'wait'; seconds = 0.3")
    report = play(talk + expect("text = 'go'; at_most = 0.29"))
    assert report.ok, reasons(report)
    assert "after the last send" in said(report)


def test_time_without_a_send_counts_from_the_connect_or_the_accept(play: Play) -> None:
    greet = PAIR.replace(
        "[endpoint.client]",
        'responder = { kind = "greet", text = "hi" }\n[endpoint.client]',
    )
    report = play(greet + OPEN + expect("text = 'hi'; at_most = 30"))
    assert report.ok
    assert "after the connect" in said(report)
    report = play(PAIR + OPEN + GO + expect("text = 'go'; at_most = 30", "server"))
    assert report.ok
    assert "after the accept" in said(report)


def test_a_connect_is_timed_from_the_begin_of_its_socket(play: Play) -> None:
    report = play(PAIR + OPEN + expect("call = 'connect'; result = 0; at_most = 0"))
    assert "after the first row of its socket" in reasons(report)[0]


def test_the_last_of_several_is_timed(play: Play) -> None:
    echo = PAIR.replace("[endpoint.client]", 'responder = { kind = "echo" }\n[endpoint.client]')
    later = steps("do = 'wait'; seconds = 0.3") + say("go")
    talk = echo + OPEN + GO + expect("text = 'go'; keep = true") + later
    assert play(talk + expect("text = 'go'; at_most = 0.29")).ok
    assert not play(talk + expect("text = 'go'; count = 2; at_most = 0.29")).ok
    assert play(talk + expect("text = 'go'; count = 2; not_before = 0.3")).ok


# -- what does not go together -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        *[(f"text = 'a'\nabsent = true\n{key}", "scenario.absent_alone") for key in
          ("next = true", "keep = true", "exact = true", "each = true", "not_before = 1",
           "at_most = 1")],
        ("text = 'a'\nexact = true\nnext = true", "scenario.exact_or_next"),
        ("text = 'a'\neach = true\nconnection = 1", "scenario.each_of_one"),
        ("text = 'a'\neach = true\nconnection = -1", "scenario.each_of_one"),
        ("contains = 'a'\nnext = true", "scenario.next_contains"),
        ("by = 'us'", "scenario.missing"),
        ("closed = true\ntext = 'a'", "scenario.one_of"),
        ("closed = true\ncall = 'recv'", "scenario.one_of"),
        ("closed = true\nstate = 'CLOSED'", "scenario.one_of"),
        ("closed = false", "scenario.wrong_type"),
        ("closed = 'end'", "scenario.unknown_value"),
        ("closed = true\nby = 'them'", "scenario.unknown_value"),
        ("text = 'a'\nnot_before = 2\nat_most = 1", "scenario.never_in_time"),
        ("state = 'ESTABLISHED'\nnext = true", "scenario.one_of"),
    ],
)  # fmt: skip
def test_what_cannot_stand_together_is_refused(keys: str, key: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f'{PAIR}[[step]]\ndo = "expect"\nendpoint = "client"\n{keys}\n')
    assert inner_key(caught.value) == key


@pytest.mark.parametrize(
    ("keys", "key"),
    [("closed = true", "scenario.not_closed"), ("text = 'a'\neach = true", "scenario.one_socket")],
)
def test_what_a_datagram_endpoint_has_not(keys: str, key: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f'{DATAGRAM}[[step]]\ndo = "expect"\nendpoint = "client"\n{keys}\n')
    assert inner_key(caught.value) == key


@pytest.mark.parametrize(
    "keys",
    ["next = true", "keep = true", "exact = true", "each = true", "not_before = 1", "at_most = 1"],
)
def test_what_ends_a_loop_is_not_judged(keys: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"{PAIR}[[loop]]\nuntil = {{ text = 'a', {keys} }}\n")
    assert inner_key(caught.value) == "scenario.not_in_until"


def test_a_loop_ends_with_a_connection(play: Play) -> None:
    loop = (
        "[[step]]\ndo = 'loop'\ntimes = 5\nuntil = { endpoint = 'client', closed = 'fin' }\n"
        "[[step.step]]\ndo = 'wait'\nseconds = 0.01\n"
        "[[step.step]]\ndo = 'close'\nendpoint = 'server'\nconnection = 1\n"
        "[[step.step]]\ndo = 'expect'\nendpoint = 'client'\ntext = 'never'\nwithin = 5\n"
    )
    report = play(PAIR + OPEN + loop)
    assert report.ok
    assert "ended the loop" in said(report)


def test_long_waits_need_no_within() -> None:
    def within(keys: str) -> float:
        step = parse(f'{PAIR}[[step]]\ndo = "expect"\nendpoint = "client"\n{keys}\n').steps[0]
        assert isinstance(step, Expect)
        return step.within

    assert within("text = 'a'\nnot_before = 5") == 7.0
    assert within("text = 'a'\nat_most = 0.02") == 2.0
    assert within("text = 'a'\nat_most = 10") == 10.0
    assert within("text = 'a'\nat_most = 10\nwithin = 1") == 1.0


def test_they_are_written_as_they_are_read() -> None:
    body = "".join(
        f'[[step]]\ndo = "expect"\nendpoint = "client"\n{keys}\n'
        for keys in (
            "text = 'a'\nnext = true\nkeep = true\nnot_before = 0.1\nat_most = 0.2",
            "text = 'a'\nexact = true\ncount = 2\neach = true",
            "text = 'a'\nat_most = 10\nwithin = 2.0",
            "text = 'a'\nat_most = 10",
            "text = 'a'\nnot_before = 1\nwithin = 1",
            "closed = true\nby = 'us'",
            "closed = 'reset'",
        )
    )
    scenario = parse(PAIR + body)
    written = to_toml(scenario)
    assert parse(written) == scenario
    assert written.count("within") == 2  # what is waited anyway is not said
