"""A server and a client in a session, without a window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import ConnectionSnapshot, EndpointSnapshot
from workbench.journal.reader import Reader
from workbench.session import Session

BOUND = 60.0
"""Seconds; only catches a hang."""


class Talk:
    """Performs commands to their end, and looks until what is waited for is so."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.reader: Reader = session.journal.reader()

    def do(self, command: c.Command) -> None:
        assert self.session.perform(command).wait(BOUND)

    def until(self, name: str, true: Callable[..., bool]) -> EndpointSnapshot:
        """The first snapshot of this endpoint of which it is true."""
        for _ in range(100_000):
            snapshot = fresh(self.session, name)
            if true(snapshot):
                return snapshot
            self.session.journal.flush(0.01)
        raise AssertionError(name)

    def newest(self, name: str) -> ConnectionSnapshot:
        return self.until(name, lambda snapshot: bool(snapshot.connections)).connections[-1]

    @property
    def committed(self) -> int:
        self.session.journal.flush(BOUND)
        return self.session.journal.committed


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """The server greets; what is connected stays so until a test ends it."""
    with Session(tmp_path / "r.swb") as made:
        made.add(
            EndpointSettings(
                "server",
                Role.LISTENER,
                address="127.0.0.1:0",
                responder=Greet("hello", on_peer_close=OnPeerClose.KEEP),
            )
        )
        made.add(
            EndpointSettings(
                "client", Role.STREAM, address="@server", responder=Nothing(OnPeerClose.KEEP)
            )
        )
        found = Talk(made)
        found.do(c.Start("server"))
        found.do(c.Connect("client"))
        yield found
        found.reader.close()
