"""The list of saved messages beside a talk: at 1280×752 nothing is cut off, in both languages."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.ui.conftest import Hand
from tests.ui.looks import room
from tests.ui.looks.scenes import SIZE, settle, speak, talk
from tests.ui.looks.seen import texts_of
from tests.words import untranslated
from workbench import texts
from workbench.viewmodel.messages_file import Saved
from workbench.viewmodel.payload_form import PayloadForm


@pytest.fixture
def beside(hand: Hand) -> Iterator[Hand]:
    hand.window.resize(*SIZE)
    before = hand.window.saved_messages.saved
    hand.window.saved_messages.replace_all(
        [
            Saved("hello", "", PayloadForm("hello")),
            Saved("reply", "", PayloadForm("reply"), "client-1"),
            Saved("ping", "", PayloadForm("ping"), "udp-1"),
        ]
    )
    hand.window.menus.action("messages").trigger()
    talk(hand)
    settle()
    yield hand
    hand.window.preferences.messages_shown = False
    hand.window.saved_messages.replace_all(before)
    speak(hand.window, "en")


def test_nothing_is_cut_off_and_everything_is_translated(beside: Hand) -> None:
    window = beside.window
    faults = []
    for language in texts.LANGUAGES:
        speak(window, language)
        assert window.size().toTuple() == SIZE
        faults += [f"{language}: {fault}" for fault in room.faults(window)]
        if language != "en":
            shown = texts_of(window.message_list.part)
            sent = "hello|reply|ping"
            faults += [f"{seen}: {bad}" for seen in shown if (bad := untranslated(seen.text, sent))]
    assert not faults, "\n".join(faults)


def test_who_sends_it_has_a_column_where_there_is_room(beside: Hand) -> None:
    tree, window = beside.window.message_list.part.tree, beside.window
    assert tree.isColumnHidden(1)
    columns = window.message_list.parentWidget()
    columns.setSizes([0, 500, 700])  # type: ignore[union-attr]
    settle()
    assert not tree.isColumnHidden(1)


def test_its_menu_has_one_arrow(beside: Hand) -> None:
    """Qt paints one for a menu, and lay over the icon, which is one too."""
    button = beside.window.message_list.part.file
    menu = button.menu()
    with_menu = button.grab().toImage()
    button.setMenu(None)  # type: ignore[arg-type]  # the stub knows no None
    without = button.grab().toImage()
    button.setMenu(menu)
    assert with_menu == without
