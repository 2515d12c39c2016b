"""One end of a WebSocket as a transcript: rows, pings, closes, limits, reading on regardless."""

from __future__ import annotations

import struct

import pytest

from tests.engine.protocol.websocket.peer import Peer, wire
from workbench.engine.model.ending import Ending
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
from workbench.engine.protocol.layer import Text
from workbench.engine.protocol.websocket.asked import AskedFrame
from workbench.engine.protocol.websocket.deflate import Packer
from workbench.engine.protocol.websocket.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    PING,
    PONG,
    TEXT,
)

S = WebSocketSettings
LENIENT = S(violations=Violations.NOTE)


def test_each_bit_stands_in_the_row() -> None:
    peer = Peer(settings=LENIENT).open()
    peer.came(wire(TEXT, b"a", mask=b"\1\2\3\4", fin=False, rsv=5))
    peer.came(wire(CONTINUATION, b"b", form=8))
    peer.came(wire(12, b""))
    assert [word for word in peer.words() if word[0] != "ws.fault"] == [
        ("ws.recv", "'TEXT', fin=False, rsv=5, mask='01020304'", None),
        ("ws.recv", "'CONTINUATION', form=8", None),
        ("ws.message", "'TEXT', 'in', frames=2", None),
        ("ws.recv", "12", None),
    ]
    assert peer.faults() == ["rsv", "mask_missing", "form", "opcode"]
    assert peer.messages == [b"ab"]
    assert peer.end is None


def test_reading_on_whatever_comes() -> None:
    peer = Peer(settings=LENIENT, echo=True).open()
    peer.came(peer.frame(TEXT, b"\xff"), peer.frame(CONTINUATION, b"x"))
    peer.came(peer.frame(TEXT, b"lost", fin=False), peer.frame(TEXT, b"kept"))
    peer.came(peer.frame(CLOSE, b"\x03"))
    assert peer.faults() == ["utf8", "continuation_alone", "message_unfinished", "close_length"]
    assert peer.messages == [b"\xff", b"kept"]
    assert peer.end is not None


def test_a_fault_names_its_code_and_section_and_ends_it() -> None:
    peer = Peer().open()
    peer.came(peer.frame(3, b"") + peer.frame(TEXT, b"never read"))
    assert peer.words()[1] == ("ws.fault", "'opcode', '5.2'", "WS_1002")
    assert peer.words()[-1] == ("ws.end", "1002, 'reserved opcode'", None)
    assert peer.end is not None
    assert (peer.end.ending, peer.end.word) == (Ending.POLITE, "WS_1002")
    assert peer.messages == []


@pytest.mark.parametrize("violations", Violations)
def test_a_frame_that_says_too_much_is_told_before_it_comes(violations: Violations) -> None:
    peer = Peer(settings=S(max_message=1000, violations=violations)).open()
    peer.came(wire(BINARY, b"x" * 10, mask=b"abcd", length=2**63 - 1))
    assert peer.faults() == ["too_long"]
    if violations is Violations.FAIL:
        assert peer.close_code() == 1009
        assert peer.words()[0][1] == f"'BINARY', mask='61626364', length={2**63 - 1}"
        return
    peer.came(*[bytes(65536)] * 20)
    assert peer.end is None
    assert len(peer.layer.unread()) <= 1000
    peer.fin()
    assert peer.words()[-2:] == [
        ("ws.recv", f"'BINARY', mask='61626364', length={2**63 - 1}", None),
        ("ws.end", "1006", "WS_1006"),
    ]


@pytest.mark.parametrize("size", [1001, 1 << 20])
def test_a_message_that_is_too_long_and_all_there(size: int) -> None:
    peer = Peer(settings=S(max_message=1000)).open()
    peer.came(peer.frame(BINARY, bytes(1000)))
    assert peer.messages == [bytes(1000)]
    peer.came(peer.frame(BINARY, bytes(size)))
    assert peer.faults() == ["too_long"]
    assert peer.messages == [bytes(1000)]
    assert peer.close_code() == 1009


def test_a_bomb_is_1009() -> None:
    peer = Peer(settings=S(max_message=1000, deflate=Deflate()))
    offer = b"Sec-WebSocket-Extensions: permessage-deflate\r\nHost: a\r\n"
    request = Peer(client=True).sent.replace(b"Host: server.example.com:80\r\n", offer)
    peer.came(request)
    assert peer.opened
    peer.sent = b""
    bomb = Packer(15, anew=False).pack(bytes(1 << 19))
    peer.came(peer.frame(BINARY, bomb, rsv=4))
    assert peer.faults() == ["inflates_too_long"]
    assert peer.close_code() == 1009


