"""Maps each command to the method of the endpoint that carries it out, on the endpoint's thread."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.endpoint.setup import get_option, set_option
from workbench.engine.model import commands as c
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.settings import Role
from workbench.engine.runtime.layer_commands import close_tls, send_frame, send_raw, start_layer
from workbench.engine.runtime.sampler import take_readings
from workbench.engine.runtime.socket_calls import do_call
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket


def perform(endpoint: Endpoint, ticket: Ticket) -> None:  # noqa: C901, PLR0912, PLR0915 - a table
    """Carry out a ticket's command. What takes time ends the ticket later; an exception ends it
    now.
    """
    command = ticket.command
    with endpoint.carrying_out(ticket):
        match command:
            case c.Start():
                endpoint.start(ticket)
            case c.Stop():
                endpoint.stop(ticket)
            case c.Configure():
                endpoint.configure(command.settings)
                ticket.finish()
            case c.Connect():
                endpoint.connect(ticket, command.count)
            case c.Accept():
                endpoint.accept_once(ticket, 1)
            case c.Listen():
                endpoint.listen(ticket, command.backlog)
            case c.Send():
                endpoint.send(command, ticket)
            case c.Cancel():
                endpoint.repeater.cancel()
                ticket.finish()
            case c.Recv():
                _read(endpoint, ticket, command.connection, command.size)
            case c.Shutdown():
                _shutdown(endpoint, command, ticket)
            case c.Close():
                endpoint.close(command, ticket)
            case c.Abort():
                endpoint.abort(command, ticket)
            case c.Pause() | c.Resume():
                endpoint.switch(command.gate, paused=isinstance(command, c.Pause))
                ticket.finish()
            case c.Step():
                _step(endpoint, command, ticket)
            case c.SetPace():
                endpoint.setup.set_pace(command.calls)
                ticket.finish()
            case c.Call():
                do_call(endpoint, command, ticket)
            case c.SetOption():
                endpoint.each(
                    command.connection,
                    ticket,
                    lambda connection: set_option(
                        connection.traced, command.option, command.value, ticket
                    ),
                    own_first=True,
                )
            case c.GetOption():
                endpoint.each(
                    command.connection,
                    ticket,
                    lambda connection: get_option(connection.traced, command.option, ticket),
                    own_first=True,
                )
            case c.Sample():
                take_readings(endpoint, command, ticket)
            case c.Join() | c.Leave():
                endpoint.membership(command, ticket)
            case c.Respond():
                _respond(endpoint, command)
                ticket.finish()
            case c.SendFrame() | c.Ping() | c.Pong() | c.CloseWebSocket():
                send_frame(endpoint, command, ticket)
            case c.Raw():
                send_raw(endpoint, command, ticket)
            case c.StartLayer():
                start_layer(endpoint, command, ticket)
            case c.CloseTls():
                close_tls(endpoint, command, ticket)
            case c.Mark():
                ticket.finish()
    if not ticket.done:
        endpoint.unfinished.add(ticket)


def _shutdown(endpoint: Endpoint, command: c.Shutdown, ticket: Ticket) -> None:
    """shutdown() of every meant connection, each after its queued bytes."""
    found = endpoint.targets(command.connection)
    together = JoinedTicket(ticket, len(found))
    for connection in found:
        connection.shutdown(command.how, PendingCall("shutdown", 0, ticket, ended=together))


def _step(endpoint: Endpoint, command: c.Step, ticket: Ticket) -> None:
    """Let `count` calls through a gate."""
    if command.count < 1:
        raise Problem("engine.bad_step", count=command.count)
    match command.gate:
        case c.Gate.ACCEPT:
            endpoint.accept_once(ticket, command.count)
        case c.Gate.RECEIVE:
            _read(endpoint, ticket, None, None, command.count)
        case c.Gate.SEND:
            endpoint.gates.step_send(command.count, ticket)
        case c.Gate.CALLS:
            endpoint.setup.step(command.count)
            ticket.finish()


def _read(
    endpoint: Endpoint, ticket: Ticket, target: c.Target, size: int | None, count: int = 1
) -> None:
    """Make `count` asked-for reads on the meant connection; the last one ends the ticket."""
    wished = endpoint.settings.bufsize if size is None else size
    if not 0 < wished <= c.READ_MOST:
        raise Problem("engine.bad_size", size=wished)
    connection = endpoint.targets(target)[0]
    call = "recvfrom" if endpoint.settings.role is Role.DATAGRAM else "recv"
    for index in range(count):
        connection.ask(call, wished, ticket if index == count - 1 else None)


def _respond(endpoint: Endpoint, command: c.Respond) -> None:
    """Change the responder of one connection, or of the endpoint and all its connections."""
    if command.connection is None:
        endpoint.live.take(replace(endpoint.settings, responder=command.responder), anew=True)
        found = endpoint.conversations()
    else:
        # a bad value is refused before anybody is asked which connection is meant
        endpoint.live.compiled(command.responder)
        found = endpoint.targets(command.connection)
    for connection in found:
        endpoint.set_responder(connection, command.responder, greet=False)
