"""Any method of a socket, in any order: the step `call` of a scenario, *run this call* in the
window.

Nothing is prepared, searched for or repaired here: bind twice, send before connect, listen on UDP:
the kernel's own answer is what the person wants to see.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from workbench.engine.connection.pending_call import PendingCall
from workbench.engine.endpoint.bind import bind, check_reach
from workbench.engine.endpoint.setup import get_option, set_option
from workbench.engine.model import commands as c
from workbench.engine.model.address import SockAddress
from workbench.engine.model.errors import describe
from workbench.engine.model.settings import OptionValue, Role
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.connection.connection import Connection
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.ticket import Ticket

Perform = Callable[["Endpoint", c.Call, "Ticket"], None]


def do_call(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    """Make one call.

    Raises:
        Problem: there is no such method here, or the arguments do not fit it.
        OSError: as the call did.
    """
    perform = CALLS.get(command.call)
    if perform is None:
        raise Problem("engine.unknown_call", call=command.call, known=", ".join(CALLS))
    perform(endpoint, command, ticket)


def _connection(endpoint: Endpoint, command: c.Call) -> Connection:
    if command.connection is None:
        own = endpoint.own_connection()
        if own is not None:
            return own
        found = [connection for connection in endpoint.registry.open.values() if connection.open]
        if not found:
            raise Problem("engine.no_socket")
        return found[-1]
    return endpoint.targets(command.connection)[0]


def _only(command: c.Call, *kinds: type | tuple[type, ...]) -> tuple[c.CallArgument, ...]:
    """The arguments, if their number and types fit."""
    args = command.args
    fits = len(args) == len(kinds) and all(
        isinstance(value, kind) for value, kind in zip(args, kinds, strict=False)
    )
    if not fits:
        raise Problem("engine.bad_arguments", call=command.call, args=repr(args))
    return args


def _address(command: c.Call) -> SockAddress:
    """The only argument, an address."""
    (address,) = _only(command, (tuple, str))
    return address  # type: ignore[return-value]  # its type is the one asked for


def _socket(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    _only(command)
    endpoint.open_own(ticket)
    ticket.finish()


def _bind(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    address = _address(command)
    check_reach(endpoint.context, address, ticket)
    bind(_connection(endpoint, command), address, ticket)
    ticket.finish()


def _listen(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    (backlog,) = _only(command, int)
    endpoint.call_listen(_connection(endpoint, command), int(backlog), ticket)  # type: ignore[arg-type]  # checked above
    ticket.finish()


def _connect(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    endpoint.call_connect(_connection(endpoint, command), _address(command), ticket)


def _accept(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    _only(command)
    endpoint.accept_once(ticket, 1)


def _recv(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    (size,) = _only(command, int)
    connection = _connection(endpoint, command)
    call = "recvfrom" if endpoint.settings.role is Role.DATAGRAM else "recv"
    if not isinstance(size, int) or not 0 < size <= c.READ_MOST:
        raise Problem("engine.bad_size", size=size)
    connection.ask(call, size, ticket)


def _send(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    (text,) = _only(command, str)
    data = str(text).encode(endpoint.settings.encoding)
    connection = _connection(endpoint, command)
    try:
        connection.traced.send(data, ticket)
    except OSError as error:
        if connection.connected_ns is None:  # what a later look at the endpoint should show
            connection.errno = describe(error).errno
        raise
    ticket.finish()


def _sendto(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    text, address = _only(command, str, (tuple, str))
    data = str(text).encode(endpoint.settings.encoding)
    _connection(endpoint, command).traced.sendto(data, address, ticket)  # type: ignore[arg-type]  # checked above
    ticket.finish()


def _shutdown(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    (how,) = _only(command, (str, int))
    names = list(c.How)
    chosen = names[how] if isinstance(how, int) and 0 <= how < len(names) else c.How(str(how))
    connection = _connection(endpoint, command)
    # at once, whatever is waiting
    connection.finish_sending(chosen, PendingCall("shutdown", 0, ticket))
    connection.refresh()


def _close(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    _only(command)
    endpoint.close(c.Close(command.endpoint, command.connection), ticket)


def _getsockname(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    _only(command)
    _connection(endpoint, command).traced.name_of("getsockname", ticket)
    ticket.finish()


def _getpeername(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    _only(command)
    _connection(endpoint, command).traced.name_of("getpeername", ticket)
    ticket.finish()


def _setsockopt(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    option, value = _only(command, str, (int, str, tuple))
    wish: OptionValue = value  # type: ignore[assignment]  # checked above
    set_option(_connection(endpoint, command).traced, str(option), wish, ticket)
    ticket.finish()


def _getsockopt(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    (option,) = _only(command, str)
    get_option(_connection(endpoint, command).traced, str(option), ticket)
    ticket.finish()


def _settimeout(endpoint: Endpoint, command: c.Call, ticket: Ticket) -> None:
    """Python's own setting, no system call: its meaning is implemented by the loop's deadlines."""
    value = command.args[0] if command.args else None
    seconds = None if value in {None, "none"} else value
    if seconds is not None and not isinstance(seconds, int | float):
        raise Problem("engine.bad_arguments", call="settimeout", args=repr(command.args))
    if seconds is not None and not 0 <= seconds < float("inf"):
        raise Problem("engine.negative_timeout")
    endpoint.live.set_timeout(None if seconds is None else float(seconds))
    endpoint.context.note("settimeout", repr(endpoint.live.timeout), None, ticket)
    ticket.finish()


CALLS: Final[Mapping[str, Perform]] = {
    "socket": _socket,
    "bind": _bind,
    "listen": _listen,
    "accept": _accept,
    "connect": _connect,
    "send": _send,
    "sendto": _sendto,
    "recv": _recv,
    "recvfrom": _recv,
    "shutdown": _shutdown,
    "close": _close,
    "setsockopt": _setsockopt,
    "getsockopt": _getsockopt,
    "getsockname": _getsockname,
    "getpeername": _getpeername,
    "settimeout": _settimeout,
}
