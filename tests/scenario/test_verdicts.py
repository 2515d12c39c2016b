"""Runs that once held, or failed, for the wrong reason; each stands for its kind."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.scenario.conftest import Play, reasons, steps
from workbench.scenario.report import Report

PAIR = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
{server}
[endpoint.client]
role = "stream"
address = "@server"
options = {{ TCP_NODELAY = 1 }}
{client}
"""
BEGIN = '{do="start",endpoint="server"}, {do="connect",endpoint="client"},'
ECHO = 'responder = { kind = "echo" }'


def run(play: Play, steps: str, server: str = "", client: str = "") -> Report:
    return play(f"step = [{BEGIN} {steps}]\n" + PAIR.format(server=server, client=client))


def held(report: Report) -> bool:
    assert report.ok, reasons(report)
    return True


def test_what_a_closed_connection_left_is_no_answer(play: Play) -> None:
    report = run(
        play,
        """
        {do="send",endpoint="client",text="GET"},
        {do="expect",endpoint="client",contains="200 OK"},
        {do="close",endpoint="client"},
        {do="connect",endpoint="client"},
        {do="expect",endpoint="client",contains="hello",within=0.3}""",
        'responder = { kind="rules", rules=['
        '{match="contains", value="GET", reply="200 OK, hello"}] }',
    )
    assert [step.reason is None for step in report.steps] == [True] * 6 + [False]


@pytest.mark.parametrize("until", ['reading="unacked",least=100', 'state="CLOSING"'])
def test_a_loop_that_waits_for_a_state_is_not_ended_by_a_call(play: Play, until: str) -> None:
    report = run(
        play,
        f"""{{do="loop",times=3,until={{endpoint="server",{until}}},step=[
        {{do="connect",endpoint="client"}}, {{do="close",endpoint="client"}}]}}""".replace(
            '{do="connect"', '{do="close",endpoint="client"}, {do="connect"'
        ),
    )
    assert held(report)
    assert report.steps[-1].said is not None
    assert report.steps[-1].said.key == "scenario.loop_in_vain"


@pytest.mark.parametrize("first", ["N=1", "N=", "N", "N=123", "N=123;"])
def test_a_pattern_is_used_up_however_reads_cut_it(play: Play, first: str) -> None:
    rest = "N=123;OK".removeprefix(first)
    assert held(
        run(
            play,
            f"""
        {{do="send",endpoint="server",text="{first}"}},
        {{do="send",endpoint="server",text="{rest}"}},
        {{do="expect",endpoint="client",regex="N=[0-9]+"}},
        {{do="expect",endpoint="client",text=";OK",within=5}}""",
        )
    )


def test_half_of_two_characters_is_not_a_third(play: Play) -> None:
    report = run(
        play,
        """
        {do="send",endpoint="client",text="第五步"},
        {do="expect",endpoint="client",regex="第四步",within=0.3}""",
        ECHO,
        'encoding = "big5"',
    )
    assert '"第五步" came' in reasons(report)[0]


@pytest.mark.parametrize("encoding", ["utf-16", "gbk", "shift_jis"])
@pytest.mark.parametrize("key", ["contains", "regex"])
def test_patterns_are_characters_of_the_endpoint(play: Play, encoding: str, key: str) -> None:
    """UTF-16: the mark before the text is none of it."""
    assert held(
        run(
            play,
            f"""
        {{do="send",endpoint="client",text="hello 中文 world"}},
        {{do="expect",endpoint="client",{key}="中文"}},
        {{do="send",endpoint="client",text="中"}},
        {{do="expect",endpoint="client",{key}="中"}}""",
            ECHO,
            f'encoding = "{encoding}"',
        )
    )


def test_the_encoding_of_an_endpoint_is_that_of_its_texts(play: Play) -> None:
    assert held(
        run(
            play,
            """
        {do="expect",endpoint="client",text="欢迎"},
        {do="send",endpoint="server",text="收到"},
        {do="expect",endpoint="client",text="收到"}""",
            'encoding = "gbk"\nresponder = { kind = "greet", text = "欢迎" }',
            'encoding = "gbk"',
        )
    )


@pytest.mark.parametrize(
    ("encoding", "text"), [("iso2022_jp", "日本語"), ("iso2022_kr", "한국어"), ("hz", "中文首")]
)
@pytest.mark.parametrize("first", ["contains", "text"])
def test_text_goes_on_in_the_character_set_that_was_shifted_to(
    play: Play, encoding: str, text: str, first: str
) -> None:
    """Behind two of its characters stands no shift, behind the last one does."""
    ends = ECHO + f'\nencoding = "{encoding}"', f'encoding = "{encoding}"'
    begin = f"""
        {{do="send",endpoint="client",text="{text}ab{text}"}},
        {{do="expect",endpoint="client",{first}="{text[:2]}"}},"""
    assert held(
        run(
            play,
            begin
            + f"""
        {{do="expect",endpoint="client",text="{text[2]}a"}},
        {{do="expect",endpoint="client",text="b{text}"}},
        {{do="send",endpoint="client",text="{text}{text}"}},
        {{do="expect",endpoint="client",text="{text}",count=2}},
        {{do="send",endpoint="client",hex="00"}},
        {{do="expect",endpoint="client",hex="00"}}""",
            *ends,
        )
    )
    wrong = f"""{{do="expect",endpoint="client",text="{text[0]}",within=0.3}}"""
    assert len(reasons(run(play, begin + wrong, *ends))) == 1


