"""The steps of a scenario as lines: what they leave behind, and what they cannot say."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play, reasons
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.code_sockets import what_is_left_out
from workbench.scenario.model import parse

PATH = """
step = [
  { do = "start", endpoint = "server" },
  { do = "stop", endpoint = "server" },
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "expect", endpoint = "client", text = "hi"{more} },
]
[endpoint.server]
role = "listener"
address = "./here.sock"
responder = { kind = "greet", text = "hi" }
[endpoint.client]
address = "@server"
"""
NO_PEER = """
step = [
  { do = "start", endpoint = "udp" },
  { do = "send", endpoint = "udp", text = "x", error = "EDESTADDRREQ" },
  { do = "start", endpoint = "path" },
  { do = "send", endpoint = "path", text = "x", error = "ENOTCONN" },
]
[endpoint.udp]
role = "datagram"
address = "127.0.0.1:0"
[endpoint.path]
role = "datagram"
address = "temp:x"
"""
NO_SOCKET = """
step = [
  { do = "send", endpoint = "client", text = "x", error = "*" },
  { do = "recv", endpoint = "client", error = "Problem" },
  { do = "connect", endpoint = "client", error = "*" },
]
[endpoint.client]
address = "127.0.0.1:1"
receive = "paused"
"""
LATE = """
placeholders = true
step = [
  { do = "start", endpoint = "server" },
  { do = "loop", times = 3, must = true, until = { endpoint = "server", text = "3" }, step = [
    { do = "send", endpoint = "client", text = "{round}" },
  ] },
]
[endpoint.server]
role = "datagram"
address = "127.0.0.1:0"
[endpoint.client]
role = "datagram"
address = "@server"
"""
CALLS = """
step = [
  { do = "call", endpoint = "s", call = "socket" },
  { do = "call", endpoint = "s", call = "setsockopt", args = ["SO_REUSEADDR", 1] },
  { do = "call", endpoint = "s", call = "bind", args = [["127.0.0.1", 0]] },
  { do = "call", endpoint = "s", call = "shutdown", args = ["SHUT_WR"], error = "ENOTCONN" },
  { do = "call", endpoint = "s", call = "close" },
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
"""
CONFIGURED = """
step = [
  { do = "start", endpoint = "server" },
  { do = "configure", endpoint = "server", responder = { kind = "greet", text = "new" } },
  { do = "connect", endpoint = "client" },
  { do = "expect", endpoint = "client", text = "new" },
]
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[endpoint.client]
address = "@server"
"""
MESSAGES = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "" },
  { do = "send", endpoint = "client", text = "x" },
  { do = "expect", endpoint = "server", text = "", next = true },
  { do = "expect", endpoint = "server", text = "x", next = true },
]
[endpoint.server]
role = "listener"
type = "SOCK_SEQPACKET"
address = "temp:x"
[endpoint.client]
type = "SOCK_SEQPACKET"
address = "@server"
"""


@pytest.mark.parametrize("more", ["", ', absent = true, within = 0.1, connection = "any"'])
def test_a_script_leaves_no_file_whether_it_holds_or_fails(tmp_path: Path, more: str) -> None:
    script = to_python(parse(PATH.replace("{more}", more)))
    for _ in range(2):
        made = ran(script, tmp_path)
        assert (made.returncode == 0) is (not more), made.stderr
        assert not (tmp_path / "here.sock").exists()


@pytest.mark.parametrize("text", [NO_PEER, NO_SOCKET, LATE, CALLS, CONFIGURED, MESSAGES])
def test_a_script_holds_as_the_run_does(play: Play, tmp_path: Path, text: str) -> None:
    report = play(text)
    assert report.ok, reasons(report)
    made = ran(to_python(parse(text)), tmp_path)
    assert made.returncode == 0, made.stderr


PLAIN_MESSAGES = MESSAGES.replace('text = ""', 'text = "y"')
CUT = PLAIN_MESSAGES.replace('"temp:x"', '"temp:x"\nbufsize = 3')


@pytest.mark.parametrize(
    ("text", "builds"),
    [(PATH, False), (CALLS, True), (MESSAGES, True), (PLAIN_MESSAGES, False), (CUT, True)],
)
def test_what_plain_sockets_cannot_say_builds_on_the_engine(text: str, builds: bool) -> None:
    plain = of_plain_sockets(parse(text.replace("{more}", "")))
    assert bool(what_is_left_out(plain)) is builds
