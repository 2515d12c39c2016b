"""A real session per test, and a transcript of what it logged."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from workbench.engine.model.commands import Command
from workbench.engine.model.ticket import Outcome
from workbench.journal.reader import Reader, Row
from workbench.session import Session

HANG = 60.0
"""Seconds after which something that should have happened is taken to hang."""
Do = Callable[[Command], Outcome]
Rows = Callable[..., list[Row]]
Until = Callable[..., Row]


def why(outcome: Outcome | None) -> str:
    """The key of the problem that a command failed with."""
    assert outcome is not None, "it has not ended"
    assert outcome.problem is not None, outcome
    return outcome.problem.key


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "record.swb")
    yield made
    made.close()
    with closing(Reader(made.record)) as reader:
        faults = [row.args for row in reader.page(1, 1_000_000) if row.call == "internal_error"]
    assert not faults, "a fault of the program itself"


@pytest.fixture
def do(session: Session) -> Do:
    """Perform a command and wait for its end."""

    def perform(command: Command) -> Outcome:
        ticket = session.perform(command)
        assert ticket.wait(HANG), f"{command} did not end"
        assert ticket.outcome is not None
        return ticket.outcome

    return perform


@pytest.fixture
def rows(session: Session) -> Rows:
    """Everything committed so far, of one endpoint or all."""

    def read(endpoint: str | None = None, kind: str | None = "call") -> list[Row]:
        session.journal.flush()
        reader = session.journal.reader()
        try:
            found = reader.page(1, 1_000_000)
        finally:
            reader.close()
        return [
            row for row in found if endpoint in {None, row.endpoint} and kind in {None, row.kind}
        ]

    return read


@pytest.fixture
def until(session: Session, rows: Rows) -> Until:
    """Wait until a committed row of an endpoint has these values."""

    def find(endpoint: str, **wanted: object) -> Row:
        while True:
            seen = session.journal.committed  # before the look: what comes after it is waited for
            for row in rows(endpoint, None):
                if all(getattr(row, key) == value for key, value in wanted.items()):
                    return row
            assert session.journal.wait_committed(seen + 1, HANG), f"{endpoint}: no {wanted}"

    return find
