"""Readings of silent connections: of those that have something to do, again and again."""

from __future__ import annotations

import threading
from contextlib import closing

import pytest

from tests.engine.conftest import Do, Until
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.runtime import sampler
from workbench.session import Session


def test_who_waits_in_silence_is_sampled_and_who_waits_for_nothing_is_not(
    session: Session, do: Do, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sampler, "SILENCE", 0.02)
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", receive=GateMode.PAUSED))
    do(c.Start("server"))
    do(c.Connect("client"))
    do(c.Send("client", text="x"))
    idle = until("server", call="recv").connection
    waits = until("client", call="send", kind="call").connection
    assert idle is not None
    assert waits is not None
    session.perform(c.Recv("client"))
    with closing(session.journal.reader()) as reader:
        for _ in range(500):
            session.journal.flush()
            if len(reader.samples(waits)) >= 3:
                break
            threading.Event().wait(0.02)
        else:
            raise AssertionError("nothing was kept of the one that waits")
        assert reader.samples(idle) == []
    assert do(c.Stop("client")).ok
