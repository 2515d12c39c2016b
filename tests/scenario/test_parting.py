"""Where what came parts from what was wanted: of patterns, of what ends a loop, and of secrets."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.scenario.conftest import Play, reasons
from workbench.journal.reader import Row
from workbench.scenario.model import parse
from workbench.scenario.named_values import Given
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.scenario.unmet import SHOWN
from workbench.session import Session

SERVER = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.client]
address = "@server"
"""
HEAD = r"HTTP/1.1 404 Not Found\r\nDate: x\r\n"


def talk(*lines: str, more: str = "") -> str:
    begin = ('{ do = "start", endpoint = "server" }', '{ do = "connect", endpoint = "client" }')
    return f"step = [\n{','.join([*begin, *lines])}\n]\n{SERVER}{more}"


def asked(text: str, what: str, within: float = 0.0) -> tuple[str, ...]:
    """The client sends a text, has it back, and expects something."""
    client = 'endpoint = "client"'
    return (
        f'{{ do = "send", {client}, text = "{text}" }}',
        f'{{ do = "expect", {client}, contains = "{text}", keep = true, within = 30 }}',
        f'{{ do = "expect", {client}, {what}, within = {within} }}',
    )


@pytest.mark.parametrize(
    ("what", "said"),
    [
        (
            r"regex = 'HTTP/1\.[01] 200 (?P<a>[^\r]*)\r\n'",
            r"""came "404 Not Found\r\nDate: x\r\n" where '200 (?P<a>[^\r]*)\r\n' was wanted.""",
        ),
        (
            'contains = "HTTP/1.1 200 OK"',
            r'"HTTP/1.1 " is as wanted, and behind it came "404 Not Found\r\nDate: x\r\n" where',
        ),
        (
            r"regex = 'Date: x\r\n(?P<more>.+)'",
            r"""#1: "Date: x\r\n" is as wanted, and then nothing more came; missing is '(?P""",
        ),
        ("regex = 'SMTP'", r'#1: "HTTP/1.1 404 Not Found\r\nDate: x\r\n" came.'),
        ("regex = '(?x) HTTP/1.1 [ ] 5'", r'#1: "HTTP/1.1 404 Not Found\r\nDate: x\r\n" came.'),
    ],
)
def test_a_pattern_says_where_it_goes_no_further(play: Play, what: str, said: str) -> None:
    assert said in reasons(play(talk(*asked(HEAD, what))))[0]


def test_a_mark_that_was_sent_again_is_seen(play: Play) -> None:
    """Each send of such a text begins with one: "x" came where "x" was wanted."""
    client = 'endpoint = "client"'
    again = f'{{ do = "send", {client}, text = "x" }}'
    marked = talk(*asked("é", "contains = 'é', keep = true")[:2], again,
                  f'{{ do = "expect", {client}, text = "éx", within = 0.3 }}')  # fmt: skip
    report = play(marked.replace('"@server"', '"@server"\nencoding = "utf-8-sig"'))
    assert r'came "\ufeffx" where "x" was wanted' in reasons(report)[0]


def test_of_several_messages_the_one_that_goes_furthest_is_named(play: Play) -> None:
    lines = 'messages = { ends = "\\n" }\n'
    what = r"regex = '^HTTP/1\.1 200 OK$'"
    text = r"HTTP/1.1 404\nHTTP/1.1 20\nHTTP/1.0\n"
    sent = asked(text, what)
    kept = '{ do = "expect", endpoint = "client", text = "HTTP/1.0", keep = true, within = 30 }'
    (why,) = reasons(play(talk(sent[0], kept, sent[2], more=lines)))
    assert "\"HTTP/1.1 20\" is as wanted, and then nothing more came; missing is '0 OK$'" in why
    assert "of the 3 messages that came this is the nearest" in why


@pytest.mark.parametrize(
    ("until", "said"),
    [
        ('text = "s1,UP;"', '#1: "s1," is as wanted, and behind it came "DOWN;" where "UP;"'),
        ('contains = "s1,UP"', '#1: "s1," is as wanted, and behind it came "DOWN;" where "UP"'),
        (r"regex = 's\d,(UP|MAINT)'", "came \"DOWN;\" where '(UP|MAINT)' was wanted"),
        ('hex = "73312c ff"', "#1: 73 31 2c is as wanted, and behind it came 44 4f 57 4e 3b"),
        ('closed = "reset"', "Last rows: "),
        ('state = "CLOSE_WAIT"', "client: state = ESTABLISHED came."),
    ],
)
def test_what_must_come_is_quoted_with_what_came_in_its_place(
    play: Play, until: str, said: str
) -> None:
    rounds = (
        '{ do = "send", endpoint = "client", text = "s1,DOWN;" },'
        '{ do = "expect", endpoint = "client", text = "s1,DOWN;", within = 30 }'
    )
    report = play(
        talk(
            f'{{ do = "loop", times = 2, must = true, until = {{ endpoint = "client", {until} }},'
            f" step = [{rounds}] }}"
        )
    )
    (why,) = reasons(report)
    assert said in why
    assert "which must" in why


def test_of_any_endpoint_each_is_named(play: Play) -> None:
    rounds = asked("one", 'text = "one"', 30)
    report = play(
        talk(
            '{ do = "loop", times = 1, must = true, until = { text = "ony" }, step = ['
            f"{','.join(rounds)}] }}"
        )
    )
    (why,) = reasons(report)
    assert "client #1" in why
    assert "server #1" in why


