"""The opening handshake: each thing that a head has to say is ticked or crossed."""

from __future__ import annotations

import pytest

from workbench.viewmodel.ws_handshake import Check, request_checks, response_checks

REQUEST = (
    b"GET /chat HTTP/1.1\r\nHost: server.example.com\r\nUpgrade: websocket\r\n"
    b"Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
    b"Sec-WebSocket-Protocol: chat, superchat\r\nSec-WebSocket-Version: 13\r\n\r\n"
)
RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\nSec-WebSocket-Protocol: chat\r\n\r\n"
)
"""RFC 6455 1.2 and 1.3."""


def by_name(checks: tuple[Check, ...]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def crossed(checks: tuple[Check, ...]) -> list[str]:
    return [check.name for check in checks if check.good is False]


def test_the_handshake_of_the_rfc_is_right() -> None:
    assert crossed(request_checks(REQUEST)) == []
    checks = response_checks(RESPONSE, REQUEST)
    assert crossed(checks) == []
    assert by_name(checks)["computed from the key"].has == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (b"GET", b"POST", "method"),
        (b"HTTP/1.1", b"HTTP/1.0", "version of HTTP"),
        (b"Host: server.example.com\r\n", b"", "Host"),
        (b"Upgrade: websocket", b"Upgrade: h2c", "Upgrade"),
        (b"Connection: Upgrade", b"Connection: close", "Connection"),
        (b"dGhlIHNhbXBsZSBub25jZQ==", b"c2hvcnQ=", "Sec-WebSocket-Key"),
        (b"Version: 13", b"Version: 8", "Sec-WebSocket-Version"),
    ],
)
def test_what_is_wrong_with_a_request_is_crossed(old: bytes, new: bytes, name: str) -> None:
    assert crossed(request_checks(REQUEST.replace(old, new))) == [name]


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (b"s3pPL", b"XXXXX", "Sec-WebSocket-Accept"),
        (b"Upgrade: websocket", b"Upgrade: h2c", "Upgrade"),
        (b"Connection: Upgrade", b"Connection: close", "Connection"),
        (b"Protocol: chat", b"Protocol: other", "Sec-WebSocket-Protocol"),
        (b"chat\r\n", b"chat\r\nSec-WebSocket-Extensions: x-y\r\n", "Sec-WebSocket-Extensions"),
        (b"101 Switching Protocols", b"403 Forbidden", "status"),
    ],
)
def test_what_is_wrong_with_an_answer_is_crossed(old: bytes, new: bytes, name: str) -> None:
    assert crossed(response_checks(RESPONSE.replace(old, new), REQUEST)) == [name]


def test_what_is_wrong_says_what_it_has_to_be() -> None:
    checks = by_name(response_checks(RESPONSE.replace(b"s3pPL", b"XXXXX"), REQUEST))
    said = checks["Sec-WebSocket-Accept"].says
    assert said == "XXXXXMBiTxaQ9kYGzzhZRbK+xOo=; it has to be: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="
    assert by_name(request_checks(b"GET / HTTP/1.1\r\n\r\n"))["Host"].says.startswith("nothing;")


def test_without_the_request_nobody_can_say_whether_the_accept_is_right() -> None:
    accept = by_name(response_checks(RESPONSE, None))["Sec-WebSocket-Accept"]
    assert accept.good is None


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"\xff\xfe\r\n\r\n", b"HTTP/1.1\r\n: :\r\n\r\n"]
)
def test_any_bytes_are_judged(data: bytes) -> None:
    assert crossed(request_checks(data))
    assert crossed(response_checks(data, data))
