"""The thread of an endpoint: there while it is needed, and only one at a time."""

from __future__ import annotations

import threading

from workbench.engine.sockets.event_loop import EventLoop, thread_spawn
from workbench.engine.sockets.worker import Worker

HANG = 60.0


class Owner:
    """Owns something until it is told otherwise."""

    def __init__(self) -> None:
        self.owns = False
        self.threads: list[int] = []
        self.worker = Worker(self.make, thread_spawn)

    def make(self) -> EventLoop:
        return EventLoop(
            "test",
            busy=lambda: self.owns,
            turn=lambda: None,
            ended=lambda: None,
            crashed=lambda _error: None,
        )

    def begin(self, owns: bool) -> None:
        """Have a job note its thread and set what is owned; it has run when this returns."""
        done = threading.Event()

        def job() -> None:
            self.threads.append(threading.get_ident())
            self.owns = owns
            done.set()

        self.worker.post(job)
        assert done.wait(HANG)


def test_nothing_runs_before_the_first_job() -> None:
    owner = Owner()
    assert not owner.worker.post_if_running(lambda: owner.threads.append(0))
    assert owner.worker.join(0)
    assert owner.threads == []


def test_a_thread_lives_as_long_as_something_is_owned() -> None:
    owner = Owner()
    owner.begin(owns=True)
    owner.begin(owns=True)
    assert len(set(owner.threads)) == 1
    assert not owner.worker.join(0)
    seen = threading.Event()
    assert owner.worker.post_if_running(seen.set)
    assert seen.wait(HANG)
    owner.begin(owns=False)
    assert owner.worker.join(HANG)
    assert not owner.worker.post_if_running(lambda: owner.threads.append(0))
    assert 0 not in owner.threads


def test_a_job_after_the_end_gets_a_thread_and_a_loop_anew() -> None:
    owner = Owner()
    owner.begin(owns=False)
    assert owner.worker.join(HANG)
    ended = owner.worker.loop
    owner.begin(owns=False)
    assert len(owner.threads) == 2
    assert owner.worker.loop is not ended
    assert owner.worker.join(HANG)
