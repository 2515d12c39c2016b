"""BacklogRun: real listeners and clients, driven by hand as the window does."""

from __future__ import annotations

import socket
import sys
import threading
from pathlib import Path

import pytest

from tests.labs.conftest import BOUND, Start, shows
from workbench.journal.reader import Reader
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_data import (
    ClientState,
    EndedBy,
    Family,
    QueueSource,
    Result,
)
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes import bound
from workbench.labs.modes.closed import CLOSED
from workbench.labs.modes.mode import LabMode
from workbench.session import Session
from workbench.texts import Problem

S = ClientState
linux = pytest.mark.skipif(sys.platform != "linux", reason="Linux drops, waits and names queues")


def seven(result: Result) -> dict[str, int]:
    names = ("connected", "pending", "timed_out", "refused", "reset", "again", "error")
    found = {name: getattr(result, name) for name in names}
    assert sum(found.values()) == result.clients
    return {name: count for name, count in found.items() if count}


def ended(run: BacklogRun) -> Result:
    assert run.wait(BOUND)
    return run.result()


@linux
def test_the_kernel_admits_and_then_is_silent(start: Start, session: Session) -> None:
    run = start(backlog=1, clients=4, timeout=0.4)
    result = ended(run)
    assert seven(result) == {"connected": 2, "timed_out": 2}
    picture = run.picture()
    assert not picture.running
    assert [view.state for view in picture.clients] == [S.QUEUED] * 2 + [S.TIMED_OUT] * 2
    assert {view.ended_by for view in picture.clients[2:]} == {EndedBy.OURS}
    assert all(view.port for view in picture.clients)  # also of those that never got in
    assert (result.drops, result.timed_out_kernel, result.accepted) == (2, 0, 0)
    assert session.endpoints == ()


@linux
def test_the_picture_names_who_waits(start: Start) -> None:
    run = start(backlog=1, clients=3, timeout=30.0)
    picture = shows(
        run,
        lambda seen: (
            seen.count(S.QUEUED) == 2
            and [peer.client for peer in seen.peers] == [1, 2]
            and seen.queue is not None
            and seen.queue.now == 2
        ),
    )
    assert picture.queue is not None
    assert (picture.queue.limit, picture.queue.source) == (1, QueueSource.KERNEL)
    assert not any(peer.gone for peer in picture.peers)
    assert [peer.address for peer in picture.peers] == [view.local for view in picture.clients[:2]]
    assert picture.running
    assert 0 < picture.ends_in <= run.bound


@linux
def test_a_silent_client_gets_in_at_its_next_syn(start: Start) -> None:
    run = start(backlog=0, clients=2, timeout=30.0)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1 and seen.count(S.SILENT) == 1)
    run.accept_one()
    assert seven(ended(run)) == {"connected": 2}
    first, late = run.picture().clients
    assert (first.state, late.state) == (S.ACCEPTED, S.QUEUED)
    assert first.repeats == 0
    assert late.repeats  # read from TCP_INFO, not inferred
    assert len(late.syns) == late.repeats + 1
    assert late.connected is not None
    assert late.syns[0] < late.syns[-1] <= late.connected


@linux
def test_listen_again_lets_more_in(start: Start) -> None:
    run = start(backlog=0, clients=3, timeout=30.0)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1 and seen.count(S.SILENT) == 2)
    run.listen_again(5)
    assert seven(ended(run)) == {"connected": 3}
    assert run.result().queue_limit == 5


@linux
def test_closing_the_listener_resets_who_waits_and_refuses_who_asks(start: Start) -> None:
    run = start(backlog=0, clients=2, timeout=30.0)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1 and seen.count(S.SILENT) == 1)
    run.close_listener()
    assert seven(ended(run)) == {"reset": 1, "refused": 1}


def test_accept_after_takes_all(start: Start) -> None:
    result = ended(start(backlog=5, clients=3, timeout=10.0, accept_after=0.05))
    assert seven(result) == {"connected": 3}
    assert result.accepted == 3


