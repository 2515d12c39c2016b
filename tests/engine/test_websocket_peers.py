"""WebSockets with libraries of others, both ways: `websockets`, and npm's `ws` under node."""

from __future__ import annotations

import json
import os
import queue
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect
from websockets.sync.connection import Connection
from websockets.sync.server import ServerConnection
from websockets.sync.server import serve as serve_websockets

from tests.engine.conftest import Do, Until
from tests.free_port import free_port
from tests.peers import BOUND, program
from tests.servers import nginx
from tests.snapshots import fresh
from workbench.certificates import resolve
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.session import Session

Fact = dict[str, Any]
LONG = "0123456789" * 30_000
MESSAGES: tuple[str | bytes, ...] = ("héllo", "", b"\x00\xff", b"", LONG, LONG.encode())
PARTS = ("one ", "two ", "", "three")
CODES = (1000, 1001, 1002, 1008, 1011, 3000, 4999)
"""That an application may close with."""
PEER = Path(__file__).with_name("ws_peer.js")
DEFLATE = Deflate()


class Facts:
    """What somebody else's end tells, in order."""

    def __init__(self) -> None:
        self._told: queue.Queue[Fact] = queue.Queue()

    def tell(self, **fact: Any) -> None:
        self._told.put(fact)

    def next(self) -> Fact:
        return self._told.get(timeout=BOUND)

    def until(self, key: str) -> Fact:
        """The next that says this, those before it dropped."""
        while key not in (fact := self.next()):
            assert "error" not in fact, fact
        return fact


# -- ws of npm --------------------------------------------------------------------------------


@contextmanager
def node(what: str, **said: Any) -> Iterator[Facts]:
    """`ws_peer.js`, until the block is left; Debian has the package where node looks by itself
    only if node is Debian's too.
    """
    path = os.pathsep.join(filter(None, [os.environ.get("NODE_PATH"), "/usr/share/nodejs"]))
    facts = Facts()
    process = subprocess.Popen(
        [program("node"), str(PEER), what, json.dumps(said)],
        env={**os.environ, "NODE_PATH": path},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            facts.tell(**(json.loads(line) if line.startswith("{") else {"error": line}))
        facts.tell(error="it has ended")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield facts
    finally:
        process.kill()
        process.wait(BOUND)
        reader.join(BOUND)
        process.stdout.close()  # type: ignore[union-attr]


@contextmanager
def node_serves(*, deflate: bool, tls: bool, **how: Any) -> Iterator[tuple[int, Facts]]:
    with resolve.to_show("test:good") as found:
        files = {"cert": str(found.chain), "key": str(found.key)} if tls else {}
        with node("serve", deflate=deflate, **files, **how) as facts:
            yield facts.until("port")["port"], facts


def node_talks(
    url: str, *, deflate: bool, waits: bool = False, **how: Any
) -> AbstractContextManager[Facts]:
    more = {"ca": str(resolve.trusted_file("test:root"))} if url.startswith("wss") else {}
    return node("talk", url=url, deflate=deflate, waits=waits, **more, **how)


# -- websockets -------------------------------------------------------------------------------


@contextmanager
def websockets_serves(*, deflate: bool, tls: bool) -> Iterator[tuple[int, Facts]]:
    facts = Facts()

    def answer(ws: ServerConnection, message: str | bytes) -> None:
        if message == "in parts":
            ws.send(PARTS)
        elif message == "ping":
            ws.ping(b"there?").wait(BOUND)
            ws.send("pong there?")
        elif isinstance(message, str) and message.startswith("close "):
            _, code, reason = message.split(" ")
            ws.close(int(code), reason)
        else:
            ws.send(message)

    def talk(ws: ServerConnection) -> None:
        assert ws.request is not None
        facts.tell(path=ws.request.path, extensions=agreed(ws))
        with suppress(ConnectionClosed):
            for message in ws:
                answer(ws, message)
        facts.tell(code=ws.close_code, reason=ws.close_reason)

    context = None
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        with resolve.to_show("test:good") as found:
            context.load_cert_chain(found.chain, found.key)
    compression = "deflate" if deflate else None
    with serve_websockets(talk, "127.0.0.1", 0, ssl=context, compression=compression) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield server.socket.getsockname()[1], facts
        finally:
            server.shutdown()
            thread.join(BOUND)


@contextmanager
def websockets_talks(url: str, *, deflate: bool, waits: bool = False) -> Iterator[Facts]:
    facts = Facts()
    context = None
    if url.startswith("wss"):
        context = ssl.create_default_context(cafile=str(resolve.trusted_file("test:root")))

    def talk() -> None:
        compression = "deflate" if deflate else None
        more: dict[str, Any] = {"server_hostname": "localhost"} if context is not None else {}
        with connect(url, ssl=context, compression=compression, **more) as ws:
            facts.tell(extensions=agreed(ws))
            if waits:
                with suppress(ConnectionClosed):
                    ws.recv()
            else:
                say_all(ws, facts)
        facts.tell(code=ws.close_code, reason=ws.close_reason)

    thread = threading.Thread(target=talk)
    thread.start()
    try:
        yield facts
    finally:
        thread.join(BOUND)


def say_all(ws: Connection, facts: Facts) -> None:
    for message in MESSAGES:
        ws.send(message)
        came = ws.recv()
        facts.tell(size=len(came.encode() if isinstance(came, str) else came), same=came == message)
    ws.send(PARTS)
    facts.tell(parts=ws.recv())
    assert ws.ping(b"there?").wait(BOUND)
    facts.tell(pong="there?")
    ws.close(4002, "bye")


def agreed(ws: Connection) -> str:
    return ", ".join(extension.name for extension in ws.protocol.extensions)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """It keeps every byte: long messages are compared."""
    with Session(tmp_path / "record.swb", capture=None) as made:
        yield made


# -- the tests --------------------------------------------------------------------------------

SERVERS = pytest.mark.parametrize(
    "serves", [websockets_serves, node_serves], ids=["websockets", "node"]
)
CLIENTS = pytest.mark.parametrize(
    "talks", [websockets_talks, node_talks], ids=["websockets", "node"]
)
HOW = pytest.mark.parametrize(
    ("scheme", "deflate"),
    [("ws", False), ("ws", True), ("wss", True)],
    ids=["ws", "ws-deflate", "wss-deflate"],
)
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="node's ws is a package of Debian")


