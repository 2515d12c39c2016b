"""Rows that wrap."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QPushButton, QSizePolicy, QWidget, QWidgetItem
from pytestqt.qtbot import QtBot

from workbench.ui.widgets.flow_layout import FlowLayout
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import GivingButton, TextField, group

_kept: list[QWidget] = []


def boxes(qtbot: QtBot, width: int, grow: bool = False) -> list[QLabel]:
    widget = QWidget()
    _kept[:] = [widget]
    qtbot.addWidget(widget)
    layout = FlowLayout(widget)
    labels = [QLabel("x" * 10) for _ in range(3)]
    for label in labels:
        label.setFixedSize(100, 20)
        layout.addWidget(label)
    if grow:
        labels[1].setMinimumSize(100, 20)
        labels[1].setMaximumSize(10_000, 20)
        labels[1].setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    widget.resize(width, 200)
    widget.show()
    return labels


def test_one_line_where_there_is_room(qtbot: QtBot) -> None:
    assert len({label.y() for label in boxes(qtbot, 400)}) == 1


def test_wraps_where_there_is_none(qtbot: QtBot) -> None:
    labels = boxes(qtbot, 220)
    assert labels[2].y() > labels[0].y()
    assert all(label.geometry().right() <= 220 for label in labels)


def test_what_grows_takes_the_rest(qtbot: QtBot) -> None:
    labels = boxes(qtbot, 500, grow=True)
    assert labels[1].width() > 200
    assert labels[2].geometry().right() >= 490


def test_what_gives_way_does_so_before_the_line_is_broken(qtbot: QtBot) -> None:
    """It has what it asks for as soon as there is room, before anything grows."""

    class Giving(QLabel):
        def minimumSizeHint(self) -> QSize:
            return QSize(40, 20)

        def sizeHint(self) -> QSize:
            return QSize(100, 20)

    widget = QWidget()
    _kept[:] = [widget]
    qtbot.addWidget(widget)
    layout = FlowLayout(widget)
    first, giving, last = QLabel(), Giving(), QLabel()
    giving.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    last.setMinimumSize(100, 20)
    last.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
    first.setFixedSize(100, 20)
    for label in (first, giving, last):
        layout.addWidget(label)
    widget.show()
    gaps = 2 * layout.spacing()
    for width, wanted in ((240 + gaps, 40), (270 + gaps, 70), (400 + gaps, 100)):
        widget.resize(width, 200)
        layout.activate()
        assert (first.y(), giving.y(), last.y()) == (0, 0, 0), width
        assert giving.width() == wanted
    assert last.width() == 200
    widget.resize(239 + gaps, 200)
    layout.activate()
    assert last.y() > 0


def test_each_part_is_asked_once_until_something_changes(qtbot: QtBot) -> None:
    """A window that is laid out asks a line a hundred times how much it needs."""

    class Asked(QWidgetItem):
        times = 0

        def sizeHint(self) -> QSize:
            Asked.times += 1
            return super().sizeHint()

    widget = QWidget()
    qtbot.addWidget(widget)
    layout = FlowLayout(widget)
    label = QLabel(widget)
    label.setFixedSize(40, 20)
    layout.addItem(Asked(label))
    widget.show()
    sizes = [layout.minimumSize(), layout.sizeHint()]
    Asked.times = 0
    sizes += [layout.minimumSize(), layout.sizeHint()]
    assert [(size.width(), size.height()) for size in sizes] == [(40, 20)] * 4
    assert Asked.times == 0
    label.setFixedSize(50, 27)
    assert layout.minimumSize() == QSize(50, 27)
    label.hide()
    assert layout.minimumSize() == QSize(0, 0)


def test_room_pushes_what_follows_to_the_right(qtbot: QtBot) -> None:
    """Without a widget for it."""
    holder = QWidget()
    qtbot.addWidget(holder)
    row = FlowLayout(holder)
    one, other = QPushButton("one"), QPushButton("other")
    row.addWidget(one)
    row.add_room()
    row.addWidget(other)
    holder.resize(600, 60)
    holder.show()
    assert one.geometry().left() == 0
    assert other.geometry().right() == 599


def all_say(buttons: Iterable[QPushButton], said: str) -> bool:
    return {button.text() for button in buttons} == {said}


def test_buttons_say_less_before_they_take_another_line(qtbot: QtBot) -> None:
    """Also those that stay together."""
    holder = QWidget()
    qtbot.addWidget(holder)
    row = FlowLayout(holder)
    buttons = [GivingButton() for _ in range(3)]
    for button in buttons:
        button.offer("a long caption for it", "short")
    row.addWidget(buttons[0])
    row.addWidget(group(*buttons[1:]))
    holder.show()
    whole = sum(button.sizeHint().width() for button in buttons) + 100
    least = sum(button.minimumSizeHint().width() for button in buttons) + 30
    one_line = buttons[0].sizeHint().height() + 4
    for width, said in ((whole, "a long caption for it"), (least, "short")):
        holder.resize(width, 200)
        assert row.heightForWidth(width) <= one_line
        qtbot.waitUntil(partial(all_say, buttons, said))
        assert all(button.caption == "a long caption for it" for button in buttons)
    assert row.heightForWidth(least - 60) > one_line


def stands_beside(second: QWidget, wanted: bool) -> bool:
    return (second.x() > 0) is wanted


def test_a_field_gives_some_of_its_width_to_stand_beside_another(qtbot: QtBot) -> None:
    """A line of its own is the last way; where there is room it is as wide as it asks for."""
    owner = QWidget()
    qtbot.addWidget(owner)
    around = QWidget(owner)  # a window would be no narrower than the widest in it
    row = FlowLayout(around)
    first, second = TextField(width=20, least=10), HintCombo(20, least=10)
    groups = [group(QLabel("of"), field) for field in (first, second)]
    for each in groups:
        row.addWidget(each)
    with qtbot.waitExposed(owner):
        owner.show()
    for width, beside, whole in (
        (2_000, True, True),
        (row.line_width, True, False),
        (row.line_width - 1, False, True),
    ):
        around.resize(width, 100)
        qtbot.waitUntil(partial(stands_beside, groups[1], beside))
        for field in (first, second):
            assert (field.width() == field.sizeHint().width()) is whole
