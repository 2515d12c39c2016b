"""A layer or a responder that raises: a row says so, who waits is told, the socket is closed."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Do, Until
from workbench.engine.model import commands as c
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.rule import Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.engine.protocol import stack as stacks
from workbench.engine.protocol.layer import Actions, Data, Layer, Opened, Wake
from workbench.engine.protocol.responder_layer import ResponderLayer
from workbench.session import Session
from workbench.texts import Problem

BOUND = 60.0
"""Only catches a hang."""
FAULTS = (ZeroDivisionError("on purpose"), ValueError("on purpose"), Problem("engine.no_socket"))


class Faulty(Layer):
    """It raises where it is told to, and opens at once where `opens`."""

    name = "faulty"
    at = ""
    made = 0
    opens = True
    fault: Exception = FAULTS[0]

    def __init__(self, _settings: EndpointSettings) -> None:
        Faulty.made += 1
        if Faulty.made > 1:  # the first is a trial, of which the command hears
            self._at("__init__")

    def _at(self, method: str) -> None:
        if method == self.at:
            raise self.fault

    def start(self, now: float) -> Actions:
        self._at("start")
        return (Opened(),) if self.opens else (Wake("soon", 0.0),)

    def receive(self, data: Data, now: float) -> Actions:
        self._at("receive")
        return super().receive(data, now)

    def wake(self, name: str, now: float) -> Actions:
        self._at("wake")
        return ()


def _raising(method: str) -> Callable[..., Any]:
    plain = getattr(Layer, method)

    def wrapped(self: Faulty, *args: Any) -> Any:
        self._at(method)
        return plain(self, *args)

    return wrapped


for _method in ("receive_end", "send", "ask", "refuses", "close", "late", "lost", "held", "wanted",
                "placed", "aim", "unread"):  # fmt: skip
    setattr(Faulty, _method, _raising(_method))


class AsTls(Faulty):
    """What CloseTls asks."""

    name = "tls"


class AsProxy(Faulty):
    """What is told whom the connection is for."""

    name = "proxy"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """Faults are what is looked for here."""
    made = Session(tmp_path / "record.swb")
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _table(monkeypatch: pytest.MonkeyPatch) -> None:
    table = {each.name: f"{__name__}:{each.__name__}" for each in (AsTls, AsProxy, Faulty)}
    monkeypatch.setattr(stacks, "LAYERS", table)
    monkeypatch.setattr(Faulty, "made", 0)


@pytest.fixture
def peer() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as made:
        made.settimeout(BOUND)
        yield made


def breaks(monkeypatch: pytest.MonkeyPatch, at: str, *, opens: bool = True) -> None:
    monkeypatch.setattr(Faulty, "at", at)
    monkeypatch.setattr(Faulty, "opens", opens)


def client(session: Session, peer: socket.socket, *layers: str, **more: Any) -> None:
    host, port = peer.getsockname()
    session.add(
        EndpointSettings(
            "client", Role.STREAM, address=f"{host}:{port}", layers=layers or ("faulty",), **more
        )
    )


def server(session: Session, do: Do, **more: Any) -> tuple[str, int]:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", **more))
    assert do(c.Start("server")).ok
    host, _, port = session.link("server").rpartition(":")
    return host, int(port)


def told(outcome: Outcome) -> bool:
    """Whether it is the sentence of a fault of the program."""
    return outcome.problem is not None and outcome.problem.key == "engine.internal_error"


def is_over(accepted: socket.socket) -> bool:
    """The other end has closed, whichever way."""
    accepted.settimeout(BOUND)
    try:
        while accepted.recv(1 << 20):
            pass
    except ConnectionError:
        pass
    return True


def connecting(session: Session, peer: socket.socket) -> tuple[Any, socket.socket]:
    ticket = session.perform(c.Connect("client"))
    return ticket, peer.accept()[0]


def ended(ticket: Any) -> Outcome:
    assert ticket.wait(BOUND), "nobody ended it"
    found: Outcome = ticket.outcome
    return found


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("at", ["start", "receive", "receive_end", "wake"])
def test_who_waits_for_the_layer_to_open(
    session: Session,
    do: Do,
    until: Until,
    peer: socket.socket,
    at: str,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    breaks(monkeypatch, at, opens=False)
    monkeypatch.setattr(Faulty, "fault", fault)
    client(session, peer)
    ticket, accepted = connecting(session, peer)
    with accepted:
        if at == "receive":
            accepted.sendall(b"x")
        if at == "receive_end":
            accepted.shutdown(socket.SHUT_WR)
        assert told(ended(ticket))
        until("client", call="internal_error")
        assert is_over(accepted)


@pytest.mark.parametrize("at", ["__init__", "placed", "wanted"])
def test_a_layer_that_cannot_be_made(
    session: Session,
    do: Do,
    until: Until,
    peer: socket.socket,
    at: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    breaks(monkeypatch, at)
    client(session, peer)
    assert told(do(c.Connect("client")))
    until("client", call="internal_error")
    until("client", call="close")


@pytest.mark.parametrize("at", ["__init__", "placed", "wanted", "start"])
def test_of_an_accepted_connection(
    session: Session, do: Do, until: Until, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is closed, and the next one is accepted."""
    breaks(monkeypatch, at)
    address = server(session, do, layers=("faulty",), responder=Greet("welcome"))
    with socket.create_connection(address, timeout=BOUND) as raw:
        assert is_over(raw)
    until("server", call="internal_error")
    monkeypatch.setattr(Faulty, "at", "")
    with socket.create_connection(address, timeout=BOUND) as raw:
        assert raw.recv(100) == b"welcome"


