"""Connecting again as a key of a scenario: read, refused, run, written and told in Python code."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import PAIR, Play
from workbench.engine.model.settings import Reconnect
from workbench.scenario.code import to_python
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.write import to_toml

QUICK = "reconnect = { first = 0.02, most = 0.1 }\n"
GOES_AND_COMES_BACK = (
    PAIR
    + QUICK
    + """
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "stop"
endpoint = "server"
[[step]]
do = "expect"
endpoint = "client"
call = "connect"
errno = "ECONNREFUSED"
connection = "any"
[[step]]
do = "configure"
endpoint = "server"
address = "@PORT"
responder = { kind = "greet", text = "back" }
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "expect"
endpoint = "client"
text = "back"
"""
)


def test_a_listener_that_goes_and_comes_back(play: Play, port: int) -> None:
    text = GOES_AND_COMES_BACK.replace("127.0.0.1:0", f"127.0.0.1:{port}").replace(
        "@PORT", f"127.0.0.1:{port}"
    )
    report = play(
        text.replace('role = "listener"', 'role = "listener"\noptions = { SO_REUSEADDR = 1 }')
    )
    assert report.ok, report


def test_it_is_written_as_it_was_read() -> None:
    made = parse(
        PAIR
        + "reconnect = { times = 3 }\n"
        + '[[step]]\ndo = "configure"\nendpoint = "client"\nreconnect = "none"\n'
        + '[[step]]\ndo = "configure"\nendpoint = "client"\nreconnect = { first = 1, most = 2 }\n'
    )
    assert made.endpoints[1].reconnect == Reconnect(0.5, 30.0, 3)
    text = to_toml(made)
    assert "reconnect = { first = 0.5, most = 30.0, times = 3 }" in text
    assert 'reconnect = "none"' in text
    assert parse(text) == made


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ("reconnect = true", "table"),
        ("reconnect = { frist = 1 }", "first"),
        ('reconnect = { first = "1" }', "seconds"),
        ("reconnect = { first = 0 }", "0.01"),
        ("reconnect = { first = 5, most = 1 }", "no shorter"),
        ("reconnect = { times = -1 }", "from 0 on"),
    ],
)
def test_what_cannot_be_is_refused_with_its_line(wrong: str, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR + wrong + "\n")
    assert named in str(caught.value)
    assert "9" in str(caught.value)


def test_only_a_stream_connects_again() -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR.replace('role = "listener"', 'role = "listener"\n' + QUICK.strip()))
    assert "Only a stream" in str(caught.value)


def test_python_code_says_that_it_does_not() -> None:
    code = to_python(parse(PAIR + QUICK + '[[step]]\ndo = "connect"\nendpoint = "client"\n'))
    assert "# " in code
    assert "reconnect = { first = 0.02, most = 0.1, times = 0 }" in code
