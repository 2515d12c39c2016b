"""Check this server: the cases run beside the window's own sockets, and closing it stops them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.checkup.wrong_peers import right_server, wrong_client, wrong_server
from tests.ui.conftest import Hand
from workbench.checkup.case import CheckCase
from workbench.checkup.check_verdict import in_a_row
from workbench.checkup.checkup import all_cases
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.qt import checkup_worker
from workbench.texts import LANGUAGES, Problem, set_language
from workbench.ui.dialogs import check_up_window
from workbench.ui.dialogs.check_up_window import DID, VERDICT, CheckUpWindow
from workbench.ui.style import icons

FEW = ("open", "text", "rsv2")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    def some(*, listens: bool) -> tuple[CheckCase, ...]:
        return tuple(case for case in all_cases(listens=listens) if case.name in FEW)

    monkeypatch.setattr(check_up_window, "all_cases", some)


def opened(hand: Hand, address: str, role: Role = Role.STREAM) -> CheckUpWindow:
    settings = EndpointSettings("x", role, address=address, layers=("websocket",))
    hand.window.child_windows.open_check_up(settings)
    (window,) = hand.window.findChildren(CheckUpWindow)
    return window


def column(window: CheckUpWindow, which: int) -> list[str]:
    cells = [window.table.item(row, which) for row in range(window.table.rowCount())]
    return ["" if cell is None else cell.text() for cell in cells]


def run(hand: Hand, window: CheckUpWindow) -> None:
    window.run_button.click()
    assert window.run_button.text() == "Stop"
    hand.wait(lambda: window._worker is None)


@pytest.mark.usefixtures("few")
def test_a_server_is_checked_and_a_report_kept(hand: Hand, tmp_path: Path) -> None:
    before = hand.window.controller.session.endpoints
    with wrong_server("takes all") as port:
        window = opened(hand, f"127.0.0.1:{port}")
        run(hand, window)
    assert column(window, VERDICT) == ["ok", "ok", "strays: RFC 6455 5.2"]
    cells = [window.table.item(row, VERDICT) for row in range(3)]
    drawn = [cell and cell.icon().pixmap(16, 16).toImage() for cell in cells]
    wanted = [icons.verdict(good=good).pixmap(16, 16).toImage() for good in (True, True, False)]
    assert drawn == wanted != wanted[::-1]
    assert "hello" in column(window, DID)[1]
    assert "1 stray" in window.heading.text()
    window.save_junit(tmp_path / "check.xml")
    (suite,) = ET.parse(tmp_path / "check.xml").getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("3", "1")
    assert hand.window.controller.session.endpoints == before
    set_language("zh_CN")
    window.retranslate()
    assert column(window, VERDICT)[0] == "符合"
    window.close()


@pytest.mark.usefixtures("few")
def test_a_case_is_run_in_the_window(hand: Hand) -> None:
    with right_server() as port:
        window = opened(hand, f"127.0.0.1:{port}")
        assert not window.open_button.isEnabled()
        window.table.selectRow(2)
        assert "5.2" in window.detail.text()
        window.open_button.click()
        player = hand.window.scenario_player
        hand.wait(lambda: not player.running)
        session = hand.window.controller.session
        assert "client" in session.endpoints
        session.journal.flush()
        reader = session.journal.reader()
        try:
            rows = [row for row in reader.page(1, 1000) if row.call == "ws.recv"]
        finally:
            reader.close()
        assert any("code=1002" in row.args for row in rows)
    window.close()


@pytest.mark.usefixtures("few")
def test_a_client_that_comes_is_checked(hand: Hand) -> None:
    window = opened(hand, "127.0.0.1:0", Role.LISTENER)
    window.run_button.click()
    hand.wait(lambda: "ws://" in window.heading.text())
    address = next(word for word in window.heading.text().split() if word.startswith("ws://"))
    with wrong_client(address):
        hand.wait(lambda: window._worker is None)
    assert column(window, VERDICT) == ["ok", "strays: RFC 6455 5.2"]
    window.close()


def test_closing_it_gives_the_rest_up(hand: Hand, qtbot: QtBot) -> None:
    with wrong_server("hangs") as port:
        window = opened(hand, f"127.0.0.1:{port}")
        window.run_button.click()
        worker = window._worker
        assert isinstance(worker, checkup_worker.CheckUpWorker)
        with qtbot.waitSignal(worker.finished, timeout=30_000):
            window.close()


def test_the_panel_in_front_says_what_is_checked(hand: Hand) -> None:
    hand.window.menus.action("check_up").trigger()
    assert not hand.window.findChildren(CheckUpWindow)
    assert "WS or WSS" in hand.window.status_bar.word.text()
    hand.choose("server.type", "ws")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.choose("client.type", "ws")
    hand.find("client.host").setFocus()  # its endpoint is what keys and menu act on
    link = hand.window.controller.session.link("server-1")
    hand.window.menus.action("check_up").trigger()
    (window,) = hand.window.findChildren(CheckUpWindow)
    assert link.rpartition(":")[2] in window.windowTitle()
    window.close()


@pytest.mark.usefixtures("few")
def test_its_report_is_saved_from_the_menu_too(hand: Hand, tmp_path: Path) -> None:
    entry = hand.window.menus.action("save_check_up")
    entry.trigger()
    assert hand.window.status_bar.word.text() == Problem("checkup.none_to_save").text
    with wrong_server("takes all") as port:
        window = opened(hand, f"127.0.0.1:{port}")
        entry.trigger()  # nothing has been run
        assert not hand.window.findChildren(QFileDialog)
        run(hand, window)
    entry.trigger()
    (dialog,) = hand.window.findChildren(QFileDialog)
    dialog.fileSelected.emit(str(tmp_path / "report.xml"))
    dialog.reject()
    (suite,) = ET.parse(tmp_path / "report.xml").getroot()
    assert suite.get("tests") == "3"
    window.close()
    hand.wait(lambda: not hand.window.findChildren(CheckUpWindow))
    entry.trigger()
    assert hand.window.status_bar.word.text() == Problem("checkup.none_to_save").text


def test_sentences_stand_as_their_language_sets_them() -> None:
    said = {}
    for language in LANGUAGES:
        set_language(language)
        said[language] = in_a_row(["一。", "二。", "三。"])
    assert said == {"en": "一。 二。 三。", "zh_CN": "一。二。三。"}
    assert in_a_row([]) == ""
