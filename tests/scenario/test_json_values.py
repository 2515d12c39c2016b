"""JSON that is expected, sent and taken, against a plain reference and in real runs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.conftest import PAIR, Play, inner_key, reasons, steps
from workbench.engine.model.commands import Send
from workbench.payload.json_values import (
    FromGap,
    differences,
    document,
    http_body,
    of_value,
    read_json,
    value_at,
    written,
)
from workbench.payload.templates import Value
from workbench.scenario.model import ScenarioProblem, parse
from workbench.scenario.named_values import Given
from workbench.scenario.steps import Perform
from workbench.scenario.taken_values import TakenValues
from workbench.scenario.write import to_toml
from workbench.texts import Problem

NAMES = st.sampled_from(["a", "b", "c", "0"])
PLAIN = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.sampled_from([0.0, 1.0, 1.5, -2.0])
    | st.sampled_from(["", "*", "a", "1"])
)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)


def has(wanted: Any, came: Any) -> bool:
    """What "at least these, lists whole" says, in the plainest way."""
    if wanted == "*":
        return True
    if isinstance(wanted, dict):
        if isinstance(came, list):
            came = {str(place): item for place, item in enumerate(came)} if wanted else None
        if not isinstance(came, dict):
            return False
        return all(name in came and has(part, came[name]) for name, part in wanted.items())
    if isinstance(wanted, list):
        return (
            isinstance(came, list)
            and len(wanted) == len(came)
            and all(has(one, other) for one, other in zip(wanted, came, strict=True))
        )
    if isinstance(wanted, bool) or isinstance(came, bool):
        return wanted is came
    return bool(wanted == came)


@given(VALUES, VALUES)
def test_what_is_wanted_is_there_as_the_reference_says(wanted: Any, came: Any) -> None:
    assert (not differences(wanted, came)) is has(wanted, came)


@given(VALUES)
def test_everything_has_itself_and_less(value: Any) -> None:
    assert not differences(value, value)
    if isinstance(value, dict):
        for name in value:
            less = {key: part for key, part in value.items() if key != name}
            assert not differences(less, value)


@given(VALUES, st.lists(NAMES, min_size=1, max_size=4))
def test_a_path_leads_where_its_names_lead(value: Any, names: list[str]) -> None:
    there: Any = value
    for name in names:
        if isinstance(there, dict) and name in there:
            there = there[name]
        elif isinstance(there, list) and name == "0" and there:
            there = there[0]
        else:
            assert value_at(value, ".".join(names)) is None
            assert differences({".".join(names): "*"}, value)
            return
    found = value_at(value, ".".join(names))
    assert found is not None
    assert found.literal is not isinstance(there, str)
    assert found.data.decode() == (there if isinstance(there, str) else written(there))
    assert not differences({".".join(names): there}, value)


def test_a_member_whose_name_has_dots_comes_first() -> None:
    assert not differences({"a.b": 1}, {"a.b": 1, "a": {"b": 2}})
    assert differences({"a.b": 2}, {"a.b": 1, "a": {"b": 2}})
    assert not differences({"a.b": 2}, {"a": {"b": 2}})


@pytest.mark.parametrize(
    ("wanted", "came", "key", "path", "what"),
    [
        ({"a": {"b": 7}}, {"a": {"b": "7"}}, "other", "a.b", '"7"'),
        ({"a.b": 7}, {"a": {"b": 8}}, "other", "a.b", "8"),
        ({"a.b": 7}, {"a": {"c": 8, "d": 1}}, "missing", "a.b", '"c", "d"'),
        ({"a.b": 7}, {"a": 5}, "missing", "a.b", "5"),
        ({"a.2.b": 7}, {"a": [1, 2]}, "item", "a.2", "2"),
        ({"a": [1]}, {"a": [1, 2]}, "length", "a", "2"),
        ({"a": [1, 2]}, {"a": [1, 3]}, "other", "a.1", "3"),
        ([1], {"a": 1}, "other", "", '{"a":1}'),
        ({"a": True}, {"a": 1}, "other", "a", "1"),
        ({}, [], "other", "", "[]"),
    ],
)
def test_a_difference_says_where_and_what_was_there(
    wanted: Any, came: Any, key: str, path: str, what: str
) -> None:
    first = differences(wanted, came)[0]
    assert (first.how, first.path, first.came) == (key, path, what)


def test_a_value_that_was_taken_is_no_sign_for_any() -> None:
    assert differences({"a": FromGap("*")}, {"a": "b"})
    assert not differences({"a": FromGap("*")}, {"a": "*"})


def test_what_a_pattern_took_may_be_a_number_or_a_text() -> None:
    taken = of_value(Value(b"7"), sent=False)
    assert not differences(taken, 7)
    assert not differences(taken, "7")
    assert differences(taken, 8)
    assert of_value(Value(b"7"), sent=True) == 7
    assert of_value(Value(b"007"), sent=True) == "007"
    assert of_value(Value(b"7", literal=False), sent=True) == "7"
    assert differences(of_value(Value(b"7", literal=False), sent=False), 7)
    assert of_value(Value(b"[1,2]", literal=True), sent=True) == [1, 2]


@pytest.mark.parametrize("text", ["", "{", "{'a': 1}", "NaN", "[1,]", '"\n"', "[" * 100_000])
def test_what_is_no_json(text: str) -> None:
    with pytest.raises(Problem):
        read_json(text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-le", "gb18030", "bytes"])
def test_it_is_read_in_the_encoding_of_the_endpoint(encoding: str) -> None:
    text = '{"a": "中"}'
    data = text.encode("utf-8" if encoding == "bytes" else encoding)
    assert document(data, encoding, http=False) == {"a": "中"}
    assert document(b"\xef\xbb\xbf[1]", "utf-8", http=False) == [1]


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def test_of_http_it_is_the_body() -> None:
    assert http_body(HEAD + b"Content-Length: 2\r\n\r\n[]") == b"[]"
    chunked = HEAD + b"Transfer-Encoding: chunked\r\n\r\n3;x=1\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n"
    assert http_body(chunked) == b"[1,2]"
    assert document(chunked, "latin-1", http=True) == [1, 2]


# -- in a run -----------------------------------------------------------------------------------

TALK = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = { ends = "\\n" }
responder = { kind = "echo" }
[endpoint.client]
address = "@server"
messages = { ends = "\\n" }
"""
OPEN = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'")


