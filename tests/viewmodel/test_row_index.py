"""The index of shown rows against a plain list, on random stretches of every density."""

from __future__ import annotations

import bisect
import random
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.viewmodel.row_index import SPAN, RowIndex, Stretch

DENSITIES = (0.0, 0.01, 0.3, 0.5, 0.8, 1.0)


@given(
    parts=st.lists(
        st.tuples(st.integers(0, 90), st.sampled_from(DENSITIES), st.booleans()), max_size=8
    ),
    seed=st.integers(0, 999),
    after=st.integers(0, 99),
)
def test_it_knows_what_a_list_knows(
    parts: list[tuple[int, float, bool]], seed: int, after: int
) -> None:
    chance = random.Random(seed)
    index, shown = RowIndex(after), []
    for size, density, hidden in parts:
        numbers = range(index.upto + 1, index.upto + size + 1)
        chosen = [number for number in numbers if chance.random() < density]
        others = [number for number in numbers if number not in chosen]
        index.append(
            Stretch(index.upto, index.upto + size, others if hidden else chosen, hidden=hidden)
        )
        shown += chosen
    check(index, shown)
    changed = [number for number in range(after + 1, index.upto + 1) if chance.random() < 0.1]
    for show in (False, True):
        index.put(changed, shown=show)
        shown = sorted({*shown, *changed} if show else set(shown).difference(changed))
        check(index, shown)


def check(index: RowIndex, shown: list[int]) -> None:
    assert len(index) == len(shown)
    assert [index.at(row) for row in range(len(shown))] == shown
    for number in range(index.after - 1, index.upto + 3):
        assert index.before(number) == bisect.bisect_left(shown, number)
        assert index.place_of(number) == (shown.index(number) if number in shown else None)
    for row in range(0, len(shown), 7):
        for count in (0, 1, 30, len(shown)):
            assert index.run(row, count) == shown[row : row + count]
    for row in (-1, len(shown)):
        with pytest.raises(IndexError):
            index.at(row)
    assert index.between(index.after + 2, index.upto - 2) == [
        number for number in shown if index.after + 2 <= number <= index.upto - 2
    ]


@pytest.mark.parametrize("step", [1, 2, 3, 100])
def test_many_stretches_are_few_bytes(step: int) -> None:
    """Those that come in small parts are put together up to SPAN."""
    index, part, rows = RowIndex(0), 5_000, 4 * SPAN
    while index.upto < rows:
        upto = min(rows, index.upto + part)
        index.append(
            Stretch(index.upto, upto, [n for n in range(index.upto + 1, upto + 1) if n % step == 0])
        )
    assert len(index) == rows // step
    assert len(index._stretches) <= 6
    size = sum(sys.getsizeof(stretch._places) for stretch in index._stretches)
    assert size <= 1.1 * rows + 6 * 100, "about 8 bits a row, where every second one is hidden"
    for row in (0, 1, len(index) // 2, len(index) - 1):
        assert index.at(row) == (row + 1) * step
        assert index.place_of((row + 1) * step) == row


def test_one_goes_on_with_another() -> None:
    head, tail = RowIndex(0), RowIndex(10)
    head.append(Stretch(0, 10, [3, 4]))
    tail.append(Stretch(10, 12, [12]))
    tail.append(Stretch(12, 12, []))
    head.extend(tail)
    check(head, [3, 4, 12])
    with pytest.raises(AssertionError):
        head.append(Stretch(20, 21, [21]))
