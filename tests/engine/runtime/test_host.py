"""What a session holds of an endpoint: its thread comes with work and goes without."""

from __future__ import annotations

import threading

import pytest

from tests.engine.conftest import Do
from workbench.engine.model import commands as c
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Ticket
from workbench.engine.runtime.host import EndpointHost
from workbench.engine.sockets.event_loop import EventLoop, LoopRunner
from workbench.session import Session
from workbench.texts import Problem

HANG = 60.0
SERVER = EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0")


def threads() -> list[str]:
    return [item.name for item in threading.enumerate() if item.name == "endpoint it"]


def test_a_thread_for_as_long_as_there_is_a_socket(session: Session, do: Do) -> None:
    session.add(SERVER)
    assert threads() == []
    assert do(c.Start("it")).ok
    assert threads() == ["endpoint it"]
    assert do(c.Stop("it")).ok
    assert session.settle(HANG)
    assert threads() == []


def no_thread(_loop: EventLoop) -> LoopRunner:
    raise RuntimeError("can't start new thread")


def test_a_command_that_gets_no_thread_ends_and_is_shown(session: Session) -> None:
    host = EndpointHost(99, SERVER, session, no_thread)
    ticket = Ticket(c.Start("it"), host.publisher.command_ends)
    host.submit(ticket)
    assert ticket.outcome is not None
    assert isinstance(ticket.outcome.problem, Problem)
    assert host.publisher.newest().revision >= ticket.revision > 0


def look(session: Session, connection: int | None) -> Reading | None:
    found: list[Reading | None] = []
    done = threading.Event()

    def answer(reading: Reading | None) -> None:
        found.append(reading)
        done.set()

    session.look("it", connection, answer)
    assert done.wait(HANG)
    return found[0]


@pytest.mark.skipif(not hasattr(__import__("socket"), "TCP_INFO"), reason="no TCP_INFO here")
def test_a_look_at_the_own_socket_and_at_none(session: Session, do: Do) -> None:
    session.add(SERVER)
    assert look(session, None) is None
    do(c.Start("it"))
    reading = look(session, None)
    assert reading is not None
    assert reading.state == "LISTEN"
    assert look(session, 7) is None


def test_what_respond_changes_is_a_setting(session: Session, do: Do) -> None:
    session.add(SERVER)
    assert session.settings("it").responder == Nothing()
    assert do(c.Respond("it", Sink())).ok
    assert session.settings("it").responder == Sink()
