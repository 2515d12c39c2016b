"""A session with a record of its own, and a backlog run that is stopped in any case."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_data import Picture
from workbench.labs.backlog_settings import BacklogSettings
from workbench.session import Session

BOUND = 60.0
Start = Callable[..., BacklogRun]


@pytest.fixture
def start(session: Session) -> Iterator[Start]:
    """start(backlog=1, …) begins a run."""
    runs: list[BacklogRun] = []

    def begin(**wishes: Any) -> BacklogRun:
        run = BacklogRun(session, BacklogSettings(**{"every": 0.0, **wishes}))
        runs.append(run)
        run.start()
        return run

    yield begin
    for run in runs:
        run.stop()


def shows(run: BacklogRun, what: Callable[[Picture], bool]) -> Picture:
    """The first picture that shows it; the bound only catches a hang."""
    until = time.monotonic() + BOUND
    while time.monotonic() < until:
        picture = run.picture()
        if what(picture):
            return picture
        run.wait(0.005)
    raise AssertionError(run.picture())
