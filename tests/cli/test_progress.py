"""Where a long loop is: on a terminal one line that is written over, else a line now and then."""

from __future__ import annotations

import io
import sys

import pytest

from workbench.cli import progress
from workbench.cli.progress import ELSEWHERE, ON_TERMINAL, LoopProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [100.0]
    monkeypatch.setattr(progress, "monotonic", lambda: now[0])
    return now


def test_on_a_terminal_a_line_is_written_over_and_taken_away(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr(sys, "stdout", Terminal())
    written: list[str] = []
    shown = LoopProgress(written.append)
    shown.begin()
    assert shown.due_seconds() is None
    clock[0] += ON_TERMINAL
    assert shown.due_seconds() == pytest.approx(ON_TERMINAL)
    assert shown.due_seconds() is None  # it was looked at
    shown.show("第 5 轮")
    shown.show("x" * 500)  # would take two lines
    shown.clear()
    shown.clear()
    line = "       第 5 轮"
    assert written == [f"{line}\r", f"{' ' * (len(line) + 2)}\r"]


def test_elsewhere_it_is_a_line_at_a_humane_pace(
    monkeypatch: pytest.MonkeyPatch, clock: list[float]
) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    written: list[str] = []
    shown = LoopProgress(written.append)
    shown.begin()
    said = 0
    for _ in range(100):
        clock[0] += 1.0
        if shown.due_seconds() is not None:
            shown.show("round 5\x1b")
            said += 1
    shown.clear()
    assert said == len(written) == 100 / ELSEWHERE
    assert written[0] == "       round 5\\x1b\n"