def test_a_character_that_two_reads_share_is_one(play: Play) -> None:
    assert held(
        run(
            play,
            """
        {do="send",endpoint="client",hex="d6"},
        {do="expect",endpoint="server",call="recv",connection=1,size=1},
        {do="send",endpoint="client",hex="d0 ce c4"},
        {do="expect",endpoint="client",call="recv",text="收到"}""",
            'encoding = "gbk"\nresponder = { kind = "rules", rules = ['
            '{ match = "contains", value = "中文", reply = "收到" } ] }',
            'encoding = "gbk"',
        )
    )


def test_a_pattern_that_takes_too_long_is_given_up(play: Play) -> None:
    report = run(
        play,
        """
        {do="send",endpoint="client",text="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"},
        {do="expect",endpoint="client",regex="(a|aa)+$",within=1}""",
        ECHO,
    )
    assert "was given up: one search took longer than 1.0 s" in reasons(report)[0]


def test_a_rule_that_takes_too_long_does_not_stop_its_server(play: Play) -> None:
    assert held(
        run(
            play,
            """
        {do="send",endpoint="client",text="aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab"},
        {do="expect",endpoint="client",text="quick",within=10},
        {do="expect",endpoint="server",kind="note",call="rule_too_slow"}""",
            'responder = { kind="rules", rules=['
            '{match="regex", value="(a|aa)+$", reply="slow"},'
            '{match="contains", value="b", reply="quick"}] }',
        )
    )


def test_a_datagram_endpoint_means_its_newest_socket(play: Play) -> None:
    report = play("""step = [
        {do="start",endpoint="one"}, {do="start",endpoint="two"},
        {do="send",endpoint="two",text="left over",to="@one"},
        {do="expect",endpoint="one",call="recvfrom"},
        {do="send",endpoint="two",text="left over",to="@one"},
        {do="expect",endpoint="one",call="recvfrom",absent=true,contains="no",within=0.2},
        {do="stop",endpoint="one"}, {do="start",endpoint="one"},
        {do="expect",endpoint="one",contains="left over",within=0.3}]
[endpoint.one]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:0"
[endpoint.two]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:0"
""")
    assert [step.reason is None for step in report.steps] == [True] * 8 + [False]


SEQPACKET = """
[endpoint.server]
role = "listener"
family = "AF_UNIX"
type = "SOCK_SEQPACKET"
address = "temp:messages"
[endpoint.client]
role = "stream"
family = "AF_UNIX"
type = "SOCK_SEQPACKET"
address = "@server"
"""


@pytest.mark.skipif(sys.platform != "linux", reason="SOCK_SEQPACKET of AF_UNIX is Linux's")
def test_an_empty_message_is_no_end_of_stream(play: Play) -> None:
    report = play(
        f"""step = [{BEGIN}
        {{do="send",endpoint="client",text=""}},
        {{do="expect",endpoint="server",text=""}},
        {{do="send",endpoint="client",text=""}},
        {{do="expect",endpoint="server",call="recv",size=0}},
        {{do="send",endpoint="client",text=""}},
        {{do="expect",endpoint="server",call="recv",result=0,within=0.3}}]"""
        + SEQPACKET
    )
    assert [step.reason is None for step in report.steps] == [True] * 7 + [False]


@pytest.mark.skipif(sys.platform != "linux", reason="SOCK_SEQPACKET of AF_UNIX is Linux's")
def test_the_end_behind_an_empty_message_is_one(play: Play) -> None:
    report = play(
        f"""step = [{BEGIN}
        {{do="send",endpoint="client",text=""}},
        {{do="close",endpoint="client"}},
        {{do="expect",endpoint="server",call="recv",result=0}},
        {{do="expect",endpoint="server",text="",within=0.2}}]"""
        + SEQPACKET
    )
    assert "#1: the other side had finished sending (end of stream)." in reasons(report)[0]


