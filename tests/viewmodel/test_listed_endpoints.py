"""The side panel lists every endpoint, and its open connections under it."""

from __future__ import annotations

from dataclasses import replace

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.viewmodel.default_endpoints import LAB_PREFIX
from workbench.viewmodel.listed_endpoints import MOST, listed


def nobody(_address: str | None) -> None:
    return None


def test_each_endpoint_and_its_open_connections(talk: Talk) -> None:
    server = talk.until("server", lambda snapshot: snapshot.open_count == 1)
    client = talk.until("client", lambda snapshot: snapshot.open_count == 1)
    ours = {client.connections[-1].local: "client"}
    rows = listed((server, client), lambda address: ours.get(address))
    assert [(row.endpoint, row.connection) for row in rows] == [
        ("server", None),
        ("server", server.connections[-1].id),
        ("client", None),
        ("client", client.connections[-1].id),
    ]
    assert [row.kind for row in rows] == ["server", "", "client", ""]
    assert (rows[0].text, rows[0].state) == ("server", server.local)
    assert rows[1].text.startswith("#1 = client")
    assert rows[1].state == server.connections[-1].state


def test_what_is_closed_is_no_row(talk: Talk) -> None:
    talk.do(c.Stop("client"))
    client = talk.until("client", lambda snapshot: snapshot.closed_count == 1)
    (row,) = listed((client,), nobody)
    assert row.connection is None
    assert row.state == "closed"


def test_the_newest_of_very_many(talk: Talk) -> None:
    server = talk.until("server", lambda snapshot: snapshot.open_count == 1)
    one = server.connections[-1]
    many = tuple(replace(one, id=number, number=number) for number in range(1, MOST + 11))
    _, *rows = listed((replace(server, connections=many),), nobody)
    assert [row.connection for row in rows] == list(range(11, MOST + 11))


def test_a_datagram_socket_has_no_connections_and_a_lab_no_rows(talk: Talk) -> None:
    session = talk.session
    session.add(EndpointSettings("udp", Role.DATAGRAM, address="127.0.0.1:0", type="SOCK_DGRAM"))
    talk.do(c.Start("udp"))
    udp = talk.until("udp", lambda snapshot: snapshot.local is not None)
    (row,) = listed((udp, replace(udp, name=f"{LAB_PREFIX}client")), nobody)
    assert (row.endpoint, row.state, row.kind) == ("udp", udp.local, "datagram")
