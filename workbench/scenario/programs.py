"""Other programs of a scenario: started without a shell, their output read, ended with their
children.

Each is a process group of its own (setpgid(2)), which is ended with everything that it began: by a
step, at the end of the run or, if we are killed ourselves, by `program_guard`.
"""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from workbench import interrupts
from workbench.scenario import program_guard
from workbench.texts import Problem, reason_of

KEPT: Final = 1 << 15
"""Bytes of the beginning and of the end of an output that are kept."""
SHOWN: Final = 1500
"""Characters of the end of an output that a step's line shows."""
LAST_LINES: Final = 5
LAST_BYTES: Final = 600
"""How much of the end of an output is shown beside what another step failed of."""
GRACE: Final = 2.0
"""Seconds that a program has to end when it is asked to (SIGTERM), before it is killed."""
LOOK_EVERY: Final = 0.01
"""Seconds between two looks whether it has."""
SETTLED: Final = 0.1
"""Seconds that those have at least which it began and which do not write to its output."""
DRAINED: Final = 0.5
"""Seconds in which what an ended program has written should have come."""
_PIECE: Final = 1 << 16
AS_TEXT: Final = "surrogateescape"
"""How bytes that are no UTF-8 are represented in the text that a program reads (PEP 383)."""


class Output:
    """The beginning and the end of a program's output, and whether a text was in it."""

    def __init__(self, wanted: str | None) -> None:
        self._wanted = (wanted or "").encode()
        self._head = bytearray()
        self._tail = bytearray()
        self._last = b""
        self._left_out = 0
        self.has_it = not self._wanted

    def take(self, data: bytes) -> None:
        """Take the next bytes."""
        if not self.has_it:
            seen = self._last + data
            self.has_it = self._wanted in seen
            self._last = seen[-len(self._wanted) :]
        room = KEPT - len(self._head)
        self._head += data[:room]
        self._tail += data[room:]
        over = len(self._tail) - KEPT
        if over > 0:
            del self._tail[:over]
            self._left_out += over

    def holds(self, wanted: str) -> bool:
        """Whether a text is in what is kept of it."""
        data = wanted.encode()
        parts = [self._head, self._tail] if self._left_out else [self._head + self._tail]
        return any(data in part for part in parts)

    def text(self) -> str:
        """Its end, as much as a line of a report can hold."""
        gap = b" ... " if self._left_out else b""
        whole = bytes(self._head + gap + self._tail).decode("utf-8", "replace").strip()
        return whole if len(whole) <= SHOWN else f"… {whole[-SHOWN:]}"

    def last_lines(self) -> str:
        """The last lines of the output."""
        end = bytes((self._tail or self._head)[-LAST_BYTES:]).decode("utf-8", "replace")
        return "\n".join(end.strip().splitlines()[-LAST_LINES:])


