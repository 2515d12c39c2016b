"""One worker holds a thousand connections."""

from __future__ import annotations

from pathlib import Path

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session

COUNT = 1000
BOUND = 60.0


def test_a_thousand_connections_on_one_worker(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        session.add(
            EndpointSettings(
                "server", Role.LISTENER, address="127.0.0.1:0", backlog=4096, responder=Echo()
            )
        )
        session.add(
            EndpointSettings("client", Role.STREAM, address="@server", count=COUNT, timeout=BOUND)
        )
        for command in (c.Start("server"), c.Connect("client"), c.Send("client", text="hello")):
            ticket = session.perform(command)
            assert ticket.wait(BOUND)
            assert ticket.outcome is not None
            assert ticket.outcome.ok, ticket.outcome
        reader = session.journal.reader()
        while True:
            upto = session.journal.committed
            rows = reader.page(1, upto)
            back = sum(
                row.size or 0 for row in rows if row.endpoint == "client" and row.call == "recv"
            )
            if back == COUNT * 5:
                break
            assert session.journal.wait_committed(upto + 1, BOUND)
        assert len([row for row in rows if row.call == "accept" and row.errno is None]) == COUNT
        assert fresh(session, "client").open_count == COUNT
        pairs = [row for row in reader.connections() if row.parent is not None]
        assert all(row.pair is not None for row in pairs)
