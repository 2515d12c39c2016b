"""The real program on a real X display, used by key and mouse as a person would."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.x11 import ask_to_close, boxes, picture
from workbench.ui.style import theme

BOUND = 60.0
"""Only catches a hang."""
GREETING = "连接已创建\r\n".encode()
HELLO = "hello, 服务器\r\n".encode()


class Program:
    """socket-workbench on a display, with homes of its own."""

    def __init__(self, display: str, home: Path, *args: str) -> None:
        self.display = display
        self.temp = home / "temp"
        self.temp.mkdir(exist_ok=True)
        self._env = {
            **os.environ,
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "XDG_STATE_HOME": str(home / "state"),
            "XDG_CONFIG_HOME": str(home / "config"),
            "TMPDIR": str(self.temp),
        }
        self.records = home / "state" / "socket-workbench" / "records"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "workbench", *args],
            env=self._env,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.window = self.tool(
            "search", "--sync", "--onlyvisible", "--name", "Socket Workbench"
        ).split()[0]
        self.tool("windowfocus", "--sync", self.window)

    def tool(self, *args: str) -> str:
        """xdotool, which waits by itself where `--sync` says so."""
        done = subprocess.run(
            ["xdotool", *args],
            env=self._env,
            capture_output=True,
            text=True,
            timeout=BOUND,
            check=True,
        )
        return done.stdout

    def key(self, *keys: str) -> None:
        self.tool("key", "--window", self.window, *keys)

    def ask(self, statement: str, *parameters: str) -> list[Any]:
        """The first column of what the newest record on disk answers."""
        found = sorted(self.records.glob("*.swb"))
        if not found:
            return []
        with closing(sqlite3.connect(f"file:{found[-1]}?mode=ro", uri=True)) as db:
            return [row[0] for row in db.execute(statement, parameters)]

    def payloads(self, call: str) -> list[bytes]:
        """What went over a client's call."""
        return self.ask(
            "SELECT payload FROM log WHERE endpoint = 'client-1' AND call = ?"
            " AND kind IN ('call', 'end') AND errno IS NULL ORDER BY seq",
            call,
        )

    def count(self, endpoint: str, call: str) -> int:
        """How many such calls succeeded."""
        return len(
            self.ask(
                "SELECT seq FROM log WHERE endpoint = ? AND call = ? AND errno IS NULL"
                " AND kind IN ('call', 'end')",
                endpoint,
                call,
            )
        )

    def until(self, true: Callable[..., bool], key: str | None = None, every: float = 1.0) -> None:
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

    def press_next(self, before: tuple[int, int] | None = None) -> tuple[int, int]:
        """Click on the one button that is the next step, once it is another one; where it is."""
        where: list[tuple[int, int]] = []
        end = time.monotonic() + BOUND
        while len(where) != 1 or where[0] == before:
            assert time.monotonic() < end, where
            where = boxes(picture(self._env, self.temp / "screen.png"), theme.LIGHT.primary.back)
        (self.temp / "screen.png").unlink()
        self.click(where[0])
        return where[0]

    def click(self, where: tuple[int, int]) -> None:
        self.tool("mousemove", "--sync", str(where[0]), str(where[1]))
        self.tool("click", "1")

    def leave(self, how: str | signal.Signals = "key") -> None:
        """Close the window and look at what it has left: one closed record."""
        if how == "key":
            with suppress(subprocess.CalledProcessError):  # it is gone before the key is up
                self.key("ctrl+q")
        elif how == "close button":
            ask_to_close(self.display, int(self.window))
        else:
            assert isinstance(how, signal.Signals)
            self.process.send_signal(how)
        assert self.process.wait(BOUND) == (130 if isinstance(how, signal.Signals) else 0)
        assert self.process.stderr is not None
        said = self.process.stderr.read()
        self.process.stderr.close()
        assert "Traceback" not in said
        assert "QThread" not in said
        (record,) = self.records.iterdir()  # one file: no -wal, no lock
        assert record.suffix == ".swb"
        with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as db:
            assert db.execute("SELECT 1 FROM meta WHERE key = 'closed_wall_ns'").fetchone()
        assert not list(self.temp.iterdir())


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


def test_by_mouse(start: Callable[..., Program]) -> None:
    program = start("--lang", "en")
    listen = program.press_next()
    program.until(lambda: program.count("server-1", "listen") == 1)
    connect = program.press_next(listen)
    program.until(lambda: GREETING in program.payloads("recv"))
    program.press_next(connect)
    program.until(lambda: program.payloads("recv")[1:] == [HELLO])
    program.leave("close button")


def listening(address: str) -> set[str]:
    """Inodes of the sockets that listen there, by proc_net(5); there may be several in a row."""
    host, _, port = address.rpartition(":")
    where = f"{int.from_bytes(socket.inet_aton(host), sys.byteorder):08X}:{int(port):04X}"
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return {row[9] for row in rows if (row[1], row[3]) == (where, "0A")}


@pytest.mark.parametrize("how", [
    "key", "close button", signal.SIGHUP, signal.SIGINT, signal.SIGTERM,
])  # fmt: skip
def test_leaving_with_open_sockets(
    start: Callable[..., Program], how: str | signal.Signals
) -> None:
    program = start("--lang", "zh_CN")
    program.until(lambda: program.count("server-1", "listen") == 1, "1")
    program.until(lambda: GREETING in program.payloads("recv"), "2")
    (address,) = program.ask("SELECT local FROM log WHERE call = 'listen' AND errno IS NULL")
    (own,) = listening(str(address))
    program.leave(how)
    assert own not in listening(str(address))  # where another test's may listen by now


def test_by_keyboard_again_after_stop(start: Callable[..., Program]) -> None:
    program = start("--lang", "en")
    for round_ in (1, 2):
        program.until(lambda n=round_: program.count("server-1", "listen") == n, "1")
        program.until(lambda n=round_: program.payloads("recv").count(GREETING) == n, "2")
        # A key that is pressed again while the record is late sends again.
        said = program.payloads("recv").count(HELLO)
        program.until(lambda n=said: program.payloads("recv").count(HELLO) > n, "3")
        program.key("ctrl+period")  # Stop all
        program.until(lambda n=round_: program.count("client-1", "close") == n)
    program.leave()


def test_watch_it(start: Callable[..., Program]) -> None:
    program = start("--lang", "en")
    program.until(lambda: program.count("server-1", "listen") == 1, "ctrl+shift+w", 15)
    program.until(lambda: HELLO in program.payloads("recv"))
    program.leave()


def test_a_window_comes_back_where_it_was(x_display: str, tmp_path: Path) -> None:
    def where(program: Program) -> str:
        return program.tool("getwindowgeometry", "--shell", program.window).split("WINDOW=")[-1]

    first = Program(x_display, tmp_path)
    first.tool("windowsize", "--sync", first.window, "1130", "720")
    first.tool("windowmove", "--sync", first.window, "70", "30")
    before = where(first).split("\n")[1:]
    assert {"X=70", "Y=30", "WIDTH=1130", "HEIGHT=720"} <= set(before)
    first.leave()
    shutil.rmtree(first.records)
    second = Program(x_display, tmp_path)
    assert where(second).split("\n")[1:] == before
    second.leave()
