"""What a scenario expects is found once, in order, in every byte, on the connection it means."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.free_port import free_port
from tests.resolver import lead
from tests.scenario.conftest import BOUND, PAIR, Play, reasons, steps
from workbench.journal.reader import Row
from workbench.scenario.model import Expect, parse
from workbench.scenario.runner import Runner
from workbench.scenario.search import fits
from workbench.scenario.what_came import WhatCame
from workbench.session import Session

START = 'do = "start"; endpoint = "server"'
CONNECT = 'do = "connect"; endpoint = "client"'
ECHO = PAIR.replace(
    'address = "127.0.0.1:0"', 'address = "127.0.0.1:0"\nresponder = { kind = "echo" }'
)


def send(text: str, more: str = "") -> str:
    return f'do = "send"; endpoint = "client"; text = "{text}"{more}'


def expect(what: str, endpoint: str = "client", within: float = 5.0) -> str:
    return f'do = "expect"; endpoint = "{endpoint}"; {what}; within = {within}'


def held(play: Play, head: str, *lines: str) -> bool:
    report = play(head + steps(START, CONNECT, *lines))
    assert all(step.reason is None for step in report.steps[:2]), reasons(report)
    return report.ok


def test_stream_text_is_consumed_exactly(play: Play) -> None:
    assert held(
        play,
        ECHO,
        send("abcdef"),
        expect('text = "ab"'),
        expect('text = "cd"'),
        expect('text = "ef"'),
    )


def test_stream_text_comes_in_any_number_of_reads(play: Play) -> None:
    assert held(
        play,
        ECHO.replace("timeout = 5.0", "timeout = 5.0\nbufsize = 2"),
        send("abcdefg"),
        expect('text = "abcde"'),
        expect('hex = "66 67"'),
    )


@pytest.mark.parametrize(
    "wrong", ['text = "b"', 'text = "abx"', 'hex = "00"', 'contains = "ba"', 'regex = "^b"']
)
def test_what_did_not_come_fails(play: Play, wrong: str) -> None:
    assert not held(
        play,
        ECHO,
        send("abc"),
        expect('contains = "c"', within=5.0),
        send("abc"),
        expect(wrong, within=0.2),
    )


def test_contains_and_regex_consume_up_to_their_end(play: Play) -> None:
    assert held(
        play,
        ECHO,
        send("abcdef"),
        expect('contains = "bc"'),
        expect('text = "d"'),
        send("12 34"),
        expect('regex = "[0-9]+ "'),
        expect('text = "34"'),
    )


@pytest.mark.parametrize("peer", ["@server", "{server.address}:{server.port}"])
def test_a_peer_may_be_an_endpoint(play: Play, peer: str) -> None:
    came = f'text = "a"; peer = "{peer}"'
    head = "placeholders = true\n" + ECHO
    assert held(play, head, send("a"), expect(came))
    assert not held(play, head, send("b"), expect(came, within=0.2))


@pytest.mark.parametrize("error", ["ConnectionRefusedError", "ConnectionError", "OSError"])
def test_an_error_is_of_its_class_and_of_those_it_is_made_of(play: Play, error: str) -> None:
    refused = PAIR.replace('"@server"', f'"127.0.0.1:{free_port()}"')
    failing = f'{CONNECT}; error = "{error}"'
    assert play(refused + steps(failing)).ok
    assert play(refused + steps(failing, expect(f'error = "{error}"'))).ok
    absent = f'{expect(f"""error = "{error}" """, within=0.2)}; absent = true'
    assert not play(refused + steps(failing, absent)).ok
    assert not play(refused + steps(failing.replace(error, "TimeoutError"))).ok
    unwaited = steps(f"{CONNECT}; wait = false", expect(f'error = "{error}"'))
    assert play(refused + unwaited).ok


def test_a_fin_is_not_waited_for_where_the_connection_is_over(session: Session) -> None:
    """Nobody waits here for the within of an hour."""
    text = PAIR + steps(
        START,
        CONNECT,
        'do = "expect"; endpoint = "server"; call = "accept"',
        'do = "abort"; endpoint = "server"; connection = 1',
        'do = "expect"; endpoint = "client"; closed = "fin"; within = 3600',
    )
    (reason,) = reasons(Runner(session, parse(text), timeout=BOUND).run())
    assert "--timeout" not in reason
    session.stop_all_and_wait()


@pytest.mark.parametrize("how", ["SHUT_RD", "SHUT_RDWR"])
def test_an_end_that_we_have_made_ourselves_is_not_by_the_peer(session: Session, how: str) -> None:
    keeps = PAIR.replace(
        'address = "127.0.0.1:0"',
        'address = "127.0.0.1:0"\nresponder = { kind = "nothing", on_peer_close = "keep" }',
    )
    text = keeps + steps(
        START,
        CONNECT,
        f'do = "shutdown"; endpoint = "client"; how = "{how}"',
        expect('call = "recv"; result = 0'),
        expect('closed = "fin"; by = "peer"', within=0.2),
    )
    report = Runner(session, parse(text), timeout=BOUND).run()
    assert [step.reason is None for step in report.steps] == [True] * 4 + [False]
    session.stop_all_and_wait()


def test_what_waits_at_our_own_gate_is_told(play: Play) -> None:
    report = play(
        ECHO
        + steps(
            START,
            CONNECT,
            'do = "pause"; endpoint = "client"; gate = "send"',
            send("a", "; wait = false"),
            expect('text = "a"', within=0.2),
        )
    )
    assert "Send is paused at client" in reasons(report)[0]


def test_nothing_matches_twice(play: Play) -> None:
    assert not held(play, ECHO, send("a"), expect('text = "a"'), expect('text = "a"', within=0.2))


def test_what_already_happened_counts(play: Play) -> None:
    assert held(
        play,
        ECHO,
        send("a"),
        'do = "wait"; seconds = 0.1',
        expect('text = "a"'),
        expect('call = "accept"', "server"),
    )


def test_part_of_what_was_read_does_not_touch_what_was_sent(play: Play) -> None:
    """The rest of a read belongs to that read alone."""
    assert (
        held(
            play,
            ECHO,
            send("abcd"),
            expect('text = "ab"'),
            send("xyz"),
            expect('call = "send"; text = "xyz"'),
            expect('text = "xyz"', within=5.0),
        )
        is True
    )


def test_several_in_one_read_are_counted(play: Play) -> None:
    assert held(play, ECHO, send("xxx"), expect('text = "x"; count = 3'))
    assert not held(play, ECHO, send("xx"), expect('text = "x"; count = 3', within=0.2))


def test_a_count_that_is_not_reached_uses_nothing_up(play: Play) -> None:
    assert held(
        play,
        ECHO,
        send("xx"),
        expect('text = "x"; count = 3; absent = true', within=0.2),
        expect('text = "xx"'),
    )


def test_many_connects_are_counted(play: Play) -> None:
    report = play(
        PAIR
        + steps(
            START,
            CONNECT + "; count = 20",
            expect('call = "accept"; count = 20', "server"),
            expect('call = "accept"; absent = true', "server", 0.1),
        )
    )
    assert report.ok, reasons(report)


def test_connections_are_numbered_as_they_were_made(play: Play) -> None:
    """Not in the order in which they speak first."""
    report = play(
        PAIR
        + steps(
            START,
            CONNECT + "; count = 2",
            expect('call = "accept"; count = 2', "server"),
            send("two", "; connection = 2"),
            expect('connection = 2; text = "two"', "server"),
            send("one", "; connection = 1"),
            expect('connection = 1; text = "one"', "server"),
            'do = "send"; endpoint = "server"; text = "to two"; connection = 2',
            expect('connection = 2; text = "to two"'),
        )
    )
    assert report.ok, reasons(report)


def test_a_message_is_compared_whole(play: Play) -> None:
    head = PAIR.replace('"listener"', '"datagram"\ntype = "SOCK_DGRAM"').replace(
        '"stream"', '"datagram"\ntype = "SOCK_DGRAM"'
    )
    one, two = (expect(f'text = "{text}"', "server", 0.5) for text in ("ab", "abc"))
    begin = ('do = "start"; endpoint = "client"', send("abc", '; to = "@server"'))
    assert not play(head.replace("@server", "127.0.0.1:0") + steps(START, *begin, one)).ok
    assert play(head.replace("@server", "127.0.0.1:0") + steps(START, *begin, two)).ok


def test_absent(play: Play) -> None:
    assert held(play, PAIR, expect('call = "recv"; absent = true', within=0.1))
    report = play(ECHO + steps(START, CONNECT, send("a"), expect('text = "a"; absent = true')))
    assert "should not have" in reasons(report)[0]


def test_errors_are_passed_over_unless_asked_for(play: Play) -> None:
    assert held(play, PAIR, expect('call = "connect"; kind = "call"; errno = "EINPROGRESS"'))
    assert held(play, PAIR, expect('call = "connect"'))


def test_absent_text_is_looked_for_wherever_it_comes(play: Play) -> None:
    report = play(ECHO + steps(START, CONNECT, send("xa"), expect('text = "a"; absent = true')))
    assert "should not have" in reasons(report)[0]
    report = play(
        ECHO + steps(START, CONNECT, send("xa"), expect('text = "b"; absent = true', within=0.1))
    )
    assert report.steps[-1].said is not None
    assert report.steps[-1].said.key == "scenario.absent_anywhere"


@pytest.mark.parametrize("wanted", ['text = ""', 'hex = ""', 'contains = ""', 'regex = ""'])
def test_that_nothing_is_absent_does_not_hold(play: Play, wanted: str) -> None:
    report = play(PAIR + steps(START, CONNECT, expect(f"{wanted}; absent = true", within=0.1)))
    assert "there is nothing to look for" in reasons(report)[0]


def test_a_message_may_be_empty(play: Play) -> None:
    head = PAIR.replace('"listener"', '"datagram"').replace('"stream"', '"datagram"')
    assert held(play, head, send(""), expect('text = ""', "server"))


# -- what it says when it did not come -----------------------------------------------------------


def failure(play: Play, head: str, *lines: str) -> str:
    """What the last step says; the others hold."""
    report = play(head + steps(START, CONNECT, *lines))
    assert len(reasons(report)) == 1, reasons(report)
    assert len(report.steps) == len(lines) + 2
    return reasons(report)[0]


def test_what_came_is_shown_from_where_it_parts(play: Play) -> None:
    text = failure(play, ECHO, send("abcXYZ"), expect('text = "abcdef"', within=0.3))
    assert '#1: after 3 right bytes came "XYZ" where "def" was wanted.' in text
    text = failure(play, ECHO, send("第五步"), expect('text = "第四步"', within=0.3))
    assert '#1: after 3 right bytes came "五步" where "四步" was wanted.' in text


def test_hex_is_answered_in_hex(play: Play) -> None:
    text = failure(play, ECHO, send("abc"), expect('hex = "61 62 ff"', within=0.3))
    assert "#1: after 2 right bytes came 63 where ff was wanted." in text


def test_a_pattern_of_hex_says_where_it_parts(play: Play) -> None:
    sent = 'do = "send"; endpoint = "client"; hex = "01 02 03 04 05"'
    text = failure(play, ECHO, sent, expect('hex = "01 ?? 03 u16(7) *"', within=0.3))
    assert "#1: after 3 right bytes came 04 05 where u16(7) * was wanted." in text
    text = failure(play, ECHO, sent, expect('hex = "01 ?? {x:3} 06 07"', within=0.3))
    assert (
        "#1: the first 5 bytes are as wanted, and then nothing more came; missing is 06 07" in text
    )


LINES = ECHO.replace("address", r'messages = { ends = "\n" }' + "\naddress")


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ('text = "STORED x"', 'after 7 right bytes came "y" where "x" was wanted'),
        ('text = "NOT SO"', 'after 4 right bytes came "IT" where "SO" was wanted'),
        ('text = "zfinal"', 'came "final" where "zfinal" was wanted'),
        ('hex = "6e 6f ?? 7a"', "after 3 right bytes came 65 where 7a was wanted"),
        ('text = "first one"', "the first 5 of 9 bytes came, and then nothing more; missing is"),
    ],
)
def test_of_several_messages_the_nearest_is_named(play: Play, wanted: str, said: str) -> None:
    words = ["first", "STORED y", "noxe", "NOT IT", "final", "else"]
    sent = send(r"\n".join([*words, ""]))
    here = 'call = "messages.recv"; count = 6; keep = true'
    text = failure(play, LINES, sent, expect(here), expect(wanted, within=0.3))
    assert said in text
    assert re.search(r"of the 6 messages that came this is the nearest \(row \d+\)", text), text
    text = failure(play, LINES, sent, expect(here), expect(f"{wanted}; next = true", within=0.3))
    assert "nearest" not in text


def test_what_is_missing_is_said(play: Play) -> None:
    text = failure(play, ECHO, send("abc"), expect('text = "abcdef"', within=0.3))
    assert '#1: the first 3 of 6 bytes came, and then nothing more; missing is "def".' in text


def test_what_came_on_a_connection_that_is_not_meant_is_said(play: Play) -> None:
    greets = PAIR.replace(
        '"127.0.0.1:0"',
        '"127.0.0.1:0"\nresponder = { kind = "greet", text = "hello", then = "close" }',
    )
    text = failure(
        play,
        greets,
        expect('call = "close"', "server", 5.0).replace("close", "send"),
        'do = "stop"; endpoint = "server"',
        'do = "close"; endpoint = "client"',
        'do = "configure"; endpoint = "server"; responder = { kind = "nothing" }',
        START,
        CONNECT,
        expect('text = "hello"', within=0.1),
    )
    assert '`connection = "any"` takes any' in text
    assert "waits longer" not in text


def test_a_message_that_the_read_cut_is_no_short_one(play: Play) -> None:
    head = PAIR.replace('"listener"', '"datagram"\nbufsize = 2').replace('"stream"', '"datagram"')
    report = play(head + steps(START, send("abc"), expect('text = "abc"', "server", 0.2)))
    assert "the message had 3 bytes, of which the read took 2" in reasons(report)[0]


def test_what_earlier_steps_used_is_said(play: Play) -> None:
    text = failure(
        play, ECHO, send("abc"), expect('text = "abc"'), expect('text = "x"', within=0.2)
    )
    assert "Nothing came that earlier steps had not used (bytes: 3, reads: 1)." in text


def test_bytes_that_are_no_whole_message_are_counted(play: Play) -> None:
    """A length or an ending that is not quite right looks like silence otherwise."""
    head = ECHO.replace("timeout", 'messages = { length = "u8", add = 1 }\ntimeout')
    text = failure(
        play,
        head,
        'do = "send"; endpoint = "client"; hex = "02 aabbcc 05 dd"',
        expect('hex = "02aabb"'),
        expect('hex = "cc05dd"', within=0.3),
    )
    assert "(bytes: 3, reads: 1). #1: 3 bytes have come that are not yet a whole message" in text


def test_each_connection_is_told_apart(play: Play) -> None:
    text = failure(
        play,
        ECHO.replace("timeout", "count = 2\ntimeout"),
        send("one", "; connection = 1"),
        send("two", "; connection = 2"),
        expect('contains = "three"', within=0.3),
    )
    assert '#1: "one" came; #2: "two" came.' in text


def sentences(text: str) -> int:
    """How many a failure says before it shows the last rows."""
    return (
        len(re.findall(r"[.?](?= )", re.sub(r'"[^"]*"', "", text).partition(" Last rows: ")[0])) + 1
    )


@pytest.mark.parametrize("then", ["keep", "close"])
def test_of_many_connections_three_sentences_are_said(play: Play, then: str) -> None:
    ended = 'call = "recv"; result = 0; count = 6'
    text = failure(
        play,
        PAIR.replace("timeout", "count = 6\ntimeout").replace(
            '"127.0.0.1:0"',
            f'"127.0.0.1:0"\nresponder = {{ kind = "greet", text = "hello", then = "{then}" }}',
        ),
        expect('call = "send"; count = 6', "server") if then == "keep" else expect(ended),
        expect('text = "hallo"; count = 6', within=1),
    )
    assert sentences(text) <= 3, text
    assert "Last rows: " in text
    said = (
        'after 1 right bytes came "ello" where "allo" was wanted'
        if then == "keep"
        else "the other side had finished sending (end of stream)"
    )
    assert f"#1, #2, #3: {said}; further connections: 3." in text


def test_how_many_of_how_many(play: Play) -> None:
    text = failure(play, ECHO, send("xx"), expect('contains = "x"; count = 3', within=0.3))
    assert "2 of 3 came" in text


def test_where_the_other_side_has_ended_waiting_is_no_advice(play: Play) -> None:
    text = failure(
        play,
        PAIR,
        'do = "close"; endpoint = "server"; connection = 1',
        expect('text = "x"', within=0.2),
    )
    assert "Nothing came. #1: the other side had finished sending" in text
    assert "waits longer" not in text


def test_the_reset_in_the_record_is_named(play: Play) -> None:
    head = PAIR.replace('"127.0.0.1:0"', '"127.0.0.1:0"\naccept = "paused"')
    text = failure(
        play,
        head,
        'do = "accept"; endpoint = "server"',
        'do = "abort"; endpoint = "server"; connection = 1',
        expect('text = "welcome"', within=0.3),
    )
    assert "#1: the other side reset the connection (recv() = ECONNRESET)." in text
    assert "recv(65536) = ECONNRESET" in text.partition("Last rows: ")[2]


def test_the_end_of_the_other_side_is_named(play: Play) -> None:
    head = PAIR.replace(
        '"127.0.0.1:0"',
        '"127.0.0.1:0"\nresponder = { kind = "greet", text = "hi", then = "close" }',
    )
    text = failure(play, head, expect('text = "hi"'), expect('text = "x"', within=0.3))
    assert "#1: the other side had finished sending (end of stream)." in text


@pytest.mark.parametrize("by", ["settings", "step"])
def test_our_own_paused_receive_is_named(play: Play, by: str) -> None:
    paused = by == "settings"
    head = ECHO.replace("timeout", f'receive = "{"paused" if paused else "auto"}"\ntimeout')
    pause = 'do = "pause"; endpoint = "client"; gate = "receive"'
    for wanted in ('text = "hi"', 'call = "recv"'):
        text = failure(
            play,
            head,
            *([] if paused else [pause]),
            send("hi"),
            expect(wanted, within=0.3),
        )
        assert "#1: receive is paused here, so what came waits unread" in text
        assert "Is the other end there" not in text


def test_a_receive_that_goes_on_again_is_not_blamed(play: Play) -> None:
    text = failure(
        play,
        ECHO.replace("timeout", 'receive = "paused"\ntimeout'),
        'do = "resume"; endpoint = "client"; gate = "receive"',
        send("hi"),
        expect('text = "ho"', within=0.3),
    )
    assert "paused" not in text


def test_a_paused_accept_is_named(play: Play) -> None:
    head = PAIR.replace('"127.0.0.1:0"', '"127.0.0.1:0"\naccept = "paused"')
    text = failure(play, head, send("hi"), expect('text = "hi"', "server", 0.3))
    assert "Accept is paused at server: who connects waits in its queue" in text


def test_a_paused_send_at_our_other_end_is_named(play: Play) -> None:
    head = ECHO.replace('"127.0.0.1:0"', '"127.0.0.1:0"\nsend = "paused"')
    text = failure(play, head, send("hi"), expect('text = "hi"', within=0.3))
    assert "Send is paused at server" in text


def test_an_icmp_error_is_named(play: Play) -> None:
    report = play(
        steps(
            'do = "connect"; endpoint = "client"',
            'do = "send"; endpoint = "client"; text = "a"',
            expect('text = "a"', within=0.3),
        )
        + """
