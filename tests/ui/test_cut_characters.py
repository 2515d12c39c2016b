"""A character that two reads share is whole in every view; a view of one read marks the cut."""

from __future__ import annotations

import io
from pathlib import Path

from PySide6.QtWidgets import QTabWidget

from tests.snapshots import fresh
from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.payload.decoding import BEGUN
from workbench.viewmodel.conversation_export import (
    ConversationForm,
    ConversationRequest,
    write_conversation,
)
from workbench.viewmodel.log_columns import place

PARTS = ("d6", "d0 ce", "c4 ca d7")
SHOWN = ["‹d6…›", f"{BEGUN}中‹ce…›", f"{BEGUN}文首"]


def said_in_parts(hand: Hand) -> None:
    """中文首 in GBK, read in three pieces by the server."""
    session = hand.window.controller.session
    session.perform(
        c.Configure(
            "server-1",
            EndpointSettings("server-1", Role.LISTENER, address="127.0.0.1:0", encoding="gbk"),
        )
    ).wait(60)
    session.perform(
        c.Configure(
            "client-1",
            EndpointSettings("client-1", Role.STREAM, address="@server-1", encoding="gbk"),
        )
    ).wait(60)
    session.perform(c.Start("server-1")).wait(60)
    session.perform(c.Connect("client-1")).wait(60)
    for done, part in enumerate(PARTS, 1):
        session.perform(c.Send("client-1", hex=part)).wait(60)
        read = sum(len(bytes.fromhex(part)) for part in PARTS[:done])
        hand.wait(lambda read=read: fresh(session, "server-1").bytes_in == read)
    session.journal.flush()


def data_cells(hand: Hand) -> list[str]:
    model = hand.window.log.model
    return [str(model.data(model.index(row, place("data")))) for row in range(model.rowCount())]


def test_the_log_shows_each_character_once(hand: Hand) -> None:
    said_in_parts(hand)
    hand.wait(lambda: sum("文首" in text for text in data_cells(hand)) == 2)
    found = [text for text in data_cells(hand) if text in SHOWN]
    assert sorted(found) == sorted(SHOWN * 2)  # as sent, and as received
    for wrong in ("\\xd6", "形", "氖"):
        assert not any(wrong in text for text in data_cells(hand))


def test_the_log_shows_a_row_alone_like_that(hand: Hand) -> None:
    """Under a filter the rows before it are not painted."""
    said_in_parts(hand)
    hand.type("log.filter", "size=3")
    hand.wait(lambda: data_cells(hand) == [SHOWN[-1]] * 2)


def test_the_conversation_follows_the_encoding(hand: Hand, tmp_path: Path) -> None:
    said_in_parts(hand)
    hand.press("server.talk")
    for name in ("server.conversation", "client.conversation"):
        hand.wait(lambda name=name: "文首" in hand.text(name))
        assert all(part in hand.text(name) for part in SHOWN)
        assert "\\xd6" not in hand.text(name)
    reader = hand.window.controller.reader
    out = io.BytesIO()
    write_conversation(
        reader,
        out,
        ConversationRequest("server-1", None, "gbk"),
        ConversationForm.TEXT,
    )
    lines = out.getvalue().decode().splitlines()
    assert [line.split()[-1] for line in lines if line.split()[-1] in SHOWN] == SHOWN


def test_the_inspector_reads_in_the_endpoints_encoding(hand: Hand) -> None:
    said_in_parts(hand)
    controller = hand.window.controller
    row = next(
        row for row in controller.reader.page(1, 1000) if row.call == "recv" and row.size == 3
    )
    controller.select(endpoint=row.endpoint, connection=row.connection, seq=row.seq)
    tabs = hand.find("inspector.tabs")
    assert isinstance(tabs, QTabWidget)
    tabs.setCurrentIndex(1)
    hand.wait(lambda: hand.text("inspector.bytes").startswith(f"{BEGUN}文首\n"))
