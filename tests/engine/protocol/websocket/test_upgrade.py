"""The opening handshake: every required line, right and wrong, of both ends."""

from __future__ import annotations

import pytest

from tests.engine.protocol.websocket.peer import KEY, REQUEST, RESPONSE, Peer
from workbench.engine.model.websocket_settings import Deflate, Violations, WebSocketSettings
from workbench.engine.protocol.websocket.upgrade import REFUSALS, RESPONSES, accept_of

S = WebSocketSettings


def test_the_example_of_the_rfc() -> None:
    """RFC 6455 1.3."""
    assert accept_of(KEY) == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    server = Peer()
    server.came(REQUEST.encode())
    assert server.sent.decode() == RESPONSE


REQUESTS = {
    "request_line": REQUEST.replace("GET /chat HTTP/1.1", "GET /chat"),
    "header_line": REQUEST.replace("Host:", "Host :"),
    "http_version": REQUEST.replace("HTTP/1.1", "HTTP/1.0"),
    "method": REQUEST.replace("GET", "POST"),
    "host": REQUEST.replace("Host:", "Hosts:"),
    "upgrade": REQUEST.replace("Upgrade: websocket", "Upgrade: h2c"),
    "connection": REQUEST.replace("Connection: Upgrade", "Connection: close"),
    "key": REQUEST.replace(KEY, "c2hvcnQ="),
    "version": REQUEST.replace("Version: 13", "Version: 8"),
    "path": REQUEST.replace("/chat", "/other"),
    "origin": REQUEST.replace("Host:", "Origin: http://evil.test\r\nHost:"),
    "head_too_long": REQUEST.replace("\r\n\r\n", "\r\nX: " + "x" * 70000 + "\r\n\r\n"),
}


@pytest.mark.parametrize("key", REFUSALS)
def test_a_server_refuses_and_says_why(key: str) -> None:
    origin = "http://good.test" if key == "origin" else None
    server = Peer(settings=S(path="/chat", origin=origin))
    data = REQUESTS[key].encode()
    server.came(data[:60000], data[60000:])
    if key == "head_too_long":
        server.came(b"x")
    status = REFUSALS[key].status
    assert key in server.faults()
    assert server.sent.startswith(f"HTTP/1.1 {status} ".encode())
    assert server.end is not None
    assert server.end.word == f"HTTP_{status}"
    assert not server.opened
    fault = next(row for row in server.rows if row.error == key)
    assert (fault.errno, fault.args) == (f"HTTP_{status}", f"{key!r}, {REFUSALS[key].section!r}")
    if status == 426:
        assert b"Sec-WebSocket-Version: 13\r\n" in server.sent
    if status == 405:
        assert b"Allow: GET\r\n" in server.sent


@pytest.mark.parametrize("key", [key for key in REQUESTS if key != "head_too_long"])
def test_a_lenient_server_notes_it_and_opens(key: str) -> None:
    settings = S(path="/chat", violations=Violations.NOTE, origin="http://good.test")
    server = Peer(settings=settings)
    server.came(REQUESTS[key].encode())
    assert server.opened
    assert key in server.faults()


ANSWERS = {
    "status_line": RESPONSE.replace("HTTP/1.1 101", "HTTP 101"),
    "status": RESPONSE.replace("101 Switching Protocols", "200 OK"),
    "header_line": RESPONSE.replace("Upgrade: websocket", "Upgrade: websocket\r\nnonsense"),
    "upgrade": RESPONSE.replace("Upgrade: websocket\r\n", ""),
    "connection": RESPONSE.replace("Connection: Upgrade", "Connection: keep-alive"),
    "accept": RESPONSE.replace("s3pP", "S3PP"),
    "subprotocol": RESPONSE.replace("\r\n\r\n", "\r\nSec-WebSocket-Protocol: other\r\n\r\n"),
    "extension": RESPONSE.replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: foo\r\n\r\n"),
    "head_too_long": RESPONSE[:-2] + "X: " + "x" * 140000,
    "head_truncated": RESPONSE[:-2],
}


