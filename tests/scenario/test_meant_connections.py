"""A value that was taken is of its connection, also where a step does not say which it means."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.scenario.conftest import Play, reasons
from workbench.scenario.code import to_python
from workbench.scenario.model import parse

HEAD = """
placeholders = true
step = [
  {{ do = "start", endpoint = "server" }},
{steps}
]
endpoint.server = {{ role = "listener", address = "127.0.0.1:0", responder = {{ kind = "echo" }} }}
{clients}
"""
TWO = """
  { do = "connect", endpoint = "a", count = 2 },
  { do = "send", endpoint = "a", text = "key=1;", connection = 1 },
  { do = "send", endpoint = "a", text = "key=2;", connection = 2 },
  { do = "expect", endpoint = "a", regex = "key=(?P<key>.);", each = true },
"""
ROOT = Path(__file__).parents[2]


def scenario(steps: str, clients: str = 'endpoint.a = "@server"') -> str:
    return HEAD.format(steps=steps, clients=clients)


@pytest.mark.parametrize(
    "send",
    [
        'text = "<{key}>"',
        'text = "<{key}>", connection = "all"',
        'hex = """ "<" {key} ">" """',
        'json = { key = "{key}" }',
    ],
)
def test_each_connection_is_sent_its_own(play: Play, send: str) -> None:
    def came(key: int) -> str:
        return f"""json = {{ key = {key} }}""" if "json" in send else f'text = "<{key}>"'

    report = play(
        scenario(
            TWO
            + f"""
  {{ do = "send", endpoint = "a", {send} }},
  {{ do = "expect", endpoint = "a", {came(1)}, connection = 1 }},
  {{ do = "expect", endpoint = "a", {came(2)}, connection = 2 }},
"""
        )
    )
    assert report.ok, reasons(report)


ANSWERED = """
  { do = "send", endpoint = "a", text = "1", connection = 1 },
  { do = "send", endpoint = "a", text = "OTHER", connection = 2 },
"""


def test_on_each_its_own_is_expected(play: Play) -> None:
    each = '  { do = "expect", endpoint = "a", text = "{key}", each = true, within = 0.3 },'
    assert play(scenario(TWO + ANSWERED.replace("OTHER", "2") + each)).ok
    (reason,) = reasons(play(scenario(TWO + ANSWERED.replace("OTHER", "1") + each)))
    assert '#2: after 0 right bytes came "1" where "2" was wanted' in reason


def test_a_client_sends_what_it_took_though_another_took_later(play: Play) -> None:
    report = play(
        scenario(
            """
  { do = "connect", endpoint = "a" },
  { do = "connect", endpoint = "b" },
  { do = "send", endpoint = "a", text = "key=1;" },
  { do = "send", endpoint = "b", text = "key=2;" },
  { do = "expect", endpoint = "a", regex = "key=(?P<key>.);" },
  { do = "expect", endpoint = "b", regex = "key=(?P<key>.);" },
  { do = "send", endpoint = "a", text = "<{key}>" },
  { do = "expect", endpoint = "a", text = "<1>" },
  { do = "send", endpoint = "a", text = "1" },
  { do = "expect", endpoint = "a", text = "{key}" },
""",
            'endpoint.a = "@server"\nendpoint.b = "@server"',
        )
    )
    assert report.ok, reasons(report)


def test_a_server_sends_its_newest_client_what_that_said(play: Play) -> None:
    steps = """
  { do = "connect", endpoint = "a" },
  { do = "send", endpoint = "a", text = "key=1;" },
  { do = "expect", endpoint = "server", text = "key=1;", keep = true },
  { do = "connect", endpoint = "b" },
  { do = "send", endpoint = "b", text = "key=2;" },
  { do = "expect", endpoint = "server", regex = "key=(?P<key>.);", connection = 2 },
  { do = "expect", endpoint = "server", regex = "key=(?P<key>.);", connection = 1 },
  { do = "send", endpoint = "server", text = "<{key}>" },
  { do = "expect", endpoint = "b", text = "<2>" },
  { do = "send", endpoint = "server", text = "all {key}", connection = "all" },
  { do = "expect", endpoint = "a", text = "all 1" },
  { do = "expect", endpoint = "b", text = "all 2" },
"""
    clients = 'endpoint.a = "@server"\nendpoint.b = "@server"'
    silent = scenario(steps, clients).replace(', responder = { kind = "echo" }', "")
    report = play(silent)
    assert report.ok, reasons(report)


ROUNDS = """
  { do = "loop", times = 3, renumber = true, step = [\
 { do = "connect", endpoint = "a" },\
 { do = "send", endpoint = "a", text = "key={round};", connection = 1 },\
 { do = "expect", endpoint = "a", regex = "key=(?P<key>.);", connection = 1 },\
 { do = "send", endpoint = "a", text = "<{key}>", connection = 1 },\
 { do = "expect", endpoint = "a", text = "<{round}>", connection = 1 },\
 { do = "close", endpoint = "a" } ] },
"""


def test_of_a_round_with_numbers_of_its_own(play: Play) -> None:
    for _ in range(2):  # connections of an earlier run do not count
        report = play(scenario(ROUNDS))
        assert report.ok, reasons(report)


@pytest.mark.parametrize(
    "steps", [TWO + '  { do = "send", endpoint = "a", text = "{key}" },', ROUNDS]
)
def test_a_script_has_them_too(steps: str) -> None:
    code = to_python(parse(scenario(steps)))
    assert "from workbench.testing import scripted" in code
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stderr
