"""JSON in a stream that nothing else divides: objects and lists show where they end."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.conftest import Play, reasons
from tests.scenario.test_json_values import OPEN, TALK, expect, send
from workbench.scenario.json_stream import JsonTexts, values_in

PLAIN = st.none() | st.booleans() | st.integers() | st.text('ab{}[]"\\ \n中', max_size=6)
VALUES = st.recursive(
    PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
).filter(lambda value: isinstance(value, dict | list))
BETWEEN = st.sampled_from(
    ["", " ", "\n", "\r\n", "\x1e", "OK ", "7 ", "} ", "[INFO] ", "{no ", '" ']
)
"""Also what is no JSON: it is passed over."""


@given(st.lists(st.tuples(BETWEEN, VALUES), max_size=5), st.lists(st.integers(1, 9)))
def test_they_are_found_however_reads_cut_them(
    stream: list[tuple[str, Any]], sizes: list[int]
) -> None:
    text = "".join(
        between + json.dumps(value, ensure_ascii=place % 2 == 0)
        for place, (between, value) in enumerate(stream)
    )
    texts, found = JsonTexts(), []
    for size in [*sizes, len(text)]:
        texts.feed(text[:size])
        text = text[size:]
        while (one := texts.next()) is not None:
            found.append(one[2])
    assert found == [value for _, value in stream]


def test_where_one_stands() -> None:
    texts = JsonTexts()
    texts.feed('OK\r\n{"a": 1}\n [')
    assert texts.next() == (2, 12, {"a": 1})
    assert texts.next() is None
    texts.feed("]x")
    assert texts.next() == (12, 16, [])
    assert texts.next() is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ('{"a": 1', []),
        ('[NaN] {"a": "}"}', [{"a": "}"}]),
        ('[1, {"a": 1}} {"b": 2}', [{"a": 1}, {"b": 2}]),
        ("[" * 500 + "]" * 500 + " {}", [{}]),
        ("[" * 50_000 + "]" * 50_000 + " {}", [{}]),  # each took as long as all that came
        ('{"a":' * 20_000, []),
        ("[1} " * 50_000 + "{}", [{}]),
        ('[ "x [1]" [2] ' + "[" * 500, [[1], [2]]),
    ],
)
def test_what_is_none_is_passed_over(text: str, found: list[Any]) -> None:
    assert values_in(text)[-len(found) or 1 :] == found


PLAINLY = TALK.replace('messages = { ends = "\\n" }\n', "")


def plainly(talk: str) -> str:
    return talk.replace("wrap = true", "wrap = false")


def fails_after(there: str, keys: str) -> str:
    """It does not hold, though all that could be it has come."""
    return expect(f"{there}; keep = true") + expect(keys).replace("within = 30", "within = 0.1")


def test_a_run_expects_json_of_a_stream(play: Play) -> None:
    talk = PLAINLY + OPEN + send('text = "hello\\n"')
    talk += send('json = { type = "ping" }') + send("json = { type = 'ack', id = 7 }")
    talk = plainly(talk)
    taken = expect('json = { type = "ack" }; take = { n = "id" }')
    again = plainly(send('json = { id = "{n+1}", list = [1] }'))
    report = play(talk + taken + again + expect("json = { id = 8 }; next = true"))
    assert report.ok, reasons(report)
    said = report.steps[-3].said
    assert said is not None
    assert said.key == "scenario.passed_bytes"
    there = "json = { id = 7 }"
    report = play(talk + fails_after(there, 'json = { type = "ack", id = 8 }'))
    assert "id is 7 where 8 was wanted" in reasons(report)[0]
    assert not play(talk + fails_after(there, 'json = { type = "ack" }; next = true')).ok
    hello = plainly(send('text = "hello"'))
    report = play(PLAINLY + OPEN + hello + fails_after("regex = 'hello'", "json = {}"))
    assert "no JSON" in reasons(report)[0]
