"""The view of a conversation: it follows its end, unless a person looks further up."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from workbench.ui.endpoint.conversation import MOST_LINES, Conversation


def shown(qtbot: QtBot) -> Conversation:
    view = Conversation()
    qtbot.addWidget(view)
    view.resize(300, 100)
    view.show()
    view.add(f"line {number}" for number in range(100))
    return view


def test_new_lines_are_in_sight_unless_one_looks_further_up(qtbot: QtBot) -> None:
    view = shown(qtbot)
    bar = view.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.value() >= bar.maximum() - 2)
    bar.setValue(3)
    view.add(["new"])
    assert bar.value() == 3
    bar.setValue(bar.maximum())
    view.add(["newer"])
    assert bar.value() >= bar.maximum() - 2


def test_what_was_sent_is_text_and_never_markup_and_old_lines_go(qtbot: QtBot) -> None:
    view = shown(qtbot)
    view.add(["<b>bold</b>"])
    assert view.toPlainText().endswith("<b>bold</b>")
    view.add(map(str, range(MOST_LINES + 50)))
    assert view.blockCount() == MOST_LINES
    view.add([])
    assert view.blockCount() == MOST_LINES
