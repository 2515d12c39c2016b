"""What an endpoint ignores is never seen: neither passed over, nor used up, nor counted."""

from __future__ import annotations

import pytest

from tests.scenario.conftest import PAIR, Play, inner_key, reasons, steps
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.write import to_toml

OPEN = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'")


def talk(ignore: str, messages: str = '{ ends = "\\n" }') -> str:
    keys = f"timeout = 5.0\nmessages = {messages}\nignore = {ignore}\n"
    return PAIR.replace("timeout = 5.0\n", keys) + OPEN


def say(text: str) -> str:
    return steps(f'do = "send"; endpoint = "server"; text = "{text}"')


def expect(keys: str) -> str:
    keys += "" if "within" in keys else "; within = 30"
    return steps(f"do = 'expect'; endpoint = 'client'; {keys}")


def test_what_is_ignored_does_not_come_first(play: Play) -> None:
    begin = talk('[{ json = { type = "ping" } }, { regex = "^#" }]')
    lines = say('{\\"type\\":\\"ping\\",\\"n\\":1}\\n# remark\\nhello\\n')
    assert play(begin + lines + expect("text = 'hello'; next = true")).ok
    report = play(begin + lines + expect("text = 'hello'"))
    assert report.ok
    assert report.steps[-1].said is None
    lines += expect("text = 'hello'; keep = true")  # what stands before it is there too
    report = play(begin + lines + expect("json = { n = 1 }; within = 0.1"))
    assert "Left out by `ignore`: 2" in reasons(report)[0]
    assert play(begin + lines + expect("contains = 'ping'; absent = true; within = 0.1")).ok
    assert play(begin + lines + expect("regex = '.*'; exact = true; within = 0.1")).ok


def test_a_pong_that_is_looked_for_by_a_call_is_ignored_too(play: Play) -> None:
    begin = talk("[{ text = 'ping' }]")
    report = play(
        begin + say("ping\\nhi\\n") + expect("call = 'messages.recv'; size = 4; within = 0.2")
    )
    assert not report.ok
    assert play(begin + say("ping\\nhi\\n") + expect("call = 'messages.recv'; next = true")).ok


def test_no_loop_ends_with_what_is_ignored(play: Play) -> None:
    loop = (
        "[[step]]\ndo = 'loop'\ntimes = 2\nuntil = { endpoint = 'client', text = 'ping' }\n"
        "[[step.step]]\ndo = 'send'\nendpoint = 'server'\ntext = \"ping\\nhi\\n\"\n"
        "[[step.step]]\ndo = 'expect'\nendpoint = 'client'\ntext = 'hi'\nnext = true\n"
    )
    report = play(talk("[{ text = 'ping' }]") + loop)
    assert report.ok
    said = report.steps[-1].said
    assert said is not None
    assert said.key == "scenario.loop_in_vain"


def test_failed_calls_of_a_stream_are_ignored(play: Play) -> None:
    begin = PAIR.replace("timeout = 5.0\n", "timeout = 5.0\nignore = [{ errno = 'ECONNRESET' }]\n")
    begin += OPEN + steps("do = 'abort'; endpoint = 'server'; connection = 1")
    assert not play(begin + expect("errno = 'ECONNRESET'; within = 0.2")).ok
    begin = begin.replace("'ECONNRESET' }", "'EPIPE' }")
    assert play(begin + expect("errno = 'ECONNRESET'; within = 5")).ok


def test_values_of_the_file_stand_in_it(play: Play) -> None:
    values = "[values]\nword = 'a.b'\nn = 3\n"
    begin = values + talk("[{ regex = '^{word}$' }, { json = { n = '{n}' } }, { hex = '{word}' }]")
    lines = say('axb\\n{\\"n\\": 3}\\na.b\\n')
    lines += expect("text = 'axb'; next = true; keep = true")
    assert play(begin + lines + expect("regex = '.+'; exact = true; within = 0.1")).ok


def test_datagrams_are_ignored(play: Play) -> None:
    text = """
[endpoint.server]
role = "datagram"
bind = "127.0.0.1:0"
ignore = [{ hex = "00 *" }]
[endpoint.client]
role = "datagram"
address = "@server"
"""
    text += steps(
        "do = 'start'; endpoint = 'server'",
        "do = 'start'; endpoint = 'client'",
        "do = 'send'; endpoint = 'client'; hex = '00 01'",
        "do = 'send'; endpoint = 'client'; hex = '01 01'",
        "do = 'expect'; endpoint = 'server'; hex = '01 01'; next = true",
    )
    assert play(text).ok


@pytest.mark.parametrize(
    ("ignore", "key"),
    [
        ("{ text = 'a' }", "scenario.list_of"),
        ("[7]", "scenario.wrong_type"),
        ("[{}]", "scenario.ignore_everything"),
        ("[{ text = '' }]", "scenario.looks_for_nothing"),
        ("[{ text = 'a', hex = '00' }]", "scenario.one_of"),
        ("[{ within = 1 }]", "scenario.unknown_key"),
        ("[{ next = true }]", "scenario.unknown_key"),
        ("[{ json = '{' }]", "scenario.no_json"),
        ("[{ regex = '(' }]", "patterns.bad"),
        ("[{ text = '{n}' }]", "scenario.ignore_later"),
        ("[{ json = { a = ['{n}'] } }]", "scenario.ignore_later"),
    ],
)
def test_what_cannot_be_ignored(ignore: str, key: str) -> None:
    take = "do = 'expect'\nendpoint = 'client'\njson = {}\ntake = { n = 'n' }\n"
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"{talk(ignore)}[[step]]\n{take}")
    reason = inner_key(caught.value)
    assert reason == key or key == "patterns.bad"


@pytest.mark.parametrize("ignore", ["text = 'a'", "call = 'recv'", "json = {}"])
def test_a_stream_without_messages_has_nothing_whole(ignore: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(PAIR.replace("timeout = 5.0\n", f"ignore = [{{ {ignore} }}]\n"))
    assert inner_key(caught.value) == "scenario.ignore_in_stream"


def test_it_is_written_as_it_is_read() -> None:
    scenario = parse(
        talk('[{ json = { type = "ping", "a.b" = [1] } }, { regex = "^#", encoding = "latin-1" }]')
    )
    assert scenario.ignored
    assert parse(to_toml(scenario)) == scenario


def test_a_step_cannot_configure_it() -> None:
    with pytest.raises(ScenarioProblem):
        parse(PAIR + "[[step]]\ndo = 'configure'\nendpoint = 'client'\nignore = []\n")
