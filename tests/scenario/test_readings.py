"""A scenario may expect what only the kernel knows, and is told what it knew instead."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.scenario.conftest import PAIR, Play, reasons, steps
from workbench.engine.sockets.kernel_readings import LINUX
from workbench.journal.reader import Row
from workbench.scenario.model import parse
from workbench.session import Session
from workbench.texts import Problem

pytestmark = pytest.mark.skipif(not LINUX, reason="TCP_INFO is read on Linux only")
START = 'do = "start"; endpoint = "server"'
CONNECT = 'do = "connect"; endpoint = "client"'
PAUSED = PAIR.replace('role = "listener"', 'role = "listener"\naccept = "paused"')


def test_a_state_and_a_number_are_looked_for(play: Play) -> None:
    report = play(
        PAUSED
        + steps(
            START,
            CONNECT,
            'do = "expect"; endpoint = "server"; reading = "unacked"; least = 1; most = 1',
            'do = "expect"; endpoint = "server"; state = "LISTEN"',
            'do = "expect"; endpoint = "client"; state = "ESTABLISHED"',
            'do = "expect"; endpoint = "client"; connection = 1; state = "ESTABLISHED"',
        )
    )
    assert report.ok, reasons(report)


def test_what_was_read_instead_is_said(play: Play) -> None:
    report = play(
        PAIR
        + steps(
            START,
            CONNECT,
            'do = "expect"; endpoint = "client"; state = "CLOSE_WAIT"; within = 0.05',
        )
    )
    assert "state = ESTABLISHED" in reasons(report)[0]


def test_a_state_of_a_server_is_that_of_any_of_its_connections(play: Play) -> None:
    """One that listens is never in CLOSE_WAIT: who expects that means its connections."""
    keeps = PAIR.replace(
        'role = "listener"',
        'role = "listener"\nresponder = { kind = "nothing", on_peer_close = "keep" }',
    ).replace('role = "stream"', 'role = "stream"\ncount = 2')
    assert keeps.count("count = 2") == keeps.count("keep") == 1
    report = play(
        keeps
        + steps(
            START,
            CONNECT,
            'do = "shutdown"; endpoint = "client"; connection = 1',
            'do = "expect"; endpoint = "server"; state = "CLOSE_WAIT"',
            'do = "expect"; endpoint = "server"; state = "ESTABLISHED"',
            'do = "expect"; endpoint = "server"; state = "LISTEN"',
            'do = "expect"; endpoint = "client"; state = "FIN_WAIT2"',
            'do = "expect"; endpoint = "client"; state = "ESTABLISHED"',
            'do = "expect"; endpoint = "server"; state = "LAST_ACK"; within = 0.05',
        )
    )
    assert [step.reason is None for step in report.steps] == [*[True] * 8, False]
    assert "state = ESTABLISHED" in reasons(report)[0]


@pytest.mark.parametrize("what", ['state = "CLOSE"', 'reading = "unacked"; least = 0'])
@pytest.mark.parametrize("kind", ['family = "AF_UNIX"', 'type = "SOCK_DGRAM"'])
def test_what_the_kernel_does_not_keep_of_a_socket_is_refused(kind: str, what: str) -> None:
    """It never could come: AF_UNIX and UDP have no TCP_INFO."""
    role = "stream" if "UNIX" in kind else "datagram"
    where = "temp:s" if "UNIX" in kind else "127.0.0.1:0"
    text = f'[endpoint.e]\nrole = "{role}"\n{kind}\naddress = "{where}"\n'
    with pytest.raises(Problem) as raised:
        parse(text + steps(f'do = "expect"; endpoint = "e"; {what}'), "s.toml")
    assert "TCP" in str(raised.value)
    parse(text + steps('do = "expect"; endpoint = "e"; reading = "unread"; most = 0'), "s.toml")


def test_a_socket_that_is_not_there_has_no_reading(play: Play) -> None:
    report = play(
        PAIR
        + steps(
            'do = "expect"; endpoint = "client"; state = "ESTABLISHED"; within = 0.05',
        )
    )
    assert not report.ok


def test_it_waits_for_the_kernel(play: Play) -> None:
    """The peer's close() changes the state some time later; nothing else is waited for."""
    report = play(
        PAIR
        + steps(
            START,
            CONNECT,
            'do = "expect"; endpoint = "server"; call = "accept"',
            'do = "close"; endpoint = "server"; connection = 1',
            'do = "expect"; endpoint = "client"; state = "CLOSE_WAIT"',
        )
    )
    assert report.ok, reasons(report)


