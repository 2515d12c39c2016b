"""What a script waits for: bytes and calls, each used up once, as in a scenario."""

from __future__ import annotations

import codecs
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

from workbench.scenario.script_help.filling import number_in
from workbench.scenario.script_help.noted_socket import (
    HEADS,
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
from workbench.scenario.script_help.searching import search

READS = ("recv", "recvfrom")
BYTES_KEYS = ("text", "contains", "regex", "json")
OPEN = re.compile(r"\\[bBZ]|[*+?{|$]")  # where a pattern may take more than it has taken
FAR = re.compile(r"\||(?:\.|\\[SWD]|\[\^(?:\\.|[^\]])*\]|\))[*+?{]")  # ... and look past its match
START = re.compile(r"(?:\(\?\w+\))?(?:\^|\\A)")  # of a pattern that has to begin what comes
PAUSE = 0.1  # seconds without bytes after which a match does not grow
ways: dict[str, Callable[[bytes, dict[str, Any], bool], int | None]] = {}  # of matching, beside


def expect(
    name: str, within: float = 2.0, *, connection: int | str | None = None, **what: Any
) -> None:
    """Wait until it has happened (bytes that came, a call, an end), and use it up.

    Raises AssertionError after so many seconds; with `absent`, when it has happened.
    """
    until = time.monotonic() + within
    wanted = ", ".join(f"{key}={value!r}" for key, value in what.items())
    count, found = what.get("count", 1), 0
    what["until"] = until  # what happened later does not count
    socks: list[Noted] = []
    before: dict[Noted, tuple[int, int]] = {}  # how far it had come
    took: dict[Noted | None, float] = {}  # seconds until the last match; with `each`, of each
    while True:
        with changed:
            look_out()
            socks = meant(name, connection)
            for sock in socks:
                if sock not in before:
                    pass_by(sock, what)
                    before[sock] = sock.used, sock.part
            left = until - time.monotonic()
            what["over"] = left <= 0  # from then on nothing more is waited for
            if what.get("each"):
                socks = [item for item in socks if item is not listening.get(name)]
                found = count if in_each(socks, what, took) else 0
            else:
                for sock in socks:
                    while (found < count or what.get("exact")) and (one := take(sock, what)):
                        found, took[None] = found + 1, one[0]
            if (found >= count and not what.get("exact")) or left <= 0:
                break
            changed.wait(min(left, 0.1))
    for sock in before if found < count else ():  # too few use nothing up
        sock.used, sock.part = before[sock]
        leave_behind(sock, what)
    told = {number: [*map(str, sock.happened[-5:])] for number, sock in enumerate(socks, 1)}
    if what.get("absent"):
        assert found < count, f"{name}: it came: {wanted}; {told}"
        there = any(item is not listening.get(name) for item in socks)
        assert there or not of_connection(connection, what), f"{name}: no connection: {wanted}"
        looked_for = (what.get("call") or MESSAGE) == MESSAGE and any(
            key in what for key in BYTES_KEYS
        )
        lost = looked_for and any(map(is_undivided, socks))
        assert not lost, f"{name}: what came could not be divided, so nobody can tell: {wanted}"
    else:
        held = found == count if what.get("exact") else found >= count
        assert held, f"{name}: {found} of {count} came in {within} s: {wanted}; {told}"
        in_time(name, took.values(), what.get("not_before"), what.get("at_most"))


def leave_behind(sock: Noted, what: dict[str, Any]) -> None:
    """Note how far a stream had come when bytes were waited for in vain."""
    early = any(what.get(key) for key in ("absent", "exact", "next", "call"))
    if early or sock.type != 1 or sock.divided:
        return
    if any(what.get(key) is not None for key in BYTES_KEYS):
        places = [at for at in in_time_places(sock, what) if sock.happened[at].data]
        sock.left = max([at + 1 for at in places if sock.happened[at].call in READS], default=0)


def pass_by(sock: Noted, what: dict[str, Any]) -> None:
    """Use up what was left then, where bytes that have to come next do not begin with it: the
    answer to what was sent since comes after it.
    """
    left = sock.left
    comes_next = what.get("text") is not None or START.match(what.get("regex") or "")
    if left <= sock.used or not comes_next or what.get("absent") or what.get("call"):
        return
    sock.left = 0
    reads = [sock.happened[at] for at in range(sock.used, left)]
    data = b"".join(item.data for item in reads if item.call in READS)[sock.part :]
    begins = (what.get("text") or b"").startswith(data)
    if not begins and match(data, what, whole=False) is None:
        sock.used, sock.part = left, 0


def in_each(socks: list[Noted], what: dict[str, Any], took: dict[Noted | None, float]) -> bool:
    """Whether each of them has it, or had it when asked before."""
    for sock in socks:
        if sock not in took and (one := take(sock, what)):
            took[sock] = one[0]
    return bool(socks) and all(sock in took for sock in socks)


def in_time(name: str, took: Any, first: float | None, most: float | None) -> None:
    """Check how long it took. Raises AssertionError."""
    for seconds in took:
        assert first is None or seconds >= first, f"{name}: it came after {seconds:.3f} s"
        assert most is None or seconds <= most, f"{name}: it came after {seconds:.3f} s"


def of_connection(connection: int | str | None, what: dict[str, Any]) -> bool:
    """Whether it comes on a connection only, so that without one nothing could."""
    comes = what.get("call") in READS or "closed" in what
    return comes or isinstance(connection, int) or any(key in what for key in BYTES_KEYS)


def is_undivided(sock: Noted) -> bool:
    """Whether what it got could not be divided into messages, so that nobody looked at what came
    from then on. What has no end at the end of the stream is no message.
    """
    ended = False
    for item in sock.happened:
        if item.call == "messages.fault" and not ended:
            return True
        ended = item.call in READS and not item.error and not item.data
    return False


def meant(name: str, connection: int | str | None) -> list[Noted]:
    """The sockets that an expectation means."""
    found = made.get(name, [])
    own = listening.get(name)
    if isinstance(connection, int):
        return found[connection - 1 :][:1] if connection > 0 else found[-1:]
    if own is not None:
        return [own, *(item for item in found if connection == "any" or not item.ended)]
    return list(found) if connection == "any" else found[-last.get(name, 1) :]


def take(sock: Noted, what: dict[str, Any]) -> tuple[float] | None:
    """Use up what is wanted of one socket, if it is there; `keep` leaves it. Returns the seconds
    that it took.
    """
    before = sock.used, sock.part
    if not find(sock, what):
        return None
    found = sock.happened[max(sock.used - (sock.part == 0), 0)]
    if what.get("take") and what.get("json") is None:
        keep_words(found, what["take"])
    if what.get("keep"):
        sock.used, sock.part = before
    sends = (item for item in sock.happened if item.call in {"send", "sendto"} and not item.error)
    since = max((item.began for item in sends if item.began <= found.at), default=sock.opened)
    return (found.at - since,)


def keep_words(found: Happened, wanted: dict[str, str]) -> None:
    """Keep the result of a call: `payload`, `peer`, `result` or `size`."""
    words: dict[str, object] = {"result": found.result, "size": found.size}
    words["peer"] = found.peer and spelled(found.peer)
    for name, word in wanted.items():
        if word == "payload":
            values[name] = found.data
        elif words[word] is not None:
            values[name] = str(words[word]).encode()
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
    for place in in_time_places(sock, what):
        if is_end(sock, place, what) if "closed" in what else fits(sock.happened[place], what):
            sock.used, sock.part = place + 1, 0
            return True
    return False


def in_time_places(sock: Noted, what: dict[str, Any]) -> Iterator[int]:
    """Where what is not used up stands, as far as it happened in time."""
    for place in range(sock.used, len(sock.happened)):
        if sock.happened[place].at <= what["until"]:
            yield place


def is_end(sock: Noted, place: int, what: dict[str, Any]) -> bool:
    """Whether the connection ends there in the wanted way."""
    how, who = sock.endings.get(place, ("", ""))
    if not how or listening.get(sock.name) is sock:
        return False
    return what["closed"] in {True, how} and what.get("by") in {None, who}


def take_bytes(sock: Noted, what: dict[str, Any]) -> bool:
    """The same for bytes: those that were read and not used up; all of a datagram."""
    calls = (what["call"],) if what.get("call") else (MESSAGE,) if sock.divided else READS
    stream = sock.type == 1 and not sock.divided
    places = []
    for place in in_time_places(sock, what):
        item = sock.happened[place]
        has_bytes = item.data or sock.divided or is_empty(sock, item)
        if item.call in calls and has_bytes and fits(item, what):
            places.append(place)
    if stream:
        return take_of_stream(sock, places, what)
    wanted = {*places}
    for place in in_time_places(sock, what) if what.get("next") else places:
        item = sock.happened[place]
        if place in wanted and meets(item, what):
            sock.used, sock.part = place + 1, 0
            return True
        if what.get("next") and (item.error or (item.call in calls and item.size)):
            return False  # this came next
    return False


def meets(item: Happened, what: dict[str, Any]) -> bool:
    """Whether it is a message that is wanted.

    Of one that was cut nobody knows the rest: what is wanted has to stand in what was taken,
    whatever followed, unless the size that it had is wanted, too.
    """
    cut = what.get("size") is None and (item.size or 0) > len(item.data)
    ended = match(item.data, what, whole=True)
    if cut and (what.get("absent") or what.get("exact")):
        exact = what.get("text")
        may = exact is None or (len(exact) == item.size and exact.startswith(item.data))
        assert ended is not None or not may, f"it was cut, so nobody can tell: {item}"
    if ended is None or not cut or what.get("contains") is not None:
        return ended is not None
    pattern = HEADS.sub("(", what.get("regex") or "$")
    return (OPEN if ended == len(item.data) else FAR).search(pattern) is None


def take_of_stream(sock: Noted, places: list[int], what: dict[str, Any]) -> bool:
    """The same for a stream. A pause ends what a pattern takes, as soon as it is over."""
    pauses = []
    if what.get("regex") is not None:
        times = [sock.happened[place].at for place in places]
        pauses = [at for at in range(1, len(times)) if times[at] - times[at - 1] >= PAUSE]
    for upto in [*pauses, len(places)] if places else ():
        these = places[:upto]
        parts = [
            sock.happened[place].data[sock.part if place == sock.used else 0 :] for place in these
        ]
        data = b"".join(parts)
        ended = match(data, what, whole=False)
        if not ended:  # a match of nothing is none
            continue
        if upto == len(places) and may_grow(sock, these, what, at_end=ended == len(data)):
            return False
        for place, part in zip(these, parts, strict=True):
            if ended < len(part):
                sock.part = ended + (sock.part if place == sock.used else 0)
                sock.used = place
                return True
            ended -= len(part)
            sock.part, sock.used = 0, place + 1
        return True
    return False


def may_grow(sock: Noted, places: list[int], what: dict[str, Any], *, at_end: bool) -> bool:
    """Whether bytes that still come may change a match: a pattern that repeats or chooses has 0.1 s
    for them, or until the end of the stream.

    `at_end`: it ends with what came; else only a pattern that takes nearly anything could go on.
    """
    pattern = HEADS.sub("(", what.get("regex") or "")
    last, *later = sock.happened[places[-1] :]
    ended = any(item.call in {*READS, "close"} and not item.data for item in later)
    if (OPEN if at_end else FAR).search(pattern) is None or ended or what.get("over"):
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
    text = decoder.decode(data, whole)  # characters that are whole
    found = search(what["regex"], text)
    if found is None or (what.get("next") and not whole and found.begin):
        return None
    taken = {
        key: part.encode(encoding, "surrogateescape")
        for key, part in found.groupdict().items()
        if part is not None
    }
    for name in taken:
        literally.pop(name, None)
    (big_endian.update if what.get("hexed") else big_endian.difference_update)(taken)
    for name, width in what.get("numbers", {}).items():
        taken[name] = str(number_in(width, taken[name])).encode()
        big_endian.discard(name)
        literally[name] = True
    values.update(taken)
    return len(text[: found.end].encode(encoding, "surrogateescape"))
