"""A layer of the tests: messages with their length before them, after a greeting of both ends.

HI\n                    each end says so first, and is open when it has heard it
u16 length, payload     a message; a length of 0xffff is a tick, sent after TICK seconds
"""

from __future__ import annotations

import struct
from typing import Final

from workbench.engine.model.ending import Ending
from workbench.engine.model.settings import EndpointSettings
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    LayerRow,
    Opened,
    PeerFinished,
    ToApp,
    ToPeer,
    Wake,
)

HELLO: Final = b"HI\n"
MOST: Final = 1000
TICKS: Final = 0xFFFF
TICK: Final = 0.05
MOST_TICKS: Final = 5
BYE: Final = struct.pack("!H", 0xFFFE)


class Framed(Layer):
    name = "framed"
    gives_messages = True

    def __init__(self, _settings: EndpointSettings) -> None:
        self._open = False
        self._came = b""
        self._ticks = 0

    def start(self, now: float) -> Actions:
        return (LayerRow("framed.hello", sent=True), ToPeer(HELLO))

    def receive(self, data: Data, now: float) -> Actions:
        self._came += bytes(data)
        actions: list[Action] = []
        if not self._open:
            if len(self._came) < len(HELLO):
                return ()
            if not self._came.startswith(HELLO):
                return (End(Ending.POLITE, "FRAMED_NO_HELLO"),)
            self._came = self._came[len(HELLO) :]
            self._open = True
            actions += [Opened(), Wake("tick", TICK)]
        while len(self._came) >= 2:
            (length,) = struct.unpack_from("!H", self._came)
            if length == TICKS or length == 0xFFFE:
                self._came = self._came[2:]
                actions += [PeerFinished()] if length == 0xFFFE else [LayerRow("framed.tick")]
                continue
            if length > MOST:
                return [*actions, ToPeer(b"TOO LONG"), End(Ending.POLITE, "FRAMED_TOO_LONG")]
            if len(self._came) < 2 + length:
                break
            message, self._came = self._came[2 : 2 + length], self._came[2 + length :]
            actions += [LayerRow("framed.recv", repr(length), payload=message), ToApp(message)]
        return actions

    def receive_end(self, now: float) -> Actions:
        word = "FRAMED_CUT" if self._came or not self._open else ""
        return (End(Ending.CLOSE, word),) if word else (PeerFinished(),)

    def send(self, data: Data, now: float) -> Actions:
        whole = bytes(data)
        return (
            LayerRow("framed.send", repr(len(whole)), payload=whole, sent=True),
            ToPeer(struct.pack("!H", len(whole)) + whole),
        )

    def wake(self, name: str, now: float) -> Actions:
        self._ticks += 1
        again = TICK if self._ticks < MOST_TICKS else None  # who waits for a row shall see an end
        return (ToPeer(struct.pack("!H", TICKS)), Wake(name, again))

    def close(self, now: float) -> Actions:
        return (ToPeer(BYE), Wake("tick", None))

    def unread(self) -> bytes:
        return self._came


class Upper(Layer):
    """Letters go out as capitals, and come up as small ones."""

    def __init__(self, _settings: EndpointSettings) -> None:
        """It needs nothing."""

    def receive(self, data: Data, now: float) -> Actions:
        return (ToApp(bytes(data).lower()),)

    def send(self, data: Data, now: float) -> Actions:
        return (ToPeer(bytes(data).upper()),)
