"""The newest calls of a connection, as the strip goes on with them after the set-up."""

from __future__ import annotations

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import ChipState, EndpointSnapshot
from workbench.viewmodel.call_history import RecentCalls


def made(talk: Talk, history: RecentCalls, snapshot: EndpointSnapshot) -> list[str]:
    chips = history.after(snapshot, snapshot.connections[-1], talk.reader, talk.committed)
    return [f"{chip.call} {chip.state.value}" for chip in chips]


def test_a_server_begins_with_the_accept_and_a_peer_is_waited_for(talk: Talk) -> None:
    snapshot = talk.until("server", lambda x: bool(x.bytes_out))
    history = RecentCalls()
    assert made(talk, history, snapshot) == ["accept done", "send done", "recv waiting"]
    talk.do(c.Send("client", text="x"))
    snapshot = talk.until("server", lambda x: bool(x.bytes_in))
    assert made(talk, history, snapshot) == [
        "accept done",
        "send done",
        "recv done",
        "recv waiting",
    ]


def test_nothing_is_waited_for_on_a_connection_that_is_closed(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Close("client"))
    snapshot = talk.until("client", lambda x: x.connections[-1].closed_ns is not None)
    calls = RecentCalls().after(snapshot, snapshot.connections[-1], talk.reader, talk.committed)
    assert calls[-1].call == "close"
    assert all(chip.state is not ChipState.WAITING for chip in calls)
