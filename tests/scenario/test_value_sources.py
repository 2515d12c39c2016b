"""Values as people give them to a run: pairs above files, a later file above an earlier one."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.scenario.named_values import Given
from workbench.scenario.value_sources import given_of, pair_of
from workbench.texts import Problem


def test_what_is_given_last_stands(tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text('a = 1\nb = "x"\nc = 0.5\n')
    two.write_text("\ufeffb = 2\n", encoding="utf-8")
    found = given_of([pair_of("a=")], [one, two], ["HOME"])
    assert found == Given({"a": "", "b": 2, "c": 0.5}, ("HOME",))
    assert pair_of("name=a=b") == ("name", "a=b")


@pytest.mark.parametrize("text", ["=value", "name", ""])
def test_what_is_no_pair_is_refused(text: str) -> None:
    with pytest.raises(Problem) as refused:
        pair_of(text)
    assert refused.value.key == "cli.not_a_pair"


@pytest.mark.parametrize("text", ["a = true", "a = [1]", "a", "a = 2026-01-01"])
def test_what_is_no_file_of_values_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "values.toml"
    path.write_text(text)
    with pytest.raises(Problem) as refused:
        given_of([], [path], [])
    assert refused.value.key == "cli.not_values"
