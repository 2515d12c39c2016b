"""Responder `sink`: reads and drops."""

from __future__ import annotations

from workbench.engine.model.responders.kind import Making, ResponderKind
from workbench.engine.model.responders.reply import OnPeerClose, ResponderRuntime
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Sink(ResponderKind):
    """Read and drop; unlike with `nothing`, the record does not keep the bytes. Expectations see
    them all the same.
    """

    on_peer_close: OnPeerClose | None = None

    def ready(self, making: Making) -> ResponderRuntime:
        return ResponderRuntime(None, None, keep=False)
