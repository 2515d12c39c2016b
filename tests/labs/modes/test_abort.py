"""The two modes of the private network, as a program drives them."""

from __future__ import annotations

import os
import select
import socket
import sys

import pytest

from tests.labs.conftest import BOUND, Start, shows
from tests.labs.test_backlog import ended, seven
from workbench.labs import listen_queue
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_data import ClientState, Family
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.abort import ABORT
from workbench.labs.modes.firewall import FIREWALL
from workbench.labs.modes.mode import LabMode
from workbench.labs.modes.probe import probe
from workbench.session import Session
from workbench.texts import Problem

S = ClientState
PRIVATE = [FIREWALL, ABORT]


@pytest.fixture(autouse=True, scope="module")
def _possible() -> None:
    if sys.platform != "linux":
        pytest.skip("network namespaces are Linux's")
    for hindrance in probe().values():
        pytest.skip(hindrance.text)


@pytest.mark.parametrize("family", [Family.INET, Family.INET6])
def test_a_firewall_refuses_beyond_the_backlog(start: Start, family: Family) -> None:
    run = start(mode=FIREWALL, family=family, backlog=2, clients=5, timeout=BOUND)
    result = ended(run)
    assert seven(result) == {"connected": 2, "refused": 3}
    assert result.rejected == 3  # the rule's own counter
    assert (result.queue_limit, result.queue_peak, result.drops) == (2, 2, 0)
    assert result.listen_overflows == 0  # of the private namespace: nobody else is in there


def test_an_accepted_connection_still_counts_for_the_firewall(start: Start) -> None:
    run = start(mode=FIREWALL, backlog=1, clients=3, every=0.3, timeout=BOUND, hold=True)
    shows(run, lambda seen: seen.count(S.QUEUED) == 1)
    run.accept_one()
    shows(run, lambda seen: seen.count(S.REFUSED) == 2 and seen.count(S.ACCEPTED) == 1)
    run.stop()
    assert seven(run.result()) == {"connected": 1, "refused": 2}


def test_what_the_host_counts_is_not_the_private_networks(start: Start) -> None:
    run = start(mode=FIREWALL, backlog=1, clients=2, timeout=BOUND, hold=True)
    shows(run, lambda seen: seen.count(S.REFUSED) == 1)
    before = listen_queue.counters()
    with socket.socket() as listener, socket.socket() as first, socket.socket() as dropped:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        first.connect(listener.getsockname())
        dropped.setblocking(False)
        with pytest.raises(BlockingIOError):
            dropped.connect(listener.getsockname())
        after = listen_queue.counters()
    run.stop()
    assert before is not None
    assert after is not None
    assert after.overflows > before.overflows
    assert (run.result().listen_overflows, run.result().listen_drops) == (0, 0)


@pytest.mark.parametrize("family", [Family.INET, Family.INET6])
def test_who_finishes_late_is_reset_and_who_comes_late_is_ignored(
    start: Start, family: Family
) -> None:
    run = start(mode=ABORT, family=family, backlog=1, clients=5, timeout=0.4)
    result = ended(run)
    assert seven(result) == {"connected": 2, "reset": 2, "timed_out": 1}
    assert (result.queue_limit, result.queue_peak, result.queue_full) == (1, 2, True)
    assert (result.listen_overflows or 0) >= 3
    *early, late = run.picture().clients
    assert [view.state for view in early] == [S.QUEUED] * 2 + [S.RESET] * 2
    assert all(view.connected is not None for view in early)  # connect() had succeeded
    assert [view.entered for view in early] == [True, True, False, False]
    assert late.connected is None


def test_before_the_first_byte_nobody_is_in_the_queue(start: Start) -> None:
    run = start(mode=ABORT, backlog=1, clients=3, every=30.0, timeout=BOUND)
    picture = shows(run, lambda seen: seen.count(S.UNFINISHED) == 1 and seen.queue is not None)
    assert picture.queue is not None
    assert picture.queue.now == 0
    assert not picture.peers
    run.stop()
    assert seven(run.result()) == {"connected": 1, "pending": 2}


def test_with_room_for_all_nobody_is_reset(start: Start) -> None:
    result = ended(start(mode=ABORT, backlog=9, clients=4, timeout=BOUND))
    assert seven(result) == {"connected": 4}


@pytest.mark.parametrize("mode", PRIVATE)
def test_stopped_in_the_middle_no_helper_stays(
    start: Start, session: Session, mode: LabMode
) -> None:
    run = start(mode=mode, backlog=0, clients=60, every=0.5, timeout=None)
    shows(run, lambda seen: bool(seen.clients))
    assert run._net is not None
    assert run._net._helper is not None
    gone = os.pidfd_open(run._net._helper.pid)
    run.stop()
    assert select.select([gone], [], [], BOUND)[0]
    os.close(gone)
    assert sum(1 for count in seven(run.result()).values() if count)
    assert session.endpoints == ()


@pytest.mark.parametrize("mode", PRIVATE)
def test_local_sockets_know_no_firewall(mode: LabMode) -> None:
    with pytest.raises(Problem, match="is about TCP"):
        BacklogSettings(mode=mode, family=Family.UNIX).check()


def test_where_there_is_no_private_network_the_run_says_why(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "")
    run = BacklogRun(session, BacklogSettings(mode=ABORT))
    with pytest.raises(Problem):
        run.prepare()
    run.start()
    assert run.wait(BOUND)
    assert run.failure is not None
    assert run.failure.problem is not None
    assert run.failure.problem.key == "namespace.no_python"
    assert session.endpoints == ()
