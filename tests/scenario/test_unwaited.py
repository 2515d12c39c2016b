"""What a run did not wait for: which of it has failed. (Runs of it stand in test_runner.py.)"""

from __future__ import annotations

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Outcome, Ticket
from workbench.scenario.outcome import Failed, check_outcome
from workbench.scenario.steps import Expect, Loop, Perform
from workbench.scenario.unwaited import Unwaited
from workbench.texts import Problem

CONNECT = Perform(c.Connect("a"), wait=False)


def failed(unwaited: Unwaited) -> list[str]:
    def check(step: Perform, ticket: Ticket) -> None:
        assert ticket.outcome is not None
        check_outcome(step, ticket.outcome)

    return [problem.key for _, problem, _ in unwaited.failures(check)]


def refused(step: Perform) -> Ticket:
    ticket = Ticket(step.command)
    ticket.fail(ConnectionRefusedError(111, "refused"))
    return ticket


def test_a_failure_that_nobody_asked_for_is_one() -> None:
    unwaited = Unwaited([])
    unwaited.add(CONNECT, refused(CONNECT))
    assert failed(unwaited) == ["scenario.failed"]
    assert not unwaited.endpoints()
    unwaited.forget(0)
    assert len(unwaited) == 0


def test_a_failure_that_an_expectation_asks_for_is_judged_there() -> None:
    """Also one in a loop, or its condition; the expectation that it does not come asks for none."""
    expect = Expect("a", errno="ECONNREFUSED")
    for steps in ([expect], [Loop((expect,))], [Loop((), until=Expect("*", error="*"))]):
        unwaited = Unwaited(steps)
        unwaited.add(CONNECT, refused(CONNECT))
        assert not failed(unwaited)
    unwaited = Unwaited([Expect("a", errno="ECONNREFUSED", absent=True)])
    unwaited.add(CONNECT, refused(CONNECT))
    assert failed(unwaited)


def test_what_still_waits_has_failed_only_where_it_was_to_fail() -> None:
    unwaited = Unwaited([])
    unwaited.add(CONNECT, Ticket(CONNECT.command))
    assert not failed(unwaited)
    assert unwaited.endpoints() == {"a"}
    to_fail = Perform(c.Connect("a"), error="ECONNREFUSED", wait=False)
    ticket = Ticket(to_fail.command)
    unwaited.add(to_fail, ticket)
    assert unwaited.to_fail() == [ticket]
    assert failed(unwaited) == ["scenario.still_waits"]


def test_what_another_command_took_away_has_not_failed() -> None:
    unwaited = Unwaited([])
    ticket = Ticket(CONNECT.command)
    ticket.fail(Problem("engine.closed_meanwhile"))
    unwaited.add(CONNECT, ticket)
    assert not failed(unwaited)


def test_what_had_failed_by_then_stands_before_the_reason_of_a_later_step() -> None:
    """What still waits does not, nor what an expectation asks for."""

    def check(step: Perform, ticket: Ticket) -> None:
        assert ticket.outcome is not None
        check_outcome(step, ticket.outcome)

    reason = Problem("scenario.instead_none")
    unwaited = Unwaited([])
    waits = Perform(c.Connect("a"), error="ECONNREFUSED", wait=False)
    unwaited.add(waits, Ticket(waits.command))
    assert unwaited.explained(reason, check) is reason
    unwaited.add(CONNECT, refused(CONNECT))
    said = str(unwaited.explained(reason, check))
    assert said.startswith("An earlier step that was not waited for has failed, a.connect(")
    assert "ECONNREFUSED" in said
    assert said.endswith(str(reason))
    excused = Unwaited([Expect("a", errno="ECONNREFUSED")])
    excused.add(CONNECT, refused(CONNECT))
    assert excused.explained(reason, check) is reason


def test_any_failure_will_do_where_a_step_says_so() -> None:
    """As `error = "*"` of an expectation."""
    step = Perform(c.Connect("a"), error="*")
    ticket = refused(step)
    assert ticket.outcome is not None
    check_outcome(step, ticket.outcome)
    done = Ticket(step.command)
    done.finish()
    assert done.outcome is not None
    with pytest.raises(Failed) as caught:
        check_outcome(step, done.outcome)
    assert caught.value.problem.key == "scenario.should_fail"


def test_which_of_the_two_a_connect_through_a_proxy_failed_at() -> None:
    """The kernel's errors are of the way to the proxy; what is beyond it, the proxy says."""
    step = Perform(c.Connect("a"))
    for outcome, proxied in (
        (Outcome(False, "ECONNREFUSED", "ConnectionRefusedError"), True),
        (Outcome(False, None, "TimeoutError"), True),
        (Outcome(False, None, "PROXY_403"), False),
        (Outcome(False, None, "SOCKS_5"), False),
    ):
        with pytest.raises(Failed) as caught:
            check_outcome(step, outcome, proxy="http://ada:secret@127.0.0.1:3128")
        assert (caught.value.problem.key == "scenario.no_way_to_proxy") is proxied
        assert "secret" not in caught.value.problem.text
