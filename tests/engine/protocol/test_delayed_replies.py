"""Replies that wait: due in the order in which they were answered, towards each peer."""

from __future__ import annotations

from workbench.engine.model.ending import Ending
from workbench.engine.model.responders.reply import Reply
from workbench.engine.protocol.delayed_replies import DelayedReplies

A, B = ("127.0.0.1", 1), ("127.0.0.1", 2)


def taken(delayed: DelayedReplies, now: float) -> list[bytes]:
    found: list[bytes] = []
    while (item := delayed.take(now)) is not None:
        assert item[0].data is not None
        found.append(bytes(item[0].data))
    return found


def test_one_peer_keeps_its_order_another_does_not_wait() -> None:
    delayed = DelayedReplies()
    delayed.put(Reply(b"slow", 2.0), A, 0.0)
    delayed.put(Reply(b"quick"), A, 0.5)
    delayed.put(Reply(b"other", 1.0), B, 0.0)
    assert (len(delayed), delayed.size, delayed.due_in(0.5)) == (3, 14, 0.5)
    assert taken(delayed, 1.0) == [b"other"]
    assert (delayed.before(A), delayed.before(B)) == (True, False)
    assert taken(delayed, 1.9) == []
    assert taken(delayed, 2.0) == [b"slow", b"quick"]
    assert (len(delayed), delayed.size, delayed.due_in(9.0)) == (0, 0, None)
    assert not delayed.before(A)


def test_a_copy_is_kept() -> None:
    delayed = DelayedReplies()
    buffer = bytearray(b"abc")
    delayed.put(Reply(memoryview(buffer), 1.0, ending=Ending.CLOSE), None, 0.0)
    buffer[:] = b"xyz"
    assert delayed.take(1.0) == (Reply(b"abc", 0.0, ending=Ending.CLOSE), None)


def test_what_is_dropped_is_gone() -> None:
    delayed = DelayedReplies()
    delayed.put(Reply(b"abc", 1.0), None, 0.0)
    delayed.drop()
    assert (len(delayed), delayed.size, delayed.before(None), delayed.take(9.0)) == (
        0, 0, False, None,
    )  # fmt: skip
