"""What GitHub reads of a failure is taken apart by its own rule into what was meant."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.cli_process import end, start
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


@given(st.text("#:[]e \t\n%", max_size=30) | TEXT)
def test_nothing_that_is_shown_is_a_command(text: str) -> None:
    """By the rules of GitHub's runner: :: at the begin of a line, after blanks; ##[ anywhere."""
    shown = github.without_commands(text)
    for line in shown.splitlines():
        assert not line.lstrip().startswith("::")
        assert "##[" not in line
    assert shown.replace("\\x3a", ":").replace("\\x23", "#") == text.replace("\\x3a", ":").replace(
        "\\x23", "#"
    )


HOSTILE = """title = "::stop-commands::all\\n::add-mask::held ##[error]"
step = [
 { do = "note", text = "##[add-mask]held" },
 { do = "expect", endpoint = "c", errno = "##[error]::x", within = 0 },
]
[endpoint.c]
role = "stream"
address = "127.0.0.1:1"
"""


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("options", [(), ("--verbose",)])
def test_a_foreign_scenario_gives_github_no_command(
    tmp_path: Path, options: tuple[str, ...], *, several: bool
) -> None:
    files = [tmp_path / f"{name}.toml" for name in ("a", "##[error]b")[: several + 1]]
    for file in files:
        file.write_text(HOSTILE)
    status, out, err = end(start("run", *files, *options, GITHUB_ACTIONS="true"))
    assert (status, err) == (1, "")
    commands = [line for line in out.splitlines() if line.lstrip().startswith("::")]
    assert len(commands) == len(files)
    assert all(line.startswith("::error file=") for line in commands)
    assert "##[" not in "".join(line for line in out.splitlines() if line not in commands)
    if not several or options:
        assert "\\x3a:stop-commands::all\\n::add-mask::held \\x23#[error]\n" in out
