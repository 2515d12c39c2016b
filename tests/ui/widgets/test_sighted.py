"""What is shown or hidden is told, with its parents too."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.sighted import Sighted


def test_it_is_told_when_it_comes_into_sight_and_goes(qtbot: QtBot) -> None:
    tabs = QTabWidget()
    qtbot.addWidget(tabs)
    one, other = Sighted(), Sighted()
    told: list[tuple[str, bool]] = []
    one.seen.connect(lambda seen: told.append(("one", seen)))
    other.seen.connect(lambda seen: told.append(("other", seen)))
    tabs.addTab(one, "1")
    tabs.addTab(other, "2")
    tabs.show()
    assert told[-1] == ("one", True)
    told.clear()
    tabs.setCurrentIndex(1)
    assert set(told) == {("one", False), ("other", True)}
    told.clear()
    tabs.hide()
    assert told == [("other", False)]
