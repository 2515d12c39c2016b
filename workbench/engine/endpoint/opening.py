"""socket() for an endpoint: family and type as numbers, made here or where its maker says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine.model import options
from workbench.engine.sockets import descriptors
from workbench.engine.sockets.traced_socket import TracedSocket
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.endpoint.base import Endpoint
    from workbench.engine.model.settings import EndpointSettings
    from workbench.engine.model.ticket import Ticket


def numbers(settings: EndpointSettings) -> tuple[int, int]:
    """Family and type as this system's numbers. Raises Problem where it has none."""
    return options.required_family(settings.family), options.required_type(settings.type)


def open_socket(endpoint: Endpoint, ticket: Ticket, family: str | None = None) -> TracedSocket:
    """socket(family, type, protocol); `family` None: the configured one.

    Raises:
        OSError: as the call did.
        Problem: there is no such family, or none is fixed, or no room but for the program itself.
    """
    settings, maker = endpoint.settings, endpoint.maker
    name = family or settings.family
    if name == options.UNSPECIFIED:
        raise Problem("engine.family_needed")
    descriptors.check_room()
    names = f"{name}, {settings.type}"
    if settings.protocol:
        names += f", {settings.protocol}"
    traced = TracedSocket.open(
        endpoint.sink,
        endpoint.id,
        options.required_family(name),
        options.required_type(settings.type),
        settings.protocol,
        names,
        ticket,
        maker,
    )
    if maker.note is not None:
        endpoint.note(maker.note, maker.args, traced.id, ticket)
    return traced
