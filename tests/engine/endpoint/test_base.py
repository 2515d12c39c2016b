"""Which sockets a command means: the current, all, the one of a number; closed ones too."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Do, Rows
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session


@pytest.fixture
def three(session: Session, do: Do) -> None:
    """A server with three connections, the numbers 1 to 3 at its end."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", count=3))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    while len(fresh(session, "server").connections) < 3:
        do(c.GetOption("server", "SO_RCVBUF"))


def senders(rows: Rows) -> list[int | None]:
    return [row.connection for row in rows("server") if row.call == "send"]


@pytest.mark.parametrize(("connection", "places"), [(None, [2]), (c.ALL, [0, 1, 2]), (2, [1])])
def test_of_three(
    session: Session, do: Do, rows: Rows, three: None, connection: c.Target, places: list[int]
) -> None:
    accepted = [row.id for row in fresh(session, "server").connections]
    assert do(c.Send("server", text="x", connection=connection)).ok
    assert senders(rows) == [accepted[place] for place in places]


def test_an_option_without_a_connection_is_the_listeners_own(
    session: Session, do: Do, rows: Rows, three: None
) -> None:
    assert do(c.SetOption("server", "SO_KEEPALIVE", 1)).ok
    assert rows("server")[-1].connection == fresh(session, "server").connection


def test_close_may_be_called_again_but_not_on_what_never_was(
    session: Session, do: Do, rows: Rows, three: None
) -> None:
    assert do(c.Close("server", 2)).ok
    assert do(c.Close("server", 2)).ok
    assert [row.call for row in rows("server", "note")][-1] == "already_closed"
    assert do(c.Abort("server", 2)).ok
    never = do(c.Close("server", 4)).problem
    assert never is not None
    assert never.key == "engine.no_such_connection"
    gone = do(c.Send("server", text="x", connection=2)).problem
    assert gone is not None
    assert gone.key == "engine.no_such_connection"
    registry = session._host("server").endpoint.registry
    assert registry.was_closed(2)
    assert not registry.was_closed(4)


def test_where_nobody_is_meant_no_bytes_are_made(session: Session, do: Do) -> None:
    """That nobody is there is said first: no file is read for nobody."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    assert do(c.Start("server")).ok
    for command in (
        c.Send("server", file="/nowhere/at/all"),
        c.Send("server", file="/nowhere/at/all", pieces=1),
    ):
        problem = do(command).problem
        assert problem is not None
        assert problem.key == "engine.no_connection"
