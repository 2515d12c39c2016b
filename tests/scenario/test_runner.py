"""A run does its steps in order, stops at the first that fails, and says why and what to do."""

from __future__ import annotations

import socket
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from tests.scenario.conftest import BOUND, PAIR, Play, reasons, steps
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.family import PATH, SocketKind
from workbench.engine.model.ticket import Outcome
from workbench.scenario.code import to_python
from workbench.scenario.model import Expect, Loop, Perform, ScenarioProblem, Wait, parse
from workbench.scenario.outcome import failure_text
from workbench.scenario.report import Report, StepResult, title_of
from workbench.scenario.runner import Runner
from workbench.scenario.write import to_toml
from workbench.session import Session
from workbench.texts import set_language

NO_IDLE = "options = { TCP_KEEPIDLE = 0 }"
START = 'do = "start"; endpoint = "server"'
CONNECT = 'do = "connect"; endpoint = "client"'


def test_steps_are_done_in_order_until_one_fails(play: Play) -> None:
    report = play(PAIR + steps(START, CONNECT, START, CONNECT))
    assert [step.number for step in report.steps] == [1, 2, 3]
    assert [step.reason is None for step in report.steps] == [True, True, False]
    assert [step.title for step in report.steps] == [
        "server.start()", "client.connect()", "server.start()",
    ]  # fmt: skip
    assert not report.ok
    assert all(step.seconds >= 0 for step in report.steps)


def test_every_end_is_told_as_it_comes(session: Session) -> None:
    told: list[StepResult] = []
    runner = Runner(session, parse(PAIR + steps(START, CONNECT)), told=told.append)
    assert runner.run().steps == told
    assert len(told) == 2


@pytest.mark.parametrize(("error", "ok"), [
    ("ECONNREFUSED", True), ("ConnectionRefusedError", True), ("ETIMEDOUT", False),
])  # fmt: skip
def test_a_call_that_must_fail(play: Play, error: str, ok: bool) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        head = PAIR.replace("@server", f"127.0.0.1:{bound.getsockname()[1]}")
        report = play(head + steps(f'{CONNECT}; error = "{error}"'))
    assert report.ok is ok
    if not ok:
        assert "should have failed with ETIMEDOUT, but: ECONNREFUSED" in reasons(report)[0]


