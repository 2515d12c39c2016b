"""Things two ends do on real sockets, run in a process of their own (under strace).

python -m tests.e2e.talks NAME RECORD DEAD_PORT

DEAD_PORT is bound by the caller and not listened on: a genuine ECONNREFUSED.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.session import Session

BOUND = 60.0


class Talk:
    """A session and short words for what a test does with it."""

    def __init__(self, session: Session, dead_port: int) -> None:
        self.session = session
        self.dead_port = dead_port

    def server(self, **more: object) -> None:
        values: dict[str, object] = {"address": "127.0.0.1:0", "responder": Echo(), **more}
        self.session.add(EndpointSettings("server", Role.LISTENER, **values))  # type: ignore[arg-type]
        self.do(c.Start("server"))

    def client(self, **more: object) -> None:
        values: dict[str, object] = {"address": "@server", "timeout": 5.0, **more}
        self.session.add(EndpointSettings("client", Role.STREAM, **values))  # type: ignore[arg-type]

    def do(self, command: c.Command) -> Outcome:
        ticket = self.session.perform(command)
        assert ticket.wait(BOUND), command
        assert ticket.outcome is not None
        return ticket.outcome

    def until(self, endpoint: str, call: str, count: int = 1, **wanted: object) -> None:
        """Wait until so many rows of a call are committed."""
        journal = self.session.journal
        reader = journal.reader()
        while True:
            upto = journal.committed
            found = [
                row
                for row in reader.page(1, upto)
                if row.endpoint == endpoint
                and row.call == call
                and row.errno != "EAGAIN"
                and all(getattr(row, key) == value for key, value in wanted.items())
            ]
            if len(found) >= count:
                reader.close()
                return
            assert journal.wait_committed(upto + 1, BOUND), (endpoint, call)


def tcp(talk: Talk, **family: object) -> None:
    """Greeting, echo, orderly end."""
    talk.server(responder=Greet("连接已创建\r\n", then=Then.ECHO), **family)
    talk.client(**{key: value for key, value in family.items() if key != "address"})
    talk.do(c.Connect("client"))
    talk.until("client", "recv")
    talk.do(c.Send("client", text="hello"))
    talk.until("client", "recv", 2)
    talk.do(c.Close("client"))
    talk.until("server", "close")


def tcp6(talk: Talk) -> None:
    tcp(talk, family="AF_INET6", address="[::1]:0")


def unix(talk: Talk) -> None:
    tcp(talk, family="AF_UNIX", address="temp:talk")


def udp(talk: Talk, family: str = "AF_INET", address: str = "127.0.0.1:0") -> None:
    """A datagram each way."""
    for name, where in (("server", address), ("client", "@server")):
        talk.session.add(
            EndpointSettings(
                name,
                Role.DATAGRAM,
                family,
                "SOCK_DGRAM",
                address=where,
                responder=Echo() if name == "server" else Nothing(),
            )
        )
    talk.do(c.Start("server"))
    talk.do(c.Send("client", text="ping"))
    talk.until("client", "recvfrom")


def udp6(talk: Talk) -> None:
    udp(talk, "AF_INET6", "[::1]:0")


def refused(talk: Talk) -> None:
    """Nobody listens there."""
    talk.client(address=f"127.0.0.1:{talk.dead_port}")
    assert talk.do(c.Connect("client")).errno == "ECONNREFUSED"


def reset(talk: Talk) -> None:
    """The client aborts, the server's recv says ECONNRESET."""
    talk.server()
    talk.client()
    talk.do(c.Connect("client"))
    talk.until("server", "accept")
    talk.do(c.Abort("client"))
    talk.until("server", "recv", errno="ECONNRESET")
    talk.until("server", "close")


def abort(talk: Talk) -> None:
    """The server aborts a chosen connection, the client's recv says ECONNRESET."""
    talk.server()
    talk.client()
    talk.do(c.Connect("client"))
    talk.until("server", "accept")
    talk.do(c.Abort("server", connection=1))
    talk.until("client", "recv", errno="ECONNRESET")


