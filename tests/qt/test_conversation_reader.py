"""A conversation is read where it is shown, and in bounded pieces, whatever else is recorded."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from tests.qt.conftest import BOUND_MS
from workbench.engine.model import commands as c
from workbench.journal.reader import Reader
from workbench.qt.controller import Controller
from workbench.qt.conversation_reader import KEPT, LOOK_BACK, PAGE, SCREEN, ConversationReader
from workbench.texts import tr
from workbench.viewmodel.conversation_export import (
    ConversationForm,
    ConversationRequest,
    write_conversation,
)
from workbench.viewmodel.conversation_line import ConversationLine


class Read:
    """What a reader of the client's conversation told, in order."""

    def __init__(self, controller: Controller) -> None:
        self.reader = ConversationReader(controller, "client", controller)
        self.pieces: list[list[ConversationLine]] = []
        self.cleared = 0
        self.reader.read.connect(self.pieces.append)
        self.reader.cleared.connect(self._on_cleared)

    def _on_cleared(self) -> None:
        self.cleared += 1

    def lines(self) -> list[str]:
        return [line.text for piece in self.pieces for line in piece]


@pytest.fixture
def read(controller: Controller) -> Read:
    return Read(controller)


def flood(controller: Controller, count: int) -> None:
    """So many sends of the client, in the record."""
    ticket = controller.session.perform(c.Send("client", text="y", repeat=count))
    assert ticket.wait(BOUND_MS / 1000)
    controller.session.journal.flush()


def test_folded_away_nothing_is_read_until_it_is_wanted(
    controller: Controller, read: Read, talk: Callable[[str], None]
) -> None:
    talk("hello")
    read.reader.want(False)
    read.reader.aim(frozenset(), None, numbered=True)
    read.reader.show_as("hex")
    assert read.pieces == []
    assert read.cleared == 0
    read.reader.want(True)
    assert read.cleared == 1
    assert any("68 65 6c 6c 6f" in line for line in read.lines())


def test_what_others_do_hides_nothing(
    controller: Controller, read: Read, talk: Callable[[str], None]
) -> None:
    talk("hello")
    for number in range(2 * LOOK_BACK):
        controller.session.note("note", str(number))
    controller.session.journal.flush()
    read.reader.refresh()
    assert not read.reader.behind
    assert any("hello" in line for line in read.lines())
    assert tr("conversation.skipped") not in read.lines()


def test_a_flood_is_shown_a_screen_at_a_time_and_says_so(
    controller: Controller, read: Read, talk: Callable[[str], None]
) -> None:
    talk("hello")
    flood(controller, LOOK_BACK + 1)
    read.reader.refresh()
    assert read.pieces[0] == [ConversationLine(tr("conversation.skipped"))]
    assert 0 < len(read.lines()) <= SCREEN + 1
    assert not read.reader.behind
    read.pieces.clear()
    flood(controller, PAGE + 1)  # it is a flood still: less is enough
    read.reader.refresh()
    assert read.pieces[0] == [ConversationLine(tr("conversation.skipped"))]
    assert len(read.lines()) <= SCREEN + 1


def test_what_can_be_caught_up_with_is_read_page_by_page(
    controller: Controller, read: Read, talk: Callable[[str], None]
) -> None:
    talk("hello")
    read.reader.refresh()
    read.pieces.clear()
    flood(controller, 2 * PAGE)
    while read.reader.behind:
        read.reader.refresh()
    sent = tr("conversation.sent")
    assert sum(f"> {sent}" in line for line in read.lines()) == 2 * PAGE
    assert max(map(len, read.pieces)) <= PAGE
    read.pieces.clear()
    read.reader.again()
    assert 0 < len(read.lines()) <= KEPT


def test_another_endpoint_of_the_same_name_has_a_conversation_of_its_own(
    controller: Controller, read: Read, talk: Callable[[str], None]
) -> None:
    """Also in a file; the one that was removed and comes back has its own again."""
    talk("of before")
    session, settings = controller.session, controller.session.settings("client")
    identity = session.identity("client")
    assert session.remove("client").wait(BOUND_MS / 1000)
    session.add(settings)
    new = Read(controller)
    assert session.perform(c.Connect("client", wait=True)).wait(BOUND_MS / 1000)
    talk("hello")
    new.reader.refresh()
    assert any("hello" in line for line in new.lines())
    assert not any("of before" in line for line in new.lines())
    new.reader.again()
    assert not any("of before" in line for line in new.lines())
    assert "of before" not in saved(controller, new)
    assert session.remove("client").wait(BOUND_MS / 1000)
    session.add(settings, again=identity)
    back = Read(controller)
    back.reader.refresh()
    assert any("of before" in line for line in back.lines())
    assert not any("hello" in line for line in back.lines())
    assert "hello" not in saved(controller, back)


def saved(controller: Controller, read: Read) -> str:
    """What *Save* puts into a file."""
    wishes: list[ConversationRequest] = []
    read.reader.save_wanted.connect(wishes.append)
    read.reader.save()
    controller.session.journal.flush()
    out = io.BytesIO()
    write_conversation(controller.reader, out, wishes[0], ConversationForm.TEXT)
    return out.getvalue().decode()


def test_an_accept_is_told_with_the_number_of_its_connection(
    controller: Controller, talk: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The row is in the record a moment before the connection that accept() made."""
    reader = ConversationReader(controller, "server", controller)
    reader.aim(frozenset(), None, numbered=True)
    told: list[str] = []
    reader.read.connect(lambda lines: told.extend(line.text for line in lines))
    with monkeypatch.context() as patch:
        patch.setattr(Reader, "accepted", lambda _self, _row: None)
        talk("hello")
        reader.refresh()
        assert not any("accepted" in line for line in told)
        assert reader.behind
    reader.refresh()
    assert not reader.behind
    assert next("accepted" in line for line in told if "#1" in line)
    assert not any("accepted" in line for line in told if "#1" not in line)
    assert sum("hello" in line for line in told) == 2
