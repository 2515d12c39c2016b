"""Pages and chunks: the same rows however they are cut, and what stands beside the events."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.journal.conftest import Make, event
from workbench.engine.model.events import COMMAND, NOTE, Cause, EndpointAdded, SampleTaken
from workbench.journal import reader as module
from workbench.journal.exports.jsonl import JsonLines
from workbench.journal.query import parse
from workbench.journal.reader import Reader
from workbench.journal.recorder import Recorder

KEYS = (
    "seq t_ns duration_ns kind endpoint connection number call args result errno error local peer"
    " size payload cause"
).split()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_the_size_of_a_chunk_changes_nothing(
    make: Make, monkeypatch: pytest.MonkeyPatch, data: st.DataObject
) -> None:
    results = data.draw(st.lists(st.none() | st.integers(0, 2), max_size=30))
    monkeypatch.setattr(module, "CHUNK", data.draw(st.integers(1, 12)))
    reader = make([event(result=result) for result in results])
    after, upto = data.draw(st.integers(0, 32)), data.draw(st.integers(0, 32))
    upto = min(upto, reader.count())
    within = list(range(after + 1, upto + 1))
    chunks = list(reader.select(parse("result:1"), after, upto))
    assert [seq for part in chunks for seq in part] == [
        seq for seq in within if seq > 1 and results[seq - 2] == 1
    ]
    assert all(len(part) <= module.CHUNK for part in chunks)
    assert [seq for part in reader.select(None, after, upto) for seq in part] == within


def test_a_page_is_what_there_is(make: Make) -> None:
    reader = make([event(result=number) for number in range(5)])
    assert [row.seq for row in reader.page(4, 100)] == [4, 5, 6]
    assert reader.page(7, 10) == reader.page(-5, 5) == reader.page(3, 0) == []
    assert reader.rows([]) == []
    assert [row.seq for row in reader.rows([6, 99, 2])] == [2, 6]


def test_a_record_without_events_has_none(tmp_path: Path) -> None:
    Recorder(tmp_path / "r.swb").close()
    reader = Reader(tmp_path / "r.swb")
    assert reader.count() == 0
    assert reader.page(1, 10) == list(reader.select(None, 0, 0)) == []
    assert reader.row(1) is None
    reader.close()


def test_the_log_joins_what_is_said_once(make: Make) -> None:
    reader = make(
        [
            event(),
            event(peer="elsewhere:1"),
            event(endpoint=0, connection=None),
            event(endpoint=2, connection=2),
            event(endpoint=77, connection=77),
        ]
    )
    rows = reader.page(2, 5)
    assert [(row.endpoint, row.local, row.peer) for row in rows] == [
        ("server-1", "127.0.0.1:80", "127.0.0.1:9"),
        ("server-1", "127.0.0.1:80", "elsewhere:1"),
        (None, None, None),
        ("Client", None, None),
        (None, None, None),
    ]


@given(
    args=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    payload=st.none() | st.binary(max_size=20),
    result=st.none() | st.integers(-5, 2**62),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_a_json_line_has_every_key_in_ascii(
    make: Make, args: str, payload: bytes | None, result: int | None
) -> None:
    row = make([event(args=args, peer=args, payload=payload, result=result)]).row(2)
    assert row is not None
    line = JsonLines().of([row])
    assert line.isascii()
    assert len(line.splitlines()) == 1
    found = json.loads(line)
    assert list(found) == KEYS
    assert found["args"] == found["peer"] == args
    assert found["result"] == result
    assert found["payload"] == (payload.hex() if payload is not None else None)


def test_the_settings_of_an_endpoint_are_the_last_ones(recorder: Recorder) -> None:
    for config in ('{"a": 1}', '{"a": 2}'):
        recorder.put(EndpointAdded(1, "server", "listener", "AF_INET", "SOCK_STREAM", config))
    recorder.flush()
    (found,) = recorder.reader().endpoints()
    assert found.config == '{"a": 2}'


def test_a_command_is_asked_about_its_next_rows_only(recorder: Recorder) -> None:
    cause = Cause()
    recorder.put(event(kind=COMMAND, cause=cause))  # seq 2
    for number in range(module.LED_TO + 5):
        recorder.put(event(cause=cause, t_ns=number))
    recorder.flush()
    reader = recorder.reader()
    assert reader.caused_by(2) == list(range(3, 3 + module.LED_TO))
    assert reader.calls_of(2) == module.LED_TO
    assert reader.caused_by(3) == []


def test_what_came_before_on_a_connection(make: Make) -> None:
    reader = make(
        [
            event(t_ns=1),
            event(kind=NOTE, t_ns=2),
            event(connection=2, t_ns=3),
            event(kind="end", t_ns=4),
            event(t_ns=5),
        ]
    )
    assert [row.t_ns for row in reader.before(1, 6)] == [1, 4]
    assert [row.t_ns for row in reader.before(1, 6, limit=1)] == [4]
    assert reader.before(9, 6) == []


def test_a_stamp_leads_to_its_row(make: Make) -> None:
    reader = make([event(t_ns=5), event(t_ns=5, endpoint=2), event(t_ns=5)])
    assert reader.seq_at(5, "server-1") == 4
    assert reader.seq_at(5, "Client") == 3
    assert reader.seq_at(6, "Client") is None
    assert reader.seq_at(5, "nobody") is None


def test_one_connection_and_readings(recorder: Recorder) -> None:
    recorder.put(SampleTaken(10, 1, "{}"))
    recorder.put(event())
    recorder.put(SampleTaken(30, 1, "{}"))
    recorder.flush()
    reader = recorder.reader()
    assert [sample.after_seq for sample in reader.samples(1)] == [1, 2]
    assert reader.sample_near(2, 10) is None
    assert reader.connection(5) is None


def test_use_after_close_is_a_fault_of_the_program(make: Make) -> None:
    reader = make([])
    reader.close()
    reader.close()
    with pytest.raises(sqlite3.ProgrammingError):
        reader.count()
