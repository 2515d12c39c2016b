"""The end that is said within TLS is an end by the peer, though nobody reads its FIN."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.scenario.conftest import Play
from workbench.certificates import resolve
from workbench.texts import tr

BOUND = 60.0
"""Seconds; only catches a hang."""


@contextmanager
def notifying() -> Iterator[int]:
    """A server that says close_notify and ends its connection only when the client has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with resolve.to_show("test:good") as found:
        context.load_cert_chain(found.chain, found.key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            plain = listener.accept()[0]
            plain.settimeout(BOUND)
            with context.wrap_socket(plain, server_side=True) as wrapped, suppress(OSError):
                wrapped.unwrap()  # says it, and waits until the client has said it too, or ended

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join(BOUND)


@pytest.mark.parametrize(("how", "holds"), [('"fin"', True), ("true", True), ('"reset"', False)])
def test_it_is_said_by_the_peer(play: Play, how: str, holds: bool) -> None:
    with notifying() as port:
        report = play(
            f"""
step = [
  {{ do = "connect" }},
  {{ do = "expect", closed = {how}, by = "peer", within = {30 if holds else 0.1} }},
]
[endpoint.c]
address = "tls://127.0.0.1:{port}"
tls = {{ ca = "test:root", server_name = "localhost" }}
"""
        )
    assert report.ok is holds, report


@pytest.mark.parametrize("cert", ["", 'cert = "test:client-bad", '])
def test_a_client_that_is_refused_in_tls_1_3_is_told_why(play: Play, cert: str) -> None:
    """It is open by then (RFC 8446 4.4.2.4): the alert comes with what is read first."""
    report = play(
        f"""
step = [
  {{ do = "start", endpoint = "server" }},
  {{ do = "connect", endpoint = "client" }},
  {{ do = "expect", endpoint = "client", text = "hello", within = 1 }},
]
[endpoint.server]
role = "listener"
address = "tls://127.0.0.1:0"
tls = {{ cert = "test:good", ca = "test:root", ask_client = "required" }}
[endpoint.client]
address = "tls://@server"
tls = {{ {cert}ca = "test:root" }}
"""
    )
    assert not report.ok
    said = report.steps[-1].reason
    assert said is not None
    word = "TLSV1_ALERT_UNKNOWN_CA" if cert else "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert f"#1: TLS had ended by a fault ({word}: “{tr(f'errors.{word}.what')}”)." in said.text


def test_a_step_that_finds_no_connection_any_more_is_told_what_ended_it(play: Play) -> None:
    report = play(
        """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "expect", endpoint = "client", call = "close", keep = true, within = 30 },
  { do = "send", endpoint = "client", text = "hello" },
  { do = "expect", endpoint = "client", text = "hello" },
]
[endpoint.server]
role = "listener"
address = "tls://127.0.0.1:0"
tls = { cert = "test:good", ca = "test:root", ask_client = "required" }
[endpoint.client]
address = "tls://@server"
tls = { ca = "test:root" }
"""
    )
    said = report.steps[-1].reason
    assert said is not None
    word = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
    assert said.text.startswith(tr("engine.no_connection"))
    assert f"#1: TLS had ended by a fault ({word}: “{tr(f'errors.{word}.what')}”)." in said.text


def test_a_close_frame_is_told_before_the_peer_has_ended_its_socket(play: Play) -> None:
    report = play(
        """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "pause", endpoint = "server", gate = "receive" },
  { do = "frame", endpoint = "server", opcode = "close", hex = "03 e8" },
  { do = "expect", endpoint = "client", code = 1000, keep = true },
  { do = "expect", endpoint = "client", text = "late", within = 0.2 },
]
[endpoint.server]
role = "listener"
address = "ws://127.0.0.1:0"
[endpoint.client]
address = "ws://@server"
"""
    )
    said = report.steps[-1].reason
    assert said is not None, report
    assert "the WebSocket had ended with a Close frame: 1000" in said.text
