"""The two endpoints of the backlog lab: a listener that does not accept, and the clients."""

from __future__ import annotations

import sys

from workbench.engine.model.settings import EndpointSettings, GateMode, OptionValue, Role
from workbench.labs.backlog_data import FAMILIES, Family
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.listener_address import address


def listener(name: str, settings: BacklogSettings) -> EndpointSettings:
    """The settings of the listener, as the mode wants it."""
    family = settings.family
    options: tuple[tuple[str, OptionValue], ...] = ()
    if family is not Family.UNIX and sys.platform != "win32":
        options = (("SO_REUSEADDR", 1),)
    plain = EndpointSettings(
        name,
        Role.LISTENER,
        FAMILIES[family],
        address=address(family),
        backlog=settings.backlog,
        accept=GateMode.PAUSED,
        options=options,
    )
    return settings.mode.listener(plain, settings.clients, settings.bound)


def connector(name: str, settings: BacklogSettings, server: str) -> EndpointSettings:
    """The settings of all clients; `server`: the endpoint they connect to."""
    return EndpointSettings(
        name,
        Role.STREAM,
        FAMILIES[settings.family],
        address=f"@{server}",
        timeout=settings.timeout,
        count=settings.clients,
    )
