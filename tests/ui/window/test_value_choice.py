"""The file of values in force: chosen in the tool bar, shown in the title, kept over a restart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QToolButton

from tests.ui.conftest import Hand
from tests.ui.endpoint.test_message_editor import write
from workbench.ui.widgets import file_dialogs
from workbench.viewmodel.known_values import TypedValue


@pytest.fixture
def set_up(hand: Hand, tmp_path: Path) -> Path:
    """A saved set-up with two files of values beside it."""
    folder = tmp_path / "values"
    folder.mkdir()
    (folder / "local.toml").write_text('who = "here"\n', encoding="utf-8")
    (folder / "staging.toml").write_text('who = "there"\n', encoding="utf-8")
    path = tmp_path / "shop.toml"
    hand.window.set_ups.write(path)
    return path


@pytest.fixture(autouse=True)
def _forget(hand: Hand) -> Iterator[None]:
    """What the next window would remember."""
    yield
    hand.window.preferences.values_file = ""
    hand.window.preferences.write_list("recent_set_ups", [])


def button(hand: Hand) -> QToolButton:
    found = hand.window.findChild(QToolButton, "window.values")
    assert isinstance(found, QToolButton)
    return found


def choose(hand: Hand, name: str) -> None:
    menu = hand.window.menus.values
    menu.aboutToShow.emit()
    next(action for action in menu.actions() if action.text() == name).trigger()


def test_there_is_a_button_where_there_are_files(hand: Hand, tmp_path: Path) -> None:
    assert not button(hand).isVisible()
    (tmp_path / "values").mkdir()
    (tmp_path / "values" / "a.toml").write_text("", encoding="utf-8")
    hand.window.set_ups.write(tmp_path / "shop.toml")
    hand.wait(button(hand).isVisible)


@pytest.mark.usefixtures("set_up")
def test_a_chosen_file_is_in_force_and_shown(hand: Hand) -> None:
    values = hand.window.controller.values
    values.set_rows((TypedValue("who", "typed"),))
    choose(hand, "staging")
    assert values.known.values["who"].data == b"there"
    assert button(hand).text() == "Values: staging"
    assert hand.window.windowTitle().startswith("[staging] ")
    choose(hand, "local")
    assert values.known.values["who"].data == b"here"
    choose(hand, "Only those typed here")
    assert values.known.values["who"].data == b"typed"
    assert "[" not in hand.window.windowTitle()


@pytest.mark.usefixtures("set_up")
def test_what_is_sent_has_its_values(hand: Hand) -> None:
    choose(hand, "staging")
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    write(hand, "{who}")
    assert "5 B" in hand.text("client.preview")


def test_a_scenario_run_from_the_window_gets_them(hand: Hand, set_up: Path) -> None:
    choose(hand, "staging")
    path = set_up.with_name("run.toml")
    text = '[values]\nwho = "file"\n[[step]]\ndo = "note"\ntext = "{who}"\n'
    path.write_text(text, encoding="utf-8")
    said: list[str] = []
    hand.window.scenario_player.told.connect(said.append)
    hand.window.scenario_player.run(path)
    hand.wait(lambda: not hand.window.scenario_player.running)
    record = hand.window.controller.session.record
    hand.wait(lambda: b"there" in record.read_bytes() or b"there" in wal(record))


def wal(record: Path) -> bytes:
    beside = record.with_name(record.name + "-wal")
    return beside.read_bytes() if beside.exists() else b""


@pytest.mark.usefixtures("set_up")
def test_a_file_that_is_gone_or_broken_is_told_of(hand: Hand, set_up: Path) -> None:
    told: list[str] = []
    hand.window.value_choice.told.connect(told.append)
    choose(hand, "staging")
    (set_up.parent / "values" / "local.toml").write_text("not TOML", encoding="utf-8")
    choose(hand, "local")
    assert "local.toml" in told[-1]
    assert button(hand).text() == "Values: staging"
    hand.window.preferences.values_file = str(set_up.parent / "values" / "gone.toml")
    hand.window.value_choice.restore()
    assert "gone.toml" in told[-1]


def test_any_other_file_can_be_chosen(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('who = "me"\n', encoding="utf-8")
    monkeypatch.setattr(file_dialogs, "open_name", lambda *_: str(path))
    choose(hand, "Other file…")
    assert hand.window.controller.values.file == path
    hand.window.controller.values.use_file(None)
    hand.window.value_choice.restore()
    assert hand.window.controller.values.file == path
