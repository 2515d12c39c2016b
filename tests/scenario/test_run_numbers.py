"""Numbers of connections count from the run's begin, in a loop from the round's."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.scenario.run_numbers import Numbers, named
from workbench.scenario.steps import NEWEST, Expect, Loop, Perform
from workbench.session import Session


class Counted(Session):
    """A session whose endpoints have numbered so many connections."""

    count: int

    def numbered(self, name: str) -> int:
        return self.count


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Counted]:
    with Counted(tmp_path / "r.swb") as made:
        made.count = 10
        yield made


def test_what_was_numbered_before_the_run_is_not_counted(session: Counted) -> None:
    numbers = Numbers(session, ["a"])
    assert numbers.command(c.Send("a", text="x", connection=2)) == c.Send(
        "a", text="x", connection=12
    )
    assert numbers.command(c.Send("a", text="x")) == c.Send("a", text="x")
    assert numbers.command(c.Send("b", text="x", connection=2)).connection == 2  # type: ignore[union-attr]
    assert numbers.expect(Expect("a", connection=2)).connection == 2  # in the run's own numbers
    assert numbers.look(Expect("a", connection=2, state="LISTEN")) == 12


def test_in_a_round_they_count_from_its_begin_and_after_the_loop_as_before(
    session: Counted,
) -> None:
    numbers = Numbers(session, ["a"])
    session.count = 13  # three of this run
    with numbers.loop():
        numbers.begin_round()
        assert numbers.command(c.Close("a", 1)) == c.Close("a", 14)
        assert numbers.expect(Expect("a", connection=1)).connection == 4
        session.count = 15
        numbers.begin_round()
        assert numbers.look(Expect("a", connection=1)) == 16
    assert numbers.command(c.Close("a", 1)) == c.Close("a", 11)


def test_the_newest_is_the_newest(session: Counted) -> None:
    numbers = Numbers(session, ["a"])
    assert numbers.look(Expect("a", connection=NEWEST)) == 10
    assert numbers.look(Expect("a")) is None


def test_who_is_named_by_number() -> None:
    steps = (Perform(c.Start("a")), Loop((Perform(c.Close("b", 2)),)), Perform(c.Close("c", c.ALL)))
    assert named(steps) == {"b"}
