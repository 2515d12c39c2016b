"""What can follow the cursor is offered, and only where it can."""

from __future__ import annotations

import pytest

from workbench.payload.templates import PLACEHOLDERS, hex_template, text_template
from workbench.viewmodel.completion import WIDTHS, complete, cursor_in

NAMES = ("token", "user")


@pytest.mark.parametrize(("text", "as_hex", "words"), [
    ("a {tok", False, ("{token}",)), ("{u", False, ("{user}", "{unix}", "{unix_ms}", "{uuid}")),
    ("{len:", False, ("{len:token}", "{len:user}")),
    ("{rand", False, ("{random:8}", "{random_bytes:8}")),
    ("{token}", False, ()), ("{{tok", False, ()), ('{"a', False, ()), ("token", False, ()),
    ("u24", False, ()), ("00 u24", True, ("u24[]", "u24le[]", "u24()")),
    ("u24[{us", True, ("{user}",)),
    ("be", True, ()), ("ber", True, ("ber[]",)), ("00 v", True, ("var7[]",)),
    ("u8[ u1", True, ("u16[]", "u16le[]", "u16()", "u16le()")),
])  # fmt: skip
def test_what_is_offered(text: str, as_hex: bool, words: tuple[str, ...]) -> None:
    assert complete(text, len(text), NAMES, as_hex=as_hex).words == words


def test_a_brace_alone_offers_all_and_says_where_it_begins() -> None:
    found = complete("ab {", 4, NAMES, as_hex=False)
    assert found.begin == 3
    assert found.words[:2] == ("{token}", "{user}")
    assert {"{counter}", "{time}", "{len:user}"} <= set(found.words)


def test_only_what_stands_before_the_cursor_counts() -> None:
    assert complete("{tok} more", 4, NAMES, as_hex=False).words == ("{token}",)
    assert complete("{tok} more", 10, NAMES, as_hex=False).words == ()


def test_all_that_is_offered_is_understood() -> None:
    """By the parser itself: what it does not know would be no gap, or a fault."""
    values = {*NAMES, *PLACEHOLDERS}
    for word in complete("{", 1, NAMES, as_hex=False).words:
        assert text_template(word, values, "utf-8").fixed is None
    for word in WIDTHS:
        place = cursor_in(word)
        inside = "01" if word.endswith("]") else "1"
        assert hex_template(word[:place] + inside + word[place:], NAMES, "utf-8").fixed
