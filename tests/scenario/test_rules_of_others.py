"""What servers of rules do that people know from mountebank, over real sockets and files."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli_process import both
from tests.scenario.conftest import Play, reasons
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.model import NotAllowed, ScenarioProblem, load, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.write import to_toml

NOTHING = Given(permissions=Permissions())


def talk(*rules: str, steps: str, more: str = "") -> str:
    """A server of these rules and a client, in lines."""
    return f"""
step = [
  {{ do = "start", endpoint = "server" }},
  {{ do = "connect", endpoint = "client" }},
{steps}
]
{more}
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = {{ ends = "\\n" }}
responder = {{ kind = "rules", rules = [{", ".join(rules)}] }}
[endpoint.client]
address = "@server"
messages = {{ ends = "\\n" }}
"""


def asks(text: str, answer: str) -> str:
    said = json.dumps(text + "\n")
    return (
        f'  {{ do = "send", endpoint = "client", text = {said} }},\n'
        f'  {{ do = "expect", endpoint = "client", text = {json.dumps(answer)}, next = true }},\n'
    )


def test_answers_in_turn_over_all_connections(play: Play) -> None:
    again = '  { do = "close", endpoint = "client" },\n  { do = "connect", endpoint = "client" },\n'
    rule = '{ in_turn = ["a", { reply = "b", times = 2 }], counted = "endpoint", wrap = true }'
    said = again.join(asks("?", answer) for answer in "abba")
    report = play(talk(rule, steps=said))
    assert report.ok, reasons(report)


def test_a_request_in_json_is_answered_by_its_values(play: Play) -> None:
    adds = """{ json = { op = "add", n = "*" }, take = { id = "id", n = "n" }, wrap = true,
        reply = '{"id":{id},"sum":{n+1}}' }""".replace("\n", " ")
    said = asks('{"op":"add","id":7,"n":41}', '{"id":7,"sum":42}') + asks('{"op":"sub"}', "what?")
    report = play(talk(adds, '{ reply = "what?", wrap = true }', steps=said))
    assert report.ok, reasons(report)


def test_values_of_the_file_stand_in_what_json_has_to_have(play: Play) -> None:
    rule = '{ json = { n = "{n}", s = "{s}" }, reply = "{s} {uuid}", wrap = true }'
    said = (
        '  { do = "send", endpoint = "client", text = "{\\"n\\":7,\\"s\\":\\"*\\"}\\n" },\n'
        '  { do = "expect", endpoint = "client", regex = "[*] [0-9a-f-]{36}" },\n'
    )
    report = play(talk(rule, steps=said, more='[values]\nn = 7\ns = "*"\n'))
    assert report.ok, reasons(report)


ROW = (
    '{ match = "regex", value = \'who (?P<id>\\w+)\', reply = "{name}", wrap = true,'
    ' lookup = { file = "FILE", by = "id", take = { name = "full name" } } }'
)


def rowed(folder: Path, name: str) -> Path:
    path = folder / "talk.toml"
    said = asks("who 7", "Ada") + asks("who 9", "nobody")
    rules = (ROW.replace("FILE", name), '{ reply = "nobody", wrap = true }')
    path.write_text(talk(*rules, steps=said), encoding="utf-8")
    return path


def test_a_row_of_a_file_beside_the_scenario(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,full name\n7,Ada\n", encoding="utf-8")
    done, out, err = both("run", str(rowed(tmp_path, "people.csv")))
    assert done == 0, out + err


def test_a_file_elsewhere_asks_first(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("id,full name\n7,Ada\n", encoding="utf-8")
    (tmp_path / "inner").mkdir()
    path = rowed(tmp_path / "inner", "../people.csv")
    with pytest.raises(NotAllowed) as caught:
        load(path, NOTHING)
    assert "--any-file" in str(caught.value)
    refused, out, err = both("run", str(path))
    assert refused == 2, out + err
    allowed, out, err = both("run", "--any-file", str(path))
    assert allowed == 0, out + err


def test_a_step_that_answers_otherwise_asks_too(tmp_path: Path) -> None:
    path = tmp_path / "talk.toml"
    rule = ROW.replace("FILE", "/elsewhere/people.csv")
    step = f'{{ do = "respond", responder = {{ kind = "rules", else = {rule} }} }}'
    path.write_text(f'step = [{step}]\nendpoint.c = "127.0.0.1:1"\n', encoding="utf-8")
    with pytest.raises(NotAllowed):
        load(path, NOTHING)


def test_a_file_that_is_not_there_fails_the_step_that_starts(tmp_path: Path) -> None:
    done, out, err = both("run", str(rowed(tmp_path, "people.csv")))
    assert done == 1
    assert "people.csv cannot be read" in out + err


ALL = talk(
    '{ json = \'{"a":null}\', take = { id = "a.b" }, lookup = { file = "f", by = "id" } }',
    '{ in_turn = ["a", { reply_hex = "00", then = "reset", delay = 0.5 }], delay_most = 0.5 }',
    '{ reply = "a", times = 2, counted = "endpoint" }',
    steps="",
)


def test_they_are_written_and_kept_as_they_are_read() -> None:
    made = parse(ALL)
    assert parse(to_toml(made)) == made
    server = made.endpoints[0]
    assert settings_from_json(settings_json(server)) == server
    assert isinstance(server.responder, Rules)


def test_a_python_script_of_them_runs_on_the_engine_and_says_so() -> None:
    made = parse(ALL)
    plain = of_plain_sockets(made)
    for key in ("json", "take", "lookup", "in_turn", "counted"):
        assert f": {key}" in plain
    assert "workbench.testing" in to_python(made)
    only_delay = parse(talk('{ reply = "{random_bytes:4}", delay_most = 0.5 }', steps=""))
    assert "random.uniform(0.0, 0.5)" in of_plain_sockets(only_delay)


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ('{ reply = "a", counted = "all" }', "endpoint"),
        ('{ take = { uuid = "a" } }', "uuid"),
        ("{ json = { a = 1979-05-27 } }", "1979"),
        ("{ in_turn = [7] }", "in_turn"),
        ('{ lookup = { file = "f" } }', "by"),
        ('{ json = "{", reply = "" }', "JSON"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(rule: str, said: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(talk(rule, steps=""))
    assert said in str(caught.value)
    assert caught.value.line > 1
