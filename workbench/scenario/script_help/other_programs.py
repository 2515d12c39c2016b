"""Other programs, without a shell, in groups of their own; only with --allow-run."""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence

programs: dict[str, OtherProgram] = {}  # those that run, by name or number


class OtherProgram:
    """A program that was begun: its output, and how it is to end."""

    def __init__(
        self, command: Sequence[str], wanted: int | None, given: bytes | None = None
    ) -> None:
        self.command = command
        self.wanted = wanted
        self.output = b""
        self.stopped = False
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL if given is None else subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.heard = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()
        if given is not None:
            threading.Thread(target=self.write, args=(given,), daemon=True).start()

    def write(self, given: bytes) -> None:
        """Write its input and close it; it need not read all."""
        assert self.process.stdin is not None
        try:
            with self.process.stdin as pipe:
                pipe.write(given)
        except OSError:
            pass

    def read(self) -> None:
        """Keep its output."""
        assert self.process.stdout is not None
        with self.process.stdout as out:
            while data := os.read(out.fileno(), 65536):
                with self.heard:
                    self.output += data
                    self.heard.notify_all()

    def writes(self, wanted: bytes, seconds: float) -> None:
        """Wait until it has written this, or ends."""
        with self.heard:
            until = time.monotonic() + seconds
            while wanted not in self.output and self.reader.is_alive():
                assert time.monotonic() < until, f"{self.command} has not said {wanted!r}"
                self.heard.wait(0.05)

    def judge(self, contains: bytes = b"") -> None:
        """Check that it ended as it should, and wrote what it had to."""
        self.reader.join(10)
        status = self.process.wait()
        assert self.stopped or self.wanted in {None, status}, f"{self.command}: {status}"
        assert contains in self.output, f"{self.command}: {self.output!r} lacks {contains!r}"

    def stop(self) -> None:
        """End it and everything that it began."""
        self.stopped = self.process.poll() is None
        for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
            try:
                if sys.platform == "win32":
                    self.process.terminate()
                else:
                    os.killpg(self.process.pid, number)
            except OSError:
                break
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                continue
            break
        self.reader.join(10)


def run(
    command: Sequence[str],
    *,
    name: str = "",
    wanted: int | None = 0,
    contains: str = "",
    given: bytes | None = None,
    seconds: float = 60.0,
    wait: bool = True,
) -> None:
    """Begin a program with its input; wait for its end, or until it has written what is
    expected.
    """
    one = OtherProgram(command, wanted, given)
    programs[name or str(id(one))] = one
    if not wait:
        one.writes(contains.encode(), seconds) if contains else None
        assert contains.encode() in one.output, f"{command} has not said {contains!r}"
        return
    try:
        one.process.wait(seconds)
    finally:
        one.stop()
    one.stopped = False
    one.judge(contains.encode())
    del programs[name or str(id(one))]


def stop_program(name: str) -> None:
    """End a program that runs beside the steps."""
    one = programs.pop(name)
    one.stop()
    one.judge()


def end_programs() -> None:
    """End what still runs; what has ended is judged."""
    while programs:
        stop_program(next(iter(programs)))


def stop_programs() -> None:
    """End what still runs, however the script ends."""
    for one in programs.values():
        one.stop()


atexit.register(stop_programs)
