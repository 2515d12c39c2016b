"""A scenario is made of the record: all of it, or one endpoint or connection alone."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.qt.conftest import Wait
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.qt.background_reader import WHENEVER
from workbench.qt.controller import Controller
from workbench.qt.endpoint_thread import qt_spawn
from workbench.qt.full_collections import NEVER
from workbench.qt.scenario_maker import ReadText, ScenarioMaker, ScenarioWish, Written
from workbench.scenario.from_record import Excerpt
from workbench.scenario.repeat import Repeat
from workbench.scenario.steps import Loop, Perform, Scenario
from workbench.session import Session
from workbench.viewmodel.default_endpoints import LAB_PREFIX
from workbench.viewmodel.typed_scenario import TypedScenarios


class Maker:
    """A maker, and what it told."""

    def __init__(self, controller: Controller, wait: Wait) -> None:
        self.maker = ScenarioMaker(controller, controller)
        self._wait = wait
        self.told: list[object] = []
        self.shares: list[float] = []
        self.maker.progressed.connect(self.shares.append)
        for signal in ("scopes_found", "written", "made", "refused", "read"):
            getattr(self.maker, signal).connect(self.told.append)

    def newest(self) -> object:
        """What it tells next, once it has ended."""
        self._wait(lambda: bool(self.told) and not self.maker.making)
        return self.told.pop()

    def written(self, wish: ScenarioWish) -> Written:
        self.maker.make(wish)
        found = self.newest()
        assert isinstance(found, Written)
        return found


@pytest.fixture
def maker(controller: Controller, wait: Wait) -> Iterator[Maker]:
    made = Maker(controller, wait)
    yield made
    made.maker.leave()


PLAIN = Excerpt(expectations=False)


def test_each_endpoint_and_connection_is_offered_and_none_of_a_lab(
    controller: Controller, maker: Maker, talk: Callable[[str], None]
) -> None:
    controller.session.add(EndpointSettings(f"{LAB_PREFIX}client", Role.STREAM, address="@server"))
    talk("hello")
    maker.maker.look_for_scopes()
    scopes = maker.newest()
    assert isinstance(scopes, dict)
    assert {"server", "client", "client #1"} <= set(scopes)
    assert not [name for name in scopes if name.startswith(LAB_PREFIX)]
    assert scopes["client"] == ("client", None)


def test_it_is_made_of_what_was_done_without_what_a_lab_did(
    controller: Controller, maker: Maker, talk: Callable[[str], None]
) -> None:
    talk("hello")
    session = controller.session
    session.add(EndpointSettings(f"{LAB_PREFIX}client", Role.STREAM, address="@server"))
    assert session.perform(c.Connect(f"{LAB_PREFIX}client")).wait(60)
    session.journal.flush()
    found = maker.written(ScenarioWish("here", PLAIN))
    made = found.scenario
    assert {item.name for item in made.endpoints} == {"server", "client"}
    done = [type(step.command) for step in made.steps if isinstance(step, Perform)]
    assert done == [c.Start, c.Connect, c.Send]
    assert maker.maker.held_open(made) == ["server", "client"]
    assert not made.passwords
    assert found.text.read.scenario is not None
    assert found.text.read.scenario.steps == made.steps
    assert found.text.text.startswith("title")
    assert "socket.socket" in found.text.python
    assert maker.shares == sorted(maker.shares)
    assert maker.shares
    alone = maker.written(ScenarioWish("here", PLAIN, scope=("server", None)))
    assert [item.name for item in alone.scenario.endpoints] == ["server"]


def test_it_is_made_of_a_range_of_what_was_chosen(
    controller: Controller, maker: Maker, talk: Callable[[str], None]
) -> None:
    talk("hello")
    rows = {row.call: row.seq for row in controller.reader.page(1, 1000) if row.kind == "command"}
    upto = range(1, rows["connect"] + 1)
    for scope, count in ((None, 2), (("client", None), 2), (("server", None), 1)):
        found = maker.written(ScenarioWish("here", PLAIN, scope=scope, rows=upto))
        assert len(found.scenario.steps) == count, scope
    chosen = Excerpt(seqs={rows["start"], rows["send"]}, expectations=False)
    found = maker.written(ScenarioWish("here", chosen, rows=upto))
    assert [str(step.command) for step in found.scenario.steps if isinstance(step, Perform)] == [
        str(c.Start("server"))
    ]


def test_a_loose_one_is_told_alone_and_a_loop_stands_in_the_text(
    maker: Maker, talk: Callable[[str], None]
) -> None:
    talk("hello")
    maker.maker.make(ScenarioWish("here", Excerpt(loose=True)))
    loose = maker.newest()
    assert isinstance(loose, Scenario)
    found = maker.written(ScenarioWish("here", PLAIN, repeat=Repeat(3)))
    assert found.text.read.scenario is not None
    assert isinstance(found.text.read.scenario.steps[-1], Loop)
    assert not any(isinstance(step, Loop) for step in found.scenario.steps)


def test_a_newer_wish_takes_the_place_of_the_one_before(
    controller: Controller, maker: Maker, talk: Callable[[str], None], wait: Wait
) -> None:
    """And none is told that was given up, though it was made meanwhile."""
    talk("hello")
    held, go_on = threading.Event(), threading.Event()

    def hold(_reader: object) -> Iterator[object]:
        held.set()
        go_on.wait(60)
        yield None

    controller.background.begin(hold, lambda _said: None)
    assert held.wait(60)
    try:
        maker.maker.make(ScenarioWish("here", Excerpt(title="first")))
        maker.maker.make(ScenarioWish("here", Excerpt(title="second")))
        assert maker.maker.making
        assert not maker.told, "nobody waits for it"
    finally:
        go_on.set()
    found = maker.newest()
    assert isinstance(found, Written)
    assert found.scenario.title == "second"
    assert not maker.told
    maker.maker.make(ScenarioWish("here"))
    maker.maker.give_up()
    assert not maker.maker.making
    maker.maker.look_for_scopes()
    wait(lambda: bool(maker.told))
    assert isinstance(maker.told[0], dict), "what was given up is not told"


@pytest.mark.parametrize("ready", [True, False])
def test_it_is_made_of_the_record_that_takes_the_place_of_another(
    controller: Controller, maker: Maker, tmp_path: Path, ready: bool
) -> None:
    """Also where the one of before is made already, and waits to be told."""
    controller.perform(c.Mark("of before"))
    controller.session.journal.flush()
    maker.maker.make(ScenarioWish("here", Excerpt(title="of both")))
    made = threading.Event()
    controller.background.begin(
        lambda _reader: iter([made.set()]), lambda _said: None, rank=WHENEVER
    )
    if ready:
        assert made.wait(60)
    session = Session(tmp_path / "other.swb", spawn=qt_spawn)
    session.perform(c.Mark("of now"))
    session.journal.flush()
    controller.reset_session(session)
    found = maker.newest()
    assert isinstance(found, Written)
    assert "of now" in found.text.text
    assert "of before" not in found.text.text
    assert not maker.told


def test_a_typed_text_is_read_or_refused(maker: Maker) -> None:
    for text, good in (('title = "x"\n', True), ("title = ", False)):
        maker.maker.understand(text, TypedScenarios(), "here")
        found = maker.newest()
        assert isinstance(found, ReadText)
        assert (found.read.problem is None) == good
        assert bool(found.python) == good
        assert found.text == text


def test_it_says_when_all_is_in_the_record(controller: Controller, wait: Wait) -> None:
    maker = ScenarioMaker(controller, controller)
    read: list[int] = []
    maker.read_again.connect(lambda: read.append(maker.committed))
    controller.session.perform(c.Mark("the last"))
    maker.look_again()
    wait(lambda: bool(read))
    row = controller.reader.row(read[0])
    assert row is not None
    assert "the last" in row.args


def test_the_collector_does_not_go_through_a_scenario_while_its_window_is_open(
    controller: Controller, talk: Callable[[str], None], wait: Wait
) -> None:
    usual = gc.get_threshold()
    left, deleted = Maker(controller, wait), Maker(controller, wait)
    talk("hello")
    left.written(ScenarioWish("here"))
    assert gc.get_threshold()[2] == NEVER
    left.maker.leave()
    assert gc.get_threshold()[2] == NEVER, "another one is open"
    deleted.maker.deleteLater()
    wait(lambda: gc.get_threshold() == usual)
