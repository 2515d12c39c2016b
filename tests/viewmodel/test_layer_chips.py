"""The strip and the badge of a connection with layers, from real handshakes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Chip, ChipState, EndpointSnapshot
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.viewmodel.call_history import RecentCalls
from workbench.viewmodel.client_state import badge_of
from workbench.viewmodel.layer_chips import told_by_layers
from workbench.viewmodel.planned_strip import planned_chips

BOTH = ("tls", "websocket")
SERVER = EndpointSettings("ws-server", Role.LISTENER, address="127.0.0.1:0", responder=Nothing())
CLIENT = EndpointSettings("ws-client", Role.STREAM, address="@ws-server", timeout=60.0)


def meet(talk: Talk, layers: tuple[str, ...], cert: str = "test:good") -> None:
    chat = WebSocketSettings(subprotocols=("chat",), deflate=Deflate())
    websocket = chat if "websocket" in layers else None
    server = replace(SERVER, layers=layers, tls=TlsSettings(cert=cert), websocket=websocket)
    client = replace(CLIENT, layers=layers, tls=TlsSettings(ca="test:root"), websocket=websocket)
    talk.session.add(server)
    talk.do(c.Start("ws-server"))
    talk.session.add(client)
    talk.do(c.Connect("ws-client"))


def strip(talk: Talk, snapshot: EndpointSnapshot) -> list[str]:
    talk.session.journal.flush()
    item = snapshot.connections[-1]
    chips = RecentCalls().after(snapshot, item, talk.reader, talk.committed)
    return [f"{chip.call} {chip.errno or chip.state.value}" for chip in chips]


@pytest.mark.parametrize("name", ["ws-client", "ws-server"])
def test_a_handshake_is_one_step_and_then_a_peer_is_waited_for(talk: Talk, name: str) -> None:
    meet(talk, BOTH)
    talk.do(c.Send("ws-client", text="x"))  # by then both ends have opened
    talk.until("ws-server", lambda x: bool(x.connections[-1].bytes_in))
    shown = strip(talk, talk.until(name, lambda x: bool(x.connections)))
    first = ["accept done"] if name == "ws-server" else []
    assert shown[: len(first) + 2] == [*first, "tls.handshake done", "ws.open done"]
    assert shown.count("send done") == (name == "ws-client")
    assert shown[-1] == "recv waiting"


def test_the_badge_says_what_was_agreed_on(talk: Talk) -> None:
    meet(talk, BOTH)
    snapshot = talk.until("ws-client", lambda x: bool(x.connections))
    talk.session.journal.flush()
    item = snapshot.connections[-1]
    chips = RecentCalls().after(snapshot, item, talk.reader, talk.committed)
    assert told_by_layers(chips) == ("TLS 1.3", "open, chat, deflate")
    assert badge_of(snapshot, chips).layers == ("TLS 1.3", "open, chat, deflate")
    assert badge_of(snapshot, chips).word == "ESTABLISHED"


def test_what_failed_is_shown_as_a_connect_that_failed(talk: Talk) -> None:
    meet(talk, ("tls",), cert="test:expired")
    closed = talk.until("ws-client", lambda x: x.connections[-1].closed_ns is not None)
    shown = strip(talk, closed)
    assert shown[0] == "tls.handshake CERTIFICATE_VERIFY_FAILED"
    assert badge_of(closed, ()).layers == ()


def test_what_will_be_made_has_them_in_their_place() -> None:
    both = (replace(SERVER, layers=BOTH), replace(CLIENT, layers=BOTH, address="127.0.0.1:9"))
    for settings, before in zip(both, ("accept", "connect"), strict=True):
        server = settings.role is Role.LISTENER
        chips = planned_chips(settings, server=server, where=lambda _name: None)
        calls = [chip.call for chip in chips]
        at = calls.index("tls.handshake")
        assert calls[at - 1 : at + 2] == [before, "tls.handshake", "ws.open"]
        assert all(chip.state is ChipState.PLANNED for chip in chips)


def test_tls_that_begins_in_mid_connection_stands_behind_what_was_said(talk: Talk) -> None:
    rules = Rules(
        (Rule(Match.EXACT, "STARTTLS\r\n", reply="go ahead\r\n", then=Then.TLS),), greet="220\r\n"
    )
    tls = TlsSettings(cert="test:good")
    talk.session.add(replace(SERVER, responder=rules, tls=tls))
    talk.do(c.Start("ws-server"))
    talk.session.add(replace(CLIENT, tls=TlsSettings(ca="test:root")))
    talk.do(c.Connect("ws-client"))
    recent = {name: RecentCalls() for name in ("ws-client", "ws-server")}

    def seen(name: str) -> tuple[EndpointSnapshot, tuple[Chip, ...]]:
        snapshot = talk.until(name, lambda x: bool(x.connections))
        item = snapshot.connections[-1]
        return snapshot, recent[name].after(snapshot, item, talk.reader, talk.committed)

    talk.do(c.Send("ws-client", text="STARTTLS\r\n"))
    talk.until("ws-client", lambda x: x.connections[-1].bytes_in == len("220\r\ngo ahead\r\n"))
    plain, chips = seen("ws-client")
    assert badge_of(plain, chips).layers == ()
    assert "tls.handshake" not in [chip.call for chip in chips]
    talk.do(c.StartLayer("ws-client"))
    talk.do(c.Send("ws-client", text="x"))
    talk.until("ws-server", lambda x: bool(x.connections[-1].agreed))
    for name in recent:
        begun, chips = seen(name)
        calls = [chip.call for chip in chips]
        at = calls.index("tls.handshake")
        assert chips[at].state is ChipState.DONE
        said = calls[:at]
        assert said.count("send") == (1 if name == "ws-client" else 2)
        assert said.count("recv") in ((1, 2) if name == "ws-client" else (1,))
        assert told_by_layers(chips) == ("TLS 1.3",)
        if name == "ws-client":
            assert badge_of(begun, chips).layers == ("TLS 1.3",)
            assert "send" in calls[at + 1 :]


def test_tls_that_fails_in_mid_connection_is_in_the_strip(talk: Talk) -> None:
    talk.session.add(replace(SERVER, tls=TlsSettings(cert="test:good")))
    talk.do(c.Start("ws-server"))
    talk.session.add(replace(CLIENT, tls=TlsSettings(ca="test:root")))
    talk.do(c.Connect("ws-client"))
    talk.do(c.Send("ws-client", text="before"))
    talk.until("ws-server", lambda x: x.connections[-1].bytes_in == len("before"))
    begun = talk.session.perform(c.StartLayer("ws-client"))
    talk.until("ws-client", lambda x: x.connections[-1].bytes_out > len("before"))  # its hello
    talk.do(c.Send("ws-server", text="this is no TLS\r\n"))
    assert begun.wait(60)
    closed = talk.until("ws-client", lambda x: x.connections[-1].closed_ns is not None)
    shown = strip(talk, closed)
    failed = [chip for chip in shown if chip.startswith("tls.handshake")]
    assert len(failed) == 1
    assert not failed[0].endswith(("done", "waiting"))
    assert shown.index("send done") < shown.index(failed[0])


@pytest.mark.parametrize("name", ["ws-client", "ws-server"])
def test_a_websocket_that_did_not_open_leads_to_the_row_that_says_why(
    talk: Talk, name: str
) -> None:
    talk.session.add(replace(SERVER, websocket=WebSocketSettings(path="/only")))
    talk.do(c.Start("ws-server"))
    talk.session.add(replace(CLIENT, websocket=WebSocketSettings(path="/other")))
    talk.do(c.Connect("ws-client"))
    closed = talk.until(name, lambda x: x.connections[-1].closed_ns is not None)
    item = closed.connections[-1]
    chips = RecentCalls().after(closed, item, talk.reader, talk.committed)
    (chip,) = [chip for chip in chips if chip.call == "ws.open"]
    assert (chip.state, chip.errno) == (ChipState.FAILED, "HTTP_404")
    rows = talk.reader.page(1, talk.committed)
    (row,) = [row for row in rows if row.t_ns == chip.t_ns]
    assert (row.endpoint, row.call, row.errno) == (name, "ws.fault", "HTTP_404")
