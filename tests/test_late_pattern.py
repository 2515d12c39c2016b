"""A pattern that is compiled late does what a compiled one does."""

from __future__ import annotations

import re

import pytest

from workbench.late_pattern import LONG, late_pattern, long_ones_late


def test_it_does_what_a_compiled_one_does() -> None:
    late, made = late_pattern(r"(\w)(?P<second>\d)", re.ASCII), re.compile(r"(\w)(?P<second>\d)")
    text = "a1 b2 ü3"
    for _ in range(2):
        found = late.search(text)
        assert found is not None
        assert found.groupdict() == {"second": "1"}
        assert late.findall(text) == made.findall("a1 b2")
        assert late.sub("-", text) == "- - ü3"
        assert late.fullmatch("x9")
        assert late.fullmatch("x99") is None
    assert (late.pattern, late.groups) == (made.pattern, 2)
    assert late_pattern(rb"\d").findall(b"1a2") == [b"1", b"2"]


def test_it_is_compiled_with_its_first_use_and_not_again(monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    usual = re.compile

    def noted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return usual(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    late = late_pattern("ab+")
    assert late.pattern == "ab+"
    assert compiled == []
    assert late.match("abb")
    assert late.match("abb")
    assert compiled == ["ab+"]


def test_a_wrong_one_is_told_with_its_first_use() -> None:
    late = late_pattern("(")
    with pytest.raises(re.error):
        late.match("")


def test_long_ones_of_others_are_compiled_with_their_first_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A method that was taken from one before works as well, also within; short ones are usual."""
    compiled: list[str] = []
    usual = re.compile

    def noted(pattern: str, flags: int = 0) -> re.Pattern[str]:
        compiled.append(pattern)
        return usual(pattern, flags)

    monkeypatch.setattr(re, "compile", noted)
    long = "(a)|" + "|".join(f"b{number}" for number in range(LONG))
    with long_ones_late():
        late = re.compile(long, flags=re.VERBOSE)
        finditer = late.finditer
        assert not hasattr(late, "__isabstractmethod__")  # classes that hold it are asked
        assert isinstance(re.compile("short"), re.Pattern)
        assert compiled == ["short"]
        assert [found[0] for found in finditer("a b1 c")] == ["a", "b1"]
    assert re.compile is noted
    assert late.sub("-", "xa") == "x-"
    assert (late.pattern, late.groups, late.flags & re.VERBOSE) == (long, 1, re.VERBOSE)


def test_what_is_usual_comes_back_after_a_fault() -> None:
    usual = re.compile
    with pytest.raises(ZeroDivisionError), long_ones_late():
        _ = 1 // 0
    assert re.compile is usual
