"""The READMEs' table of keys is the code's."""

from __future__ import annotations

from pathlib import Path

import pytest

import make_keys as script
from workbench.scenario import key_table
from workbench.scenario import keys as k
from workbench.texts import set_language


@pytest.mark.parametrize("path", script.wanted(), ids=lambda path: path.name)
def test_what_is_made_of_the_table_is_up_to_date(path: Path) -> None:
    shown = f"run scripts/make_keys.py: {path.name} differs from the table of keys"
    assert script.wanted()[path] == path.read_text(encoding="utf-8"), shown


@pytest.mark.parametrize("language", script.READMES)
def test_it_has_a_row_for_each_key(language: str) -> None:
    set_language(language)
    lines = key_table.markdown().splitlines()
    assert len(lines) == 2 + len(k.table())
    assert {line.replace("\\|", "").count("|") for line in lines} == {6}


def test_a_row_says_where_it_stands_what_it_takes_and_what_it_is_else() -> None:
    set_language("en")
    rows = [line.split(" | ") for line in key_table.markdown().splitlines()]
    found = {(row[0].removeprefix("| "), row[1]): row[2:4] for row in rows}
    assert found["`send`", "`repeat`"] == ["whole number", "`1`"]
    assert found["`[endpoint.NAME]`", "`timeout`"] == ['number or `"none"`', ""]
    assert found["`pause` `resume` `step`", "`gate`"][1] == "needed"
    assert found["`[endpoint.NAME]`", "`messages`"][0] == 'table or `"http"` or `"none"`'


def test_a_text_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="substring"):
        key_table.within("# Nothing\n")
