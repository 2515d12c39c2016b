"""Each call is one row: who asked for it, and no more of its bytes than the record keeps."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows
from workbench.engine.model import commands as c
from workbench.engine.model.events import Clock, ConnectionNamed, Event
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.sockets.traced_socket import TracedSocket
from workbench.session import Session


@pytest.fixture
def open_pair(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(
        EndpointSettings(
            "client", Role.STREAM, address="@server", timeout=5.0, receive=GateMode.PAUSED
        )
    )
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok


@pytest.mark.usefixtures("open_pair")
@pytest.mark.parametrize(
    ("command", "call"),
    [
        (c.Send("client", text="x"), "send"),
        (c.Shutdown("client", c.How.READ), "shutdown"),
        (c.Shutdown("client", c.How.WRITE), "shutdown"),
        (c.GetOption("client", "SO_RCVBUF"), "getsockopt"),
        (c.SetOption("client", "SO_RCVBUF", 4096), "setsockopt"),
        (c.Call("client", "getsockname"), "getsockname"),
        (c.Call("client", "getpeername"), "getpeername"),
        (c.Close("client"), "close"),
        (c.Abort("client"), "close"),
        (c.Stop("client"), "close"),
    ],
)
def test_what_was_asked_for_names_who_asked(
    do: Do, rows: Rows, command: c.Command, call: str
) -> None:
    assert do(command).ok
    asked = rows("client", "command")[-1]
    made = [row for row in rows("client") if row.call == call]
    assert [row.cause for row in made] == [asked.seq]


@pytest.mark.usefixtures("open_pair")
@pytest.mark.parametrize(
    ("command", "call"),
    [
        (c.Shutdown("client", c.How.WRITE), "shutdown"),
        (c.Send("client", text="x"), "send"),
    ],
)
def test_a_call_that_fails_names_who_asked_too(
    do: Do, rows: Rows, command: c.Command, call: str
) -> None:
    assert do(c.Shutdown("client", c.How.BOTH)).ok
    if call == "shutdown":
        assert do(c.Abort("server", c.ALL)).ok
    do(command)
    asked = rows("client", "command")[-1]
    newest = [row for row in rows("client") if row.call == call][-1]
    assert newest.cause == asked.seq


@pytest.fixture
def short(tmp_path: Path) -> Iterator[Session]:
    made = Session(tmp_path / "short.swb", capture=3)
    yield made
    made.close()


KINDS = {
    "stream": (Role.LISTENER, Role.STREAM, "AF_INET", "SOCK_STREAM", "127.0.0.1:0"),
    "datagram": (Role.DATAGRAM, Role.DATAGRAM, "AF_INET", "SOCK_DGRAM", "127.0.0.1:0"),
    "unix datagram": (Role.DATAGRAM, Role.DATAGRAM, "AF_UNIX", "SOCK_DGRAM", "temp:d"),
    "seqpacket": (Role.LISTENER, Role.STREAM, "AF_UNIX", "SOCK_SEQPACKET", "temp:s"),
}


@pytest.mark.parametrize("kind", KINDS)
def test_of_each_payload_the_record_keeps_its_first_bytes(short: Session, kind: str) -> None:
    """The size is the true one, the bytes are cut, and a responder or reader still got all."""
    server, client, family, type_, address = KINDS[kind]
    if not hasattr(socket, family) or not hasattr(socket, type_):
        pytest.skip(f"this system lacks {family} or {type_}")
    short.add(EndpointSettings("server", server, family=family, type=type_, address=address))
    short.add(EndpointSettings("client", client, family=family, type=type_, address="@server"))
    connects = () if client is Role.DATAGRAM else (c.Connect("client"),)  # by sendto() there
    for command in (c.Start("server"), *connects, c.Send("client", text="0123456789")):
        ticket = short.perform(command)
        assert ticket.wait(60)
        assert ticket.outcome is not None
        assert ticket.outcome.ok
    seen: dict[str, tuple[int | None, bytes | None]] = {}
    while {name[:4] for name in seen} != {"send", "recv"}:
        committed = short.journal.committed
        with_bytes = short.journal.reader()
        seen = {
            row.call: (row.size, row.payload)
            for row in with_bytes.page(1, 10_000)
            if row.kind == "call" and row.size
        }
        with_bytes.close()
        if len(seen) < 2:
            assert short.journal.wait_committed(committed + 1, 10.0)
    assert set(seen.values()) == {(10, b"012")}


@pytest.mark.skipif(not hasattr(socket, "MSG_TRUNC"), reason="this system tells no true length")
def test_of_a_datagram_that_was_cut_nothing_else_is_kept(
    session: Session, do: Do, rows: Rows
) -> None:
    """The buffer is the endpoint's: what an earlier, longer datagram left in it is no payload."""
    session.add(
        EndpointSettings(
            "server",
            Role.DATAGRAM,
            type="SOCK_DGRAM",
            timeout=5.0,
            address="127.0.0.1:0",
            receive=GateMode.PAUSED,
        )
    )
    session.add(EndpointSettings("client", Role.DATAGRAM, type="SOCK_DGRAM", address="@server"))
    assert do(c.Start("server")).ok
    for text, size in (("secret and long", 100), ("abcdefgh", 4)):
        assert do(c.Send("client", text=text)).ok
        assert do(c.Recv("server", size)).ok
    got = [(row.size, row.payload) for row in rows("server") if row.call == "recvfrom"]
    assert got == [(15, b"secret and long"), (8, b"abcd")]


class _InOrder:
    """A sink that keeps what it is told, as it comes."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.capture: int | None = None
        self.read_whole = False
        self.congested = False
        self.told: list[object] = []

    def keep_bytes(self, connection: int, *, kept: bool) -> None:
        raise NotImplementedError

    def put(self, item: object, /) -> None:
        self.told.append(item)

    def next_connection(self) -> int:
        return len(self.told) + 1

    def local_when(self, call: str) -> str | None:
        """The address that a row is read with at once: before anything else was told."""
        local = None
        for item in self.told:
            if isinstance(item, ConnectionNamed):
                local = item.local
            elif isinstance(item, Event) and item.call == call:
                return local
        raise AssertionError(f"no row of {call}: {self.told}")


@pytest.mark.parametrize("call", ["bind", "listen", "connect"])
def test_who_reads_a_row_at_once_reads_the_address_too(call: str) -> None:
    """A row printed in the very moment had none, and a script that waited for it saw no port."""
    sink = _InOrder()
    opened = TracedSocket.open(sink, 1, socket.AF_INET, socket.SOCK_STREAM, 0, "", None)
    with socket.create_server(("127.0.0.1", 0)) as server:
        if call == "bind":
            opened.bind(("127.0.0.1", 0), None)
        elif call == "listen":
            opened.listen(1, None)
        else:
            with suppress(BlockingIOError):
                opened.connect(server.getsockname(), None)
        opened.close(None)
    assert sink.local_when(call) == opened.local
    assert opened.local is not None