def test_an_accept_that_was_asked_for_ends(
    session: Session, do: Do, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "placed")
    address = server(session, do, layers=("faulty",))
    do(c.Pause("server", c.Gate.ACCEPT))
    ticket = session.perform(c.Accept("server"))
    with socket.create_connection(address, timeout=BOUND) as raw:
        assert told(ended(ticket))
        assert is_over(raw)


@pytest.mark.parametrize("fault", FAULTS[:2], ids=lambda fault: type(fault).__name__)
@pytest.mark.parametrize("at", ["send", "refuses"])
def test_a_send_ends(
    session: Session,
    do: Do,
    until: Until,
    peer: socket.socket,
    at: str,
    fault: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Faulty, "fault", fault)
    client(session, peer)
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert ended(ticket).ok
        breaks(monkeypatch, at)
        assert told(do(c.Send("client", text="x")))
        until("client", call="internal_error")
        assert is_over(accepted)
        assert not do(c.Send("client", text="x")).ok


def test_a_long_send_ends(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is asked while the rest of it waits for the kernel."""
    client(session, peer)
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert ended(ticket).ok
        breaks(monkeypatch, "held")
        assert told(do(c.Send("client", text="x" * (64 << 20))))
        until("client", call="internal_error")
        assert is_over(accepted)


def test_what_only_the_layer_can_do(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(session, peer, "tls")
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert ended(ticket).ok
        breaks(monkeypatch, "ask")
        assert told(do(c.CloseTls("client")))
        assert is_over(accepted)


def test_what_waited_for_the_layer_to_open(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Problem that it raises then says why, as it does at once; what is behind it goes on."""
    monkeypatch.setattr(Faulty, "fault", FAULTS[2])
    breaks(monkeypatch, "ask", opens=False)
    monkeypatch.setattr(
        Faulty, "receive", lambda _self, data, _now: (Opened(),) if data == b"open" else ()
    )
    client(session, peer, "tls")
    _, accepted = connecting(session, peer)
    with accepted:
        asked = session.perform(c.CloseTls("client"))
        behind = session.perform(c.Send("client", text="behind"))
        assert do(c.Resume("client", c.Gate.SEND)).ok  # they have come that far
        accepted.sendall(b"open")
        outcome = ended(asked)
        assert outcome.problem is not None
        assert outcome.problem.key == "engine.no_socket"
        assert ended(behind).ok
        accepted.settimeout(BOUND)
        assert accepted.recv(100) == b"behind"


def test_put_in_ends(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(session, peer)
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert ended(ticket).ok
        breaks(monkeypatch, "unread")
        assert told(do(c.StartLayer("client", layer="tls")))
        assert is_over(accepted)


def test_who_is_told_whom_it_is_for(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "aim")
    host, port = peer.getsockname()
    session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            address="127.0.0.1:9",
            proxy=f"http://{host}:{port}",
        )
    )
    assert told(do(c.Connect("client")))
    until("client", call="internal_error")


def test_its_time_is_over(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks(monkeypatch, "late", opens=False)
    client(session, peer, timeout=0.2)
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert told(ended(ticket))
        assert is_over(accepted)


def test_a_close_ends_all_the_same(
    session: Session, do: Do, until: Until, peer: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    client(session, peer)
    ticket, accepted = connecting(session, peer)
    with accepted:
        assert ended(ticket).ok
        breaks(monkeypatch, "lost")
        assert do(c.Close("client")).ok
        until("client", call="internal_error")
        assert is_over(accepted)


@pytest.mark.parametrize("at", ["close", "receive"])
def test_of_a_server_that_closes_by_itself(
    session: Session, do: Do, until: Until, at: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = server(session, do, layers=("faulty",), responder=Greet("welcome"))
    with socket.create_connection(address, timeout=BOUND) as raw:
        assert raw.recv(100) == b"welcome"
        breaks(monkeypatch, at)
        raw.sendall(b"x")
        raw.shutdown(socket.SHUT_WR)
        assert is_over(raw)
    until("server", call="internal_error")
    assert do(c.Stop("server")).ok


@pytest.mark.parametrize("at", ["start", "receive"])
@pytest.mark.parametrize("layers", [(), ("faulty",)])
def test_a_faulty_responder(
    session: Session,
    do: Do,
    until: Until,
    at: str,
    layers: tuple[str, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fails(*_: object) -> Actions:
        raise ZeroDivisionError("on purpose")

    answers = Rules((Rule(reply="still here"),), greet="welcome")
    address = server(session, do, layers=layers, responder=answers)
    with socket.create_connection(address, timeout=BOUND) as other:
        assert other.recv(100) == b"welcome"
        with monkeypatch.context() as patched:
            patched.setattr(ResponderLayer, at, fails)
            with socket.create_connection(address, timeout=BOUND) as raw:
                raw.sendall(b"x")
                assert is_over(raw)
        row = until("server", call="internal_error")
        assert row.connection is not None
        other.sendall(b"anything")
        assert other.recv(100) == b"still here"
