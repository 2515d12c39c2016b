"""`python -m workbench` as a real process, as a person starts it: no display, buffered output."""

from __future__ import annotations

import atexit
import json
import os
import re
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path

BOUND = 150.0
"""Seconds after which a process is taken to hang."""
ROOT = Path(__file__).parent.parent
ASLEEP = "print('ready', flush=True); import time; time.sleep(1000)"
"""A program in Python that does not end by itself while a test lasts, and cannot stay for ever."""
PROGRAM = (sys.executable, "-m", "workbench")
SENTENCE = re.compile(r"(?:\b[A-Za-z]?[a-z']+ ){3,}[a-z']{2,}")
"""Four English words in a row."""
_LEFT_OUT = {"DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM", "PYTHONUNBUFFERED"}


def environment(**more: str) -> dict[str, str]:
    """Neither display nor Qt platform: the command line needs none."""
    kept = {key: value for key, value in os.environ.items() if key not in _LEFT_OUT}
    return {**kept, "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8", **more}


def start(*args: object, cwd: Path | None = None, **more: str) -> subprocess.Popen[str]:
    return _begin((*PROGRAM, *args), more, cwd=cwd)


def start_command(
    *command: object,
    cwd: Path | None = None,
    stdin: int | None = None,
    stdout: int = subprocess.PIPE,
    before: Callable[[], None] = lambda: None,
    **more: str,
) -> subprocess.Popen[str]:
    """`before` runs in the new process, before the command does."""
    return _begin(command, more, cwd=cwd, stdin=stdin, stdout=stdout, before=before)


def _begin(
    command: Sequence[object],
    more: dict[str, str],
    *,
    cwd: Path | None,
    stdin: int | None = None,
    stdout: int = subprocess.PIPE,
    before: Callable[[], None] = lambda: None,
) -> subprocess.Popen[str]:
    def ready() -> None:
        _take_interrupts()
        before()

    return subprocess.Popen(
        [*map(str, command)],
        env=environment(**more),
        cwd=cwd,
        encoding="utf-8",
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.PIPE,
        preexec_fn=ready,
    )


def _take_interrupts() -> None:
    """What runs in the background of a shell ignores SIGINT, and hands that on."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def end(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit status, stdout and stderr; never a traceback."""
    try:
        out, err = (said or "" for said in process.communicate(timeout=BOUND))
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise
    assert "Traceback" not in out + err, out + err
    return process.returncode, out, err


def run(*args: object, cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
    return end(start(*args, cwd=cwd, **more))


def run_command(*command: object, cwd: Path | None = None, **more: str) -> tuple[int, str, str]:
    return end(_begin(command, more, cwd=cwd))


class _Call:
    """A call of the program as a process that is forked: its imports are there already."""

    def __init__(self, *args: object, cwd: Path | None) -> None:
        self._out, self._err = (
            tempfile.TemporaryFile()  # noqa: SIM115 - `end` closes them
            for _ in range(2)
        )
        request = {
            "arguments": [*map(str, args)],
            "folder": str(cwd or Path.cwd()),
            "environment": environment(),
        }
        self._status, status = os.pipe()
        socket.send_fds(
            _prestarted(),
            [json.dumps(request).encode()],
            [self._out.fileno(), self._err.fileno(), status],
        )
        os.close(status)

    def end(self) -> tuple[int, str, str]:
        """As that of a process."""
        with self._out, self._err, os.fdopen(self._status) as status:
            assert select.select([status], [], [], BOUND)[0], "it hangs"
            code = int(status.read())
            said = []
            for file in (self._out, self._err):
                file.seek(0)
                said.append(file.read().decode())
        assert "Traceback" not in "".join(said), said
        return code, said[0], said[1]


@cache
def _prestarted() -> socket.socket:
    """Where calls are asked for, see tests/prestarted.py; that process ends with this one."""
    ours, its = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with its:
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "tests" / "prestarted.py")],
            env=environment(),
            stdin=its.fileno(),
            preexec_fn=_take_interrupts,
        )

    @atexit.register
    def end() -> None:
        ours.close()
        process.wait()

    return ours


def both(*args: object, cwd: Path | None = None) -> tuple[int, str, str]:
    """The exit status, which is the same, and what is said in English and in Chinese.

    It is about what is said, hundreds of times: how a call begins, others see.
    """
    calls = [_Call(*args, "--lang", lang, cwd=cwd) for lang in ("en", "zh_CN")]
    (status, out, err), (status_zh, out_zh, err_zh) = [made.end() for made in calls]
    assert status == status_zh
    assert re.search("[\u4e00-\u9fff]", out_zh + err_zh), out_zh + err_zh
    assert not SENTENCE.search(out_zh + err_zh), out_zh + err_zh
    for said in (out + err, out_zh + err_zh):
        assert said.strip()
        assert "Socket Workbench itself" not in said, said
        assert "自身的错误" not in said, said
    return status, out + err, out_zh + err_zh
