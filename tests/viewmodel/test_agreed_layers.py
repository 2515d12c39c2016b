"""What a server's list says that each client agreed on."""

from __future__ import annotations

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.viewmodel.agreed_layers import LONGEST, agreed_text


def test_each_client_is_told_with_what_it_negotiated(talk: Talk) -> None:
    keep = Nothing(OnPeerClose.KEEP)
    talk.session.add(
        EndpointSettings(
            "far",
            Role.LISTENER,
            address="127.0.0.1:0",
            layers=("tls",),
            tls=TlsSettings(cert="test:good"),
            websocket=WebSocketSettings(subprotocols=("chat", "news"), deflate=Deflate()),
            responder=keep,
        )
    )
    talk.do(c.Start("far"))
    settings = {
        "one": WebSocketSettings(path="/tea?x=1", subprotocols=("news",), deflate=Deflate()),
        "two": WebSocketSettings(),
    }
    for name, websocket in settings.items():
        talk.session.add(
            EndpointSettings(
                name,
                Role.STREAM,
                address="@far",
                layers=("tls",),
                tls=TlsSettings(verify=False),
                websocket=websocket,
                responder=keep,
                timeout=30.0,
            )
        )
        talk.do(c.Connect(name))
        talk.do(c.Send(name, text="hi"))
    shown = talk.until(
        "far",
        lambda x: len(x.connections) == 2 and all(len(item.agreed) == 3 for item in x.connections),
    )
    assert [agreed_text(item.agreed) for item in shown.connections] == [
        "TLS 1.3, /tea?x=1, news, deflate",
        "TLS 1.3, /",
    ]


@pytest.mark.parametrize(
    ("agreed", "text"),
    [
        ((), ""),
        ((("ws.request", "'GET', '/a'"),), "/a, not open"),
        ((("ws.request", "nonsense("),), "not open"),
        ((("ws.request", "'GET', '/\\x1b'"), ("ws.open", "")), r"/\x1b"),
        ((("ws.request", repr("GET") + ", " + repr("/" * 999)), ("ws.open", "")), "/" * LONGEST),
    ],
)
def test_what_a_stranger_asked_for_is_short_and_plain(
    agreed: tuple[tuple[str, str], ...], text: str
) -> None:
    assert agreed_text(agreed) == text