@pytest.mark.parametrize("key", RESPONSES)
def test_a_client_says_what_is_wrong_with_a_response(key: str) -> None:
    client = Peer(client=True, settings=S(subprotocols=("chat",)))
    data = ANSWERS[key].encode()
    client.came(*(data[at : at + 65536] for at in range(0, len(data), 65536)))
    client.fin()
    assert key in client.faults()
    assert not client.opened
    assert client.end is not None
    word = "HTTP_200" if key == "status" else "WS_HANDSHAKE"
    assert client.end.word == word
    fault = next(row for row in client.rows if row.error == key)
    assert (fault.errno, fault.args) == (word, f"{key!r}, {RESPONSES[key]!r}")


def test_a_lenient_client_opens_with_a_wrong_accept() -> None:
    client = Peer(client=True, settings=S(violations=Violations.NOTE))
    client.came(ANSWERS["accept"].encode())
    assert client.opened
    assert client.faults() == ["accept"]


def test_what_a_client_asks_for() -> None:
    client = Peer(
        client=True,
        settings=S(
            path="/a?b=c",
            subprotocols=("x", "y"),
            origin="http://o.test",
            headers=(("Cookie", "a=1"), ("Sec-WebSocket-Version", "8")),
            drop=("Connection",),
            method="PUT",
            deflate=Deflate(client_max_window_bits=10),
        ),
    )
    assert client.sent.decode().split("\r\n") == [
        "PUT /a?b=c HTTP/1.1", "Host: server.example.com:80", "Upgrade: websocket",
        f"Sec-WebSocket-Key: {KEY}", "Sec-WebSocket-Version: 8", "Origin: http://o.test",
        "Sec-WebSocket-Protocol: x, y",
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=10",
        "Cookie: a=1", "", "",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("own", "choose", "chosen"),
    [(("y", "x"), None, "y"), (("z",), None, None), (("x",), "other", "other"), (("x",), "", None)],
)
def test_which_subprotocol_a_server_names(
    own: tuple[str, ...], choose: str | None, chosen: str | None
) -> None:
    server = Peer(settings=S(subprotocols=own, choose=choose))
    server.came(REQUEST.replace("Host:", "Sec-WebSocket-Protocol: x, y\r\nHost:").encode())
    line = f"Sec-WebSocket-Protocol: {chosen}\r\n".encode()
    assert (line in server.sent) is (chosen is not None)
    opened = next(row for row in server.rows if row.call == "ws.open")
    assert opened.args == ("" if chosen is None else f"subprotocol={chosen!r}")


@pytest.mark.parametrize("how", ["length", "chunked", "close", "silent", "too much"])
def test_the_body_of_a_refused_upgrade_is_kept(how: str) -> None:
    client = Peer(client=True)
    length = {"length": "Content-Length: 5", "chunked": "Transfer-Encoding: chunked",
        "close": "Connection: close", "silent": "Content-Length: 9",
        "too much": "Content-Length: 9000000"}[how]  # fmt: skip
    body = {"chunked": b"5\r\nhello\r\n0\r\n\r\n", "too much": b"x" * (2 << 20)}.get(how, b"hello")
    client.came(f"HTTP/1.1 401 No\r\n{length}\r\n\r\n".encode(), body[:3], body[3:])
    if how == "close":
        client.fin()
    if how == "silent":
        assert client.timers["body"] is not None
        client.wake("body")
    row = next(row for row in client.rows if row.call == "ws.body")
    assert row.payload is not None
    assert row.payload.startswith(b"hello" if how != "too much" else b"xxx")
    assert client.end is not None
    assert client.end.word == "HTTP_401"


def test_interim_responses_are_passed_over() -> None:
    client = Peer(client=True)
    client.came(b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + RESPONSE.encode())
    assert client.opened
    assert [row.args for row in client.rows if row.call == "ws.response"] == [
        "103, 'Early Hints'",
        "101, 'Switching Protocols'",
    ]


def test_frames_right_behind_the_head_are_not_lost() -> None:
    client = Peer(client=True)
    client.came(RESPONSE.encode() + client.frame(1, b"early"))
    assert client.messages == [b"early"]
    server = Peer()
    server.came(REQUEST.encode() + server.frame(2, b"early"))
    assert server.messages == [b"early"]
