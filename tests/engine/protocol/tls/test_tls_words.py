"""Names of messages and alerts are those of the registry; what is not in it has its number."""

from __future__ import annotations

from workbench.engine.protocol.tls.tls_words import (
    ALERTS,
    MESSAGES,
    RETRY_RANDOM,
    alert_name,
    message_name,
)


def test_a_server_hello_with_a_certain_random_asks_to_begin_anew() -> None:
    head = b"\x02\x00\x00\x26\x03\x03"
    assert message_name(head + RETRY_RANDOM) == "hello_retry_request"
    assert message_name(head + bytes(32)) == "server_hello"


def test_what_nobody_has_registered_has_its_number() -> None:
    assert message_name(b"\xc8\x00\x00\x00") == "handshake_200"
    assert message_name(b"") == "handshake_-1"
    assert alert_name(200) == "alert_200"


def test_each_name_stands_for_one_number() -> None:
    assert len(set(ALERTS.values())) == len(ALERTS)
    assert len(set(MESSAGES.values())) == len(MESSAGES)
    assert alert_name(0) == "close_notify"
    assert message_name(b"\x0b") == "certificate"
