"""Records of version 1, written by a program of that time: they open, filter and export as they did
then, and like the same events in a record of today.
"""

from __future__ import annotations

import io
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.older import KEPT
from workbench.engine.model.events import (
    COMMAND,
    Cause,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
    Event,
    Item,
    SampleTaken,
    Transfer,
)
from workbench.explain.evidence import evidence_of
from workbench.journal.exports.export_table import EXPORTS
from workbench.journal.query import parse
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.scenario.from_record import scenario_of
from workbench.texts import LANGUAGES, Problem, set_language

NAMES = ("talk", "crashed")
FILTERS = (
    "", "call:send|recv", "-call:send|recv", "errno:*", "-errno:*", "errno:ECONN*", "error:OSError",
    "endpoint:server", "-endpoint:server|client", "kind:command|note", "local:127*", "-local:127*",
    "peer:127*", "peer:abstract*", "-peer:127*", "args:*INET*", 'args:""', "#1", "#3|5", "number>1",
    "-number:*", "number=2", "conn=3", "-conn:*", "conn>20", "pair:*", "pair=3", "cause:*",
    "cause>50", "size>10", "size:10|11", "-size:*", "result=0", "result:*", "-result>0", "seq<=40",
    "duration>5us", "duration<10us", "text:whole", "text:你好", "-text:whole", '"over a name"',
    "text:9012", "hex:30313233", "0123", "call:recv size>5 text:name", "-errno:* call:recv -#1",
)  # fmt: skip


def chosen(reader: Reader, text: str) -> list[int]:
    condition = parse(text, wall_ns=reader.clock.wall_ns)
    return [seq for part in reader.select(condition, 0, reader.count()) for seq in part]


def exported(reader: Reader, name: str, text: str = "") -> bytes:
    out = io.BytesIO()
    EXPORTS[name].write(reader, out, parse(text, wall_ns=reader.clock.wall_ns))
    return out.getvalue()


@pytest.fixture(params=NAMES)
def name(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def kept(tmp_path: Path, name: str) -> Iterator[Reader]:
    path = tmp_path / f"{name}.swb"
    shutil.copyfile(KEPT / f"{name}.swb", path)
    with closing(Reader(path)) as reader:
        yield reader


@pytest.fixture
def again(tmp_path: Path, kept: Reader, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """The same events and facts, written by the recorder of today."""
    monkeypatch.setattr("workbench.journal.numbering.READABLE", 0)  # they are in order
    recorder = Again(tmp_path / "again.swb", clock=kept.clock)
    recorder.start()
    recorder.began = True
    replay(kept, recorder)
    recorder.close()
    with closing(Reader(recorder.path)) as reader:
        yield reader


class Again(Recorder):
    """It does not write the first row anew, which names the hour in this place's time."""

    began = False

    def put(self, item: Item | Transfer, /) -> None:
        if self.began:
            super().put(item)


def replay(kept: Reader, recorder: Recorder) -> None:
    """Put into a recorder what a record has."""
    ids = {row.name: row.id for row in kept.endpoints()}
    for endpoint in kept.endpoints():
        recorder.put(EndpointAdded(*endpoint[:6]))
    connections = kept.connections()
    own = {
        row[0]: row[1] for row in kept._all("SELECT seq, peer FROM event WHERE peer IS NOT NULL")
    }
    samples = [sample for item in connections for sample in kept.samples(item.id)]
    causes: dict[int, Cause] = {}
    for row in kept.page(1, kept.count()):
        for item in connections:
            if item.opened_seq == row.seq - (item.parent is not None):
                recorder.put(
                    ConnectionOpened(
                        item.id, item.endpoint, item.parent, None, None, kept.number_of(item.id)
                    )
                )
        cause = None
        if row.kind == COMMAND:
            cause = causes[row.seq] = Cause()
        elif row.cause is not None:
            cause = causes[row.cause]
        recorder.put(
            Event(
                row.t_ns, row.duration_ns, ids[row.endpoint] if row.endpoint else 0,
                row.connection, row.kind, row.call, row.args, row.result, row.errno, row.error,
                own.get(row.seq), row.size, row.payload, cause,
            )
        )  # fmt: skip
        for sample in samples:
            if sample.after_seq == row.seq:
                recorder.put(SampleTaken(sample.t_ns, sample.connection, sample.reading))
    for item in connections:
        recorder.put(ConnectionNamed(item.id, item.local, item.peer))
        if item.closed_seq is not None:
            recorder.put(ConnectionClosed(item.id))


def test_they_are_what_they_say(name: str) -> None:
    with closing(sqlite3.connect(f"{(KEPT / f'{name}.swb').as_uri()}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (1,)
        kinds = {row[0] for row in db.execute("SELECT family || ' ' || type FROM endpoint")}
        assert {"AF_INET SOCK_STREAM", "AF_INET SOCK_DGRAM", "AF_UNIX SOCK_STREAM"} <= kinds
        for sought in (
            "size > length(payload)",
            "errno = 'ECONNREFUSED'",
            "errno = 'EADDRINUSE'",
            "call = 'recvfrom' AND peer IS NOT NULL",
        ):
            assert db.execute(f"SELECT count(*) FROM event WHERE {sought}").fetchone()[0], sought
        assert db.execute("SELECT count(*) FROM connection").fetchone()[0] > 25


def test_it_is_exported_as_the_program_of_its_time_did(kept: Reader, name: str) -> None:
    lines = exported(kept, "jsonl").decode().splitlines()
    assert lines == (KEPT / f"{name}.jsonl").read_text(encoding="utf-8").splitlines()
    assert kept.crashed is (name == "crashed")
    assert kept.first_seq == 1


@pytest.mark.parametrize("form", EXPORTS)
def test_it_is_exported_like_one_of_today(kept: Reader, again: Reader, form: str) -> None:
    for text in FILTERS[::6]:
        assert exported(kept, form, text) == exported(again, form, text), text


@pytest.mark.parametrize("text", FILTERS)
def test_it_is_filtered_like_one_of_today(kept: Reader, again: Reader, text: str) -> None:
    found = chosen(kept, text)
    assert found == chosen(again, text)
    if text and " " not in text.replace("over a name", ""):
        rest = set(range(1, kept.count() + 1)).difference(found)
        other = text[1:] if text.startswith("-") else f"-{text}"
        assert chosen(kept, other) == sorted(rest) == chosen(again, other)


def test_what_is_asked_of_it_is_answered_like_one_of_today(kept: Reader, again: Reader) -> None:
    assert scenario_of(kept) == scenario_of(again)
    assert kept.endpoints() == again.endpoints()
    for row, other in zip(kept.page(1, 1000), again.page(1, 1000), strict=True):
        assert row == other
        assert evidence_of(kept, row) == evidence_of(again, other)
        assert kept.calls_of(row.seq) == again.calls_of(row.seq)
        assert kept.caused_by(row.seq) == again.caused_by(row.seq)
        assert kept.led_to(row.seq, "send") == again.led_to(row.seq, "send")
        if row.connection is not None:
            assert kept.before(row.connection, row.seq) == again.before(row.connection, row.seq)
            assert kept.seq_at(row.t_ns, row.endpoint or "") == again.seq_at(
                row.t_ns, row.endpoint or ""
            )


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_of_a_newer_version_is_refused_in_a_sentence(tmp_path: Path, language: str) -> None:
    set_language(language)
    path = tmp_path / "r.swb"
    recorder = Recorder(path)
    recorder.start()
    recorder.close()
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA user_version=3")
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert caught.value.key == "journal.newer"
    assert "3" in caught.value.text
    assert "2" in caught.value.text
