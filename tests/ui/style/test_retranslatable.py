"""Widgets follow language and appearance by themselves, once each, their parts after them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench import ui
from workbench.texts import tr
from workbench.ui.style import dressing, theme
from workbench.ui.style.retranslatable import (
    Retranslatable,
    RetranslatablePart,
    TellsWhenWorded,
    tell_appearance,
    use_language,
)
from workbench.ui.window.window import MainWindow


class _Word(Retranslatable, QFrame):
    """A label in a frame; it keeps what it did, and in which order among others."""

    def __init__(self, done: list[str], name: str) -> None:
        super().__init__()
        self._done, self._name = done, name
        self.label = QLabel()
        QVBoxLayout(self).addWidget(self.label)
        self.retranslate()

    def retranslate(self) -> None:
        self._done.append(self._name)
        self.label.setText(tr("state.failed"))


class _Drawn(_Word):
    def redraw(self) -> None:
        self._done.append(f"{self._name} drawn")
        super().redraw()


@pytest.fixture
def done() -> list[str]:
    return []


@pytest.fixture
def pair(qtbot: QtBot, done: list[str]) -> tuple[_Word, _Word]:
    """One inside the other, and a window of its own that the outer one owns."""
    outer, inner = _Drawn(done, "outer"), _Word(done, "inner")
    outer.layout().addWidget(inner)  # type: ignore[union-attr]
    owned = _Word(done, "owned")
    owned.setParent(outer, Qt.WindowType.Window)
    qtbot.addWidget(outer)
    done.clear()
    return outer, inner


def test_a_language_reaches_all_at_once_and_once(
    pair: tuple[_Word, _Word], done: list[str], qapp: QApplication
) -> None:
    before = pair[1].label.text()
    pair[0].show()
    qapp.processEvents()
    done.clear()
    use_language("zh_CN")
    assert [word.label.text() for word in pair] == [tr("state.failed")] * 2
    assert pair[1].label.text() != before
    qapp.processEvents()  # and Qt's own event for its translation does not come after
    assert done == ["outer", "inner", "owned"]


def test_an_appearance_reaches_all_in_order(pair: tuple[_Word, _Word], done: list[str]) -> None:
    tell_appearance()
    assert done == ["outer drawn", "outer", "inner", "owned"]


def test_setting_a_theme_does_not_word_anything_before_it_is_in_force(
    pair: tuple[_Word, _Word], done: list[str], qapp: QApplication
) -> None:
    pair[0].show()
    done.clear()
    dressing.apply(qapp, theme.DARK, 125)
    assert done == []
    dressing.apply(qapp, theme.LIGHT)


def test_every_window_is_in_the_chosen_language(window: MainWindow) -> None:
    """A record that is shown beside, and a window that was opened on a task."""
    record = window.controller.session.record
    window.controller.session.journal.flush()
    window.child_windows.open_check_all()
    window.file_commands.show_record(record)
    (beside,) = [
        shown
        for shown in QApplication.topLevelWidgets()
        if isinstance(shown, MainWindow) and not shown.live
    ]
    (checks,) = window.findChildren(QWidget, "check_all")
    use_language("zh_CN")
    assert beside.windowTitle() == tr("window.title_record", record=record.stem)
    assert checks.windowTitle() == tr("checkall.title")
    assert "演示" in checks.windowTitle()
    checks.close()


def test_a_closed_window_is_left_alone(window: MainWindow, qapp: QApplication) -> None:
    """Its record can be read no more, and it is not deleted yet."""
    title = window.windowTitle()
    window.close()
    use_language("zh_CN")
    tell_appearance()
    qapp.processEvents()
    assert window.windowTitle() == title


class _Part(RetranslatablePart, QObject):
    """No widget, but a child of one."""

    def __init__(self, parent: QObject, done: list[str]) -> None:
        super().__init__(parent)
        self._done = done

    def retranslate(self) -> None:
        self._done.append("part")


class _Telling(TellsWhenWorded, QFrame):
    worded = Signal()

    def retranslate(self) -> None:
        """It has no words of its own."""


def test_who_is_no_widget_follows_too_and_who_waits_for_all_is_told_last(
    qtbot: QtBot, done: list[str]
) -> None:
    outer = _Telling()
    qtbot.addWidget(outer)
    outer.worded.connect(lambda: done.append("worded"))
    _Part(outer, done)
    between = QWidget(outer)  # follows nothing itself
    _Word(done, "inner").setParent(between)
    done.clear()
    use_language("zh_CN")
    assert done == ["part", "inner", "worded"]
    done.clear()
    tell_appearance()
    assert done == ["part", "inner", "worded"]


def test_no_widget_words_another_one() -> None:
    """Who keeps a list of its parts forgets one; controls and models are no widgets."""
    known = {"self", "super()", "self.controls", "self._controls", "self._record_controls"}
    known |= {"self.lines", "self.table.lines", "self.model", "panel.controls"}
    for path in Path(ui.__file__).parent.rglob("*.py"):
        if path.name == "named_controls.py":
            continue
        for caller in re.findall(r"([\w.()]+)\.retranslate\(\)", path.read_text(encoding="utf-8")):
            assert caller in known or path.name == "backlog_window.py", (path.name, caller)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
def test_both_sides_stand_level_after_a_change_of_language(
    hand: Hand, qapp: QApplication, scheme: theme.Theme
) -> None:
    """Buttons with Chinese words are higher, and one side alone has one in its first line."""
    hand.connect()
    dressing.apply(qapp, scheme)
    use_language("zh_CN")

    def middles(part: str) -> list[int]:
        both = [hand.find(f"{side}.{part}") for side in ("server", "client")]
        return [one.mapTo(hand.window, one.rect().center()).y() for one in both]

    for server, client in hand.at_rest(lambda: [middles(part) for part in ("state", "calls")]):
        assert server == client
    dressing.apply(qapp, theme.LIGHT)
