"""Which work each command is: from a ticket to the endpoint's sockets, on the endpoint's thread."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.connection.registry import each, targets
from workbench.engine.endpoint.setup import get_option, set_option
from workbench.engine.model import commands as c
from workbench.engine.model.errors import USER_ERRORS
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.settings import Role
from workbench.engine.model.snapshot import Phase
from workbench.engine.protocol.responder import compile_responder
from workbench.engine.runtime.sampler import take_readings
from workbench.engine.runtime.socket_calls import do_call
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket


def perform(endpoint: Endpoint, ticket: Ticket) -> None:
    """Carry out a ticket's command; what goes wrong with a socket fails the ticket."""
    endpoint.unfinished.add(ticket)
    carry_out(endpoint, ticket, lambda: _do(endpoint, ticket.command, ticket))


def carry_out(endpoint: Endpoint, ticket: Ticket, work: Callable[[], None]) -> None:
    """Do a part of a command: what it raises ends the ticket, and is told where no call was made.

    Raises:
        Exception: a fault of this program.
    """
    try:
        work()
    except Problem as problem:
        endpoint.not_done(problem, ticket)
        if endpoint.phase in {Phase.CONNECTING, Phase.SETTING_UP} and not (
            endpoint.under_way or endpoint.connections
        ):
            endpoint.phase = Phase.FAILED  # its address could not be used: nothing was begun
        ticket.fail(problem)
    except USER_ERRORS as error:
        ticket.fail(error)
    except Exception as error:
        ticket.fail(Problem("engine.internal_error", reason=repr(error)))
        raise
    finally:
        endpoint.picture.redraw_soon()


def _do(  # noqa: C901, PLR0912, PLR0915 - one table
    endpoint: Endpoint, command: c.Command, ticket: Ticket
) -> None:
    """Do it; what takes time finishes the ticket later."""
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
            endpoint.gates.switch(command.gate, paused=isinstance(command, c.Pause))
            ticket.finish()
        case c.Step():
            _step(endpoint, command, ticket)
        case c.SetPace():
            endpoint.setup.set_pace(command.calls)
            ticket.finish()
        case c.Call():
            do_call(endpoint, command, ticket)
        case c.SetOption():
            each(
                endpoint,
                command.connection,
                ticket,
                lambda connection: set_option(
                    connection.traced, command.option, command.value, ticket
                ),
                own_first=True,
            )
        case c.GetOption():
            each(
                endpoint,
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
        case c.Mark():
            ticket.finish()


def _shutdown(endpoint: Endpoint, command: c.Shutdown, ticket: Ticket) -> None:
    """On every meant connection, each when what it has to send is sent."""
    found = targets(endpoint, command.connection)
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
    """`count` reads, one after the other, on the meant connection."""
    wished = endpoint.bufsize if size is None else size
    if wished <= 0:
        raise Problem("engine.bad_size", size=wished)
    connection = targets(endpoint, target)[0]
    call = "recvfrom" if endpoint.settings.role is Role.DATAGRAM else "recv"
    for index in range(count):
        connection.ask(call, wished, ticket if index == count - 1 else None)


def _respond(endpoint: Endpoint, command: c.Respond) -> None:
    """Change the responder of one connection, or of all and of those to come."""
    behaviour = compile_responder(command.responder, endpoint.settings.encoding)
    if command.connection is None:
        endpoint.responder = command.responder
        endpoint.behaviour = behaviour
        found = endpoint.conversations()
    else:
        found = targets(endpoint, command.connection)
    for connection in found:
        endpoint.give_behaviour(connection, command.responder, greet=False)
