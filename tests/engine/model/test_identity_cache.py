"""What was made of an object is given again for that very object, and only for it."""

from __future__ import annotations

import pytest

from workbench.engine.model.identity_cache import MOST, IdentityCache


def test_it_is_made_once_for_an_object_and_anew_for_an_equal_one() -> None:
    made: list[list[int]] = []
    lengths: IdentityCache[list[int], int] = IdentityCache(
        lambda item: made.append(item) or len(item)
    )
    first, equal = [1, 2], [1, 2]
    assert [lengths.of(first), lengths.of(first), lengths.of(equal)] == [2, 2, 2]
    assert [item is first for item in made] == [True, False]
    lengths.forget()
    lengths.of(first)
    assert len(made) == 3


def test_objects_that_are_gone_are_not_mistaken_for_others() -> None:
    values: IdentityCache[list[int], int] = IdentityCache(sum)
    assert [values.of([number]) for number in range(5 * MOST)] == list(range(5 * MOST))


def test_what_cannot_be_made_is_tried_again() -> None:
    numbers: IdentityCache[list[str], int] = IdentityCache(lambda item: int(item[0]))
    item = ["x"]
    with pytest.raises(ValueError, match="x"):
        numbers.of(item)
    item[0] = "7"
    assert numbers.of(item) == 7