def test_many_connections_are_judged_in_one_pass(play: Play) -> None:
    """Each is greeted, asked and reset, and each is counted."""
    assert held(
        play(
            """step = [
        {do="start",endpoint="server"}, {do="connect",endpoint="client",count=300},
        {do="expect",endpoint="client",call="recv",text="hi",count=300,within=30},
        {do="send",endpoint="client",text="ping",connection="all"},
        {do="expect",endpoint="client",call="recv",text="ping",count=300,within=30},
        {do="abort",endpoint="client",connection="all"},
        {do="expect",endpoint="server",call="recv",errno="ECONNRESET",count=300,within=30}]
"""
            + PAIR.format(
                server='responder = { kind = "greet", text = "hi", then = "echo" }', client=""
            )
        )
    )


def test_a_listener_that_was_closed_with_it_in_the_queue_is_the_cause(play: Play) -> None:
    report = run(
        play,
        """
        {do="stop",endpoint="server"},
        {do="expect",endpoint="client",text="welcome",within=0.3}""",
        'accept = "paused"',
    )
    assert (
        "#1: server was closed while this connection waited in its accept queue"
        in reasons(report)[0]
    )


def test_a_unix_socket_hears_of_no_icmp(play: Play, tmp_path: Path) -> None:
    report = play(f"""step = [
        {{do="start",endpoint="a"}}, {{do="connect",endpoint="b"}}, {{do="stop",endpoint="a"}},
        {{do="send",endpoint="b",text="x",error="ECONNREFUSED"}},
        {{do="expect",endpoint="b",text="x",within=0.1}}]
[endpoint.a]
role = "datagram"
family = "AF_UNIX"
address = "{tmp_path}/a"
[endpoint.b]
role = "datagram"
family = "AF_UNIX"
address = "@a"
""")
    assert "ECONNREFUSED" in reasons(report)[0]
    assert "ICMP" not in reasons(report)[0]


# -- what is said of an end ---------------------------------------------------------------------

KEEPING = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "nothing", on_peer_close = "keep" }
MORE
[endpoint.client]
role = "stream"
address = "@server"
MORE
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "expect"
endpoint = "server"
call = "accept"
"""


def test_a_reset_after_the_fin_is_said_and_is_one(play: Play) -> None:
    text = KEEPING.replace("MORE", "") + steps(
        'do = "shutdown"; endpoint = "server"; connection = 1',
        'do = "expect"; endpoint = "client"; closed = "fin"; by = "peer"',
        'do = "abort"; endpoint = "server"; connection = 1',
        'do = "expect"; endpoint = "client"; closed = "reset"; by = "peer"; keep = true',
        'do = "expect"; endpoint = "client"; text = "welcome"; within = 0.1',
    )
    report = play(text)
    assert [step.reason is None for step in report.steps] == [*[True] * 7, False]
    assert "#1: the other side had finished sending, and then reset the" in reasons(report)[0]


@pytest.mark.skipif(sys.platform != "linux", reason="others may lose what a reset overtakes")
def test_where_some_came_the_end_is_said_too(play: Play) -> None:
    text = KEEPING.replace("MORE", "") + steps(
        'do = "send"; endpoint = "server"; connection = 1; text = "ab"',
        'do = "expect"; endpoint = "client"; text = "ab"; keep = true',
        'do = "abort"; endpoint = "server"; connection = 1',
        'do = "expect"; endpoint = "client"; contains = "ab"; count = 2; within = 0.3',
    )
    said = reasons(play(text))[0]
    assert "1 of 2 came. #1: the other side reset the connection" in said


def test_the_code_of_a_websocket_says_more_than_its_fin(play: Play) -> None:
    text = KEEPING.replace("MORE", 'layers = ["websocket"]') + steps(
        'do = "ws_close"; endpoint = "server"; connection = 1; code = 4001; reason = "go"',
        'do = "expect"; endpoint = "client"; text = "welcome"; within = 0.3',
    )
    assert "#1: the WebSocket had ended with a Close frame: 4001 (go)" in reasons(play(text))[0]


def test_a_stream_that_cannot_be_divided_waits_for_no_rest(play: Play) -> None:
    text = KEEPING.replace("MORE", 'messages = { length = "u32", max = 1000 }') + steps(
        'do = "send"; endpoint = "server"; connection = 1; hex = "ff ff ff ff 00"',
        'do = "expect"; endpoint = "client"; text = "welcome"; within = 0.3',
    )
    said = reasons(play(text))[0]
    assert "could not be divided into messages (MESSAGES_TOO_LONG" in said
    assert "not yet a whole message" not in said


def test_that_no_rule_fitted_is_said_where_its_answer_does_not_come(play: Play) -> None:
    text = (
        KEEPING.replace("MORE", "")
        .replace('{ kind = "nothing"', '{ kind = "rules"')
        .replace('"keep" }', '"keep", rules = [{ match = "exact", value = "ask", reply = "x" }] }')
    )
    report = play(
        text
        + steps(
            'do = "send"; endpoint = "client"; text = "aks"',
            'do = "expect"; endpoint = "client"; text = "x"; within = 0.3',
        )
    )
    assert "Nothing came. At server no rule fitted what it received (row " in reasons(report)[0]
