"""Stack: the layers of one connection with the responder on top; it routes their actions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from importlib import import_module
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_files import LayerFiles, PlainFiles
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    PutIn,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

PROXY: Final = "proxy"
TLS: Final = "tls"
WEBSOCKET: Final = "websocket"
MESSAGES: Final = "messages"
LAYERS: Final[Mapping[str, str]] = {
    PROXY: "workbench.engine.protocol.proxy_layer:ProxyLayer",
    TLS: "workbench.engine.protocol.tls.tls_layer:tls_maker",
    WEBSOCKET: "workbench.engine.protocol.websocket.websocket_layer:WebSocketLayer",
    MESSAGES: "workbench.engine.protocol.messages_layer:MessagesLayer",
}
"""Where each layer is, imported when it is first used; in the order in which they stand, the lowest
first. "module:Class" is made from the settings; "module:function" takes settings, files and what it
returned for the previous settings, and returns what makes the layer of each connection.
"""
AGREED: Final = frozenset({"tls.handshake", "ws.request", "ws.open"})
"""Calls of the rows that say what a connection's layers agreed on with the other end."""
Outward = ToPeer | Opened | PeerFinished | End | LayerRow | Wake | PutIn
"""What a stack asks of its connection; PutIn tells it that a layer has been inserted."""
_TOP: Final = "top"
_NONE: Final = -1
MakeLayer = Callable[[], Layer]


def check_layers(settings: EndpointSettings) -> None:
    """Check the layers' settings without opening the files they name.

    Raises:
        Problem: there is no such layer, it cannot be made, or the socket has no stream.
    """
    for name in _wanted(settings):
        found = _found(name)
        if isinstance(found, type):
            found(settings)


def ready_layers(
    settings: EndpointSettings,
    files: LayerFiles | None = None,
    before: Mapping[str, MakeLayer] | None = None,
) -> dict[str, MakeLayer]:
    """What makes each layer of a connection, by the layer's name, including those that may be
    inserted later.

    `before`: what this function returned for other settings.

    Raises:
        Problem: there is no such layer, it cannot be made, or the socket has no stream to put one
            on.
    """
    return {
        name: ready_layer(name, settings, files or PlainFiles(), (before or {}).get(name))
        for name in _wanted(settings)
    }


def _wanted(settings: EndpointSettings) -> tuple[str, ...]:
    """The layers that a connection begins with, and those that may be inserted later."""
    names = layer_names(settings)
    if TLS not in names and (settings.tls is not None or settings.responder.puts_in(TLS)):
        names += (TLS,)
    if names and settings.type != "SOCK_STREAM":
        raise Problem("engine.layers_need_a_stream", type=settings.type)
    return names


def _found(name: str) -> Any:
    _place(name)
    module, _, attribute = LAYERS[name].partition(":")
    return getattr(import_module(module), attribute)


def ready_layer(
    name: str, settings: EndpointSettings, files: LayerFiles, before: MakeLayer | None = None
) -> MakeLayer:
    """What makes the layer of this name. Raises Problem as `ready_layers` does."""
    found = _found(name)
    if not isinstance(found, type):
        made: MakeLayer = found(settings, files, before)
        return made
    make: MakeLayer = partial(found, settings)
    make()  # errors in it are reported before anything starts
    return make


def layer_names(settings: EndpointSettings) -> tuple[str, ...]:
    """The names of the layers, the lowest first: those listed, and those that other settings imply.

    Raises:
        Problem: there is no such layer.
    """
    names = settings.layers
    if settings.proxy is not None and PROXY not in names:
        names += (PROXY,)
    if settings.websocket is not None and WEBSOCKET not in names:
        names += (WEBSOCKET,)
    if settings.messages is not None and MESSAGES not in names:
        names += (MESSAGES,)
    return tuple(sorted(names, key=_place))


def _place(name: str) -> int:
    if name not in LAYERS:
        raise Problem("engine.unknown_layer", name=name, known=", ".join(LAYERS) or "–")
    return list(LAYERS).index(name)


