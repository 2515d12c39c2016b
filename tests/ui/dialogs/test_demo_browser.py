"""The browser of demonstrations: found by words, run in the window, slowly while presented."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Hand
from workbench.journal.reader import Row
from workbench.qt import scenario_player
from workbench.ui.dialogs.demo_browser import DemoBrowser
from workbench.ui.style.retranslatable import use_language


def opened(hand: Hand) -> DemoBrowser:
    hand.window.menus.action("demonstrations").trigger()
    found = hand.window.findChild(DemoBrowser)
    assert isinstance(found, DemoBrowser)
    hand.wait(found.isVisible)
    return found


def notes(hand: Hand) -> list[Row]:
    hand.window.controller.session.journal.flush()
    reader = hand.window.controller.reader
    return [row for row in reader.page(1, reader.count()) if row.kind == "note"]


def test_words_find_one_and_enter_runs_it(hand: Hand) -> None:
    browser = opened(hand)
    assert browser.table.rowCount() > 40
    QTest.keyClicks(browser.search, "icmp refused")
    assert browser.table.rowCount() == 1
    assert browser.count.text().startswith("1 of ")
    assert "ICMP" in browser.shows.text() or browser.shows.text()
    QTest.keyClick(browser.search, Qt.Key.Key_Return)
    hand.wait(hand.window.demo_bar.isVisible)
    hand.wait(lambda: not hand.window.scenario_player.running)
    assert any(row.call == "run_at_once" for row in notes(hand))
    QTest.keyClick(browser.search, Qt.Key.Key_Escape)
    assert browser.table.rowCount() > 40
    browser.close()


def test_arrows_choose_while_one_types_and_nothing_found_is_nothing_to_run(hand: Hand) -> None:
    browser = opened(hand)
    first = browser.chosen
    QTest.keyClick(browser.search, Qt.Key.Key_Down)
    assert browser.chosen not in {first, None}
    QTest.keyClick(browser.search, Qt.Key.Key_Up)
    assert browser.chosen == first
    QTest.keyClicks(browser.search, "no such thing")
    assert browser.chosen is None
    assert not browser.run.isEnabled()
    assert browser.shows.text() == ""
    browser.close()


def test_it_speaks_both_languages_and_keeps_what_is_chosen(hand: Hand) -> None:
    browser = opened(hand)
    QTest.keyClick(browser.search, Qt.Key.Key_Down)
    chosen = browser.chosen
    assert chosen is not None
    use_language("zh_CN")
    again = browser.chosen
    assert again is not None
    assert again.name == chosen.name
    assert again.title != chosen.title
    assert browser.windowTitle() == "演示"
    browser.close()


def test_presented_each_step_lights_its_newest_call_and_rests(
    hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It rests for an hour after the first step, and stopping it ends the rest."""
    monkeypatch.setattr(scenario_player, "DEMO_REST_S", 3600.0)
    browser = opened(hand)
    hand.window.projector_mode.switch()
    assert browser.slowly.isChecked()
    controller = hand.window.controller
    browser.search.setText("icmp refused")
    browser.run.click()
    hand.wait(lambda: controller.selection.seq is not None)
    row = controller.reader.row(controller.selection.seq or 0)
    assert row is not None
    assert (row.endpoint, row.call) == ("server", "bind")
    hand.wait(lambda: "bind" in hand.text_of_explain())
    view, model = hand.window.log.view, hand.window.log.model
    hand.wait(lambda: [model.seq_of(place) for place in view.chosen()] == [row.seq])
    assert [each.args for each in notes(hand) if each.call == "run_paced"] == ["3600.0"]
    hand.window.scenario_player.stop()
    assert not hand.window.scenario_player.running
    hand.window.projector_mode.switch()
    assert not browser.slowly.isChecked()
    browser.close()


def test_after_a_slow_one_the_next_is_as_fast_as_is_usual(hand: Hand) -> None:
    hand.window.scenario_player.run_named("udp-exchange")
    hand.wait(lambda: not hand.window.scenario_player.running)
    assert next(row.call for row in notes(hand) if row.call.startswith("run_")) == "run_at_once"
