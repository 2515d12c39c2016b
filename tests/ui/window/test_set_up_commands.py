"""Set-ups are saved, opened in place of the tabs, and asked about where something is open."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox, QPushButton

from tests.ui.conftest import Hand
from tests.ui.window.dropping import dropped
from workbench.ui.dialogs.permission_dialog import PermissionDialog
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.widgets import file_dialogs
from workbench.ui.window.set_up_commands import SetUpCommands
from workbench.viewmodel.known_values import TypedValue


def names(hand: Hand) -> list[str]:
    return [panel.name for panel in hand.window.tab_area.panels()]


def set_ups(hand: Hand) -> SetUpCommands:
    found = hand.window.set_ups
    assert isinstance(found, SetUpCommands)
    return found


def question(hand: Hand) -> QMessageBox:
    return next(
        box for box in hand.window.findChildren(QMessageBox) if box.objectName() and box.isVisible()
    )


@pytest.fixture
def saved(hand: Hand, tmp_path: Path) -> Path:
    """A set-up with a second client that has a text of its own."""
    hand.window.endpoint_tabs.new_client()
    panel = hand.window.tab_area.panel("client-2")
    assert isinstance(panel, ClientPanel)
    panel.editor.text.setPlainText("a text of mine {user}")
    hand.window.controller.values.set_rows((TypedValue("user", "me"),))
    path = tmp_path / "mine.toml"
    set_ups(hand).write(path)
    return path


def test_it_comes_back_with_texts_and_values(hand: Hand, saved: Path) -> None:
    hand.window.menus.action("new_set_up").trigger()
    assert names(hand) == ["server-1", "client-1"]
    assert hand.window.controller.values.rows == ()
    set_ups(hand).show(saved)
    assert names(hand) == ["server-1", "client-1", "client-2"]
    panel = hand.window.tab_area.panel("client-2")
    assert isinstance(panel, ClientPanel)
    assert panel.editor.text.toPlainText() == "a text of mine {user}"
    assert hand.window.controller.values.rows == (TypedValue("user", "me"),)
    assert not hand.window.controller.session.open_ones()


def test_what_was_there_can_be_brought_back(hand: Hand, saved: Path) -> None:
    set_ups(hand).new()
    assert names(hand) == ["server-1", "client-1"]
    hand.window.menus.action("undo").trigger()
    assert names(hand) == ["server-1", "client-1", "client-2"]
    panel = hand.window.tab_area.panel("client-2")
    assert isinstance(panel, ClientPanel)
    assert panel.editor.text.toPlainText() == "a text of mine {user}"


def conversation(hand: Hand) -> str:
    """What the conversation of the client that is there now shows, of all that has happened."""
    hand.window.controller.session.journal.flush()
    reader = hand.window.endpoint_tabs.presenter("client-1").conversation
    hand.wait(lambda: not reader.behind)
    panel = hand.window.tab_area.panel("client-1")
    assert panel is not None
    return panel.talk.view.toPlainText()


def agree(hand: Hand) -> None:
    """The question whether what is open may be closed."""
    buttons = {button.text(): button for button in question(hand).findChildren(QPushButton)}
    buttons["Close them and go on"].click()


def test_a_new_one_begins_with_empty_conversations_and_undo_brings_the_old_ones_back(
    hand: Hand,
) -> None:
    hand.exchange()
    assert "hello" in conversation(hand)
    set_ups(hand).new()
    agree(hand)
    hand.wait(lambda: not hand.window.controller.session.open_ones())
    assert conversation(hand) == ""
    hand.window.menus.action("undo").trigger()
    hand.wait(lambda: "hello" in conversation(hand))


def test_a_new_one_has_the_focus_where_one_starts(hand: Hand) -> None:
    hand.window.activateWindow()
    set_ups(hand).new()
    hand.wait(lambda: hand.window.focusWidget() is hand.find("server.listen"))


def test_what_has_nothing_open_leaves_no_row_of_a_stop(hand: Hand) -> None:
    set_ups(hand).new()
    session = hand.window.controller.session
    session.journal.flush()
    rows = hand.window.controller.reader.page(1, 1000)
    assert [row.endpoint for row in rows if row.call == "removed"] == ["server-1", "client-1"]
    assert not [row for row in rows if row.call in {"stop", "nothing_open"}]


@pytest.mark.parametrize("agreed", [True, False])
def test_open_sockets_are_asked_about(hand: Hand, saved: Path, agreed: bool) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    set_ups(hand).new()
    box = question(hand)
    assert names(hand) == ["server-1", "client-1", "client-2"]
    buttons = {button.text(): button for button in box.findChildren(QPushButton)}
    word = "Close them and go on" if agreed else "Leave everything as it is"
    buttons[word].click()
    if agreed:
        hand.wait(lambda: names(hand) == ["server-1", "client-1"])
        hand.wait(lambda: not hand.window.controller.session.open_ones())
    else:
        assert names(hand) == ["server-1", "client-1", "client-2"]
        assert hand.window.controller.session.open_ones() == ["server-1"]


def test_a_dropped_one_is_opened_and_a_dropped_scenario_run(
    hand: Hand, saved: Path, tmp_path: Path
) -> None:
    set_ups(hand).new()
    assert dropped(hand.window, saved)
    assert names(hand) == ["server-1", "client-1", "client-2"]
    said: list[str] = []
    hand.window.scenario_player.reported.connect(said.append)
    scenario = tmp_path / "steps.toml"
    scenario.write_text(
        'title = "Steps"\nstep = [{ do = "start" }]\n'
        '[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    )
    assert dropped(hand.window, scenario)
    hand.wait(lambda: len(said) > 1 and not hand.window.scenario_player.running)
    assert said[0] == "Running: Steps"


def test_a_stranger_s_file_is_asked_about_first(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "foreign.toml"
    path.write_text('[endpoint.wide]\nrole = "listener"\naddress = "0.0.0.0:0"\n')
    set_ups(hand).show(path)
    assert names(hand) == ["server-1", "client-1"]
    asking = hand.window.findChild(PermissionDialog)
    assert asking is not None
    asking.allow.click()
    hand.wait(lambda: names(hand) == ["wide"])


def test_what_was_saved_here_is_not_asked_about(hand: Hand, tmp_path: Path) -> None:
    hand.type("server.host", "0.0.0.0")
    path = tmp_path / "mine.toml"
    set_ups(hand).write(path)
    set_ups(hand).show(path)
    assert hand.window.findChild(PermissionDialog) is None
    panel = hand.window.tab_area.panel("server-1")
    assert panel is not None
    assert panel.address_line.host.currentText() == "0.0.0.0"


def test_the_newest_stand_in_the_menu(hand: Hand, saved: Path) -> None:
    menu = hand.window.menus.recent_set_ups
    menu.aboutToShow.emit()
    assert menu.actions()[0].text() == "mine.toml"
    set_ups(hand).new()
    menu.aboutToShow.emit()
    menu.actions()[0].trigger()
    assert "client-2" in names(hand)


def test_a_file_that_is_none_leaves_the_tabs(hand: Hand, tmp_path: Path) -> None:
    told: list[str] = []
    set_ups(hand).told.connect(told.append)
    path = tmp_path / "none.toml"
    path.write_text("nonsense")
    set_ups(hand).show(path)
    set_ups(hand).show(tmp_path / "missing.toml")
    set_ups(hand).write(tmp_path / "no" / "folder.toml")
    assert len(told) == 3
    assert names(hand) == ["server-1", "client-1"]


@pytest.mark.parametrize(("command", "made"), [("save_set_up", True), ("open_set_up", False)])
def test_the_menu_asks_for_a_file(
    hand: Hand, saved: Path, monkeypatch: pytest.MonkeyPatch, command: str, made: bool
) -> None:
    path = saved.with_name("other") if made else saved
    monkeypatch.setattr(file_dialogs, "save_name", lambda *_: (str(path), ""))
    monkeypatch.setattr(file_dialogs, "open_name", lambda *_: str(path))
    set_ups(hand).new()
    hand.window.menus.action(command).trigger()
    if made:
        assert path.with_suffix(".toml").exists()
    else:
        assert "client-2" in names(hand)
    assert hand.window.file_commands.folder == str(saved.parent)
