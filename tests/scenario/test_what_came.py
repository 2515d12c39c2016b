"""What an expectation sees of a connection with layers: what the topmost gave, and nothing else."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.scenario.conftest import Play
from workbench.scenario.code import of_plain_sockets
from workbench.scenario.from_record import Excerpt, scenario_of
from workbench.scenario.layer_rows import has_headers, status_of
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.report import Report
from workbench.scenario.steps import Expect
from workbench.scenario.write import to_toml
from workbench.session import Session
from workbench.texts import Problem

TALK = """
placeholders = true
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
{steps}
]
[endpoint.s]
role = "listener"
address = "ws://127.0.0.1:0"
websocket = {{ {server} }}
[endpoint.c]
address = "ws://@s/chat?room=1"
websocket = {{ headers = {{ Cookie = ["a=1", "b=2"] }}, {client} }}
"""


def talk(*steps: str, server: str = "", client: str = "drop = []") -> str:
    lines = "\n".join(f"  {{ {step} }}," for step in steps)
    return TALK.format(steps=lines, server=server, client=client)


def all_hold(report: Report) -> None:
    assert report.ok, [getattr(step.reason, "text", None) for step in report.steps]


def failed_at(report: Report) -> tuple[int, str]:
    assert not report.ok
    last = report.steps[-1]
    assert last.reason is not None
    return len(report.steps) - 3, last.reason.text


C = "endpoint = 'c'"
S = "endpoint = 's'"


def test_messages_are_seen_and_not_their_frames(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'send', {C}, text = 'hé'",
                f"do = 'send', {C}, hex = '00 01'",
                f"do = 'send', {C}, text = ''",
                f"do = 'send', {C}, text = 'last'",
                f"do = 'expect', {S}, text = 'hé', next = true",
                f"do = 'expect', {S}, hex = '00 01', next = true",
                f"do = 'expect', {S}, opcode = 'text', size = 0, next = true",
                f"do = 'expect', {S}, regex = 'l(?P<x>.)st', next = true",
                f"do = 'send', {S}, text = '{{x}}'",
                f"do = 'expect', {C}, text = 'a', next = true",
            )
        )
    )


def test_a_message_in_fragments_is_one_and_control_frames_between_are_none(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'frame', {C}, opcode = 'text', text = 'ab', fin = false",
                f"do = 'ping', {C}, text = 'ab'",
                f"do = 'frame', {C}, opcode = 'continuation', text = 'cd'",
                f"do = 'send', {C}, text = 'after'",
                f"do = 'expect', {S}, text = 'abcd', next = true",
                f"do = 'expect', {S}, text = 'after', next = true",
                f"do = 'expect', {S}, text = 'ab', absent = true, within = 0.05",
                f"do = 'expect', {C}, opcode = 'pong', text = 'ab'",
            )
        )
    )


def test_frames_are_seen_where_they_are_asked_for(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'frame', {C}, opcode = 'text', text = 'ab', fin = false",
                f"do = 'frame', {C}, opcode = 'continuation', text = 'cd'",
                f"do = 'expect', {S}, opcode = 'text', fin = false, text = 'ab'",
                f"do = 'expect', {S}, opcode = 'continuation', fin = true, text = 'cd'",
                f"do = 'expect', {S}, text = 'abcd'",
            )
        )
    )


@pytest.mark.parametrize(
    "frame",
    [
        "opcode = 'text', hex = 'c3 28'",
        "opcode = 'text', text = 'x', mask = 'none'",
        "opcode = 'text', text = 'x', rsv = 4",
        "opcode = 'text', text = 'x', rsv = 1",
        "opcode = 'text', text = 'x', form = 2",
        "opcode = 'continuation', text = 'x'",
    ],
)
def test_a_frame_that_breaks_the_protocol_is_no_message(play: Play, frame: str) -> None:
    report = play(
        talk(
            f"do = 'frame', {C}, {frame}",
            f"do = 'expect', {S}, call = 'ws.fault', kind = 'layer', keep = true",
            f"do = 'expect', {S}, regex = '(?s).*', encoding = 'bytes', within = 0.05",
        )
    )
    assert failed_at(report)[0] == 2


def test_nor_is_one_within_a_message_or_behind_a_close(play: Play) -> None:
    for frames in (
        "do = 'frame', {C}, opcode = 'text', text = 'a', fin = false",
        "do = 'ws_close', {C}",
    ):
        report = play(
            talk(
                frames.format(C=C),
                f"do = 'frame', {C}, opcode = 'text', text = 'x', wait = false",
                f"do = 'expect', {S}, text = 'x', within = 0.2",
            )
        )
        assert failed_at(report)[0] == 2


def test_noted_violations_are_messages_all_the_same(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'frame', {C}, opcode = 'text', text = 'x', mask = 'none'",
                f"do = 'expect', {S}, text = 'x', next = true",
                server="violations = 'note'",
            )
        )
    )


def test_a_packed_message_is_seen_unpacked(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'send', {C}, text = 'aaaaaaaaaaaaaaaaaaaaaaaa'",
                f"do = 'expect', {S}, opcode = 'text', rsv = 4, keep = true",
                f"do = 'expect', {S}, text = 'aaaaaaaaaaaaaaaaaaaaaaaa', next = true",
                server="deflate = true",
                client="deflate = true",
            )
        )
    )


@pytest.mark.parametrize(
    ("close", "code", "reason"),
    [
        ("do = 'ws_close', {C}", 1000, ""),
        ("do = 'ws_close', {C}, code = 'none'", 1005, ""),
        ("do = 'ws_close', {C}, code = 4001, reason = 'why'", 4001, "why"),
        ("do = 'close', {C}", 1006, ""),
        ("do = 'abort', {C}", 1006, ""),
    ],
)
def test_the_code_of_an_end_is_the_one_that_came(
    play: Play, close: str, code: int, reason: str
) -> None:
    said = close.format(C=C)
    all_hold(play(talk(said, f"do = 'expect', {S}, code = {code}, reason = '{reason}'")))
    other = 1000 if code == 1005 else 1005
    report = play(talk(said, f"do = 'expect', {S}, code = {other}, within = 0.3"))
    at, why = failed_at(report)
    assert at == 1
    assert f"ws.end({code}" in why


def test_a_close_frame_is_told_from_the_end(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'ws_close', {C}, code = 4001",
                f"do = 'expect', {S}, opcode = 'close', code = 4001",
                f"do = 'expect', {S}, code = 4001",
                f"do = 'expect', {C}, opcode = 'close', code = 4001",
            )
        )
    )


def test_heads_are_those_that_came(play: Play) -> None:
    all_hold(
        play(
            talk(
                f"do = 'expect', {C}, status = 101, header = {{ upgrade = 'WebSocket', "
                "Sec-WebSocket-Accept = '*' }",
                f"do = 'expect', {S}, header = {{ Cookie = 'b=2', Connection = 'upgrade' }}, "
                "contains = 'room=1'",
            )
        )
    )
    report = play(talk(f"do = 'expect', {C}, header = {{ Cookie = '*' }}, within = 0.05"))
    assert failed_at(report)[0] == 0  # it sent that itself


def test_a_refusal_is_seen_with_its_body(play: Play) -> None:
    text = talk(
        f"do = 'expect', {C}, status = 401, header = {{ WWW-Authenticate = 'Bearer' }}",
        f"do = 'expect', {C}, call = 'ws.body', text = 'who are you?'",
        server="status = 401, body = 'who are you?', headers = { WWW-Authenticate = 'Bearer' }",
    ).replace(
        'do = "connect", endpoint = "c"', 'do = "connect", endpoint = "c", error = "HTTP_401"'
    )
    all_hold(play(text))


def test_messages_within_messages(play: Play) -> None:
    text = talk(
        f"do = 'send', {C}, text = \"one\\ntw\"",
        f"do = 'send', {C}, text = \"o\\n\"",
        f"do = 'expect', {S}, text = 'one', next = true",
        f"do = 'expect', {S}, text = 'two', next = true",
    ).replace(
        'address = "ws://127.0.0.1:0"', 'address = "ws://127.0.0.1:0"\nmessages = { ends = "\\n" }'
    )
    all_hold(play(text))


@pytest.mark.parametrize(
    ("expect", "told"),
    [
        ("status = 101, endpoint = 's'", "scenario.status_of_server"),
        ("status = 99, endpoint = 'c'", "engine.ws_status"),
        ("code = 70000, endpoint = 'c'", "scenario.expected_code"),
        ("opcode = 'text', code = 1000, endpoint = 'c'", "scenario.code_of_close"),
        ("code = 1000, status = 101, endpoint = 'c'", "scenario.one_of"),
        ("header = { }, endpoint = 'c'", "scenario.header_nothing"),
        ("opcode = 'text', call = 'recv', endpoint = 'c'", "scenario.one_of"),
        ("opcode = 'text', closed = 'fin', endpoint = 'c'", "scenario.one_of"),
        ("opcode = 'text', endpoint = 'p'", "scenario.no_websocket"),
        ("code = 1000, endpoint = 'p'", "scenario.no_websocket"),
    ],
)
def test_what_cannot_be_expected_is_refused(expect: str, told: str) -> None:
    text = talk(f"do = 'expect', {expect}") + "[endpoint.p]\naddress = '127.0.0.1:1'\n"
    with pytest.raises(ScenarioProblem) as problem:
        parse(text)
    reason = problem.value.args_["reason"]
    assert isinstance(reason, Problem)
    assert reason.key == told


def test_headers_and_statuses_as_they_are_written() -> None:
    head = b"HTTP/1.1 200 OK\r\nA: x, y\r\na:z\r\nB:\r\n\r\nC: no\r\n"
    assert status_of(head) == 200
    assert status_of(b"HTTP/1.1 2000 OK\r\n") is None
    assert has_headers({"a": "y"}, head)
    assert has_headers({"A": "x, y"}, head)
    assert has_headers({"A": "z", "b": ""}, head)
    assert not has_headers({"A": "X"}, head)
    assert not has_headers({"C": "*"}, head)


def test_a_made_scenario_expects_the_messages_and_runs_again(play: Play, session: Session) -> None:
    all_hold(
        play(
            talk(
                f"do = 'send', {S}, text = 'hé'",
                f"do = 'expect', {C}, text = 'hé'",
                f"do = 'ping', {S}, text = 'p'",
                f"do = 'expect', {C}, opcode = 'ping'",
                f"do = 'frame', {S}, opcode = 'text', text = 'ab', fin = false",
                f"do = 'frame', {S}, opcode = 'continuation', text = 'cd'",
                f"do = 'expect', {C}, text = 'abcd'",
            )
        )
    )
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        made = scenario_of(reader, Excerpt(title="again"))
    wanted = [step.text for step in made.steps if isinstance(step, Expect) and step.wants_bytes]
    assert wanted == ["hé", "abcd"]
    again = parse(to_toml(made))
    assert (again.steps, again.endpoints) == (made.steps, made.endpoints)


STARTTLS = """
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "expect", endpoint = "c", text = "220" },
  { do = "start_layer", endpoint = "c" },
  { do = "send", endpoint = "s", text = "250" },
  { do = "expect", endpoint = "c", text = "250" },
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
tls = { cert = "test:good" }
responder = { kind = "greet", text = "220", then = "tls" }
[endpoint.c]
address = "@s"
tls = { ca = "test:root" }
"""


def test_what_tls_that_began_later_says_for_itself_is_not_expected_again(
    play: Play, session: Session
) -> None:
    all_hold(play(STARTTLS))
    session.journal.flush()
    with closing(session.journal.reader()) as reader:
        made = scenario_of(reader, Excerpt(title="again"))
    wanted = [step for step in made.steps if isinstance(step, Expect) and step.wants_bytes]
    assert [step.text for step in wanted] == ["220", "250"]


def test_a_plain_script_says_what_of_layers_it_leaves_out() -> None:
    text = talk(
        f"do = 'ping', {C}",
        f"do = 'expect', {S}, opcode = 'ping'",
        f"do = 'expect', {S}, call = 'ws.fault', absent = true, within = 0",
    )
    script = of_plain_sockets(parse(text))
    said = [line for line in script.splitlines() if "no counterpart" in line]
    assert sum("layers = ['websocket']" in line for line in said) == 2
    of_steps = ("opcode='ping'", "ws.fault", "Ping")
    assert sum(any(word in line for word in of_steps) for line in said) == 3
    assert "expect('s'" not in script
