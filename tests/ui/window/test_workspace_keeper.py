"""A window comes back as it was left: after it was closed, and after it was killed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtWidgets import (
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QToolButton,
    QWidget,
)

from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.snapshot import Phase
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.viewmodel import workspace as kept
from workbench.viewmodel.frame_form import FrameForm

if TYPE_CHECKING:
    from workbench.ui.window.window import MainWindow
    from workbench.ui.window.workspace_keeper import WorkspaceKeeper

Open = Callable[[], "MainWindow"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "config" / "workspace.json"


@pytest.fixture
def opened(_sheet: None, file: Path, tmp_path: Path, first_port: int) -> Iterator[Open]:
    """Makes windows that are kept in one file; closes those that are left."""
    from workbench import app

    made: list[MainWindow] = []

    def make() -> MainWindow:
        window = app.create_window(tmp_path / f"r{len(made)}.swb", file)
        made.append(window)
        window.show()
        return window

    yield make
    for window in made:
        window.close()
        window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def keeper(window: MainWindow) -> WorkspaceKeeper:
    assert window._keeper is not None
    return window._keeper


def text_of(window: MainWindow, panel: str, name: str) -> str:
    found = window.tab_area.panel(panel)
    assert found is not None
    widget = found.findChild(QWidget, name)
    assert isinstance(widget, QLineEdit | QPlainTextEdit)
    return widget.toPlainText() if isinstance(widget, QPlainTextEdit) else widget.text()


def noticed(window: MainWindow) -> str:
    """The line above the panels; "": there is none."""
    label = window.findChild(QLabel, "notice.text")
    assert isinstance(label, QLabel)
    return label.text() if window.banner.isVisible() else ""


def type_message(window: MainWindow, text: str) -> None:
    panel = window.tab_area.panel("client-1")
    assert isinstance(panel, ClientPanel)
    panel.editor.text.setPlainText(text)


def set_up(window: MainWindow) -> None:
    """Something of everything."""
    tabs, area = window.endpoint_tabs, window.tab_area
    tabs.new_server()
    tabs.new_client()
    server, client = area.panel("server-2"), area.panel("client-2")
    assert server is not None
    assert client is not None
    area.move_across(client)
    for panel, name, text in (
        (server, "server.port", "45678"),
        (client, "client.count", "7"),
        (client, "client.payload", "a text"),
        (client, "client.repeat", "3"),
    ):
        widget = panel.findChild(QWidget, name)
        assert isinstance(widget, QLineEdit | QPlainTextEdit)
        if isinstance(widget, QPlainTextEdit):
            widget.setPlainText(text)
        else:
            widget.setText(text)
            widget.textEdited.emit(text)
            widget.editingFinished.emit()
    area.bring("server-2")
    window.resize(1240, 720)
    QCoreApplication.processEvents()  # as wide as it asked to be, and laid out
    area.setSizes([660, 570])
    QCoreApplication.processEvents()


def test_a_restart_brings_back_the_same_window(opened: Open) -> None:
    first = opened()
    set_up(first)
    before = keeper(first).gathered()
    first.close()
    second = opened()
    after = keeper(second).gathered()
    assert after.tabs == before.tabs
    for name in ("front", "values", "parts", "folder"):
        assert getattr(after, name) == getattr(before, name), name
    assert [tab.settings.name for tab in after.tabs] == [
        "server-1",
        "server-2",
        "client-2",
        "client-1",
    ]
    assert text_of(second, "server-2", "server.port") == "45678"
    assert text_of(second, "client-2", "client.count") == "7"
    assert text_of(second, "client-2", "client.payload") == "a text"
    front = second.tab_area.left.in_front
    assert front is not None
    assert front.name == "server-2"
    slots = second.findChild(QSplitter, "slots")
    assert slots is not None
    assert slots.sizes()[0] > slots.sizes()[1] + 40


@pytest.mark.parametrize("side", ["server", "client"])
def test_a_frame_by_hand_comes_back(opened: Open, side: str) -> None:
    """Also over a start at which nobody has looked at its fields."""
    first = opened()
    panel = first.tab_area.panel(f"{side}-1")
    assert isinstance(panel, ServerPanel | ClientPanel)
    frame = FrameForm("PING", fin=False, rsv="4", mask="37fa213d", length="9", payload="\\x00")
    panel.frames.part.fill(frame)
    first.close()
    opened().close()
    panel = opened().tab_area.panel(f"{side}-1")
    assert isinstance(panel, ServerPanel | ClientPanel)
    assert panel.frames.built is None
    assert panel.frames.part.frame == frame


def test_no_socket_is_opened(opened: Open) -> None:
    first = opened()
    panel = first.tab_area.panel("server-1")
    assert panel is not None
    panel.address_line.primary.click()
    first.close()
    second = opened()
    phases = [second.controller.snapshot(name).phase for name in ("server-1", "client-1")]
    assert phases == [Phase.IDLE, Phase.IDLE]
    assert not second.controller.session.open_ones()


def test_a_port_that_was_typed_does_not_move(opened: Open) -> None:
    first = opened()
    set_up(first)
    first.close()
    second = opened()
    settings = {x.name: x for x in second.controller.session.settings_of_all()}
    assert not settings["server-2"].port_search
    assert settings["server-1"].port_search
    assert not second.endpoint_tabs.presenter("server-2").wished().port_search


def test_what_was_written_last_is_there_after_a_kill(opened: Open, file: Path) -> None:
    """The timer writes it: nothing of an orderly end has happened yet."""
    first = opened()
    set_up(first)
    keeper(first)._timer.timeout.emit()
    there = kept.read(file.read_text(encoding="utf-8"))
    assert there == keeper(first).gathered()
    assert keeper(first)._timer.isActive()
    assert keeper(first)._timer.interval() <= 5_000


def test_what_has_not_changed_is_not_written_again(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would hold the window up each time, where a text is long."""
    window = opened()
    keeper(window).keep()
    written: list[object] = []
    monkeypatch.setattr(keeper(window)._file, "write", written.append)
    keeper(window).keep()
    assert not written
    type_message(window, "another")
    keeper(window).keep()
    assert len(written) == 1


