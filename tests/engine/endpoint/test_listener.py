"""A listener without a free descriptor: EMFILE is seen, and nothing is lost by it."""

from __future__ import annotations

import os
import socket
import sys

import pytest

from tests.engine.conftest import Do, Rows, Until
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="no RLIMIT_NOFILE")


def limit() -> tuple[int, int]:
    import resource

    return resource.getrlimit(resource.RLIMIT_NOFILE)


def test_accept_without_a_free_descriptor(session: Session, do: Do, rows: Rows) -> None:
    session.add(
        EndpointSettings(
            "server", Role.LISTENER, address="127.0.0.1:0", timeout=5.0, accept=GateMode.PAUSED
        )
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0))
    before = limit()
    do(c.Start("server"))
    assert do(c.Connect("client")).ok
    assert do(c.Accept("server", no_files=True)).errno == "EMFILE"
    assert limit() == before
    os.close(os.dup(0))  # others can open again
    assert do(c.Accept("server")).ok
    tried = [(row.errno, row.error) for row in rows("server") if row.call == "accept"]
    assert tried[0] == ("EMFILE", "OSError")
    assert tried[-1] == (None, None)
    notes = [row.call for row in rows("server", "note")]
    assert notes.index("no_files") < notes.index("accept_backs_off")


def test_with_the_gate_open_the_connection_comes_by_itself(
    session: Session,
    do: Do,
    until: Until,
) -> None:
    """accept() is tried again by itself after the back-off."""
    session.add(
        EndpointSettings(
            "server", Role.LISTENER, address="127.0.0.1:0", timeout=5.0, accept=GateMode.PAUSED
        )
    )
    do(c.Start("server"))
    port = int(session.link("server").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)):
        assert not do(c.Accept("server", no_files=True)).ok
        do(c.Resume("server", c.Gate.ACCEPT))
        assert until("server", call="accept", errno=None, kind="call").result is not None