def send(keys: str) -> str:
    return steps(f"do = 'send'; endpoint = 'client'; wrap = true; {keys}")


def expect(keys: str) -> str:
    return steps(f"do = 'expect'; endpoint = 'client'; within = 30; {keys}")


def fails(keys: str) -> str:
    """It does not hold, though there is something that could be it."""
    there = expect("regex = '.'; keep = true")
    return there + expect(keys).replace("within = 30", "within = 0.1")


def test_a_run_expects_and_sends_json(play: Play) -> None:
    talk = TALK + OPEN + send('json = { type = "ack", data = { items = [{ id = 7 }] } }')
    ping = send('json = { type = "ping" }')
    wanted = 'json = { type = "ack", "data.items.0.id" = 7 }'
    report = play(talk + ping + expect(wanted))
    assert report.ok
    report = play(TALK + OPEN + ping + talk[len(TALK + OPEN) :] + expect(wanted))
    assert report.ok
    said = report.steps[-1].said
    assert said is not None
    assert said.key == "scenario.passed_rows"
    report = play(talk + fails('json = { type = "ack", "data.items.0.id" = 8 }'))
    assert "data.items.0.id is 7 where 8 was wanted" in reasons(report)[0]
    report = play(talk + fails('json = { type = "ack", "data.items.1.id" = 8 }'))
    assert "data.items.1 is no item of the list, which has 1" in reasons(report)[0]
    gone = expect("json = {}").replace("within = 30", "within = 0.1")
    report = play(talk + expect('json = \'{"type": "*"}\'') + gone)
    assert not report.ok


def test_what_is_sent_is_what_stands_there(play: Play) -> None:
    talk = TALK + OPEN + send('json = { b = "x\\"y", a = [1, 1.5, true, {}] }')
    assert play(talk + expect('text = \'{"b":"x\\"y","a":[1,1.5,true,{}]}\'')).ok
    talk = TALK + OPEN + send("json = '{ \"a\": null }'")
    assert play(talk + expect("text = '{ \"a\": null }'")).ok
    assert play(talk + expect("json = '{\"a\": null}'")).ok


