"""Each kind of value is read, or refused with its place and what is wanted."""

from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.settings import GateMode
from workbench.scenario import values as v
from workbench.texts import LANGUAGES, Problem, set_language

ANYTHING = st.recursive(
    st.one_of(st.booleans(), st.integers(), st.floats(), st.text(max_size=5)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=4,
)
READERS: dict[str, v.Read] = {
    "text": v.key_of(str), "number": v.key_of(int), "boolean": v.key_of(bool),
    "list": v.key_of(list), "several": v.key_of((int, str, list)), "enum": v.enum_key(GateMode),
    "names": v.one_of(("a", "b")), "positive": v.positive, "bytes": v.number_of_bytes,
    "seconds": v.seconds, "connection": v.connection, "encoding": v.encoding,
    "option": v.option, "options": v.socket_options,
}  # fmt: skip


def read(reader: v.Read, value: object) -> Any:
    return reader({"key": value}, "key", ("table",))


@pytest.mark.parametrize("name", READERS)
@given(value=ANYTHING)
def test_any_value_is_read_or_pointed_at(name: str, value: object) -> None:
    try:
        read(READERS[name], value)
    except v.Wrong as wrong:
        refused = wrong
    else:
        return
    assert refused.path[:2] == ("table", "key")
    for language in LANGUAGES:
        set_language(language)
        assert refused.problem.text
    set_language("en")


@pytest.mark.parametrize(("name", "value", "got"), [
    ("text", "x", "x"), ("number", 3, 3), ("boolean", True, True), ("list", [1, [2]], (1, (2,))),
    ("several", [1, 0], (1, 0)), ("enum", "paused", GateMode.PAUSED), ("names", "b", "b"),
    ("positive", 1, 1), ("positive", 2**31 - 1, 2**31 - 1), ("bytes", 0, 0), ("seconds", 3, 3.0),
    ("seconds", 0.5, 0.5), ("connection", 2, 2), ("connection", "all", "all"),
    ("encoding", "GBK", "GBK"), ("option", "SO_RCVBUF", "SO_RCVBUF"),
    ("options", {"SO_LINGER": [1, 0], "TCP_NODELAY": 1},
     (("SO_LINGER", (1, 0)), ("TCP_NODELAY", 1))),
])  # fmt: skip
def test_what_is_read(name: str, value: object, got: object) -> None:
    assert read(READERS[name], value) == got


@pytest.mark.parametrize(("name", "value", "words"), [
    ("text", 3, "key must be text in quotes, not 3."), ("number", "3", 'a number, not "3".'),
    ("number", True, "not true."), ("boolean", 0, "true or false, not 0."),
    ("list", {}, "key = [ { … }, { … } ]."),
    ("several", 1.5, "a number or text in quotes or a list [ … ], not 1.5."),
    ("enum", "pause", "Did you mean paused?"), ("names", "zzz", "a, b"),
    ("positive", 0, "from 1 on, not 0."), ("positive", 2**31, "2147483647 at most, not 2"),
    ("bytes", -1, "from 0 on"), ("seconds", -0.1, "seconds from 0 on"),
    ("seconds", math.inf, "999999999 at most, not inf."), ("seconds", math.nan, "not nan."),
    ("seconds", True, "true"),
    ("connection", 0, 'or "all"'), ("connection", "first", 'not "first".'),
    ("encoding", "hex", "no encoding named hex"), ("option", "SO_RCVBUFF", "SO_RCVBUF?"),
    ("options", {"SO_REUSEADR": 1}, "SO_REUSEADDR"), ("options", {"SO_RCVBUF": "x"}, "SO_RCVBUF"),
    ("text", ["x" * 200], "…"),
])  # fmt: skip
def test_what_is_refused(name: str, value: object, words: str) -> None:
    with pytest.raises(v.Wrong) as caught:
        read(READERS[name], value)
    assert words in caught.value.problem.text


def test_options_are_pointed_at_one_by_one() -> None:
    with pytest.raises(v.Wrong) as caught:
        read(v.socket_options, {"SO_RCVBUF": 1, "SO_NOPE": 1})
    assert caught.value.path == ("table", "key", "SO_NOPE")


def test_what_is_missing_is_named() -> None:
    for reader in (v.key_of(str), v.positive, v.seconds, v.enum_key(GateMode), v.encoding):
        with pytest.raises(v.Wrong) as caught:
            reader({}, "key", ("table",))
        assert caught.value.path == ("table",)
        assert "key is missing" in caught.value.problem.text
    assert v.typed({}, "key", str, (), "default") == "default"


@pytest.mark.parametrize(("table", "kept"), [
    ({}, 4096), ({"capture": 0}, 0), ({"capture": 10}, 10), ({"capture": "all"}, None),
])  # fmt: skip
def test_capture(table: dict[str, object], kept: int | None) -> None:
    assert v.capture(table, "capture", ()) == kept


@pytest.mark.parametrize("value", [-1, True, "none", 1.5])
def test_no_capture(value: object) -> None:
    with pytest.raises(v.Wrong, match="wrong_type"):
        v.capture({"capture": value}, "capture", ())


def test_unknown_names() -> None:
    near = v.unknown((), "strat", ["start", "stop"], "scenario.unknown_value").problem.text
    assert "start?" in near
    assert "[endpoint.x]" in v.unknown((), "x", [], "scenario.unknown_endpoint").problem.text
    with pytest.raises(v.Wrong) as caught:
        v.known({"a": 1, "bb": 2}, ("a", "b"), ("t",))
    assert caught.value.path == ("t", "bb")


def test_a_problem_of_a_check_keeps_its_words() -> None:
    def broken() -> None:
        raise Problem("address.no_name")

    with pytest.raises(v.Wrong) as caught:
        v.check(broken, ("a", "b"))
    assert caught.value.problem.key == "address.no_name"
    assert caught.value.path == ("a", "b")


def test_values_are_shown_as_toml() -> None:
    assert [v.shown(value) for value in (True, "a\n你", 1.5, [1])] == [
        "true", '"a\\n你"', "1.5", "[1]",
    ]  # fmt: skip
