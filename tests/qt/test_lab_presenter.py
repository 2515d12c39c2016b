"""The lab without its window: runs, pictures, kept runs, and what cannot be done."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from workbench.labs import backlog_kept
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.bound import BOUND
from workbench.qt.controller import Controller
from workbench.qt.lab_presenter import LabPresenter
from workbench.viewmodel.lab_state import LabState
from workbench.viewmodel.message import StatusMessage

REFUSED = BacklogSettings(clients=2, every=0.0, mode=BOUND)
SAID = Prediction(0, 2)


class Watched:
    """A presenter, and everything that it has said."""

    def __init__(self, controller: Controller, qtbot: QtBot) -> None:
        self.states: list[LabState] = []
        self.messages: list[StatusMessage] = []
        self._qtbot = qtbot
        self.lab = LabPresenter(controller)
        self.lab.changed.connect(self.states.append)
        self.lab.told.connect(self.messages.append)

    def run(self, settings: BacklogSettings = REFUSED) -> LabState:
        self.lab.start(settings, SAID)
        self._qtbot.waitUntil(lambda: self.states[-1].result is not None, timeout=60_000)
        return self.states[-1]

    @property
    def newest(self) -> str:
        return self.messages[-1].text.show()


@pytest.fixture
def watched(controller: Controller, qtbot: QtBot) -> Iterator[Watched]:
    made = Watched(controller, qtbot)
    yield made
    made.lab.close()


def test_a_run_is_shown_from_its_start_to_its_result(watched: Watched) -> None:
    last = watched.run()
    assert watched.states[0].step == "run"
    assert (last.step, last.said, last.own, last.keepable) == ("compare", SAID, True, True)
    assert last.result is not None
    assert last.result.refused == 2
    assert last.picture is not None
    assert not last.picture.running
    assert "lab-" in last.newest_call
    assert watched.messages[-1].level == "good"


def test_a_kept_run_is_no_run_of_today(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backlog_kept, "state_dir", lambda: tmp_path)
    before = watched.run()
    watched.lab.keep()
    (path,) = backlog_kept.kept_runs()
    assert str(path) in watched.newest
    watched.lab.show_kept(path)
    shown = watched.states[-1]
    assert (shown.result, shown.picture, shown.said) == (before.result, before.picture, SAID)
    assert (shown.own, shown.keepable) == (False, False)
    assert "RECORDED" in watched.newest
    watched.lab.keep()  # nothing of today's
    assert backlog_kept.kept_runs() == [path]


def test_what_cannot_be_done_is_told(watched: Watched, tmp_path: Path) -> None:
    watched.lab.accept_one()
    assert watched.newest == "Nothing is running: press Run first."
    watched.lab.show_kept(tmp_path / "missing")
    assert watched.messages[-1].level == "bad"
    watched.lab.start(BacklogSettings(clients=0), None)
    assert "at least 1" in watched.newest
    assert watched.states == []
