"""Which ports bind() is tried with."""

from __future__ import annotations

from collections.abc import Callable

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.session import Session

Do = Callable[[c.Command], Outcome]


def test_the_search_ends_with_another_error_than_a_taken_port(
    session: Session, do: Do, rows
) -> None:
    session.add(
        EndpointSettings("server", Role.LISTENER, address="192.0.2.1:40000", port_search=True)
    )  # TEST-NET-1: no machine has it
    session.beyond_loopback = True
    assert do(c.Start("server")).errno == "EADDRNOTAVAIL"
    assert [row.call for row in rows("server")].count("bind") == 1
