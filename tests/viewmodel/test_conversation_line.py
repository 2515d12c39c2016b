"""Lines that open, and lines that fold into one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.viewmodel.conversation_line import (
    CLOSED,
    LONGEST_JSON,
    Aside,
    ConversationLine,
    json_lines,
)

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8"), max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("ab", max_size=3), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(VALUES)
def test_indented_json_is_the_same_json(value: object) -> None:
    lines = json_lines(json.dumps(value).encode())
    if lines:
        assert json.loads("\n".join(lines)) == value
    else:
        assert not isinstance(value, dict | list) or not value


def test_what_is_written_stays_as_it_was_written() -> None:
    lines = json_lines(b'{"a":1.50,"a":1e400,"b":"x:{\\"},"}')
    assert lines == ("{", '  "a": 1.50,', '  "a": 1e400,', '  "b": "x:{\\"},"', "}")


@pytest.mark.parametrize(
    "data",
    [b"", b"{}", b"[]", b"1", b"hello", b"{no}", b"[1", b"\xff\xfe[1]", b"[" * 100_000,
     b"[" + b"1," * LONGEST_JSON + b"1]"],
)  # fmt: skip
def test_what_is_no_json_or_too_much_does_not_open(data: bytes) -> None:
    assert json_lines(data) == ()


def test_a_long_one_is_cut_and_says_so() -> None:
    lines = json_lines(json.dumps(list(range(1000))).encode())
    assert len(lines) == 301
    assert "702" in lines[-1]


def test_lines_beside_the_talk_fold_into_one_that_counts_them() -> None:
    aside = Aside(ConversationLine("12:00  > sent PING", aside="PING", mark=6))
    assert aside.line() == ConversationLine("12:00  > sent PING", mark=6)
    for name in ("PONG", "PING", "PONG"):
        aside.add(ConversationLine(f"12:01  - {name}", aside=name, mark=6))
    line = aside.line()
    assert line.text == "12:00  -  PING \u00d72, PONG \u00d72"
    assert len(line.inside) == 4
    assert line.marked(opened=False) == f"12:00 {CLOSED}-  PING \u00d72, PONG \u00d72"
