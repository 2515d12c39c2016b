"""Full collections of garbage are put off while somebody wishes it, and come again after that."""

from __future__ import annotations

import gc

from workbench.qt.full_collections import NEVER, put_off


def test_they_are_put_off_until_the_last_wish_has_ended() -> None:
    usual = gc.get_threshold()
    first, second = put_off(), put_off()
    try:
        assert gc.get_threshold() == (*usual[:2], NEVER)
        first()
        first()
        assert gc.get_threshold() == (*usual[:2], NEVER)
    finally:
        second()
    assert gc.get_threshold() == usual


def test_none_comes_however_much_is_made_meanwhile() -> None:
    full: list[str] = []

    def told(phase: str, info: dict[str, int]) -> None:
        if info["generation"] == 2:
            full.append(phase)

    made: list[list[int]] = []
    end = put_off()
    gc.callbacks.append(told)
    try:
        made.extend([number] for number in range(1_000_000))
    finally:
        gc.callbacks.remove(told)
        end()
    assert len(made) == 1_000_000
    assert full == []
