"""Talks over WebSocket: our clients against servers made of the package websockets."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from websockets.sync.server import ServerConnection, serve

from tests.cli_process import run
from tests.exported import ran
from tests.jobs.models import job
from workbench.scenario.code import to_python
from workbench.scenario.model import load
from workbench.scenario.named_values import Given

Talk = Callable[[ServerConnection], None]


@contextmanager
def serving(talk: Talk, **how: Any) -> Iterator[int]:
    """The port of a server that talks so with the one who comes."""
    failures: list[BaseException] = []

    def kept(conn: ServerConnection) -> None:
        try:
            talk(conn)
            for _ in conn:  # until the client closes
                pass
        except BaseException as error:
            failures.append(error)
            raise

    with serve(kept, "127.0.0.1", 0, **how) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1]
        finally:
            server.shutdown()
            thread.join()
    assert not failures


def holds(scenario: Path, port: int, folder: Path) -> None:
    """It does as a run, and as the script that it is exported to."""
    status, out, err = run("run", scenario, "--set", f"port={port}", "--lang", "en")
    assert status == 0, out + err
    done = ran(to_python(load(scenario, Given({"port": str(port)}))), folder)
    assert done.returncode == 0, done.stderr


def said(conn: ServerConnection) -> Any:
    return json.loads(conn.recv())


def tell(conn: ServerConnection, **message: object) -> None:
    conn.send(json.dumps(message, separators=(",", ":")))


def test_a_chat_with_a_token(tmp_path: Path) -> None:
    def talk(conn: ServerConnection) -> None:
        assert conn.request is not None
        assert conn.request.path == "/chat?room=lobby"
        assert conn.request.headers["Authorization"] == "Bearer letmein"
        tell(conn, type="ping")
        assert said(conn) == {"type": "pong"}
        tell(conn, type="welcome", room="lobby", user={"id": "u7"})
        message = said(conn)
        assert message == {"type": "say", "from": "u7", "text": "hello"}
        tell(conn, type="ping")
        tell(conn, **{**message, "type": "said"})

    with serving(talk, subprotocols=["chat.v1"]) as port:
        holds(job("ws-chat"), port, tmp_path)


def test_socket_io(tmp_path: Path) -> None:
    def talk(conn: ServerConnection) -> None:
        conn.send('0{"sid":"abc","upgrades":[],"pingInterval":25000,"pingTimeout":20000}')
        assert conn.recv() == "40"
        conn.send("2")
        assert conn.recv() == "3"
        conn.send('40{"sid":"def"}')
        assert conn.recv() == '421["add",2,3]'
        conn.send("431[5]")
        assert conn.recv() == "41"

    with serving(talk) as port:
        holds(job("socket-io"), port, tmp_path)


def test_graphql_ws(tmp_path: Path) -> None:
    def talk(conn: ServerConnection) -> None:
        assert said(conn) == {"type": "connection_init", "payload": {"token": "letmein"}}
        tell(conn, type="connection_ack")
        assert said(conn)["payload"]["query"] == "subscription { ticks }"
        tell(conn, id="1", type="next", payload={"data": {"ticks": 1}})
        tell(conn, type="ping")
        assert said(conn) == {"type": "pong"}
        tell(conn, id="1", type="next", payload={"data": {"ticks": 2}})
        tell(conn, id="1", type="complete")

    with serving(talk, subprotocols=["graphql-transport-ws"]) as port:
        holds(job("graphql-ws"), port, tmp_path)


def test_mqtt_over_websocket(tmp_path: Path) -> None:
    def talk(conn: ServerConnection) -> None:
        first = conn.recv()
        assert isinstance(first, bytes)
        assert first[2:8] == b"\x00\x04MQTT"
        conn.send(b"\x20\x02")  # a packet may be cut by frames (MQTT 3.1.1, 6)
        conn.send(b"\x00\x00")
        assert conn.recv()[:1] == b"\x82"
        conn.send(b"\x90\x03\x00\x01\x00")
        conn.send(conn.recv())
        assert conn.recv() == b"\xc0\x00"
        conn.send(b"\xd0\x00")
        assert conn.recv() == b"\xe0\x00"

    with serving(talk, subprotocols=["mqtt"]) as port:
        holds(job("mqtt-ws"), port, tmp_path)