def client(
    session: Session, port: int, *, scheme: str, deflate: bool | Deflate, **how: Any
) -> None:
    session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            address=f"127.0.0.1:{port}",
            timeout=BOUND,
            layers=("tls", "websocket") if scheme == "wss" else ("websocket",),
            tls=TlsSettings(ca="test:root", server_name="localhost") if scheme == "wss" else None,
            websocket=WebSocketSettings(
                path="/chat?x=1", deflate=packed(deflate), fragment=70_000, **how
            ),
        )
    )


def packed(deflate: bool | Deflate) -> Deflate | None:
    return deflate if isinstance(deflate, Deflate) else DEFLATE if deflate else None


def server(session: Session, do: Do, *, scheme: str, deflate: bool | Deflate, **how: Any) -> str:
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=Echo(),
            layers=("tls", "websocket") if scheme == "wss" else ("websocket",),
            tls=TlsSettings(cert="test:good") if scheme == "wss" else None,
            websocket=WebSocketSettings(deflate=packed(deflate), fragment=70_000, **how),
        )
    )
    assert do(c.Start("server")).ok
    port = (fresh(session, "server").local or "").rpartition(":")[2]
    return f"{scheme}://127.0.0.1:{port}/chat"


def say(do: Do, message: str | bytes) -> None:
    if isinstance(message, str):
        assert do(c.Send("client", text=message)).ok
    else:
        assert do(c.Send("client", hex=message.hex(" "))).ok


@HOW
@SERVERS
def test_our_client(
    session: Session, do: Do, until: Until, serves: Any, scheme: str, deflate: bool
) -> None:
    with serves(deflate=deflate, tls=scheme == "wss") as (port, facts):
        client(session, port, scheme=scheme, deflate=deflate)
        assert do(c.Connect("client")).ok
        fact = facts.until("path")
        assert fact["path"] == "/chat?x=1"
        assert ("permessage-deflate" in fact["extensions"]) is deflate
        assert ("deflate=" in until("client", call="ws.open").args) is deflate
        for message in MESSAGES:
            say(do, message)
            data = message.encode() if isinstance(message, str) else message
            kind = "'TEXT'" if isinstance(message, str) else "'BINARY'"
            if deflate:
                until("client", call="ws.message", payload=data, args=f"{kind}, 'in', deflate=True")
            else:
                until("client", call="ws.recv", payload=data, args=kind)
        say(do, "in parts")
        row = until("client", call="ws.message", payload="".join(PARTS).encode())
        assert "frames=" in row.args
        say(do, "ping")
        until("client", call="ws.recv", args="'PING'", payload=b"there?")
        until("client", call="ws.message" if deflate else "ws.recv", payload=b"pong there?")
        assert do(c.Ping("client", text="hi")).ok
        until("client", call="ws.pong", payload=b"hi")
        assert do(c.CloseWebSocket("client", 4001, "bye")).ok
        until("client", call="close")
        assert facts.until("code") == {"code": 4001, "reason": "bye"}
        assert until("client", call="ws.end").args == "4001, 'bye'"


