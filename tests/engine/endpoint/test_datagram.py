"""Datagram sockets: boundaries, peers, truncation, refusal by ICMP."""

from __future__ import annotations

import sys

import pytest

from tests.engine.conftest import Do, Rows, Until, why
from tests.engine.connection.test_connection import hourly_timers
from tests.free_port import free_port
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.session import Session


def udp(name: str, address: str, **more: object) -> EndpointSettings:
    return EndpointSettings(name, Role.DATAGRAM, type="SOCK_DGRAM", address=address, **more)  # type: ignore[arg-type]


def test_exchange_both_ways_with_the_pair_shown(session: Session, do: Do, until: Until) -> None:
    session.add(udp("server", "127.0.0.1:0", responder=Echo()))
    session.add(udp("client", "@server"))
    assert do(c.Start("server")).ok
    assert do(c.Send("client", text="ping")).ok
    got = until("server", call="recvfrom")
    assert (got.size, got.payload) == (4, b"ping")
    back = until("client", call="recvfrom")
    assert back.payload == b"ping"
    assert back.peer == until("server", call="bind").local
    peers = fresh(session, "server").peers
    assert peers == () or peers[0].datagrams_in == 1


def test_article_timeout(session: Session, do: Do, rows: Rows) -> None:
    session.add(udp("server", "127.0.0.1:0", timeout=0.05, receive=GateMode.PAUSED))
    do(c.Start("server"))
    outcome = do(c.Recv("server", 1024))
    assert (outcome.error, outcome.errno) == ("TimeoutError", None)
    assert [row.call for row in rows("server")] == ["socket", "bind"]


def test_a_datagram_that_cannot_be_sent_is_tried_once(session: Session, do: Do, rows: Rows) -> None:
    session.add(udp("server", "127.0.0.1:0"))
    session.add(udp("client", "@server"))
    assert do(c.Start("server")).ok
    assert do(c.Send("client", text="x" * 70_000)).errno == "EMSGSIZE"
    assert do(c.Send("client", text="small")).ok
    assert [(row.call, row.errno) for row in rows("client") if row.call == "sendto"] == [
        ("sendto", "EMSGSIZE"),
        ("sendto", None),
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells the true length")
def test_truncation_shows_the_true_length(session: Session, do: Do, until: Until) -> None:
    session.add(udp("server", "127.0.0.1:0", receive=GateMode.PAUSED, timeout=5.0))
    session.add(udp("client", "@server"))
    do(c.Start("server"))
    do(c.Send("client", text="x" * 100))
    assert do(c.Recv("server", 10)).ok
    got = until("server", call="recvfrom")
    assert (got.size, got.payload) == (100, b"x" * 10)


def test_connected_udp_hears_of_a_closed_port(session: Session, do: Do, until: Until) -> None:
    session.add(udp("client", f"127.0.0.1:{free_port()}", bind="127.0.0.1:0"))
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="anyone?")).ok
    assert until("client", call="recvfrom").errno == "ECONNREFUSED"


def test_multicast_on_loopback(session: Session, do: Do, until: Until) -> None:
    session.add(udp("server", "0.0.0.0:0"))
    session.beyond_loopback = True
    do(c.Start("server"))
    assert do(c.Join("server", "239.1.2.3", "127.0.0.1")).ok
    assert do(c.Leave("server", "239.1.2.3", "127.0.0.1")).ok
    assert not do(c.Join("server", "10.0.0.1")).ok


def test_beyond_loopback_is_refused_unless_allowed(session: Session, do: Do) -> None:
    session.add(udp("server", "0.0.0.0:0"))
    assert why(do(c.Start("server"))) == "engine.beyond_loopback"


def test_a_delayed_reply_is_forgotten_with_its_socket(
    session: Session, do: Do, rows: Rows, until: Until
) -> None:
    """An hour later nobody wants it; until then its timer would hold the socket."""
    rule = Rule(Match.CONTAINS, "ask", "late", delay=3_600.0)
    session.add(udp("server", "127.0.0.1:0", responder=Rules((rule,))))
    session.add(udp("client", "@server"))
    assert do(c.Start("server")).ok
    for text in ("ask", "ask again"):
        assert do(c.Send("client", text=text)).ok
        until("server", call="recvfrom", payload=text.encode())
    assert fresh(session, "server").peers  # made on its thread: the answers are put down by then
    assert hourly_timers(session, "server") == 1  # the earliest alone
    assert do(c.Stop("server")).ok
    until("server", call="replies_dropped", args="2, 8")
    assert hourly_timers(session, "server") == 0
    assert session.settle()
    assert "sendto" not in [row.call for row in rows("server")]


@pytest.mark.skipif(sys.platform != "linux", reason="others answer otherwise")
@pytest.mark.parametrize("family", ["AF_INET", "AF_UNIX"])
def test_a_datagram_socket_that_is_shut_down_does_not_spin(
    session: Session,
    do: Do,
    rows: Rows,
    until: Until,
    family: str,
) -> None:
    """shutdown() leaves it readable with nothing to read; of UDP also where it answers ENOTCONN."""
    where = "temp:talker" if family == "AF_UNIX" else "127.0.0.1:0"
    session.add(EndpointSettings("talker", Role.DATAGRAM, family, "SOCK_DGRAM", address=where))
    session.add(EndpointSettings("other", Role.DATAGRAM, family, "SOCK_DGRAM", address="@talker"))
    assert do(c.Start("talker")).ok
    assert do(c.Shutdown("talker", c.How.READ)).errno == (
        "ENOTCONN" if family == "AF_INET" else None
    )
    until("talker", call="readable_in_vain")
    waits = session.perform(c.Recv("talker"))
    fresh(session, "talker")  # it waits by now: else what comes is read without it
    if family == "AF_INET":
        assert do(c.Send("other", text="still heard")).ok
        until("talker", call="recvfrom", payload=b"still heard")
        assert waits.wait(60)
    do(c.Stop("talker"))
    assert waits.wait(60)
    in_vain = [row for row in rows("talker") if row.errno == "EAGAIN"]
    assert len(in_vain) == 3
