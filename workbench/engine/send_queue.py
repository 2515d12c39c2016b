"""SendQueue: what a channel has to send and the kernel has not taken yet."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from workbench.engine.pending import Op
from workbench.engine.responders import Data
from workbench.engine.snapshot import CloseCause

if TYPE_CHECKING:
    from workbench.engine.channel import Channel
    from workbench.engine.ticket import Ticket
    from workbench.engine.traced import SockAddress


class Outgoing:
    """Bytes on their way to the kernel; `to` only for datagrams."""

    __slots__ = ("data", "op", "to")

    def __init__(self, data: Data, op: Op | None, to: SockAddress | None = None) -> None:
        self.data = data
        self.op = op
        self.to = to


class SendQueue:
    """The bytes of one channel, in order. All methods run on the endpoint's thread.

    Attributes:
        items: what waits, the first one begun perhaps.
        size: bytes that wait.
        then_close: the channel is closed when everything is sent.
    """

    __slots__ = ("_channel", "items", "size", "then_close")

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.items: deque[Outgoing] = deque()
        self.size = 0
        self.then_close = False

    def write(self, data: Data, ticket: Ticket | None = None, *, to: SockAddress | None = None,
              copy: bool = False) -> None:
        """Send as much as the kernel takes now, the rest when it can. `copy`: data is reused."""
        channel = self._channel
        op = None
        if ticket is not None:
            op = Op("sendall", len(data), ticket)
        held = not channel.gates.may_send()
        if not self.items and not held:
            item = Outgoing(data, op, to)
            whole = self._send_now(item)
            if whole:
                channel.gates.used_send_step()
            if whole is not False:
                return
            data = item.data
        if op is not None and channel.endpoint.timeout == 0 and not held:
            op.end(BlockingIOError(11, "would block"))
            return
        kept: Data = bytes(data) if copy else data
        self.items.append(Outgoing(kept, op, to))
        self.size += len(kept)
        if op is not None and held:
            op.held = True
        elif op is not None:
            op.start_deadline(channel.endpoint, self._expired)
        channel.refresh()

    def keep(self, data: memoryview) -> None:
        """Keep a copy of bytes that the kernel did not take."""
        self.items.append(Outgoing(bytes(data), None))
        self.size += len(data)
        self._channel.refresh()

    def flush(self, limit: int = 64) -> None:
        """Send what waits: at most `limit` calls, so that one channel cannot starve the rest."""
        channel = self._channel
        while self.items and limit and channel.gates.may_send():
            limit -= 1
            item = self.items[0]
            before = len(item.data)
            begins = item.op is not None and item.op.held
            if item.op is not None and begins:
                item.op.let_through()
            whole = self._send_now(item)
            if not self.items or self.items[0] is not item:
                return  # an error emptied the queue
            if item.op is not None and begins and not whole:
                self._begin_to_wait(item, item.op)
            self.size -= before if whole else before - len(item.data)
            channel.gates.used_send_step()
            if whole:
                self.items.popleft()
            else:
                break
        channel.refresh()
        if not self.items and self.then_close and channel.open:
            channel.close(CloseCause.LOCAL)

    def _begin_to_wait(self, item: Outgoing, op: Op) -> None:
        """A call that a gate has let through is not done at once: its time runs from now on."""
        if self._channel.endpoint.timeout != 0:
            op.start_deadline(self._channel.endpoint, self._expired)
            return
        self.items.remove(item)
        self.size -= len(item.data)
        op.end(BlockingIOError(11, "would block"))

    def _send_now(self, item: Outgoing) -> bool | None:
        """One call; True when the whole item is with the kernel, None when it failed for good."""
        channel = self._channel
        try:
            count = channel.send_one(item)
        except BlockingIOError:
            return False
        except (OSError, OverflowError, TypeError, ValueError) as error:
            if item.op is not None:
                item.op.end(error)
            channel.sending_failed(error)
            return None
        channel.bytes_out += count
        if count < len(item.data):
            item.data = item.data[count:]
            return False
        if item.op is not None:
            item.op.end()
        return True

    def _expired(self, op: Op) -> None:
        item = next((item for item in self.items if item.op is op), None)
        if item is None:
            return
        channel = self._channel
        error = TimeoutError("timed out")
        self.items.remove(item)
        self.size -= len(item.data)
        channel.traced.end("sendall", "", op.begun, error, op.ticket)
        channel.traced.sample()
        op.end(error)
        channel.refresh()

    def drop(self, reason: BaseException) -> None:
        """Nothing of it will be sent; what was asked for fails."""
        for item in self.items:
            if item.op is not None:
                item.op.end(reason)
        self.items.clear()
        self.size = 0