@SERVERS
def test_codes_that_their_server_closes_with(
    session: Session, do: Do, until: Until, serves: Any
) -> None:
    with serves(deflate=False, tls=False) as (port, facts):
        client(session, port, scheme="ws", deflate=False)
        for code in CODES:
            assert do(c.Connect("client")).ok
            say(do, f"close {code} why")
            fact = facts.until("code")
            assert fact["code"] == code
            until("client", call="ws.end", args=f"{code}, 'why'")


def the_whole_talk(facts: Any) -> None:
    """What their client tells of a talk with our server, to its end."""
    for message in MESSAGES:
        size = len(message.encode() if isinstance(message, str) else message)
        assert facts.next() == {"size": size, "same": True}
    assert facts.next() == {"parts": "".join(PARTS)}
    assert facts.next() == {"pong": "there?"}
    assert facts.next()["code"] == 4002


@HOW
@CLIENTS
def test_our_server(
    session: Session, do: Do, until: Until, talks: Any, scheme: str, deflate: bool
) -> None:
    url = server(session, do, scheme=scheme, deflate=deflate)
    with talks(url, deflate=deflate) as facts:
        assert ("permessage-deflate" in facts.until("extensions")["extensions"]) is deflate
        the_whole_talk(facts)
    until("server", call="ws.end", args="4002, 'bye'")
    row = until("server", call="ws.message", payload="".join(PARTS).encode())
    assert "frames=" in row.args


@CLIENTS
def test_codes_that_our_server_closes_with(
    session: Session, do: Do, until: Until, talks: Any
) -> None:
    url = server(session, do, scheme="ws", deflate=False)
    for code in CODES:
        with talks(url, deflate=False, waits=True) as facts:
            facts.until("extensions")
            assert do(c.CloseWebSocket("server", code, "why")).ok
            assert facts.next() == {"code": code, "reason": "why"}
            until("server", call="ws.end", args=f"{code}, 'why'")


# -- what npm's ws can do beside that ----------------------------------------------------------

ANEW = Deflate(server_no_context_takeover=True, client_no_context_takeover=True)
SMALL = Deflate(server_max_window_bits=9, client_max_window_bits=9)
HOW_PACKED = pytest.mark.parametrize(
    ("deflate", "how", "agreed_on"),
    [
        (ANEW, {"anew": True}, ("server_no_context_takeover", "client_no_context_takeover")),
        (SMALL, {"bits": 9}, ("server_max_window_bits=9", "client_max_window_bits=9")),
        (DEFLATE, {"anew": True, "bits": 10}, ("server_no_context_takeover",)),
    ],
    ids=["anew", "window", "node alone"],
)


@HOW_PACKED
def test_ways_to_pack_towards_their_server(
    session: Session, do: Do, until: Until, deflate: Deflate, how: Any, agreed_on: tuple[str, ...]
) -> None:
    with node_serves(deflate=True, tls=False, **how) as (port, facts):
        client(session, port, scheme="ws", deflate=deflate)
        assert do(c.Connect("client")).ok
        facts.until("path")
        opened = until("client", call="ws.open").args
        assert all(part in opened for part in agreed_on), opened
        for message in MESSAGES + MESSAGES:
            say(do, message)
        data = LONG.encode()
        until("client", call="ws.message", payload=data, args="'BINARY', 'in', deflate=True")
        say(do, "in parts")
        until("client", call="ws.message", payload="".join(PARTS).encode())
        assert do(c.CloseWebSocket("client", 4001, "bye")).ok
        assert facts.until("code") == {"code": 4001, "reason": "bye"}


@HOW_PACKED
def test_ways_to_pack_of_their_client(
    session: Session, do: Do, until: Until, deflate: Deflate, how: Any, agreed_on: tuple[str, ...]
) -> None:
    url = server(session, do, scheme="ws", deflate=deflate)
    with node_talks(url, deflate=True, **how) as facts:
        facts.until("extensions")
        opened = until("server", call="ws.open").args
        assert all(part in opened for part in agreed_on), opened
        the_whole_talk(facts)


