"""Chips with a cross: each takes away what it stands for, and Tab goes from one to the next."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from workbench.texts import set_language, tr
from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.removable_chips import RemovableChip, RemovableChips


class Row:
    """A row with a button, and the chips behind it."""

    def __init__(self, qtbot: QtBot) -> None:
        self.owner = QWidget()
        qtbot.addWidget(self.owner)
        self.layout = FlowLayout(self.owner)
        self.first = QPushButton("Set", self.owner)
        self.layout.addWidget(self.first)
        self.dropped: list[str] = []
        self.chips = RemovableChips(self.owner, self.layout, self.first)

    def show(self, *names: str) -> None:
        self.chips.show(
            [
                RemovableChip(
                    name,
                    f"{name} = a & b",
                    lambda name=name: tr("tip.option_remove", name=name),  # type: ignore[misc]
                    lambda name=name: self.dropped.append(name),  # type: ignore[misc]
                )
                for name in names
            ]
        )

    def button(self, name: str) -> QPushButton:
        (found,) = [
            each
            for each in self.owner.findChildren(QPushButton, name)
            if self.layout.indexOf(each) >= 0
        ]
        return found


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    return Row(qtbot)


def test_a_click_takes_away_what_it_stands_for(row: Row) -> None:
    row.show("one", "two")
    assert row.button("two").text() == "two = a && b"  # no mnemonic
    row.button("two").click()
    assert row.dropped == ["two"]
    row.show("one")
    assert row.layout.count() == 2
    row.show()
    assert row.layout.count() == 1


def test_tab_goes_on_in_their_order(row: Row) -> None:
    row.show("one", "two")
    assert row.first.nextInFocusChain() is row.button("one")
    assert row.button("one").nextInFocusChain() is row.button("two")


def test_their_tips_follow_the_language(row: Row) -> None:
    row.show("one")
    button = row.button("one")
    english = button.accessibleDescription()
    assert "one" in english
    set_language("zh_CN")
    row.chips.redraw()
    assert button.accessibleDescription() == tr("tip.option_remove", name="one") != english
    assert button.accessibleName() == "one = a & b"
    assert not button.icon().isNull()
