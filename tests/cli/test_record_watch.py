"""The command line whose record cannot be kept: said at once, ended at once, status 2."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.cli_process import BOUND, PROGRAM, run, start_command
from tests.mounts import mounted
from workbench.journal.reader import Reader

if sys.platform == "win32":
    pytest.skip("a file can neither be limited nor taken away there", allow_module_level=True)
import resource

SCENARIO = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.client]
role = "stream"
address = "@server"
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "loop"
times = 100000
  [[step.step]]
  do = "send"
  endpoint = "client"
  text = "hello"
  [[step.step]]
  do = "expect"
  endpoint = "client"
  text = "hello"
  within = 60
"""
SILENT = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "expect"
endpoint = "server"
call = "accept"
absent = true
within = 600
"""


SMALL = 800
"""Kilobytes: an empty record has its tables, a page each, and its -wal beside it."""


class Limited:
    """A process of the command line whose files may not grow beyond some kilobytes."""

    def __init__(
        self,
        *args: object,
        kilobytes: int | None = None,
        prefix: Sequence[str] = (),
        stdin: int | None = None,
        stdout: int = subprocess.PIPE,
    ) -> None:
        def limit() -> None:
            if kilobytes is not None:
                resource.setrlimit(resource.RLIMIT_FSIZE, (kilobytes * 1024,) * 2)

        self.process = start_command(
            *prefix, *PROGRAM, *args, stdin=stdin, stdout=stdout, before=limit
        )

    def address(self) -> tuple[str, int]:
        """Where `listen` listens, as it says on stderr."""
        assert self.process.stderr is not None
        found = re.search(r"127\.0\.0\.1:(\d+)", self.process.stderr.readline())
        assert found is not None
        return "127.0.0.1", int(found[1])

    def end(self) -> tuple[int, str, str]:
        try:
            out, err = self.process.communicate(timeout=BOUND)
        finally:
            self.process.kill()
        assert "Traceback" not in err
        assert "itself" not in err
        return self.process.returncode, out, err


def talk(address: tuple[str, int]) -> None:
    """Send and receive until the other side goes."""
    with socket.create_connection(address, BOUND) as client:
        try:
            while client.send(b"x" * 100) and client.recv(65536):
                pass
        except OSError:
            pass


def kept(record: Path, err: str) -> None:
    """The record is closed and whole, up to where the summary says; the rest is counted."""
    found = re.search(r"Not recorded: (\d+) events\. The record has the (\d+) before them", err)
    assert found is not None, err
    assert int(found[1]) > 0
    reader = Reader(record)
    assert (reader.count(), reader.not_recorded) == (int(found[2]), int(found[1]))
    assert not reader.crashed
    assert [row.seq for row in reader.page(1, 10**6)] == list(range(1, int(found[2]) + 1))
    reader.close()


@pytest.mark.parametrize("kilobytes", [SMALL, 1_500])
def test_listen_says_it_and_ends(tmp_path: Path, kilobytes: int) -> None:
    record = tmp_path / "r.swb"
    process = Limited("listen", "127.0.0.1:0", "--echo", "--record", record, kilobytes=kilobytes)
    address = process.address()
    reading = threading.Thread(target=lambda: out.append(process.end()))
    out: list[tuple[int, str, str]] = []
    reading.start()
    talk(address)
    reading.join(BOUND)
    status, _printed, err = out[0]
    assert status == 2
    assert f"The record {record} cannot be written any more" in err
    kept(record, err)


def test_connect_says_it_and_ends(tmp_path: Path) -> None:
    """Its standard input stays open, and so does its peer: nothing else would end it."""
    record = tmp_path / "r.swb"
    typed, typing = os.pipe()
    with socket.create_server(("127.0.0.1", 0)) as server, os.fdopen(typed), os.fdopen(typing, "w"):
        address = f"127.0.0.1:{server.getsockname()[1]}"
        process = Limited("connect", address, "--record", record, kilobytes=SMALL, stdin=typed)
        peer, _ = server.accept()
        with peer:
            out: list[tuple[int, str, str]] = []
            reading = threading.Thread(target=lambda: out.append(process.end()))
            reading.start()
            with contextlib.suppress(OSError):
                while reading.is_alive():
                    peer.send(b"x" * 1000)
            reading.join(BOUND)
    status, _printed, err = out[0]
    assert status == 2
    assert f"The record {record} cannot be written any more" in err
    kept(record, err)


def test_a_run_ends_with_that_reason_and_does_not_blame_the_peer(tmp_path: Path) -> None:
    scenario, record = tmp_path / "s.toml", tmp_path / "r.swb"
    scenario.write_text(SCENARIO)
    status, out, err = Limited("run", scenario, "--record", record, kilobytes=SMALL).end()
    assert status == 2
    assert "did not come" not in out
    assert "what is not recorded cannot be judged" in out
    assert out.splitlines()[-1].endswith(", 1 failed")
    kept(record, err)
    status, out, err = Limited("run", scenario, "--json", kilobytes=SMALL).end()
    assert status == 2
    assert all(line.startswith('{"seq":') for line in out.splitlines())
    assert "cannot be judged" in err


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    """A real file system of half a megabyte, where this user may mount one."""
    (tmp_path / "disk").mkdir()
    mount = mounted(
        'mount -t tmpfs -o size=512k tmpfs "$0/disk" && "$@"; status=$?;'
        ' cp "$0"/disk/* "$0"; exit $status',
        tmp_path,
    )
    scenario = tmp_path / "s.toml"
    scenario.write_text(SCENARIO)
    status, _out, err = Limited(
        "run", scenario, "--record", tmp_path / "disk" / "r.swb", prefix=mount
    ).end()
    assert status == 2
    assert "the disk is full" in err
    kept(tmp_path / "r.swb", err)


def test_that_nothing_came_is_not_said_of_what_was_not_recorded(tmp_path: Path) -> None:
    """`absent` holds where nothing is seen: not where nothing can be seen."""
    scenario, record = tmp_path / "s.toml", tmp_path / "r.swb"
    scenario.write_text(SILENT)
    process = Limited("run", scenario, "--record", record)
    while not record.exists():
        assert process.process.poll() is None
    while not _listens(record):
        assert process.process.poll() is None
    record.unlink()
    shutil.move(tmp_path, tmp_path.with_name("gone"))
    tmp_path.write_text("no folder")
    status, out, err = process.end()
    tmp_path.unlink()
    shutil.move(tmp_path.with_name("gone"), tmp_path)
    assert status == 2
    assert "deleted, replaced or cut" in err
    assert "FAILED" in out
    assert "held" not in out.splitlines()[-2]


def _listens(record: Path) -> bool:
    try:
        reader = Reader(record)
    except Exception:  # not made yet
        return False
    try:
        return any(row.call == "listen" for row in reader.page(1, 100))
    finally:
        reader.close()


def test_a_record_taken_away_goes_on_beside_and_that_is_said(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    process = Limited(
        "listen", "127.0.0.1:0", "--echo", "--json", "--record", record, "--timeout", "4"
    )
    while not _listens(record):
        assert process.process.poll() is None
    record.unlink()
    status, out, err = process.end()
    assert status == 0
    assert str(tmp_path / "r (continued).swb") in err
    reader = Reader(tmp_path / "r (continued).swb")
    assert (reader.count(), reader.crashed) == (len(out.splitlines()), False)
    reader.close()
    assert '"call":"record_moved"' in out


def test_a_record_that_was_emptied_goes_on_beside_and_what_is_lost_is_counted(
    tmp_path: Path,
) -> None:
    """As `> r.swb` of a shell does: what was written is gone, and nothing can be copied.

    What is printed is read from the record: of what came last before it was emptied, some may have
    been printed and some not.
    """
    record, printed = tmp_path / "r.swb", tmp_path / "out"
    with printed.open("wb") as out:
        process = Limited(
            *("listen", "127.0.0.1:0", "--echo", "--json", "--record", record, "--timeout", "4"),
            stdout=out.fileno(),
        )
    while '"call":"listen"' not in printed.read_text():
        assert process.process.poll() is None
    os.truncate(record, 0)
    status, _out, err = process.end()
    assert status == 2
    moved, lost = err.splitlines()[-2:]
    assert "cut short or overwritten by another program" in moved
    assert str(tmp_path / "r (continued).swb") in moved
    lines = printed.read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    seqs = [row["seq"] for row in rows]
    before = next(row["seq"] for row in rows if row["call"] == "listen")
    reader = Reader(tmp_path / "r (continued).swb")
    last, count = reader.count(), reader.first_seq - 1
    kept_rows = list(range(count + 1, last + 1))
    assert seqs[:before] == list(range(1, before + 1))  # of those that are lost
    assert seqs == sorted({*seqs})
    assert seqs[-len(kept_rows) :] == kept_rows
    assert not reader.crashed
    assert reader.not_recorded == count >= before
    assert f"Lost: {count} events" in lost
    assert f"has the {len(kept_rows)} others" in lost
    reader.close()
    assert any('"call":"record_cut"' in line for line in lines)


def test_a_run_is_judged_whole_while_its_record_is_cut(tmp_path: Path) -> None:
    """The verdict goes by what happened; that not all of it is kept is said, and the end is 2."""
    scenario, record = tmp_path / "s.toml", tmp_path / "r.swb"
    scenario.write_text(SILENT.replace("within = 600", "within = 4"))
    process = Limited("run", scenario, "--record", record)
    while not record.exists() or not _listens(record):
        assert process.process.poll() is None
    os.truncate(record, record.stat().st_size // 2)
    status, out, err = process.end()
    assert status == 2
    assert "FAILED" not in out
    assert "cut short or overwritten" in err
    assert "Lost: " in err


def test_a_lab_does_not_compare_what_it_did_not_see() -> None:
    status, _out, err = Limited(
        "lab", "backlog", "--clients", "60", "--every", "0.01", kilobytes=300
    ).end()
    assert status == 2
    assert "cannot be judged" in err
    assert "Not recorded" in err


def test_what_is_all_recorded_ends_as_before(tmp_path: Path) -> None:
    status, _out, err = run("lab", "half-close")
    assert (status, err) == (0, "")


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_where_no_disk_can_be_written_there_is_a_sentence_and_a_way_out(lang: str) -> None:
    """No file may have a single byte: neither /tmp nor any other place takes a record."""
    status, out, err = Limited("connect", "127.0.0.1:9", "--lang", lang, kilobytes=0).end()
    assert status == 2
    assert out == ""
    assert "--record" in err
    assert "TMPDIR" in err
    assert len(err.splitlines()) == 1


def test_a_place_that_takes_no_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    status, _out, err = run("lab", "half-close", "--record", tmp_path / "file" / "r.swb")
    assert status == 2
    assert "not a folder" in err
    assert str(tmp_path / "file" / "r.swb") in err
