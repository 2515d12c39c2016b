"""Layer: what stands between a stream and its responder, and what it asks for.

Sans-I/O as h11 and wsproto are: bytes and the time in, actions out. No layer touches a socket, a
clock or a thread, so every call on a socket stays one that TracedSocket makes and logs, and a
layer's test is a transcript. Adding one: a file here, and a line in stack.LAYERS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from workbench.engine.model.ending import Ending
    from workbench.engine.model.layer_fault import LayerFault
    from workbench.texts import Problem

Data = bytes | memoryview


class Text(bytes):
    """Bytes that are text: a layer with two kinds of messages sends them as such, others are not.

    A message that came as text is one, so that its echo is text again.
    """

    __slots__ = ()


class MessagePart(bytes):
    """Bytes of a binary message that is never in memory as a whole; others follow, in order.

    Attributes:
        first, last: whether the message begins, and ends, with it.
    """

    first = False
    last = False


class Binary(bytes):
    """Bytes that are no text whatever they answer."""

    __slots__ = ()


class ToPeer(NamedTuple):
    """Bytes for the layer below, at the bottom for the socket."""

    data: Data


class ToApp(NamedTuple):
    """A message, or what there is of a stream, for the layer above; valid until it returns."""

    data: Data


class Opened(NamedTuple):
    """From now on the layer above can talk."""


class PeerFinished(NamedTuple):
    """The peer will send nothing more."""


class End(NamedTuple):
    """The layer is at its end, and with it those above.

    `word` names why: the error of what waits for the layer ("HTTP_401"); "": nothing is wrong.
    `fault`: the row that tells of it, where it says more than the word.
    """

    ending: Ending
    word: str = ""
    fault: LayerFault | None = None


class LayerRow(NamedTuple):
    """What the layer understood, or wrote, for the log: a row of kind "layer".

    It stands before the action that it tells of.

    Attributes:
        sent: it is about what the next ToPeer sends: logged just before the call that carries it.
        whole: all of its payload is kept, however little is kept of what calls carry.
        call: the layer's name, a dot, a word. args: Python literals.
        result: bytes taken in the layer below. payload: the bytes that it is about; None: those
            of the read before it, where there are any. size: how many; None: as payload has.
        errno, error: the word and the key of a fault.
    """

    call: str
    args: str = ""
    result: int | None = None
    errno: str | None = None
    error: str | None = None
    payload: bytes | None = None
    sent: bool = False
    size: int | None = None
    whole: bool = False


class Wake(NamedTuple):
    """Call `wake(name)` in so many seconds.

    It replaces the one of its name; None cancels that.
    """

    name: str
    seconds: float | None


class PutIn(NamedTuple):
    """The layer of this name, at its place; what came before it must not come after it."""

    name: str


Action = ToPeer | ToApp | Opened | PeerFinished | End | LayerRow | Wake | PutIn
Actions = Iterable[Action]
"""In order; one is carried out before the next is asked for."""


class Layer:
    """One that lets everything through; a layer overrides what it does otherwise.

    `now` is in seconds, on a clock that only goes forward. Each method answers with what follows
    from it, in order.

    Attributes:
        name: as the settings have it. word: as its rows begin; "": none writes below it.
        gives_messages: what it hands up are whole messages, an empty one too; else a stream.
        takes_messages: what is sent through it is a message each; else it may go in pieces.
        binds: the peer cannot read what follows without each byte that it has written: a record, a
            frame.
        hears: something is done with what is handed up to it.
        joins: what is sent through it in one turn it gets in one piece.
        logs_bytes: its rows have all that it is given and gives: one below need not log them.
    """

    __slots__ = ()
    name = ""
    word = ""
    gives_messages = False
    takes_messages = False
    joins = False
    binds = False
    hears = True
    logs_bytes = False

    def placed(self, below: Sequence[Layer], above: Sequence[Layer]) -> None:
        """It stands between these, from its start on or since another one was put in."""

    def aim(self, target: str) -> None:
        """Whom the connection is for, where its socket goes to a proxy or an @link is followed:
        host:port.
        """

    def start(self, now: float) -> Actions:
        """The layer below can talk."""
        return (Opened(),)

    def receive(self, data: Data, now: float) -> Actions:
        """Bytes of the layer below; valid until it returns."""
        return (ToApp(data),)

    def receive_end(self, now: float) -> Actions:
        """The layer below has no more."""
        return (PeerFinished(),)

    def send(self, data: Data, now: float) -> Actions:
        """A message, or bytes of a stream, of the layer above."""
        return (ToPeer(data),)

    def wake(self, name: str, now: float) -> Actions:
        """A time that it asked for has come."""
        return ()

    def ask(self, request: object, now: float) -> Actions:
        """Do what this layer alone can do: a frame, an alert."""
        return ()

    def refuses(self) -> Problem | None:
        """Why nothing that somebody asks to be sent can be sent any more; None: it can."""
        return None

    def close(self, now: float) -> Actions:
        """The layer above is at its end: what is there to be said before the transport ends.

        An End of its own says how that ends, where the layer above would close at once.
        """
        return ()

    def late(self) -> LayerRow | None:
        """The time in which it had to open is over: what the peer has not done, for the log."""
        return None

    def reset(self) -> Sequence[LayerRow]:
        """The peer reset the connection before it could talk: rows, the last of which says what
        did not come to be; without an errno of its own it has that of the call.
        """
        return ()

    def lost(self) -> Sequence[LayerRow]:
        """The transport has ended, whoever did it: what is to be told of that."""
        return ()

    def wanted(self, most: int | None) -> None:
        """How many bytes of one message anybody above still needs; None: all."""

    def held(self) -> int:
        """Bytes sent through it that it keeps until it may write them."""
        return 0

    def cut(self, now: float) -> Actions:
        """What was begun in a `MessagePart` has no end: the rest of it cannot be read."""
        return ()

    def unread(self) -> bytes:
        """What came and was not handed up: of a layer that is put in above, it would be a fault."""
        return b""
