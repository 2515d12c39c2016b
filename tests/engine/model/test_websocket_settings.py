"""Settings of a WebSocket layer refuse what cannot be, in a sentence, and survive the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
from workbench.texts import Problem


@pytest.mark.parametrize(
    ("key", "value", "told"),
    [
        ("path", "/a b", "ws_request_line"),
        ("method", "GET\r\n", "ws_request_line"),
        ("headers", (("A", "b\r\nC: d"),), "ws_header"),
        ("headers", (("", "b"),), "ws_header_name"),
        ("headers", (("a:b", "b"),), "ws_header_name"),
        ("origin", "\n", "ws_header"),
        ("subprotocols", ("\0",), "ws_header"),
        ("body", "\ud800", "ws_header"),
        ("path", "/\udfff", "ws_request_line"),
        ("fragment", -1, "ws_fragment"),
        ("max_message", 0, "ws_max_message"),
        ("ping_interval", 0.0, "ws_ping"),
        ("ping_timeout", float("nan"), "ws_ping"),
        ("status", 99, "ws_status"),
        ("status", 1000, "ws_status"),
    ],
)
def test_what_cannot_be_is_refused(key: str, value: object, told: str) -> None:
    with pytest.raises(Problem) as problem:
        replace(WebSocketSettings(), **{key: value})  # type: ignore[arg-type]
    assert problem.value.key == f"engine.{told}"
    assert problem.value.text


@pytest.mark.parametrize("bits", [7, 16, 0])
def test_a_window_has_8_to_15_bits(bits: int) -> None:
    with pytest.raises(Problem):
        Deflate(server_max_window_bits=bits)
    with pytest.raises(Problem):
        Deflate(client_max_window_bits=bits)


def test_all_of_it_survives_the_record() -> None:
    made = WebSocketSettings(
        path="/chat?room=1",
        subprotocols=("chat", "superchat"),
        origin="http://a.test",
        headers=(("Cookie", "a=1"), ("Cookie", "b=2")),
        drop=("Upgrade",),
        key="x",
        version="8",
        method="POST",
        deflate=Deflate(server_no_context_takeover=True, client_max_window_bits=9),
        fragment=3,
        max_message=99,
        violations=Violations.NOTE,
        pong=PongMode.WITHHOLD,
        answer_close=False,
        ping_interval=2.0,
        ping_timeout=1.5,
        status=401,
        body="who are you?",
        accept="wrong",
        choose="other",
    )
    assert all(
        getattr(made, name) != getattr(WebSocketSettings(), name)
        for name in WebSocketSettings.__dataclass_fields__
    )
    settings = EndpointSettings("a", Role.STREAM, websocket=made)
    assert settings_from_json(settings_json(settings)) == settings
