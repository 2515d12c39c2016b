"""A pattern of a script has the limit that a run gives it, on whichever thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from workbench.scenario.script_help.searching import GivenUp, fits_rule, search, searcher


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    yield
    searcher.end()


def test_the_leftmost_match_and_what_it_took() -> None:
    assert search("(?s)(?P<n>[0-9]+)(?P<m>x)?", "a12b34") == (1, 3, {"n": "12", "m": None})
    assert search("b+", "aaa") is None


def test_what_has_one_way_through_a_text_needs_no_other_process() -> None:
    assert search(r"(?s)\A\x01.(?P<id>.{2})", "\1\2ab") == (0, 4, {"id": "ab"})
    assert searcher.process is None


def test_one_without_end_is_given_up_and_the_next_is_found() -> None:
    with pytest.raises(GivenUp, match=r"given up after 0\.1 s"):
        search("(a|aa)+b", "a" * 60, 0.1)
    found: list[object] = []
    thread = threading.Thread(target=lambda: found.append(fits_rule("(a|aa)+b", "a" * 60)))
    thread.start()
    thread.join()
    assert found == [None]
    assert search("a+", "baa") == (1, 3, {})


def test_a_process_that_was_ended_is_begun_anew() -> None:
    assert search("a+", "a") is not None
    searcher.process.kill()
    searcher.process.wait()
    with pytest.raises(GivenUp):
        search("a+", "a")
    assert search("a+", "a") is not None