@pytest.mark.parametrize(
    ("whose", "said"),
    [
        ("client", "2: Before the connect setsockopt() failed. EINVAL: The option does not take"),
        ("server", "1: EINVAL: The option does not take"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="other systems take another least value")
def test_the_call_that_failed_is_told_where_one_before_the_own_did(
    play: Play, whose: str, said: str
) -> None:
    """What is said of EINVAL is of setsockopt(), and not of the address of connect() or bind()."""
    head = PAIR.replace(f"[endpoint.{whose}]\n", f"[endpoint.{whose}]\n{NO_IDLE}\n")
    report = play(head + steps(START, CONNECT))
    assert report.steps[-1].reason is not None
    assert f"{report.steps[-1].number}: {reasons(report)[0]}".startswith(said)
    assert "Correct the value" in reasons(report)[0]


def test_success_where_failure_is_wanted_fails(play: Play) -> None:
    report = play(PAIR + steps(START, f'{CONNECT}; error = "ECONNREFUSED"'))
    assert "succeeded" in reasons(report)[0]


def test_a_timeout_is_an_error_too(play: Play) -> None:
    head = PAIR.replace("timeout = 5.0", "timeout = 0.1\nreceive = 'paused'")
    recv = 'do = "recv"; endpoint = "client"'
    assert play(head + steps(START, CONNECT, f'{recv}; error = "TimeoutError"')).ok
    assert not play(head + steps(START, CONNECT, recv)).ok


def test_a_step_need_not_be_waited_for(play: Play) -> None:
    head = PAIR.replace("timeout = 5.0", "receive = 'paused'")
    recv = 'do = "recv"; endpoint = "client"; wait = false'
    report = play(
        head
        + steps(
            START,
            CONNECT,
            recv,
            'do = "send"; endpoint = "server"; text = "x"',
            'do = "expect"; endpoint = "client"; text = "x"; within = 5.0',
        )
    )
    assert report.ok, reasons(report)


REFUSED = 'do = "connect"; endpoint = "client"; wait = false'
NOBODY = PAIR.replace("@server", "127.0.0.1:1")


ENDLESS = """
step = [
 { do = "start", endpoint = "server" },
 { do = "connect", endpoint = "client" },
 { do = "send", endpoint = "client", text = "beat\\n", repeat = 0, interval = 0.001, wait = false },
 { do = "expect", endpoint = "server", contains = "beat\\nbeat\\nbeat\\n" },
 { do = "cancel", endpoint = "client" },
]
"""


def test_a_send_without_end_is_cancelled_by_a_step(play: Play) -> None:
    report = play(ENDLESS + PAIR)
    assert report.ok, reasons(report)
    assert "repeat = 0" in to_python(parse(ENDLESS + PAIR))  # which blocking sockets cannot do


def test_nobody_can_wait_for_a_send_without_end() -> None:
    with pytest.raises(ScenarioProblem, match=r"never ends: add `wait = false`"):
        parse(ENDLESS.replace(", wait = false", "") + PAIR)


def settled(play: Play, *more: str) -> Report:
    """A run of a connect that nobody waits for, and that is refused before the run ends."""
    first, *rest = more
    quiet = 'do = "expect"; endpoint = "client"; call = "close"; within = 5.0'
    return play(NOBODY + steps(first, *rest, quiet))


def test_what_was_not_waited_for_is_judged_at_the_end(play: Play) -> None:
    report = settled(play, REFUSED)
    assert not report.ok
    assert report.steps[-1].title == report.steps[0].title
    assert "ECONNREFUSED" in reasons(report)[0]


@pytest.mark.parametrize(("error", "ok"), [("ECONNREFUSED", True), ("ETIMEDOUT", False)])
def test_the_error_of_a_step_that_was_not_waited_for(play: Play, error: str, ok: bool) -> None:
    assert settled(play, f'{REFUSED}; error = "{error}"').ok is ok


def test_a_failure_that_is_expected_is_judged_by_its_expectation(play: Play) -> None:
    expect = 'do = "expect"; endpoint = "client"; errno = "ECONNREFUSED"; within = 5.0'
    assert settled(play, REFUSED, expect).ok
    refused = settled(
        play, REFUSED, expect.replace("5.0", "0.1; absent = true").replace("ECONNREFUSED", "EPIPE")
    )
    assert not refused.ok  # that another failure did not come excuses none


def test_what_still_waits_has_not_failed(play: Play) -> None:
    head = PAIR.replace("timeout = 5.0", "receive = 'paused'")
    recv = 'do = "recv"; endpoint = "client"; wait = false'
    assert play(head + steps(START, CONNECT, recv)).ok
    report = play(head + steps(START, CONNECT, f'{recv}; error = "ECONNRESET"'))
    assert "still waits" in reasons(report)[0]


@pytest.mark.parametrize("end", ["close", "stop"])
def test_what_a_step_takes_away_has_not_failed(play: Play, end: str) -> None:
    head = PAIR.replace("timeout = 5.0", "receive = 'paused'")
    recv = 'do = "recv"; endpoint = "client"; wait = false'
    report = play(head + steps(START, CONNECT, recv, f'do = "{end}"; endpoint = "client"'))
    assert report.ok, reasons(report)


LOOP = """
[[step]]
do = "loop"
times = {times}
{more}
[[step.step]]
do = "send"
endpoint = "client"
text = "x"
"""


def test_a_loop_runs_so_often(play: Play) -> None:
    report = play(PAIR + steps(START, CONNECT) + LOOP.format(times=3, more="pause = 0.01"))
    assert [step.title for step in report.steps[2:]] == ["client.send(text='x')"] * 3


def test_a_loop_ends_with_what_it_waits_for(play: Play) -> None:
    head = PAIR.replace('"127.0.0.1:0"', '"127.0.0.1:0"\nresponder = { kind = "echo" }')
    until = 'pause = 0.01\nuntil = { endpoint = "client", contains = "xx" }'
    report = play(head + steps(START, CONNECT) + LOOP.format(times=10_000, more=until))
    assert report.ok
    assert 2 <= len(report.steps) - 2 < 10_000


def test_a_loop_ends_with_the_first_failure(play: Play) -> None:
    report = play(PAIR + LOOP.format(times=3, more=""))
    assert len(report.steps) == 1
    assert "Connect first" in reasons(report)[0]


@pytest.mark.parametrize(
    ("step", "said"),
    [
        ('do = "call"; endpoint = "client"; call = "recv"; args = [99999999999999]', "2147483647"),
        ('do = "send"; endpoint = "client"; text = "x"; to = "127.0.0.1:9"', "only datagrams"),
    ],
)
def test_what_a_stream_cannot_do_is_refused(play: Play, step: str, said: str) -> None:
    """The first spun for want of memory, the second went to the peer."""
    (reason,) = reasons(play(PAIR + steps(START, CONNECT, step)))
    assert said in reason


def test_a_run_has_an_end(session: Session) -> None:
    wait = parse('[[step]]\ndo = "wait"\nseconds = 1000\n')
    report = Runner(session, wait, timeout=0.1).run()
    assert "--timeout" in reasons(report)[0]


def test_it_is_not_longer_where_no_step_waits(session: Session) -> None:
    """A loop of notes, or of sends that are taken at once, went on for ever."""
    made = parse(
        'step = [{ do = "loop", times = 2000000000, step = [{ do = "note", text = "x" }] }]'
    )
    (*_, last) = Runner(session, made, timeout=0.3).run().steps
    assert last.reason is not None
    assert last.reason.key == "scenario.run_timeout"


def test_a_run_can_be_given_up(session: Session) -> None:
    runner = Runner(session, parse('[[step]]\ndo = "wait"\nseconds = 1000\n'))
    thread = threading.Thread(target=runner.run)
    thread.start()
    runner.cancel()
    thread.join(BOUND)
    assert not thread.is_alive()
    assert reasons(runner.report) == ["The run was given up."]


def test_a_scenario_runs_twice_in_one_session(play: Play) -> None:
    text = PAIR + steps(
        START,
        CONNECT,
        'do = "send"; endpoint = "client"; text = "x"',
        'do = "expect"; endpoint = "server"; connection = 1; text = "x"',
    )
    for _ in range(2):
        report = play(text)
        assert report.ok, reasons(report)


def test_a_start_that_nobody_waited_for_is_stopped(tmp_path: Path) -> None:
    """The run's end comes before the endpoint has looked at its command."""
    for number in range(20):
        with Session(tmp_path / f"{number}.swb") as session:
            Runner(session, parse(PAIR + steps(START)), timeout=0).run()
            session.stop_all_and_wait()
            assert fresh(session, "server").connections == ()
            assert session.settle(BOUND)


# -- words ------------------------------------------------------------------------------------


@pytest.mark.parametrize(("step", "title"), [
    (Perform(c.Send("a", text="x\n")), "a.send(text='x\\n')"),
    (Perform(c.Mark("half-way")), "note(text='half-way')"),
    (Wait(0.5), "wait(0.5)"),
    (Expect("a", call="recv", text="x"), "a.expect call='recv', text='x'"),
    (Expect("a", errno="EPIPE", absent=True), "a.expect no errno='EPIPE'"),
    (Loop((), 3), "loop(3)"),
])  # fmt: skip
def test_titles(step: Perform | Wait | Expect | Loop, title: str) -> None:
    assert title_of(step) == title


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("family", ["AF_INET", "AF_UNIX", "AF_UNSPEC"])
@pytest.mark.parametrize(
    "errno", ["EADDRINUSE", "ENOENT", "ECONNREFUSED", "EACCES", "EPIPE", "ENOTUNIQ", "TimeoutError"]
)
def test_a_failure_has_a_name_a_cause_and_a_way_out(errno: str, family: str, language: str) -> None:
    set_language(language)
    of_python = errno.endswith("Error")
    outcome = Outcome(False, *((None, errno) if of_python else (errno, "OSError")))
    text = failure_text(outcome, SocketKind(family)).text
    assert text.startswith(errno)
    assert text.count(errno) == 1
    assert len(text) > 20


def test_a_path_that_is_taken_has_another_way_out_than_a_port() -> None:
    taken = Outcome(False, "EADDRINUSE", "OSError")
    assert "port" in failure_text(taken, SocketKind("AF_INET")).text
    assert "delete the file" in failure_text(taken, SocketKind("AF_UNIX", address=PATH)).text


def test_a_reset_of_our_own_making_is_named(play: Play) -> None:
    """The listener was closed with the connection in its accept queue: no peer aborted it."""
    report = play(
        PAIR.replace('role = "listener"', 'role = "listener"\naccept = "paused"').replace(
            'role = "stream"', 'role = "stream"\nreceive = "paused"'
        )
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "connect"; endpoint = "client"',
            'do = "stop"; endpoint = "server"',
            'do = "recv"; endpoint = "client"',
        )
    )
    assert "server was closed while this connection waited" in str(report.steps[-1].reason)


def test_a_report_is_ok_when_all_steps_held() -> None:
    assert Report(parse("")).ok


def until_open(address: str, seconds: float) -> str:
    return f"""
[endpoint.client]
role = "stream"
address = "{address}"
[[step]]
do = "connect"
endpoint = "client"
until_open = {seconds}
"""


def test_a_connect_is_made_again_until_somebody_listens(play: Play, session: Session) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # and does not listen
        came = threading.Event()
        end = session.journal.subscribe(lambda _seq: came.set())

        def listen_at_the_second_attempt() -> None:
            with closing(session.journal.reader()) as reader:
                while True:
                    assert came.wait(BOUND)
                    came.clear()
                    refused = [row for row in reader.page(1, 1000) if row.errno == "ECONNREFUSED"]
                    if len(refused) >= 2:
                        server.listen()
                        return

        listener = threading.Thread(target=listen_at_the_second_attempt)
        listener.start()
        report = play(until_open("{}:{}".format(*server.getsockname()), BOUND))
        end()
        listener.join()
    assert report.ok, reasons(report)
    assert len(report.steps) == 1


def test_a_connect_that_nobody_takes_fails_when_its_time_is_over(play: Play) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        report = play(until_open("{}:{}".format(*server.getsockname()), 0.25))
    assert not report.ok
    assert "ECONNREFUSED" in reasons(report)[0]


def test_only_a_connect_waits_for_somebody() -> None:
    text = until_open("127.0.0.1:1", 3)
    assert parse(to_toml(parse(text))) == parse(text)
    assert "time.monotonic() + 3.0" in to_python(parse(text))
    with pytest.raises(ScenarioProblem, match="until_open"):
        parse(text.replace('"connect"', '"start"'))
    with pytest.raises(ScenarioProblem, match="until_open"):  # it was tried once
        parse(text.replace("until_open", "wait = false\nuntil_open"))
