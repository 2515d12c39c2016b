"""An exported script comes to the verdict of the run: alone, or since it builds on the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play, reasons
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.scenario.code import to_python
from workbench.scenario.code_help import ORDER, help_text
from workbench.scenario.code_seen import is_seen
from workbench.scenario.model import parse
from workbench.scenario.steps import Expect


class Talk(NamedTuple):
    """A talk of a server and its client, and whether it holds.

    Attributes:
        server: lines of the listener, `client` those of the client.
        greet: what the server says first.
        steps: what follows when the client is connected; `what`: what it then expects.
        builds: its script builds on the engine.
    """

    holds: bool
    greet: bytes = b""
    what: str = ""
    client: str = ""
    server: str = ""
    steps: str = ""
    rules: str = ""
    builds: bool = False

    @property
    def text(self) -> str:
        greets = f'kind = "greet", hex = "{self.greet.hex()}"' if self.greet else 'kind = "nothing"'
        answers = f'kind = "rules", rules = [{self.rules}]' if self.rules else greets
        expects = f'{{ do = "expect", endpoint = "client", {self.what} }}' if self.what else ""
        return f"""
defaults = {{ within = {20 if self.holds and "absent" not in self.what else 0.3} }}
step = [
  {{ do = "start", endpoint = "server" }},
  {{ do = "connect", endpoint = "client" }},
  {self.steps}
  {expects}
]
[values]
unused = 1
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = {{ {answers} }}
{self.server}
[endpoint.client]
address = "@server"
{self.client}
"""


HTTP = 'messages = "http"'
ONE = b"Content-Length: 1\r\n"
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
CAME = 'contains = "HTTP"'
LINES = r'messages = { ends = "\n", max = 9 }'
SAYS = '{{ do = "send", endpoint = "client", {} }},'
WAITS = '{ do = "wait", seconds = 0.4 },'
OWN_CLOSE = '{ do = "close", endpoint = "client" },'

TALKS = {
    # -- what divides a stream
    "two lengths": Talk(False, OK + ONE + b"Content-Length: 2\r\n\r\nab", CAME, HTTP),
    "a length twice": Talk(True, OK + ONE + ONE + b"\r\na", CAME, HTTP),
    "a length with a sign": Talk(False, OK + b"Content-Length: +1\r\n\r\na", CAME, HTTP),
    "another coding": Talk(False, OK + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", CAME, HTTP),
    "a chunk too long": Talk(False, CHUNKED + b"1\r\nabX0\r\n\r\n", CAME, HTTP),
    "a chunk's size": Talk(False, CHUNKED + b"1z\r\na\r\n0\r\n\r\n", CAME, HTTP),
    "lines behind the last chunk": Talk(True, CHUNKED + b"1\r\na\r\n0\r\nA: b\r\n\r\n", CAME, HTTP),
    "no status": Talk(False, b"HTTP? no\r\n\r\n", CAME, HTTP),
    "a body that has not ended": Talk(False, OK + b"\r\nabc", CAME, HTTP),
    "what follows an upgrade": Talk(
        True, b"HTTP/1.1 101 Go\r\n\r\nabc", 'text = "abc", next = false', HTTP
    ),
    "an answer to HEAD": Talk(
        True,
        what=CAME,
        client=HTTP,
        steps=SAYS.format(r'text = "HEAD / HTTP/1.1\r\n\r\n"'),
        rules=r'{ reply = "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n" }',
    ),
    "a line too long": Talk(False, b"0123456789\nab\n", 'contains = "0"', LINES),
    "a line behind one too long": Talk(False, b"0123456789\nab\n", 'text = "ab"', LINES),
    "a fault by its name": Talk(True, b"0123456789\n", 'errno = "MESSAGES_TOO_LONG"', LINES),
    "what a line took up": Talk(True, b"abc\n", 'call = "messages.recv", result = 4', LINES),
    "the size of a line": Talk(True, b"abc\n", 'call = "messages.recv", size = 3', LINES),
    "a length beyond the most": Talk(
        False, b"\x20" + b"a" * 32, 'contains = "a"', 'messages = { length = "u8", max = 10 }'
    ),
    "a length that is none": Talk(
        False, b"\0\0", 'absent = true, hex = "0000"', 'messages = { length = "u16", add = 0 }'
    ),
    "absent behind a line too long": Talk(
        False, b"0123456789\nERR\n", 'absent = true, text = "ERR"', LINES
    ),
    "absent in a line without an end": Talk(
        True, b"ab\nERR", 'absent = true, text = "ERR"', LINES, steps=OWN_CLOSE
    ),
    "a length of five bytes": Talk(
        False, b"\x80\x80\x80\x80\0", 'hex = "8080808000"', 'messages = { length = "var7" }'
    ),
    "a pattern that may go on": Talk(
        False, b"aaa", 'text = "aaa"', 'messages = { pattern = "a+" }', builds=True
    ),
    "messages that the steps read": Talk(
        False,
        b"ab\n",
        'kind = "layer", text = "cd"',
        LINES,
        steps='{ do = "recv", endpoint = "client" },',
        builds=True,
    ),
    # -- patterns
    "a pattern without end": Talk(False, b"a" * 40, "regex = '(a|aa)+b', within = 20"),
    "one that should be absent": Talk(False, b"a" * 40, "absent = true, regex = '(a|aa)+b'"),
    "a letter among bytes": Talk(False, b"\xe9x", r"regex = '\wx', encoding = 'bytes'"),
    "a letter behind a byte": Talk(False, b"\x80\xe9", r"regex = '\x80\w'"),
    "a pattern of nothing": Talk(False, b"abc", "regex = 'x*'"),
    "a pause ends what a pattern takes": Talk(
        True,
        b"N=1",
        'text = "23"',
        steps=WAITS
        + '{ do = "send", endpoint = "server", text = "23" },'
        + WAITS
        + "{ do = 'expect', endpoint = 'client', regex = 'N=(?P<n>[0-9]+)' },",
    ),
    "a rule without end": Talk(
        True,
        what='text = "other"',
        steps=SAYS.format(f'text = "{"a" * 40}"'),
        rules="{ match = 'regex', value = '(a|aa)+b', reply = 'yes' }, { reply = 'other' }",
    ),
    "a rule on bytes": Talk(
        False,
        what='text = "letter"',
        steps=SAYS.format('hex = "80e9"'),
        rules=r"{ match = 'regex', value = '\x80\w', reply = 'letter' }",
    ),
    "a character in two reads": Talk(
        True,
        what='text = "ok"',
        steps=SAYS.format('hex = "e4b8"') + WAITS + SAYS.format('hex = "ad"'),
        rules="{ match = 'contains', value = '中', reply = 'ok' }",
    ),
    "an answer that cannot be made": Talk(
        True,
        what='text = "5"',
        steps=SAYS.format('text = "n=a"') + WAITS + SAYS.format('text = "n=4"'),
        rules="{ match = 'regex', value = 'n=(?P<n>.*)', reply = '{n+1}', times = 1 }",
    ),
    # -- which calls, connections and ends
    "each, asked again": Talk(
        False,
        b"abc",
        'each = true, text = "abc"',
        steps="{ do = 'expect', endpoint = 'client', each = true, text = 'abc' },",
    ),
    "the next of messages, by its size": Talk(
        False, b"aa\nbbb\n", 'next = true, size = 3, contains = "b"', LINES
    ),
    "a size that no call has": Talk(True, b"abc", 'size = 0, absent = true'),
    "connected already": Talk(False, b"a", steps='{ do = "connect", endpoint = "client" },'),
    "the end that was ours": Talk(True, b"a", "closed = true", steps=OWN_CLOSE),
    "no end, and it was ours": Talk(
        False, b"a", 'closed = "fin", absent = true', steps=OWN_CLOSE, builds=True
    ),
    "no end where only reading was shut down": Talk(
        False,
        b"a",
        'closed = "fin", by = "peer"',
        steps='{ do = "shutdown", endpoint = "client", how = "SHUT_RD" },',
    ),
    "a note": Talk(
        True,
        steps=SAYS.format('text = "a"')
        + "{ do = 'expect', endpoint = 'server', call = 'no_rule' },",
        rules="{ match = 'exact', value = 'z', reply = 'q' }",
        builds=True,
    ),
    "what was sent": Talk(
        False,
        what='call = "send", text = "a", absent = true',
        steps=SAYS.format('text = "a"'),
        builds=True,
    ),
    # -- times
    "a time from the send before": Talk(
        False,
        what='text = "ok", at_most = 0.1',
        steps=SAYS.format('text = "a"') + WAITS + WAITS + SAYS.format('text = "b"'),
        rules='{ reply = "ok", delay = 0.2, times = 1 }',
    ),
    "a time of the last": Talk(
        True,
        what='contains = "ok", count = 2, not_before = 0.15, within = 9',
        steps=SAYS.format('text = "a"') + WAITS + SAYS.format('text = "b"'),
        rules='{ reply = "ok", times = 1 }, { reply = "ok", delay = 0.2 }',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TALKS)
def test_the_script_judges_as_the_run_does(play: Play, tmp_path: Path, name: str) -> None:
    talk = TALKS[name]
    report = play(talk.text)
    assert report.ok is talk.holds, reasons(report)
    code = to_python(parse(talk.text))
    assert ("scripted" in code) is talk.builds
    if not talk.builds:
        done = ran(code, tmp_path)
        assert (done.returncode == 0) is talk.holds, done.stderr


@pytest.mark.parametrize(
    "until",
    [
        'endpoint = "server", call = "no_rule"',
        'endpoint = "client", call = "send", contains = "a"',
        'endpoint = "client", call = "setsockopt"',
        'endpoint = "client", result = 3',
        'endpoint = "server", state = "CLOSE_WAIT"',
        'endpoint = "client", closed = "fin"',
    ],
)
def test_a_loop_that_would_end_with_another_round_builds_on_the_engine(until: str) -> None:
    loop = '{ do = "loop", times = 3, until = { %s }, step = [ { do = "wait", seconds = 0 } ] }'
    assert "scripted" in to_python(parse(Talk(True, steps=loop % until).text))


@pytest.mark.parametrize(("state", "holds"), [("CLOSE_WAIT", True), ("FIN_WAIT2", False)])
def test_a_state_of_a_listener_ends_a_loop_in_both(
    play: Play, tmp_path: Path, state: str, *, holds: bool
) -> None:
    """Its connections are meant, too: the listening socket is never in it."""
    steps = (
        '{ do = "shutdown", endpoint = "client", how = "SHUT_WR" },'
        f'{{ do = "loop", times = 5, pause = 0.05, must = true, until = {{ endpoint = "server",'
        f' state = "{state}" }}, step = [ {{ do = "wait", seconds = 0 }} ] }},'
    )
    text = Talk(holds, steps=steps).text.replace(
        'kind = "nothing"', 'kind = "nothing", on_peer_close = "keep"'
    )
    assert play(text).ok is holds
    done = ran(to_python(parse(text)), tmp_path)
    assert (done.returncode == 0) is holds, done.stderr


@pytest.mark.parametrize(
    ("keys", "seen"),
    [
        ({"call": "recv", "result": 0}, True),
        ({"result": 0}, False),
        ({"errno": "ECONNRESET"}, True),
        ({"errno": "EAGAIN"}, False),
        ({"errno": "EAGAIN", "call": "send"}, True),
        ({"errno": "EAI_NONAME"}, False),
        ({"text": "a", "peer": "*"}, False),
        ({"closed": "fin"}, True),
        ({"closed": "reset"}, False),
        ({"call": "setsockopt"}, False),
        ({"kind": "call", "call": "recv"}, False),
    ],
)
def test_what_a_script_sees_of_a_stream(keys: dict[str, Any], *, seen: bool) -> None:
    assert is_seen(Expect("c", **keys), EndpointSettings("c", Role.STREAM)) is seen


def test_no_part_of_the_helper_takes_a_name_of_another() -> None:
    """All of them may stand in one script."""
    owners: dict[str, str] = {}
    for part in ORDER:
        for name in help_text(part).names:
            assert name not in owners, f"{name}: {owners.get(name)}, {part}"
            owners[name] = part
