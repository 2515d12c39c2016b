"""setsockopt and getsockopt: planned before bind and connect, or asked for."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from workbench.engine.endpoint.setup import PlannedCall
from workbench.engine.model import options

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings, OptionValue
    from workbench.engine.model.ticket import Ticket
    from workbench.engine.sockets.traced_socket import TracedSocket


def option_calls(
    settings: EndpointSettings, traced: Callable[[], TracedSocket], ticket: Ticket
) -> list[PlannedCall]:
    """The setsockopt calls that a socket gets before bind and connect.

    Raises:
        Problem: an option that this system has not, or a value that does not fit it.
    """
    wished = list(settings.options)
    if settings.dual_stack is not None and settings.family == "AF_INET6":
        wished.insert(0, ("IPV6_V6ONLY", 0 if settings.dual_stack else 1))
    return [
        PlannedCall("setsockopt", f"{name}, {value!r}", _setting(traced, name, value, ticket))
        for name, value in wished
    ]


def _setting(
    traced: Callable[[], TracedSocket], name: str, value: OptionValue, ticket: Ticket
) -> Callable[[], None]:
    """The one call, its arguments checked before it is made."""
    option = options.find(name)
    raw = options.encode(option, value)
    shown = f"{options.level_name(option)}, {option.name}, {value!r}"
    return lambda: traced().setsockopt(option.level, option.required(), raw, shown, ticket)


def set_option(traced: TracedSocket, name: str, value: OptionValue, ticket: Ticket) -> None:
    """setsockopt, then getsockopt: what was asked and what is in effect.

    Raises:
        OSError: as the call did.
        Problem: an option that this system has not, or a value that does not fit it.
    """
    _setting(lambda: traced, name, value, ticket)()
    get_option(traced, name, ticket)


def get_option(traced: TracedSocket, name: str, ticket: Ticket) -> int | bytes:
    """getsockopt: the value in effect. Raises OSError, Problem for an unknown option."""
    option = options.find(name)
    shown = f"{options.level_name(option)}, {option.name}"
    if option.size:
        shown += f", {option.size}"
    return traced.getsockopt(option.level, option.required(), option.size, shown, ticket)
