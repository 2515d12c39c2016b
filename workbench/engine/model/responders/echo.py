"""Responder `echo`: sends back what was read."""

from __future__ import annotations

from workbench.engine.model.responders.kind import Making, ResponderKind
from workbench.engine.model.responders.reply import OnPeerClose, ResponderRuntime
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Echo(ResponderKind):
    """Send back what was read."""

    on_peer_close: OnPeerClose | None = None

    def ready(self, making: Making) -> ResponderRuntime:
        return ResponderRuntime(None, making.echo())
