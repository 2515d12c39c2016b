"""Commits and tickets come in on the GUI thread, coalesced; commands go out; the end is clean."""

from __future__ import annotations

import datetime
import itertools
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, QThread, QTimer
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from tests.leftover import sockets, threads_since
from tests.qt.conftest import BOUND_MS, Wait
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Ticket
from workbench.journal.reader import Reader
from workbench.qt.controller import FLOOD, TICK, Committed, Controller, Selection
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.refresh_pace import FLOOD_REST, IDLE_SHARE, LONGEST_REST
from workbench.session import Session
from workbench.texts import Problem


def test_commits_are_told_on_the_gui_thread_and_never_one_by_one(
    controller: Controller, wait: Wait
) -> None:
    told: list[tuple[int, QThread]] = []

    def note(committed: Committed) -> None:
        told.append((committed.seq, QThread.currentThread()))

    controller.committed.connect(note)
    journal = controller.session.journal
    for number in range(2_000):
        controller.session.perform(c.Mark(str(number)))
        if not number % 50:
            journal.flush()  # forty commits at least
    journal.flush()
    wait(lambda: bool(told) and told[-1][0] == journal.committed)
    seqs = [seq for seq, _ in told]
    assert seqs == sorted(set(seqs))
    assert len(seqs) < 40
    assert {thread for _, thread in told} == {controller.thread()}
    assert controller.reader.count() == journal.committed


@pytest.mark.parametrize(
    ("painting_s", "least_s"),
    [(0.0, TICK / 1000), (0.01, 0.01 * IDLE_SHARE), (0.06, LONGEST_REST)],
)
def test_between_two_repaints_the_gui_rests(
    controller: Controller, wait: Wait, painting_s: float, least_s: float
) -> None:
    """A tick at least, and longer where painting takes long: the sockets keep the processor.

    Rows come all the time. Only too short a rest fails: a busy machine makes it longer. Qt's
    timers may be early by a twentieth.
    """
    painted: list[tuple[float, float]] = []

    def paint(_committed: Committed) -> None:
        begun, until = time.perf_counter(), time.thread_time() + painting_s
        while time.thread_time() < until:
            pass
        painted.append((begun, time.perf_counter()))

    flood = QTimer()
    flood.timeout.connect(lambda: controller.session.perform(c.Mark("one more")))
    flood.start(1)
    controller.committed.connect(paint)
    wait(lambda: len(painted) >= 6)
    flood.stop()
    rests = [later[0] - earlier[1] for earlier, later in itertools.pairwise(painted)]
    assert min(rests) >= 0.95 * least_s - 0.002, rests


def test_in_a_flood_the_panels_rest_as_long(controller: Controller, wait: Wait) -> None:
    """To look at the endpoints costs too. Again only too short a rest fails."""
    rests: list[float] = []
    told = [0]
    ended: list[float] = []  # the last look, if it was a flood ever since

    def tell(committed: Committed) -> None:
        if committed.seq - told[-1] <= FLOOD:
            ended.clear()
        told.append(committed.seq)

    def look() -> None:
        rests.extend(time.perf_counter() - end for end in ended)
        until = time.thread_time() + 0.06
        while time.thread_time() < until:
            pass
        ended[:] = [time.perf_counter()] if told[-1] - told[-2:][0] > FLOOD else []

    def pour() -> None:
        for _ in range(FLOOD):
            controller.session.perform(c.Mark("one more"))

    flood = QTimer()
    flood.timeout.connect(pour)
    flood.start(20)
    controller.committed.connect(tell)
    controller.snapshots_changed.connect(look)
    wait(lambda: len(rests) >= 4)
    flood.stop()
    assert min(rests) >= 0.95 * FLOOD_REST - 0.002, rests


def test_in_a_steady_flow_rows_and_panels_are_shown_together(
    controller: Controller, wait: Wait
) -> None:
    """First the endpoints, then the rows: what both show is drawn once. Too long a rest is no
    failure, and an action ends it.
    """
    told: list[str] = []
    ends: list[float] = []
    rests: list[float] = []

    def tell(_committed: Committed) -> None:
        told.append("rows")
        if told[-2:] == ["looks", "rows"] and controller.flowing:
            rests.extend(time.perf_counter() - end for end in ends)
            ends[:] = [time.perf_counter()]
        else:
            ends.clear()

    def pour() -> None:
        for _ in range(10):
            controller.session.perform(c.Mark("one more"))

    flow = QTimer()
    flow.timeout.connect(pour)
    flow.start(20)
    controller.committed.connect(tell)
    controller.snapshots_changed.connect(lambda: told.append("looks"))
    wait(lambda: controller.flowing and len(rests) >= 4)
    controller.perform(c.Mark("mine"))
    assert not controller.flowing
    flow.stop()
    assert min(rests) >= 0.95 * FLOOD_REST - 0.002, rests


