"""Which remedies fit an event, by what has become of the endpoint since."""

from __future__ import annotations

from dataclasses import replace

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.snapshot import Phase
from workbench.viewmodel.client_state import LinkState
from workbench.viewmodel.remedies import client_remedies, server_remedies, way_to_port


def test_the_end_of_a_stream_is_answered_with_a_close_while_it_is_open(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Shutdown("server"))
    snapshot = talk.until("client", lambda x: x.connections[-1].peer_finished)
    rows = talk.reader.page(1, talk.committed)
    end = next(row for row in rows if row.endpoint == "client" and row.ends_stream)
    link = LinkState("server", Phase.LISTENING)
    assert list(client_remedies(end, snapshot, link, datagram=False)) == ["close_now"]
    talk.do(c.Close("client"))
    closed = talk.until("client", lambda x: x.phase is Phase.CLOSED)
    assert "close_now" not in list(client_remedies(end, closed, link, datagram=False))


def test_a_refused_connect_leads_to_its_server_until_that_listens(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Stop("client"))
    talk.do(c.Stop("server"))
    talk.do(c.Connect("client"))
    snapshot = talk.until("client", lambda x: x.phase is Phase.FAILED)
    rows = talk.reader.page(1, talk.committed)
    refused = next(row for row in rows if row.errno == "ECONNREFUSED")
    down = LinkState("server", Phase.CLOSED)
    assert list(client_remedies(refused, snapshot, down, datagram=False)) == [
        "start_server",
        "connect_again",
    ]
    up = replace(down, phase=Phase.LISTENING)
    assert list(client_remedies(refused, snapshot, up, datagram=False)) == ["connect_again"]
    timed_out = refused._replace(call="connect", errno="ETIMEDOUT")
    assert list(client_remedies(timed_out, snapshot, up, datagram=False)) == [
        "accept_one_there",
        "connect_again",
    ]


def test_a_bind_that_failed_leads_to_another_port_where_there_are_ports(talk: Talk) -> None:
    assert way_to_port("EADDRINUSE", "AF_INET") == "next_port"
    assert way_to_port("EACCES", "AF_INET6") == "free_port"
    assert way_to_port("EADDRINUSE", "AF_UNIX") is None
    assert way_to_port("EINVAL", "AF_INET") is None
    rows = talk.reader.page(1, talk.committed)
    bind = next(row for row in rows if row.call == "bind")._replace(errno="EADDRINUSE")
    listening = talk.session.snapshot("server")
    assert list(server_remedies(bind, listening, "AF_INET")) == []
    failed = replace(listening, phase=Phase.FAILED)
    assert list(server_remedies(bind, failed, "AF_INET")) == ["next_port"]