def test_what_was_taken_keeps_its_type(play: Play) -> None:
    first = send('json = { id = 7, name = "7", list = [1, 2], quote = "a\\"b" }')
    take = expect('json = { id = "*" }; take = { n = "id", s = "name", l = "list", q = "quote" }')
    talk = TALK + OPEN + first + take
    again = send('json = { id = "{n}", name = "{s}", l = "{l}", more = "{n+1}", in = "<{n}>" }')
    wanted = 'json = \'{"id": 7, "name": "7", "l": [1, 2], "more": 8, "in": "<7>"}\''
    assert play(talk + again + expect(wanted)).ok
    assert play(talk + again + expect('json = { id = "{n}", name = "{s}", l = "{l}" }')).ok
    assert not play(talk + again + fails('json = { id = "{s}" }')).ok
    text = send('json = \'{"id": {n}, "name": "{s}", "l": {l}, "q": "{q}"}\'')
    assert play(talk + text + expect('json = { id = 7, name = "7", q = "a\\"b" }')).ok
    assert play(talk + text + expect('json = \'{"l": {l}, "q": "{q}"}\'')).ok


def test_values_of_the_file_keep_their_type(play: Play) -> None:
    values = '[values]\nn = 5\ns = "5"\n'
    talk = values + TALK + OPEN + send('json = { n = "{n}", s = "{s}" }')
    assert play(talk + expect('json = { n = 5, s = "5" }')).ok


@pytest.mark.parametrize(
    ("given", "sent"), [("8", "8"), ("1.5", "1.5"), ("08", '"08"'), ("x", '"x"')]
)
def test_what_is_given_for_a_number_is_one(given: str, sent: str) -> None:
    step_text = send('json = { n = "{n}" }')
    text = f"[values]\nn = 5\n{TALK}{step_text}"
    scenario = parse(text, given=Given({"n": given}))
    step = TakenValues(scenario, str).filled(scenario.steps[0], lambda _name: "utf-8")  # type: ignore[arg-type]
    assert isinstance(step, Perform)
    assert isinstance(step.command, Send)
    assert step.command.text == f'{{"n":{sent}}}'


def test_what_a_group_took_stands_where_a_number_is_wanted(play: Play) -> None:
    talk = TALK + OPEN + send('text = "id 42;"')
    talk += expect("regex = 'id (?P<id>\\d+);'; take = { whole = 'payload' }")
    talk += send('json = { id = "{id}", whole = "{whole}" }')
    assert play(talk + expect('json = { id = 42, whole = "id 42;" }')).ok


def test_what_is_to_be_taken_has_to_be_there(play: Play) -> None:
    talk = TALK + OPEN + send("json = { id = 7 }")
    report = play(talk + fails('json = { id = 7 }; take = { t = "data.token" }'))
    assert 'data is not there, where "*" was wanted; there is "id"' in reasons(report)[0]


def test_what_is_no_json_is_passed_over_and_told(play: Play) -> None:
    talk = TALK + OPEN + send('text = "hello"')
    assert "no JSON" in reasons(play(talk + fails("json = {}")))[0]
    talk += send("json = {}")
    assert play(talk + expect("json = {}")).ok
    assert not play(talk + fails("json = {}; next = true")).ok


def test_the_words_of_a_call_are_taken(play: Play) -> None:
    talk = TALK + OPEN + send('text = "abcd"')
    take = (
        "do = 'expect'; endpoint = 'server'; call = 'accept'; take = { who = 'peer' }",
        "do = 'expect'; endpoint = 'server'; text = 'abcd'; take = { n = 'size' }",
    )
    talk += steps(*take) + send('json = { who = "{who}", n = "{n}" }')
    report = play(talk + expect('regex = \'"who":"127\\.0\\.0\\.1:\\d+","n":4\''))
    assert report.ok, reasons(report)


def test_json_of_a_body_of_http(play: Play) -> None:
    rule = json.dumps('HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{"token":"t-42"}')
    talk = f"""
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = "http"
responder = {{ kind = "rules", rules = [{{ match = "any", reply = {rule} }}] }}
[endpoint.client]
address = "@server"
messages = "http"
"""
    get = steps(
        'do = "send"; endpoint = "client"; text = "GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"'
    )
    login = steps("do = 'expect'; endpoint = 'client'; json = {}; take = { token = 'token' }")
    auth = steps(
        'do = "send"; endpoint = "client";'
        ' text = "GET / HTTP/1.1\\r\\nHost: a\\r\\nX-Token: {token}\\r\\n\\r\\n"',
        "do = 'expect'; endpoint = 'server'; contains = 'X-Token: t-42'",
    )
    report = play(talk + OPEN + get + login + auth)
    assert report.ok, reasons(report)


