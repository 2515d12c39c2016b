"""A signal is noted, never raised in the middle of something; who waits is told."""

from __future__ import annotations

import signal
import threading

import pytest

from workbench import interrupts

BOUND = 30.0


@pytest.mark.parametrize("number", interrupts.NUMBERS)
def test_nothing_is_raised_until_one_looks(number: signal.Signals) -> None:
    told = threading.Event()
    with interrupts.listening(), interrupts.telling(asked=told.set):
        assert not interrupts.asked()
        interrupts.check()
        signal.raise_signal(number)
        assert told.wait(BOUND)
        assert interrupts.asked()
        assert not interrupts.hurried()
        with pytest.raises(KeyboardInterrupt):
            interrupts.check()


def test_the_second_one_hurries() -> None:
    first, second = threading.Event(), threading.Event()
    with interrupts.listening(), interrupts.telling(asked=first.set, hurried=second.set):
        signal.raise_signal(signal.SIGTERM)
        assert first.wait(BOUND)
        assert not second.is_set()
        signal.raise_signal(signal.SIGINT)
        assert second.wait(BOUND)
        assert interrupts.hurried()


def test_who_comes_late_is_told_at_once() -> None:
    first, late = threading.Event(), threading.Event()
    with interrupts.listening():
        with interrupts.telling(asked=first.set):
            signal.raise_signal(signal.SIGTERM)
            assert first.wait(BOUND)
        with interrupts.telling(asked=late.set, hurried=pytest.fail):
            assert late.is_set()


def test_who_asked_stays_until_it_was_told() -> None:
    """What a job works on may be closed after its `telling`."""
    begun, told = threading.Event(), []

    def job() -> None:
        begun.set()
        threading.Event().wait(0.05)
        told.append(True)

    with interrupts.listening():
        with interrupts.telling(asked=job):
            signal.raise_signal(signal.SIGTERM)
            assert begun.wait(BOUND)
        assert told


def test_afterwards_everything_is_as_before() -> None:
    before = [signal.getsignal(number) for number in interrupts.NUMBERS]
    threads = set(threading.enumerate())
    with interrupts.listening():
        assert [signal.getsignal(number) for number in interrupts.NUMBERS] != before
        with interrupts.listening():  # one is enough
            pass
        assert [signal.getsignal(number) for number in interrupts.NUMBERS] != before
    assert [signal.getsignal(number) for number in interrupts.NUMBERS] == before
    assert set(threading.enumerate()) == threads
    assert signal.set_wakeup_fd(-1) == -1


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with interrupts.listening():
            signal.raise_signal(signal.SIGTERM)
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
            assert not interrupts.asked()
    finally:
        signal.signal(signal.SIGTERM, before)


def test_beside_the_main_thread_nothing_changes() -> None:
    before = signal.getsignal(signal.SIGTERM)
    inside = []

    def run() -> None:
        with interrupts.listening():
            inside.append(signal.getsignal(signal.SIGTERM))

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert inside == [before]


def test_signals_while_threads_start_tear_none() -> None:
    """KeyboardInterrupt inside Thread.start() leaves a thread that nobody knows."""
    done = threading.Event()
    main = threading.main_thread().ident
    assert main is not None

    def shower() -> None:
        while not done.is_set():
            signal.pthread_kill(main, signal.SIGTERM)

    ran: list[int] = []
    with interrupts.listening():
        rain = threading.Thread(target=shower)
        rain.start()
        for number in range(200):
            thread = threading.Thread(target=ran.append, args=(number,))
            thread.start()
            thread.join()
        done.set()
        rain.join()
    assert ran == list(range(200))
