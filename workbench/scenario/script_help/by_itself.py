"""What a script's endpoints do by themselves: accept, read, answer, send what had to wait."""

from __future__ import annotations

import selectors
import socket
import sys
import threading
import time
from functools import partial
from typing import Any

from workbench.scenario.script_help.noted_socket import (
    MESSAGE,
    Happened,
    Noted,
    changed,
    listening,
    made,
)

answers: dict[str, Answers] = {}  # endpoint -> what it does with what it reads
ready = selectors.DefaultSelector()
turns: list[threading.Thread] = []  # the thread that works for them, once there is one
at_once = getattr(socket, "MSG_DONTWAIT", 0)


class Answers:
    """What an endpoint does by itself: it reads; a kind of it may greet and answer."""

    reads = True  # False: only what the script asks for
    accepts = True
    size = 65536
    closes = False  # when the peer has finished
    divides: Any = None  # makes what divides a stream into messages

    def greet(self, sock: Noted) -> None:
        """Begin a new connection."""

    def answer(self, sock: Noted, data: bytes, peer: Any = None) -> None:
        """Answer what was read."""


def by_itself(sock: Noted, answer: Answers | None = None) -> None:
    """From here on, a thread accepts or reads for this socket."""
    if answer is not None:
        answers[sock.name] = answer
    if sock.type == socket.SOCK_DGRAM and sock not in made.setdefault(sock.name, []):
        made[sock.name].append(sock)
    if listening.get(sock.name) is not sock and sock.type != socket.SOCK_DGRAM:
        answers[sock.name].greet(sock)
    watch(sock)


def watch(sock: Noted) -> None:
    """Let the thread look at a socket, for what it is to do by itself now."""
    if not turns:
        turns.append(threading.Thread(target=take_turns, daemon=True))
        turns[0].start()
    does = answers[sock.name]
    begin(sock, does)
    wanted = does.accepts if listening.get(sock.name) is sock else does.reads
    events = selectors.EVENT_READ if wanted else 0
    events |= selectors.EVENT_WRITE if sock.queued else 0
    with changed:
        if sock.on_close == []:
            sock.on_close.append(leave)
        leave(sock)
        if events and sock.fileno() != -1:
            ready.register(sock, events)


def begin(sock: Noted, does: Answers) -> None:
    """Have what comes divided, if it is messages."""
    if does.divides is not None and sock.divider is None:
        sock.divided, sock.divider = True, does.divides()


def leave(sock: Noted) -> None:
    """Have the thread ignore it from now on."""
    with changed:
        if looked_at(sock):
            ready.unregister(sock)


def looked_at(sock: Noted) -> bool:
    """Whether the thread looks at it."""
    return sock.fileno() != -1 and sock.fileno() in ready.get_map()


def hold(name: str, *, reads: bool | None = None, accepts: bool | None = None) -> None:
    """Hold back what an endpoint does by itself, or let it go on."""
    does = answers[name]
    does.reads = does.reads if reads is None else reads
    does.accepts = does.accepts if accepts is None else accepts
    for sock in [*made.get(name, []), *filter(None, [listening.get(name)])]:
        if sock.fileno() != -1:
            watch(sock)


def later(sock: Noted, data: bytes, then: str | None = None) -> None:
    """Send without waiting for a peer that does not read; `then`: what follows."""
    sock.note_sent(data)
    with changed:
        begins = not sock.queued
        sock.queued += data
        sock.then = then
    if begins:
        drain(sock)


def reply(
    sock: Noted, data: bytes, peer: Any = None, then: str | None = None, delay: float = 0.0
) -> None:
    """Answer on a connection, or the sender of a datagram; `delay`: that many seconds later.

    Answers to one peer keep their order.
    """
    with changed:
        waiting = sock.delayed.setdefault(peer, [])
        if delay or waiting:
            waiting.append((time.monotonic() + delay, data, then))
        if len(waiting) == 1:
            threading.Thread(target=reply_in_turn, args=(sock, peer, waiting)).start()
        if waiting:
            return
    reply_now(sock, data, peer, then)


