"""Responder `greet`: sends a text to every new connection."""

from __future__ import annotations

from workbench.engine.model.responders.kind import Making, ResponderKind
from workbench.engine.model.responders.reply import OnPeerClose, Reply, ResponderRuntime, Then
from workbench.engine.model.tail import Append, ByteOrder
from workbench.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Greet(ResponderKind):
    """Send a text to every new connection, then keep it, echo or close.

    `hex`: a template that takes the place of the text. `encoding`: None: the endpoint's. `wrap`:
    send it as one message, by the endpoint's `messages`. `placeholders`: {time}, {uuid} and the
    like in the text are filled in for each connection; those in `hex` always are. `Tailed` says
    what follows.
    """

    text: str = ""
    encoding: str | None = None
    then: Then = Then.KEEP
    on_peer_close: OnPeerClose | None = None
    wrap: bool = False
    append: Append = Append.NOTHING
    append_hex: str = ""
    checksum_order: ByteOrder | None = None
    checksum_from: int = 0
    checksum_to: int | None = None
    hex: str = ""
    placeholders: bool = False

    def ready(self, making: Making) -> ResponderRuntime:
        greets = making.greeting(self)
        return ResponderRuntime(
            Reply(greets.first, ending=self.then.ending, put_in=self.then.layer),
            making.echo() if self.then is Then.ECHO else None,
            greets=greets.make,
        )

    def wraps(self) -> bool:
        return self.wrap

    def puts_in(self, layer: str) -> bool:
        return self.then.layer == layer
