"""One number of a connection: as its endpoint counts, in rows, filter and exports alike."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.journal.conftest import event
from tests.journal.older import to_version_1
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.events import ConnectionOpened, EndpointAdded
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.journal.connection_numbers import ConnectionNumbers
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.exports.plain_text import TextLines
from workbench.journal.query import FilterProblem, parse
from workbench.journal.reader import Reader, Row
from workbench.journal.recorder import Recorder
from workbench.session import Session

TCP = EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", accept=GateMode.AUTO)
UDP = replace(TCP, role=Role.DATAGRAM, type="SOCK_DGRAM")
CLIENT = EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0, count=2)
ROUNDS = 100_000
"""Only ends a hang."""


def talk(session: Session, wanted: set[int]) -> None:
    """Listen, connect twice, and stop when the server's table shows these numbers."""
    for command in (c.Start("server"), c.Connect("client")):
        assert session.perform(command).wait(60)
    for _ in range(ROUNDS):
        shown = {item.number for item in fresh(session, "server").connections}
        if wanted <= shown:
            break
    assert wanted <= shown
    for name in ("client", "server"):
        assert session.perform(c.Stop(name)).wait(60)


@pytest.fixture
def mixed(tmp_path: Path) -> Iterator[Session]:
    """A server that was a datagram socket between two times as a listener."""
    with Session(tmp_path / "r.swb") as session:
        session.add(TCP)
        session.add(CLIENT)
        talk(session, {1, 2})
        for command in (
            c.Configure("server", UDP),
            c.Start("server"),
            c.Stop("server"),
            c.Configure("server", TCP),
        ):
            assert session.perform(command).wait(60)
        talk(session, {4, 5})  # the datagram socket was the third
        session.journal.flush()
        yield session


def numbers(reader: Reader, name: str) -> list[int | None]:
    found = {
        row.connection: row.number
        for row in reader.page(1, 10_000)
        if row.endpoint == name and row.connection is not None
    }
    return [found[connection] for connection in sorted(found)]


def test_rows_have_the_number_of_the_endpoints_table(mixed: Session) -> None:
    reader = Reader(mixed.record)
    assert numbers(reader, "server") == [None, 1, 2, 3, None, 4, 5]
    assert numbers(reader, "client") == [1, 2, 3, 4]
    for row in reader.page(1, 10_000):
        assert row.number == reader.number_of(row.connection)
    reader.close()


