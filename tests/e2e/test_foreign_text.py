"""A hostile file or peer writes nothing but text to the terminal of the real command line."""

from __future__ import annotations

import os
import pty
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path

import pytest

from tests.cli_process import PROGRAM, end, environment, run, start_command
from tests.journal.damage import write

HOSTILE = "\x1b]0;owned\x07\x08\x7f\x9b31m\u202eevil\u2066\r"
QUOTED = '"\\u001b]0;owned\\u0007\\u0008\\u007f\\u009b31m\\u202eevil\\u2066\\r\\n line"'
SCENARIO = f"""title = {QUOTED}
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "greet", text = {QUOTED} }}
[endpoint.c]
role = "stream"
address = "@s"
[[step]]
do = "start"
endpoint = "s"
[[step]]
do = "note"
text = {QUOTED}
[[step]]
do = "connect"
endpoint = "c"
[[step]]
do = "expect"
endpoint = "c"
contains = {QUOTED}
[[step]]
do = "expect"
endpoint = "c"
text = {QUOTED}
error = {QUOTED}
within = 0.1
"""


def clean(text: str) -> str:
    """It, which holds no control but line ends."""
    for line in text.split("\n"):
        assert line.isprintable(), repr(line)
    return text


@pytest.mark.parametrize("options", [(), ("--json",), ("--lang", "zh_CN")])
def test_a_scenario_of_a_stranger(tmp_path: Path, options: tuple[str, ...]) -> None:
    path = tmp_path / "a\x1b[31m.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    status, out, err = run("run", path, "--junit", tmp_path / "r.xml", *options)
    assert status == 1
    assert "owned" in clean(out) + clean(err)
    clean((tmp_path / "r.xml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "text",
    [
        "x = 1",
        "[[step]]\ndo = {0}",
        "[endpoint.a]\nrole = {0}",
        '[endpoint.a]\nrole = "stream"\n{0} = 1',
        "title = {0",
        "{0}",
    ],
)
def test_what_is_wrong_in_it_is_said_in_text(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a\x07.toml"
    path.write_text(text.replace("{0}", QUOTED), encoding="utf-8")
    status, out, err = run("run", path)
    assert status == 2
    assert not out
    assert clean(err)


def hostile(path: Path) -> None:
    write(path)
    later = "id IN (SELECT shape FROM entry WHERE seq > 3)"
    with closing(sqlite3.connect(path)) as db, db:
        for column in ("args", "error", "errno", "peer"):
            db.execute(f"UPDATE shape SET {column} = ? WHERE {later}", (HOSTILE,))
        db.execute(f"UPDATE shape SET call = ? WHERE {later} AND kind = 'call'", (HOSTILE,))
        db.execute(f"UPDATE shape SET size = 60 WHERE {later}")
        db.execute("UPDATE entry SET payload = ? WHERE seq > 3", (HOSTILE.encode(),))
        db.execute("UPDATE endpoint SET name = ?", (HOSTILE,))
        db.execute("UPDATE connection SET local = ?, peer = ?", (HOSTILE, HOSTILE))


@pytest.mark.parametrize("form", ["text", "jsonl"])
def test_a_record_of_a_stranger(tmp_path: Path, form: str) -> None:
    hostile(tmp_path / "r.swb")
    status, out, err = run("export", tmp_path / "r.swb", "--to", form)
    assert status == 0
    assert not err
    assert "owned" in clean(out)


def test_a_table_of_one_on_a_terminal(tmp_path: Path) -> None:
    hostile(tmp_path / "r.swb")
    ours, theirs = pty.openpty()
    process = start_command(*PROGRAM, "export", tmp_path / "r.swb", "--to", "csv", stdout=theirs)
    os.close(theirs)
    found = bytearray()
    with suppress(OSError):  # EIO: the other end is gone
        while part := os.read(ours, 65536):
            found += part
    os.close(ours)
    assert end(process)[0] == 0
    shown = found.decode().replace("\r\n", "\n")
    assert "owned" in clean(shown.removeprefix("\\ufeff").removeprefix("\ufeff"))


def test_a_peer() -> None:
    """What is said of it; its bytes themselves go to a pipe as they came."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            with server.accept()[0] as peer:
                peer.sendall(HOSTILE.encode())
                peer.recv(1)

        thread = threading.Thread(target=answer)
        thread.start()
        where = f"127.0.0.1:{server.getsockname()[1]}"
        status, out, err = run("connect", where, "--expect", "nothing like it", "--timeout", "1")
        thread.join()
    assert status == 1
    assert "owned" in clean(err)
    assert out == HOSTILE.replace("\r\n", "\n").replace("\r", "\n")  # as Python reads a pipe


def test_words_of_the_command_line() -> None:
    for words in (
        ("run", "\x1b"),
        ("lab", "\x1b\udcff"),
        ("export", "x", "--to", "\x1b\n"),
        ("connect", "\x1b\udcff:1"),
        ("listen", "\x1b"),
        ("run", "x", "--\x07"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "workbench", *words],
            env=environment(),
            capture_output=True,
            check=False,
            timeout=120,
        )
        assert done.returncode in {1, 2}
        clean((done.stdout + done.stderr).decode())
        assert b"Traceback" not in done.stderr
