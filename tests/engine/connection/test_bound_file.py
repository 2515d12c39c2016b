"""The file that bind() of a path makes: it goes with its socket, and no other file does."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session


@pytest.mark.skipif(not hasattr(socket, "AF_UNIX"), reason="this system has no AF_UNIX")
@pytest.mark.parametrize(
    ("role", "type_"), [(Role.LISTENER, "SOCK_STREAM"), (Role.DATAGRAM, "SOCK_DGRAM")]
)
@pytest.mark.parametrize("taken_over", [False, True])
def test_only_its_own_file_is_unlinked(
    session: Session, do: Do, rows: Rows, role: Role, type_: str, taken_over: bool
) -> None:
    session.add(EndpointSettings("bound", role, family="AF_UNIX", type=type_, address="temp:b"))
    assert do(c.Start("bound")).ok
    path = Path(str(session.snapshot("bound").local))
    assert path.is_socket()
    if taken_over:
        path.rename(path.with_name("elsewhere"))  # its inode stays in use: no other can have it
        path.write_text("somebody else's")
    assert do(c.Stop("bound")).ok
    assert path.exists() is taken_over
    assert ("unlinked" in [row.call for row in rows("bound", "note")]) is not taken_over