def test_a_reader_that_was_there_all_the_time_says_the_same(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        session.add(replace(UDP, name="server"))
        reader = session.journal.reader()
        for settings in (TCP, UDP, TCP):
            for command in (
                c.Configure("server", settings),
                c.Start("server"),
                c.Stop("server"),
            ):
                assert session.perform(command).wait(60)
            session.journal.flush()
            reader.page(1, 10_000)  # what it learns now it keeps
        assert numbers(reader, "server") == [None, 1, None]
        reader.close()


def test_exports_and_lines_have_it(mixed: Session) -> None:
    reader = mixed.journal.reader()
    out = io.StringIO()
    to_jsonl(reader, out, None)
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    rows = reader.page(1, 10_000)
    assert [line["number"] for line in lines] == [row.number for row in rows]
    assert [line["connection"] for line in lines] == [row.connection for row in rows]
    row = next(row for row in rows if row.number == 5)
    assert row.connection != 5
    assert "server #5 " in TextLines(reader, every_row=False).line(row)
    reader.close()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#4", {("server", 4), ("client", 4)}),
        ("#4 endpoint:server", {("server", 4)}),
        ("#4|5", {("server", 4), ("client", 4), ("server", 5)}),
        ("number=4", {("server", 4), ("client", 4)}),
        ("number:4|5", {("server", 4), ("client", 4), ("server", 5)}),
        ("number>=4", {("server", 4), ("client", 4), ("server", 5)}),
        ("number:* endpoint:client", {("client", n) for n in (1, 2, 3, 4)}),
        ("-number:* endpoint:server", {("server", None)}),
        ("-#1 -number>1 endpoint:server", {("server", None)}),
        ("#9", set()),
    ],
)
def test_the_filter_knows_it(
    mixed: Session, text: str, wanted: set[tuple[str, int | None]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for many in (5_000, 0):  # very many are looked for in each chunk alone
        monkeypatch.setattr("workbench.journal.filter_sql.MANY", many)
        reader = mixed.journal.reader()
        found = next(reader.select(parse(text), 0, reader.count()))
        rows = reader.rows(found)
        assert {(row.endpoint, row.number) for row in rows if row.kind != "note"} == wanted
        left = next(reader.select(parse(f"-{text}"), 0, reader.count())) if " " not in text else []
        assert not left or sorted(found + left) == list(range(1, reader.count() + 1))
        reader.close()


@pytest.mark.parametrize("text", ["#4 #5", '"#4"', "#x", "#"])
def test_other_terms_with_that_sign_are_what_they_were(mixed: Session, text: str) -> None:
    reader = mixed.journal.reader()
    assert next(reader.select(parse(text), 0, reader.count())) == []
    reader.close()


def test_a_wrong_number_is_pointed_at() -> None:
    with pytest.raises(FilterProblem) as found:
        parse("call:send number=two")
    assert (found.value.position, found.value.length) == (17, 3)


def test_the_row_that_makes_a_socket_has_it_whenever_it_is_read(tmp_path: Path) -> None:
    """The fact that a socket was made stands before its row: no commit comes between."""
    with Session(tmp_path / "r.swb") as session:
        session.add(UDP)
        reader = session.journal.reader()
        seen: list[Row] = []
        for command in (c.Start("server"), c.Stop("server")) * 3:
            ticket = session.perform(command)
            while not ticket.wait(0):
                seen += reader.page(len(seen) + 1, 1000)
            assert ticket.wait(60)
        session.journal.flush()
        seen += reader.page(len(seen) + 1, 1000)
        made = [row.number for row in seen if row.call == "socket"]
        assert made == [1, 2, 3]
        reader.close()


@pytest.fixture
def older(mixed: Session) -> Iterator[tuple[Reader, Reader]]:
    """The same events in a record of today, and in one that does not keep the numbers."""
    mixed.journal.flush()
    readers = (mixed.journal.reader(), Reader(to_version_1(mixed.record)))
    yield readers
    for reader in readers:
        reader.close()


def test_of_an_older_record_they_are_counted(older: tuple[Reader, Reader]) -> None:
    kept, counted = older
    assert counted.page(1, 10_000) == kept.page(1, 10_000)
    for item in kept.connections():
        assert counted.number_of(item.id) == kept.number_of(item.id)
    for text in ("#4", "number>=4", "-number:*", "#9", "-#1 -number>1"):
        assert [
            next(reader.select(parse(text), 0, reader.count())) for reader in (kept, counted)
        ].count(next(kept.select(parse(text), 0, kept.count()))) == 2


def test_no_row_of_an_older_one_is_asked_for_its_own(recorder: Recorder) -> None:
    recorder.put(EndpointAdded(1, "client", "stream", "AF_INET", "SOCK_STREAM", "{}"))
    for number in range(1, 1001):
        recorder.put(ConnectionOpened(number, 1, None))
        recorder.put(event(connection=number))
    recorder.flush()
    reader = Reader(to_version_1(recorder.path))
    asked: list[str] = []

    def ask(statement: str, parameters: Sequence[object]) -> list[tuple[Any, ...]]:
        asked.append(statement)
        return reader._all(statement, parameters)

    known = ConnectionNumbers(ask, "config")
    rows = reader.page(2, 1000)
    for _ in range(2):
        assert known.of_rows(rows) == list(range(1, 1001))
        assert len(asked) == 2
    unknown = [row._replace(connection=row.seq + 5000) for row in rows]
    assert known.of_rows(unknown) == [None] * 1000
    assert len(asked) == 4
    reader.close()
