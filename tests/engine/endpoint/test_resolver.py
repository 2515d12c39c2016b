"""What a link leads to: an address that one can connect to, whatever was bound."""

from __future__ import annotations

import ast
import socket

import pytest

from tests.engine.conftest import Do, Rows, Until
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.session import Session


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


@pytest.mark.parametrize(
    ("family", "wildcard", "loopback"),
    [
        ("AF_INET", "0.0.0.0:0", "127.0.0.1"),
        ("AF_INET6", "[::]:0", "::1"),
    ],
)
@pytest.mark.parametrize(
    ("roles", "type_", "call"),
    [
        ((Role.LISTENER, Role.STREAM), "SOCK_STREAM", "connect"),
        ((Role.DATAGRAM, Role.DATAGRAM), "SOCK_DGRAM", "sendto"),
    ],
)
def test_a_link_to_a_wildcard_leads_to_loopback(
    session: Session,
    do: Do,
    rows: Rows,
    until: Until,
    family: str,
    wildcard: str,
    loopback: str,
    roles: tuple[Role, Role],
    type_: str,
    call: str,
) -> None:
    """To connect to 0.0.0.0 is Linux's courtesy; elsewhere it fails, and nobody is called so."""
    if family == "AF_INET6" and not has_ipv6():
        pytest.skip("this system has no IPv6")
    session.beyond_loopback = True
    session.add(
        EndpointSettings(
            "server", roles[0], family=family, type=type_, address=wildcard, responder=Echo()
        )
    )
    session.add(
        EndpointSettings(
            "client", roles[1], family=family, type=type_, timeout=3.0, address="@server"
        )
    )
    assert do(c.Start("server")).ok
    if call == "connect":
        assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="hello")).ok
    made = next(row for row in rows("client") if row.call == call)
    bound = str(until("server", call="bind").local).rpartition(":")[2]
    assert ast.literal_eval(made.args)[:2] == (loopback, int(bound))
    until("client", payload=b"hello", call="recv" if call == "connect" else "recvfrom")