@pytest.mark.parametrize("family", Family)
@pytest.mark.parametrize("mode", [CLOSED, bound.BOUND])
def test_a_real_refusal(start: Start, family: Family, mode: LabMode) -> None:
    result = ended(start(family=family, mode=mode, clients=3, timeout=10.0))
    assert seven(result) == {"refused": 3}
    assert (result.queue_limit, result.queue_peak) == (None, None)


@linux
def test_bound_can_begin_to_listen(start: Start) -> None:
    run = start(mode=bound.BOUND, clients=2, every=0.3, timeout=10.0)
    shows(run, lambda seen: seen.count(S.REFUSED) == 1)
    run.listen_again(3)
    assert seven(ended(run)) == {"refused": 1, "connected": 1}


@linux
def test_a_local_connect_without_timeout_waits_for_room(start: Start) -> None:
    run = start(family=Family.UNIX, backlog=0, clients=2, timeout=None)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1 and seen.count(S.SILENT) == 1)
    run.accept_one()
    assert seven(ended(run)) == {"connected": 2}
    assert run.result().accepted == 1
    assert run.result().queue_full


@linux
@pytest.mark.parametrize(("asked", "limit"), [(-1, 0), (0, 0), (10**6, None)])
def test_odd_backlogs(start: Start, asked: int, limit: int | None) -> None:
    result = ended(start(backlog=asked, clients=3, timeout=0.3))
    if limit is None:
        limit = int(Path("/proc/sys/net/core/somaxconn").read_text())
    assert result.queue_limit == limit
    assert result.connected == min(3, limit + 1)


@linux
@pytest.mark.parametrize("family", Family)
def test_stopped_in_the_middle_nothing_stays(
    start: Start, session: Session, family: Family
) -> None:
    run = start(family=family, backlog=0, clients=4, timeout=None)
    shows(run, lambda seen: seen.count(S.SILENT) == 3)
    run.stop()
    assert seven(run.result()) == {"connected": 1, "pending": 3}
    session.journal.flush()
    reader = Reader(session.record)
    assert all(row.closed_seq is not None for row in reader.connections())
    reader.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "backlog lab"]


def test_stopped_before_it_began(session: Session) -> None:
    run = BacklogRun(session, BacklogSettings())
    run.stop()
    assert run.wait(0)
    assert session.endpoints == ()
    with pytest.raises(Problem):
        run.result()


def test_two_at_once_need_two_names(session: Session) -> None:
    run = BacklogRun(session, BacklogSettings())
    with pytest.raises(Problem):
        BacklogRun(session, BacklogSettings())
    other = BacklogRun(session, BacklogSettings(), name="second-")
    assert {run.server, other.server} == {"server", "second-server"}
    other.stop()
    run.stop()


def test_a_session_that_closes_ends_the_run(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        run = BacklogRun(session, BacklogSettings(clients=2, timeout=60.0, hold=True, every=0.0))
        run.start()
        shows(run, lambda seen: len(seen.clients) == 2)
    assert run.wait(0)
    assert run.result().connected == 2


def test_held_it_goes_on_until_its_bound(start: Start) -> None:
    run = start(backlog=5, clients=1, timeout=0.2, hold=True)
    assert seven(ended(run)) == {"connected": 1}
    assert run.result().seconds >= run.bound


def test_a_foreign_client_is_not_one_of_ours(start: Start, session: Session) -> None:
    run = start(backlog=5, clients=1, timeout=5.0, accept_after=0.5)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1)
    host, _, port = session.link("server").rpartition(":")
    with socket.create_connection((host, int(port)), timeout=5):
        result = ended(run)
    assert (result.clients, result.connected, result.accepted) == (1, 1, 1)


@linux
def test_who_connected_in_time_has_not_timed_out(start: Start) -> None:
    """The thread is still busy with four hundred connects when the first deadlines pass."""
    result = ended(start(backlog=500, clients=400, timeout=0.02))
    assert seven(result) == {"connected": 400}