def test_each_look_is_kept_in_the_record(session: Session, play: Play) -> None:
    play(
        PAUSED
        + steps(
            START,
            CONNECT,
            'do = "expect"; endpoint = "server"; reading = "unacked"; least = 1',
        )
    )
    session.journal.flush()
    reader = session.journal.reader()
    samples = reader.samples(1)
    reader.close()
    assert any(json.loads(sample.reading).get("unacked") == 1 for sample in samples)


def test_a_loop_ends_when_the_kernel_shows_it(
    play: Play,
    rows: Callable[[], list[Row]],
) -> None:
    """One that has gone again still stands in the accept queue."""
    report = play(
        PAUSED
        + steps(START)
        + """
[[loop]]
times = 9
until = { endpoint = "server", reading = "unacked", least = 2 }
[[loop.step]]
do = "connect"
endpoint = "client"
[[loop.step]]
do = "close"
endpoint = "client"
"""
    )
    assert report.ok, reasons(report)
    assert [row.kind for row in rows() if row.call == "connect"].count("command") == 2


@pytest.mark.parametrize("step", [
    'state = "OPEN"', 'reading = "unackd"; least = 1', 'reading = "unacked"', "least = 1",
    'state = "LISTEN"; text = "x"', 'reading = "unacked"; least = 1; call = "recv"',
])  # fmt: skip
def test_what_makes_no_sense_is_said_before_the_start(step: str) -> None:
    with pytest.raises(Problem):
        parse(PAIR + steps(f'do = "expect"; endpoint = "server"; {step}'))


def test_a_look_is_at_one_connection() -> None:
    with pytest.raises(Problem, match="Give only one of state, connection"):
        parse(
            PAIR + steps('do = "expect"; endpoint = "server"; state = "LISTEN"; connection = "any"')
        )


@pytest.mark.parametrize("key", ["within = 1", "absent = true"])
def test_what_a_loop_does_not_judge_is_refused(key: str) -> None:
    with pytest.raises(Problem, match="has no meaning in until"):
        parse(PAIR + '[[loop]]\nuntil = { errno = "EPIPE", ' + key + " }\n")


def test_a_number_of_a_server_is_that_of_any_of_its_connections(play: Play) -> None:
    """But for its accept queue, which is of the socket that listens."""
    two = PAIR.replace('role = "stream"', 'role = "stream"\ncount = 2')
    paused = two.replace('role = "listener"', 'role = "listener"\nreceive = "paused"')
    seen = 'do = "expect"; endpoint = "server"; reading = '
    report = play(
        'on_failure = "next"\n'
        + paused
        + steps(
            START,
            seen + '"unread"; least = 0; within = 0.05',
            CONNECT,
            'do = "send"; endpoint = "client"; connection = 1; text = "hello"',
            seen + '"unread"; least = 5; most = 5',
            seen + '"unread"; most = 0',
            seen + '"unacked"; most = 0',
            seen + '"sacked"; least = 1',
            seen + '"unread"; least = 6; within = 0.05',
        )
    )
    assert [step.reason is None for step in report.steps] == [True, False, *[True] * 6, False]
    assert "server has no connection" in reasons(report)[0]
    assert "unread = " in reasons(report)[1]
