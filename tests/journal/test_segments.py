"""A record of segments: the newest part is kept, what has to stay stays, all of it reads as one."""

from __future__ import annotations

import json
import os
import sqlite3
from ast import literal_eval
from collections.abc import Callable, Iterator
from contextlib import closing
from io import StringIO
from itertools import chain
from pathlib import Path
from shutil import rmtree

import pytest

from tests.journal.conftest import event
from workbench.engine.model.events import (
    COMMAND,
    END,
    NOTE,
    STEP_FAILED,
    STEP_HELD,
    Cause,
    ConnectionClosed,
    ConnectionOpened,
    EndpointAdded,
    Event,
)
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.joined import Joined, open_record
from workbench.journal.keep import Keep
from workbench.journal.query import parse
from workbench.journal.reader import Reader, Row
from workbench.journal.recorder import Recorder
from workbench.texts import Problem

SIZE = 16_000_000
PIECE = SIZE // 8
BATCH = 500
Filled = Callable[..., Recorder]


def begin(path: Path, keep: Keep | None = None) -> Recorder:
    made = Recorder(path, keep=keep or Keep("16MB", bytes=SIZE))
    made.start()
    made.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", '{"encoding":"gbk"}'))
    for number in (1, 2):
        made.put(ConnectionOpened(number, 1, None, "127.0.0.1:80", f"127.0.0.1:{number}", number))
    return made


def fill(recorder: Recorder, rows: int, *, connection: int = 1) -> None:
    """Events, a few batches of them: a segment ends after a batch."""
    for done in range(0, rows, BATCH):
        for number in range(done, done + BATCH):
            payload = b"%8d" % number + b"x" * 2_000
            recorder.put(
                event(connection=connection, payload=payload, size=len(payload), result=2_008)
            )
        assert recorder.flush()


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def all_rows(reader: Reader) -> list[Row]:
    return [
        row for first in range(1, reader.count() + 1, 1_000) for row in reader.page(first, 1_000)
    ]


@pytest.fixture
def long(tmp_path: Path) -> Iterator[Recorder]:
    """A record of which much has gone."""
    made = begin(tmp_path / "long")
    fill(made, 20_000)
    yield made
    made.close()


def test_the_newest_part_is_kept_and_the_log_says_what_went(long: Recorder) -> None:
    long.close()
    names = files(long.record)
    assert all(name.endswith(".swb") for name in names), "one file each"
    assert "000001.swb" not in names
    size = sum((long.record / name).stat().st_size for name in names)
    assert SIZE - 2 * PIECE < size <= SIZE + PIECE // 8
    with closing(open_record(long.record)) as reader:
        assert reader.count() == long.committed
        assert not reader.crashed
        rows = all_rows(reader)
        assert [row.seq for row in rows] == list(range(reader.first_seq, reader.count() + 1))
        gone = [row for row in rows if row.call == "segment_gone"]
        assert gone
        assert f", {reader.first_seq - 1}, '16MB'" in gone[-1].args
        assert reader.gaps(0, reader.count()) == [range(1, reader.first_seq)]


def test_each_segment_is_a_record_of_its_own(long: Recorder) -> None:
    long.put(ConnectionClosed(2))
    fill(long, 5_000)
    long.close()
    before = None
    for name in files(long.record):
        with closing(Reader(long.record / name)) as reader:
            assert not reader.crashed
            assert before in {None, reader.first_seq - 1}
            before = reader.count()
            rows = reader.page(reader.first_seq, 100_000)
            assert [row.seq for row in rows] == list(range(reader.first_seq, before + 1))
            assert {row.endpoint for row in rows if row.connection} <= {"server"}
            assert {row.number for row in rows if row.connection} <= {1}
            assert {row.peer for row in rows if row.connection} <= {"127.0.0.1:1"}
        with closing(sqlite3.connect(long.record / name)) as db:
            assert db.execute("SELECT count(*) FROM log").fetchone()[0] == len(rows)
    assert {row.id for row in Reader(long.record / files(long.record)[-1]).connections()} == {1}