[endpoint.holder]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:0"
[endpoint.client]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:9"
"""
    )
    assert "an ICMP message said that nobody listens at the peer" in reasons(report)[0]


def test_calls_that_came_instead_are_shown(play: Play) -> None:
    report = play(PAIR + steps(START, expect('call = "accept"', "server", 0.1)))
    assert "Last rows: " in reasons(report)[0]
    assert "listen(128) = 0" in reasons(report)[0]
    report = play(PAIR + steps(expect('call = "accept"', "server", 0.1)))
    assert "server has no connection here that is meant" in reasons(report)[0]


def test_what_was_passed_over_is_counted(play: Play) -> None:
    report = play(ECHO + steps(START, CONNECT, send("abcdef"), expect('contains = "de"')))
    said = [step.said.text for step in report.steps if step.said is not None]
    assert said == ["Bytes before it that were passed over: 3."]


# -- which connections are meant -----------------------------------------------------------------

CLOSE = 'do = "close"; endpoint = "client"'


def test_a_client_means_its_last_connect(play: Play) -> None:
    """What an earlier connection left is no answer to the newest."""
    assert not held(
        play,
        ECHO,
        send("abc"),
        expect('text = "a"'),
        CLOSE,
        CONNECT,
        expect('contains = "c"', within=0.3),
    )
    assert held(
        play,
        ECHO,
        send("abc"),
        expect('text = "a"'),
        CLOSE,
        CONNECT,
        send("xyz"),
        expect('connection = 1; text = "bc"'),
        expect('connection = -1; text = "x"'),
        expect('connection = "any"; text = "yz"'),
    )


def test_a_closed_connection_is_meant_until_the_next_connect(play: Play) -> None:
    assert held(play, ECHO, send("abc"), expect('text = "a"'), CLOSE, expect('text = "bc"'))


def test_a_refused_connect_changes_nothing(play: Play) -> None:
    """It was not carried out: the connection that stands is still the last."""
    assert held(play, ECHO, send("abc"), CONNECT + '; error = "Problem"', expect('text = "abc"'))


def test_an_address_that_was_tried_in_vain_is_not_the_connection_that_stands(
    play: Play,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Of the name's two addresses the second answers; the first one's close() is no end of it."""
    lead(monkeypatch, {"two": ("127.0.0.2", "127.0.0.1")})

    def pair() -> str:
        port = free_port()
        return ECHO.replace("127.0.0.1:0", f"127.0.0.1:{port}").replace("@server", f"two:{port}")

    assert held(
        play,
        pair(),
        send("abc"),
        expect('text = "abc"'),
        expect('connection = 1; call = "connect"; errno = "ECONNREFUSED"'),
    )
    assert not held(play, pair(), expect('call = "close"', within=0.3))
    assert not held(play, pair(), expect('errno = "ECONNREFUSED"', within=0.3))


