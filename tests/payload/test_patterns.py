"""Patterns: what they are over, what is wrong with them, that they end, and what may still grow."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.patterns import LARGEST, TooSlow, compile_pattern
from workbench.texts import Problem, has

HANG = 60.0
"""Seconds after which something is taken to hang: a hundred times what it takes."""


def found(pattern: str, text: str, encoding: str | None = None) -> tuple[int, int, bool] | None:
    match = compile_pattern(pattern, encoding).search(text, HANG)
    return None if match is None else (match.start, match.end, match.grows)


def test_a_pattern_is_over_characters() -> None:
    assert found("^a.b$", "a\nb") == (0, 3, True)
    assert found("你+", "x你你") == (1, 3, True)
    assert found("[四五]步", "第五步") == (1, 3, False)


def test_a_pattern_that_names_a_byte_is_over_bytes() -> None:
    assert compile_pattern(r"\xff").bytewise
    assert compile_pattern(r"\x7f").bytewise is False
    assert compile_pattern(r"\xff", "utf-8").bytewise is False
    assert found(r"\w", "\xe9", "bytes") is None  # no letter, a byte
    assert found("é", "é".encode().decode("latin-1"), "bytes") is None
    assert found("中", "中".encode().decode("latin-1"), "bytes") == (0, 3, False)


@pytest.mark.parametrize(("pattern", "text", "grows"), [
    ("N=[0-9]+", "N=1", True), ("N=[0-9]+", "N=1;", False), ("abc", "abc", False),
    ("ab+c|b", "ab", True), ("a.*c|ab", "abx", True), ("OK(?!AY)", "OK", True),
    ("OK$", "OK", True), (r"OK\b", "OK", True), (r"\bOK\b", "OK ", False), (r"OK\B", "OKA", False),
    ("a{2,3}", "aa", True), ("a{2,3}", "aaa", False), ("a+?", "a", False), ("okay|ok", "ok", True),
    ("(?:[a-z]+,?)+;", "abcdefghijklmnopqrstuvwxyz,abcdefghijklmnopqrstuvwxyz;", False),
    ("(?x)a b # c", "ab", False), ("(?i)x|y+", "y", True),
])  # fmt: skip
def test_what_may_still_grow(pattern: str, text: str, grows: bool) -> None:
    match = found(pattern, text)
    assert match is not None
    assert match[2] is grows


@pytest.mark.parametrize("text", ["x{e}", '{"e":1}', "a{", "}", "{,}", "[{e}]", "{i}{s}"])
def test_a_brace_that_is_no_repeat_is_a_brace(text: str) -> None:
    """To the package `regex` x{e} would mean: x, with any number of errors."""
    plain = text if not text.startswith("[") else "{"
    assert found(text, plain) is not None
    assert found(text, "y" * 8) is None


def test_a_search_is_given_up() -> None:
    pattern = compile_pattern("(a|aa)+$")
    begun = time.monotonic()
    for search in (
        lambda: pattern.search("a" * 40 + "b", 0.05),
        lambda: pattern.matches("a" * 40 + "b", 0.05),
    ):
        with pytest.raises(TooSlow) as given_up:
            search()
        assert "(a|aa)+$" in given_up.value.text
    assert time.monotonic() - begun < HANG


@pytest.mark.parametrize(
    "pattern",
    [
        "((a{300}){300}){300}",
        "(a{1000}){1000}",
        "a{99999999999}",
        "((((a{30}){30}){30}){30}){30}",
        f"a{{{LARGEST + 1}}}",
    ],
)
def test_what_takes_long_to_compile_is_refused(pattern: str) -> None:
    begun = time.monotonic()
    with pytest.raises(Problem) as refused:
        compile_pattern(pattern)
    assert time.monotonic() - begun < HANG
    assert "too large" in refused.value.text


@pytest.mark.parametrize(("pattern", "kind", "position"), [
    ("你(", "group", 3), ("a)", "unbalanced", 2), ("[a", "set", 3), ("*a", "repeat", 1),
    ("a{2,1}", "range", 3), ("\\", "escape", 2), ("(?q)", "extension", 3), ("\\q", "escape", 3),
    ("\\1", "reference", 3), ("(?P<1>a)", "other", 6), ("(" * 3000 + ")" * 3000, "other", 1),
])  # fmt: skip
def test_what_is_wrong_with_a_pattern(pattern: str, kind: str, position: int) -> None:
    with pytest.raises(Problem) as wrong:
        compile_pattern(pattern)
    reason = wrong.value.args_["reason"]
    assert isinstance(reason, Problem)
    assert reason.key == f"pattern.{kind}"
    assert wrong.value.args_["position"] == min(position, len(pattern) + 1)
    assert has(reason.key)


@given(st.text("a()[]{}*+?|\\^$.-,:=!<>P12", max_size=12), st.text("a1 ", max_size=5))
def test_any_pattern_is_one_or_a_problem(pattern: str, text: str) -> None:
    try:
        compiled = compile_pattern(pattern)
    except Problem as problem:
        str(problem)  # has a text
        return
    match = compiled.search(text, HANG)
    if match is None:
        assert 0 <= compiled.resume(text, HANG) <= len(text)
    else:
        assert 0 <= match.start <= match.end <= len(text)
