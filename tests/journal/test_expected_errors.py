"""Errors that a run expected, told from others, in records of real runs."""

from __future__ import annotations

from contextlib import closing

import pytest

from tests.free_port import free_port
from workbench.engine.model import commands as c
from workbench.engine.model.events import LAB_ENDED
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.expected_errors import ENDS, FAILED, expected_of_run
from workbench.journal.reader import Reader
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.demos import demo
from workbench.labs.modes.closed import CLOSED
from workbench.scenario.model import parse
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.session import Session

BOUND = 60.0
REFUSED = """
[endpoint.{name}]
role = "stream"
address = "127.0.0.1:{port}"
[[step]]
do = "connect"
endpoint = "{name}"
error = "ECONNREFUSED"
"""
LOST = '[[step]]\ndo = "expect"\nendpoint = "{name}"\ntext = "never"\nwithin = 0.05\n'


def play(session: Session, text: str) -> bool:
    return Runner(session, parse(text), timeout=BOUND).run().ok


def counted(session: Session) -> tuple[int, list[int]]:
    """How many errors there are, and how many of them each run expected."""
    session.stop_all_and_wait()
    session.journal.flush()
    with closing(Reader(session.record)) as reader:
        last = reader.count()
        ends = [seq for part in reader.select(ENDS, 0, last) for seq in part]
        return reader.tally(FAILED, 0, last), [expected_of_run(reader, end) for end in ends]


def refused_by_hand(session: Session) -> None:
    session.add(EndpointSettings(name="mine", role=Role.STREAM, address=f"127.0.0.1:{free_port()}"))
    assert session.perform(c.Connect("mine")).wait(BOUND)


def test_what_a_run_that_held_met_is_expected_and_what_was_before_is_not(session: Session) -> None:
    refused_by_hand(session)
    assert play(session, REFUSED.format(name="one", port=free_port()))
    assert play(session, REFUSED.format(name="two", port=free_port()))
    assert counted(session) == (3, [1, 1])


def test_of_a_run_that_failed_the_steps_that_held_expected_theirs(session: Session) -> None:
    text = REFUSED.format(name="one", port=free_port()) + LOST.format(name="one")
    assert not play(session, text)
    assert counted(session) == (1, [1])


def test_a_run_that_failed_by_an_error_did_not_expect_it(session: Session) -> None:
    text = REFUSED.format(name="one", port=free_port()).replace('error = "ECONNREFUSED"\n', "")
    assert not play(session, text)
    assert counted(session) == (1, [0])


@pytest.mark.parametrize("name", ["udp-refused", "two-listeners", "tls-certificates"])
def test_all_errors_of_a_demonstration_are_what_it_shows(session: Session, name: str) -> None:
    shown = demo(name)
    assert shown is not None
    assert Runner(session, shown.scenario(), timeout=BOUND).run().ok
    errors, expected = counted(session)
    assert errors
    assert expected == [errors]


def test_another_endpoint_that_fails_meanwhile_is_not_of_the_run(session: Session) -> None:
    session.add(EndpointSettings(name="mine", role=Role.STREAM, address=f"127.0.0.1:{free_port()}"))

    def meanwhile(_step: object) -> None:
        assert session.perform(c.Connect("mine")).wait(BOUND)

    scenario = parse(REFUSED.format(name="one", port=free_port()))
    assert Runner(session, scenario, timeout=BOUND, told=meanwhile).run().ok
    errors, expected = counted(session)
    assert (errors, expected) == (2, [1])


def test_an_endpoint_whose_error_a_step_expects_is_of_the_run(session: Session) -> None:
    session.add(EndpointSettings(name="mine", role=Role.STREAM, address=f"127.0.0.1:{free_port()}"))
    session.add(EndpointSettings(name="other", role=Role.STREAM, address="127.0.0.1:1"))

    def meanwhile(step: StepResult) -> None:
        if step.number == 1:
            for name in ("mine", "mine", "other"):
                assert session.perform(c.Connect(name)).wait(BOUND)

    seen = 'kind = "end"\ncall = "connect"\nerrno = "ECONNREFUSED"\n'
    text = (
        '[endpoint.mine]\naddress = "127.0.0.1:1"\n[[step]]\ndo = "wait"\nseconds = 0\n'
        f'[[step]]\ndo = "expect"\nendpoint = "mine"\nconnection = "any"\n{seen}'
    )
    scenario = parse(text)
    assert Runner(session, scenario, timeout=BOUND, told=meanwhile).run().ok
    assert counted(session) == (3, [2])


def test_what_the_clients_of_the_lab_met_is_expected(session: Session) -> None:
    refused_by_hand(session)
    for _ in range(2):  # under the same names
        run = BacklogRun(session, BacklogSettings(clients=3, mode=CLOSED, timeout=0.4))
        run.start()
        assert run.wait(BOUND)
        assert run.result().refused == 3
    assert counted(session) == (7, [3, 3])


def test_a_note_that_somebody_else_wrote_expects_nothing(session: Session) -> None:
    refused_by_hand(session)
    for args in ("", "1", "'x', 'mine'", "0, 0, 0", "{"):
        session.note(LAB_ENDED, args, "mine")
    session.note(LAB_ENDED, "0, 'mine'")
    assert counted(session) == (1, [0] * 6)
