"""Reading: live, closed, read-only, and what is no record."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.journal.conftest import Make, event
from workbench import texts
from workbench.engine.model.events import COMMAND, Cause, SampleTaken
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder
from workbench.texts import Problem


def test_a_live_record_is_read_while_it_is_written(recorder: Recorder) -> None:
    reader = recorder.reader()
    for number in range(1, 4):
        recorder.put(event(result=number))
        recorder.flush()
        assert reader.count() == number + 1
        row = reader.row(number + 1)
        assert row is not None
        assert row.result == number


@pytest.mark.parametrize("lang", texts.LANGUAGES)
@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "other database", "newer"])
def test_what_is_no_record_is_refused_in_a_sentence(tmp_path: Path, kind: str, lang: str) -> None:
    texts.set_language(lang)
    path = tmp_path / "x.swb"
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("hello" * 1000)
    elif kind == "other database":
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("CREATE TABLE t (x)")
    elif kind == "newer":
        made = Recorder(path)
        made.start()
        made.close()
        with closing(sqlite3.connect(path)) as db, db:
            db.execute("PRAGMA user_version=3")
    with pytest.raises(Problem) as caught:
        Reader(path)
    assert str(path) in caught.value.text or kind == "newer"


def test_a_record_on_read_only_media_opens(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    path = folder / "r.swb"
    made = Recorder(path)
    made.start()
    made.put(event())
    made.close()
    path.chmod(0o400)
    folder.chmod(0o500)
    try:
        reader = Reader(path)
        assert reader.count() == 2
        reader.close()
        assert [item.name for item in folder.iterdir()] == ["r.swb"]
    finally:
        folder.chmod(0o700)


def test_every_json_line_has_every_key(make: Make) -> None:
    reader = make([event(payload="连".encode(), size=9), event(payload=b"", size=0), event()])
    lines = JsonLines().of(reader.page(2, 3)).splitlines()
    assert all(line.isascii() for line in lines)
    first, second, third = map(json.loads, lines)
    assert (first["payload"], second["payload"], third["payload"]) == ("e8bf9e", "", None)
    assert list(first) == list(third)
    assert first["endpoint"] == "server-1"
    assert (first["local"], first["peer"]) == ("127.0.0.1:80", "127.0.0.1:9")


def test_what_a_command_led_to(recorder: Recorder) -> None:
    cause = Cause()
    recorder.put(event(kind=COMMAND, call="connect", cause=cause))
    recorder.put(event(call="socket", cause=cause))
    recorder.put(event(call="connect", errno="EINPROGRESS", cause=cause))
    recorder.put(event(call="recv"))
    recorder.flush()
    reader = recorder.reader()
    assert reader.caused_by(2) == [3, 4]
    assert reader.calls_of(2) == 2


def test_samples_and_what_came_before(recorder: Recorder) -> None:
    for stamp in (10, 20, 30):
        recorder.put(SampleTaken(stamp, 1, json.dumps({"unread": stamp})))
        recorder.put(event(t_ns=stamp))
    recorder.flush()
    reader = recorder.reader()
    near = reader.sample_near(1, 21)
    assert near is not None
    assert near.t_ns == 20
    assert [sample.t_ns for sample in reader.samples(1)] == [10, 20, 30]
    assert [row.t_ns for row in reader.before(1, 4)] == [10, 20]


def test_pages_are_chunks_of_what_is_selected(make: Make) -> None:
    reader = make([event(result=number) for number in range(100)])
    assert [len(part) for part in reader.select(None, 0, 101)] == [101]
    assert [row.result for row in reader.rows([3, 2])] == [0, 1]
    assert reader.row(9999) is None
