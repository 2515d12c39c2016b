"""The recorder in trouble: full disks, kills, odd values, bad listeners. The sockets go on."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.journal.conftest import event
from tests.mounts import mounted
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.events import (
    Cause,
    ConnectionClosed,
    ConnectionOpened,
    Event,
    Item,
    SampleTaken,
)
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Reader, Row
from workbench.journal.recorder import Recorder
from workbench.session import Session

BOUND = 60.0

TALK = """
import signal, socket, sys
from pathlib import Path
from workbench import texts
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.responders.echo import Echo
from workbench.session import Session
session = Session(Path(sys.argv[1]))
session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
assert session.perform(c.Start("server")).wait(30)
host, port = session.link("server").rsplit(":", 1)
client = socket.create_connection((host, int(port)), 30)
def echoed(data):
    client.sendall(data)
    while data:
        data = data[len(client.recv(65536)):]
{limit}
rounds = 0
while session.journal.failed is None:
    echoed(bytes(4096))
    session.journal.flush()
    rounds += 1
    assert rounds < 3_000
before = session.journal.not_recorded  # none where it stopped between two rounds
for _ in range(100):
    echoed(b"still here")
while session.journal.not_recorded - before < 200:  # a recv and a send for each; the client
    session.journal.flush()  # may have the bytes before the server has noted its send
for lang in texts.LANGUAGES:
    texts.set_language(lang)
    print(session.journal.failed.text)
client.close()
session.close()
print(session.journal.committed)
"""


FILL = """
import os, signal, sys
from pathlib import Path
from tests.journal.conftest import event
from workbench.journal.recorder import Recorder
folder, longest, size, many = Path(sys.argv[1]), *map(int, sys.argv[2:])
made = Recorder(folder / "r.swb")
made.start()
assert made.flush()
begun, put = made.committed, 0
if longest:
    import resource
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (longest, resource.RLIM_INFINITY))
while made.failed is None:
    for _ in range(many):
        made.put(event(payload=os.urandom(size)))
    put += many
    assert made.flush()
failed = made.failed.text
made.close()
assert [item.name for item in folder.iterdir()] == ["r.swb"], list(folder.iterdir())
from workbench.journal.reader import Reader
reader = Reader(made.path)
assert not reader.crashed
assert (reader.count(), reader.not_recorded) == (made.committed, made.not_recorded)
assert 0 < reader.not_recorded <= many  # a busy machine takes them in several batches
assert reader.count() + reader.not_recorded == begun + put
assert [row.seq for row in reader.page(1, made.committed)] == [*range(1, made.committed + 1)]
print(failed, made.committed)
"""
FILLS = [(3_000, 5), (3_000, 700), (100_000, 7)]
"""Bytes of a payload, and how many come before one waits for them."""


def fill(folder: Path, longest: int, size: int, many: int, *prefix: str) -> tuple[str, int]:
    """Write until recording stops, and look at what is left: one file, closed, that says what it
    lacks. Why it stopped, and how many rows are in it."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", FILL, *map(str, (folder, longest, size, many))],
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    why, _, rows = done.stdout.strip().rpartition(" ")
    return why, int(rows)


