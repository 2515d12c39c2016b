"""Long messages in fragments by each set of parameters of permessage-deflate, with the package
websockets as the other end, whoever is which.
"""

from __future__ import annotations

import random
import threading
from typing import Any, Final

import pytest
from websockets.extensions.permessage_deflate import (
    ClientPerMessageDeflateFactory,
    ServerPerMessageDeflateFactory,
)
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.sync.server import ServerConnection, serve

from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.session import Session

BOUND: Final = 60.0
"""Seconds; only catches a hang."""
OURS: Final = WebSocketSettings(deflate=Deflate(), fragment=70_000)
LETTERS: Final = "".join(random.Random(1).choices("abcdefgh äß€", k=200_000))
MESSAGES: Final[tuple[str | bytes, ...]] = (LETTERS, LETTERS.encode(), "", b"", "x" * 300_000)
AGREED: Final = [
    {
        "server_no_context_takeover": bool(flags & 1),
        "client_no_context_takeover": bool(flags & 2),
        "server_max_window_bits": window,
        "client_max_window_bits": window,
    }
    for flags in range(4)
    for window in (None, 9, 15)
]
EACH: Final = pytest.mark.parametrize(
    "agreed", AGREED, ids=lambda said: "-".join(map(str, said.values()))
)


def say_all(ws: Connection) -> None:
    """Each comes back as it went, in fragments of another length."""
    for message in MESSAGES:
        size = max(1, len(message) // 7)
        ws.send([message[at : at + size] for at in range(0, max(1, len(message)), size)])
        assert ws.recv(BOUND) == message


@EACH
def test_our_server(session: Session, do: Any, agreed: dict[str, Any]) -> None:
    session.add(
        EndpointSettings(
            "server", Role.LISTENER, address="127.0.0.1:0", responder=Echo(), websocket=OURS
        )
    )
    assert do(c.Start("server")).ok
    port = (fresh(session, "server").local or "").rpartition(":")[2]
    offer = ClientPerMessageDeflateFactory(**agreed)
    with connect(
        f"ws://127.0.0.1:{port}", extensions=[offer], compression=None, max_size=None
    ) as ws:
        assert len(ws.protocol.extensions) == 1
        say_all(ws)


@EACH
def test_our_client(session: Session, do: Any, agreed: dict[str, Any]) -> None:
    failed: list[BaseException] = []
    over = threading.Event()

    def handler(ws: ServerConnection) -> None:
        try:
            assert len(ws.protocol.extensions) == 1
            say_all(ws)
        except BaseException as error:
            failed.append(error)
        over.set()

    wanted = ServerPerMessageDeflateFactory(**agreed)
    with serve(
        handler, "127.0.0.1", 0, extensions=[wanted], compression=None, max_size=None
    ) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            address = f"127.0.0.1:{server.socket.getsockname()[1]}"
            session.add(
                EndpointSettings(
                    "client", Role.STREAM, address=address, responder=Echo(), websocket=OURS
                )
            )
            assert do(c.Connect("client")).ok
            assert over.wait(BOUND)
        finally:
            server.shutdown()
            thread.join(BOUND)
    assert not failed
