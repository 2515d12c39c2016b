"""Waiting for what is expected, whenever it comes: before it is looked for, meanwhile, or never."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event as Flag

import pytest

from workbench.engine.model.events import ConnectionOpened, EndpointAdded
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.recorder import Recorder
from workbench.scenario.awaited import Awaited
from workbench.scenario.bell import Bell
from workbench.scenario.expect import Matcher
from workbench.scenario.feed import Feed
from workbench.scenario.held_back import HeldBack
from workbench.scenario.search import FOR_EVER
from workbench.scenario.steps import Expect

HANG = 60.0
SETTINGS = EndpointSettings("client", Role.STREAM, address="127.0.0.1:1")


class Talk:
    """One connection of which rows are put by the test, and what waits for them."""

    def __init__(self, path: Path) -> None:
        self.journal = Recorder(path)
        self.journal.start()
        self.journal.tell_at_work(lambda: False)
        self.bell = Bell()
        self.feed = Feed(self.bell.set)
        self.feed.want({"client": frozenset({"recv"})})
        self.matcher = Matcher(self.feed, lambda _name: SETTINGS, HeldBack(lambda: (SETTINGS,)))
        self.matcher.kept = {"client"}
        self.waits: list[float] = []
        self.meanwhile: Callable[[], None] | None = None
        self.awaited = Awaited(self.journal, self.matcher, self.bell, self._wait_for, self._read)

    def _wait_for(self, flag: Flag | Bell, seconds: float) -> None:
        self.waits.append(seconds)
        if self.meanwhile is not None:
            meanwhile, self.meanwhile = self.meanwhile, None
            thread = threading.Thread(target=meanwhile)
            thread.start()
            assert flag.wait(HANG)
            thread.join()

    def _read(self, *, wait: bool) -> int:
        self.journal.number()
        self.matcher.take()
        return self.journal.clock.now() if wait else 0

    def comes(self, data: bytes) -> None:
        now = self.journal.clock.now()
        self.journal.put(((1, 1, "recv", "65536", None), now, 0, len(data), data))

    def until(self, seconds: float) -> int:
        return self.journal.clock.now() + int(seconds * 1e9)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    made = Talk(tmp_path / "r.swb")
    try:
        with made.journal.following(made.feed, whole=True):
            made.journal.put(EndpointAdded(1, "client", "stream", "AF_INET", "SOCK_STREAM", "{}"))
            made.journal.put(ConnectionOpened(1, 1, None, number=1))
            yield made
    finally:
        made.journal.close()


WANTED = Expect("client", text="PONG", connection=1)


def nothing(_seconds: float) -> bool:
    return False


def test_what_is_there_already_is_found_without_a_wait(talk: Talk) -> None:
    talk.comes(b"PONG")
    talk._read(wait=True)
    found = talk.awaited.text(WANTED, talk.until(HANG), nothing)
    assert found is not None
    assert talk.waits == []


def test_what_comes_meanwhile_rings(talk: Talk) -> None:
    """Nothing that comes between the look and the wait is missed: it rings from before the look."""
    talk.meanwhile = lambda: talk.comes(b"PONG")
    found = talk.awaited.text(WANTED, talk.until(HANG), nothing)
    assert found is not None
    assert found.row.payload == b"PONG"
    assert talk.waits  # a ring that came too early is one more


def test_what_came_after_the_last_look_is_found_before_it_waits(talk: Talk) -> None:
    talk.comes(b"PONG")
    assert talk.awaited.text(WANTED, talk.until(HANG), nothing) is not None
    assert talk.waits == []


def test_what_is_attended_to_needs_no_ring(talk: Talk) -> None:
    def attend(_seconds: float) -> bool:
        talk.comes(b"PONG")
        return True

    assert talk.awaited.text(WANTED, talk.until(HANG), attend) is not None
    assert talk.waits == []
    assert not talk.bell.is_set()


def test_what_does_not_come_alone_is_for_a_search(talk: Talk) -> None:
    talk.comes(b"PO")
    talk.comes(b"NG")
    talk._read(wait=True)
    until = talk.until(HANG)
    assert talk.awaited.text(WANTED, until, nothing) is None
    search = talk.matcher.search(WANTED, until)
    found = talk.awaited.search(search, until, talk._read(wait=True))
    assert found is not None
    assert found.row.payload == b"NG"
    assert talk.waits == []


def test_a_search_waits_for_what_comes(talk: Talk) -> None:
    talk.comes(b"PO")
    talk.meanwhile = lambda: talk.comes(b"NG")
    until = talk.until(HANG)
    search = talk.matcher.search(WANTED, until)
    assert talk.awaited.search(search, until, talk._read(wait=True)) is not None
    assert talk.waits


def test_what_never_comes_is_given_up(talk: Talk) -> None:
    until = talk.until(0.0)
    assert talk.awaited.text(WANTED, until, nothing) is None
    search = talk.matcher.search(WANTED, until)
    assert talk.awaited.search(search, until, talk._read(wait=True)) is None
    absent = talk.matcher.search(Expect("client", text="PONG"), FOR_EVER)
    talk.matcher.end(absent)
