"""The endpoints of a first start and of the + buttons, filled in and ready."""

from __future__ import annotations

import sys
from collections.abc import Collection
from typing import Final

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.settings import EndpointSettings, OptionValue, Role

LAB_PREFIX: Final = "lab-"
"""Of endpoints that belong to the backlog lab: they get no panels of their own."""
LAB_FILTER: Final = f"endpoint:{LAB_PREFIX}*"
"""Their rows in the log."""
FIRST_PORT: Final = 23333
GREETING: Final = "连接已创建\r\n"


def server(name: str, port: int = FIRST_PORT) -> EndpointSettings:
    """A listener on this machine that greets and then echoes."""
    reuse: tuple[tuple[str, OptionValue], ...] = (("SO_REUSEADDR", 1),)
    return EndpointSettings(
        name=name,
        role=Role.LISTENER,
        address=f"127.0.0.1:{port}",
        backlog=128,
        responder=Greet(GREETING, then=Then.ECHO),
        options=() if sys.platform == "win32" else reuse,
        port_search=True,
    )


def client(name: str, link: str | None) -> EndpointSettings:
    """A client of `link`, which the user closes, so that a half-close can be seen."""
    return EndpointSettings(
        name=name,
        role=Role.STREAM,
        address=f"@{link}" if link else f"127.0.0.1:{FIRST_PORT}",
        timeout=3.0,
        responder=Nothing(OnPeerClose.KEEP),
    )


def free_name(kind: str, taken: Collection[str]) -> str:
    """The first of server-1, server-2 … that is free."""
    number = 1
    while f"{kind}-{number}" in taken:
        number += 1
    return f"{kind}-{number}"
