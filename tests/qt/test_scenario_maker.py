"""A scenario is made of the record: all of it, or one endpoint or connection alone."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.qt.controller import Controller
from workbench.qt.scenario_maker import ScenarioMaker
from workbench.scenario.from_record import Excerpt
from workbench.scenario.steps import Perform
from workbench.viewmodel.default_endpoints import LAB_PREFIX

Wait = Callable[[Callable[[], bool]], None]


def test_each_endpoint_and_connection_is_offered_and_none_of_a_lab(
    controller: Controller, talk: Callable[[str], None]
) -> None:
    controller.session.add(EndpointSettings(f"{LAB_PREFIX}client", Role.STREAM, address="@server"))
    talk("hello")
    maker = ScenarioMaker(controller, controller)
    scopes = maker.scopes()
    assert {"server", "client", "client #1"} <= set(scopes)
    assert not [name for name in scopes if name.startswith(LAB_PREFIX)]
    assert scopes["client"] == ("client", None)


def test_it_is_made_of_what_was_done_without_what_a_lab_did(
    controller: Controller, talk: Callable[[str], None]
) -> None:
    talk("hello")
    session = controller.session
    session.add(EndpointSettings(f"{LAB_PREFIX}client", Role.STREAM, address="@server"))
    assert session.perform(c.Connect(f"{LAB_PREFIX}client")).wait(60)
    session.journal.flush()
    maker = ScenarioMaker(controller, controller)
    made = maker.made(Excerpt(expectations=False)).scenario
    assert {item.name for item in made.endpoints} == {"server", "client"}
    done = [type(step.command) for step in made.steps if isinstance(step, Perform)]
    assert done == [c.Start, c.Connect, c.Send]
    assert maker.held_open(made) == ["server", "client"]
    assert not made.passwords
    assert maker.passwords() == {}
    alone = maker.made(Excerpt(seqs=maker.commands_of(("server", None)), expectations=False))
    assert [item.name for item in alone.scenario.endpoints] == ["server"]


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
