"""Repeat until, from its menu entry to the row that ended it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QAction

from tests.scenario.test_loops import Aborting, third
from tests.snapshots import fresh
from tests.ui.conftest import Hand, written
from workbench.scenario.model import Expect, Loop, Scenario
from workbench.ui.dialogs.scenario_dialog import ScenarioDialog

__all__ = ("third",)


@pytest.fixture
def maker(hand: Hand) -> Iterator[ScenarioDialog]:
    made = opened(hand)
    yield made
    made.close()


def opened(hand: Hand) -> ScenarioDialog:
    action = hand.window.findChild(QAction, "action.repeat_until")
    assert action is not None
    action.trigger()
    hand.wait(lambda: hand.window.findChild(ScenarioDialog) is not None)  # when all can be read
    made = hand.window.findChild(ScenarioDialog)
    assert isinstance(made, ScenarioDialog)
    return written(made)


def loop_of(maker: ScenarioDialog) -> Loop:
    made = written(maker).read_scenario()
    assert isinstance(made, Scenario)
    loop = made.steps[-1]
    assert isinstance(loop, Loop)
    return loop


def choose(maker: ScenarioDialog, until: str) -> None:
    box = maker.repeat.until
    box.setCurrentIndex(box.findData(until))
    box.activated.emit(box.currentIndex())


def talk(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "连接已创建")


def test_the_menu_entry_puts_the_repeat_part_in_front(maker: ScenarioDialog) -> None:
    assert maker.repeat.loop.isChecked()
    assert maker.repeat.rows.isVisibleTo(maker)
    assert maker.focusWidget() is maker.repeat.times
    assert maker.waits.isChecked()
    assert loop_of(maker) == Loop((), 1000, 0.5, Expect("*", error="*", within=0), renumber=True)
    maker.repeat.loop.setChecked(False)
    made = written(maker).read_scenario()
    assert made is not None
    assert made.steps == ()


def test_make_scenario_repeats_nothing_unasked(hand: Hand) -> None:
    talk(hand)
    made = hand.make_scenario()
    assert not made.repeat.rows.isVisible()
    scenario = made.read_scenario()
    assert scenario is not None
    assert not [step for step in scenario.steps if isinstance(step, Loop)]
    made.close()


def test_each_condition_stands_in_the_text(maker: ScenarioDialog) -> None:
    for until, wanted in (
        ("errno", Expect("*", errno="ECONNRESET", within=0)),
        ("TimeoutError", Expect("*", error="TimeoutError", within=0)),
        ("eof", Expect("*", call="recv", result=0, within=0)),
        ("", None),
    ):
        choose(maker, until)
        assert loop_of(maker).until == wanted
        assert loop_of(maker).times == (10 if wanted is None else 1000)
        assert maker.repeat.errno.isVisibleTo(maker) is (until == "errno")
    choose(maker, "contains")
    assert "Which text?" in maker.message.text()
    maker.repeat.words.setText("bye")
    maker.repeat.words.editingFinished.emit()
    assert loop_of(maker).until == Expect("*", contains="bye", within=0)


def test_what_was_typed_stays(maker: ScenarioDialog, hand: Hand) -> None:
    maker.repeat.times.clear()
    hand.qtbot.keyClicks(maker.repeat.times, "7")
    choose(maker, "eof")
    assert loop_of(maker).times == 7
    maker.repeat.times.setText("none")
    maker.repeat.times.editingFinished.emit()
    assert "none" in maker.message.text()


def test_every_endpoint_can_be_watched(hand: Hand) -> None:
    talk(hand)
    maker = opened(hand)
    box = maker.repeat.where
    assert [box.itemData(index) for index in range(box.count())] == ["*", "server-1", "client-1"]
    box.setCurrentIndex(2)
    box.activated.emit(2)
    assert loop_of(maker).until == Expect("client-1", error="*", within=0)
    maker.close()


def test_a_hunted_reset_is_chosen_and_its_sockets_stay(hand: Hand, third: Aborting) -> None:
    hand.type("client.host", f"127.0.0.1:{third.port}")
    hand.press("client.connect")
    hand.wait_state("client", "ESTABLISHED")
    hand.press("client.send")
    hand.wait_says("client.conversation", "ok")
    maker = opened(hand)
    maker.waits.setChecked(False)
    maker.repeat.pause.setText("0")
    maker.repeat.pause.editingFinished.emit()
    maker.run.click()
    hand.wait(lambda: not hand.window.scenario_player.running)
    hand.wait(lambda: "ECONNRESET" in maker.message.text())
    assert third.served == 3
    said = maker.message.text()
    assert "Round 2 of at most 1000" in said, said  # the first was by hand
    assert "Kernel tab" in said
    controller = hand.window.controller
    hand.wait(lambda: controller.selection.seq is not None and controller.selection.pinned)
    seq = controller.selection.seq
    assert seq is not None
    assert hand.window.log.view.selectionModel().selectedRows(), "the row is chosen in the log"
    row = controller.reader.row(seq)
    assert row is not None
    assert row.errno == "ECONNRESET"
    left = [
        item.id
        for item in fresh(controller.session, "client-1").connections
        if item.closed_ns is None
    ]
    assert left == [row.connection] == [controller.selection.connection]
    assert [item for item in controller.reader.samples(left[0]) if (item.after_seq or 0) > seq]
    maker.close()


def test_a_run_can_be_given_up(hand: Hand) -> None:
    talk(hand)
    maker = opened(hand)
    maker.run.click()
    hand.wait(lambda: "round" in maker.message.text())
    assert maker.run.text() == "Give up"
    maker.run.click()
    hand.wait(lambda: not hand.window.scenario_player.running)
    hand.wait(lambda: "given up" in maker.message.text())
    assert maker.run.text() == "Run"
    maker.close()
