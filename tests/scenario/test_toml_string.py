"""A text as TOML reads back as the same text."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from workbench.scenario.toml_string import basic, string


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_it_reads_back(text: str) -> None:
    assert tomllib.loads(f"a = {string(text)}\nb = {basic(text)}\n") == {"a": text, "b": text}
    assert "\n" not in string(text)
    assert basic(text).startswith('"')


def test_half_a_character_no_toml_can_hold() -> None:
    assert string("a\ud800") == '"a\ufffd"'
