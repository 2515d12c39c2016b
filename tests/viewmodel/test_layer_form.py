"""The fields of TLS and WebSocket mean the settings, and settings are shown as they were typed."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import LET_GO, AskClient, TlsSettings, TlsVersion
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
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


def test_a_password_that_was_let_go_is_known_of_the_same_key_alone() -> None:
    known = TlsSettings(cert="a.pem", key="a.key", key_password=LET_GO)
    form = TlsForm(cert="a.pem", key=" a.key")
    assert form.read(known).key_password == LET_GO
    assert replace(form, key_password="new").read(known).key_password == "new"
    assert replace(form, key="b.key").read(known).key_password is None
    assert form.read(replace(known, key_password="said")).key_password is None


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
    assert LayerForm("ws", websocket=form).bad == {"websocket.headers"}
    assert not LayerForm("", websocket=form).bad


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


EVERYTHING = replace(
    PLAIN,
    role=Role.LISTENER,
    layers=("tls",),
    handshake_timeout=7.5,
    tls=TlsSettings(
        "c.pem", "k.pem", "secret", "ca.pem", "", False, False, TlsVersion.V1_1, TlsVersion.V1_2,
        "ECDHE+AESGCM", ("h2",), (("a.test", "a.pem"), ("b.test", "test:good")),
        AskClient.OPTIONAL, "keys.log", False, True,
    ),
    websocket=WebSocketSettings(
        "/x", ("chat",), "https://a.test", (("A", "1"),), ("Host",), "abc", "12", "POST",
        Deflate(True, True, 9, 10), 9, 1000, Violations.NOTE, PongMode.WITHHOLD, False, 5, 2,
        503, "no\nplace", "wrong", "",
    ),
)  # fmt: skip


def test_every_key_of_the_layers_is_shown_and_read_again() -> None:
    assert layer_form(EVERYTHING).put_in(EVERYTHING) == EVERYTHING
    blank = replace(EVERYTHING, tls=None, websocket=None, handshake_timeout=60.0)
    assert layer_form(EVERYTHING).put_in(blank) == EVERYTHING
    for part, usual in ((EVERYTHING.tls, TlsSettings()), (EVERYTHING.websocket, None)):
        for item in fields(part):  # type: ignore[arg-type]  # the test says something of each
            assert getattr(part, item.name) != getattr(usual or WebSocketSettings(), item.name)


def test_what_is_not_as_usual_of_the_rarer_ones_is_said() -> None:
    form = LayerForm(
        "wss", TlsForm(close_notify=False), WebSocketForm(violations="note", status="503")
    )
    said = form.differences()
    assert said == ["close_notify = false", "violations = note", "status = 503"]
    assert LayerForm("wss").differences() == []


@pytest.mark.parametrize(
    ("tls", "websocket", "bad"),
    [
        (TlsForm(sni="a.test"), WebSocketForm(), {"tls.sni"}),
        (TlsForm(keylog="there/keys"), WebSocketForm(), {"tls.keylog"}),
        (TlsForm(sni="a b = c"), WebSocketForm(), {"tls.sni"}),
        (TlsForm(key="k.pem"), WebSocketForm(), {"tls.key"}),
        (TlsForm("c.pem", "k.pem", server_name='""', verify=False), WebSocketForm(), set()),
        (TlsForm(minimum="1.3", maximum="1.2"), WebSocketForm(), {"tls.maximum"}),
        (TlsForm(), WebSocketForm(max_message="0"), {"websocket.max_message"}),
        (TlsForm(), WebSocketForm(ping_timeout="x", ping="5"), {"websocket.ping_timeout"}),
        (TlsForm(), WebSocketForm(server_bits="7"), {"websocket.server_bits"}),
        (TlsForm(), WebSocketForm(status="99", body="a"), {"websocket.status"}),
    ],
)
def test_a_field_that_is_wrong_is_named(
    tls: TlsForm, websocket: WebSocketForm, bad: set[str]
) -> None:
    assert LayerForm("wss", tls, websocket).bad == bad
    assert LayerForm("wss", handshake_timeout="-1").bad == {"handshake_timeout"}


def test_values_may_be_named_wherever_a_name_or_file_is_typed() -> None:
    known = known_values([TypedValue("who", "chat"), TypedValue("at", "/keys")])
    form = LayerForm(
        "wss",
        TlsForm("{at}/c.pem", "{at}/k.pem", "{at}/ca.pem", "{who}.test", keylog="{who}.log",
                sni="{who}.test = {at}/s.pem"),
        WebSocketForm(subprotocols="{who}, b", origin="https://{who}.test", body="{who}{x}"),
        "http://{who}:3128",
        known,
    )  # fmt: skip
    made = form.put_in(PLAIN)
    assert made.tls is not None
    assert (made.tls.cert, made.tls.key, made.tls.ca) == (
        "/keys/c.pem",
        "/keys/k.pem",
        "/keys/ca.pem",
    )
    assert (made.tls.server_name, made.tls.keylog) == ("chat.test", "chat.log")
    assert made.tls.sni == (("chat.test", "/keys/s.pem"),)
    assert made.websocket is not None
    assert made.websocket.subprotocols == ("chat", "b")
    assert made.websocket.origin == "https://chat.test"
    assert made.websocket.body == "chat{x}"
    assert made.proxy == "http://chat:3128"
