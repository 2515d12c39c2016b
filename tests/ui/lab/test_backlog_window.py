"""The backlog lab's window: a real run, buttons, bad input, both languages, nothing left."""

from __future__ import annotations

import re
import sys

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import settle
from workbench import texts
from workbench.labs.backlog_data import ClientState
from workbench.labs.backlog_kept import kept_runs
from workbench.labs.modes import probe as modes_probe
from workbench.labs.modes.probe import Hindrances
from workbench.texts import Problem
from workbench.ui.lab.backlog_window import BacklogWindow
from workbench.ui.style.retranslatable import use_language


@pytest.fixture
def lab(hand: Hand) -> BacklogWindow:
    return hand.open_lab("0.6")


def counted(lab: BacklogWindow, state: ClientState) -> int:
    return lab.state.picture.count(state) if lab.state.picture is not None else 0


def run(hand: Hand, lab: BacklogWindow) -> None:
    lab.start()
    hand.wait(lab.comparison.isVisible)


def take_way(hand: Hand, lab: BacklogWindow, mode: str) -> None:
    """Press the button that the comparison offers, and wait for what comes of that mode."""
    button = lab.comparison.findChild(QPushButton, f"lab.way_{mode}")
    assert button is not None
    button.click()
    hand.wait(
        lambda: (
            lab.comparison.isVisible()
            and lab.state.result is not None
            and lab.state.result.mode == mode
        )
    )


def test_predict_run_compare(hand: Hand, lab: BacklogWindow) -> None:
    lab.said["connected"].setText("2")
    lab.said["refused"].setText("4")
    run(hand, lab)
    result = lab.state.result
    assert result is not None
    assert (result.connected, result.refused) == (3, 0)  # by the kernel, see tests/e2e
    compared = lab.comparison.widget()
    assert compared is not None
    shown = [label.text() for label in compared.findChildren(QLabel)]
    assert {"2", "3", "4", "0"} <= set(shown)
    # one word for one thing: beside the chart, in the prediction and in the comparison
    assert lab.side.numbers.text().splitlines()[1].split(None, 1) == ["3", "no answer"]
    assert "3 no longer wait: timeout" in lab.side.numbers.text()
    assert "no answer until the timeout" in shown
    assert "get no answer" in [label.text() for label in lab.side.findChildren(QLabel)]
    assert lab.cells.accessibleName()


def test_the_way_to_a_real_refusal_is_one_click(hand: Hand, lab: BacklogWindow) -> None:
    run(hand, lab)
    take_way(hand, lab, "bound")
    assert lab.state.result is not None
    assert lab.state.result.refused == 6


def test_accept_one_lets_somebody_in(hand: Hand, lab: BacklogWindow) -> None:
    lab.set_up.timeout.setText("10")
    lab.start()
    hand.wait(lambda: counted(lab, ClientState.QUEUED) == 3)
    lab.by_hand.accept_one.click()
    hand.wait(lambda: counted(lab, ClientState.ACCEPTED) == 1)
    lab.by_hand.close_listener.click()
    hand.wait(lambda: lab.state.picture is not None and not lab.state.picture.listening)
    lab.top.stop.click()
    hand.wait(lambda: lab.state.step == "compare")


def test_bad_input_is_explained(lab: BacklogWindow) -> None:
    for field, typed in (
        ("backlog", "many"),
        ("clients", "0"),
        ("every", "-1"),
        ("timeout", "soon"),
        ("accept_after", "x"),
    ):
        edit = getattr(lab.set_up, field)
        right = edit.text()
        edit.setText(typed)
        for lang in texts.LANGUAGES:
            use_language(lang)
            lab.message.setText("")
            lab.start()
            assert lab.state.picture is None, typed
            assert lab.message.property("tone") == "bad", typed
            said = lab.message.text()
            assert said, typed
            assert bool(re.search("[\u4e00-\u9fff]", said)) is (lang == "zh_CN"), said
        edit.setText(right)


def test_closing_in_the_middle_leaves_nothing(hand: Hand, lab: BacklogWindow) -> None:
    lab.set_up.timeout.setText("30")
    lab.start()
    hand.wait(lambda: counted(lab, ClientState.QUEUED) == 3)
    session = hand.window.controller.session
    hand.window.close()
    assert session.settle(10)
    assert not any(name.startswith("lab-") for name in session.endpoints)


