"""What a script waits for: bytes and calls, each used up once, as in a scenario."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable
from typing import Any

from workbench.scenario.script_help.filling import number_in
from workbench.scenario.script_help.noted_socket import (
    MESSAGE,
    Happened,
    Noted,
    big_endian,
    changed,
    fits,
    last,
    listening,
    literally,
    look_out,
    made,
    spelled,
    values,
)

READS = ("recv", "recvfrom")
BYTES_KEYS = ("text", "contains", "regex", "json")
HEADS = re.compile(r"\(\?(?:P<\w+>|[a-z]+\)|:)")  # what a group begins with, and says no more
OPEN = re.compile(r"\\[bBZ]|[*+?{|$]")  # where a pattern may take more than it has taken
PAUSE = 0.1  # seconds without bytes after which a match does not grow
ways: dict[str, Callable[[bytes, dict[str, Any], bool], int | None]] = {}  # of matching, beside


def expect(
    name: str, within: float = 2.0, *, connection: int | str | None = None, **what: Any
) -> None:
    """Wait until it has happened (bytes that came, a call, an end), and use it up.

    Raises AssertionError after so many seconds; with `absent`, when it has happened.
    """
    until = time.monotonic() + within
    count, found = what.get("count", 1), 0
    what["over"] = False  # from then on nothing more is waited for
    socks: list[Noted] = []
    before: dict[Noted, tuple[int, int]] = {}  # how far it had come
    while True:
        with changed:
            look_out()
            socks = meant(name, connection)
            for sock in socks:
                before.setdefault(sock, (sock.used, sock.part))
            left = until - time.monotonic()
            what["over"] = left <= 0
            if what.get("each"):
                socks = [item for item in socks if item is not listening.get(name)]
                done = sum(took(item, what) for item in socks)
                found = count if socks and done == len(socks) else 0
            else:
                for sock in socks:
                    while (found < count or what.get("exact")) and take(sock, what):
                        found += 1
            if (found >= count and not what.get("exact")) or left <= 0:
                break
            changed.wait(min(left, 0.1))
    del what["over"]
    for sock in before if found < count else ():  # too few use nothing up
        sock.used, sock.part = before[sock]
    wanted = ", ".join(f"{key}={value!r}" for key, value in what.items())
    told = {number: [*map(str, sock.happened[-5:])] for number, sock in enumerate(socks, 1)}
    if what.get("absent"):
        assert found < count, f"{name}: it came: {wanted}; {told}"
        there = any(item is not listening.get(name) for item in socks)
        assert there or not of_connection(connection, what), f"{name}: no connection: {wanted}"
    else:
        held = found == count if what.get("exact") else found >= count
        assert held, f"{name}: {found} of {count} came in {within} s: {wanted}; {told}"


def of_connection(connection: int | str | None, what: dict[str, Any]) -> bool:
    """Whether it comes on a connection only, so that without one nothing could."""
    comes = what.get("call") in READS or "closed" in what
    return comes or isinstance(connection, int) or any(key in what for key in BYTES_KEYS)


def took(sock: Noted, what: dict[str, Any]) -> bool:
    """Whether one socket has it, or had it when asked before."""
    if id(what) not in sock.had and take(sock, what):
        sock.had.add(id(what))
    return id(what) in sock.had


def meant(name: str, connection: int | str | None) -> list[Noted]:
    """The sockets that an expectation means."""
    found = made.get(name, [])
    own = listening.get(name)
    if isinstance(connection, int):
        return found[connection - 1 :][:1] if connection > 0 else found[-1:]
    if own is not None:
        return [own, *(item for item in found if connection == "any" or not item.ended)]
    return list(found) if connection == "any" else found[-last.get(name, 1) :]


def take(sock: Noted, what: dict[str, Any]) -> bool:
    """Use up what is wanted of one socket, if it is there and in time; `keep` leaves it."""
    before = sock.used, sock.part
    if not find(sock, what):
        return False
    found = sock.happened[max(sock.used - (sock.part == 0), 0)]
    after = found.at - sock.sent_at
    if what.get("take") and what.get("json") is None:
        keep_words(found, what["take"])
    if what.get("keep"):
        sock.used, sock.part = before
    first, most = what.get("not_before"), what.get("at_most")
    assert first is None or after >= first, f"{sock.name}: it came after {after:.3f} s"
    assert most is None or after <= most, f"{sock.name}: it came after {after:.3f} s"
    return True


def keep_words(found: Happened, wanted: dict[str, str]) -> None:
    """Keep the result of a call: `payload`, `peer`, `result` or `size`."""
    size = str(found.result).encode()
    words = {"payload": found.data, "peer": spelled(found.peer).encode(), "result": size}
    for name, word in wanted.items():
        values[name] = words.get(word, size)
        big_endian.discard(name)
        literally.pop(name, None)


def ignored(sock: Noted, what: Happened, wanted: dict[str, Any]) -> bool:
    """Whether this is something that an endpoint never sees."""
    if not fits(what, wanted):
        return False
    if not any(wanted.get(key) is not None for key in BYTES_KEYS):
        return True
    reads = (MESSAGE,) if sock.divided else READS
    return what.call in reads and match(what.data, wanted, whole=True) is not None


def find(sock: Noted, what: dict[str, Any]) -> bool:
    """Advance past what is wanted of one socket."""
    if any(what.get(key) is not None for key in BYTES_KEYS):
        return take_bytes(sock, what)
    for place in range(sock.used, len(sock.happened)):
        if fits(sock.happened[place], what):
            sock.used, sock.part = place + 1, 0
            return True
    return False


def take_bytes(sock: Noted, what: dict[str, Any]) -> bool:
    """The same for bytes: those that were read and not used up; all of a datagram."""
    calls = (what["call"],) if what.get("call") else (MESSAGE,) if sock.divided else READS
    places = [
        place
        for place in range(sock.used, len(sock.happened))
        if sock.happened[place].call in calls
        and (sock.happened[place].data or sock.divided or is_empty(sock, sock.happened[place]))
        and fits(sock.happened[place], what)
    ]
    stream = sock.type == 1 and not sock.divided
    if what.get("next") and not stream:
        places = places[:1]
    for these in [places] if stream else [[place] for place in places]:
        parts = [
            sock.happened[place].data[sock.part if place == sock.used else 0 :] for place in these
        ]
        data = b"".join(parts)
        ended = match(data, what, whole=not stream)
        if ended is None or (stream and ended == len(data) and may_grow(sock, these, what)):
            continue
        for place, part in zip(these, parts, strict=True):
            if ended < len(part):
                sock.part = ended + (sock.part if place == sock.used else 0)
                sock.used = place
                return True
            ended -= len(part)
            sock.part, sock.used = 0, place + 1
        return bool(these)
    return False


def may_grow(sock: Noted, places: list[int], what: dict[str, Any]) -> bool:
    """Whether bytes that still come may change a match that ends with those that came: a pattern
    that repeats or chooses has 0.1 s for them, or until the end of the stream.
    """
    pattern = HEADS.sub("(", what.get("regex") or "")
    last, *later = sock.happened[places[-1] :]
    ended = any(item.call in {*READS, "close"} and not item.data for item in later)
    if OPEN.search(pattern) is None or ended or what.get("over"):
        return False
    return time.monotonic() - last.at < PAUSE


def is_empty(sock: Noted, found: Happened) -> bool:
    """Whether it is a datagram without bytes; on a stream it would be the end."""
    return sock.type == 2 and found.error is None


def match(data: bytes, what: dict[str, Any], *, whole: bool) -> int | None:
    """How many bytes the match uses, if it fits."""
    for key, way in ways.items():
        if what.get(key) is not None:
            return way(data, what, whole)
    anywhere = what.get("contains")
    if what.get("absent") and not whole:
        anywhere = what.get("text") or anywhere
    if anywhere is not None:
        begin = data.find(anywhere)
        return None if begin < 0 else begin + len(anywhere)
    if what.get("text") is not None:
        wanted: bytes = what["text"]
        fit = data == wanted if whole else data.startswith(wanted)
        return len(wanted) if fit else None
    encoding = what.get("encoding") or "latin-1"
    decoder = codecs.getincrementaldecoder(encoding)("surrogateescape")
    found = re.search(what["regex"], decoder.decode(data, whole))  # characters that are whole
    if found is None or (what.get("next") and not whole and found.start()):
        return None
    taken = {
        key: text.encode(encoding, "surrogateescape")
        for key, text in found.groupdict().items()
        if text is not None
    }
    for name in taken:
        literally.pop(name, None)
    (big_endian.update if what.get("hexed") else big_endian.difference_update)(taken)
    for name, width in what.get("numbers", {}).items():
        taken[name] = str(number_in(width, taken[name])).encode()
        big_endian.discard(name)
        literally[name] = True
    values.update(taken)
    return len(found.string[: found.end()].encode(encoding, "surrogateescape"))
