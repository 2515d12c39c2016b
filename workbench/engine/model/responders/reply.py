"""Replies, and ResponderRuntime: a responder compiled before the first byte comes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Final

from workbench.engine.model.ending import Ending
from workbench.named_tuple import NamedTuple
from workbench.texts import Problem


class OnPeerClose(StrEnum):
    """What an endpoint does when a peer has finished sending.

    If a responder leaves it None, a listener closes its connection, as a server does, and a client
    keeps its own, whose close() is the user's to call.
    """

    CLOSE = "close"
    KEEP = "keep"


class Then(StrEnum):
    """What follows a greeting or a rule's reply.

    Attributes:
        HALF_CLOSE: shutdown(SHUT_WR): what comes is still read and answered.
        RESET: close() with SO_LINGER (1, 0), so that the peer gets an RST.
        SILENT: what comes is read but no longer answered.
        TLS: the layer tls is inserted once the reply has left without it, as with STARTTLS.
    """

    KEEP = "keep"
    ECHO = "echo"
    CLOSE = "close"
    HALF_CLOSE = "half-close"
    RESET = "reset"
    SILENT = "silent"
    TLS = "tls"

    @property
    def ending(self) -> Ending | None:
        """How the connection ends after the reply."""
        return _ENDINGS.get(self)

    @property
    def layer(self) -> str | None:
        """The layer that is inserted after the reply; None: none."""
        return _LAYERS.get(self)


_ENDINGS: Final[Mapping[Then, Ending]] = {
    Then.CLOSE: Ending.CLOSE,
    Then.HALF_CLOSE: Ending.HALF_CLOSE,
    Then.RESET: Ending.RESET,
}
_LAYERS: Final[Mapping[Then, str]] = {Then.TLS: Then.TLS.value}


class Reply(NamedTuple):
    """Bytes to send (None: none) after `delay` seconds, and what follows once they are sent: how
    the connection ends, or the layer that is inserted.

    `rule`: the number of the rule that answers, from 1, with `else` after the last; 0: none does.
    `turn`: which of the answers that the rule gives in turn, from 1.
    """

    data: bytes | memoryview | None
    delay: float = 0.0
    ending: Ending | None = None
    rule: int = 0
    put_in: str | None = None
    turn: int = 0


Answer = Callable[[bytes | memoryview], "Reply | None"]
Tell = Callable[[str, str], None]
"""Puts a note into the log: its name and its arguments."""
Begin = Callable[[bool, Tell], Answer]
"""What answers on one connection; whether characters may come in pieces there, and who is told."""


class ResponderRuntime(NamedTuple):
    """A compiled responder: texts encoded, patterns compiled.

    Attributes:
        greeting: what a new connection gets first; None: nothing.
        greets: makes the bytes of the greeting anew for each connection; None: they stay the same.
        answer: the reply to one read or one message; None: only read.
        keep: False: bytes read are counted but not kept in the record.
        begin: makes `answer` anew for each connection, where the answer depends on what came
            before, or reads can cut characters.
    """

    greeting: Reply | None
    answer: Answer | None
    keep: bool = True
    begin: Begin | None = None
    greets: Callable[[], bytes] | None = None

    def for_connection(self, *, stream: bool, tell: Tell) -> ResponderRuntime:
        """The responder of one connection; reads can cut the characters of a `stream`."""
        if self.greets is not None and self.greeting is not None:
            try:
                greeting = self.greeting._replace(data=self.greets())
            except Problem as problem:
                said = {name: str(value) for name, value in problem.args_.items()}
                tell("greeting_failed", f"{problem.key!r}, {said!r}")
                greeting = None
            made = self._replace(greeting=greeting, greets=None)
            return made.for_connection(stream=stream, tell=tell)
        if self.begin is None:
            return self
        return self._replace(answer=self.begin(stream, tell))