class Program:
    """A program that was started.

    Attributes:
        command: as it was begun. output: what it wrote, to either stream.
        heard: set whenever something has come, or it has ended.
        over: it has ended, and its output was read.
        stopped: it was not left to end by itself.
    """

    def __init__(
        self, command: tuple[str, ...], folder: str, wanted: str | None, given: str | None = None
    ) -> None:
        """`given`: its standard input. Raises Problem: it cannot be begun."""
        self.command = command
        self.output = Output(wanted)
        self.heard = threading.Event()
        self.stopped = False
        self.over = False
        try:
            data = None if given is None else given.encode("utf-8", AS_TEXT)
            self._process = _begin(command, folder, reads=data is not None)
        except (OSError, ValueError) as error:
            raise Problem(
                "scenario.run_not_begun", command=shlex.join(command), reason=_reason(error)
            ) from error
        assert self._process.stdout is not None
        self._reader = threading.Thread(
            target=self._read, args=(self._process.stdout,), name="program output", daemon=True
        )
        self._waiter = threading.Thread(target=self._wait, name="program end", daemon=True)
        self._reader.start()
        self._waiter.start()
        if data is not None and self._process.stdin is not None:
            threading.Thread(
                target=self._write,
                args=(self._process.stdin, data),
                name="program input",
                daemon=True,
            ).start()

    @property
    def group(self) -> int:
        """Its process group, which has the number of its first process."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Its exit status; a signal as its negative number; None: it is running."""
        return self._process.returncode

    def _read(self, pipe: IO[bytes]) -> None:
        with suppress(OSError, ValueError), pipe:
            while data := os.read(pipe.fileno(), _PIECE):
                self.output.take(data)
                self.heard.set()

    def _write(self, pipe: IO[bytes], data: bytes) -> None:
        """Write all of its input, then close it; a program need not read it (`head -1`)."""
        with suppress(OSError, ValueError), pipe:
            pipe.write(data)

    def _wait(self) -> None:
        self._process.wait()
        self._reader.join(DRAINED)  # a child of it may still hold the pipe
        self.over = True
        self.heard.set()

    def stop(self, grace: float = GRACE) -> None:
        """End it and everything that it began, first by asking; `grace`: seconds until it is
        killed.
        """
        self.stopped = self.stopped or self.status is None
        if sys.platform == "win32":
            self._end_tree()
        else:
            self._end_group(grace)
        self._waiter.join(GRACE)
        self._reader.join(DRAINED)

    if sys.platform == "win32":

        def _end_tree(self) -> None:
            """End it with its children: Windows cannot end a group at once, but its tool walks the
            tree.
            """
            if self.status is None:
                system = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
                subprocess.run(
                    [str(system / "taskkill.exe"), "/PID", str(self.group), "/T", "/F"],
                    capture_output=True,
                    check=False,
                )

    else:

        def _quiet(self, since: float) -> bool:
            """Whether it has ended and nobody can write any more; unreaped children (zombies) keep
            the group in existence.
            """
            return self.over and not self._reader.is_alive() and time.monotonic() > since

        def _end_group(self, grace: float) -> None:
            until = time.monotonic() + grace
            number = signal.SIGTERM if grace else signal.SIGKILL
            with suppress(OSError):  # nobody is left
                os.killpg(self.group, number)
                while time.monotonic() < until and not self._quiet(until - grace + SETTLED):
                    time.sleep(LOOK_EVERY)  # nothing reports when the last of a group has ended
                    os.killpg(self.group, 0)
                os.killpg(self.group, signal.SIGKILL)


def _begin(command: tuple[str, ...], folder: str, *, reads: bool) -> subprocess.Popen[bytes]:
    """Raises OSError, ValueError."""
    group = 0
    if sys.platform == "win32":
        group = subprocess.CREATE_NEW_PROCESS_GROUP
    return subprocess.Popen(
        command,
        cwd=folder or None,
        stdin=subprocess.PIPE if reads else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        creationflags=group,
        start_new_session=not group,
    )


def _reason(error: OSError | ValueError) -> object:
    return reason_of(error) if isinstance(error, OSError) else error


class Programs:
    """The programs of one run, by the names that steps give them."""

    def __init__(self) -> None:
        self._named: dict[str, Program] = {}
        self._all: list[Program] = []
        self._guard: subprocess.Popen[str] | None = None

    def begin(
        self,
        name: str,
        command: tuple[str, ...],
        folder: str,
        wanted: str | None,
        given: str | None = None,
    ) -> Program:
        """Begin a program; `given`: its standard input.

        Raises:
            Problem: it cannot be begun, or one of this name still runs.
        """
        before = self._named.get(name)
        if name and before is not None and not before.over:
            raise Problem("scenario.run_runs_already", name=name)
        made = Program(command, folder, wanted, given)
        self._watch(made, "+")
        self._all.append(made)
        if name:
            self._named[name] = made
        return made

    def named(self, name: str) -> Program:
        """The newest program of a name. Raises Problem: none was begun."""
        found = self._named.get(name)
        if found is None:
            raise Problem("scenario.run_not_there", name=name)
        return found

    def stop(self, program: Program) -> None:
        """End one with all that it began."""
        program.stop()
        self._watch(program, "-")

    def stop_all(self) -> None:
        """End what still runs, the newest first; without asking if somebody is in a hurry."""
        for program in reversed(self._all):
            program.stop(0.0 if interrupts.hurried() else GRACE)
        self._all.clear()
        if self._guard is not None and self._guard.stdin is not None:
            with suppress(OSError):
                self._guard.stdin.close()
            self._guard.wait()
            self._guard = None

    def _watch(self, program: Program, sign: str) -> None:
        """Have the guard end what is running, should we be killed."""
        if sys.platform == "win32" or not sys.executable or getattr(sys, "frozen", False):
            return
        with suppress(OSError):  # the guard was killed: then these are not guarded
            if self._guard is None:
                self._guard = subprocess.Popen(
                    [sys.executable, "-I", "-S", program_guard.__file__],
                    stdin=subprocess.PIPE,
                    text=True,
                    start_new_session=True,
                )
            assert self._guard.stdin is not None
            self._guard.stdin.write(f"{sign}{program.group}\n")
            self._guard.stdin.flush()
