"""Two TLS layers that talk to each other without a socket, and what each of them had to say."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from workbench.certificates import resolve
from workbench.certificates.for_layers import FilesOfSession
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.protocol.layer import (
    Action,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
)
from workbench.engine.protocol.tls.tls_layer import TlsMaker, tls_maker
from workbench.literals import parse_expression, value_of

__all__ = ["Talk", "Tls", "maker", "resolve"]
FILES = FilesOfSession(lambda: (_ for _ in ()).throw(AssertionError("there is no record")))


def maker(
    role: Role, *, address: str = "localhost:1", before: object = None, **tls: Any
) -> TlsMaker:
    settings = EndpointSettings(
        "it", role, address=address, layers=("tls",), tls=TlsSettings(**tls)
    )
    return tls_maker(settings, FILES, before)


class Tls:
    """One end: what it has handed up, said in rows, and how it came to its end."""

    def __init__(self, layer: Layer) -> None:
        self.layer = layer
        self.rows: list[LayerRow] = []
        self.came = b""
        self.wire = b""
        self.opened = False
        self.finished = False
        self.end: End | None = None
        self.taken = {True: 0, False: 0}
        layer.placed((), ())

    def do(self, actions: Iterable[Action]) -> None:
        for action in actions:
            match action:
                case ToPeer(data):
                    self.wire += bytes(data)
                case ToApp(data):
                    self.came += bytes(data)
                case LayerRow():
                    self.rows.append(action)
                    self.taken[action.sent] += action.result or 0
                case Opened():
                    self.opened = True
                case PeerFinished():
                    self.finished = True
                case End():
                    assert self.end is None
                    self.end = action

    def send(self, data: bytes) -> None:
        self.do(self.layer.send(data, 0.0))

    @property
    def told(self) -> list[tuple[str, str]]:
        """Rows that are no fault, without the keywords of a handshake."""
        return [(row.call, row.args) for row in self.rows if row.errno is None]

    def row(self, call: str) -> LayerRow:
        """The one row of this call."""
        found = [row for row in self.rows if row.call == call]
        assert len(found) == 1, f"{call}: {self.rows}"
        return found[0]

    def facts(self, call: str) -> dict[str, Any]:
        """The keywords of that row, and by number what has none."""
        return facts_of(self.row(call).args)


def facts_of(args: str) -> dict[str, Any]:
    import ast

    tree = parse_expression(f"f({args})")
    assert isinstance(tree, ast.Call)
    found: dict[str, Any] = {str(number): value_of(item) for number, item in enumerate(tree.args)}
    return found | {item.arg or "": value_of(item.value) for item in tree.keywords}


class Talk:
    """A client and a server, from their first byte to where neither has more to say."""

    def __init__(self, client: TlsMaker, server: TlsMaker, *, cut: int = 0) -> None:
        """`cut`: bytes of the longest read; 0: all that there is."""
        self.client, self.server = Tls(client()), Tls(server())
        self._cut = cut
        self.client.do(self.client.layer.start(0.0))
        self.server.do(self.server.layer.start(0.0))
        self.pump()

    def pump(self) -> None:
        """Carry what each has to say to the other."""
        while self.client.wire or self.server.wire:
            for one, other in ((self.client, self.server), (self.server, self.client)):
                wire, one.wire = one.wire, b""
                step = self._cut or len(wire) or 1
                for place in range(0, len(wire), step):
                    other.do(other.layer.receive(wire[place : place + step], 0.0))