class Stack:
    """The layers, the lowest first, and above them the responder.

    Each method returns what is to be done, in order: one turn, so that what is to be sent can go
    out in one piece.

    Attributes:
        layers: those below the responder.
        logged: bytes of a message that the log takes; None: all of them.
        opened: the topmost of them can talk.
        ended: nothing goes in or out through the layers any more. Without layers, the connection
            itself knows what still goes out before its end.
    """

    __slots__ = (
        "_finished", "_held", "_held_at", "_known", "_make", "_mixed", "_responder",
        "_responder_started", "_started", "_unopened", "_wanted", "ended", "layers", "logged",
        "opened",
    )  # fmt: skip

    def __init__(
        self,
        layers: Iterable[Layer],
        responder: Layer,
        make: Callable[[str], Layer] | None = None,
        logged: int | None = None,
    ) -> None:
        """`make` makes another layer, given its name. Raises Problem: there is none."""
        self.layers = tuple(layers)
        self.logged = logged
        self.opened = False
        self.ended = False
        self._finished = False  # what comes is still read
        # sent data that waits for the end of this turn, for a layer that joins
        self._held: list[Data] = []
        self._held_at = _NONE
        self._make = make
        self._wanted: str | None = None  # a layer to be inserted when this turn is over
        self._mixed = False  # more was handed up in that turn
        self._responder = responder
        self._unopened = self.layers
        self._started = self.layers[:1]
        self._responder_started = False
        # each layer that ever asked to be woken; its index identifies it
        self._known: tuple[Layer, ...] = ()
        self._tell_places()

    @property
    def gives_messages(self) -> bool:
        """Whether the responder sees complete messages."""
        return any(layer.gives_messages for layer in self.layers)

    @property
    def takes_messages(self) -> bool:
        """Whether each send is a message, which must not be divided."""
        return any(layer.takes_messages for layer in self.layers)

    @property
    def binds(self) -> bool:
        """Whether the bytes of one send have to go out whole, because a cut record or frame makes
        the rest unreadable.
        """
        return any(layer.binds for layer in self.layers)

    @property
    def awaited(self) -> str:
        """The name of the lowest layer whose handshake is under way; "": there is none."""
        return self._unopened[0].name if self._unopened else ""

    def late(self) -> LayerRow | None:
        """The row of the lowest layer that is not open, when the handshakes took too long."""
        return self._unopened[0].late() if self._unopened else None

    def reset(self) -> Sequence[LayerRow]:
        """The rows which say that the peer reset a handshake."""
        return () if self.ended or not self._unopened else self._unopened[0].reset()

    def replace_responder(self, responder: Layer) -> None:
        """Answer by another responder from now on."""
        self._responder = responder
        self._tell_wanted()

    def start(self, now: float) -> list[Outward]:
        """The socket is connected."""
        if self.layers:
            return self._run(0, self.layers[0].start(now), now)
        self.opened = self._responder_started = True
        return [Opened(), *self._run(0, self._responder.start(now), now)]

    def receive(self, data: Data, now: float) -> list[Outward]:
        """Take what was read from the socket."""
        return list(self.received(data, now))

    def received(self, data: Data, now: float) -> Iterator[Outward]:
        """As `receive`, one action after the other: what a row is about is done only after the row
        was taken, so that a note of the responder comes after the row of the message.
        """
        return self._turn(0, self._at(0).receive(data, now), now)

    def receive_end(self, now: float) -> list[Outward]:
        """The peer's FIN was read."""
        return self._run(0, self._at(0).receive_end(now), now)

    def send(self, data: Data, now: float) -> list[Outward]:
        """Send what a command asked for, through all layers."""
        return self._run(len(self.layers), (ToPeer(data),), now)

    def ask(self, name: str, request: object, now: float) -> list[Outward]:
        """Have the layer of this name do what only that layer can do.

        Raises:
            Problem: there is none.
        """
        place = self._place_of(name)
        return self._run(place, self.layers[place].ask(request, now), now)

    def raw(self, below: str | None, data: bytes, now: float) -> list[Outward]:
        """Write below the layer of this name; None: below the topmost layer that changes bytes.

        Raises:
            Problem: there is no layer of that name, or one below it cannot talk yet.
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

    def held(self) -> int:
        """Bytes that wait in a layer."""
        return sum(layer.held() for layer in self.layers)

    def cut(self, now: float) -> list[Outward]:
        """Note that the rest of a message that was begun in parts cannot be read."""
        actions: list[Outward] = []
        for place in range(len(self.layers) - 1, -1, -1):
            actions += self._run(place, self.layers[place].cut(now), now)
        return actions

    def refuses(self) -> Problem | None:
        """Why nothing can be sent through the layers any more; None: it can."""
        if self._finished and self.layers:
            return Problem("engine.layers_ended")
        return next(filter(None, (layer.refuses() for layer in self.layers)), None)

    def lost(self) -> list[LayerRow]:
        """The transport has ended: rows for the log."""
        return [] if self.ended else [row for layer in self.layers for row in layer.lost()]

    def _place_of(self, name: str) -> int:
        for place, layer in enumerate(self.layers):
            if layer.name == name:
                return place
        raise Problem("engine.ws_no_layer", name=name)

    def wake(self, name: str, now: float) -> list[Outward]:
        """Note that a timer is due; `name` as in the Wake that the stack returned."""
        number, _, own = name.partition(":")
        layer = self._responder if number == _TOP else self._known[int(number)]
        place = len(self.layers) if number == _TOP else self.layers.index(layer)
        return self._run(place, layer.wake(own, now), now)

    def put_in(self, name: str, now: float) -> list[Outward]:
        """Make the layer of this name and insert it at its place.

        Raises:
            Problem: as `insert` does, or it cannot be made, or is already there.
        """
        if self.ended or any(layer.name == name for layer in self.layers):
            raise Problem("engine.layers_ended" if self.ended else "engine.layer_there", name=name)
        order = list(LAYERS)
        place = sum(
            layer.name not in order or order.index(layer.name) < _place(name)
            for layer in self.layers
        )
        if self._make is None:
            raise Problem("engine.ws_no_layer", name=name)
        return self.insert(place, self._make(name), now)

    def close(self, now: float) -> list[Outward]:
        """The peer has ended and we are about to close: the layers' last words."""
        actions: list[Outward] = []
        for place in range(len(self.layers) - 1, -1, -1):
            said = [
                action for action in self.layers[place].close(now) if not isinstance(action, End)
            ]
            actions += self._run(place, said, now)
        self.ended = bool(self.layers)
        return actions

    def insert(self, place: int, layer: Layer, now: float) -> list[Outward]:
        """Insert a layer and start it, as STARTTLS does; what comes from now on goes through it.

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
        self._tell_places()
        return self._run(place, layer.start(now), now)

    def _tell_places(self) -> None:
        for place, layer in enumerate(self.layers):
            layer.placed(self.layers[:place], self.layers[place + 1 :])
        self._tell_wanted()

    def _tell_wanted(self) -> None:
        """Tell the layers how much of a message is needed: all if a responder reads it, else what
        the log keeps.
        """
        for layer, above in pairwise((*self.layers, self._responder)):
            layer.wanted(None if above.hears else self.logged)

    # -- on its way ---------------------------------------------------------------------------

    def _at(self, place: int) -> Layer:
        return self.layers[place] if place < len(self.layers) else self._responder

    def _run(self, place: int, actions: Actions, now: float) -> list[Outward]:
        """Route the actions of the layer at this place; yields those for outside the stack."""
        return list(self._turn(place, actions, now))

    def _turn(self, place: int, actions: Actions, now: float) -> Iterator[Outward]:
        """As `_run`; afterwards insert the layer that was asked for, so that earlier answers leave
        without it.
        """
        yield from self._routed(place, actions, now)
        if self._held:
            yield from self._let_go(now)
        name, self._wanted = self._wanted, None
        if name is None or self.ended:
            return
        try:
            if self._mixed:
                raise Problem("engine.bytes_before_layer")
            started = self.put_in(name, now)
            yield PutIn(name)
            yield from started
        except Problem as problem:
            word = problem.key.rpartition(".")[2].upper()
            yield LayerRow(f"{name}.fault", "", errno=word, error=type(problem).__name__)
            yield from self._ended(len(self.layers), End(Ending.POLITE, word), now)

    def _routed(  # noqa: C901, PLR0912 - the hot path: an answer goes down in the turn it came up
        self, place: int, actions: Actions, now: float
    ) -> Iterator[Outward]:
        """Route actions up and down; the row of a message leaves before what the message leads
        to.
        """
        for action in actions:
            if self.ended:
                return
            kind = type(action)
            if kind is LayerRow:
                yield action  # type: ignore[misc]  # kind says that it is one
            elif isinstance(action, ToPeer):
                if place <= self._held_at:
                    yield from self._let_go(now)  # it may build on what came before it
                if not place:
                    yield action
                    continue
                below = self.layers[place - 1]
                if below.joins:
                    self._held_at = place - 1
                    self._held.append(action.data)
                else:
                    yield from self._routed(place - 1, below.send(action.data, now), now)
            elif isinstance(action, ToApp) and self._wanted is None:
                if place == len(self.layers):
                    continue
                layer = self.layers[place]
                for said in self._at(place + 1).receive(action.data, now):
                    if self.ended:
                        return
                    if type(said) is not ToPeer or layer.joins or place < self._held_at:
                        yield from self._routed(place + 1, (said,), now)
                        continue
                    for out in layer.send(said.data, now):
                        kind = type(out)
                        if kind is LayerRow or (
                            kind is ToPeer and not place and self._held_at == _NONE
                        ):
                            yield out  # type: ignore[misc]  # kind says that it is one
                        else:
                            yield from self._routed(place, (out,), now)
            else:
                yield from self._one(place, action, now)

    def _let_go(self, now: float) -> Iterator[Outward]:
        """Pass on what was gathered for a layer that takes it in one piece."""
        place, held = self._held_at, self._held
        self._held_at, self._held = _NONE, []
        if held:
            data = held[0] if len(held) == 1 else b"".join(held)
            yield from self._routed(place, self.layers[place].send(data, now), now)

    def _one(self, place: int, action: Action, now: float) -> Iterator[Outward]:
        top = len(self.layers)
        if self._held and not isinstance(action, Wake):
            yield from self._let_go(now)
        match action:
            case ToApp():
                self._mixed = True  # insert a layer
            case PutIn(name):
                self._wanted, self._mixed = name, False
            case PeerFinished() if place < top:
                yield from self._routed(place + 1, self._at(place + 1).receive_end(now), now)
            case Opened():
                yield from self._opened(place, now)
            case End():
                yield from self._ended(place, action, now)
            case Wake(name, seconds):
                yield Wake(f"{self._number(place)}:{name}", seconds)
            case PeerFinished() | LayerRow() | ToPeer():
                yield action

    def _ended(self, place: int, end: End, now: float) -> Iterator[Outward]:
        """End a layer: those below say their last words, and how the transport is to end."""
        for below in range(place - 1, -1, -1):
            for action in self._at(below).close(now):
                if not isinstance(action, End):
                    yield from self._routed(below, (action,), now)
                elif end.ending is Ending.CLOSE:
                    end = end._replace(ending=action.ending)
            if self._held:
                yield from self._let_go(now)
        if end.ending is Ending.HALF_CLOSE:
            self._finished = True
        else:
            self.ended = bool(self.layers)
        yield end

    def _opened(self, place: int, now: float) -> Iterator[Outward]:
        """Start the layer above, if it has not started; once the topmost has, sending may begin."""
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
        """The number that identifies a layer, whatever is inserted below it, and whatever the
        responder is then.
        """
        if place == len(self.layers):
            return _TOP
        layer = self.layers[place]
        if layer not in self._known:
            self._known += (layer,)
        return str(self._known.index(layer))