def test_a_listener_means_what_no_step_has_closed(play: Play) -> None:
    close = 'do = "close"; endpoint = "server"; connection = 1'
    assert not held(
        play,
        PAIR,
        send("abc"),
        expect('text = "a"', "server"),
        close,
        expect('text = "b"', "server", 0.3),
    )
    assert held(
        play,
        PAIR,
        send("abc"),
        expect('text = "a"', "server"),
        close,
        expect('text = "bc"; connection = "any"', "server"),
    )


def test_a_listener_means_its_newest_socket(play: Play) -> None:
    """The accepts of an earlier life are none of this one."""
    again = ('do = "stop"; endpoint = "server"', START)
    assert not held(
        play,
        PAIR,
        expect('call = "accept"; absent = true; errno = "EMFILE"', "server", 0.1),
        *again,
        expect('call = "accept"', "server", 0.3),
    )


def row(**values: Any) -> Row:
    blank = Row(1, 0, 0, "call", "a", 1, "recv", "4", 3, None, None, None, "p", 3, b"abc", None)
    return blank._replace(**values)


@pytest.mark.parametrize(("wish", "values", "found"), [
    ({}, {}, True),
    ({}, {"kind": "command"}, False),
    ({"kind": "command"}, {"kind": "command"}, True),
    ({"kind": "end"}, {}, False),
    ({}, {"errno": "EAGAIN"}, False),
    ({"errno": "EAGAIN"}, {"errno": "EAGAIN"}, True),
    ({"kind": "call"}, {"errno": "EINPROGRESS"}, True),
    ({"call": "send"}, {}, False),
    ({"result": 3, "size": 3, "peer": "p"}, {}, True),
    ({"result": 4}, {}, False),
    ({"size": 0}, {}, False),
    ({"peer": "q"}, {}, False),
    ({"error": "OSError"}, {"error": "OSError"}, True),
    ({"text": "abc"}, {"call": "send"}, False),
    ({"text": "abc", "call": "send"}, {"call": "send"}, True),
])  # fmt: skip
def test_plain_values(wish: dict[str, object], values: dict[str, object], found: bool) -> None:
    assert fits(Expect("a", **wish), row(**values), WhatCame()) is found  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ("status = 201", '#1: "HTTP/1.1 200 OK" came.'),
        ("header = { Server = 'x' }", '#1: "HTTP/1.1 200 OK" came, without Server.'),
        ("status = 200; header = { A = '2', B = '*' }", '#1: "A: 1" came, without B.'),
        ("status = 200; json = { a = 2 }", "#1: a is 1 where 2 was wanted"),
    ],
)
def test_how_a_head_differs_is_said(play: Play, asked: str, said: str) -> None:
    """Line by line; where the head is right, the body is spoken of."""
    rules = """responder = { kind = "rules", rules = [
      { reply = "HTTP/1.1 200 OK\\r\\nA: 1\\r\\n\\r\\n{\\"a\\": 1}", wrap = true } ] }"""
    head = PAIR.replace("timeout = 5.0", 'messages = "http"\ntimeout = 5.0').replace(
        '"127.0.0.1:0"', f'"127.0.0.1:0"\nmessages = "http"\n{rules}'
    )
    text = failure(play, head, send("GET / HTTP/1.1\\r\\n\\r\\n"), expect(asked, within=0.3))
    assert said in text