def test_endpoints_are_shown_with_the_rows_that_are_to_be_told(
    controller: Controller, wait: Wait
) -> None:
    told: list[str] = []
    controller.committed.connect(lambda _: told.append("rows"))
    controller.snapshots_changed.connect(lambda: told.append("looks"))
    controller._on_commit(0)
    controller._on_tick()
    assert told == []
    controller.session.note("note", "'x'")
    wait(lambda: "rows" in told)
    shown = told[: told.index("rows") + 1]  # it may be woken before the row is in the record
    assert shown == ["looks"] * (len(shown) - 1) + ["rows"]
    assert len(shown) > 1


def test_panels_their_surroundings_and_rows_each_have_a_turn_of_their_own(
    controller: Controller, wait: Wait
) -> None:
    """A key that is pressed meanwhile comes between them."""
    told: list[str] = []

    def tell(name: str) -> None:
        told.append(name)
        QTimer.singleShot(0, controller, lambda: told.append("a key"))

    controller.snapshots_changed.connect(lambda: tell("panels"))
    controller.panels_shown.connect(lambda: tell("around"))
    controller.committed.connect(lambda _: tell("rows"))
    controller.session.note("note", "'x'")
    wait(lambda: "rows" in told)
    end = told.index("rows") + 1  # ticks before it had none to tell
    assert told[end - 5 : end] == ["panels", "a key", "around", "a key", "rows"]


def test_another_session_is_shown_though_the_former_one_was_just_being(
    controller: Controller, wait: Wait, tmp_path: Path
) -> None:
    """What was waiting for its turn belongs to the record of before; what woke it does not."""
    fresh, told = Session(tmp_path / "fresh.swb"), list[int]()

    def leave() -> None:
        if controller.session is not fresh and controller._turns.busy:
            controller._on_commit(0)
            controller.reset_session(fresh)
            fresh.note("note", "'y'")

    controller.panels_shown.connect(leave)
    controller.committed.connect(lambda committed: told.append(committed.seq))
    wait(lambda: controller.session is fresh)
    told.clear()
    wait(lambda: bool(told) and told[-1] == fresh.journal.committed)
    assert max(told) == fresh.journal.committed


def test_a_ticket_is_told_after_perform_returned(controller: Controller, wait: Wait) -> None:
    """A mark ends at once: its end must not overtake the caller, who does not know it yet."""
    told: list[Ticket] = []
    controller.ticket_done.connect(told.append)
    ticket = controller.perform(c.Mark("here"))
    assert ticket.done
    assert not told
    wait(lambda: told == [ticket])


def test_how_a_command_ended_is_told(controller: Controller, wait: Wait) -> None:
    told: list[Ticket] = []
    controller.ticket_done.connect(told.append)
    good = controller.perform(c.Start("server"))
    wait(lambda: told == [good])
    assert good.outcome is not None
    assert good.outcome.ok
    bad = controller.perform(c.Close("client", connection=7))
    wait(lambda: told == [good, bad])
    assert bad.outcome is not None
    assert not bad.outcome.ok


def test_what_needs_committed_rows_is_told_and_does_not_wait(
    controller: Controller, wait: Wait
) -> None:
    """The recorder is held up here: who asked goes on, and is told afterwards."""
    held, go_on = threading.Event(), threading.Event()

    def hold(_seq: int) -> None:
        held.set()
        go_on.wait(60)

    journal = controller.session.journal
    end = journal.subscribe(hold)
    controller.session.note("note", "first")
    assert held.wait(60)
    seen: list[int] = []
    controller.session.note("note", "second")
    gone = QObject()
    controller.after_commit(gone, lambda: seen.append(-1))
    delete(gone)
    controller.after_commit(controller, lambda: seen.append(controller.reader.count()))
    assert journal.committed < 3
    assert seen == []
    end()
    go_on.set()
    wait(lambda: bool(seen))
    assert seen[0] >= 3


def test_who_asks_after_the_end_is_told_too(tmp_path: Path) -> None:
    session = Session(tmp_path / "r.swb")
    session.close()
    told: list[bool] = []
    session.journal.when_written(lambda: told.append(True))
    assert told == [True]


def test_an_unknown_endpoint_is_refused_at_once(controller: Controller) -> None:
    with pytest.raises(Problem):
        controller.perform(c.Start("nobody"))
    with pytest.raises(Problem):
        controller.snapshot("nobody")


def test_an_endpoint_that_goes_meanwhile_is_left_out(controller: Controller) -> None:
    """A lab takes its endpoints away on a thread of its own, whenever it ends."""
    session = controller.session
    going = threading.Event()

    def come_and_go() -> None:
        while not going.is_set():
            session.add(EndpointSettings("lab-client", Role.STREAM, address="@server"))
            session.remove("lab-client").wait(BOUND_MS / 1000)

    lab = threading.Thread(target=come_and_go)
    lab.start()
    seen = set()
    for _ in range(500):
        seen |= {snapshot.name for snapshot in controller.snapshots()}
        seen |= {settings.name for settings in session.settings_of_all()}
    going.set()
    lab.join()
    assert {"server", "client"} <= seen <= {"server", "client", "lab-client"}


