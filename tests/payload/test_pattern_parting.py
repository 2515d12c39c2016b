"""How far a regular expression goes with a text that it is not in, and what of it is missing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.payload.pattern_parting import stuck, stuck_text
from workbench.payload.patterns import EXPECT_TIME, compile_pattern
from workbench.texts import Problem

HEAD = "HTTP/1.1 404 Not Found\r\nDate: x\r\n"


@pytest.mark.parametrize(
    ("pattern", "text", "fits", "missing"),
    [
        (r"HTTP/1\.[01] 200 (?P<a>[^\r]*)\r\n", HEAD, "HTTP/1.1 ", r"200 (?P<a>[^\r]*)\r\n"),
        (r"^HTTP/1\.1 200", HEAD, "HTTP/1.1 ", "200"),
        (r"404 Not Found\r\nDate: x\r\n(?P<a>.+)", HEAD, HEAD[9:], "(?P<a>.+)"),
        # within a group, and not within one of whose ways none goes further
        (r"(?P<line>HTTP/1\.1 (200|301)) OK", HEAD, "HTTP/1.1 ", "(200|301) OK"),
        ("(GET|POST|PUT) /a", "POST /b", "POST /", "a"),
        ("xyz 1|HTTP/1.1 5", HEAD, "HTTP/1.1 ", "5"),
        ("(?i)http/1.1 200", HEAD, "HTTP/1.1 ", "200"),
        # a run of whatever, and a letter behind it, says nothing
        ("HTTP.* 200", HEAD, "HTTP", ".* 200"),
        (r".*Date: (\d+)", HEAD, HEAD[:-3], r"(\d+)"),
        (r"[]a]{2,3}\]b", "x a]]c", "a]]", "b"),
        (r"(a)\1\1bc", "aaabd", "aaab", "c"),
        (r"\u0041\x42\103\N{LATIN SMALL LETTER A}", "ABC", "ABC", r"\N{LATIN SMALL LETTER A}"),
        (r"ab{2}$", "abb\r\n", "abb", "$"),
        # of several the last
        (r"s1,(UP|MAINT) \d", "s1,DOWN s1,OK", "s1,", r"(UP|MAINT) \d"),
    ],
)
def test_it_goes_as_far_as_its_longest_first_part(
    pattern: str, text: str, fits: str, missing: str
) -> None:
    found = stuck(compile_pattern(pattern), text)
    assert found is not None
    assert (text[found.start : found.end], found.missing) == (fits, missing)


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("xyz", "abc"),
        ("axyz", "banana"),  # a letter fits by chance
        (".*", ""),
        ("(?x) a b c d", "abce"),  # with comments, it is not cut
        ("abc(?i)d", "ABCe"),  # flags from there on
        ("abc", "zabcz"),  # it is there
        ("abcd", "abce" * 100_000),  # too long to look
    ],
)
def test_what_cannot_be_told_or_says_nothing_is_not_told(pattern: str, text: str) -> None:
    assert stuck(compile_pattern(pattern), text) is None


def test_a_search_that_takes_too_long_tells_nothing() -> None:
    assert stuck(compile_pattern(r"(?:a|aa|a?){40}c(b|d)"), "a" * 60) is None


def test_of_bytes_each_is_a_character() -> None:
    found = stuck(compile_pattern(r"\x80\x81\x82\x83"), "\x00\x80\x81\x82\x00")
    assert found == (1, 4, r"\x83")


@pytest.mark.parametrize(
    ("wanted", "text", "expected"),
    [
        ("HTTP/1.1 200 OK", HEAD, (0, 9, "200 OK")),
        ("UP,", "DOWN,UP;", (5, 7, ",")),  # most of it
        ("abcdefgh", "xxab", None),
        ("abc", "abc", None),
        ("abc", "", None),
    ],
)
def test_a_text_goes_as_far_as_its_longest_beginning(
    wanted: str, text: str, expected: tuple[int, int, str] | None
) -> None:
    assert stuck_text(wanted, text) == expected


PIECES = st.sampled_from(
    ["a", "b", "ab", "[ab]", "(a|b)", "(?:ba)+", "a*", ".", r"\d", "(?P<n>b)c"]
)


@given(st.lists(PIECES, min_size=1, max_size=6).map("".join), st.text("abc1", max_size=20))
def test_with_what_is_missing_it_is_nowhere_and_without_it_is_there(source: str, text: str) -> None:
    try:
        pattern = compile_pattern(source)
    except Problem:  # a name twice
        return
    found = stuck(pattern, text)
    if found is not None:
        assert not pattern.matches(text, EXPECT_TIME)
        assert source.endswith(found.missing) or "(" in source
        assert 0 <= found.start < found.end <= len(text)
