"""Options: which calls are made of them, in which order, and what is refused before any."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Do, Rows
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session


def server(**more: object) -> EndpointSettings:
    return EndpointSettings("server", Role.LISTENER, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("dual_stack", "only"), [(True, 0), (False, 1)])
def test_options_are_set_before_bind_the_stack_first(
    session: Session, do: Do, rows: Rows, dual_stack: bool, only: int
) -> None:
    session.add(
        server(
            family="AF_INET6",
            address="[::1]:0",
            dual_stack=dual_stack,
            options=(("SO_REUSEADDR", 1), ("SO_RCVBUF", 4096)),
        )
    )
    assert do(c.Start("server")).ok
    assert [(row.call, row.args) for row in rows("server")][1:4] == [
        ("setsockopt", f"IPPROTO_IPV6, IPV6_V6ONLY, {only}"),
        ("setsockopt", "SOL_SOCKET, SO_REUSEADDR, 1"),
        ("setsockopt", "SOL_SOCKET, SO_RCVBUF, 4096"),
    ]
    assert rows("server")[4].call == "bind"


def test_what_was_set_is_read_back(session: Session, do: Do, rows: Rows) -> None:
    session.add(server(address="127.0.0.1:0"))
    do(c.Start("server"))
    assert do(c.SetOption("server", "SO_KEEPALIVE", 1)).ok
    asked, got = rows("server")[-2:]
    assert (asked.call, asked.args) == ("setsockopt", "SOL_SOCKET, SO_KEEPALIVE, 1")
    assert (got.call, got.args) == ("getsockopt", "SOL_SOCKET, SO_KEEPALIVE")
    assert got.result
    assert asked.cause == got.cause is not None


@pytest.mark.parametrize(("name", "value"), [("SO_REUSADDR", 1), ("SO_LINGER", 1)])
def test_what_cannot_be_meant_is_refused_before_any_call(
    session: Session, do: Do, rows: Rows, name: str, value: int
) -> None:
    session.add(server(address="127.0.0.1:0", options=((name, value),)))
    assert do(c.Start("server")).problem is not None
    assert rows("server") == []
