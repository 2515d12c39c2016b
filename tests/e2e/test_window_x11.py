"""The real program on a real X display, used by key and mouse as a person would."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest

BOUND = 60.0
"""Only catches a hang."""
GREETING = "连接已创建\r\n".encode()
HELLO = "hello, 服务器\r\n".encode()


class Program:
    """socket-workbench on a display, with homes of its own."""

    def __init__(self, display: str, home: Path, *args: str) -> None:
        self._env = {
            **os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb",
            "XDG_STATE_HOME": str(home / "state"), "XDG_CONFIG_HOME": str(home / "config"),
        }
        self.records = home / "state" / "socket-workbench" / "records"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *args], env=self._env,
            stderr=subprocess.PIPE, text=True,
        )
        self.window = self.tool("search", "--sync", "--onlyvisible", "--name",
                                "Socket Workbench").split()[0]
        self.tool("windowfocus", "--sync", self.window)

    def tool(self, *args: str) -> str:
        """xdotool, which waits by itself where `--sync` says so."""
        done = subprocess.run(["xdotool", *args], env=self._env, capture_output=True, text=True,
                              timeout=BOUND, check=True)
        return done.stdout

    def key(self, *keys: str) -> None:
        self.tool("key", "--window", self.window, *keys)

    def payloads(self, call: str) -> list[bytes]:
        """What the newest record on disk has of a client's call."""
        found = sorted(self.records.glob("*.swb"))
        if not found:
            return []
        with closing(sqlite3.connect(f"file:{found[-1]}?mode=ro", uri=True)) as db:
            return [row[0] for row in db.execute(
                "SELECT payload FROM log WHERE endpoint = 'client-1' AND call = ?"
                " AND kind IN ('call', 'end') AND errno IS NULL ORDER BY seq", (call,))]

    def count(self, endpoint: str, call: str) -> int:
        """How many such calls succeeded."""
        found = sorted(self.records.glob("*.swb"))
        if not found:
            return 0
        with closing(sqlite3.connect(f"file:{found[-1]}?mode=ro", uri=True)) as db:
            return int(db.execute(
                "SELECT count(*) FROM log WHERE endpoint = ? AND call = ? AND errno IS NULL"
                " AND kind IN ('call', 'end')", (endpoint, call)).fetchone()[0])

    def until(self, true: Callable[[], bool], key: str | None = None, every: float = 1.0) -> None:
        """Look at the record on disk until it holds what is awaited.

        `key` is pressed until then, as a person does who sees that a button was still grey,
        and who waits `every` seconds before the next try.
        """
        end = time.monotonic() + BOUND
        pressed = 0.0
        while not true():
            if key is not None and time.monotonic() - pressed > every:
                self.key(key)
                pressed = time.monotonic()
            assert self.process.poll() is None, "the program has ended"
            assert time.monotonic() < end, "it did not come"
            time.sleep(0.05)  # a file cannot be awaited

    def leave(self) -> None:
        with suppress(subprocess.CalledProcessError):  # the window is gone before the key is up
            self.key("ctrl+q")
        assert self.process.wait(BOUND) == 0
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        self.process.stderr.close()
        assert "Traceback" not in said
        assert "QThread" not in said


@pytest.fixture
def start(x_display: str, tmp_path: Path) -> Iterator[Callable[..., Program]]:
    assert shutil.which("xdotool"), "xdotool is missing; scripts/test.py installs it"
    made: list[Program] = []

    def begin(*args: str) -> Program:
        made.append(Program(x_display, tmp_path, *args))
        return made[-1]

    yield begin
    for program in made:
        if program.process.poll() is None:
            program.process.kill()
            program.process.wait()
        if program.process.stderr is not None:
            program.process.stderr.close()


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_fresh_profile_three_keys(start: Callable[..., Program], lang: str) -> None:
    program = start("--lang", lang)
    program.until(lambda: program.count("server-1", "listen") == 1, "1")
    program.until(lambda: GREETING in program.payloads("recv"), "2")
    program.key("3")
    program.until(lambda: program.payloads("recv")[1:] == [HELLO])
    assert program.payloads("send") == [HELLO]
    program.leave()
    (record,) = program.records.iterdir()  # one file, no journal, no lock
    assert record.suffix == ".swb"


def test_by_keyboard_again_after_stop(start: Callable[..., Program]) -> None:
    program = start("--lang", "en")
    for round_ in (1, 2):
        program.until(lambda n=round_: program.count("server-1", "listen") == n, "1")
        program.until(lambda n=round_: program.payloads("recv").count(GREETING) == n, "2")
        program.until(lambda n=round_: program.payloads("recv").count(HELLO) == n, "3")
        program.key("ctrl+period")  # Stop all
        program.until(lambda n=round_: program.count("client-1", "close") == n)
    program.leave()


def test_watch_it(start: Callable[..., Program]) -> None:
    program = start("--lang", "en")
    program.until(lambda: program.count("server-1", "listen") == 1, "ctrl+shift+w", 15)
    program.until(lambda: HELLO in program.payloads("recv"))
    program.leave()
