"""Everything that is put is in the file once, in order, numbered without gaps."""

from __future__ import annotations

import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from pathlib import Path
from time import monotonic

import pytest

from tests.journal.conftest import Following, event
from workbench.engine.model.events import (
    COMMAND,
    Cause,
    ConnectionClosed,
    ConnectionNamed,
    ConnectionOpened,
    EndpointAdded,
)
from workbench.journal.reader import Reader
from workbench.journal.recorder import FLOW_BEGINS, FLOW_REST, REST, SHORT_REST, Recorder
from workbench.texts import Problem

BOUND = 60.0


def test_many_threads_one_order_without_gaps(recorder: Recorder) -> None:
    def put(number: int) -> None:
        for index in range(2_000):
            recorder.put(event(connection=number, result=index))

    threads = [threading.Thread(target=put, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(BOUND)
    assert recorder.flush()
    reader = recorder.reader()
    rows = reader.page(1, 100_000)
    assert [row.seq for row in rows] == list(range(1, 10_002))
    for number in range(1, 6):
        own = [row.result for row in rows if row.connection == number]
        assert own == list(range(2_000))


def test_a_few_rows_that_go_by_for_long_are_written_less_often(recorder: Recorder) -> None:
    recorder.close()  # its thread notes no pause any more
    recorder._busy_since = monotonic() - 2 * FLOW_BEGINS
    rests = [recorder._rest_after(taken) for taken in (0, 3, 5_000)]
    assert rests == [SHORT_REST, FLOW_REST, REST]
    recorder._busy_since = monotonic() + FLOW_BEGINS
    assert recorder._rest_after(3) == REST


def test_a_cause_is_the_number_of_its_command(recorder: Recorder) -> None:
    cause = Cause()
    recorder.put(event(kind=COMMAND, call="start", cause=cause))
    recorder.put(event(call="socket", cause=cause))
    recorder.put(event(call="accept"))
    recorder.flush()
    rows = recorder.reader().page(2, 10)
    assert [(row.call, row.cause) for row in rows] == [
        ("start", None),
        ("socket", 2),
        ("accept", None),
    ]
    assert cause.seq == 2


def test_both_ends_of_ours_are_paired(recorder: Recorder) -> None:
    recorder.put(EndpointAdded(1, "a", "listener", "AF_INET", "SOCK_STREAM", "{}"))
    recorder.put(ConnectionOpened(1, 1, None))
    recorder.put(ConnectionNamed(1, "127.0.0.1:5", "127.0.0.1:80"))
    recorder.put(ConnectionOpened(2, 1, 7, "127.0.0.1:80", "127.0.0.1:5"))
    recorder.put(event())
    recorder.put(ConnectionClosed(1))
    recorder.flush()
    first, second = recorder.reader().connections()
    assert (first.pair, second.pair, second.parent) == (2, 1, 7)
    assert (first.closed_seq, second.closed_seq) == (2, None)


def test_one_private_file_is_left(tmp_path: Path) -> None:
    path = tmp_path / "r.swb"
    made = Recorder(path)
    made.start()
    made.put(event())
    made.close()
    made.close()
    assert [item.name for item in tmp_path.iterdir()] == ["r.swb"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    db = sqlite3.connect(path)
    assert db.execute("PRAGMA application_id").fetchone()[0] == 0x53574231
    assert db.execute("SELECT value FROM meta WHERE key='closed_wall_ns'").fetchone()
    db.close()


def test_it_never_overwrites_and_follows_no_link(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.write_text("mine")
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "elsewhere")
    for path in (there, link, tmp_path / "none" / "r.swb"):
        with pytest.raises(Problem):
            Recorder(path)
    assert there.read_text() == "mine"
    assert not (tmp_path / "elsewhere").exists()


def test_a_limit_stops_recording_and_counts(tmp_path: Path) -> None:
    made = Recorder(tmp_path / "r.swb", max_rows=10)
    made.start()
    for _ in range(20):
        made.put(event())
    made.flush()
    for _ in range(5):
        made.put(event())
    made.flush()
    assert made.failed is not None
    assert made.failed.text
    assert made.committed + made.not_recorded == 26
    made.close()


def test_a_full_disk_stops_recording_in_a_sentence(tmp_path: Path) -> None:
    """A limit on the size of files stands for the disk: the kernel refuses the write."""
    script = f"""
import resource, signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from tests.journal.conftest import Following, event
from pathlib import Path
from workbench.journal.recorder import Recorder
made = Recorder(Path({str(tmp_path / "r.swb")!r}))
made.start()
made.flush()
resource.setrlimit(resource.RLIMIT_FSIZE, (2_000_000, 2_000_000))
for number in range(3_000):
    made.put(event(payload=bytes(1_000)))
    if number % 100 == 0:
        made.flush()
made.flush()
assert made.failed is not None
print(made.failed.text, made.committed + made.not_recorded)
made.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=BOUND, check=False
    )
    assert done.returncode == 0, done.stderr
    assert str(tmp_path / "r.swb") in done.stdout
    assert done.stdout.split()[-1] == "3001"
    assert Reader(tmp_path / "r.swb").count() > 100


def test_killed_it_loses_at_most_the_last_moment(tmp_path: Path) -> None:
    path = tmp_path / "r.swb"
    script = f"""
from tests.journal.conftest import Following, event
from pathlib import Path
from workbench.journal.recorder import Recorder
made = Recorder(Path({str(path)!r}))
made.start()
for number in range(5_000):
    made.put(event(result=number))
made.flush()
print("flushed", flush=True)
while True:
    made.put(event())
"""
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        assert not Reader(path).crashed
        process.send_signal(signal.SIGKILL)
    reader = Reader(path)
    assert reader.crashed
    rows = reader.page(2, 5_000)
    assert [row.result for row in rows] == list(range(5_000))
    reader.close()


@pytest.mark.parametrize("beyond", [0, 1, 3, 49])
def test_what_fills_several_batches_is_all_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, beyond: int
) -> None:
    """All of it waits before the recorder begins: each batch but the last is full."""
    from workbench.journal import recorder as module

    monkeypatch.setattr(module, "BATCH", 50)
    count = 4 * 50 + beyond - 1  # the first row is the record's own note
    made = Recorder(tmp_path / "r.swb")
    for number in range(count):
        made.put(event(result=number))
    made.start()
    assert made.flush()
    rows = made.reader().page(1, 1_000)
    assert [row.seq for row in rows] == list(range(1, count + 2))
    assert [row.result for row in rows if row.call == "recv"] == list(range(count))
    assert (made.committed, made.not_recorded) == (count + 1, 0)
    made.close()


def test_congestion_is_told(recorder: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.journal import recorder as module

    monkeypatch.setattr(module, "HIGH_WATER", 10)
    monkeypatch.setattr(module, "LOW_WATER", 5)
    monkeypatch.setattr(module, "BATCH", 50)
    seen = threading.Event()
    end = recorder.subscribe(lambda _seq: seen.set() if recorder.congested else None)
    for _ in range(4_000):
        recorder.put(event())
    assert recorder.flush()
    end()
    assert seen.is_set()
    assert recorder.committed == 4_001
    recorder.put(event())
    recorder.flush()
    assert not recorder.congested


def test_listeners_are_told_of_commits_only(recorder: Recorder) -> None:
    told: list[int] = []
    end = recorder.subscribe(lambda seq: told.append(seq))
    recorder.put(event())
    recorder.flush()
    end()
    recorder.put(event())
    recorder.flush()
    assert told[-1] == 2
    assert recorder.wait_committed(3, BOUND)


def test_only_the_capture_length_is_kept_but_all_can_be_seen(tmp_path: Path) -> None:
    made = Recorder(tmp_path / "r.swb", capture=3)
    made.start()
    assert made.capture == 3
    follower = Following()
    with made.following(follower, whole=True) as before:
        assert (before, made.capture) == (1, None)
        made.put(event(payload=b"abcdef", size=6))
        made.put(event(call="send", payload=b"ghijkl", size=6))
        made.number()
        assert [(seq, it.payload) for seq, it in follower.events] == [
            (2, b"abcdef"),
            (3, b"ghijkl"),
        ]
    assert made.capture == 3
    made.flush()
    rows = made.reader().page(2, 2)
    assert [(row.payload, row.size) for row in rows] == [(b"abc", 6), (b"ghi", 6)]
    made.close()


@pytest.mark.skipif(sys.platform != "linux", reason="it is glibc that gives memory back")
def test_what_a_batch_has_held_is_at_hand_for_the_next(tmp_path: Path) -> None:
    """In a process of its own: others may have freed a large block before."""
    code = (
        "import resource, sys\n"
        "from pathlib import Path\n"
        "from workbench.journal.recorder import Recorder\n"
        "recorder = Recorder(Path(sys.argv[1]))\n"
        "recorder.start()\n"
        "def faults():\n"
        "    batch = [b'%d' % number * 1000 for number in range(1000, 2000)]\n"
        "    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt\n"
        "faults()\n"
        "before = faults()\n"
        "print(faults() - before)\n"
        "recorder.close()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "r.swb")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert int(done.stdout) < 500  # of a thousand payloads