@pytest.mark.parametrize("client", [False, True])
def test_ping_interval_and_round_trip(client: bool) -> None:
    peer = Peer(client, S(ping_interval=5.0, ping_timeout=2.0))
    peer.open()
    assert peer.timers["ping"] == 5.0
    peer.now = 5.0
    peer.wake("ping")
    assert peer.timers["pong"] == 2.0
    ((opcode, payload),) = peer.frames()
    assert opcode == PING
    peer.now = 5.25
    peer.came(peer.frame(PONG, b"not this one"))
    assert peer.timers["pong"] == 2.0
    peer.came(peer.frame(PONG, payload))
    assert peer.words()[-1] == ("ws.pong", "0.250000", None)
    assert peer.timers["pong"] is None
    peer.now = 10.0
    peer.wake("ping")
    peer.wake("pong")
    assert peer.faults() == ["ping_timeout"]
    assert peer.close_code() == 1011
    assert peer.timers["ping"] is None


def test_a_pong_answers_the_pings_before_it() -> None:
    peer = Peer().open()
    for payload in (b"1", b"2", b"3"):
        peer.ask(AskedFrame(PING, payload))
    peer.came(peer.frame(PONG, b"2"), peer.frame(PONG, b"1"), peer.frame(PONG, b"3"))
    assert [row.payload for row in peer.rows if row.call == "ws.pong"] == [b"2", b"3"]


def test_a_pong_withheld() -> None:
    peer = Peer(settings=S(pong=PongMode.WITHHOLD)).open()
    peer.came(peer.frame(PING, b"?"))
    assert not peer.sent


def test_a_close_that_is_not_answered() -> None:
    peer = Peer(settings=S(answer_close=False)).open()
    peer.came(peer.frame(CLOSE, struct.pack("!H", 1001) + b"gone"))
    assert not peer.sent
    assert peer.end is None
    peer.fin()
    assert peer.finished
    assert peer.words()[-1] == ("ws.end", "1001, 'gone'", None)


@pytest.mark.parametrize("client", [False, True])
def test_who_closes_waits_for_the_answer(client: bool) -> None:
    peer = Peer(client).open()
    peer.ask(AskedFrame(CLOSE, struct.pack("!H", 1000)))
    assert peer.timers["close"] is not None
    assert peer.layer.refuses() is not None
    peer.send(Text(b"late"))
    assert len(peer.frames()) == 1
    assert peer.words()[-1] == ("ws.send", "'TEXT'", "WS_TOO_LATE")
    assert peer.rows[-1].payload == b"late"
    peer.came(peer.frame(TEXT, b"on its way"), peer.frame(CLOSE, struct.pack("!H", 1000)))
    assert peer.messages == [b"on its way"]
    assert peer.words()[-1] == ("ws.end", "1000", None)
    assert len(peer.frames()) == 1
    assert (peer.end is None) is client


@pytest.mark.parametrize("client", [False, True])
def test_a_peer_that_does_its_part_of_the_end_too_late(client: bool) -> None:
    peer = Peer(client).open()
    peer.ask(AskedFrame(CLOSE, struct.pack("!H", 1000)))
    peer.wake("close")
    assert peer.words()[-1] == ("ws.end", "1006", "WS_1006")
    assert peer.end is not None
    assert peer.end.ending is Ending.POLITE


def test_a_fin_within_a_frame_shows_what_there_is() -> None:
    peer = Peer().open()
    peer.came(peer.frame(TEXT, b"hello")[:-2])
    peer.fin()
    assert peer.words() == [
        ("ws.recv", "'TEXT', mask='37fa213d', length=5", None),
        ("ws.end", "1006", "WS_1006"),
    ]
    assert peer.rows[0].payload == b"hel"
    assert peer.finished
    assert peer.layer.refuses() is not None
    peer.send(b"late")
    assert peer.frames() == []
    assert peer.words()[-1] == ("ws.send", "'BINARY'", "WS_TOO_LATE")


def test_the_end_of_who_answers_is_said() -> None:
    peer = Peer().open()
    peer.take(peer.layer.close(0.0))
    assert peer.close_code() == 1000
    assert peer.end is not None
    assert peer.end.ending is Ending.POLITE
    assert list(peer.layer.close(0.0)) == []
    assert list(peer.layer.lost()) == []


def test_a_transport_that_is_lost_is_1006() -> None:
    peer = Peer().open()
    (row,) = peer.layer.lost()
    assert (row.call, row.args, row.errno) == ("ws.end", "1006", "WS_1006")
    assert list(peer.layer.lost()) == []
    assert list(Peer().layer.lost()) == []


def test_fragments_of_what_is_sent() -> None:
    peer = Peer(settings=S(fragment=2)).open()
    peer.send(Text(b"abcde"))
    peer.send(b"xy")
    assert peer.frames() == [(TEXT, b"ab"), (0, b"cd"), (0, b"e"), (BINARY, b"xy")]
    assert [row.args for row in peer.rows if row.call == "ws.message"] == [
        "'TEXT', 'out', frames=3"
    ]
