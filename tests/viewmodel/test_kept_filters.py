"""Filters that were used and those with a name, in a store of plain lists."""

from __future__ import annotations

from tests.viewmodel.test_saved_messages import Lists
from workbench.viewmodel.kept_filters import HISTORY, LONGEST, KeptFilters


def test_what_was_used_is_remembered_once_and_the_newest_first() -> None:
    store = Lists()
    kept = KeptFilters(store)
    for text in ("a", "b", " a ", "", "x" * (LONGEST + 1)):
        kept.use(text)
    assert kept.history == ["a", "b"]
    for number in range(HISTORY + 5):
        kept.use(f"size>{number}")
    assert len(kept.history) == HISTORY
    assert KeptFilters(store).history[0] == f"size>{HISTORY + 4}"
    kept.forget_history()
    assert kept.history == []


def test_a_name_has_one_filter() -> None:
    store = Lists()
    kept = KeptFilters(store)
    kept.name("Errors", "error:*")
    kept.name("all sends", "call:send")
    kept.name(" Errors ", "errno:*")
    assert list(kept.named.items()) == [("all sends", "call:send"), ("Errors", "errno:*")]
    kept.forget("Errors")
    assert KeptFilters(store).named == {"all sends": "call:send"}


def test_a_store_that_somebody_has_written_is_no_trouble() -> None:
    store = Lists()
    store.kept = {"used_filters": [{"filter": 3}, {}], "named_filters": [{"name": "x"}]}
    assert KeptFilters(store).history == []
    assert KeptFilters(store).named == {}
