"""Calls that an endpoint never makes, and what says so before anything starts."""

from __future__ import annotations

import re

import pytest

from workbench.scenario.model import ScenarioProblem, parse

FILE = """
step = [
  {{ do = "start", endpoint = "s" }},
  {more}
  {{ do = "expect", {said} }},
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
[endpoint.c]
role = "stream"
address = "@s"
[endpoint.d]
role = "datagram"
address = "127.0.0.1:0"
[endpoint.w]
role = "stream"
address = "wss://127.0.0.1:1/"
"""


@pytest.mark.parametrize("absent", ["", ", absent = true"])
@pytest.mark.parametrize(("said", "near"), [
    ("endpoint = 's', call = 'connect'", "accept"), ("endpoint = 's', call = 'recvfrom'", "recv"),
    ("endpoint = 'c', call = 'accept'", "connect"), ("endpoint = 'c', call = 'sendto'", "send"),
    ("endpoint = 'd', call = 'recv'", "recvfrom"), ("endpoint = 'd', call = 'accept'", "recvfrom"),
    ("endpoint = 'c', call = 'ws.recv'", "websocket"), ("endpoint = 'd', call = 'tls.end'", "tls"),
    ("endpoint = 'c', call = 'proxy.response'", "proxy"), ("endpoint = 's', call = 'stop'", "kind"),
    ("endpoint = 's', call = 'messages.recv'", "messages"),
])  # fmt: skip
def test_what_its_kind_of_socket_never_makes_is_refused(said: str, near: str, absent: str) -> None:
    with pytest.raises(ScenarioProblem, match=re.escape(near)) as wrong:
        parse(FILE.format(said=said + absent, more=""))
    assert wrong.value.line == 5


def test_what_ends_a_loop_is_looked_at_too() -> None:
    loop = '{ do = "loop", times = 2, until = { endpoint = "c", call = "accept" }, step = [] },'
    with pytest.raises(ScenarioProblem, match="connect"):
        parse(FILE.format(said="endpoint = 'c', call = 'connect'", more=loop))


@pytest.mark.parametrize("said", [
    "endpoint = 's', call = 'accept'", "endpoint = 's', call = 'send'",
    "endpoint = 'c', call = 'connect'", "endpoint = 'd', call = 'sendto'",
    "endpoint = 'd', call = 'send'", "endpoint = 'd', call = 'connect'",
    "endpoint = 'w', call = 'ws.recv'", "endpoint = 'w', call = 'tls.handshake'",
    "endpoint = 's', call = 'connect', kind = 'command'",
    "endpoint = 's', call = 'stop', kind = 'command'", "endpoint = 's', call = 'backs_off'",
])  # fmt: skip
def test_what_it_may_make_is_taken(said: str) -> None:
    assert parse(FILE.format(said=said, more="")).steps


@pytest.mark.parametrize(("said", "more"), [
    ("call = 'accept'", "{ do = 'call', endpoint = 'c', call = 'accept' },"),
    ("call = 'accept'", "{ do = 'configure', endpoint = 'c', role = 'listener' },"),
    ("call = 'tls.handshake'", "{ do = 'start_layer', endpoint = 'c', layer = 'tls' },"),
])  # fmt: skip
def test_what_another_step_brings_about_is_taken(said: str, more: str) -> None:
    assert parse(FILE.format(said=f"endpoint = 'c', {said}", more=more)).steps


def test_a_rule_may_begin_a_layer() -> None:
    rules = """
[endpoint.s.responder]
kind = "rules"
rules = [ { match = "exact", value = "STARTTLS", reply = "ok", then = "tls" } ]
[endpoint.s.tls]
cert = "test:good"
"""
    said = "endpoint = 's', call = 'tls.handshake'"
    text = FILE.format(said=said, more="").replace("[endpoint.c]", f"{rules}[endpoint.c]")
    assert parse(text).steps


DIVIDED = """
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
  {{ do = "expect", endpoint = "s", {said} }},
]
endpoint.c = "@s"
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
encoding = "{encoding}"
messages = {{ {ends} }}
"""


@pytest.mark.parametrize("absent", ["", ", absent = true"])
@pytest.mark.parametrize("said", ['text = "x\\n"', 'contains = "\\nx"'])
@pytest.mark.parametrize(
    ("encoding", "ends"),
    [("utf-8", 'ends = "\\n"'), ("utf-8", 'ends_hex = "0a"'), ("utf-16-le", 'ends_hex = "0a 00"')],
)
def test_a_message_does_not_contain_what_ends_it(
    encoding: str, ends: str, said: str, absent: str
) -> None:
    with pytest.raises(ScenarioProblem, match="ends the messages of s") as wrong:
        parse(DIVIDED.format(said=said + absent, encoding=encoding, ends=ends))
    assert wrong.value.line == 5


@pytest.mark.parametrize(
    ("said", "ends"),
    [
        ('text = "x\\r"', 'ends = "\\r\\n"'),
        ('text = "x\\n", call = "recv"', 'ends = "\\n"'),
        ('text = "x\\n", encoding = "bytes"', 'ends = "\\n"'),
        ('text = "x\\n"', "size = 2"),
        ('text = "x\\n"', 'ends_hex = "ff"'),
    ],
)
def test_what_a_message_may_contain_is_taken(said: str, ends: str) -> None:
    assert parse(DIVIDED.format(said=said, encoding="utf-8", ends=ends)).steps


def test_nothing_has_fewer_bytes_than_none() -> None:
    with pytest.raises(ScenarioProblem, match="size must be"):
        parse(DIVIDED.format(said="size = -1, absent = true", encoding="utf-8", ends="size = 2"))