def broken_pipe(talk: Talk) -> None:
    """send after our own SHUT_WR."""
    talk.server()
    talk.client()
    talk.do(c.Connect("client"))
    talk.do(c.Shutdown("client", c.How.WRITE))
    assert talk.do(c.Send("client", text="x")).errno == "EPIPE"


def would_block(talk: Talk) -> None:
    """recv with nothing there and a timeout of 0."""
    talk.server(responder=Nothing())
    talk.client(receive=GateMode.PAUSED)
    talk.do(c.Connect("client"))
    talk.do(c.Call("client", "settimeout", (0,)))
    assert talk.do(c.Recv("client", 10)).errno == "EAGAIN"


def deadline(talk: Talk) -> None:
    """Our own timeout: no system call at all."""
    talk.server(responder=Nothing())
    talk.client(receive=GateMode.PAUSED)
    talk.do(c.Connect("client"))
    talk.do(c.Call("client", "settimeout", (0.05,)))
    assert talk.do(c.Recv("client", 10)).error == "TimeoutError"


def connect_deadline(talk: Talk) -> None:
    """A full accept queue: our timeout ends a connect, and its socket is closed."""
    talk.server(accept=GateMode.PAUSED, backlog=0)
    talk.client(timeout=0.3)
    assert talk.do(c.Connect("client", count=4)).error == "TimeoutError"


def half_close(talk: Talk) -> None:
    """The client finishes sending and still reads."""
    talk.server()
    talk.client()
    talk.do(c.Connect("client"))
    talk.do(c.Send("client", text="last"))
    talk.do(c.Shutdown("client", c.How.WRITE))
    talk.until("client", "recv", 2)


def twenty(talk: Talk) -> None:
    """Twenty connections at once, each with bytes of another number: no two look alike."""
    talk.server()
    talk.client(count=20)
    talk.do(c.Connect("client"))
    for number in range(1, 21):
        talk.do(c.Send("client", text="x" * number, connection=number))
    talk.until("client", "recv", 20)
    talk.do(c.Stop("client"))
    talk.until("server", "close", 20)


def messages(talk: Talk) -> None:
    """SOCK_SEQPACKET: empty messages, also right before the end, and the end itself."""
    talk.server(family="AF_UNIX", type="SOCK_SEQPACKET", address="temp:messages")
    talk.client(family="AF_UNIX", type="SOCK_SEQPACKET")
    talk.do(c.Connect("client"))
    talk.until("server", "accept")
    talk.do(c.Pause("server", c.Gate.RECEIVE))
    for text in ("one", "", "two", ""):
        talk.do(c.Send("client", text=text))
    talk.do(c.Shutdown("client", c.How.WRITE))
    talk.do(c.Resume("server", c.Gate.RECEIVE))
    talk.until("server", "close")
    talk.until("client", "recv", 5)


def tls(talk: Talk, **family: object) -> None:
    """A handshake, an echo and a long send, the end said by the client."""
    own = {key: value for key, value in family.items() if key != "address"}
    talk.server(layers=("tls",), tls=TlsSettings(cert="test:good"), **family)
    talk.client(layers=("tls",), tls=TlsSettings(ca="test:root"), **own)
    talk.do(c.Connect("client"))
    talk.do(c.Send("client", text="hello"))
    talk.until("client", "tls.recv", args="'data'")
    talk.do(c.Send("client", text="x" * 600_000))
    talk.do(c.CloseTls("client"))
    talk.until("server", "close")
    talk.until("client", "tls.end")
    talk.do(c.Close("client"))


def tls_unix(talk: Talk) -> None:
    """The same over AF_UNIX."""
    tls(talk, family="AF_UNIX", address="temp:tls")


def starttls(talk: Talk) -> None:
    """TLS in mid connection, and a certificate that is not taken."""
    talk.server(
        responder=Rules((Rule(Match.EXACT, "STARTTLS", "go", then=Then.TLS),)),
        tls=TlsSettings(cert="test:expired"),
    )
    talk.client(tls=TlsSettings(ca="test:root"))
    talk.do(c.Connect("client"))
    talk.do(c.Send("client", text="STARTTLS"))
    talk.until("client", "recv")
    talk.do(c.StartLayer("client"))
    talk.until("client", "close")
    talk.until("server", "close")


