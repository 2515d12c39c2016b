"""Layer: a protocol between a byte stream and its responder, such as TLS or WebSocket.

Sans-I/O as h11 and wsproto are: bytes and the time in, actions out. No layer touches a socket, a
clock or a thread, so every call on a socket stays one that TracedSocket makes and logs, and a
layer's test is a transcript. To add one: a file here, and a line in stack.LAYERS.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from workbench.named_tuple import NamedTuple

if TYPE_CHECKING:
    from workbench.engine.model.ending import Ending
    from workbench.engine.model.layer_fault import LayerFault
    from workbench.texts import Problem

Data = bytes | memoryview


class Text(bytes):
    """Bytes of a message that a layer with text and binary messages sends as text.

    A message that came as text is one, so that its echo is text again.
    """

    __slots__ = ()


class MessagePart(bytes):
    """A part of a binary message that is never in memory as a whole; the other parts follow, in
    order.

    Attributes:
        first, last: whether the message begins, and ends, with it.
    """

    first = False
    last = False


class Binary(bytes):
    """Bytes of a binary message, even if they answer a text."""

    __slots__ = ()


class ToPeer(NamedTuple):
    """Action: bytes for the layer below or, at the bottom, for the socket."""

    data: Data


class ToApp(NamedTuple):
    """Action: a message, or bytes of a stream, for the layer above; the bytes are valid until it
    returns.
    """

    data: Data


class Opened(NamedTuple):
    """Action: the handshake is done, so the layer above can talk."""


class PeerFinished(NamedTuple):
    """Action: the peer will send nothing more."""


class End(NamedTuple):
    """Action: this layer has ended, and with it all layers above.

    `word` names the reason, which is the error of what waits for the layer ("HTTP_401"); "":
    nothing is wrong. `fault`: the row that reports it, if that says more than the word.
    """

    ending: Ending
    word: str = ""
    fault: LayerFault | None = None


class LayerRow(NamedTuple):
    """Action: a row of kind "layer" for the log: what the layer understood or wrote.

    It precedes the action that it is about.

    Attributes:
        sent: it is about what the next ToPeer sends: logged just before the call that carries it.
        whole: all of its payload is kept, however little is kept of what calls carry.
        call: the layer's name, a dot, a word. args: Python literals.
        result: bytes that it took up in the layer below. payload: the bytes that it is about; None:
            those of the read before it, if there are any. size: their number; None: that of the
            payload.
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
    """Action: call `wake(name)` after this many seconds.

    It replaces an earlier one of that name; None cancels it.
    """

    name: str
    seconds: float | None


class PutIn(NamedTuple):
    """Action: insert the layer of this name. Bytes received before must not become its input."""

    name: str


Action = ToPeer | ToApp | Opened | PeerFinished | End | LayerRow | Wake | PutIn
Actions = Iterable[Action]
"""In order; one is carried out before the next is asked for."""


class Layer:
    """A layer that passes everything through; subclasses override what they do otherwise.

    `now` is in seconds, on a clock that only goes forward. Each method answers with what follows
    from it, in order.

    Attributes:
        name: as in the settings. word: what its rows begin with; "": nothing can be written below
            it.
        gives_messages: it hands up whole messages, empty ones too; else a stream.
        takes_messages: each send through it is a message; else it may go in pieces.
        binds: the peer cannot read what follows without every byte that it has written: a record, a
            frame.
        hears: something is done with what is handed up to it.
        joins: what is sent through it in one turn reaches it in one piece.
        logs_bytes: its rows contain everything it is given and gives, so that a layer below need
            not log them.
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
        """Learn the layer's neighbours, when the stack is made and each time another layer is
        inserted.
        """

    def aim(self, target: str) -> None:
        """Learn the host:port that the user meant, where the socket itself goes to a proxy or
        follows an @link.
        """

    def start(self, now: float) -> Actions:
        """Start: the layer below can talk."""
        return (Opened(),)

    def receive(self, data: Data, now: float) -> Actions:
        """Take bytes from the layer below; they are valid until this returns."""
        return (ToApp(data),)

    def receive_end(self, now: float) -> Actions:
        """Note that the layer below has ended its stream."""
        return (PeerFinished(),)

    def send(self, data: Data, now: float) -> Actions:
        """Send a message, or bytes of a stream, for the layer above."""
        return (ToPeer(data),)

    def wake(self, name: str, now: float) -> Actions:
        """Note that a time is over which the layer asked for with `Wake`."""
        return ()

    def ask(self, request: object, now: float) -> Actions:
        """Do what only this layer can do, such as sending a frame or an alert."""
        return ()

    def refuses(self) -> Problem | None:
        """Why nothing more can be sent; None: it can."""
        return None

    def close(self, now: float) -> Actions:
        """The layer above has ended: say the last words before the transport ends.

        An End among them says how it ends, if the layer above would close at once.
        """
        return ()

    def late(self) -> LayerRow | None:
        """The handshake took too long: the row that says what the peer has not done."""
        return None

    def reset(self) -> Sequence[LayerRow]:
        """The peer reset the connection before the layer could talk: its rows, the last of which
        says what did not come about; without an errno of its own it gets that of the call.
        """
        return ()

    def lost(self) -> Sequence[LayerRow]:
        """The transport has ended, whoever ended it: rows for the log."""
        return ()

    def wanted(self, most: int | None) -> None:
        """How many bytes of one message the layers above can still use; None: all."""

    def held(self) -> int:
        """Bytes sent through this layer that it keeps until it may write them."""
        return 0

    def cut(self, now: float) -> Actions:
        """Note that the rest of a message begun with `MessagePart` cannot be read."""
        return ()

    def unread(self) -> bytes:
        """The bytes that came and were not passed up, and so could never reach a layer inserted
        above.
        """
        return b""
