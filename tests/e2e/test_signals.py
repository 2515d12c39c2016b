"""HUP, INT and TERM at whatever moment: an orderly end, nothing left, never a traceback."""

from __future__ import annotations

import functools
import os
import pty
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.cli_process import BOUND, environment
from workbench.engine.model.events import NOTE, Event
from workbench.journal.recorder import Recorder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
INTERRUPTED = 130
KINDS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
TALK = """
[endpoint.server]
role = "listener"
family = "AF_UNIX"
address = "{path}"
[endpoint.client]
role = "stream"
family = "AF_UNIX"
address = "@server"
[[step]]
do = "start"
endpoint = "server"
[[loop]]
times = 100000
[[loop.step]]
do = "connect"
endpoint = "client"
[[loop.step]]
do = "stop"
endpoint = "client"
"""


class Home:
    """A folder for all that a program could leave; short, for a unix path in it."""

    def __init__(self, folder: Path) -> None:
        self.record = folder / "r.swb"
        self.path = folder / "s"
        self.talk = folder / "t.toml"
        self.talk.write_text(TALK.format(path=self.path))
        self.temp = folder / "temp"
        self.temp.mkdir()
        self.state = folder / "state"
        self.env = environment(
            TMPDIR=str(self.temp),
            XDG_STATE_HOME=str(self.state),
            QT_QPA_PLATFORM="offscreen",
            XDG_CONFIG_HOME=str(folder / "config"),
        )

    def start(
        self, *args: object, flags: tuple[str, ...] = (), nohup: bool = False, **streams: Any
    ) -> subprocess.Popen[bytes]:
        def take() -> None:
            for number in KINDS:
                signal.signal(number, signal.SIG_DFL)
            if nohup:
                signal.signal(signal.SIGHUP, signal.SIG_IGN)

        streams = {"stdout": subprocess.DEVNULL, "stderr": subprocess.PIPE, **streams}
        return subprocess.Popen(
            [sys.executable, *flags, "-m", "workbench", *map(str, args)],
            env=self.env,
            preexec_fn=take,
            **streams,
        )

    def records(self) -> list[Path]:
        return [*self.state.rglob("records/*"), *self.record.parent.glob("r.swb*")]

    def is_clean(self) -> None:
        """No folder, no path, and each record one closed file."""
        assert not list(self.temp.iterdir())
        assert not self.path.exists()
        for record in self.records():
            assert record.suffix == ".swb"
            with closing(sqlite3.connect(f"file:{record}?mode=ro", uri=True)) as db:
                assert db.execute("SELECT 1 FROM meta WHERE key = 'closed_wall_ns'").fetchone()


@pytest.fixture
def home() -> Iterator[Home]:
    with tempfile.TemporaryDirectory(prefix="t") as folder:
        yield Home(Path(folder))


