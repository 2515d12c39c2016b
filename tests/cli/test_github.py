"""What GitHub reads of a failure is taken apart by its own rule into what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.cli import github

TEXT = st.text(st.characters(exclude_categories=["Cs"]))


def read(line: str) -> tuple[dict[str, str], str]:
    """As the runner does: properties end at "::", stand between commas, and are unescaped."""
    assert "\r" not in line
    assert line.count("\n") == 1
    found = re.fullmatch(r"::error (.*?)::(.*)\n", line, re.DOTALL)
    assert found is not None
    keys = dict(part.split("=", 1) for part in found[1].split(","))
    return {key: unescaped(value) for key, value in keys.items()}, unescaped(found[2])


def unescaped(text: str) -> str:
    for code, char in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, char)
    return text


@given(st.integers(1, 9999), TEXT, TEXT)
def test_every_text_comes_back(line: int, title: str, message: str) -> None:
    made = github.error_line(Path("a, b:c%d.toml"), line, title, message)
    keys, said = read(made)
    assert keys == {"file": "a, b:c%d.toml", "line": str(line), "title": title}
    assert said == message


def test_a_file_is_named_below_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    inside = github.error_line(tmp_path / "s" / "a.toml", 1, "t", "m")
    assert read(inside)[0]["file"] == "s/a.toml"
    outside = github.error_line(tmp_path.parent / "a.toml", 1, "t", "m")
    assert read(outside)[0]["file"] == (tmp_path.parent / "a.toml").as_posix()


@pytest.mark.parametrize(("value", "wanted"), [("true", True), ("", False), ("false", False)])
def test_only_a_workflow_is_told(
    value: str, *, wanted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", value)
    assert github.wanted() is wanted
    monkeypatch.delenv("GITHUB_ACTIONS")
    assert not github.wanted()
