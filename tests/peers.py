"""Real programs that tests talk to: each test starts its own on loopback, and ends it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, NamedTuple

from tests import cli_process

BOUND: Final = 60.0
"""Seconds after which a program is taken not to come up, or not to end."""
_FOLDERS: Final = ("/usr/sbin", "/sbin", "/usr/local/sbin")
"""Where daemons stand; not all users have these in their PATH."""


def program(name: str) -> str:
    """Where a program stands; a test without its peer fails."""
    folders = os.pathsep.join([os.environ.get("PATH", ""), *_FOLDERS])
    found = shutil.which(name, path=folders)
    assert found, f"{name} is missing; scripts/test.py installs it (PEER_PACKAGES in bootstrap.py)"
    return found


@contextmanager
def peer(
    *command: object, tcp: int = 0, udp: int = 0, unix: Path | None = None, **how: object
) -> Iterator[subprocess.Popen[bytes]]:
    """A program that serves, from when it can be reached until it has ended.

    `tcp`, `udp`, `unix`: where it is to be reached. `how`: as Popen takes it.
    """
    words = [program(str(command[0])), *map(str, command[1:])]
    process = subprocess.Popen(
        words,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        **how,  # type: ignore[call-overload]
    )
    try:
        _until(process, tcp=tcp, udp=udp, unix=unix)
        yield process
    finally:
        _end(process)


def _until(process: subprocess.Popen[bytes], *, tcp: int, udp: int, unix: Path | None) -> None:
    end = time.monotonic() + BOUND
    while not _open(tcp=tcp, udp=udp, unix=unix):
        if process.poll() is not None:
            said = process.communicate()[0].decode(errors="replace")
            raise AssertionError(f"{process.args!r} ended with {process.returncode}: {said}")
        assert time.monotonic() < end, f"{process.args!r} does not come up"
        time.sleep(0.01)  # nothing tells when somebody else's socket listens


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that nothing tells of: a file that somebody else writes."""
    end = time.monotonic() + BOUND
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.01)


def _open(*, tcp: int, udp: int, unix: Path | None) -> bool:
    if udp:
        return f":{udp:04X} " in Path("/proc/net/udp").read_text()
    if unix is not None:
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(str(unix)) == 0
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", tcp)) == 0


def _end(process: subprocess.Popen[bytes]) -> None:
    """The program and what it started."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            break
        try:
            process.communicate(timeout=BOUND / 6)
        except subprocess.TimeoutExpired:
            continue
    process.communicate(timeout=BOUND)


def ask(*command: object, status: int = 0, **how: object) -> str:
    """What a client prints; it has to end with this status."""
    done = subprocess.run(
        [program(str(command[0])), *map(str, command[1:])],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=BOUND,
        check=False,
        **how,  # type: ignore[call-overload]
    )
    said: str = done.stdout.decode(errors="replace")
    assert done.returncode == status, f"{done.args} ended with {done.returncode}: {said}"
    return said


class Served(NamedTuple):
    """A scenario that serves: the process, and the port of each of its endpoints."""

    process: subprocess.Popen[str]
    ports: dict[str, int]

    @property
    def port(self) -> int:
        return next(iter(self.ports.values()))


@contextmanager
def serving(scenario: Path, *args: object, endpoints: int = 1) -> Iterator[Served]:
    """A scenario run by the command line, from when `endpoints` listen; all its steps must hold."""
    process = cli_process.start("run", scenario, "--json", *args)
    printed: list[str] = []
    ports: dict[str, int] = {}
    try:
        assert process.stdout is not None
        while len(ports) < endpoints:
            line = process.stdout.readline()
            if not line:
                _, err = process.communicate()
                raise AssertionError(f"{scenario.name} does not serve: {''.join(printed)}{err}")
            printed.append(line)
            row = json.loads(line)
            ready = row["call"] == "listen" or (row["call"] == "bind" and row["args"] is not None)
            if ready and row["error"] is None and row["local"]:
                ports[row["endpoint"]] = int(row["local"].rpartition(":")[2])
        yield Served(process, ports)
        status, out, err = cli_process.end(process)
        assert status == 0, f"{scenario.name}: {err}{out[-2_000:]}"
    finally:
        if process.poll() is None:
            process.kill()
            process.communicate()


def run(scenario: Path, *args: object) -> str:
    """A scenario run by the command line; all its steps must hold. What it prints."""
    status, out, err = cli_process.run("run", scenario, *args)
    assert status == 0, out + err
    return out
