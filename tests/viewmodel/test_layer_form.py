"""The fields of TLS and WebSocket mean the settings, and settings are shown as they were typed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.texts import Problem
from workbench.viewmodel.known_values import TypedValue, known_values
from workbench.viewmodel.layer_form import (
    LAYERED,
    LayerForm,
    TlsForm,
    TypedHeader,
    WebSocketForm,
    headers_of,
    layer_form,
    over_of,
)

PLAIN = EndpointSettings("c", Role.STREAM, address="127.0.0.1:1")


def test_each_choice_puts_its_layers_in_and_is_shown_again() -> None:
    for over in LAYERED:
        made = LayerForm(over).put_in(PLAIN)
        assert over_of(made) == over
        assert layer_form(made).over == over
        assert (made.websocket is not None) is (over in ("ws", "wss"))
        assert ("tls" in made.layers) is (over in ("tls", "wss"))


def test_what_is_typed_comes_back_as_typed() -> None:
    form = LayerForm(
        "wss",
        TlsForm(
            "test:client", "key.pem", "test:root", "a.test", False, False, "h2, http/1.1", "1.3",
            "required",
        ),
        WebSocketForm(
            "/chat?room=1",
            "chat, log",
            (
                TypedHeader("Authorization", "Bearer abc"),
                TypedHeader("X-A", "1"),
                TypedHeader("Host", drop=True),
            ),
            True,
            "5",
        ),
        "socks5://127.0.0.1:1080",
    )  # fmt: skip
    made = form.put_in(PLAIN)
    assert layer_form(made) == form
    assert made.tls is not None
    assert (made.tls.minimum, made.tls.ask_client) == (TlsVersion.V1_3, AskClient.REQUIRED)
    assert made.tls.alpn == ("h2", "http/1.1")
    assert made.websocket is not None
    assert made.websocket.headers == (("Authorization", "Bearer abc"), ("X-A", "1"))
    assert made.websocket.drop == ("Host",)
    assert made.websocket.ping_interval == 5
    assert made.proxy == "socks5://127.0.0.1:1080"


def test_what_no_field_shows_stays() -> None:
    known = replace(
        PLAIN,
        layers=("tls",),
        tls=TlsSettings(ciphers="ECDHE+AESGCM", key_password="secret", cert="a.pem"),
        websocket=WebSocketSettings(
            fragment=9, version="12", deflate=Deflate(server_no_context_takeover=True)
        ),
    )
    made = layer_form(known).put_in(known)
    assert made == known


def test_settings_of_a_layer_that_a_step_may_begin_stay_without_it() -> None:
    starttls = replace(PLAIN, tls=TlsSettings(ca="test:root"))
    assert LayerForm().put_in(starttls).tls == starttls.tls
    over = LayerForm("tls").put_in(PLAIN)
    assert LayerForm().put_in(over).tls is None


@pytest.mark.parametrize("line", ["Authorization", ": x", "GET / HTTP/1.1"])
def test_a_line_that_is_no_header_is_named(line: str) -> None:
    with pytest.raises(Problem) as caught:
        headers_of(f"A: b\n{line}\n")
    assert line in caught.value.text


@pytest.mark.parametrize("header", [TypedHeader("", "x"), TypedHeader("A:", "x")])
def test_a_row_that_is_no_header_is_a_fault(header: TypedHeader) -> None:
    form = WebSocketForm(headers=(header,))
    assert LayerForm("ws", websocket=form).fault is not None
    assert LayerForm("", websocket=form).fault is None


def test_path_and_headers_take_values() -> None:
    known = known_values([TypedValue("token", "abc-123")])
    form = WebSocketForm("/?t={token}", headers=(TypedHeader("Authorization", "Bearer {token}"),))
    made = LayerForm("ws", websocket=form, values=known).put_in(PLAIN).websocket
    assert made is not None
    assert made.path == "/?t=abc-123"
    assert made.headers == (("Authorization", "Bearer abc-123"),)


def test_what_is_not_checked_is_said_on_the_panel() -> None:
    unchecked = LayerForm("tls", TlsForm(verify=False))
    assert unchecked.differences() == ["certificate not checked"]
    assert LayerForm("tls", TlsForm(check_name=False)).differences() == ["name not checked"]
    assert LayerForm("ws", TlsForm(verify=False)).differences() == []