def test_it_gets_no_panels(hand: Hand, lab: BacklogWindow) -> None:
    run(hand, lab)
    assert [panel.name for panel in hand.window.tab_area.panels()] == ["server-1", "client-1"]


def test_a_kept_run_is_shown_as_recorded(hand: Hand, lab: BacklogWindow) -> None:
    run(hand, lab)
    before = lab.side.numbers.text()
    lab.top.keep.click()
    path = kept_runs()[0]
    lab.side.numbers.setText("")
    lab.kept_wanted.emit(path)
    assert lab.side.numbers.text() == before
    assert "RECORDED" in lab.message.text()
    assert not lab.top.keep.isEnabled()
    path.write_text("{}")
    lab.kept_wanted.emit(path)
    assert lab.message.property("tone") == "bad"
    path.unlink()


def probed(hand: Hand, lab: BacklogWindow) -> Hindrances:
    hand.wait(lambda: lab.hindered is not None)
    assert lab.hindered is not None
    return lab.hindered


def test_a_firewall_is_one_click_away_where_there_can_be_one(
    hand: Hand, lab: BacklogWindow
) -> None:
    hindrance = probed(hand, lab).get("firewall")
    if hindrance is not None:
        pytest.skip(hindrance.text)
    run(hand, lab)
    take_way(hand, lab, "firewall")
    assert lab.state.result is not None
    assert (lab.state.result.connected, lab.state.result.refused) == (2, 4)
    assert "The firewall's rule refused 4 SYNs" in lab.side.drops.text()
    assert "private network namespace" in lab.side.drops.text()
    lab.top.keep.click()
    kept = kept_runs()[0]
    lab.kept_wanted.emit(kept)
    assert "The firewall's rule refused 4 SYNs" in lab.side.drops.text()
    kept.unlink()


def test_a_reset_after_the_connect(hand: Hand, lab: BacklogWindow) -> None:
    hindrance = probed(hand, lab).get("abort")
    if hindrance is not None:
        pytest.skip(hindrance.text)
    lab.set_up.mode.choose("abort")
    run(hand, lab)
    assert lab.state.picture is not None
    assert lab.state.picture.count(ClientState.RESET) == 2  # by the kernel, see tests/e2e
    assert "never got into the queue" in lab.chart.accessibleDescription()


@pytest.mark.parametrize("lang", texts.LANGUAGES)
def test_what_cannot_be_had_is_greyed_out_with_the_reason(
    hand: Hand, monkeypatch: pytest.MonkeyPatch, lang: str
) -> None:
    reason = Problem("namespace.no_nft")
    monkeypatch.setattr(modes_probe, "probe", lambda: {"firewall": reason})
    hand.window.child_windows.open_backlog_lab()
    lab = hand.window.child_windows.lab
    assert lab is not None
    probed(hand, lab)
    use_language(lang)
    mode = lab.set_up.mode
    model = mode.model()
    states = {
        mode.itemData(row): (
            model.index(row, 0).flags(),
            mode.itemData(row, Qt.ItemDataRole.ToolTipRole),
        )
        for row in range(mode.count())
    }
    assert not states["firewall"][0] & Qt.ItemFlag.ItemIsEnabled
    assert states["firewall"][1] == reason.text
    assert states["abort"][0] & Qt.ItemFlag.ItemIsEnabled


