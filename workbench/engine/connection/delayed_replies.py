"""DelayedReplies: what a responder has answered and what is not due yet."""

from __future__ import annotations

from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING, NamedTuple

from workbench.engine.protocol.responder import Reply

if TYPE_CHECKING:
    from workbench.engine.sockets.event_loop import EventLoop, Timer
    from workbench.engine.sockets.traced_socket import SockAddress

Send = Callable[[Reply, "SockAddress | None"], None]


class Pending(NamedTuple):
    """One of them."""

    timer: Timer
    size: int
    to: SockAddress | None


class DelayedReplies:
    """The replies of one connection that wait, all on its endpoint's thread.

    Towards one peer they keep the order in which they were answered: one without a delay waits
    for those before it.

    Attributes:
        size: their bytes.
        pending: each of them; empty most of the time.
    """

    __slots__ = ("pending", "size")

    def __init__(self) -> None:
        self.pending: dict[int, Pending] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self.pending)

    def put(self, reply: Reply, to: SockAddress | None, loop: EventLoop, send: Send) -> None:
        """Have `send` called when the reply is due: after its delay, and after those before it."""
        kept = Reply(bytes(reply.data), 0.0, reply.close)
        before = max(
            (item.timer.due for item in self.pending.values() if item.to == to), default=0.0
        )
        due = max(perf_counter() + reply.delay, before)

        def now() -> None:
            self.size -= self.pending.pop(key).size
            send(kept, to)

        timer = loop.at(due, now)
        key = id(timer)
        self.pending[key] = Pending(timer, len(kept.data), to)
        self.size += len(kept.data)

    def before(self, to: SockAddress | None) -> bool:
        """Whether a reply to this peer has to wait for earlier ones."""
        return any(item.to == to for item in self.pending.values())

    def drop(self) -> None:
        """None of them will be sent."""
        for item in self.pending.values():
            item.timer.cancel()
        self.pending.clear()
        self.size = 0
