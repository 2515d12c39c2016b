"""DelayedReplies: a responder's answers that are to be sent later."""

from __future__ import annotations

from heapq import heappop, heappush

from workbench.engine.model.address import SockAddress
from workbench.engine.model.responders.reply import Reply


class DelayedReplies:
    """The delayed replies of one connection, by their due times in seconds on a monotonic clock.

    For each peer they keep the order of the answers: one without a delay waits for those before it.

    Attributes:
        size: their bytes.
        waiting: the replies, the next due one first; usually empty.
    """

    __slots__ = ("_last", "_numbered", "size", "waiting")

    def __init__(self) -> None:
        self.waiting: list[tuple[float, int, Reply, SockAddress | None]] = []
        # for each peer: due time, number
        self._last: dict[SockAddress | None, tuple[float, int]] = {}
        self._numbered = 0
        self.size = 0

    def __len__(self) -> int:
        return len(self.waiting)

    def put(self, reply: Reply, to: SockAddress | None, now: float) -> None:
        """Keep a copy of a reply until it is due: after its delay, and never before earlier
        replies.
        """
        number = self._numbered = self._numbered + 1
        due = max(now + reply.delay, self._last.get(to, (0.0, 0))[0])
        self._last[to] = due, number
        data = bytes(reply.data) if isinstance(reply.data, memoryview) else reply.data
        heappush(self.waiting, (due, number, reply._replace(data=data, delay=0.0), to))
        self.size += len(data or b"")

    def before(self, to: SockAddress | None) -> bool:
        """Whether a reply to this peer has to wait behind earlier ones."""
        return to in self._last

    def due_in(self, now: float) -> float | None:
        """Seconds until the next reply is due; None: there is none."""
        return max(0.0, self.waiting[0][0] - now) if self.waiting else None

    def take(self, now: float) -> tuple[Reply, SockAddress | None] | None:
        """The next due reply and the peer it goes to; None: none is due."""
        if not self.waiting or self.waiting[0][0] > now:
            return None
        due, number, reply, to = heappop(self.waiting)
        self.size -= len(reply.data or b"")
        if self._last[to] == (due, number):
            del self._last[to]
        return reply, to

    def drop(self) -> None:
        """Forget all of them."""
        self.waiting.clear()
        self._last.clear()
        self.size = 0
