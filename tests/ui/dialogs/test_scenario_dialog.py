"""The text may be anybody's: it asks before it runs. It is made of a range of rows, too."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from tests.ui.conftest import Hand, written
from workbench.qt.scenario_player import LISTED
from workbench.ui.dialogs.permission_dialog import PermissionDialog
from workbench.ui.dialogs.row_range import RowRange
from workbench.ui.dialogs.scenario_dialog import PROMPT, ScenarioDialog


def pasted(dialog: ScenarioDialog) -> None:
    command = f'["{sys.executable}", "-c", "print(1)"]'
    dialog.text.setPlainText(
        f'title = "Pasted"\nstep = [{{ do = "run", name = "x", command = {command} }}]\n'
    )


def asked(dialog: ScenarioDialog) -> PermissionDialog:
    (found,) = dialog.findChildren(PermissionDialog)
    return found


def test_a_pasted_scenario_asks_before_it_runs_a_command(hand: Hand) -> None:
    dialog = hand.make_scenario()
    pasted(dialog)
    said: list[str] = []
    player = hand.window.scenario_player
    player.reported.connect(said.append)
    assert "not allowed yet" in dialog.message.text()
    assert dialog.run.isEnabled()
    dialog.run.click()
    question = asked(dialog)
    assert sys.executable in question.wishes.toPlainText()
    assert not player.running
    assert not said
    question.allow.click()
    hand.wait(lambda: len(said) > 1 and not player.running)
    assert said[0] == "Running: Pasted"
    assert "failed" not in said[-1].lower()
    dialog.close()


def test_refused_it_does_not_run_and_asks_again(hand: Hand) -> None:
    dialog = hand.make_scenario()
    pasted(dialog)
    dialog.run.click()
    asked(dialog).refuse.click()
    assert not hand.window.scenario_player.running
    hand.wait(lambda: not dialog.findChildren(PermissionDialog))
    dialog.run.click()
    assert asked(dialog).isVisible()
    asked(dialog).reject()
    dialog.close()


def test_without_a_step_there_is_nothing_to_run(hand: Hand) -> None:
    dialog = hand.make_scenario()
    assert "no step yet" in dialog.message.text()
    assert not dialog.run.isEnabled()
    assert not dialog.compare.isEnabled(), "there is nothing to do a second time"
    pasted(dialog)
    assert dialog.run.isEnabled()
    assert not dialog.compare.isEnabled()
    dialog.close()


def commands(dialog: ScenarioDialog) -> list[str]:
    text = written(dialog).text.toPlainText()
    return [word for word in ("start", "connect", "send") if f'"{word}"' in text]


def test_it_is_made_of_a_range_of_rows(hand: Hand) -> None:
    hand.exchange()
    dialog = hand.make_scenario()
    assert commands(dialog) == ["start", "connect", "send"]
    assert isinstance(dialog.rows, RowRange)
    rows = hand.window.controller.reader.page(1, 1000)
    connect = next(row.seq for row in rows if row.kind == "command" and row.call == "connect")
    hand.qtbot.keyClicks(dialog.rows.last, str(connect))
    dialog.rows.last.editingFinished.emit()
    assert commands(dialog) == ["start", "connect"]
    hand.qtbot.keyClicks(dialog.rows.first, str(connect))
    dialog.rows.first.editingFinished.emit()
    assert commands(dialog) == ["connect"]
    hand.qtbot.keyClicks(dialog.rows.first, "x")
    dialog.rows.first.editingFinished.emit()
    assert "is not a number" in dialog.message.text() or f"{connect}x" in dialog.message.text()
    assert dialog.rows.first.property("tone") == "bad"
    dialog.close()


def test_how_long_the_waits_take_is_said(hand: Hand) -> None:
    """Whoever runs it again would wonder why nothing happens."""
    dialog = hand.make_scenario()
    head = 'title = "x"\n[endpoint.a]\nrole = "stream"\naddress = "127.0.0.1:1"\n'
    step = '[[step]]\ndo = "wait"\nseconds = {}\n'
    dialog.text.setPlainText(head + step.format(4) + step.format(5))
    assert "waits" not in dialog.message.text()
    dialog.text.setPlainText(head + step.format(4) + step.format(60.4))
    assert "64 s of it are waits" in dialog.message.text()


@contextmanager
def held(hand: Hand) -> Iterator[None]:
    """What reads the record beside the window is at work until this ends."""
    begun, go_on = threading.Event(), threading.Event()

    def hold(_reader: object) -> Iterator[object]:
        begun.set()
        go_on.wait(60)
        yield None

    hand.window.controller.background.begin(hold, lambda _said: None)
    assert begun.wait(60)
    try:
        yield
    finally:
        go_on.set()


def test_the_window_does_not_wait_until_it_is_made(hand: Hand) -> None:
    """It says that it is being made, and that can be stopped, and begun again."""
    hand.exchange()
    dialog = hand.make_scenario()
    before = dialog.text.toPlainText()
    with held(hand):
        dialog.answers.setChecked(False)
        assert dialog.making
        hand.wait(dialog.progress.isVisible)
        assert "rows" in hand.text("scenario.progress_text")
        hand.press("scenario.stop")
        assert not dialog.making
        assert hand.text("scenario.stop") == "Begin again"
        assert "stays as it is" in hand.text("scenario.progress_text")
    hand.wait(lambda: dialog.text.toPlainText() == before)
    hand.press("scenario.stop")
    assert "expect" not in written(dialog).text.toPlainText()
    hand.wait(lambda: not dialog.progress.isVisible())
    dialog.close()


def test_what_is_pressed_meanwhile_is_done_with_what_the_fields_say(hand: Hand) -> None:
    hand.exchange()
    dialog = hand.make_scenario()
    dialog.waits.setChecked(False)
    written(dialog)
    said: list[str] = []
    player = hand.window.scenario_player
    player.reported.connect(said.append)
    with held(hand):
        dialog.title.setText("another title")
        dialog.title.editingFinished.emit()
        dialog.run.click()
        assert not player.running
    hand.wait(lambda: len(said) > 1 and not player.running)
    assert said[0] == "Running: another title"
    dialog.close()


def test_it_can_be_closed_while_it_is_made(hand: Hand) -> None:
    dialog = hand.make_scenario()
    maker = dialog._maker
    with held(hand):
        dialog.make()
        assert maker.making
        dialog.reject()
        assert not maker.making


def test_a_long_text_is_read_once_typing_pauses(hand: Hand) -> None:
    dialog = hand.make_scenario()
    assert not dialog.run.isEnabled()
    said: list[str] = []
    player = hand.window.scenario_player
    player.reported.connect(said.append)
    with held(hand):
        pasted(dialog)
        text = dialog.text.toPlainText().replace("Pasted", "Long") + "# x\n" * (PROMPT // 4 + 1)
        dialog.text.setPlainText(text)
        assert dialog.making
        dialog.run.click()  # what it asks for is of the text before: it waits for this one
        assert not dialog.findChildren(PermissionDialog)
    hand.wait(lambda: bool(dialog.findChildren(PermissionDialog)))
    asked(dialog).allow.click()
    hand.wait(lambda: len(said) > 1 and not player.running)
    assert said[0] == "Running: Long"
    dialog.close()


def test_enter_in_a_field_runs_nothing(hand: Hand) -> None:
    hand.exchange()
    dialog = hand.make_scenario()
    dialog.title.setFocus()
    dialog.title.setText("by Enter")
    QTest.keyClick(dialog.title, Qt.Key.Key_Return)
    assert not hand.window.scenario_player.running
    assert 'title = "by Enter"' in written(dialog).text.toPlainText()
    assert not hand.window.scenario_player.running
    dialog.close()


NEVER = '{{ do = "expect", kind = "note", call = "{}", within = 0.05 }}'


def test_a_verdict_is_seen_by_its_colour_and_names_every_step_that_failed(hand: Hand) -> None:
    dialog = hand.make_scenario()
    reported: list[str] = []
    player = hand.window.scenario_player
    player.reported.connect(reported.append)

    def run(text: str) -> str:
        reported.clear()
        dialog.text.setPlainText(f'title = "x"\n{text}\nendpoint.a = "127.0.0.1:1"\n')
        assert not dialog.verdict.property("tone")
        assert not dialog._sign.isVisible()
        dialog.run.click()
        hand.wait(lambda: len(reported) > 1 and not player.running)
        assert dialog._sign.isVisible()
        return dialog.message.text()

    assert run('step = [{ do = "wait", seconds = 0 }]') == "x: everything held."
    assert dialog.verdict.property("tone") == "good"
    said = run(f"step = [{NEVER.format('mark')}]")
    assert said.startswith("x: did not hold: step 1: It did not come within 0.05 s: a.expect ")
    assert dialog.verdict.property("tone") == "bad"
    both = ", ".join(NEVER.format(call) for call in ("mark", "not_done"))
    first, *each = run(f'on_failure = "next"\nstep = [{both}]').splitlines()
    assert first == "x: 2 steps did not hold:"
    assert [line.split(":")[0] for line in each] == ["step 1", "step 2"]
    many = f'on_failure = "next"\nstep = [{", ".join([NEVER.format("mark")] * (LISTED + 2))}]'
    assert run(many).splitlines()[-1] == "… and 2 more, in red in the log"
    looped = f"step = [{{ do = 'loop', times = 2, step = [{NEVER.format('mark')}] }}]"
    assert "step 1 (round 1): " in run(looped)
    dialog.close()


def test_going_on_after_a_failure_is_a_box_to_tick(hand: Hand) -> None:
    hand.exchange()
    dialog = hand.make_scenario()
    assert "on_failure" not in written(dialog).text.toPlainText()
    dialog.going_on.setChecked(True)
    assert '\non_failure = "next"\n' in written(dialog).text.toPlainText()
    dialog.repeat.begin()
    assert '\non_failure = "next"\n' in written(dialog).text.toPlainText()
    dialog.close()


def test_how_long_the_waits_of_a_round_take_is_said(hand: Hand) -> None:
    """Whoever set the pause of a loop to a second wonders why a round takes twelve."""
    dialog = hand.make_scenario()
    head = 'title = "x"\nendpoint.a = "127.0.0.1:1"\n[[step]]\ndo = "loop"\ntimes = 3\n'
    step = '[[step.step]]\ndo = "wait"\nseconds = {}\n'
    dialog.text.setPlainText(head + step.format(1))
    assert "waits" not in dialog.message.text()
    dialog.text.setPlainText(head + step.format(1) + step.format(4.4))
    assert "5 s of each round are waits" in dialog.message.text()
    dialog.close()
