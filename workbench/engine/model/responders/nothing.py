"""Responder `nothing`: reads and shows, answers nothing."""

from __future__ import annotations

from workbench.engine.model.responders.kind import Making, ResponderKind
from workbench.engine.model.responders.reply import OnPeerClose, ResponderRuntime
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Nothing(ResponderKind):
    """Read and show, answer nothing."""

    on_peer_close: OnPeerClose | None = None

    def ready(self, making: Making) -> ResponderRuntime:
        return ResponderRuntime(None, None)