def reply_in_turn(sock: Noted, peer: Any, waiting: list[tuple[float, bytes, str | None]]) -> None:
    """Give the answers that wait, each at its time, and never before the one that waits before
    it.
    """
    while waiting:
        at, data, then = waiting[0]
        time.sleep(max(0.0, at - time.monotonic()))
        if sock.fileno() != -1:
            reply_now(sock, data, peer, then)
        with changed:
            waiting.pop(0)
            if not waiting and sock.ends:
                close_when_sent(sock)
            if not waiting:
                return


def reply_now(sock: Noted, data: bytes, peer: Any, then: str | None) -> None:
    """Answer at once."""
    if sock.type == socket.SOCK_DGRAM:
        sock.sendto(data, peer)
    else:
        later(sock, data, then)


def finish(sock: Noted) -> None:
    """Do what follows when everything is sent."""
    then, sock.then = sock.then, None
    if then == "half-close":
        sock.shutdown(socket.SHUT_WR)
    elif then == "reset":
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
    elif then == "close":
        sock.close()


def close_when_sent(sock: Noted) -> None:
    """Close it, once the answers that wait have gone."""
    with changed:
        if any(sock.delayed.values()):
            sock.ends = True
        elif sock.queued:
            sock.then = "close"
        else:
            sock.close()


def close_all() -> None:
    """Close everything that is open."""
    for name in {*made, *listening}:
        for sock in [*filter(None, [listening.get(name)]), *made.get(name, [])]:
            if sock.fileno() != -1:
                sock.close()


def drain(sock: Noted) -> None:
    """Hand the kernel as much of what waits as it takes."""
    with changed:
        while sock.queued and sock.fileno() != -1:
            part = bytes(sock.queued[:65536])
            try:
                sent = sock.note("send", partial(socket.socket.send, sock, part, at_once))
            except BlockingIOError:
                break
            except OSError:
                sock.queued.clear()
                break
            del sock.queued[:sent]
        changed.notify_all()
        if not sock.queued:
            finish(sock)
        if sock.fileno() != -1:
            watch(sock)


def take_turns() -> None:
    """The thread: one call for each socket that is ready."""
    while True:
        for key, events in ready.select(0.02):
            sock = key.fileobj
            assert isinstance(sock, Noted)
            with changed:
                if not looked_at(sock):
                    continue  # closed meanwhile
                if events & selectors.EVENT_WRITE:
                    drain(sock)
                if events & selectors.EVENT_READ:
                    read(sock, answers[sock.name])


def came(sock: Noted, data: bytes, does: Answers) -> None:
    """Answer what was read, or each message that it completes; b"" is the end of the stream."""
    if sock.divider is None:
        answer(sock, data, does)
        return
    for found in sock.divider.came(data):
        now = time.monotonic()
        if isinstance(found, Exception):
            sock.add(Happened("messages.fault", None, found, b"", sock.peer, now))
        else:
            sock.add(Happened(MESSAGE, found.taken, None, found.data, sock.peer, now))
            answer(sock, found.data, does)
        if sock.fileno() == -1:
            return


def answer(sock: Noted, data: bytes, does: Answers, peer: Any = None) -> None:
    """Answer; what cannot be made of this message is told, and the endpoint goes on."""
    if not data and not sock.divided and sock.type != socket.SOCK_DGRAM:
        return
    try:
        does.answer(sock, data, peer)
    except (ValueError, ArithmeticError, LookupError) as error:
        sys.stderr.write(f"not answered: {error}\n")


def read(sock: Noted, does: Answers) -> None:
    """One accept or one recv on a socket that is ready."""
    try:
        if listening.get(sock.name) is sock:
            new, _peer = sock.accept()
            begin(new, does)
            does.greet(new)
            if new.fileno() != -1:
                watch(new)
        elif sock.type == socket.SOCK_DGRAM:
            data, peer = sock.recvfrom(does.size)
            answer(sock, data, does, peer)
        else:
            data = sock.recv(does.size)
            came(sock, data, does)
            if data or sock.fileno() == -1:
                return
            leave(sock)
            if does.closes:
                close_when_sent(sock)
    except OSError:  # it is noted
        if sock.type != socket.SOCK_DGRAM and listening.get(sock.name) is not sock:
            leave(sock)
            if does.closes:
                sock.close()