def test_a_private_network_that_fails_is_told_in_the_window(
    hand: Hand, lab: BacklogWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    probed(hand, lab)
    monkeypatch.setattr(sys, "executable", "")
    lab.set_up.mode.choose("abort")
    lab.start()
    hand.wait(lambda: lab.message.property("tone") == "bad")
    assert "Python interpreter" in lab.message.text() or "Linux" in lab.message.text()


def test_the_newest_call_and_the_way_to_the_log(hand: Hand, lab: BacklogWindow) -> None:
    run(hand, lab)
    assert "close()" in lab.log_line.label.text()
    assert "at the end of the run" in lab.cells.accessibleName()
    hand.press("lab.log")
    assert hand.text("log.filter") == "endpoint:lab-*"
    log = hand.window.log.model
    hand.wait(lambda: log.rowCount() > 0)
    row = log.record_row(0)
    assert row is not None
    assert str(row.endpoint).startswith("lab-")


def test_while_it_runs_it_says_that_nobody_accepts(hand: Hand, lab: BacklogWindow) -> None:
    lab.set_up.timeout.setText("5")
    lab.set_up.run.click()
    hand.wait(lambda: "PAUSED" in lab.cells.accessibleName())
    hand.wait(lambda: "accept" in lab.message.text() or "Nobody" in lab.message.text())
    lab.top.stop.click()
    hand.wait(lambda: lab.state.step == "compare")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_run_moves_nothing_and_the_left_side_is_whole(
    hand: Hand, lab: BacklogWindow, language: str
) -> None:
    looks = hand.window.appearance
    texts.set_language(language)
    try:
        looks._set_scale(150)
        lab.retranslate()
        lab.resize(1180, 760)
        settle()

        def places() -> list[tuple[int, int]]:
            return [
                widget.mapTo(lab, widget.rect().topLeft()).toTuple()
                for widget in (lab.top.close, lab.set_up.backlog, lab.side, lab.headline)
            ]

        before = places()
        lab.set_up.timeout.setText("60")
        lab.start()
        hand.wait(lambda: counted(lab, ClientState.SILENT) == 3)
        settle()
        assert places() == before
        page = lab.side.widget()
        assert page is not None
        layout = page.layout()
        assert layout is not None
        assert page.height() >= page.minimumSizeHint().height()
        assert page.height() >= layout.heightForWidth(page.width())
        assert page.width() >= page.minimumSizeHint().width()
    finally:
        looks.normal()


def test_space_on_the_button_that_began_it_accepts_one(hand: Hand, lab: BacklogWindow) -> None:
    """Who began with Space goes on with it; the run was thrown away and another one begun."""
    lab.set_up.timeout.setText("10")
    lab.activateWindow()
    hand.wait(lab.isActiveWindow)
    assert lab.focusWidget() is lab.set_up.run
    hand.qtbot.keyClick(lab.set_up.run, Qt.Key.Key_Space)
    hand.wait(lambda: counted(lab, ClientState.QUEUED) == 3)
    begun = lab.state.settings
    assert lab.focusWidget() is lab.by_hand.accept_one
    hand.qtbot.keyClick(lab.by_hand.accept_one, Qt.Key.Key_Space)
    hand.wait(lambda: counted(lab, ClientState.ACCEPTED) == 1)
    assert lab.state.settings is begun
    lab.stop()
    hand.wait(lambda: lab.state.step == "compare")
    assert lab.focusWidget() is lab.comparison
    hand.qtbot.keyClick(lab.comparison, Qt.Key.Key_Space)  # a moment too late
    settle()
    assert lab.state.settings is begun
    assert lab.state.step == "compare"


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_W])
def test_keys_close_it(hand: Hand, lab: BacklogWindow, key: Qt.Key) -> None:
    lab.activateWindow()
    hand.wait(lab.isActiveWindow)
    control = Qt.KeyboardModifier.ControlModifier
    modifier = control if key == Qt.Key.Key_W else Qt.KeyboardModifier.NoModifier
    hand.qtbot.keyClick(lab, key, modifier)
    hand.wait(lambda: not lab.isVisible())


def test_its_cross_closes_it(hand: Hand, lab: BacklogWindow) -> None:
    lab.top.close.click()
    assert not lab.isVisible()


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_F5])
def test_a_run_begun_by_key_is_accepted_from_by_key(
    hand: Hand, lab: BacklogWindow, key: Qt.Key
) -> None:
    """Enter in a field, or F5 as in the main window: Space is not taken for text then."""
    lab.activateWindow()
    field = lab.set_up.backlog
    field.setFocus()
    QTest.keyClick(field, key)
    hand.wait(lambda: lab.focusWidget() is lab.by_hand.accept_one)
    hand.wait(lambda: counted(lab, ClientState.QUEUED) > 0)
    QTest.keyClick(lab, Qt.Key.Key_Space)
    hand.wait(lambda: counted(lab, ClientState.ACCEPTED) > 0)
    QTest.keyClick(lab, Qt.Key.Key_F5, Qt.KeyboardModifier.ShiftModifier)
    hand.wait(lambda: lab.state.step != "run")
