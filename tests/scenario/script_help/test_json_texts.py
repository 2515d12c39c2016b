"""JSON in a script: what fits, what is taken, and where it ends in a stream."""

from __future__ import annotations

import pytest

from workbench.scenario.script_help import noted_socket
from workbench.scenario.script_help.json_names import JsonValue, codec
from workbench.scenario.script_help.json_texts import json_value, match_json
from workbench.scenario.script_help.problem import Problem


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch) -> None:
    for table in (noted_socket.values, noted_socket.literally):
        table.clear()


def test_a_message_and_what_is_taken_of_it() -> None:
    wanted = {"json": {"a.0": 1}, "take": {"n": "b", "s": "c"}}
    assert match_json(b'{"a": [1], "b": 7, "c": "7"}', wanted, True) == 28
    assert json_value("n")[:3] == (b"7", False, True)
    assert json_value("s")[:3] == (b"7", False, False)
    for other in (b'{"a": [2], "b": 7, "c": 1}', b'{"a": [1], "b": 7}', b"no"):
        assert match_json(other, wanted, True) is None


def test_the_next_one_of_a_stream_that_fits() -> None:
    data = 'é {"a": 1} {"a": "é"}{"a": 3}'.encode()
    assert match_json(data, {"json": {"a": "é"}}, False) == data.index(b'{"a": 3}')
    assert match_json(data[:-1], {"json": {"a": 3}}, False) is None


def test_a_body_of_http() -> None:
    data = b'HTTP/1.1 200 OK\r\n\r\n{"a": 1}'
    assert match_json(data, {"json": {"a": 1}, "http": True}, True) == len(data)
    assert match_json(data, {"json": {"a": 1}}, True) is None


def test_what_stands_for_names_of_the_program() -> None:
    assert JsonValue(b"a") == (b"a", False, None)
    assert codec("gbk") == "gbk"
    assert isinstance(Problem("key", position=1), ValueError)
