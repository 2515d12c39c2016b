"""How much of a record is kept: times and sizes as people write them."""

from __future__ import annotations

import pytest

from workbench.journal.keep import Keep, parse
from workbench.texts import Problem


@pytest.mark.parametrize(
    ("text", "seconds", "size"),
    [
        ("2h", 7_200, None),
        ("30m", 1_800, None),
        (" 90 s", 90, None),
        ("1.5d", 129_600, None),
        ("2GB", None, 2 * 10**9),
        ("500mb", None, 5 * 10**8),
        ("1.5GiB", None, 3 * 2**29),
    ],
)
def test_a_time_or_a_size(text: str, seconds: float | None, size: int | None) -> None:
    assert parse(text) == Keep(text.strip(), seconds, size)


@pytest.mark.parametrize(
    "text",
    ["", "2", "GB", "2 hours", "-2h", "2H", "1M", "5s", "9MB", "9999999999d", "²GB"],
)
def test_what_is_neither_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(Problem, match=r"2h|2GB"):
        parse(text)