def until(process: subprocess.Popen[bytes], words: str) -> None:
    """Read stderr until a line has these words."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line.decode():
            return
    raise AssertionError("it ended before")


def ended(process: subprocess.Popen[bytes], home: Home, status: int = INTERRUPTED) -> None:
    _, err = process.communicate(timeout=BOUND)
    assert "Traceback" not in (err or b"").decode()
    assert process.returncode == status, err
    home.is_clean()


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_server(home: Home, number: signal.Signals, times: int) -> None:
    process = home.start("listen", home.path, "--record", home.record)
    until(process, "Ctrl-C")
    assert home.path.exists()
    for _ in range(times):
        process.send_signal(number)
    ended(process, home)
    assert home.record.exists()


@pytest.mark.parametrize("command", [("run", "TALK"), ("listen", "temp:s"), ()])
@pytest.mark.parametrize(
    ("module", "number"),
    list(zip([" typing", " sqlite3", "workbench.session"], KINDS, strict=True)),
)
def test_during_the_imports(
    home: Home, command: tuple[str, ...], number: signal.Signals, module: str
) -> None:
    args = [home.talk if word == "TALK" else word for word in command]
    process = home.start(*args, flags=("-X", "importtime"))
    until(process, module)
    process.send_signal(number)
    ended(process, home)


@pytest.mark.parametrize("number", KINDS)
def test_a_scenario_that_begins_to_run(home: Home, number: signal.Signals) -> None:
    process = home.start("run", home.talk, "--record", home.record, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert b"server.start()" in process.stdout.readline()
    process.send_signal(number)
    ended(process, home)


def long_record(path: Path) -> Path:
    """One that takes a while to export."""
    with closing(Recorder(path)) as recorder:
        recorder.start()
        for number in range(100_000):
            recorder.put(Event(number, 0, 0, None, NOTE, "not_done", "", *[None] * 7))
    return path


def test_half_an_export_is_not_left(home: Home) -> None:
    record, out = long_record(home.record.with_name("long")), home.record.with_name("out")
    process = home.start("export", record, "--to", "jsonl", "-o", out)
    parts = functools.partial(out.parent.glob, ".out.*.part")  # whole, it gets its name
    while not any(parts()):
        assert process.poll() is None
        threading.Event().wait(0.01)  # a file cannot be awaited
    process.send_signal(signal.SIGTERM)
    ended(process, home)
    assert not any(parts())
    assert not out.exists()


def test_a_terminal_that_is_closed(home: Home) -> None:
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "workbench", "listen", str(home.path), "--record", str(home.record)],
        env=home.env,
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    )  # its terminal: tty(4)
    os.close(slave)
    said = b""
    while b"Ctrl-C" not in said:
        said += os.read(master, 4096)
    os.close(master)
    assert process.wait(BOUND) == INTERRUPTED
    home.is_clean()


def test_nohup_outlives_its_terminal(home: Home) -> None:
    process = home.start("listen", home.path, "--record", home.record, "--greet", "hi", nohup=True)
    until(process, "Ctrl-C")
    process.send_signal(signal.SIGHUP)
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(BOUND)
        client.connect(str(home.path))
        assert client.recv(10) == b"hi"
    process.send_signal(signal.SIGTERM)
    ended(process, home)


@pytest.mark.parametrize(("number", "times"), list(zip(KINDS, [1, 3, 1], strict=True)))
def test_the_window_being_built(home: Home, number: signal.Signals, times: int) -> None:
    """What is imported last stands between the making of the session and the event loop."""
    process = home.start("--lang", "en", flags=("-X", "importtime"))
    until(process, "workbench.ui.window.window")
    for _ in range(times):
        process.send_signal(number)
    ended(process, home)


COMMANDS = ("run", "listen", "temp", "connect", "lab", "export", "window")


def command(home: Home, name: str, record: Path, silent: str) -> list[object]:
    words: dict[str, list[object]] = {
        "run": ["run", home.talk, "--record", home.record],
        "listen": ["listen", home.path, "--record", home.record],
        "temp": ["listen", "temp:s", "--json"],
        "connect": ["connect", silent, "--expect", "never", "--timeout", "60"],
        "lab": ["lab", "backlog", "--timeout", "60"],
        "export": ["export", record, "--to", "text"],
        "window": ["--lang", "en"],
    }
    return words[name]


@pytest.mark.parametrize("number", KINDS)
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("times", [1, 2])
def test_random_moments(
    request: pytest.FixtureRequest, home: Home, name: str, number: signal.Signals, times: int
) -> None:
    if not request.config.getoption("--long"):
        pytest.skip("takes minutes: --long")
    record = long_record(home.record.with_name("long"))
    silent = socket.create_server(("127.0.0.1", 0), backlog=100)
    request.addfinalizer(silent.close)
    address = "{}:{}".format(*silent.getsockname())
    dice = random.Random(f"{name} {number} {times}")
    for _ in range(30):
        process = home.start(*command(home, name, record, address), flags=("-X", "importtime"))
        until(process, " signal\n")  # before that it is the interpreter's own start
        moment = threading.Event()
        moment.wait(dice.uniform(0, 3 if name == "window" else 1.2))
        for _ in range(times):
            process.send_signal(number)
            moment.wait(dice.choice([0, 0.001, 0.01, 0.1]))
        _, err = process.communicate(timeout=BOUND)
        assert "Traceback" not in err.decode()
        assert process.returncode in {0, INTERRUPTED}, err  # 0: it had ended before
        home.is_clean()
        for left in home.records():
            left.unlink()
        shutil.rmtree(home.state, ignore_errors=True)
