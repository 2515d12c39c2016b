"""What was sent before a row, out of a record with more of it than is looked at."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Reader, Row
from workbench.scenario import sent_before
from workbench.scenario.recorded import rows_of
from workbench.scenario.sent_before import SentBefore
from workbench.session import Session

BOUND = 60.0


def talk(record: Path) -> None:
    """Forty sends of two endpoints, each other than the one before."""
    with Session(record) as session:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
        )
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))
        session.perform(c.Start("server")).wait(BOUND)
        session.perform(c.Connect("client")).wait(BOUND)
        for number in range(20):
            session.perform(c.Send("client", text=f"<{number}>" * (number + 1))).wait(BOUND)


def expected(rows: list[Row], seq: int) -> bytes:
    sent = b"".join(b"\n" + row.payload for row in rows if row.seq < seq and row.payload)
    return sent[-sent_before.REMEMBERED :]


def test_it_is_the_last_of_what_was_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sent_before, "REMEMBERED", 100)
    monkeypatch.setattr(sent_before, "CHUNK", 3)
    record = tmp_path / "talk.swb"
    talk(record)
    with closing(Reader(record)) as reader:
        rows = [row for row in rows_of(reader, "call:send|sendto size>0") if row.payload]
        assert len(rows) > 20
        for step in (1, 2, 7, 1000):
            before = SentBefore(reader, lambda _row: True)
            for seq in range(0, reader.count() + 2, step):
                assert before(seq) == expected(rows, seq)


def test_only_what_is_meant_counts(tmp_path: Path) -> None:
    record = tmp_path / "talk.swb"
    talk(record)
    with closing(Reader(record)) as reader:
        own = [row for row in rows_of(reader, "call:send size>0 endpoint:client") if row.payload]
        before = SentBefore(reader, lambda row: row.endpoint == "client")
        assert before(reader.count() + 1) == expected(own, reader.count() + 1)


def test_of_many_sends_few_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record of millions is made a scenario of while a person waits."""
    monkeypatch.setattr(sent_before, "REMEMBERED", 50)
    monkeypatch.setattr(sent_before, "CHUNK", 2)
    record = tmp_path / "talk.swb"
    talk(record)
    looked_at = []

    def meant(row: Row) -> bool:
        looked_at.append(row.seq)
        return True

    with closing(Reader(record)) as reader:
        SentBefore(reader, meant)(reader.count() + 1)
    assert 1 <= len(looked_at) <= 4
