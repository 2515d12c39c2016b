"""Replies that wait: in the order of their answers, each peer by itself, and forgotten whole."""

from __future__ import annotations

from workbench.engine.connection.delayed_replies import DelayedReplies
from workbench.engine.protocol.responder import Reply
from workbench.engine.sockets.event_loop import EventLoop
from workbench.engine.sockets.traced_socket import SockAddress

ONE, OTHER = ("127.0.0.1", 1), ("127.0.0.1", 2)


class Peer:
    """What is sent, in order."""

    def __init__(self) -> None:
        self.loop = EventLoop(
            "x",
            busy=lambda: True,
            turn=lambda: None,
            ended=lambda: None,
            crashed=lambda error: None,
        )
        self.got: list[tuple[bytes, SockAddress | None]] = []
        self.replies = DelayedReplies()

    def put(self, data: bytes, delay: float, to: SockAddress | None) -> None:
        self.replies.put(
            Reply(data, delay),
            to,
            self.loop,
            lambda reply, where: self.got.append((bytes(reply.data), where)),
        )

    def time_passes(self) -> None:
        """What is due is done, as the loop does it."""
        self.loop._do_timers()


def test_what_is_due_goes_in_the_order_of_the_answers() -> None:
    peer = Peer()
    for data in (b"first", b"second", b"third"):
        peer.put(data, 0.0, ONE)
    assert (len(peer.replies), peer.replies.size) == (3, 16)
    peer.time_passes()
    assert peer.got == [(b"first", ONE), (b"second", ONE), (b"third", ONE)]
    assert (len(peer.replies), peer.replies.size) == (0, 0)


def test_one_without_a_delay_waits_for_an_earlier_one_to_the_same_peer_alone() -> None:
    peer = Peer()
    peer.put(b"late", 3_600.0, ONE)
    assert peer.replies.before(ONE)
    assert not peer.replies.before(OTHER)
    peer.put(b"after it", 0.0, ONE)
    peer.put(b"at once", 0.0, OTHER)
    peer.time_passes()
    assert peer.got == [(b"at once", OTHER)]
    assert peer.replies.size == len(b"late" + b"after it")


def test_what_is_dropped_never_goes() -> None:
    peer = Peer()
    peer.put(b"x", 0.0, ONE)
    peer.put(b"y", 3_600.0, ONE)
    peer.replies.drop()
    peer.time_passes()
    assert peer.got == []
    assert (len(peer.replies), peer.replies.size) == (0, 0)
    assert all(timer.job is None for *_, timer in peer.loop._timers)