def test_a_loop_ends_with_json(play: Play) -> None:
    loop = (
        "[[step]]\ndo = 'loop'\ntimes = 9\nuntil = { endpoint = 'client', json = { n = 3 } }\n"
        "[[step.step]]\ndo = 'send'\nendpoint = 'client'\nwrap = true\njson = { n = 3 }\n"
        "[[step.step]]\ndo = 'expect'\nendpoint = 'client'\ntext = 'never'\nwithin = 30\n"
    )
    assert play(TALK + OPEN + loop).ok


@pytest.mark.parametrize(
    ("step", "key"),
    [
        ("do = 'send'\njson = {}\ntext = 'a'", "scenario.one_of"),
        ("do = 'send'\njson = '{'", "scenario.no_json"),
        ("do = 'send'\njson = 7", "scenario.wrong_type"),
        ("do = 'send'\njson = { a = 2026-01-01 }", "scenario.not_in_json"),
        ("do = 'expect'\njson = { a = [inf] }", "scenario.not_in_json"),
        ("do = 'expect'\njson = '[1'", "scenario.no_json"),
        ("do = 'expect'\njson = {}\ntext = 'a'", "scenario.one_of"),
        ("do = 'expect'\njson = {}\ntake = {}", "scenario.take_nothing"),
        ("do = 'expect'\njson = {}\nabsent = true\ntake = { a = 'b' }", "scenario.absent_alone"),
        ("do = 'expect'\njson = {}\ntake = { a = 7 }", "scenario.wrong_type"),
        ("do = 'expect'\njson = {}\ntake = { uuid = 'a' }", "scenario.reserved_value"),
        ("do = 'expect'\njson = {}\ntake = { 'a-b' = 'a' }", "scenario.bad_value_name"),
        ("do = 'expect'\ntext = 'x'\ntake = { a = 'data.token' }", "scenario.unknown_value"),
    ],
)
def test_what_cannot_be_is_refused(step: str, key: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"{TALK}[[step]]\nendpoint = 'client'\n{step}\n")
    assert inner_key(caught.value) == key


@pytest.mark.parametrize(
    ("keys", "key"),
    [
        ("json = '7'", "scenario.json_in_stream"),
        ("text = 'a'\ntake = { a = 'payload' }", "scenario.take_payload"),
    ],
)
def test_a_stream_without_messages_has_none(keys: str, key: str) -> None:
    plain = TALK.replace('messages = { ends = "\\n" }\n', "")
    with pytest.raises(ScenarioProblem) as caught:
        parse(f"{plain}[[step]]\ndo = 'expect'\nendpoint = 'client'\n{keys}\n")
    assert inner_key(caught.value) == key


def test_it_is_written_as_it_is_read() -> None:
    text = (
        TALK
        + send('json = { id = "{n}", list = [1, { a = "b.c" }], "x.y" = true }')
        + send("json = '{\"a\": null}'")
        + expect('json = { "data.items.0.id" = 7, sym = "*" }; take = { n = "data.items.0.id" }')
        + expect("json = '[]'; keep = true")
    )
    scenario = parse(text)
    assert parse(to_toml(scenario)) == scenario


def test_who_sent_a_datagram_gets_the_answer(play: Play) -> None:
    talk = """
[endpoint.server]
role = "datagram"
bind = "127.0.0.1:0"
[endpoint.client]
role = "datagram"
address = "@server"
"""
    report = play(
        talk
        + steps(
            "do = 'start'; endpoint = 'server'",
            "do = 'start'; endpoint = 'client'",
            "do = 'send'; endpoint = 'client'; json = { id = 7 }",
            "do = 'expect'; endpoint = 'server'; json = { id = '*' };"
            " take = { id = 'id' }; keep = true",
            "do = 'expect'; endpoint = 'server'; call = 'recvfrom'; take = { who = 'peer' }",
            "do = 'send'; endpoint = 'server'; to = '{who}'; json = { id = '{id}' }",
            "do = 'expect'; endpoint = 'client'; json = { id = 7 }; next = true",
        )
    )
    assert report.ok, reasons(report)


@pytest.mark.parametrize("number", ["inf", "-inf", "nan"])
@pytest.mark.parametrize("do", ["send", "expect"])
def test_a_number_that_json_has_not_is_said(play: Play, number: str, do: str) -> None:
    own = f"[values]\nn = {number}\n"
    step = f"do = '{do}'; endpoint = 'client'; json = {{ a = '{{n}}' }}"
    begin = steps("do = 'start'; endpoint = 'server'", "do = 'connect'; endpoint = 'client'")
    assert "JSON has no value" in reasons(play(own + PAIR + begin + steps(step)))[0]
