"""Where a text stands in a cell, and whether bytes hold it."""

from __future__ import annotations

import pytest

from workbench.journal.reader import Row
from workbench.viewmodel.find_text import FindText
from workbench.viewmodel.log_columns import CALL, DATA, NUMBER, TIME

ROW = Row(7, 0, 0, "call", "a", 1, "recv", "", 3, None, None, None, None, 3, None, None)


@pytest.mark.parametrize(
    ("text", "cell", "spots"),
    [
        ("ab", "xxAByyab", [(2, 4), (6, 8)]),
        ("a.c", "abc a.c", [(4, 7)]),
        ("68656c6c6f", "say hello", [(4, 9)]),
        ("00 ff", "a\\0\\xff", [(1, 7)]),
        ("İ", "i", []),
        ("", "anything", []),
        ("连", "a连接", [(1, 2)]),
    ],
)
def test_spots(text: str, cell: str, spots: list[tuple[int, int]]) -> None:
    assert FindText(text).spots(DATA, cell) == spots


def test_numbers_of_rows_and_times_are_not_what_is_looked_for() -> None:
    assert not FindText("12").spots(NUMBER, "12")
    assert not FindText("12").spots(TIME, "12:00")
    assert FindText("12").spots(CALL, "recv(12)")


def test_hex_is_looked_for_in_bytes_alone() -> None:
    assert FindText("3420").spots(DATA, "4 ") == [(0, 2)]
    assert not FindText("3420").spots(CALL, "send(64 B)")


@pytest.mark.parametrize(
    ("text", "payload", "holds"),
    [
        ("HELLO", b"say hello", True),
        ("00ff", b"a\x00\xffb", True),
        ("0x00 0xFF", b"a\x00\xffb", True),
        ("41", b"A", False),  # one byte as hex would be found everywhere
        ("41 42", b"xAB", True),
        ("hello", None, False),
        ("", b"x", False),
    ],
)
def test_bytes(text: str, payload: bytes | None, holds: bool) -> None:
    wanted = FindText(text)
    assert wanted.in_bytes(ROW._replace(payload=payload)) is holds
    assert wanted.holds(ROW._replace(payload=payload), ()) is holds
    assert bool(wanted) is bool(text)
