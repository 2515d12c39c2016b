"""Prints rows in a process of its own, which reads the record beside the one that writes it.

Printing an event takes longer than the call itself; in the process of the sockets that time would
be taken from them, since an interpreter runs one thread at a time. The program writes lines to the
process's stdin: an empty one says that rows were committed, any other one says, as JSON, in which
file the record goes on. The end of stdin says that no more will come.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import IntEnum
from pathlib import Path
from threading import Thread
from time import monotonic
from typing import Final

import workbench
from workbench.cli.output import prepare_streams
from workbench.cli.row_printer import RowPrinter
from workbench.journal.joined import open_record
from workbench.texts import Problem, language, set_language

NICE: Final = 10
"""How much less urgent printing is than the sockets (nice(1))."""
NAMED_WITHIN: Final = 5.0
"""Seconds in which a record that cannot be read is said to go on elsewhere, if it does."""


GARBAGE: Final = 100_000
"""The number of objects that triggers the garbage collector: a page of rows comes and goes without
cycles, and collecting took a sixth of the time.
"""


class _End(IntEnum):
    """How the process ended; any other status is a bug of this program."""

    ALL = 0
    NOBODY_READS = 3
    REFUSED = 4
    NOT_BEGUN = 5


class PrintProcess:
    """The printing process, as seen by the program that started it.

    Attributes:
        runs: the process has not ended.
    """

    def __init__(self, process: subprocess.Popen[bytes], record: Path) -> None:
        self._process = process
        self._record = record
        self._killed = False
        self._errors = b""

    @property
    def runs(self) -> bool:
        return self._process.poll() is None

    @contextmanager
    def telling_end(self, ended: Callable[[], None]) -> Iterator[None]:
        """Have `ended()` called, on a thread of its own, when it has ended."""

        def wait() -> None:
            assert self._process.stderr is not None
            with self._process.stderr as errors:
                self._errors = errors.read()
            self._process.wait()
            ended()

        waiting = Thread(target=wait, name="print process", daemon=True)
        waiting.start()
        try:
            yield
        finally:
            self.finish(self._record)
            waiting.join()

    def go_on(self, record: Path) -> None:
        """Tell it that rows were committed to this file; never blocks."""
        line = b"\n"
        if record != self._record:
            line = json.dumps(str(record)).encode() + line
        assert self._process.stdin is not None
        try:
            os.write(self._process.stdin.fileno(), line)
            self._record = record
        except BlockingIOError:
            pass  # it still has a pipe full of lines to read
        except BrokenPipeError:
            pass  # it has ended: `runs` tells

    def finish(self, record: Path) -> None:
        """Tell it that no more will be committed: it prints what is left, which is in this file,
        and ends.
        """
        stdin = self._process.stdin
        assert stdin is not None
        if stdin.closed:
            return
        if sys.platform != "win32":
            # if it is late it still has to be told of another file
            os.set_blocking(stdin.fileno(), True)
        self.go_on(record)
        with suppress(OSError):
            stdin.close()
        _weigh_session(self._process.pid, 0)  # somebody is waiting for the rest

    def kill(self) -> None:
        """End it at once, whatever has not been printed yet."""
        self._killed = True
        self._process.kill()

    def has_printed(self) -> bool:
        """After its end: whether all that could be was printed. False: it never found the record.

        Raises:
            Problem: the output could not be written.
            RuntimeError: the process failed.
        """
        status = self._process.returncode
        if self._killed or status in {_End.ALL, _End.NOBODY_READS}:
            return True
        if status == _End.NOT_BEGUN:
            return False
        if status == _End.REFUSED:
            key, values = json.loads(self._errors)
            raise Problem(key, **values)
        raise RuntimeError(self._errors.decode(errors="replace"))


def start(
    record: Path, printed: int, *, text: bool, run: str | None = None, error: bool = False
) -> PrintProcess | None:
    """A process that goes on after row `printed`; None: the system cannot start one now."""
    if not sys.executable or getattr(sys, "frozen", False):
        return None
    command = [sys.executable, "-P", "-m", "workbench.cli.print_process", str(record), str(printed)]
    command += ["text" if text else "json", language(), *([] if run is None else [run])]
    ours = str(Path(workbench.__file__).parent.parent)
    places = [ours, *filter(None, [os.environ.get("PYTHONPATH")])]
    try:
        # a session of its own: Ctrl-C and a closed terminal are for the program, which says when
        # all is printed
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=2 if error else None,  # it is the owner of stderr
            stderr=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
            start_new_session=True,
        )
    except OSError:
        return None
    if sys.platform != "win32":
        assert process.stdin is not None
        os.set_blocking(process.stdin.fileno(), False)
    _weigh_session(process.pid, NICE)  # here, where it is undone: in this order
    return PrintProcess(process, record)


def _told(place: list[Path]) -> Iterator[None]:
    """Yield each time there may be more to print, the last time when no more will come; `place`
    holds where the record is.
    """
    rest = b""
    while data := os.read(0, 65_536):
        *lines, rest = (rest + data).split(b"\n")
        for line in filter(None, lines):
            place[0] = Path(json.loads(line))
        yield
    yield


def _weigh_session(pid: int, nice: int) -> None:
    """Set the priority of a process's session, if the session was created for that process alone.

    Linux weighs processes of different sessions by the nice value of each session, not by their own
    (sched(7): the autogroup feature).
    """
    with suppress(OSError):  # no autogroups here, or the process has ended
        if sys.platform == "linux" and os.getsid(pid) == pid:
            Path(f"/proc/{pid}/autogroup").write_text(str(nice))


def main(argv: list[str]) -> int:
    """The child's side of it: prints until no more will come."""
    record, printed, form, name, *named = argv
    run = named[0] if named else None
    set_language(name)
    prepare_streams()
    if sys.platform != "win32":
        os.nice(NICE)
    gc.set_threshold(GARBAGE)
    place = [Path(record)]
    rows = None
    refused: Problem | None = None
    since = 0.0
    for _ in _told(place):
        try:
            if rows is None:
                reader = open_record(place[0], lambda: place[0])
                rows = RowPrinter(reader, int(printed), text=form == "text", run=run)
            committed = reader.count()
            while rows.printed < committed:
                if not rows.page(committed):
                    return _End.NOBODY_READS
        except Problem as problem:
            refused, since = problem, since if refused else monotonic()
            late = problem.key != "journal.unreadable" or monotonic() - since > NAMED_WITHIN
            if rows is not None and late:
                break  # it may just have been cut or removed: then another file is named
        else:
            refused = None
    if rows is None:
        return _End.NOT_BEGUN
    if refused is None:
        return _End.ALL
    values = {key: str(value) for key, value in refused.args_.items()}
    sys.stderr.write(json.dumps([refused.key, values]))
    return _End.REFUSED


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
