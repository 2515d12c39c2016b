"""What strace saw of each socket, and what the log says: the same calls in the same order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

LEFT_OUT = frozenset({"getsockname", "getpeername", "getsockopt"})
_END = re.compile(r"= (-?\d+)(?: (E[A-Z0-9]+))?[^=]*$")
_NAMES = {"accept4": "accept", "sendto": "send", "recvfrom": "recv"}


class Call(NamedTuple):
    """One call: its name and its value, or its errno."""

    name: str
    outcome: int | str


def traced_calls(text: str) -> list[list[Call]]:
    """Per socket (in the order of socket() and accept()), the calls that strace saw."""
    sockets: list[list[Call]] = []
    by_fd: dict[int, list[Call]] = {}
    for name, args, value, errno in _complete(text):
        outcome: int | str = errno or value
        if name == "socket":
            calls = [Call(name, outcome)]
            ours = not any(word in args for word in ("AF_NETLINK", "AF_LOCAL"))
            if ours:
                sockets.append(calls)
            if value >= 0:
                by_fd.pop(value, None)
                if ours:
                    by_fd[value] = calls
            continue
        fd = int(args.split(",")[0].split(")")[0]) if args[:1].isdigit() else -1
        calls_of = by_fd.get(fd)
        if calls_of is None:
            continue
        short = _short(name, args)
        if short in LEFT_OUT:
            continue
        calls_of.append(Call(short, outcome))
        if short == "accept" and value >= 0:
            child: list[Call] = []
            sockets.append(child)
            by_fd[value] = child
        if short == "close":
            del by_fd[fd]
    return sockets


def _short(name: str, args: str) -> str:
    """Python's name: send() is sendto() without an address, recv() is recvfrom() without."""
    if name == "sendto" and not args.rstrip(" )").endswith("NULL, 0"):
        return "sendto"
    if name == "recvfrom" and not args.rstrip(" )").endswith("NULL, NULL"):
        return "recvfrom"
    return _NAMES.get(name, name)


def _complete(text: str) -> Iterable[tuple[str, str, int, str | None]]:
    """Finished calls in the order of their ends; unfinished and resumed lines joined."""
    waiting: dict[str, tuple[str, str]] = {}
    for line in text.splitlines():
        pid, _, rest = line.partition(" ")
        rest = rest.strip()
        resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)$", rest)
        if resumed is not None:
            name, head = waiting.pop(pid, (resumed.group(1), ""))
            rest = f"{name}({head}{resumed.group(2)}"
        begun = re.match(r"(\w+)\((.*)$", rest)
        if begun is None:
            continue
        name, body = begun.groups()
        if body.endswith("<unfinished ...>"):
            waiting[pid] = (name, body.removesuffix("<unfinished ...>"))
            continue
        end = _END.search(body)
        if end is not None:
            yield name, body[: end.start()].rstrip(), int(end.group(1)), end.group(2)


def logged_calls(rows: list[dict[str, object]]) -> list[list[Call]]:
    """Per socket, the calls that the JSON lines tell: kind call only."""
    sockets: list[list[Call]] = []
    by_connection: dict[object, list[Call]] = {}
    fresh: list[tuple[int, list[Call]]] = []
    for row in rows:
        if row["kind"] != "call" or row["call"] in LEFT_OUT:
            continue
        outcome = row["errno"] if row["errno"] is not None else row["result"]
        assert isinstance(outcome, int | str)
        call = Call(str(row["call"]), outcome)
        connection = row["connection"]
        if call.name == "socket":
            calls = [call]
            sockets.append(calls)
            by_connection[connection] = calls
            continue
        found = by_connection.get(connection)
        if found is None:  # accepted: its fd stands in the accept before
            if not fresh:
                fresh.append((-1, []))
                sockets.append(fresh[0][1])
            found = by_connection[connection] = fresh.pop(0)[1]
        found.append(call)
        if call.name == "accept" and isinstance(call.outcome, int):
            child: list[Call] = []
            sockets.append(child)
            fresh.append((call.outcome, child))
    return sockets


def normal(sockets: list[list[Call]]) -> list[list[Call]]:
    """Comparable: descriptors of different threads are opened in no fixed order."""
    return sorted((calls for calls in sockets if calls), key=repr)


def differences(trace: str, rows: list[dict[str, object]]) -> list[str]:
    """What strace saw and the log does not say, or the other way round; empty where equal."""
    seen, told = normal(traced_calls(trace)), normal(logged_calls(rows))
    found = [f"strace saw {calls}, the log has no such socket" for calls in seen
             if calls not in told]
    found += [f"the log tells {calls}, strace saw no such socket" for calls in told
              if calls not in seen]
    if len(seen) != len(told) and not found:
        found.append(f"strace saw {len(seen)} sockets, the log tells of {len(told)}")
    return found
