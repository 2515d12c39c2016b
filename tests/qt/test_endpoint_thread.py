"""An endpoint's loop on a QThread: it runs, ends, is kept while it runs, and is seen to stay."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any

import pytest
from PySide6.QtCore import QThread
from PySide6.QtWidgets import QApplication

from tests.leftover import threads_since
from workbench.engine.model import commands as c
from workbench.engine.sockets.event_loop import EventLoop
from workbench.qt import endpoint_thread as qt_thread
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import EndpointThread, qt_spawn

HANG = 60.0


class Held:
    """A loop that is busy until it is let go."""

    def __init__(self, name: str) -> None:
        self.busy = True
        self.ran_on: list[QThread] = []
        self.ended = threading.Event()
        self.crashes: list[BaseException] = []
        self.loop = EventLoop(
            name,
            busy=lambda: self.busy,
            turn=self._turn,
            ended=self.ended.set,
            crashed=self.crashes.append,
        )

    def _turn(self) -> None:
        self.ran_on.append(QThread.currentThread())

    def let_go(self) -> None:
        def job() -> None:
            self.busy = False

        self.loop.post(job)


@pytest.fixture
def held(qapp: QApplication) -> Iterator[Callable[[str], Held]]:
    made: list[Held] = []

    def begin(name: str) -> Held:
        made.append(Held(name))
        return made[-1]

    yield begin
    for item in made:
        item.let_go()


def test_it_runs_on_a_thread_of_its_own_until_the_loop_owns_nothing(
    held: Callable[[str], Held],
) -> None:
    one = held("s")
    thread = qt_spawn(one.loop)
    assert thread.objectName() == "endpoint s"
    assert thread.is_alive()
    thread.join(0.01)  # bounded: it is still busy
    assert thread.is_alive()
    one.let_go()
    thread.join()
    assert not thread.is_alive()
    assert one.ended.is_set()
    assert {ran is thread for ran in one.ran_on} == {True}
    assert not one.loop.post(lambda: None)


def test_a_running_thread_is_kept_though_nobody_holds_it(held: Callable[[str], Held]) -> None:
    """Destroying a running QThread aborts the process."""
    one, other = held("one"), held("other")
    qt_spawn(one.loop)
    (kept,) = [thread for thread in qt_thread._running if thread.objectName() == "endpoint one"]
    one.let_go()
    assert one.ended.wait(HANG)
    kept.join()
    qt_spawn(other.loop)  # the ended one is let go with the next spawn
    assert kept not in qt_thread._running


def test_a_handler_that_raises_does_not_end_the_thread(held: Callable[[str], Held]) -> None:
    one = held("s")
    thread = qt_spawn(one.loop)

    def bad() -> None:
        raise ValueError("a bad handler")

    one.loop.post(bad)
    one.let_go()
    thread.join()
    assert [str(error) for error in one.crashes] == ["a bad handler"]
    assert one.ended.is_set()


def test_debuggers_and_coverage_see_it(held: Callable[[str], Held]) -> None:
    seen: set[QThread] = set()

    def trace(_frame: FrameType, _event: str, _argument: Any) -> None:
        seen.add(QThread.currentThread())

    one = held("s")
    before = threading.gettrace()
    threading.settrace(trace)
    try:
        thread = qt_spawn(one.loop)
        one.let_go()
        thread.join()
    finally:
        threading.settrace(before)
    assert thread in seen


def test_a_thread_that_outlives_its_window_is_seen(held: Callable[[str], Held]) -> None:
    before = set(threading.enumerate())
    one = held("stubborn")
    thread = qt_spawn(one.loop)
    assert "endpoint stubborn" in threads_since(before)
    one.let_go()
    thread.join()
    assert threads_since(before) == []


def test_an_endpoint_on_it_serves_a_real_client(controller: Controller) -> None:
    session = controller.session
    assert session.perform(c.Start("server")).wait(HANG)
    assert any(isinstance(x, EndpointThread) and x.is_alive() for x in qt_thread._running)
    host, _, port = session.link("server").rpartition(":")
    with socket.create_connection((host, int(port)), HANG) as plain:
        plain.sendall(b"echo")
        assert plain.recv(16) == b"echo"
        assert session.perform(c.Stop("server")).wait(HANG)
        assert plain.recv(16) == b""
    assert session.settle(HANG)
    assert not [thread for thread in qt_thread._running if thread.is_alive()]
