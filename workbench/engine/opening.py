"""socket() for an endpoint: family and type as numbers, made here or where its maker says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.engine import options
from workbench.engine.traced import TracedSocket

if TYPE_CHECKING:
    from workbench.engine.endpoint import Endpoint
    from workbench.engine.settings import EndpointSettings
    from workbench.engine.ticket import Ticket


def numbers(settings: EndpointSettings) -> tuple[int, int]:
    """Family and type as this system's numbers. Raises Problem where it has none."""
    return options.required_family(settings.family), options.required_type(settings.type)


def open_socket(endpoint: Endpoint, ticket: Ticket) -> TracedSocket:
    """socket(family, type, protocol). Raises OSError, Problem where there is no such family."""
    settings, maker = endpoint.settings, endpoint.maker
    family, type_ = numbers(settings)
    names = f"{settings.family}, {settings.type}"
    if settings.protocol:
        names += f", {settings.protocol}"
    traced = TracedSocket.open(
        endpoint.sink, endpoint.id, family, type_, settings.protocol, names, ticket, maker
    )
    if maker.note is not None:
        endpoint.note(maker.note, maker.args, traced.id, ticket)
    return traced
