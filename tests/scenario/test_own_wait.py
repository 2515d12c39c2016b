"""A run that reads the answer itself: who read it, in which order it is told, and when it gives up.

Who is told of a step may take its time, so that nobody is told while the socket is borrowed.
"""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator

import pytest

from tests.scenario.conftest import BOUND
from workbench.engine.sockets.traced_socket import TracedSocket
from workbench.scenario import own_wait
from workbench.scenario.model import parse
from workbench.scenario.own_wait import answered
from workbench.scenario.report import StepResult
from workbench.scenario.runner import Runner
from workbench.scenario.steps import Scenario
from workbench.session import Session

ROUNDS = 20
TALK = """
[endpoint.client]
address = "127.0.0.1:{port}"
[[step]]
do = "connect"
[[step]]
do = "loop"
times = {rounds}
step = [{steps}]
"""
SEND = '{ do = "send", text = "PING" }'
EXPECT = '{ do = "expect", text = "PING" }'

needs_epoll = pytest.mark.skipif(not hasattr(select, "epoll"), reason="it is borrowed from epoll")


@pytest.fixture
def echo() -> Iterator[int]:
    """The port of a server in threads of its own."""

    def talk(sock: socket.socket) -> None:
        with sock:
            while data := sock.recv(4096):
                sock.sendall(data)

    def serve() -> None:
        while True:
            try:
                sock = listener.accept()[0]
            except OSError:
                return
            threading.Thread(target=talk, args=(sock,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, daemon=True).start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is read, and by whom."""
    found: list[str] = []
    read = TracedSocket.recv

    def noted(self: TracedSocket, size: int, args: str) -> tuple[bytes, bytes]:
        came = read(self, size, args)
        here = threading.current_thread() is threading.main_thread()
        found.append("the run reads" if here else "its thread reads")
        return came

    monkeypatch.setattr(TracedSocket, "recv", noted)
    return found


def talk(port: int, *steps: str, rounds: int = ROUNDS) -> Scenario:
    return parse(TALK.format(port=port, rounds=rounds, steps=", ".join(steps)))


@needs_epoll
def test_the_run_reads_the_answer_and_tells_of_the_send_after_it(
    session: Session, echo: int, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(own_wait, "MOMENT", BOUND)

    def told(result: StepResult) -> None:
        done.append(result.title.partition("(")[0].partition(" ")[0])

    assert Runner(session, talk(echo, SEND, EXPECT), timeout=BOUND, told=told).run().ok
    assert [step for step in done if not step.endswith("reads")] == [
        "client.connect", *["client.send", "client.expect"] * ROUNDS
    ]  # fmt: skip
    own = [place for place, step in enumerate(done) if step == "the run reads"]
    assert own  # the thread may do a round of its own meanwhile, but not in all of them
    assert {tuple(done[place + 1 : place + 3]) for place in own} == {
        ("client.send", "client.expect")
    }


@needs_epoll
def test_an_answer_that_takes_longer_is_read_by_the_thread(
    session: Session, echo: int, done: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Session, "attend", lambda *_args: False)
    assert Runner(session, talk(echo, SEND, EXPECT), timeout=BOUND).run().ok
    assert set(done) == {"its thread reads"}


def test_who_rests_after_each_step_does_so_between_a_send_and_its_answer(
    session: Session, echo: int, done: list[str]
) -> None:
    def rests() -> None:
        done.append("rests")

    assert Runner(session, talk(echo, SEND, EXPECT), timeout=BOUND, rests=rests).run().ok
    assert "the run reads" not in done
    assert done.count("rests") == 1 + 2 * ROUNDS


def test_after_a_failed_step_the_thread_reads_again(
    session: Session, echo: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for the socket but its thread, whichever way a run goes on."""
    monkeypatch.setattr(own_wait, "MOMENT", 0.0)
    wrong = '{ do = "expect", text = "PONG", within = 0.001, on_failure = "next" }'
    regex = '{ do = "expect", regex = "P.NG" }'
    report = Runner(session, talk(echo, SEND, wrong, regex), timeout=BOUND).run()
    assert [step.reason is None for step in report.steps[1:4]] == [True, False, True]
    assert len(report.steps) == 1 + 3 * ROUNDS
    loop = session._host("client").worker.loop
    assert loop._lent is None


def test_only_a_send_whose_answer_is_expected_next_is_waited_for() -> None:
    other = '{ do = "expect", endpoint = "server", text = "PING" }'
    many = '{ do = "send", text = "PING", repeat = 2 }'
    unwaited = '{ do = "send", text = "PING", wait = false }'
    steps = (SEND, SEND, EXPECT, EXPECT, many, EXPECT, unwaited, EXPECT, SEND, other, SEND)
    head = '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    text = TALK.format(port=1, rounds=1, steps=", ".join(steps)).replace(
        "[endpoint.client]", head + "[endpoint.client]"
    )
    for step in ("send", "connect", 'expect", text'):
        text = text.replace(f'do = "{step}', f'endpoint = "client", do = "{step}')
    text = text.replace(
        'endpoint = "client", do = "connect"', 'endpoint = "client"\ndo = "connect"'
    )
    scenario = parse(text)
    connect, loop = scenario.steps
    assert answered(scenario.steps) == {id(loop.steps[1])}  # type: ignore[union-attr]
    assert answered([connect]) == frozenset()
