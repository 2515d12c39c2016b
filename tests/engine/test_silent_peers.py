"""Peers that never get through a handshake: row, ticket, Explain and command line say the same."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from tests.answering import answering
from tests.cli_process import run
from tests.engine.conftest import Do, Until
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.explain.explain import what_failed
from workbench.scenario.outcome import failure_text
from workbench.session import Session

TLS_RECORD = bytes.fromhex("16030300ff02")
"""The beginning of a server_hello whose end never comes."""


@contextmanager
def peer(says: bytes) -> Iterator[int]:
    """A server that says this to each who connects, then nothing; its port."""
    kept: list[socket.socket] = []

    def serve(conn: socket.socket) -> None:
        kept.append(conn)
        conn.sendall(says)

    with answering(serve) as port:
        yield port
    for conn in kept:
        conn.close()


@pytest.mark.parametrize(
    ("layers", "proxied", "says", "word", "call"),
    [
        (("tls",), False, b"", "TLS_NO_ANSWER", "tls.handshake"),
        (("tls",), False, b"220", "WRONG_VERSION_NUMBER", "tls.handshake"),
        (("tls",), False, TLS_RECORD, "TLS_UNFINISHED", "tls.handshake"),
        (("tls", "websocket"), False, b"", "TLS_NO_ANSWER", "tls.handshake"),
        (("websocket",), False, b"HTTP/1.1 101", "WS_NO_ANSWER", "ws.fault"),
        (("tls",), True, b"", "PROXY_NO_ANSWER", "proxy.response"),
    ],
)
def test_a_client_says_what_did_not_come(
    session: Session,
    do: Do,
    until: Until,
    layers: tuple[str, ...],
    proxied: bool,
    says: bytes,
    word: str,
    call: str,
) -> None:
    with peer(says) as port:
        session.add(
            EndpointSettings(
                "client",
                Role.STREAM,
                address=f"127.0.0.1:{port}",
                timeout=0.5,
                layers=layers,
                tls=TlsSettings(ca="test:root"),
                proxy=f"http://127.0.0.1:{port}" if proxied else None,
            )
        )
        outcome = do(c.Connect("client"))
        row = until("client", call=call, errno=word)
        shown = fresh(session, "client").connections[-1]
    assert (outcome.errno, outcome.error) == (word, "TimeoutError")
    assert shown.errno == word
    assert failure_text(outcome).text.startswith(word)
    if call != "ws.fault":  # whose rule says it, in other words
        assert what_failed(row) in failure_text(outcome).text


@pytest.mark.parametrize(
    ("layers", "word"), [(("tls",), "TLS_NO_ANSWER"), (("websocket",), "WS_NO_REQUEST")]
)
def test_a_server_says_what_its_client_did_not(
    session: Session, do: Do, until: Until, layers: tuple[str, ...], word: str
) -> None:
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            layers=layers,
            tls=TlsSettings(cert="test:good"),
            handshake_timeout=0.3,
        )
    )
    assert do(c.Start("server")).ok
    port = int((fresh(session, "server").local or "").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as plain:
        assert not plain.recv(1)  # closed
        assert until("server", errno=word)


def test_the_command_line_says_the_sentence() -> None:
    with peer(b"") as port:
        address = f"tls://127.0.0.1:{port}"
        status, _, err = run("connect", address, "--timeout", "0.5", "--send", "x")
    assert status == 1
    assert "never spoke TLS" in err
    assert "settimeout" not in err
