"""A process that may open few descriptors keeps some for itself, and says what waits for them."""

from __future__ import annotations

import json
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest

from tests.cli_process import BOUND, environment

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_NOFILE and /proc")


@contextmanager
def limited(limit: int, *args: object) -> Iterator[subprocess.Popen[str]]:
    import resource

    with subprocess.Popen(
        [sys.executable, *map(str, args)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment(QT_QPA_PLATFORM="offscreen"),
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit)),
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def flood(stack: ExitStack, address: str, count: int) -> None:
    host, _, port = address.rpartition(":")
    for _ in range(count):
        stack.enter_context(socket.create_connection((host, int(port)), BOUND))


def word(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    if not line and process.stderr is not None:
        raise AssertionError(process.stderr.read())
    return line


def notes(record: Path) -> list[str]:
    with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as db:
        assert db.execute("SELECT 1 FROM meta WHERE key = 'closed_wall_ns'").fetchone()
        return [row[0] for row in db.execute("SELECT call FROM log WHERE kind='note'")]


@pytest.mark.parametrize("limit", [64, 128, 256])
def test_the_window_lives_and_is_painted(limit: int, tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    with limited(4096, "-m", "tests.e2e.few_descriptors", limit, record) as process:
        assert word(process) == "refused"
        with ExitStack() as stack:
            flood(stack, word(process), limit)
            assert word(process) == "held"
        assert word(process) == "resumed"
        assert word(process) == "closed"
        assert process.wait(BOUND) == 0
    told = notes(record)
    assert told.count("accept_held") == told.count("accept_goes_on") >= 1
    assert "internal_error" not in told


@pytest.mark.parametrize("limit", [64, 128, 256])
def test_a_server_without_a_window(limit: int, tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    with limited(
        limit,
        "-m",
        "workbench",
        "listen",
        "127.0.0.1:0",
        "--greet",
        "hi",
        "--json",
        "--record",
        record,
    ) as process:
        assert process.stdout is not None
        rows = map(json.loads, process.stdout)
        address = next(row["local"] for row in rows if row["call"] == "listen")
        with ExitStack() as stack:
            flood(stack, address, limit)
            accepted = 0
            for row in rows:
                accepted += row["call"] == "accept" and row["result"] is not None
                if row["call"] == "accept_held":
                    break
            assert limit // 2 <= accepted < limit
        assert next(row for row in rows if row["call"] == "accept_goes_on")
        left = limit - accepted  # whoever was in the queue is served now, gone or not
        for row in rows:
            left -= row["call"] == "accept" and row["result"] is not None
            if not left:
                break
        process.terminate()
        assert process.wait(BOUND) == 130
    assert {"accept_backs_off", "internal_error"}.isdisjoint(notes(record))


def test_the_demonstration_of_emfile_gets_the_kernels(tmp_path: Path) -> None:
    with limited(64, "-m", "workbench", "lab", "emfile") as process:
        out, err = process.communicate(timeout=BOUND)
    assert process.returncode == 0, out + err
