"""What nobody means to ask of layers: each is refused in a sentence, and no thread stumbles."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.engine.conftest import Do, Until
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.session import Session
from workbench.texts import Problem

HALF = "a\ud800b"
"""Half of a pair of UTF-16, as a JSON escape or a clipboard may bring it; no bytes are it."""
HEADS: list[dict[str, Any]] = [
    {key: value}
    for key in ("path", "origin", "key", "version", "method", "accept", "choose")
    for value in (HALF, "a\0b", "a\r\nX-Injected: yes", "a\nb")
] + [
    {key: made(value)}
    for value in (HALF, "a\0b", "a\r\nX-Injected: yes")
    for key, made in (
        ("subprotocols", lambda value: (value,)),
        ("headers", lambda value: (("X", value),)),
        ("headers", lambda value: ((value, "x"),)),
    )
]


@pytest.mark.parametrize("said", [*HEADS, {"body": HALF}, {"headers": (("", "x"),)}], ids=ascii)
def test_what_would_tear_a_head_apart_is_refused(said: dict[str, Any]) -> None:
    with pytest.raises(Problem, match=r"would tear|header needs a name"):
        WebSocketSettings(**said)


@pytest.mark.parametrize("name", ["", HALF, "x" * 256, "é" * 128])
def test_a_protocol_that_cannot_be_offered_is_refused(name: str) -> None:
    with pytest.raises(Problem, match="cannot be offered"):
        TlsSettings(alpn=(name,))


@pytest.mark.parametrize("name", ["a\0b", HALF])
@pytest.mark.parametrize("key", ["cert", "key", "ca", "keylog"])
def test_a_file_that_cannot_be_is_refused_in_a_sentence(
    session: Session, do: Do, name: str, key: str
) -> None:
    said: dict[str, Any] = {"cert": "test:good", "verify": False} | {key: name}
    role = Role.STREAM if key == "ca" else Role.LISTENER
    said |= {"verify": True} if key == "ca" else {}
    session.add(
        EndpointSettings(
            "it", role, address="127.0.0.1:0", layers=("tls",), tls=TlsSettings(**said)
        )
    )
    outcome = do(c.Start("it") if role is Role.LISTENER else c.Connect("it"))
    assert outcome.problem is not None, outcome
    assert outcome.problem.text


def test_commands_that_cannot_be_are_refused_and_the_talk_goes_on(
    session: Session, do: Do, until: Until
) -> None:
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=Echo(),
            layers=("tls",),
            tls=TlsSettings(cert="test:good"),
            websocket=WebSocketSettings(),
        )
    )
    session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            address="@server",
            layers=("tls",),
            tls=TlsSettings(ca="test:root"),
            websocket=WebSocketSettings(),
        )
    )
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    for command in (
        c.Ping("client", text=HALF),
        c.SendFrame("client", opcode=1, text=HALF),
        c.SendFrame("client", opcode=99, text="x"),
        c.SendFrame("client", opcode=1, text="x", rsv=9),
        c.SendFrame("client", opcode=1, text="x", mask="zz"),
        c.SendFrame("client", opcode=1, text="x", length=-1),
        c.SendFrame("client", opcode=1, text="x", length=1 << 64),
        c.CloseWebSocket("client", code=1000, reason=HALF),
        c.CloseWebSocket("client", code=99_999),
        c.StartLayer("client", "tls"),
        c.StartLayer("client", "websocket"),
        c.StartLayer("client", "nosuch"),
    ):
        outcome = do(command)
        assert outcome.problem is not None, command
        assert outcome.problem.text
    assert do(c.Send("client", text="still here")).ok
    until("client", call="ws.recv", payload=b"still here")


ENDINGS: list[Callable[[str], c.Command]] = [
    c.Close,
    c.Abort,
    c.Stop,
    lambda name: c.Shutdown(name, c.How.WRITE),
    lambda name: c.Shutdown(name, c.How.BOTH),
]


@pytest.mark.parametrize("ending", ENDINGS)
def test_an_end_within_a_handshake_ends_all_that_waits(
    session: Session, do: Do, ending: Callable[[str], c.Command]
) -> None:
    """The peer is a server without TLS that answers nothing."""
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(
        EndpointSettings(
            "client", Role.STREAM, address="@server", timeout=2.0, tls=TlsSettings(ca="test:root")
        )
    )
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    asked = [
        session.perform(command)
        for command in (
            c.StartLayer("client", "tls"),
            c.StartLayer("client", "tls"),
            c.Send("client", text="early"),
            ending("client"),
        )
    ]
    for ticket in asked:
        assert ticket.wait(60)
    assert not any(ticket.outcome and ticket.outcome.ok for ticket in asked[:3])