@pytest.mark.parametrize(
    ("item", "why"),
    [
        (event(kind=COMMAND, call="note", args="'look here'", cause=Cause()), "mark"),
        (event(call="recv", errno="ECONNRESET", error="ConnectionResetError"), "error"),
        (event(kind=NOTE, call=STEP_FAILED, args="3"), "step"),
    ],
)
def test_a_segment_with_something_to_see_stays(tmp_path: Path, item: Event, why: str) -> None:
    recorder = begin(tmp_path / "r")
    fill(recorder, 3_000)
    recorder.put(item)
    assert recorder.flush()
    fill(recorder, 25_000)
    recorder.close()
    assert not (tmp_path / "r" / "000001.swb").exists()
    with closing(open_record(tmp_path / "r")) as reader:
        rows = all_rows(reader)
        (stays,) = [row.args for row in rows if row.call == f"segment_stays_{why}"]
        (there,) = [row for row in rows if row[6:10] == (item.call, item.args, None, item.errno)]
        with closing(Reader(tmp_path / "r" / f"{literal_eval(stays)}.swb")) as segment:
            assert segment.first_seq <= there.seq <= segment.count()
        gaps = reader.gaps(0, reader.count())
        missing = set(chain.from_iterable(gaps))
        assert {row.seq for row in rows} == set(range(1, reader.count() + 1)).difference(missing)
        assert gaps[0].start == 1
        assert gaps[0].stop <= there.seq < gaps[1].start, "a segment stays between others"
        assert reader.gaps(gaps[0].stop, gaps[1].start) == [range(gaps[1].start, gaps[1].start + 1)]


@pytest.mark.parametrize("errno", ["EAGAIN", "EINPROGRESS"])
def test_to_wait_is_no_error_nor_is_what_a_step_expected(tmp_path: Path, errno: str) -> None:
    recorder = begin(tmp_path / "r")
    recorder.put(event(kind=END, call="connect", errno="ECONNREFUSED", error="ConnectionRefused"))
    recorder.put(
        event(kind=NOTE, call=STEP_HELD, args="2, 'connect', 0.1, 0, 'ECONNREFUSED', None")
    )
    recorder.put(event(call="recv", errno=errno, error="BlockingIOError"))
    fill(recorder, 20_000)
    recorder.close()
    assert not (tmp_path / "r" / "000001.swb").exists()


@pytest.mark.parametrize("live", [True, False])
def test_joined_it_reads_like_one_file(tmp_path: Path, live: bool) -> None:
    """The same events into both; nothing is let go."""
    joined = begin(tmp_path / "joined", Keep("90MB", bytes=90_000_000))
    whole = Recorder(tmp_path / "whole.swb", clock=joined.clock)
    whole.start()
    whole.put(
        EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", '{"encoding":"gbk"}')
    )
    for number in (1, 2):
        whole.put(ConnectionOpened(number, 1, None, "127.0.0.1:80", f"127.0.0.1:{number}", number))
    for recorder in (joined, whole):
        for part in range(30):
            fill(recorder, BATCH, connection=1 + part % 2)
            recorder.put(
                event(connection=2, errno="EPIPE", error="BrokenPipeError", args=f"{part}")
            )
            recorder.put(event(connection=1, payload="中".encode("gbk")[:1], size=1, result=1))
            assert recorder.flush()
            recorder.put(event(connection=1, payload="中".encode("gbk")[1:], size=1, result=1))
            recorder.put(event(connection=1, call="connect", errno="EINPROGRESS", error="B"))
    assert joined.flush()
    assert whole.flush()
    if not live:
        joined.close()
    with closing(open_record(joined.record)) as one, closing(Reader(whole.path)) as other:
        assert isinstance(one, Joined)
        stays = {row.seq for row in all_rows(one) if row.call.startswith("segment_")}
        assert stays
        numbers = [seq for seq in range(1, one.count() + 1) if seq not in stays]
        at = {seq: place for place, seq in enumerate(numbers, 1)}

        def told(reader: Reader, term: str) -> list[int]:
            parts = reader.select(parse(term), 0, reader.count())
            found = [seq for part in parts for seq in part]
            return found if reader is other else [at[seq] for seq in found if seq in at]

        assert len(numbers) == other.count()
        rows = [row for row in all_rows(one) if row.seq in at]
        for mine, his in zip(rows, all_rows(other), strict=True):
            assert mine._replace(seq=0) == his._replace(seq=0)
        for term in (
            "errno:EPIPE",
            "text:中",
            "#2",
            "-#1",
            "peer:127.0.0.1:2",
            "result>1",
            "call:connect",
        ):
            assert told(one, term) == told(other, term), term
        assert one.connections() == [
            row._replace(opened_seq=mine.opened_seq)
            for row, mine in zip(other.connections(), one.connections(), strict=True)
        ]
        assert one.endpoints() == other.endpoints()
        last = numbers[-3]
        assert [at[row.seq] for row in one.before(2, last, 900)] == [
            row.seq for row in other.before(2, at[last], 900)
        ]
        assert one.rows(numbers[::777]) == [rows[place] for place in range(0, len(rows), 777)]
        condition = parse("result>1")
        assert condition is not None
        left, connects = one.left_out(condition, 0, 20_000)
        assert [at[seq] for seq in left if seq in at] == other.left_out(condition, 0, 20_000)[0]
        assert len(connects) == 30
    joined.close()
    whole.close()


