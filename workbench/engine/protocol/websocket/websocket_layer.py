"""WebSocketLayer: one WebSocket on a stream, from its opening handshake to its close handshake."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from workbench.engine.model.ending import Ending
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.settings import Role
from workbench.engine.model.websocket_settings import PongMode, Violations, WebSocketSettings
from workbench.engine.protocol.layer import (
    Action,
    Actions,
    Data,
    End,
    Layer,
    LayerRow,
    MessagePart,
    Opened,
    PeerFinished,
    Text,
    ToApp,
    ToPeer,
    Wake,
)
from workbench.engine.protocol.refusal_body import BODY, BODY_WAIT, RefusalBody, body_rows
from workbench.engine.protocol.websocket.asked import AskedFrame, LongMessage
from workbench.engine.protocol.websocket.deflate import Agreed, Packer, Unpacker
from workbench.engine.protocol.websocket.faults import (
    FAULTS,
    NO_CLOSE,
    NO_CODE,
    UNEXPECTED,
    close_facts,
    close_faults,
    frame_faults,
)
from workbench.engine.protocol.websocket.frame_rows import (
    close_args,
    end_row,
    frame_args,
    message_row,
    unsent_row,
)
from workbench.engine.protocol.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    NAMES,
    PING,
    PONG,
    TEXT,
    Frame,
    FrameReader,
    frame_size,
    header,
    least_form,
    masked,
)
from workbench.engine.protocol.websocket.heads import Head, HeadReader, request_of
from workbench.engine.protocol.websocket.inbound import Inbound, WebSocketMessage
from workbench.engine.protocol.websocket.mask_keys import MaskKeys
from workbench.engine.protocol.websocket.pings import UnansweredPings
from workbench.engine.protocol.websocket.upgrade import (
    HANDSHAKE,
    REFUSALS,
    RESPONSES,
    SWITCHING,
    ClientOpening,
    UpgradeAnswer,
    answer_to,
    refused,
)
from workbench.texts import Problem

if TYPE_CHECKING:
    from workbench.engine.model.settings import EndpointSettings

CLOSE_WAIT: Final = 10.0
"""Seconds that the peer has for its part of the end: its Close frame, or its FIN."""
PART_SHOWN: Final = 4096
"""Bytes of a message sent in parts that its row has."""
_CUT: Final = "the rest of this message cannot be read"
_PING: Final = "ping"
_PONG: Final = "pong"
_CLOSE: Final = "close"
_MESSAGES: Final = (TEXT, BINARY)
_SHORT: Final = {opcode: [header(opcode, size) for size in range(126)] for opcode in (TEXT, BINARY)}
"""Headers of frames without a mask, as nearly all of a server are."""
_TEXT_ARGS: Final = repr(NAMES[TEXT])
_BINARY_ARGS: Final = repr(NAMES[BINARY])


class WebSocketLayer(Layer):
    """A WebSocket as client or server.

    It answers automatically only what the settings say: pings, a Close frame, a broken rule.
    """

    name = "websocket"
    word = "ws"
    gives_messages = True
    takes_messages = True
    binds = True
    logs_bytes = True

    def __init__(self, settings: EndpointSettings) -> None:
        self._settings = settings.websocket or WebSocketSettings()
        self._client = settings.role is not Role.LISTENER
        self._linked = settings.family != "AF_UNIX" and settings.address.startswith("@")
        named = settings.family != "AF_UNIX" and not self._linked
        self._host = settings.address if named else "localhost"
        self._lenient = self._settings.violations == Violations.NOTE
        self._opening: ClientOpening | None = None
        self._heads: HeadReader | None = HeadReader()
        self._refused: RefusalBody | None = None
        self._head_came = False
        self._word = ""
        self._wrong: LayerFault | None = None  # the first fault found in a head
        self._packer: Packer | None = None
        self._reader = FrameReader(self._settings.max_message)
        self._inbound = Inbound(self._settings.max_message, None)
        self._judged: list[str] | None = None  # of the header of the incomplete frame
        self._plain = True  # the next frame begins a message
        self._deflate = False
        self._sent_close = False
        self._got_close: tuple[int, str] | None = None
        self._ended = False
        self._keys = MaskKeys()
        self._pings = UnansweredPings()
        self._own_pings = 0
        self._wanted: int | None = None
        self._parts: LongMessage | None = None  # the message that is being sent in parts
        self._behind: list[Data] = []  # answers that wait for its end

    # -- the opening handshake ----------------------------------------------------------------

    def aim(self, target: str) -> None:
        """Learn the Host: of an @link the address it stands for, with its port (RFC 6455 4.1)."""
        if self._linked:
            self._host = target

    def start(self, now: float) -> Actions:
        if not self._client:
            return ()
        self._opening = ClientOpening.of(self._settings, self._host)
        head = self._opening.request.data
        args = f"{self._settings.method!r}, {self._settings.path or '/'!r}"
        return (
            LayerRow("ws.request", args, len(head), payload=head, sent=True),
            ToPeer(head),
        )

    def receive(self, data: Data, now: float) -> Actions:
        if self._heads is None:
            return self._frames(data, now)
        return self._begin(data, now)

    def _begin(self, data: Data, now: float) -> Iterator[Action]:
        if self._refused is not None:
            yield from self._body(bytes(data))
            return
        heads = self._heads
        assert heads is not None
        self._head_came = True
        heads.feed(data)
        while (head := heads.take()) is not None:
            yield from self._response(head) if self._client else self._request(head)
            if self._refused is not None:
                yield from self._body(head.data + heads.rest())
                return
            if self._heads is None:
                yield from self._frames(heads.rest(), now)
                return
            if self._ended:
                return
        if heads.too_long:
            yield from self._head_too_long(heads.rest())

    def _head_too_long(self, came: bytes) -> Iterator[Action]:
        if self._client:
            yield self._head_fault("head_too_long", HANDSHAKE, came)
            yield from self._give_up(HANDSHAKE)
            return
        yield self._head_fault("head_too_long", f"HTTP_{REFUSALS['head_too_long'].status}", came)
        yield from self._answer(refused(("head_too_long",), self._settings))

    def _request(self, head: Head) -> Iterator[Action]:
        line = request_of(head)
        args = repr(head.line) if line is None else f"{line.method!r}, {line.target!r}"
        yield LayerRow("ws.request", args, len(head.data), payload=head.data)
        answer = answer_to(head, self._settings, lenient=self._lenient)
        for key in answer.faults:
            yield self._head_fault(key, f"HTTP_{REFUSALS[key].status}")
        yield from self._answer(answer)

    def _answer(self, answer: UpgradeAnswer) -> Iterator[Action]:
        """A server's response."""
        args = f"{answer.status}, {answer.phrase!r}"
        yield LayerRow("ws.response", args, len(answer.head), payload=answer.head, sent=True)
        if answer.body:
            body = answer.body
            yield LayerRow("ws.body", "", len(body), payload=body, sent=True)
        if answer.status == SWITCHING:
            opened = self._opened(answer)
            yield next(opened)
            yield ToPeer(answer.head)
            yield from opened
            return
        yield ToPeer(answer.head + answer.body)
        yield from self._give_up(f"HTTP_{answer.status}")

    def _response(self, head: Head) -> Iterator[Action]:
        assert self._opening is not None
        answer = self._opening.judge(head)
        args = f"{answer.status}, {answer.phrase!r}" if answer.status else repr(head.line)
        yield LayerRow("ws.response", args, len(head.data), payload=head.data)
        if 100 <= answer.status < 200 and answer.status != SWITCHING:
            return  # an interim response: another one follows (RFC 9110 15.2)
        if answer.status not in {0, SWITCHING}:
            self._word = f"HTTP_{answer.status}"
            yield self._head_fault("status", self._word)
            self._refused = RefusalBody()
            yield Wake(BODY, BODY_WAIT)
            return
        for key in answer.faults:
            yield self._head_fault(key, HANDSHAKE)
        if answer.faults and (not self._lenient or not answer.status):
            yield from self._give_up(HANDSHAKE)
            return
        yield from self._opened(answer)

    def _opened(self, answer: UpgradeAnswer) -> Iterator[Action]:
        facts = []
        if answer.subprotocol is not None:
            facts.append(f"subprotocol={answer.subprotocol!r}")
        if answer.agreed is not None:
            facts.append(f"deflate={answer.agreed.header()!r}")
            self._pack_by(answer.agreed)
        self._heads = None
        yield LayerRow("ws.open", ", ".join(facts), sent=not self._client)
        yield Opened()
        if self._settings.ping_interval is not None:
            yield Wake(_PING, self._settings.ping_interval)

    def _pack_by(self, agreed: Agreed) -> None:
        server = agreed.server_max_window_bits, agreed.server_no_context_takeover
        client = agreed.client_max_window_bits, agreed.client_no_context_takeover
        (out, out_anew), (back, back_anew) = (client, server) if self._client else (server, client)
        self._packer = Packer(out, anew=out_anew)
        self._deflate = True
        self._inbound = Inbound(self._settings.max_message, Unpacker(back, anew=back_anew))
        self._inbound.wanted = self._wanted

    def _body(self, data: bytes) -> Iterator[Action]:
        """Take more of the body of a refused upgrade."""
        assert self._refused is not None
        answer = self._refused.feed(data)
        if answer is not None:
            yield from self._whole_body(answer)

    def _whole_body(self, answer: bytes) -> Iterator[Action]:
        yield Wake(BODY, None)
        yield from body_rows("ws.body", answer)
        yield from self._give_up(self._word)

    def _head_fault(self, key: str, word: str, payload: bytes | None = None) -> LayerRow:
        section = RESPONSES[key] if self._client else REFUSALS[key].section
        args = f"{key!r}, {section!r}"
        if self._wrong is None:
            self._wrong = LayerFault(word, "ws.fault", args)
        return LayerRow("ws.fault", args, errno=word, error=key, payload=payload)

    def _give_up(self, word: str) -> Iterator[Action]:
        self._ended = True
        yield End(Ending.POLITE, word, self._wrong)

    # -- frames that come ---------------------------------------------------------------------

    def _frames(self, data: Data, now: float) -> Iterator[Action]:
        must_mask = not self._client
        for frame in self._reader.read(data):
            opcode, fin, rsv, mask, form, length, payload, taken, _ = frame
            if (
                self._plain
                and fin
                and not rsv
                and (opcode in _MESSAGES)
                and (mask is not None) is must_mask
                and (not form or form == least_form(length))
                and self._got_close is None
                and len(payload) == length
            ):
                args = _TEXT_ARGS if opcode == 1 else _BINARY_ARGS
                if mask is not None:
                    args = f"{args}, mask='{mask.hex()}'"
                yield LayerRow("ws.recv", args, taken, None, None, payload)
                if opcode == 2:
                    yield ToApp(payload)
                    continue
                try:
                    payload.decode()
                except UnicodeDecodeError:
                    yield from self._broken("utf8")
                    if self._ended:
                        return
                yield ToApp(Text(payload))
                continue
            yield from self._frame(frame, now)
            if self._ended:
                return
        if self._reader.begun() is not None:
            yield from self._part_of_frame()

    def _frame(self, frame: Frame, now: float) -> Iterator[Action]:
        """Take a complete frame that is not simply a message."""
        yield self._came(frame)
        judged, self._judged = self._judged, None
        for key in self._faults(frame) if judged is None else judged:
            yield from self._broken(key)
            if self._ended:
                return
        if self._got_close is not None:
            if frame.opcode != CLOSE:
                yield self._fault_row("after_close")
        elif frame.opcode == CLOSE:
            yield from self._closed_by_peer(frame.payload, now)
        elif frame.opcode == PING:
            if self._settings.pong == PongMode.AUTO and not self._sent_close:
                yield from self._write(AskedFrame(PONG, frame.payload), now)
        elif frame.opcode == PONG:
            yield from self._ponged(frame.payload, now)
        elif frame.opcode <= BINARY:
            yield from self._data(frame)

    def _faults(self, frame: Frame) -> Iterator[str]:
        return frame_faults(
            frame, masked=not self._client, deflate=self._deflate, begun=self._inbound.begun
        )

    def _data(self, frame: Frame) -> Iterator[Action]:
        if frame.opcode == CONTINUATION and not self._inbound.begun:
            return  # noted: it continues no message
        key, message = self._inbound.frame(frame)
        self._plain = not self._inbound.begun
        if key is not None:
            yield from self._broken(key)
            if self._ended:
                return
        if message is not None:
            if message.frames > 1 or message.deflate:
                yield message_row(message, "in")
            if message.kept:
                yield ToApp(Text(message.data) if message.text else message.data)

    def _part_of_frame(self) -> Iterator[Action]:
        """Check a frame as far as that is possible before its end."""
        head = self._reader.begun()
        assert head is not None
        key = None
        if self._judged is None:
            self._judged = list(self._faults(head))
            key = None if self._lenient else next(iter(self._judged), None)
            if key is None and head.opcode <= BINARY and self._inbound.too_long(head):
                key = "too_long"
                if self._lenient:
                    self._inbound.piece(head, b"")
                    self._inbound.lose()
            if self._lenient and head.length > self._reader.keeps:  # its end may never come
                yield from map(self._fault_row, self._judged)
                self._judged = []
        taken = head.opcode == CONTINUATION and not self._inbound.begun
        if key is None and head.opcode <= BINARY and not taken and self._got_close is None:
            self._plain = False
            key = self._inbound.piece(head, self._reader.piece)
        if key is None:
            return
        if not self._lenient:
            rest = self._reader.rest()
            if rest is not None:
                yield self._came(rest)
        yield from self._broken(key)

    def _came(self, frame: Frame) -> LayerRow:
        extra = ""
        if frame.opcode == CLOSE:
            extra = close_args(frame.payload)
        args = frame_args(
            frame.opcode, frame.fin, frame.rsv, frame.mask, frame.form, frame.length,
            len(frame.payload), extra,
        )  # fmt: skip
        return LayerRow("ws.recv", args, frame.taken, payload=frame.payload)

    def _fault_row(self, key: str) -> LayerRow:
        fault = FAULTS[key]
        args = f"{key!r}, {fault.section!r}"
        return LayerRow("ws.fault", args, errno=f"WS_{fault.code}", error=key)

    def _broken(self, key: str) -> Iterator[Action]:
        """Act on a broken rule: fail the WebSocket (RFC 6455 7.1.7)."""
        yield self._fault_row(key)
        if self._lenient:
            return
        fault = FAULTS[key]
        if not self._sent_close:
            payload = fault.code.to_bytes(2, "big") + fault.reason.encode()
            yield from self._write(AskedFrame(CLOSE, payload), 0.0)
        yield from self._finish((fault.code, fault.reason), End(Ending.POLITE, f"WS_{fault.code}"))

    # -- ping and pong ------------------------------------------------------------------------

    def _ponged(self, payload: bytes, now: float) -> Iterator[Action]:
        took = self._pings.answered(payload, now)
        if took is not None:
            yield LayerRow("ws.pong", f"{took:.6f}", payload=payload)
            yield Wake(_PONG, None)

    def _ping(self, now: float) -> Iterator[Action]:
        settings = self._settings
        if self._sent_close or self._got_close is not None:
            return
        self._own_pings += 1
        yield from self._write(AskedFrame(PING, self._own_pings.to_bytes(4, "big")), now)
        yield Wake(_PING, settings.ping_interval)

    # -- the close handshake ------------------------------------------------------------------

    def _closed_by_peer(self, payload: bytes, now: float) -> Iterator[Action]:
        for key in close_faults(payload):
            yield from self._broken(key)
            if self._ended:
                return
        self._got_close = close_facts(payload)
        if not self._sent_close:
            if not self._settings.answer_close:
                return
            code = self._got_close[0]
            answer = b"" if code == NO_CODE else code.to_bytes(2, "big")
            yield from self._write(AskedFrame(CLOSE, answer), now)
        if self._client:  # the server closes first: TIME_WAIT is on its side (RFC 6455 7.1.1)
            yield end_row(*self._got_close)
            yield Wake(_CLOSE, CLOSE_WAIT)
        else:
            yield from self._finish(self._got_close, End(Ending.POLITE))

    def _finish(self, facts: tuple[int, str], end: End | PeerFinished) -> Iterator[Action]:
        self._ended = True
        yield end_row(*facts)
        for name in (_PING, _PONG, _CLOSE):
            yield Wake(name, None)
        yield end

    @property
    def _handshaken(self) -> bool:
        """End the connection: both Close frames have been sent."""
        return self._sent_close and self._got_close is not None

    def receive_end(self, now: float) -> Actions:
        return list(self._peer_finished())

    def _peer_finished(self) -> Iterator[Action]:
        if self._ended:
            return
        if self._heads is not None:
            yield from self._finished_early()
        elif self._handshaken:
            self._ended = True
            yield Wake(_CLOSE, None)
            yield End(Ending.CLOSE)
        else:
            rest = self._reader.rest()
            if rest is not None:
                yield self._came(rest)
                yield from map(self._fault_row, self._judged or ())
            yield from self._finish(self._got_close or (NO_CLOSE, ""), PeerFinished())

    def _finished_early(self) -> Iterator[Action]:
        """Report that the peer's FIN came before the WebSocket was open."""
        assert self._heads is not None
        if self._refused is not None:
            yield from self._whole_body(self._refused.came())
        elif self._client:
            row = self._truncated(self._heads.rest())
            yield row
            self._ended = True
            yield End(Ending.CLOSE, HANDSHAKE, LayerFault(HANDSHAKE, row.call, row.args))
        else:
            if self._head_came:
                yield self._truncated(self._heads.rest())
            yield PeerFinished()

    def _truncated(self, came: bytes) -> LayerRow:
        args = f"'head_truncated', {RESPONSES['head_truncated']!r}"
        return LayerRow("ws.fault", args, errno=HANDSHAKE, error="head_truncated", payload=came)

    def close(self, now: float) -> Actions:
        """The responder has ended: send a Close frame, then FIN; drop what still comes."""
        if self._ended or self._heads is not None:
            return ()
        actions: list[Action] = []
        code = self._got_close or (1000, "")
        if not self._sent_close:
            actions += self._write(AskedFrame(CLOSE, code[0].to_bytes(2, "big")), now)
        actions += self._finish(code, End(Ending.POLITE))
        return actions

    def late(self) -> LayerRow:
        """The other half of the opening handshake has not come in time, or not all of it."""
        key, section = ("no_answer", "4.1") if self._client else ("no_request", "4.2.1")
        word = f"WS_{key.upper()}"
        if self._word:  # refused, and the body has no end
            key, word = "status", self._word
        return LayerRow("ws.fault", f"{key!r}, {section!r}", errno=word, error=key)

    def reset(self) -> Sequence[LayerRow]:
        if self._refused is not None:
            return (*body_rows("ws.body", self._refused.came()), self.late())
        if self._heads is None or not (self._client or self._head_came):
            return ()
        section = "4.1" if self._client else "4.2.1"
        came = self._heads.rest()
        return (LayerRow("ws.fault", f"'reset', {section!r}", error="reset", payload=came),)

    def lost(self) -> Sequence[LayerRow]:
        if self._ended or self._heads is not None or self._handshaken:
            return ()
        self._ended = True
        return (end_row(*(self._got_close or (NO_CLOSE, ""))),)

    # -- frames that go -----------------------------------------------------------------------

    def refuses(self) -> Problem | None:
        if self._ended:
            return Problem("engine.layers_ended")
        return Problem("engine.ws_closing") if self._sent_close else None

    def send(self, data: Data, now: float) -> Actions:
        """Send one message: as text if it is a `Text`."""
        if self._sent_close or self._ended:
            return (unsent_row(data, text=isinstance(data, Text)),)
        if isinstance(data, MessagePart):
            return self._part(data, now)
        if self._parts is not None:
            self._behind.append(data if isinstance(data, bytes) else bytes(data))
            return ()
        whole = data if isinstance(data, bytes) else bytes(data)
        text = isinstance(data, Text)
        packed = self._packer is not None and self._packer.packs
        most = self._settings.fragment
        if packed or (most and len(whole) > most):
            return self._message(whole, most, text=text, packed=packed)
        size = len(whole)
        args = _TEXT_ARGS if text else _BINARY_ARGS
        opcode = TEXT if text else BINARY
        if not self._client:
            made = (_SHORT[opcode][size] if size < 126 else header(opcode, size)) + whole
        else:
            key = self._keys.next()
            args = f"{args}, mask='{key.hex()}'"
            made = header(opcode, size, mask=key) + masked(whole, key)
        return (
            LayerRow("ws.send", args, len(made), None, None, whole, True),
            ToPeer(made),
        )

    def _message(self, data: bytes, most: int, *, text: bool, packed: bool) -> Actions:
        """Send a message in several frames, packed, or both."""
        whole = data
        if packed:
            assert self._packer is not None
            whole = self._packer.pack(data)
        size = frame_size(most, len(whole))
        places = range(0, max(1, len(whole)), size)
        actions: list[Action] = []
        for place in places:
            first, last = place == 0, place + size >= len(whole)
            opcode = CONTINUATION if not first else TEXT if text else BINARY
            rsv = 4 if packed and first else 0
            part = whole[place : place + size]
            actions += self._write(AskedFrame(opcode, part, last, rsv), 0.0)
        wire = b"".join(action.data for action in actions if isinstance(action, ToPeer))
        message = WebSocketMessage(text, data, len(places), packed, len(data), len(wire))
        rows = [action for action in actions if isinstance(action, LayerRow)]
        return [*rows, message_row(message, "out"), ToPeer(wire)]

    def wanted(self, most: int | None) -> None:
        self._wanted = self._inbound.wanted = most

    def held(self) -> int:
        return sum(map(len, self._behind))

    def _part(self, data: MessagePart, now: float) -> list[Action]:
        """Send a part of a message too long to be held, in as many frames as it takes."""
        sent = self._parts
        if sent is None or data.first:
            packed = self._packer is not None and self._packer.packs
            sent = self._parts = LongMessage(packed, bytes(data[:PART_SHOWN]))
        sent.size += len(data)
        wire: bytes = data
        if sent.packed:
            assert self._packer is not None
            wire = self._packer.part(data, last=data.last)
        most = frame_size(self._settings.fragment, len(wire))
        actions: list[Action] = []
        for place in range(0, max(1, len(wire)), most):
            opcode = CONTINUATION if sent.frames else BINARY
            rsv = 4 if sent.packed and not sent.frames else 0
            last = data.last and place + most >= len(wire)
            asked = AskedFrame(opcode, wire[place : place + most], last, rsv)
            actions += self._write(asked, now)
            sent.frames += 1
        sent.wire += sum(len(action.data) for action in actions if isinstance(action, ToPeer))
        if data.last:
            self._parts = None
            message = WebSocketMessage(
                False, sent.begin, sent.frames, sent.packed, sent.size, sent.wire
            )
            actions.append(message_row(message, "out"))
            behind, self._behind = self._behind, []
            for held in behind:
                actions += self.send(held, now)
        return actions

    def cut(self, now: float) -> Actions:
        """The rest of a long message cannot be read: fail, so that nobody takes the part for the
        whole.
        """
        if self._parts is None or self._ended:
            return ()
        self._parts, self._behind = None, []
        payload = UNEXPECTED.to_bytes(2, "big") + _CUT.encode()
        actions = [] if self._sent_close else list(self._write(AskedFrame(CLOSE, payload), now))
        word = f"WS_{UNEXPECTED}"
        return [*actions, *self._finish((UNEXPECTED, _CUT), End(Ending.POLITE, word))]

    def ask(self, request: object, now: float) -> Actions:
        """Send an `AskedFrame`."""
        assert isinstance(request, AskedFrame)
        return list(self._write(request, now))

    def _write(self, asked: AskedFrame, now: float) -> Iterator[Action]:
        """Write one frame with its row, and do what follows from it."""
        mask = None
        if asked.masked if asked.masked is not None else self._client:
            mask = asked.key or self._keys.next()
        payload = asked.payload
        length = len(payload) if asked.length is None else asked.length
        form = least_form(length) if asked.form is None else asked.form
        head = header(asked.opcode, length, fin=asked.fin, rsv=asked.rsv, mask=mask, form=form)
        wire = payload
        if mask is not None:
            key = bytes(byte ^ 0xFF for byte in mask) if asked.wrong_mask else mask
            wire = masked(payload, key)
        extra = close_args(payload) if asked.opcode == CLOSE else ""
        if asked.wrong_mask:
            extra += ", wrong_mask=True"
        args = frame_args(
            asked.opcode, asked.fin, asked.rsv, mask, form, length, len(payload), extra
        )
        size = len(head) + len(wire)
        yield LayerRow("ws.send", args, size, payload=payload, sent=True)
        yield ToPeer(head + wire)
        if asked.opcode == PING:
            timeout = self._settings.ping_timeout
            if self._pings.sent(payload, now) and timeout is not None:
                yield Wake(_PONG, timeout)
        elif asked.opcode == CLOSE and not self._sent_close:
            self._sent_close = True
            yield Wake(_CLOSE, CLOSE_WAIT)

    # -- time ---------------------------------------------------------------------------------

    def wake(self, name: str, now: float) -> Actions:
        if self._ended:
            return ()
        match name:
            case "ping":
                return list(self._ping(now))
            case "pong":
                self._pings.forget()
                return list(self._broken("ping_timeout"))
            case "body" if self._refused is not None:
                return list(self._whole_body(self._refused.came()))
            case "close":
                return list(self._waited_for_close())
        return ()

    def _waited_for_close(self) -> Iterator[Action]:
        """Give up waiting: the peer has not ended the connection in time."""
        if self._handshaken:
            self._ended = True
            yield End(Ending.POLITE)
        else:
            yield from self._finish((NO_CLOSE, ""), End(Ending.POLITE, f"WS_{NO_CLOSE}"))

    def unread(self) -> bytes:
        return self._reader.unread() if self._heads is None else self._heads.rest()
