"""What strace saw of each socket, and what the log says: the same calls in the same order.

A socket is known by its descriptor and by which of that descriptor's lives it is: (fd, 1) is
the first socket() or accept() that returned fd, (fd, 2) the next after its close.
"""

from __future__ import annotations

import re
import subprocess
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

BOUND: Final = 120
"""Seconds after which a traced program is taken to hang."""
TRACED: Final = "trace=%network,close,read,write,readv,writev,dup,dup2,dup3"
"""read, write and dup too: a socket served by them would be missed by the log."""
LEFT_OUT: Final = frozenset({"getsockname", "getpeername", "getsockopt"})
_END = re.compile(r"\) += (-?\d+)(?:<[^>]*>)?(?: (E[A-Z0-9]+) \(.*\))?$")
_NAMES: Final = {"accept4": "accept", "sendto": "send", "recvfrom": "recv", "recvmsg": "recv"}
_NOT_ENDPOINTS: Final = ("AF_NETLINK",)  # sock_diag: the program looking, not a user's socket


def under_strace(
    trace: Path, command: Sequence[str], folder: Path
) -> subprocess.CompletedProcess[str]:
    """Run a command, which has to succeed; `trace`: where strace writes what it saw."""
    done = subprocess.run(
        ["strace", "-f", "-o", str(trace), "-e", TRACED, *command],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done


class Call(NamedTuple):
    """One call: its name and its value, or its errno."""

    name: str
    outcome: int | str


_UNFINISHED: Final = Call("send", "")
_SENDS: Final = frozenset({"sendto", "sendmsg"})

Life = tuple[int | str, int]
Sockets = dict[Life, list[Call]]


class _Lives:
    """Numbers the lives of each descriptor, in the order in which they begin."""

    def __init__(self) -> None:
        self.sockets: Sockets = {}
        self._count: Counter[int | str] = Counter()

    def begin(self, descriptor: int | str) -> list[Call]:
        self._count[descriptor] += 1
        calls: list[Call] = []
        self.sockets[descriptor, self._count[descriptor]] = calls
        return calls


def traced_calls(text: str) -> Sockets:
    """Per socket, the finished calls that strace saw, in the order in which they ended, and sends
    in that in which they began: another thread may have read the answer before one has ended.

    A call belongs to the socket that its descriptor meant when the call *began*: the number
    of a socket being closed may be given out again before strace prints the close's end.
    """
    lives = _Lives()
    by_fd: dict[int, list[Call]] = {}
    begun: dict[str, list[Call] | None] = {}
    places: dict[str, int] = {}
    for process, name, args, outcome in _lines(text):
        if outcome is None:  # it begins
            fd = _descriptor(args)
            begun[process] = own = by_fd.get(fd)
            if own is not None and name in _SENDS:
                places[process] = len(own)
                own.append(_UNFINISHED)
            if name == "close":
                by_fd.pop(fd, None)
            continue
        call = Call(_short(name, args), outcome)
        if name == "socket":
            if any(word in args for word in _NOT_ENDPOINTS):
                continue
            calls = lives.begin(outcome)
            calls.append(call)
            if isinstance(outcome, int):
                by_fd[outcome] = calls
            continue
        found, place = begun.pop(process, None), places.pop(process, None)
        if found is None or call.name in LEFT_OUT:
            continue
        if place is None:
            found.append(call)
        else:
            found[place] = call
        if call.name == "accept" and isinstance(outcome, int):
            by_fd[outcome] = lives.begin(outcome)
    return {
        life: [call for call in calls if call is not _UNFINISHED]
        for life, calls in lives.sockets.items()
    }


def _lines(text: str) -> Iterator[tuple[str, str, str, int | str | None]]:
    """(process, name, arguments, None) where a call begins, the same with its outcome after."""
    waiting: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        process, _, rest = line.partition(" ")
        rest = rest.strip()
        resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)$", rest)
        if resumed is not None:
            name, head = waiting.pop(process)
            body = head + resumed.group(2)
        else:
            first = re.match(r"(\w+)\((.*)$", rest)
            if first is None:
                continue
            name, body = first.groups()
            yield process, name, body, None
            if body.endswith("<unfinished ...>"):
                waiting[process] = (name, body.removesuffix("<unfinished ...>"))
                continue
        end = _END.search(body)
        if end is not None:
            yield process, name, body[: end.start()], end.group(2) or int(end.group(1))


def outcomes(text: str, name: str) -> list[int | str]:
    """What every call of a name returned, also where strace cut its line in two."""
    return [
        outcome for _, called, _, outcome in _lines(text) if called == name and outcome is not None
    ]


def _descriptor(args: str) -> int:
    found = re.match(r"\d+", args)
    return int(found.group()) if found is not None else -1


def _short(name: str, args: str) -> str:
    """Python's name: send() is sendto() without an address, recv() is recvfrom() without."""
    if name == "sendto" and not args.rstrip().endswith("NULL, 0"):
        return "sendto"
    if name == "recvfrom" and not args.rstrip().endswith("NULL, NULL"):
        return "recvfrom"
    return _NAMES.get(name, name)


def logged_calls(rows: list[dict[str, object]]) -> Sockets:
    """Per socket, the calls that the JSON lines tell: kind call only.

    A socket of socket() has its descriptor in its own first row. Those of accept() have it in
    their listener's row: an endpoint accepts on one thread and numbers what it accepted, so
    its accepted connections in the order of their numbers are its accept rows in order.
    """
    calls_only = [row for row in rows if row["kind"] == "call" and row["call"] not in LEFT_OUT]
    children = _accepted(calls_only)
    lives = _Lives()
    by_connection: dict[object, list[Call]] = {}
    for row in calls_only:
        call, connection = Call(str(row["call"]), _outcome(row)), row["connection"]
        if call.name == "socket":
            by_connection[connection] = lives.begin(call.outcome)
        if connection not in by_connection:  # no socket() and no accept() tells of it
            by_connection[connection] = lives.begin(f"connection {connection}")
        by_connection[connection].append(call)
        if call.name == "accept" and isinstance(call.outcome, int):
            waiting = children.get(row["endpoint"])
            child = lives.begin(call.outcome)
            if waiting:
                by_connection[waiting.pop(0)] = child
    return lives.sockets


def _accepted(rows: list[dict[str, object]]) -> dict[object, list[int]]:
    """Per endpoint, its connections that no socket() row tells of, by number."""
    made = {row["connection"] for row in rows if row["call"] == "socket"}
    found: dict[object, set[int]] = {}
    for row in rows:
        connection = row["connection"]
        if isinstance(connection, int) and connection not in made:
            found.setdefault(row["endpoint"], set()).add(connection)
    return {endpoint: sorted(numbers) for endpoint, numbers in found.items()}


def _outcome(row: dict[str, object]) -> int | str:
    outcome = row["errno"] if row["errno"] is not None else row["result"]
    assert isinstance(outcome, int | str), row
    return outcome


def differences(trace: str, rows: list[dict[str, object]]) -> list[str]:
    """What strace saw and the log does not say, or the other way round; empty where equal."""
    seen, told = traced_calls(trace), logged_calls(rows)
    return [
        f"descriptor {life[0]}, life {life[1]}: strace saw {seen.get(life)}, "
        f"the log tells {told.get(life)}"
        for life in sorted(seen.keys() | told.keys(), key=str)
        if seen.get(life) != told.get(life)
    ]