def test_a_subprotocol_that_their_server_takes_and_one_that_it_does_not(
    session: Session, do: Do, until: Until
) -> None:
    with node_serves(deflate=False, tls=False, protocol="b") as (port, facts):
        client(session, port, scheme="ws", deflate=False, subprotocols=("a", "b"))
        assert do(c.Connect("client")).ok
        assert facts.until("path")["protocol"] == "b"
        assert until("client", call="ws.open").args == "subprotocol='b'"
    with node_serves(deflate=False, tls=False, protocol="z") as (port, facts):
        session.add(
            EndpointSettings(
                "other", Role.STREAM, address=f"127.0.0.1:{port}", timeout=BOUND,
                websocket=WebSocketSettings(subprotocols=("a", "b")),
            )
        )  # fmt: skip
        assert do(c.Connect("other")).ok  # none is chosen, which RFC 6455 4.2.2 lets it do
        assert facts.until("path")["protocol"] == ""
        assert until("other", call="ws.open").args == ""


def test_a_subprotocol_that_our_server_does_not_take(
    session: Session, do: Do, until: Until
) -> None:
    url = server(session, do, scheme="ws", deflate=False, subprotocols=("z",))
    with node_talks(url, deflate=False, offers=["a", "b"]) as facts:
        assert "subprotocol" in facts.next()["error"]
    with node_talks(url, deflate=False, offers=["a", "z"], waits=True) as facts:
        assert facts.next() == {"extensions": "", "protocol": "z"}


def test_a_refusal_each_way(session: Session, do: Do, until: Until) -> None:
    with node_serves(deflate=False, tls=False, status=401) as (port, _):
        client(session, port, scheme="ws", deflate=False)
        assert do(c.Connect("client")).error == "HTTP_401"
        assert b"why not" in (until("client", call="ws.body").payload or b"")
    url = server(session, do, scheme="ws", deflate=False, status=401, body="who are you?")
    with node_talks(url, deflate=False) as facts:
        assert facts.next() == {"status": 401, "body": "who are you?"}


# -- through nginx ------------------------------------------------------------------------------

PASSES = (
    "proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade;"
    ' proxy_set_header Connection "upgrade"; proxy_set_header Host $http_host;'
)
"""What nginx has to be told of a WebSocket (nginx.org, "WebSocket proxying")."""


@pytest.mark.parametrize("deflate", [False, True])
def test_wss_through_nginx_to_our_ws_server_and_back(
    session: Session, do: Do, until: Until, tmp_path: Path, deflate: bool
) -> None:
    behind = server(session, do, scheme="ws", deflate=deflate).removeprefix("ws://")
    secure = free_port()
    with resolve.to_show("test:chained") as found:
        more = (
            f"listen 127.0.0.1:{secure} ssl; ssl_certificate {found.chain};"
            f" ssl_certificate_key {found.key};"
            f" location /chat {{ proxy_pass http://{behind}; {PASSES} }}"
            f" location /plain {{ proxy_pass http://{behind}; }}"
            f" location /gone {{ proxy_pass http://127.0.0.1:{free_port()}; {PASSES} }}"
        )
        with nginx(tmp_path, more):
            client(session, secure, scheme="wss", deflate=deflate)
            assert do(c.Connect("client")).ok
            assert until("server", call="ws.request").args == "'GET', '/chat?x=1'"
            for message in MESSAGES:
                say(do, message)
                data = message.encode() if isinstance(message, str) else message
                kind = "'TEXT'" if isinstance(message, str) else "'BINARY'"
                args = f"{kind}, 'in'"
                if deflate:
                    until("client", call="ws.message", payload=data, args=f"{args}, deflate=True")
                elif len(data) > 70_000:
                    until("client", call="ws.message", payload=data)
                else:
                    until("client", call="ws.recv", payload=data, args=kind)
            assert do(c.Ping("client", text="hi")).ok
            until("client", call="ws.pong", payload=b"hi")
            until("server", call="ws.recv", payload=b"hi")
            assert do(c.CloseWebSocket("client", 4001, "bye")).ok
            until("client", call="close")
            assert until("server", call="ws.end").args == "4001, 'bye'"
            assert until("client", call="ws.end").args == "4001"  # as our server answers it
            for path, word in (("/plain", "HTTP_400"), ("/gone", "HTTP_502")):
                there = WebSocketSettings(path=path)
                session.add(replace(session.settings("client"), name=path, websocket=there))
                assert do(c.Connect(path)).error == word
            assert until("server", call="ws.fault").error == "http_version"