def test_a_message_that_is_too_long_to_be_kept_is_told_of_once(opened: Open) -> None:
    window = opened()
    told: list[str] = []
    keeper(window).told.connect(told.append)
    type_message(window, "x" * (kept.LONGEST + 1))
    keeper(window).keep()
    assert len(told) == 1
    assert "client-1" in told[0]
    type_message(window, "x" * (kept.LONGEST + 2))
    keeper(window).keep()
    assert len(told) == 1
    type_message(window, "short")
    keeper(window).keep()
    assert len(told) == 1


def test_rules_come_back(opened: Open) -> None:
    first = opened()
    panel = first.tab_area.panel("server-1")
    assert panel is not None
    presenter = first.endpoint_tabs.presenter("server-1")
    made = presenter.settings
    reply = Rules((Rule(Match.CONTAINS, "id", reply="got"),))
    form = presenter.form_of(replace(made, responder=reply), None)
    presenter.fill(form)  # type: ignore[arg-type]
    first.close()
    second = opened()
    found = second.endpoint_tabs.presenter("server-1").wished().responder
    assert isinstance(found, Rules)
    assert [(rule.value, rule.reply) for rule in found.rules] == [("id", "got")]


@pytest.mark.parametrize("text", ["{ torn", '{"format": 99}'])
def test_a_file_that_is_none_leads_to_the_usual_window_and_a_sentence(
    opened: Open, file: Path, text: str
) -> None:
    file.parent.mkdir()
    file.write_text(text, encoding="utf-8")
    window = opened()
    assert [panel.name for panel in window.tab_area.panels()] == ["server-1", "client-1"]
    assert "aside-1" in noticed(window)
    assert file.with_name("workspace.aside-1.json").read_text(encoding="utf-8") == text


def test_a_second_window_says_that_it_does_not_save(opened: Open, file: Path) -> None:
    keeper(opened())._timer.stop()  # the first one writes no more meanwhile
    second = opened()
    assert "does not save" in noticed(second)
    close = second.findChild(QWidget, "notice.close")
    assert isinstance(close, QToolButton)
    close.click()
    assert noticed(second) == ""
    before = file.read_bytes() if file.exists() else None
    set_up(second)
    second.close()
    assert (file.read_bytes() if file.exists() else None) == before


def test_a_maximised_window_comes_back_so(opened: Open) -> None:
    first = opened()
    first.setWindowState(Qt.WindowState.WindowMaximized)
    QCoreApplication.processEvents()
    first.close()
    assert opened().isMaximized()


@pytest.mark.parametrize("layout", ["client", "log"])
def test_the_layout_comes_back(opened: Open, layout: str) -> None:
    first = opened()
    first.menus.action(f"layout_{layout}").trigger()
    first.close()
    second = opened()
    assert second.layouts.name == layout
    assert second.menus.action(f"layout_{layout}").isChecked()
    assert second.tab_area.isVisible() is (layout != "log")
    assert not second.tab_area.left.isVisible()


@pytest.mark.parametrize("place", [(6, 60, 789, 640), (4, 40, 792, 700)])
def test_the_window_comes_back_where_it_was(opened: Open, place: tuple[int, int, int, int]) -> None:
    """Offscreen the screen has 800 pixels each way; a test of the real program has a larger one."""
    first = opened()
    first.setGeometry(QRect(*place))
    QCoreApplication.processEvents()
    before = first.geometry()
    assert before.topLeft() == QRect(*place).topLeft()
    first.close()
    second = opened()
    assert second.geometry() == before
    assert not second.isMaximized()
