"""What a right click offers: each term finds the row it was made from, or leaves it out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench import texts
from workbench.engine.model.events import (
    CALL,
    COMMAND,
    NOTE,
    Cause,
    ConnectionOpened,
    EndpointAdded,
    Event,
)
from workbench.journal.query import parse
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.viewmodel.filter_terms import MOST_BYTES, SHOWN, offers
from workbench.viewmodel.log_columns import COLUMNS


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    cause = Cause()
    recorder = Recorder(tmp_path / "r.swb")
    recorder.start()
    for number, name in ((1, "server 1"), (2, 'odd "name" \\ | *')):
        recorder.put(EndpointAdded(number, name, "stream", "AF_INET", "SOCK_STREAM", "{}"))
        recorder.put(ConnectionOpened(number, number, None, "127.0.0.1:1", "127.0.0.1:2", 1))
    for event in (
        Event(1, 0, 1, None, COMMAND, "send", "text='x'", cause=cause),
        Event(2, 1_500, 1, 1, CALL, "send", "", 3, size=3, payload=b"a\x00\xff", cause=cause),
        Event(3, 9, 2, 2, CALL, "recv", "65536", None, "ECONNRESET", "ConnectionResetError"),
        Event(4, 9, 2, 2, CALL, "connect", "('näme', 1)", None, None, "gaierror"),
        Event(5, 9, 2, 2, CALL, "recvfrom", "65536", 0, peer="/tmp/a b*\"'|"),
        Event(6, 9, 1, 1, CALL, "recv", "1" * 60, 100, size=100, payload=b"y" * 100),
        Event(7, 0, 0, None, NOTE, "note", "'said'"),
    ):
        recorder.put(event)
    recorder.close()
    with closing(Reader(tmp_path / "r.swb")) as made:
        yield made


@pytest.mark.parametrize("language", texts.LANGUAGES)
@pytest.mark.parametrize("column", ["", *(column.key for column in COLUMNS)])
def test_each_term_finds_its_row_or_leaves_it_out(
    reader: Reader, column: str, language: str
) -> None:
    texts.set_language(language)
    for row in reader.page(1, 99):
        found = offers(row, column, 2 if row.connection == 1 else None)
        assert len({term for _, term, _ in found}) == len(found)
        for text, term, _ in found:
            assert text.strip()
            seqs = [s for part in reader.select(parse(term), 0, reader.count()) for s in part]
            assert (row.seq in seqs) is not term.startswith("-"), (text, term)


def test_what_is_offered_of_a_cell_comes_first(reader: Reader) -> None:
    row = next(row for row in reader.page(1, 9) if row.errno == "ECONNRESET")
    assert offers(row, "result")[0][:2] == ("Only ECONNRESET", "errno:ECONNRESET")
    assert offers(row, "number")[0].term == f"seq>={row.seq}"
    assert offers(row)[0].term.endswith("#1")


def test_both_ends_are_offered_where_both_are_ours(reader: Reader) -> None:
    row = next(row for row in reader.page(1, 9) if row.call == "send" and row.kind == CALL)
    assert ("Both ends of server 1 #1", "conn:1|2", True) in offers(row, "", 2)
    assert not any("Both" in text for text, _, _ in offers(row))
    found = [s for part in reader.select(parse("conn:1|2"), 0, 99) for s in part]
    assert {reader.page(seq, 1)[0].connection for seq in found} == {1, 2}


def test_long_values_are_no_long_words(reader: Reader) -> None:
    row = next(row for row in reader.page(1, 9) if row.size == 100)
    assert len(row.payload or b"") > MOST_BYTES
    assert not [term for _, term, _ in offers(row, "data") if term.startswith("hex:")]
    assert all(len(text) < SHOWN + 20 for text, _, _ in offers(row, "call"))


def test_a_note_of_the_program_offers_only_its_place(reader: Reader) -> None:
    row = next(row for row in reader.page(1, 9) if row.kind == NOTE and row.call == "note")
    assert offers(row) == []
    assert [term for _, term, _ in offers(row, "time")] == [f"seq>={row.seq}", f"seq<={row.seq}"]
