"""Patterns, in a process of their own: one that takes too long is given up, as in a run."""

from __future__ import annotations

import atexit
import pickle
import re
import subprocess
import sys
import threading
from typing import Any, NamedTuple

from workbench.scenario.script_help.noted_socket import HEADS

RULE_TIME = 0.1  # seconds of processor time of one search for a rule
EXPECT_TIME = 1.0  # and for what is expected
FIXED = re.compile(r"(?<!\})\{[0-9]{1,4}\}")  # a repeat that takes always as many
WORKER = """
import pickle, re, signal, sys
timed = hasattr(signal, "setitimer")
def late(*_):
    raise TimeoutError
if timed:
    signal.signal(signal.SIGPROF, late)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
while True:
    try:
        source, text, seconds = pickle.load(sys.stdin.buffer)
    except EOFError:
        break
    try:
        pattern = re.compile(source)
        if timed:
            signal.setitimer(signal.ITIMER_PROF, seconds)
        try:
            found = pattern.search(text)
        finally:
            if timed:
                signal.setitimer(signal.ITIMER_PROF, 0)
        told = found and (found.start(), found.end(), found.groupdict())
    except TimeoutError:
        told = "late"
    pickle.dump(told, sys.stdout.buffer)
    sys.stdout.buffer.flush()
"""


class FoundText(NamedTuple):
    """A match, in characters."""

    begin: int
    end: int
    taken: dict[str, str | None]

    def groupdict(self) -> dict[str, str | None]:
        """What its named groups took."""
        return self.taken


class GivenUp(AssertionError):
    """A search was given up: nested repeats, as in (a|aa)+, try every division."""


class Searcher:
    """Searches in another process."""

    def __init__(self) -> None:
        self.process: Any = None
        self.one_at_a_time = threading.Lock()

    def begin(self) -> None:
        """Begin it and wait until it answers: the first search takes no longer than others."""
        self.search("", "", EXPECT_TIME)

    def search(self, source: str, text: str, seconds: float) -> FoundText | None:
        """The leftmost match. Raises GivenUp after so many seconds of processor time."""
        with self.one_at_a_time:
            try:
                told = self.asked(source, text, seconds)
            except (EOFError, OSError):  # it was ended
                self.end()
                told = "late"
        if told == "late":
            raise GivenUp(f"the pattern {source!r} was given up after {seconds} s")
        return None if told is None else FoundText(*told)

    def asked(self, source: str, text: str, seconds: float) -> Any:
        """What the other process says."""
        if self.process is None:
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", "-c", WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
            )
        pickle.dump((source, text, seconds), self.process.stdin)
        self.process.stdin.flush()
        watch = threading.Timer(seconds, self.process.kill)
        if sys.platform == "win32":  # it has no clock of processor time that ends a search
            watch.start()
        try:
            return pickle.load(self.process.stdout)  # noqa: S301 - this script's own process
        finally:
            watch.cancel()

    def end(self) -> None:
        """End the process, if there is one."""
        process, self.process = self.process, None
        if process is not None:
            process.kill()
            process.communicate()


searcher = Searcher()
atexit.register(searcher.end)


def search(source: str, text: str, seconds: float = EXPECT_TIME) -> FoundText | None:
    """The leftmost match of a pattern. Raises GivenUp.

    One that neither repeats nor chooses has one way through a text, and needs no limit.
    """
    plain = FIXED.sub("", HEADS.sub("(", source))
    if re.search(r"[*+?{|]|\\[1-9]|\(\?", plain) is None:
        found = re.search(source, text)
        return None if found is None else FoundText(found.start(), found.end(), found.groupdict())
    return searcher.search(source, text, seconds)


def fits_rule(source: str, text: str) -> FoundText | None:
    """The same for a rule: one that takes too long does not fit."""
    try:
        return search(source, text, RULE_TIME)
    except GivenUp as error:
        sys.stderr.write(f"{error}\n")
        return None
