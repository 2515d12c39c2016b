"""run with --set, --values and --env."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.main import main

SCENARIO = """
step = [
 { do = "start", endpoint = "server" },
 { do = "connect", endpoint = "client" },
 { do = "send", endpoint = "client", text = "{word}" },
 { do = "expect", endpoint = "server", text = "told" },
]
[values]
word = "untold"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[endpoint.client]
role = "stream"
address = "@server"
"""


@pytest.fixture
def scenario(tmp_path: Path) -> str:
    path = tmp_path / "talk.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return str(path)


def test_without_them_the_values_of_the_file_hold(scenario: str) -> None:
    assert main(["run", scenario]) == 1


def test_set(scenario: str) -> None:
    assert main(["run", scenario, "--set", "word=told"]) == 0


def test_files_of_values_and_set_above_them(scenario: str, tmp_path: Path) -> None:
    one, two = tmp_path / "one.toml", tmp_path / "two.toml"
    one.write_text('word = "first"\n', encoding="utf-8")
    two.write_text('word = "told"\n', encoding="utf-8")
    files = ["--values", str(one), "--values", str(two)]
    assert main(["run", scenario, *files]) == 0
    assert main(["run", scenario, *files, "--set", "word=x"]) == 1


def test_env(
    scenario: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    path = Path(scenario)
    path.write_text(SCENARIO.replace('"untold"', '{ env = "WORD" }'), encoding="utf-8")
    monkeypatch.setenv("WORD", "told")
    assert main(["run", scenario]) == 2
    assert "--env WORD" in capsys.readouterr().err
    assert main(["run", scenario, "--env", "WORD"]) == 0


@pytest.mark.parametrize("bad", ["word", "=x"])
def test_what_is_no_pair(scenario: str, bad: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", scenario, "--set", bad]) == 2
    assert "NAME=VALUE" in capsys.readouterr().err


def test_a_value_that_the_scenario_has_not(
    scenario: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", scenario, "--set", "wrod=x"]) == 2
    assert "word" in capsys.readouterr().err


def test_a_file_that_is_none_of_values(
    scenario: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.toml"
    for text in ("[a]\nb = 1\n", "nonsense", "a = [1]\n"):
        path.write_text(text, encoding="utf-8")
        assert main(["run", scenario, "--values", str(path)]) == 2
        assert "bad.toml" in capsys.readouterr().err
