"""Check all: each demonstration once, beside the window's own sockets; closing it stops it."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench.labs import demos
from workbench.ui.dialogs import check_all_dialog
from workbench.ui.dialogs.check_all_dialog import CheckAllDialog

FEW = ("udp-exchange", "abort", "multicast", "half-close")


def some(hand: Hand, monkeypatch: object) -> CheckAllDialog:
    found = [item for item in demos.demos() if item.name in FEW]
    monkeypatch.setattr(check_all_dialog, "demos", lambda: found)  # type: ignore[attr-defined]
    hand.window.child_windows.open_check_all()
    return hand.window.findChild(CheckAllDialog)  # type: ignore[return-value]


def test_each_is_run_and_told(hand: Hand, monkeypatch: object) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    window = some(hand, monkeypatch)
    hand.window.controller.session.journal.flush()
    before = hand.window.controller.session.journal.committed
    window.run_button.click()
    hand.wait(lambda: window.run_button.isEnabled())
    outcomes = [window.table.model().index(row, 1).data() for row in range(window.table.rowCount())]
    assert sum("held" in text for text in outcomes) == 3, outcomes
    assert sum("beyond this machine" in text for text in outcomes) == 1
    assert hand.window.controller.session.journal.committed == before
    assert hand.text("server.state") == "LISTEN"
    window.close()


def test_closing_it_gives_the_rest_up(hand: Hand, monkeypatch: object, qtbot: QtBot) -> None:
    window = some(hand, monkeypatch)
    window.run_button.click()
    worker = window._worker
    assert worker is not None
    with qtbot.waitSignal(worker.finished, timeout=15_000):
        window.close()