def talk(limit: str, record: Path, *prefix: str) -> list[str]:
    """What the talk printed: why recording stopped in both languages, and the last seq."""
    done = subprocess.run(
        [*prefix, sys.executable, "-c", TALK.format(limit=limit), str(record)],
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_sockets_go_on_when_the_file_may_not_grow(tmp_path: Path) -> None:
    limit = (
        "import resource; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        " resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"
    )
    english, chinese, last = talk(limit, tmp_path / "r.swb")
    assert "Recording has stopped" in english
    assert "longer than 200,000 bytes" in english
    assert "200,000 字节" in chinese
    reader = Reader(tmp_path / "r.swb")
    assert reader.count() == int(last)
    assert [row.seq for row in reader.page(1, 100_000)] == list(range(1, int(last) + 1))
    reader.close()


def disk_of(size: str, at: Path) -> list[str]:
    """What a command is put behind to have a real file system of this size at a folder; skips
    where this user may not mount one."""
    script = 'mount -t tmpfs -o size="$1" tmpfs "$0" && shift && exec "$@"'
    return mounted(script, at, size)


def test_the_sockets_go_on_when_the_disk_is_full(tmp_path: Path) -> None:
    english, chinese, _ = talk("", tmp_path / "r.swb", *disk_of("1m", tmp_path))
    assert "the disk is full" in english
    assert "磁盘已满" in chinese


@pytest.mark.skipif(os.name == "nt", reason="Windows has no limit on the length of files")
@pytest.mark.parametrize(("size", "many"), FILLS)
@pytest.mark.parametrize("longest", [200_000, 300_000, 1_500_000, 9_000_000])
def test_a_record_that_may_not_grow_is_closed_as_one_file(
    tmp_path: Path, longest: int, size: int, many: int
) -> None:
    """However full the -wal is: 4 MiB are in it before it is brought over into the file."""
    why, rows = fill(tmp_path, longest, size, many)
    assert f"longer than {longest:,} bytes" in why
    assert rows >= 1
    if many * size < longest / 20:  # much of what may be written was
        assert (tmp_path / "r.swb").stat().st_size > longest / 2


@pytest.mark.parametrize(("size", "many"), FILLS)
@pytest.mark.parametrize("disk", ["1m", "10m"])
def test_a_record_on_a_full_disk_is_closed_as_one_file(
    tmp_path: Path, disk: str, size: int, many: int
) -> None:
    why, rows = fill(tmp_path, 0, size, many, *disk_of(disk, tmp_path))
    assert "the disk is full" in why
    assert rows >= 1


def test_killed_it_loses_nothing_that_was_told(tmp_path: Path) -> None:
    script = """
import os, sys
from pathlib import Path
from tests.journal.conftest import event
from workbench.journal.recorder import Recorder
made = Recorder(Path(sys.argv[1]))
made.subscribe(lambda committed: os.write(1, b"%d\\n" % committed))
made.start()
while True:
    made.put(event(payload=b"x" * 100))
    made.congested and made.flush()
"""
    path = tmp_path / "r.swb"
    with subprocess.Popen(
        [sys.executable, "-c", script, str(path)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().split()]
    reader = Reader(path)
    assert reader.crashed
    count = reader.count()
    assert count >= told[-1] >= told[0] > 0
    assert [row.seq for row in reader.page(1, count)] == list(range(1, count + 1))
    reader.close()


@pytest.mark.parametrize("first", [0, 1, 7])
def test_a_limit_is_kept_to_the_row(tmp_path: Path, first: int) -> None:
    made = Recorder(tmp_path / "r.swb", max_rows=10)
    made.start()  # one row
    for _ in range(first):
        made.put(event())
    made.flush()
    assert made.failed is None
    made.put(ConnectionOpened(1, 1, None))
    for _ in range(20):
        made.put(event())
    made.put(ConnectionOpened(2, 1, None))
    made.flush()
    assert (made.committed, made.not_recorded) == (10, 11 + first)
    for _ in range(5):
        made.put(event())
    made.flush()
    assert made.not_recorded == 16 + first
    assert made.failed is not None
    for lang in texts.LANGUAGES:
        texts.set_language(lang)
        assert " 10 " in made.failed.text
    made.close()
    reader = Reader(tmp_path / "r.swb")
    assert (reader.count(), reader.crashed) == (10, False)
    assert [found.id for found in reader.connections()] == [1]
    reader.close()


def test_who_waits_for_a_row_that_never_comes_is_told(tmp_path: Path) -> None:
    made = Recorder(tmp_path / "r.swb", max_rows=3)
    made.start()
    answers: list[bool] = []
    waiting = threading.Thread(target=lambda: answers.append(made.wait_committed(50)))
    waiting.start()
    for _ in range(10):
        made.put(event())
    waiting.join(BOUND)
    assert answers == [False]
    made.close()


def test_a_value_that_no_column_takes_stops_recording_and_nothing_else(recorder: Recorder) -> None:
    recorder.put(event())
    recorder.flush()
    recorder.put(event(result=2**70))
    recorder.put(event())
    assert recorder.flush(BOUND)
    assert recorder.failed is not None
    assert (recorder.committed, recorder.not_recorded) == (2, 2)
    recorder.close()  # what was begun is undone: the record is whole and orderly closed
    reader = Reader(recorder.path)
    assert (reader.count(), reader.crashed) == (2, False)
    reader.close()
    assert [item.name for item in recorder.path.parent.iterdir()] == [recorder.path.name]


def test_a_listener_that_fails_does_not_end_the_recording(
    recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[object] = []
    monkeypatch.setattr(threading, "excepthook", lambda args: seen.append(args.exc_type))
    told: list[int] = []

    def bad(_committed: int) -> None:
        raise ZeroDivisionError

    recorder.subscribe(bad)
    recorder.subscribe(told.append)
    for number in range(2, 5):
        recorder.put(event())
        assert recorder.flush(BOUND)
        assert recorder.wait_committed(number, BOUND)
    assert seen == [ZeroDivisionError]  # told once, then let go
    assert told[-1] == recorder.committed == 4


@pytest.mark.parametrize(("name", "kept"), [
    ("/tmp/\udcff\udce8", "/tmp/\\xff\\xe8"), ("\ud800x", "\\ud800x"), ("/tmp/连", "/tmp/连"),
    ("a\0b", "a\0b"),
])  # fmt: skip
def test_names_that_are_no_text_are_written_as_bytes(
    recorder: Recorder, name: str, kept: str
) -> None:
    recorder.put(ConnectionOpened(1, 1, None, name, "x"))
    recorder.put(event(peer=name, args=name))
    for _ in range(300):  # as one of many in a large statement
        recorder.put(event())
    recorder.put(SampleTaken(1, 1, name))
    assert recorder.flush(BOUND)
    assert recorder.failed is None
    reader = recorder.reader()
    row = reader.row(2)
    assert row is not None
    assert (row.peer, row.args, row.local) == (kept, kept, kept)
    assert reader.samples(1)[0].reading == kept


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no unix sockets")
def test_a_strangers_socket_path_cannot_stop_the_recording(tmp_path: Path) -> None:
    session = Session(tmp_path / "r.swb")
    session.add(
        EndpointSettings(
            "server", Role.DATAGRAM, family="AF_UNIX", type="SOCK_DGRAM", address="temp:s"
        )
    )
    started = session.perform(c.Start("server"))
    assert started.wait(BOUND)
    assert started.outcome is not None
    assert started.outcome.ok
    stranger = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    stranger.bind(os.fsencode(tmp_path) + b"/\xff\xfe")
    stranger.sendto(b"hello", session.link("server"))
    seen = 0
    found: list[str | None] = []
    while not found:
        seen = session.journal.committed
        found = [row.peer for row in reader_rows(session) if row.payload == b"hello"]
        assert found or session.journal.wait_committed(seen + 1, BOUND), session.journal.failed
    stranger.close()
    session.close()
    assert session.journal.failed is None
    assert found[0] is not None
    assert found[0].endswith("/\\xff\\xfe")


def reader_rows(session: Session) -> list[Row]:
    reader = session.journal.reader()
    try:
        return reader.page(1, 100_000)
    finally:
        reader.close()


def test_flush_beside_close_always_ends(tmp_path: Path) -> None:
    for number in range(8):
        made = Recorder(tmp_path / f"{number}.swb")
        made.start()
        go = threading.Barrier(3)

        def flush(made: Recorder = made, go: threading.Barrier = go) -> None:
            go.wait(BOUND)
            for _ in range(20):
                made.put(event())
                assert made.flush(BOUND)

        threads = [threading.Thread(target=flush) for _ in range(2)]
        for thread in threads:
            thread.start()
        go.wait(BOUND)
        made.close()
        for thread in threads:
            thread.join(BOUND / 4)
            assert not thread.is_alive()


def test_a_live_record_is_read_while_threads_write(recorder: Recorder) -> None:
    """A page never has a gap, never goes back, and ends where `committed` said or later."""
    causes = [Cause() for _ in range(4)]

    def write(number: int) -> None:
        recorder.put(event(kind="command", connection=number, cause=causes[number]))
        for index in range(3_000):
            recorder.put(event(connection=number, result=index, cause=causes[number]))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    reader = recorder.reader()
    before = 0
    while before < 1 + 4 * 3_001:
        assert recorder.wait_committed(before + 1, BOUND)
        committed = recorder.committed
        page = reader.page(1, 1_000_000)
        assert [row.seq for row in page] == list(range(1, len(page) + 1))
        assert len(page) >= committed > before
        before = len(page)
    for thread in threads:
        thread.join(BOUND)
    for row in page[1:]:
        if row.kind == "call":
            assert row.connection is not None
            assert row.cause == causes[row.connection].seq
    commands = {row.connection: row.seq for row in page if row.kind == "command"}
    assert commands == {number: cause.seq for number, cause in enumerate(causes)}


def test_an_open_reader_does_not_let_the_wal_grow(recorder: Recorder) -> None:
    assert recorder.flush(BOUND)
    reader = recorder.reader()
    assert reader.count() == 1
    for _ in range(40):
        for _ in range(200):
            recorder.put(event(payload=bytes(4_000)))
        recorder.flush()
        assert len(reader.page(1, 50)) == 50
    written = recorder.path.stat().st_size
    assert written > 20_000_000  # it moved on to the file itself
    assert recorder.path.with_name("record.swb-wal").stat().st_size < written / 2


def test_what_a_batch_cannot_hold_is_counted_by_events_alone(
    recorder: Recorder, put_many: Callable[[Recorder], int]
) -> None:
    recorder.flush()  # the note that the record began is in the file
    recorder.put(event(result=2**70))
    recorder.flush()
    events = put_many(recorder)
    recorder.flush()
    assert recorder.not_recorded == 1 + events


@pytest.fixture
def put_many() -> Callable[[Recorder], int]:
    def put(recorder: Recorder) -> int:
        items: list[Item] = [
            event(),
            ConnectionOpened(1, 1, None),
            event(),
            SampleTaken(1, 1, "{}"),
            ConnectionClosed(1),
        ]
        for item in items:
            recorder.put(item)
        return sum(isinstance(item, Event) for item in items)

    return put
