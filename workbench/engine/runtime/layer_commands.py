"""Commands for the layers of open connections: WebSocket frames, bytes below a layer, STARTTLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.endpoint.send import maker
from workbench.engine.model import commands as c
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.protocol.stack import TLS, WEBSOCKET, layer_names
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.protocol.websocket.asked import FrameCommand


def send_frame(endpoint: Endpoint, command: FrameCommand, ticket: Ticket) -> None:
    """Send one frame on each of the meant connections.

    Raises:
        Problem: something that no frame can have, or no such connection, or none with that layer.
    """
    if WEBSOCKET not in layer_names(endpoint.settings):
        raise Problem("engine.ws_no_layer", name=WEBSOCKET)
    from workbench.engine.protocol.websocket.asked import asked_frame

    payload = b""
    if not isinstance(command, c.CloseWebSocket):
        payload = _bytes_of(endpoint, command)
    frame = asked_frame(command, payload)
    found = endpoint.targets(command.connection)
    together = JoinedTicket(ticket, len(found))
    for connection in found:
        connection.ask_layer(WEBSOCKET, frame, ticket, ended=together.of(connection.number))


def send_raw(endpoint: Endpoint, command: c.Raw, ticket: Ticket) -> None:
    """Send bytes below the layers on each of the meant connections. Raises Problem as above."""
    payload = _bytes_of(endpoint, command)
    found = endpoint.targets(command.connection)
    together = JoinedTicket(ticket, len(found))
    for connection in found:
        connection.write_raw(command.below, payload, ticket, ended=together.of(connection.number))


def start_layer(endpoint: Endpoint, command: c.StartLayer, ticket: Ticket) -> None:
    """Insert a layer on each meant connection. Raises Problem as `StreamConnection.put_in`."""
    found = endpoint.targets(command.connection)
    together = JoinedTicket(ticket, len(found))
    for connection in found:
        connection.put_in(command.layer, ticket, ended=together.of(connection.number))


def close_tls(endpoint: Endpoint, command: c.CloseTls, ticket: Ticket) -> None:
    """Send the alert close_notify. Raises Problem: no such connection, or none with that layer."""
    found = endpoint.targets(command.connection)
    together = JoinedTicket(ticket, len(found))
    for connection in found:
        connection.ask_layer(TLS, command, ticket, ended=together.of(connection.number))


def _bytes_of(endpoint: Endpoint, command: c.SendFrame | c.Ping | c.Pong | c.Raw) -> bytes:
    """The bytes of a command's text, hex or file; a frame may have none of these."""
    file, encoding = getattr(command, "file", None), getattr(command, "encoding", None)
    given = [item for item in (command.text, command.hex, file) if item is not None]
    if not given and not isinstance(command, c.Raw):
        return b""
    if len(given) > 1 and not isinstance(command, c.Raw):
        raise Problem("engine.ws_one_payload")
    send = c.Send(
        command.endpoint, text=command.text, hex=command.hex, file=file, encoding=encoding
    )
    return bytes(maker(send, endpoint.settings, endpoint.counter)())