def test_only_watched_connections_are_decoded_whole(
    controller: Controller, talk: Callable[[str], None], wait: Wait
) -> None:
    talk("hello")
    number = controller.snapshot("client").connections[0].id
    controller.watch(frozenset({number}))
    wait(lambda: controller.snapshot("client").connections[0].reading is not None)
    controller.watch(frozenset())
    wait(lambda: controller.snapshot("client").connections[0].reading is None)


def test_the_endpoints_are_looked_at_again_and_again(controller: Controller, qtbot: QtBot) -> None:
    for _ in range(3):
        with qtbot.waitSignal(controller.snapshots_changed, timeout=BOUND_MS):
            pass


def test_one_selection_told_when_it_changes(controller: Controller) -> None:
    told: list[Selection] = []
    controller.selection_changed.connect(lambda: told.append(controller.selection))
    controller.select(endpoint="client")
    controller.select(endpoint="client")
    controller.select(connection=3)
    controller.select(connection=3, seq=9)
    controller.select(seq=10, pinned=False)
    controller.unpin()
    controller.unpin()
    assert told == [
        Selection("client"),
        Selection("client", 3),
        Selection("client", 3, 9, True),
        Selection("client", None, 10, False),
        Selection("client", None, None, False),
    ]


def test_times_are_those_of_the_record(controller: Controller, talk: Callable[[str], None]) -> None:
    talk("hello")
    clock = controller.session.journal.clock
    moment = controller.moment(0)
    assert moment == clock.moment(0)
    assert controller.moment(1_500_000_000) - moment == datetime.timedelta(seconds=1.5)
    assert controller.clock_text(0) == f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03}"
    before = controller.now_ns()
    assert controller.now_ns() >= before
    row = next(row for row in controller.reader.page(1, 99) if row.call == "connect")
    assert controller.seq_at(row.t_ns, "client") is not None
    assert controller.seq_at(row.t_ns, "server") is None
    assert controller.seq_at(None, "client") is None


def test_a_problem_is_passed_on(controller: Controller) -> None:
    told: list[Problem] = []
    controller.problem.connect(told.append)
    controller.say(Problem("engine.no_socket"))
    assert [problem.key for problem in told] == ["engine.no_socket"]


def test_reset_session_closes_the_old_session_and_tells_of_the_new_one(
    controller: Controller, talk: Callable[[str], None], tmp_path: Path, wait: Wait
) -> None:
    talk("hello")
    old = controller.session
    controller.select(endpoint="client", seq=3)
    begun: list[Selection] = []
    controller.session_reset.connect(lambda: begun.append(controller.selection))
    fresh = Session(tmp_path / "fresh.swb", spawn=qt_spawn)
    fresh.add(EndpointSettings("other", Role.DATAGRAM, address="127.0.0.1:0"))
    controller.reset_session(fresh)
    assert begun == [Selection()]
    with pytest.raises(Problem):
        old.perform(c.Start("server"))
    closed = Reader(old.record)
    assert not closed.crashed
    assert not old.record.with_name(old.record.name + "-wal").exists()
    closed.close()
    told: list[int] = []
    controller.committed.connect(lambda committed: told.append(committed.seq))
    assert controller.perform(c.Start("other")).wait(BOUND_MS / 1000)
    fresh.journal.flush()
    wait(lambda: bool(told) and told[-1] == fresh.journal.committed)


def test_nothing_is_left_after_close_in_mid_transfer(
    controller: Controller, talk: Callable[[str], None], wait: Wait, qtbot: QtBot
) -> None:
    before, before_sockets = set(threading.enumerate()), sockets()
    talk("hello")
    told: list[object] = []
    controller.perform(c.Send("client", text="x" * 65536, repeat=100_000, wait=False))
    wait(lambda: controller.snapshot("client").bytes_out > 1 << 20)
    controller.close()
    controller.close()  # again does no harm
    assert controller.closed
    controller.committed.connect(told.append)
    controller.ticket_done.connect(told.append)
    controller.snapshots_changed.connect(lambda: told.append("snapshots"))
    assert threads_since(before) == []
    assert sockets() <= before_sockets
    with pytest.raises(Problem):
        controller.perform(c.Start("server"))
    reader = Reader(controller.session.record)
    assert not reader.crashed
    reader.close()
    qtbot.wait(2 * TICK)  # what was queued before the end comes to nothing
    assert told == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limits on files there")
def test_a_record_that_cannot_be_written_any_more_is_told(
    controller: Controller, wait: Wait
) -> None:
    """The file may not grow any more: Python ignores SIGXFSZ, so write() fails with EFBIG."""
    import resource

    told: list[Problem] = []
    controller.problem.connect(told.append)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, before[1]))
    try:
        for _ in range(200):
            controller.perform(c.Mark("x" * 1_000))
        controller.session.journal.flush()
        wait(lambda: bool(told))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert told[0] is controller.session.journal.failed
    assert told[0].text
    assert controller.perform(c.Start("server")).wait(BOUND_MS / 1000)  # the sockets go on
