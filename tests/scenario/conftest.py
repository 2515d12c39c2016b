"""A scenario's text run for real, with the record that it left."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.free_port import free_port
from workbench.journal.reader import Reader, Row
from workbench.scenario.model import parse
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import Problem

BOUND = 60.0
"""Seconds after which a run is taken to hang."""
PAIR = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[endpoint.client]
role = "stream"
address = "@server"
timeout = 5.0
"""
Play = Callable[[str], Report]
Rows = Callable[[], list[Row]]


def inner_key(problem: Problem) -> str:
    """The key of the reason that a problem names in its sentence."""
    reason = problem.args_["reason"]
    assert isinstance(reason, Problem)
    return reason.key


@pytest.fixture
def play(session: Session) -> Play:
    """Run a scenario; every socket is closed afterwards."""

    def run(text: str) -> Report:
        report = Runner(session, parse(text), timeout=BOUND).run()
        session.stop_all_and_wait()
        return report

    return run


@pytest.fixture
def rows(session: Session) -> Rows:
    """Everything recorded so far."""

    def read() -> list[Row]:
        session.journal.flush()
        reader = Reader(session.record)
        found = reader.page(1, reader.count())
        reader.close()
        return found

    return read


def steps(*lines: str) -> str:
    """Steps from lines like "do = 'start', endpoint = 'server'": inline tables' insides."""
    return "".join("[[step]]\n" + line.replace("; ", "\n") + "\n" for line in lines)


def reasons(report: Report) -> list[str]:
    return [step.reason.text for step in report.steps if step.reason is not None]


@pytest.fixture
def port() -> int:
    """A port that nobody has."""
    return free_port()
