"""Stack: the layers of one connection, the responder on top; what each asks for goes on its way."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final

from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Ending,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

WEBSOCKET: Final = "websocket"
MESSAGES: Final = "messages"
LAYERS: Final[Mapping[str, str]] = {
    WEBSOCKET: "workbench.engine.protocol.websocket.websocket_layer:WebSocketLayer",
    MESSAGES: "workbench.engine.protocol.messages_layer:MessagesLayer",
}
"""Where the class of each layer is ("module:Class"), imported when it is first used; in the order
in which they stand, the lowest first."""
Outward = ToPeer | Opened | PeerFinished | End | LayerRow | Wake
"""What a stack asks of its connection."""
_TOP: Final = "top"
MakeLayer = Callable[["EndpointSettings"], Layer]


def make_layers(settings: EndpointSettings) -> tuple[Layer, ...]:
    """The layers of one connection, the lowest first.

    Raises:
        Problem: there is no such layer, or the socket has no stream to put one on.
    """
    names = layer_names(settings)
    if not names:
        return ()
    if settings.type != "SOCK_STREAM":
        raise Problem("engine.layers_need_a_stream", type=settings.type)
    return tuple(_factory(name)(settings) for name in sorted(names, key=_place))


def layer_names(settings: EndpointSettings) -> tuple[str, ...]:
    """Those that are named, and those that are put in by what is said of them."""
    names = settings.layers
    if settings.websocket is not None and WEBSOCKET not in names:
        names += (WEBSOCKET,)
    if settings.messages is not None and MESSAGES not in names:
        names += (MESSAGES,)
    return names


def _place(name: str) -> int:
    if name not in LAYERS:
        raise Problem("engine.unknown_layer", name=name, known=", ".join(LAYERS) or "–")
    return list(LAYERS).index(name)


def _factory(name: str) -> MakeLayer:
    module, _, made = LAYERS[name].partition(":")
    factory: MakeLayer = getattr(import_module(module), made)
    return factory


class Stack:
    """Layers, the lowest first, and on top of them the responder.

    Each method answers with what is to be done, in order: one turn, so what is to be sent can go
    out in one piece.

    Attributes:
        layers: those below the responder.
        opened: the topmost of them can talk.
        ended: nothing goes in or out through the layers any more. Without any, the connection
            knows what still goes out before its end.
    """

    __slots__ = (
        "_known", "_responder", "_responder_started", "_started", "_unopened", "ended", "layers",
        "opened",
    )  # fmt: skip

    def __init__(self, layers: Iterable[Layer], responder: Layer) -> None:
        self.layers = tuple(layers)
        self.opened = False
        self.ended = False
        self._responder = responder
        self._unopened = self.layers
        self._started = self.layers[:1]
        self._responder_started = False
        self._known: tuple[Layer, ...] = ()  # each that ever asked to be woken: its place names it

    @property
    def gives_messages(self) -> bool:
        """Whether the responder sees whole messages."""
        return any(layer.gives_messages for layer in self.layers)

    def replace_responder(self, responder: Layer) -> None:
        """Another one answers from now on."""
        self._responder = responder

    def start(self, now: float) -> list[Outward]:
        """The socket is connected."""
        if self.layers:
            return self._run(0, self.layers[0].start(now), now)
        self.opened = self._responder_started = True
        return [Opened(), *self._run(0, self._responder.start(now), now)]

    def receive(self, data: Data, now: float) -> list[Outward]:
        """What was read from the socket."""
        return list(self.received(data, now))

    def received(self, data: Data, now: float) -> Iterator[Outward]:
        """As `receive`, one after the other: what a row tells of is done only after it was taken,
        so that a note of the responder stands behind the row of the message.
        """
        return self._routed(0, self._at(0).receive(data, now), now)

    def receive_end(self, now: float) -> list[Outward]:
        """The peer's FIN."""
        return self._run(0, self._at(0).receive_end(now), now)

    def send(self, data: Data, now: float) -> list[Outward]:
        """What somebody asked for: from above the layers down."""
        return self._run(len(self.layers), (ToPeer(data),), now)

    def ask(self, name: str, request: object, now: float) -> list[Outward]:
        """What only the layer of this name can do.

        Raises:
            Problem: there is none.
        """
        place = self._place_of(name)
        return self._run(place, self.layers[place].ask(request, now), now)

    def raw(self, below: str | None, data: bytes, now: float) -> list[Outward]:
        """Write under the layer of this name; None: under the topmost that changes what is sent.

        Raises:
            Problem: there is none of that name, or one below it cannot talk yet.
        """
        if below is not None:
            place = self._place_of(below)
        else:
            changing = [at for at, layer in enumerate(self.layers) if layer.word]
            place = changing[-1] if changing else 0
        if any(layer in self._unopened for layer in self.layers[:place]):
            raise Problem("engine.layer_not_open", name=self.layers[place - 1].name)
        row = LayerRow(f"{self.layers[place].word}.raw", "", len(data), payload=data, sent=True)
        return self._run(place, (row, ToPeer(data)), now)

    def refuses(self) -> Problem | None:
        """Why nothing can be sent through the layers any more."""
        return next(filter(None, (layer.refuses() for layer in self.layers)), None)

    def lost(self) -> list[LayerRow]:
        """What is to be told of the end of the transport."""
        return [] if self.ended else [row for layer in self.layers for row in layer.lost()]

    def _place_of(self, name: str) -> int:
        for place, layer in enumerate(self.layers):
            if layer.name == name:
                return place
        raise Problem("engine.ws_no_layer", name=name)

    def wake(self, name: str, now: float) -> list[Outward]:
        """A time has come; `name` as in the Wake that the stack answered."""
        number, _, own = name.partition(":")
        layer = self._responder if number == _TOP else self._known[int(number)]
        place = len(self.layers) if number == _TOP else self.layers.index(layer)
        return self._run(place, layer.wake(own, now), now)

    def insert(self, place: int, layer: Layer, now: float) -> list[Outward]:
        """Put a layer in and start it, as STARTTLS does; what comes from now on goes through it.

        Raises:
            Problem: a layer above has bytes that came before it: they were not protected by it,
                and must not be taken for bytes that were (STARTTLS injection, CVE-2011-0411).
        """
        if any(above.unread() for above in (*self.layers[place:], self._responder)):
            raise Problem("engine.bytes_before_layer")
        self.layers = (*self.layers[:place], layer, *self.layers[place:])
        self._unopened += (layer,)
        self._started += (layer,)
        self.opened = False
        return self._run(place, layer.start(now), now)

    # -- on its way ---------------------------------------------------------------------------

    def _at(self, place: int) -> Layer:
        return self.layers[place] if place < len(self.layers) else self._responder

    def _run(self, place: int, actions: Actions, now: float) -> list[Outward]:
        """What the actions of the layer at a place come to, outside the stack."""
        return list(self._routed(place, actions, now))

    def _routed(self, place: int, actions: Actions, now: float) -> Iterator[Outward]:
        for action in actions:
            if self.ended:
                return
            yield from self._one(place, action, now)

    def _one(self, place: int, action: Action, now: float) -> Iterator[Outward]:
        top = len(self.layers)
        match action:
            case ToPeer(data) if place:
                yield from self._routed(place - 1, self._at(place - 1).send(data, now), now)
            case ToApp(data):
                if place < top:
                    above = self._at(place + 1).receive(data, now)
                    yield from self._routed(place + 1, above, now)
            case PeerFinished() if place < top:
                yield from self._routed(place + 1, self._at(place + 1).receive_end(now), now)
            case Opened():
                yield from self._opened(place, now)
            case End():
                yield from self._ended(place, action, now)
            case Wake(name, seconds):
                yield Wake(f"{self._number(place)}:{name}", seconds)
            case _:
                yield action

    def _ended(self, place: int, end: End, now: float) -> Iterator[Outward]:
        """The layers below say what they have to say, and perhaps how the transport is to end."""
        for below in range(place - 1, -1, -1):
            for action in self._at(below).close(now):
                if not isinstance(action, End):
                    yield from self._one(below, action, now)
                elif end.ending is Ending.CLOSE:
                    end = End(action.ending, end.word)
        self.ended = bool(self.layers)
        yield end

    def _opened(self, place: int, now: float) -> Iterator[Outward]:
        """The layer above begins, where it has not; with the last one who waits can send."""
        self._unopened = tuple(item for item in self._unopened if item is not self.layers[place])
        if not self._unopened and not self.opened:
            self.opened = True
            yield Opened()
        above = self._at(place + 1)
        if place + 1 < len(self.layers):
            begun = above in self._started
            self._started += () if begun else (above,)
        else:
            begun, self._responder_started = self._responder_started, True
        if not begun:
            yield from self._routed(place + 1, above.start(now), now)

    def _number(self, place: int) -> str:
        """What names a layer, whatever is put in below it, and whoever is the responder then."""
        if place == len(self.layers):
            return _TOP
        layer = self.layers[place]
        if layer not in self._known:
            self._known += (layer,)
        return str(self._known.index(layer))
