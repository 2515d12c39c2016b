"""The log shows what went over the sockets; what is copied out of the window is masked."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication

from tests.scenario.test_secrets import SECRET
from tests.ui.conftest import Hand
from workbench.scenario.model import parse
from workbench.scenario.named_values import Given

TALK = """
title = "Secret"
step = [
 { do = "start", endpoint = "s" }, { do = "connect", endpoint = "c" },
 { do = "send", endpoint = "c", text = "GET / {pw}\\r\\nCookie: sid=1\\r\\n" },
 { do = "expect", endpoint = "s", contains = "Cookie: ", within = 10 },
]
[values]
pw = { env = "WORKBENCH_PW", secret = true }
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
[endpoint.c]
address = "@s"
"""


@pytest.fixture
def told(hand: Hand) -> Hand:
    player = hand.window.scenario_player
    said: list[str] = []
    player.reported.connect(said.append)
    player.run_scenario(parse(TALK, given=Given({"pw": SECRET})))
    hand.wait(lambda: len(said) > 1 and not player.running)
    assert not [line for line in said if SECRET in line]
    with closing(hand.window.controller.session.journal.reader()) as reader:
        last = reader.count()
    hand.wait(lambda: last in shown(hand))
    return hand


def shown(hand: Hand) -> list[int]:
    model = hand.window.log.model
    return [model.seq_of(row) for row in range(model.rowCount())]


def test_rows_are_copied_without_secrets_and_shown_with_them(told: Hand) -> None:
    log = told.window.log
    log.view.selectAll()
    before = [log.model.cells(row) for row in range(log.model.rowCount())]
    assert SECRET in str(before)
    assert "sid=1" in str(before)
    log.copy_rows()
    text = QGuiApplication.clipboard().text()
    assert "GET / ***********" in text
    assert SECRET not in text
    assert "sid=1" not in text
    assert [log.model.cells(row) for row in range(log.model.rowCount())] == before


def test_calls_are_copied_as_python_without_secrets(told: Hand) -> None:
    log = told.window.log
    log.view.selectAll()
    menu = log.row_menu(0)
    next(x for x in menu.actions() if x.text() == "Copy as Python").trigger()
    text = QGuiApplication.clipboard().text()
    assert ".send(" in text
    assert SECRET not in text
    assert "sid=1" not in text


def test_a_scenario_made_of_it_is_copied_and_saved_without_secrets(
    told: Hand, tmp_path: Path
) -> None:
    maker = told.make_scenario()
    assert SECRET in maker.text.toPlainText()  # it can be run as it stands
    for place in (0, 1):
        maker.forms.setCurrentIndex(place)
        maker.copy.click()
        text = QGuiApplication.clipboard().text()
        assert "WORKBENCH_PW" in text
        assert SECRET not in text
        assert "sid=1" not in text
    maker.close()