def test_a_text_ends_a_loop_wherever_it_stands_in_the_stream(
    play: Play, rows: Callable[[], list[Row]]
) -> None:
    """Not only where it is the first that comes in its rounds: no step uses anything up there."""
    rounds = (
        '{ do = "send", endpoint = "client", text = "n={round};" },'
        '{ do = "expect", endpoint = "client", text = "n={round};", within = 30 }'
    )
    report = play(
        "placeholders = true\n"
        + talk(
            '{ do = "loop", times = 9, must = true, until = { endpoint = "client", text = "n=3;" },'
            f" step = [{rounds}] }}"
        )
    )
    assert report.ok, reasons(report)
    assert [row.args[:4] for row in rows() if row.call == "loop_met"] == ["3, 9"]


@pytest.mark.parametrize("what", ["messages", "stream"])
def test_a_count_says_how_many_were_passed_over(play: Play, what: str) -> None:
    lines = 'messages = { ends = ";" }\n' if what == "messages" else ""
    wanted = 'text = "b"' if lines else 'contains = "b;"'
    client = 'endpoint = "client"'
    report = play(
        talk(
            f'{{ do = "send", {client}, text = "a;b;a;b;c;" }}',
            f'{{ do = "expect", {client}, contains = "c", keep = true, within = 30 }}',
            f'{{ do = "expect", {client}, {wanted}, count = 3, within = 0, on_failure = "next" }}',
            f'{{ do = "expect", {client}, {wanted}, count = 2 }}',
            more=lines,
        )
    )
    short, met = report.steps[-2:]
    said = (
        "Messages (or reads) that were passed over, since they are something else: {}."
        if lines
        else "Bytes before it that were passed over: {}."
    )
    assert short.reason is not None
    assert ": 2 of 3 came. " in short.reason.text
    assert said.format(3 if lines else 4) in short.reason.text
    assert met.said is not None
    assert met.said.text == said.format(2 if lines else 4)


def test_failed_calls_are_counted_for_themselves(play: Play) -> None:
    client = 'endpoint = "client"'
    report = play(
        talk(
            f'{{ do = "shutdown", {client}, how = "SHUT_RDWR" }}',
            f'{{ do = "send", {client}, text = "x", error = "EPIPE" }}',
            f'{{ do = "get", {client}, option = "SO_TYPE" }}',
            f'{{ do = "expect", {client}, call = "getsockopt", within = 30 }}',
        )
    )
    assert report.ok, reasons(report)
    said = report.steps[-1].said
    assert said is not None
    assert said.text == "Failed calls that were passed over: 1."


def test_an_opcode_is_its_word(play: Play) -> None:
    report = play(
        """
        step = [
          { do = "start", endpoint = "server" },
          { do = "connect", endpoint = "client" },
          { do = "frame", endpoint = "client", opcode = 9, text = "opcode=9" },
          { do = "expect", endpoint = "client", opcode = 10, within = 30 },
          { do = "ws_close", endpoint = "client", code = 1001 },
          { do = "expect", endpoint = "client", closed = true, within = 30, keep = true },
          { do = "expect", endpoint = "client", opcode = 3, within = 0 },
        ]
        endpoint.client = "ws://@server/"
        [endpoint.server]
        role = "listener"
        address = "ws://127.0.0.1:0"
        """
    )
    titles = [step.title for step in report.steps]
    assert titles[2] == "client.frame(opcode='ping', text='opcode=9')"
    assert titles[3] == "client.expect opcode='pong'"
    assert titles[-1] == "client.expect opcode=3"  # reserved: it has no word
    assert "the WebSocket had ended with a Close frame: 1001 (going away)" in reasons(report)[0]


SECRET = "hunter2-xyz"


@pytest.mark.parametrize("shows", [True, False])
@pytest.mark.parametrize(
    "what",
    ['contains = "token: {pw}"', 'text = "token: {pw}"', "regex = 'token: {pw}$'", 'hex = "{pw}"'],
)
def test_no_part_of_a_secret_is_told(tmp_path: Path, what: str, *, shows: bool) -> None:
    text = talk(*asked("token: huntXX", what)) + '[values]\npw = { env = "PW", secret = true }\n'
    scenario = parse(text, given=Given({"pw": SECRET}))
    with Session(tmp_path / "record.swb", shows_secrets=shows) as session:
        report: Report = Runner(session, scenario).run()
        session.stop_all_and_wait()
    (why,) = reasons(report)
    if "hex" not in what:
        assert ("er2-xyz" in why.replace("\\", "")) is shows


def test_of_many_connections_the_newest_are_told(play: Play) -> None:
    rounds = ", ".join(
        (
            '{ do = "close", endpoint = "client" }, { do = "connect", endpoint = "client" }',
            *asked("n{round};", 'text = "n{round};"', 30),
        )
    )
    report = play(
        "placeholders = true\n"
        + talk(
            '{ do = "loop", times = 5, must = true,'
            ' until = { endpoint = "client", text = "never" }, step = [' + rounds + "] }"
        )
    )
    (why,) = reasons(report)
    assert [f'#{number}: "n{number - 1};" came' in why for number in range(2, 7)] == [
        number > 6 - SHOWN for number in range(2, 7)
    ]
