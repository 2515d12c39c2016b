"""A bell is heard by the one who waits, whenever and however often it rings."""

from __future__ import annotations

import threading

from workbench.scenario.bell import Bell

HANG = 60.0


def test_it_has_rung_until_it_is_cleared() -> None:
    bell = Bell()
    assert not bell.is_set()
    assert not bell.wait(0)
    bell.set()
    bell.set()
    assert bell.is_set()
    assert bell.wait(HANG)
    assert bell.wait(HANG)
    bell.clear()
    bell.clear()
    assert not bell.is_set()
    assert not bell.wait(-1)


def test_of_many_that_ring_at_once_none_is_missed() -> None:
    bell = Bell()
    rung: list[int] = []

    def ring(number: int) -> None:
        for _ in range(500):
            rung.append(number)
            bell.set()

    ringing = [threading.Thread(target=ring, args=(number,)) for number in range(4)]
    for thread in ringing:
        thread.start()
    heard = 0
    while heard < 2000:
        assert bell.wait(HANG)
        bell.clear()
        heard = len(rung)
    for thread in ringing:
        thread.join(HANG)
