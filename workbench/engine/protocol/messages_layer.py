"""MessagesLayer: divides a stream into messages for the responder and for expectations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from workbench.engine.model.message_ends import RECV, Http, Idle
from workbench.engine.model.settings import Role
from workbench.engine.protocol.framer import Fault, FramedMessage
from workbench.engine.protocol.framing import framer_of
from workbench.engine.protocol.http_framing import HttpFramer
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    Layer,
    LayerRow,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

FAULT = "messages.fault"
_IDLE = "idle"


class MessagesLayer(Layer):
    """Passes on unchanged what is sent, and hands up what comes message by message.

    A stream that cannot be divided any further has a row that says why; from then on it is read
    and nothing more goes up.
    """

    name = "messages"
    gives_messages = True

    def __init__(self, settings: EndpointSettings) -> None:
        """Raises Problem: the settings do not say where a message ends, or not in bytes."""
        kind = settings.messages
        if kind is None:
            raise Problem("engine.messages_missing")
        requests = settings.role is Role.LISTENER
        self._framer = framer_of(kind, settings.encoding, requests=requests)
        self._idle = kind.idle if isinstance(kind, Idle) else None
        self._sent = HttpFramer(requests=True) if isinstance(kind, Http) and not requests else None
        self._broken = False
        self._below = False  # above another layer a message never coincides with what a call read

    def placed(self, below: Sequence[Layer], above: Sequence[Layer]) -> None:
        self._below = bool(below)

    def receive(self, data: Data, now: float) -> Actions:
        if self._broken:
            return ()
        came = bytes(data)
        self._framer.feed(came)
        actions = self._divided(b"" if self._below else came)
        if self._idle is not None and not self._broken:
            actions.append(Wake(_IDLE, self._idle))
        return actions

    def receive_end(self, now: float) -> Actions:
        return [Wake(_IDLE, None), *self._finished(), PeerFinished()]

    def wake(self, name: str, now: float) -> Actions:
        """Note that the pause which ends a message is over."""
        return self._finished()

    def send(self, data: Data, now: float) -> Actions:
        if self._sent is not None:
            self._note_requests(bytes(data))
        return (ToPeer(data),)

    def close(self, now: float) -> Actions:
        return (Wake(_IDLE, None),)

    def unread(self) -> bytes:
        return self._framer.unread()

    def _divided(self, came: bytes) -> list[Action]:
        actions: list[Action] = []
        try:
            while (message := self._framer.next()) is not None:
                actions += _handed_up(message, came)
        except Fault as fault:
            actions.append(self._fault(fault))
        return actions

    def _finished(self) -> list[Action]:
        """The message that ends with the stream, or with a pause."""
        if self._broken:
            return []
        try:
            message = self._framer.finish()
        except Fault as fault:
            return [self._fault(fault)]
        return [] if message is None else _handed_up(message, b"")

    def _fault(self, fault: Fault) -> LayerRow:
        self._broken = True
        word = "MESSAGES_" + fault.key.upper().replace(" ", "_")
        return LayerRow(FAULT, "", errno=word, error=fault.key, payload=fault.rest)

    def _note_requests(self, data: bytes) -> None:
        """Tell the framer of requests that were sent: they decide about bodies, and when HTTP ends
        (Upgrade).
        """
        assert self._sent is not None
        assert isinstance(self._framer, HttpFramer)
        self._sent.feed(data)
        try:
            while (request := self._sent.next()) is not None:
                self._framer.asked(request.data.lstrip(b"\r\n").split(b" ", 1)[0])
        except Fault:
            self._sent = None  # something other than HTTP was sent, on purpose


def _handed_up(message: FramedMessage, came: bytes) -> list[Action]:
    """The row of a message, with its bytes unless they are exactly those of the read before it."""
    payload = None if message.data == came else message.data
    row = LayerRow(RECV, "", message.taken, payload=payload, size=len(message.data))
    return [row, ToApp(message.data)]
