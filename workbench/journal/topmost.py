"""Topmost: the rows of the topmost layer, which make up a conversation.

What a layer below carried, such as ciphertext or half messages, is not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.engine.model.events import COMMAND, LAYER
from workbench.engine.model.serialize import parse_command, settings_from_json
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.protocol.stack import layer_names
from workbench.journal.query import of_endpoint, parse
from workbench.journal.reader import EndpointRow, Reader, Row, SocketRow
from workbench.journal.streams import READS, SENDS
from workbench.late_pattern import late_pattern

Names = frozenset[str]
_ROWS: Final[Mapping[str, tuple[str, str | None]]] = {
    "proxy": ("proxy.recv", "proxy.send"),
    "tls": ("tls.recv", "tls.send"),
    "websocket": ("ws.recv", "ws.send"),
    "messages": ("messages.recv", None),
}
"""By layer, the lowest first: the rows of what it delivered and of what it took; None: it passes on
what it is given, and has no row of that kind.
"""
_IN: Final = "'in'"
_DIVIDES: Final = "messages"
_LAYER_OF: Final = {"proxy": "proxy", "tls": "tls", "ws": "websocket", "messages": "messages"}
"""The layer, by the word before the dot of a row's call."""
_DATA: Final = "'data'"
"""What in TLS carries more than the layer's own messages."""
_WHOLE_MESSAGE: Final = "ws.message"
_PIECE: Final = late_pattern(r"'CONTINUATION'|fin=False|rsv=4")
"""A frame that is not a message by itself: the row of the message follows."""
_CONTROL: Final = late_pattern(r"'(?:TEXT|BINARY)'")
"""What a frame that carries a message begins with; others are the layer's own."""
_TLS_LATER: Final = "tls later"
"""In place of a layer: TLS may be started."""
_HANDSHAKE: Final = b"\x16"
"""What TLS begins with, and no line of text does: a handshake record (RFC 8446, 5.1)."""
_CALLS: Final = frozenset({"call", "end"})
NEAR: Final = 200_000
"""Rows before a socket was opened among which its endpoint's last change of settings is looked
for."""
_NONE: Final[Names] = frozenset()


