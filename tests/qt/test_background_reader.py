"""Work on the thread of the background reader: told in order on the GUI's, given up at once."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.qt.conftest import Wait
from workbench.journal.reader import Reader
from workbench.qt.background_reader import AT_ONCE, WHENEVER
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.session import Session
from workbench.texts import Problem

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"


def test_what_is_found_is_told_in_order_on_the_guis_thread(
    controller: Controller, wait: Wait
) -> None:
    told: list[object] = []
    threads: list[int] = []

    def work(reader: Reader) -> Iterator[object]:
        for number in range(5):
            threads.append(threading.get_ident())
            yield number, reader.row(1) is not None

    def tell(found: object) -> None:
        assert threading.current_thread() is threading.main_thread()
        told.append(found)

    controller.session.journal.flush()
    controller.background.begin(work, tell, lambda: told.append("end"))
    wait(lambda: "end" in told)
    assert told == [*((number, True) for number in range(5)), "end"]
    assert threading.get_ident() not in threads


def test_the_urgent_goes_first_and_one_that_is_given_up_is_told_of_no_more(
    controller: Controller, wait: Wait
) -> None:
    told: list[str] = []
    may_go_on = threading.Event()

    def blocks(_reader: Reader) -> Iterator[object]:
        may_go_on.wait()
        yield None

    def says(word: str) -> Callable[[Reader], Iterator[object]]:
        def work(_reader: Reader) -> Iterator[object]:
            yield word

        return work

    def tell(found: object) -> None:
        told.append(str(found))

    background = controller.background
    background.begin(blocks, lambda _found: None)
    background.begin(says("whenever"), tell, lambda: told.append("end"), WHENEVER)
    dropped = background.begin(says("dropped"), tell)
    background.begin(says("soon"), tell)
    background.begin(says("at once"), tell, rank=AT_ONCE)
    background.cancel(dropped)
    background.cancel(dropped)
    may_go_on.set()
    wait(lambda: "end" in told)
    assert told == ["at once", "soon", "whenever", "end"]


def test_a_statement_under_way_is_given_up(controller: Controller, wait: Wait) -> None:
    begun, told = threading.Event(), list[object]()

    def endless(reader: Reader) -> Iterator[object]:
        begun.set()
        yield reader._all(ENDLESS)

    task = controller.background.begin(endless, told.append)
    assert begun.wait(60)
    controller.background.cancel(task)
    controller.background.begin(lambda reader: iter([reader.count()]), told.append)
    wait(lambda: bool(told))
    assert told[0] is not None
    assert len(told) == 1


def test_a_problem_is_told_and_the_next_task_goes_on(controller: Controller, wait: Wait) -> None:
    problems: list[Problem] = []
    told: list[object] = []
    controller.problem.connect(problems.append)

    def fails(_reader: Reader) -> Iterator[object]:
        raise Problem("journal.missing", path="nowhere")
        yield

    controller.background.begin(fails, told.append, lambda: told.append("end"))
    controller.background.begin(lambda _reader: iter(["next"]), told.append)
    wait(lambda: "next" in told)
    assert told == ["end", "next"]
    assert [problem.key for problem in problems] == ["journal.missing"]


@pytest.mark.parametrize("ends", ["close", "reset"])
def test_it_ends_with_the_record_whatever_it_does(
    controller: Controller, wait: Wait, tmp_path: Path, ends: str
) -> None:
    begun, told = threading.Event(), list[object]()

    def endless(reader: Reader) -> Iterator[object]:
        begun.set()
        yield reader._all(ENDLESS)

    old = controller.background
    old.begin(endless, told.append)
    assert begun.wait(60)
    if ends == "close":
        controller.close()
        assert old._thread is None
    else:
        controller.reset_session(Session(tmp_path / "next.swb", spawn=qt_spawn))
        controller.background.begin(lambda reader: iter([reader.path.name]), told.append)
        wait(lambda: bool(told))
        assert told == ["next.swb"]