def test_a_reader_follows_while_old_segments_go(tmp_path: Path) -> None:
    recorder = begin(tmp_path / "r")
    reader = recorder.reader()
    seen = 0
    for _ in range(40):
        fill(recorder, BATCH)
        upto = reader.count()
        assert upto >= recorder.committed - 10  # more notes may come at any time
        page = reader.page(seen + 1, upto - seen)
        assert [row.seq for row in page] == list(range(seen + 1, upto + 1))
        seen = upto
        reader.page(reader.first_seq, 10)
    assert reader.first_seq > 1
    recorder.close()
    assert all(name.endswith(".swb") for name in files(recorder.record)), "sealed at the end"


def test_what_nobody_reads_any_more_is_sealed(long: Recorder) -> None:
    """Only the newest has files beside it, though all of them were read."""
    reader = long.reader()
    all_rows(reader)
    before = long.path
    while long.path == before:
        fill(long, BATCH)
    while {name.partition(".")[0] for name in files(long.record) if name[-4:] != ".swb"} != {
        long.path.stem
    }:
        reader.count()
        assert long.flush()


def test_a_folder_that_is_taken_away_is_made_again(long: Recorder) -> None:
    reader = long.reader()
    last = reader.count()
    # Moved first: its writer may be making a file in it at this very moment.
    rmtree(long.record.rename(long.record.with_name("taken away")))
    while long.moved is None:
        fill(long, BATCH)
        assert long.failed is None
    assert "goes on" in long.moved.text
    fill(long, 5_000)
    assert long.failed is None
    newest = reader.count()  # more notes may come at any time
    assert newest > last + 5_000
    assert [row.seq for row in reader.page(newest, 1)] == [newest]
    assert any(row.call == "segment_moved" for row in all_rows(reader))


@pytest.mark.skipif(os.name == "nt", reason="an open file cannot be cut there")
def test_a_segment_that_is_cut_goes_on_beside_and_the_others_stay(long: Recorder) -> None:
    reader = long.reader()
    fill(long, BATCH)
    cut = long.path
    os.truncate(cut, 0)
    while long.moved is None:
        fill(long, BATCH)
        assert long.failed is None
    assert "cut short or overwritten" in long.moved.text
    assert long.not_recorded == long.lost > 0
    fill(long, BATCH)
    newest = reader.count()
    rows = all_rows(reader)
    assert any(row.call == "segment_cut" for row in rows)
    gap = next(gap for gap in reversed(reader.gaps(0, newest)) if len(gap) == long.lost)
    there = {row.seq for row in rows}
    assert there.isdisjoint(gap)
    assert gap.start - 1 in there or gap.start == 1
    assert gap.stop in there
    assert {row.number for row in rows if row.connection == 1} == {1}
    assert cut.with_name(f"{cut.name}.damaged").exists()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="descriptors are counted in /proc")
def test_memory_and_descriptors_stay_flat(tmp_path: Path) -> None:
    """A short soak: a hundred segments; what is open does not grow with them."""
    recorder = begin(tmp_path / "r", Keep("4MB", bytes=4_000_000))
    reader = recorder.reader()
    counts = []
    for part in range(40):
        fill(recorder, 3 * BATCH)
        reader.page(max(1, reader.count() - 100), 100)
        if part >= 10:
            counts.append((len(list(Path("/proc/self/fd").iterdir())), len(files(recorder.record))))
    descriptors, there = zip(*counts, strict=True)
    assert int(Path(recorder.path).stem) > 100
    assert max(there) < 30
    assert max(descriptors) <= descriptors[0] + 30
    recorder.close()


def test_time_lets_go_too(tmp_path: Path) -> None:
    keep = Keep("0.2s", seconds=0.2)
    recorder = begin(tmp_path / "r", keep)
    fill(recorder, BATCH)
    while (tmp_path / "r" / "000001.swb").exists():
        fill(recorder, BATCH)
    recorder.close()
    with closing(open_record(tmp_path / "r")) as reader:
        assert reader.first_seq > 1


def test_a_folder_that_is_there_is_not_used(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="already"):
        begin(tmp_path)


def test_a_folder_without_a_record_is_none(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="folder"):
        open_record(tmp_path)


def test_it_is_exported_as_one(long: Recorder) -> None:
    long.close()
    out = StringIO()
    with closing(open_record(long.record)) as reader:
        to_jsonl(reader, out, None)
        numbers = [json.loads(line)["seq"] for line in out.getvalue().splitlines()]
        assert numbers == list(range(reader.first_seq, reader.count() + 1))


def test_everything_that_is_read_of_a_record_is_read_of_its_segments() -> None:
    asked = {name for name, what in vars(Reader).items() if callable(what) and name[0] != "_"}
    assert asked - vars(Joined).keys() == {"row"}, "what reads no file by itself"