class Topmost:
    """Takes an endpoint's rows in order and leaves out those of lower layers.

    The layers of a connection are those that its endpoint was set to when the socket was opened,
    and those that its own rows show: a layer may have been started later.
    """

    def __init__(self, reader: Reader, *, divided: bool = True) -> None:
        """`divided`: False leaves out what only divides the stream, so that it is shown as it came,
        with its ends.
        """
        self._reader = reader
        self._rows = {name: rows for name, rows in _ROWS.items() if divided or name != _DIVIDES}
        self._layers: dict[int, Names] = {}
        self._read: dict[int, bytes] = {}

    def told(self, row: Row) -> Row | None:
        """The row with its bytes; None: it belongs to a lower layer."""
        if row.connection is None:
            return row
        if row.kind == LAYER:
            return self._of_layer(row, row.connection)
        if not is_received(row) and not is_sent(row):
            return row
        if row.kind != "call" or row.error is not None or not row.size:
            return row
        received = row.call in READS
        if received:
            self._read[row.connection] = row.payload or b""
            self._note_begin(row, row.connection)
        return row if self._top(self.layers(row.connection), received=received) is None else None

    def forget(self) -> None:
        """Forget what was read last: rows were skipped."""
        self._read.clear()

    def layers(self, connection: int) -> Names:
        """The layers of a connection, as far as they are known."""
        known = self._layers.get(connection)
        if known is not None:
            return known
        socket = self._reader.connection(connection)
        if socket is None:  # it is about to be recorded
            return _NONE
        found = self.layers(socket.parent) if socket.parent is not None else self._set_up(socket)
        self._layers[connection] = found
        return found

    def _note_begin(self, row: Row, connection: int) -> None:
        """Note that the peer begins TLS where it was to start later: what was read is not text any
        more.
        """
        names = self.layers(connection)
        if _TLS_LATER in names and (row.payload or b"").startswith(_HANDSHAKE):
            self._layers[connection] = names - {_TLS_LATER} | {"tls"}

    # -- a row of a layer ---------------------------------------------------------------------

    def _of_layer(self, row: Row, connection: int) -> Row | None:
        layer = _LAYER_OF.get(row.call.partition(".")[0])
        if layer is None:
            return row
        names = self.layers(connection)
        if layer not in names:
            self._layers[connection] = names = names | {layer}
        given, taken = _ROWS[layer]
        if row.call == _WHOLE_MESSAGE:
            received = is_received(row)
        elif row.call in {given, taken}:
            received = row.call == given
        else:
            return row
        if self._top(names, received=received) != (given if received else taken):
            return None
        if layer == "tls" and row.args != _DATA:
            return None
        if layer == "websocket" and row.call != _WHOLE_MESSAGE and _PIECE.search(row.args):
            return None
        return self.whole(row)

    def whole(self, row: Row) -> Row:
        """The row of a message with its bytes: one that is exactly what one call read has no bytes
        of its own in the record.
        """
        if row.kind != LAYER or row.payload is not None or not row.size or row.connection is None:
            return row
        payload = self._read.get(row.connection)
        if payload is None:
            before = self._reader.carried_before(row.connection, READS, row.seq, 1)
            payload = before[0][1] if before else None
        return row._replace(payload=payload)

    def _top(self, names: Names, *, received: bool) -> str | None:
        """The call of the rows that have the text; None: those of the socket itself."""
        calls = [rows[0 if received else 1] for layer, rows in self._rows.items() if layer in names]
        return next((call for call in reversed(calls) if call is not None), None)

    # -- what an endpoint was set to ------------------------------------------------------------

    def _set_up(self, socket: SocketRow) -> Names:
        endpoint = self._endpoint(socket.endpoint)
        if endpoint is None:
            return _NONE
        now, first = _named(endpoint.config), _named(endpoint.first_config or endpoint.config)
        if not now and not first:
            return _NONE
        opened = socket.opened_seq or 0
        term = parse(f"kind:{COMMAND} call:configure")
        after = max(self._reader.first_seq - 1, opened - NEAR)
        assert term is not None
        own = of_endpoint(endpoint.id) & term
        changes = self._reader.nearest(own, after, opened, 1, backwards=True)
        row = self._reader.row(changes[0]) if changes else None
        if row is not None:
            return _configured(row)
        return first if after < self._reader.first_seq else now

    def _endpoint(self, number: int) -> EndpointRow | None:
        """The settings of an endpoint, looked up anew for each socket: they may have changed
        since.
        """
        return next((item for item in self._reader.endpoints() if item.id == number), None)


def is_received(row: Row) -> bool:
    """Whether a row returned by `told` carries what came."""
    if row.kind == LAYER:
        if row.call == _WHOLE_MESSAGE:
            return _IN in row.args
        return _carries(row) and any(row.call == given for given, _ in _ROWS.values())
    return row.kind in _CALLS and row.call in READS


def is_sent(row: Row) -> bool:
    """Whether a row returned by `told` carries what was sent."""
    if row.kind == LAYER:
        if row.call == _WHOLE_MESSAGE:
            return _IN not in row.args
        return _carries(row) and any(row.call == taken for _, taken in _ROWS.values())
    return row.kind in _CALLS and row.call in SENDS


def _carries(row: Row) -> bool:
    """Whether a row of a layer belongs to a message, rather than to a ping or close of its own."""
    return not row.call.startswith("ws.") or _CONTROL.match(row.args) is not None


def _named(config: str) -> Names:
    try:
        return _layers_of(settings_from_json(config))
    except ValueError:
        return _NONE


def _configured(row: Row) -> Names:
    try:
        command = parse_command(row.call, row.args, row.endpoint)
    except ValueError:
        return _NONE
    settings = getattr(command, "settings", None)
    return _layers_of(settings) if isinstance(settings, EndpointSettings) else _NONE


def _layers_of(settings: EndpointSettings) -> Names:
    names = frozenset(layer_names(settings))
    later = settings.tls is not None and "tls" not in names
    return names | {_TLS_LATER} if later else names