def ws(talk: Talk, scheme: tuple[str, ...] = ("websocket",), **family: object) -> None:
    """Messages, one of 300 kB in fragments, a ping, the close handshake."""
    own = {key: value for key, value in family.items() if key != "address"}
    tls_of = {
        "server": TlsSettings(cert="test:good") if "tls" in scheme else None,
        "client": TlsSettings(ca="test:root") if "tls" in scheme else None,
    }
    deflate = Deflate() if "tls" in scheme else None
    talk.server(
        layers=scheme, tls=tls_of["server"], websocket=WebSocketSettings(deflate=deflate), **family
    )
    talk.client(
        layers=scheme,
        tls=tls_of["client"],
        websocket=WebSocketSettings(deflate=deflate, fragment=100_000),
        **own,
    )
    talk.do(c.Connect("client"))
    for text in ("hello", "", "0123456789" * 30_000):
        assert talk.do(c.Send("client", text=text)).ok
    came = "ws.recv" if deflate is None else "ws.message"
    talk.until("client", came, size=300_000)
    talk.do(c.Ping("client", text="hi"))
    talk.until("client", "ws.pong")
    talk.do(c.CloseWebSocket("client", 1000, "bye"))
    talk.until("client", "close")
    talk.until("server", "close")


def wss(talk: Talk) -> None:
    """The same over TLS, packed."""
    ws(talk, ("tls", "websocket"))


def ws_unix(talk: Talk) -> None:
    """The same over AF_UNIX."""
    ws(talk, family="AF_UNIX", address="temp:ws")


def ws_broken(talk: Talk) -> None:
    """A frame that breaks a rule: a Close frame, SHUT_WR, what still comes is read and dropped."""
    talk.server(layers=("websocket",))
    talk.client(layers=("websocket",))
    talk.do(c.Connect("client"))
    talk.do(c.SendFrame("client", rsv=2, text="x"))
    talk.until("server", "close")
    talk.until("client", "close")


def ws_refused(talk: Talk) -> None:
    """A status and a body in place of a WebSocket."""
    talk.server(layers=("websocket",), websocket=WebSocketSettings(status=401, body="who are you?"))
    talk.client(layers=("websocket",))
    assert talk.do(c.Connect("client")).error == "HTTP_401"
    talk.until("client", "close")
    talk.until("server", "close")


def wss_reset(talk: Talk) -> None:
    """Over TLS an end that nobody says: the client aborts."""
    talk.server(layers=("tls", "websocket"), tls=TlsSettings(cert="test:good"))
    talk.client(layers=("tls", "websocket"), tls=TlsSettings(ca="test:root"))
    talk.do(c.Connect("client"))
    talk.do(c.Send("client", text="x"))
    talk.until("client", "ws.recv")
    talk.do(c.Abort("client"))
    talk.until("server", "recv", errno="ECONNRESET")
    talk.until("server", "close")


TALKS: dict[str, Callable[[Talk], None]] = {
    "tcp": tcp, "tcp6": tcp6, "unix": unix, "udp": udp, "udp6": udp6, "refused": refused,
    "reset": reset, "abort": abort, "broken_pipe": broken_pipe, "would_block": would_block,
    "deadline": deadline, "connect_deadline": connect_deadline,
    "half_close": half_close, "messages": messages, "twenty": twenty,
    "tls": tls, "tls_unix": tls_unix, "starttls": starttls,
    "ws": ws, "wss": wss, "ws_unix": ws_unix, "ws_broken": ws_broken, "ws_refused": ws_refused,
    "wss_reset": wss_reset,
}  # fmt: skip


if __name__ == "__main__":
    with Session(Path(sys.argv[2])) as session:
        TALKS[sys.argv[1]](Talk(session, int(sys.argv[3])))
