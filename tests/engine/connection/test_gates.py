"""Gates: what goes by itself, what waits for a step, and the journal's hold on reading."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import Hold
from workbench.engine.runtime import sampler
from workbench.session import Session


class Journal:
    """The session's journal, which is behind when a test says so."""

    def __init__(self, real: object) -> None:
        self._real = real
        self.congested = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._real, name)


@pytest.fixture
def journal(session: Session, monkeypatch: pytest.MonkeyPatch) -> Journal:
    monkeypatch.setattr(sampler, "SILENCE", 600.0)  # it would wake an endpoint too
    made = Journal(session.journal)
    session.sink = made  # type: ignore[assignment]
    return made


@pytest.fixture
def talk(session: Session, journal: Journal, do: Do, until: Until) -> Session:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    return session


def calls(rows: Rows, call: str) -> list[bytes | None]:
    return [row.payload for row in rows("client") if row.call == call]


def test_a_step_lets_one_send_through_and_resume_the_rest(
    talk: Session, do: Do, rows: Rows
) -> None:
    do(c.Pause("client", c.Gate.SEND))
    waiting = [talk.perform(c.Send("client", text=text)) for text in "abc"]
    assert do(c.Step("client", c.Gate.SEND)).ok
    assert [ticket.done for ticket in waiting] == [True, False, False]
    assert calls(rows, "send") == [b"a"]
    assert do(c.Resume("client", c.Gate.SEND)).ok
    assert all(ticket.wait(60) for ticket in waiting)
    assert calls(rows, "send") == [b"a", b"b", b"c"]


def test_a_step_of_two_waits_for_the_second_send(talk: Session, do: Do, rows: Rows) -> None:
    do(c.Pause("client", c.Gate.SEND))
    step = talk.perform(c.Step("client", c.Gate.SEND, 2))
    assert do(c.Send("client", text="a")).ok
    assert not step.done
    assert do(c.Send("client", text="b")).ok
    assert step.wait(60)
    third = talk.perform(c.Send("client", text="c"))
    do(c.Stop("client"))
    assert third.outcome is not None
    assert not third.outcome.ok
    assert calls(rows, "send") == [b"a", b"b"]


def test_stop_ends_a_step_that_nothing_came_for(talk: Session, do: Do) -> None:
    do(c.Pause("client", c.Gate.SEND))
    step = talk.perform(c.Step("client", c.Gate.SEND))
    do(c.Stop("client"))
    assert step.outcome is not None
    assert step.outcome.problem is not None
    assert step.outcome.problem.key == "engine.stopped_meanwhile"


def test_what_comes_while_receiving_is_paused_is_read_afterwards(
    talk: Session, do: Do, until: Until, rows: Rows
) -> None:
    do(c.Pause("server", c.Gate.RECEIVE))
    do(c.Send("client", text="early"))
    assert do(c.Recv("server", 2)).ok
    assert [row.payload for row in rows("server") if row.call == "recv"] == [b"ea"]
    assert talk.snapshot("server").receive is GateMode.PAUSED
    do(c.Resume("server", c.Gate.RECEIVE))
    until("server", call="recv", payload=b"rly")


def test_while_the_journal_is_behind_nothing_is_read(
    talk: Session, journal: Journal, do: Do, until: Until, rows: Rows
) -> None:
    journal.congested = True
    do(c.GetOption("server", "SO_RCVBUF"))  # each round of the loop looks at the journal
    until("server", call="reading_held")
    do(c.Send("client", text="kept waiting"))
    do(c.GetOption("server", "SO_RCVBUF"))
    assert "recv" not in [row.call for row in rows("server")]
    assert fresh(talk, "server").connections[0].hold is Hold.RECORD
    journal.congested = False  # nothing else wakes the server now
    until("server", call="reading_resumed")
    until("server", call="recv", payload=b"kept waiting")
    assert [row.call for row in rows("server", "note")] == ["reading_held", "reading_resumed"]
