"""A scenario that is opened in the window asks first, once for all that it reaches for."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.ui.conftest import Hand
from workbench.texts import LANGUAGES, set_language
from workbench.ui.dialogs.permission_dialog import PermissionDialog

SCENARIO = """
title = "Reaches"
step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "send", endpoint = "c", file = "../told" },
  { do = "expect", endpoint = "s", text = "{word}" },
]
[values]
word = { env = "WORKBENCH_TEST" }
[endpoint.s]
role = "listener"
address = "0.0.0.0:0"
[endpoint.c]
address = "@s"
"""


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("WORKBENCH_TEST", "told")
    (tmp_path / "told").write_text("told")
    path = tmp_path / "folder" / "reaches.toml"
    path.parent.mkdir()
    path.write_text(SCENARIO)
    return path


def asked(hand: Hand, path: Path) -> PermissionDialog:
    hand.window.file_commands.scenario_wanted.emit(path)
    (found,) = hand.window.findChildren(PermissionDialog)
    return found


def test_all_is_listed_and_nothing_runs_before(hand: Hand, file: Path) -> None:
    dialog = asked(hand, file)
    lines = dialog.wishes.toPlainText().splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Line 10", "Line 13", "Line 6"]
    assert "WORKBENCH_TEST" in lines[0]
    assert "0.0.0.0:0" in lines[1]
    assert "../told" in lines[2]
    assert not hand.window.scenario_player.running
    assert dialog.refuse.isDefault()
    dialog.refuse.click()
    assert not hand.window.scenario_player.running
    assert "s" not in hand.window.controller.session.endpoints


def test_it_runs_once_all_is_allowed(hand: Hand, file: Path) -> None:
    said: list[str] = []
    hand.window.scenario_player.reported.connect(said.append)
    dialog = asked(hand, file)
    file.write_text("somebody has written another")  # what was shown is what is run
    dialog.allow.click()
    hand.wait(lambda: len(said) > 1 and not hand.window.scenario_player.running)
    assert said[0] == "Running: Reaches"
    assert "Reaches" in said[-1]
    assert "failed" not in said[-1].lower()


def test_cases_run_one_after_the_other(hand: Hand, tmp_path: Path) -> None:
    said: list[str] = []
    hand.window.scenario_player.reported.connect(said.append)
    path = tmp_path / "cases.toml"
    path.write_text(
        'title = "Cased"\ncase = [{ word = "a" }, { word = "b" }, { word = "a" }]\n'
        'step = [{ do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },\n'
        '{ do = "send", endpoint = "c", text = "a" },\n'
        '{ do = "expect", endpoint = "s", text = "{word}", within = 5 }]\n'
        '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n[endpoint.c]\naddress = "@s"\n'
    )
    hand.window.file_commands.scenario_wanted.emit(path)
    hand.wait(lambda: bool(said) and said[-1].startswith("2 of 3 cases held."))
    assert "Cased [word=b]" in said[-1]
    assert said[:3] == [f"Running: Cased [{name}]" for name in ("word=a #1", "word=b", "word=a #3")]
    assert not hand.window.scenario_player.running


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_is_told_in_the_language(hand: Hand, file: Path, language: str) -> None:
    dialog = asked(hand, file)
    set_language(language)
    dialog.retranslate()
    assert dialog.head.text().count("reaches.toml") == 1
    assert len(dialog.wishes.toPlainText().splitlines()) == 3
    dialog.reject()
