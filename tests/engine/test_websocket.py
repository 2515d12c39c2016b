"""WebSockets through a session: both ends on real sockets, and what the record says of them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.engine.protocol.websocket.peer import MASK, REQUEST, wire
from tests.snapshots import fresh
from workbench.engine.connection import stream_connection
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.table import Responder
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import CloseCause
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.engine.protocol.websocket.frames import Frame, FrameReader
from workbench.session import Session

MUCH = 32 << 20
"""Bytes: more than two kernels take of a peer that does not read (tcp(7), tcp_wmem, tcp_rmem)."""
BOUND = 60.0
"""Only catches a hang."""


def server(session: Session, do: Do, responder: Responder | None = None, **more: object) -> None:
    settings = WebSocketSettings(**more)  # type: ignore[arg-type]
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=responder or Echo(),
            websocket=settings,
        )
    )
    assert do(c.Start("server")).ok


def client(session: Session, do: Do, **more: object) -> Outcome:
    settings = WebSocketSettings(**more)  # type: ignore[arg-type]
    session.add(EndpointSettings("client", Role.STREAM, address="@server", websocket=settings))
    return do(c.Connect("client"))


def address(session: Session) -> tuple[str, int]:
    host, _, port = (fresh(session, "server").local or "").rpartition(":")
    return host, int(port)


def test_the_host_of_a_link_is_whom_it_stands_for(session: Session, do: Do, until: Until) -> None:
    server(session, do)
    assert client(session, do).ok
    host, port = address(session)
    request = until("client", call="ws.request").payload or b""
    assert f"\r\nHost: {host}:{port}\r\n".encode() in request  # RFC 6455 4.1


@pytest.mark.parametrize("deflate", [None, Deflate(), Deflate(True, True, 9, 9)])
def test_text_binary_and_empty_messages_are_echoed_in_kind(
    session: Session, do: Do, until: Until, deflate: Deflate | None
) -> None:
    server(session, do, deflate=deflate)
    assert client(session, do, deflate=deflate).ok
    packed = deflate is not None
    call, more = ("ws.message", ", 'in', deflate=True") if packed else ("ws.recv", "")
    for sent in (c.Send("client", text="héllo"), c.Send("client", text="")):
        assert do(sent).ok
        data = (sent.text or "").encode()
        until("client", call=call, args=f"'TEXT'{more}", payload=data)
    assert do(c.Send("client", hex="00 ff")).ok
    until("client", call=call, args=f"'BINARY'{more}", payload=b"\x00\xff")


def test_a_talk_as_the_record_has_it(session: Session, do: Do, until: Until, rows: Rows) -> None:
    server(session, do, subprotocols=("chat",))
    assert client(session, do, path="/x?y=1", subprotocols=("a", "chat"), fragment=3).ok
    assert do(c.Send("client", text="hello")).ok
    until("client", call="ws.recv", payload=b"hello")
    assert do(c.Ping("client", text="hi")).ok
    until("client", call="ws.pong", payload=b"hi")
    assert do(c.CloseWebSocket("client", 1000, "bye")).ok
    until("client", call="close")
    until("server", call="close")
    found = [row.call for row in rows("client", None) if row.kind in {"call", "layer", "end"}]
    assert found == [
        "socket", "connect", "connect", "ws.request", "send", "recv", "ws.response", "ws.open",
        "ws.send", "ws.send", "ws.message", "send", "recv", "ws.recv",
        "ws.send", "send", "recv", "ws.recv", "ws.pong",
        "ws.send", "send", "recv", "ws.recv", "ws.end", "recv", "close",
    ]  # fmt: skip
    found = [row.call for row in rows("server", None) if row.connection and row.kind != "command"]
    assert found[3:] == [
        "accept", "recv", "ws.request", "ws.response", "ws.open", "send",
        "recv", "ws.recv", "ws.recv", "ws.message", "ws.send", "send",
        "recv", "ws.recv", "ws.send", "send",
        "recv", "ws.recv", "ws.send", "ws.end", "send", "shutdown", "recv", "close",
    ]  # fmt: skip
    for name in ("client", "server"):
        taken = {
            way: sum(row.result or 0 for row in rows(name, None) if row.call in calls)
            for way, calls in {
                "in": ("ws.recv", *(["ws.response"] if name == "client" else ["ws.request"])),
                "out": ("ws.send", *(["ws.request"] if name == "client" else ["ws.response"])),
                "recv": ("recv",),
                "send": ("send",),
            }.items()
        }
        assert (taken["in"], taken["out"]) == (taken["recv"], taken["send"])
    (end,) = rows("server", None) and [r for r in rows("server", None) if r.call == "ws.end"]
    assert end.args == "1000, 'bye'"
    opened = next(row for row in rows("client", None) if row.call == "ws.open")
    assert opened.args == "subprotocol='chat'"


def test_rules_and_a_greeting_see_and_send_whole_messages(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    rules = Rules(
        (
            Rule(Match.EXACT, "ping", "pong"),
            Rule(Match.REGEX, r"(?P<who>\w+) here", "hello {who}", delay=0.01),
            Rule(Match.HEX, "01 02", reply_hex="03"),
            Rule(Match.EXACT, "bye", "ciao", then=Then.CLOSE),
        ),
        greet="welcome",
        otherwise=Rule(reply="?"),
    )
    server(session, do, rules)
    assert client(session, do, fragment=2).ok
    until("client", call="ws.recv", args="'TEXT'", payload=b"welcome")
    talk = (
        (c.Send("client", text="ping"), "'TEXT'", b"pong"),
        (c.Send("client", text="Ada here"), "'TEXT'", b"hello Ada"),
        (c.Send("client", hex="01 02"), "'BINARY'", b"\x03"),
        (c.Send("client", hex="05"), "'BINARY'", b"?"),
        (c.Send("client", text="bye"), "'TEXT'", b"ciao"),
    )
    for sent, args, came in talk:
        assert do(sent).ok
        until("client", call="ws.recv", args=args, payload=came)
    until("client", call="ws.end", args="1000")
    until("client", call="close")
    calls = [row.call for row in rows("server", "call") if row.call in {"shutdown", "close"}]
    assert calls == ["shutdown", "close"]  # the last words are not lost: it ends politely


def test_a_greeting_is_a_message_of_its_own(session: Session, do: Do, until: Until) -> None:
    server(session, do, Greet("hi", then=Then.CLOSE))
    assert client(session, do).ok
    until("client", call="ws.recv", args="'TEXT'", payload=b"hi")
    until("client", call="ws.recv", args="'CLOSE', code=1000")
    until("client", call="close")


@pytest.mark.parametrize(
    ("settings", "word"),
    [({"status": 401, "body": "who are you?"}, "HTTP_401"), ({"accept": "x"}, "WS_HANDSHAKE")],
)
def test_a_connect_fails_with_the_word_of_the_layer(
    session: Session, do: Do, until: Until, settings: dict[str, Any], word: str
) -> None:
    server(session, do, **settings)
    outcome = client(session, do)
    assert not outcome.ok
    assert outcome.error == word
    until("client", call="ws.fault", errno=word)
    if word == "HTTP_401":
        until("client", call="ws.response", args="401, 'Unauthorized'")
        until("client", call="ws.body", payload=b"who are you?")
    until("client", call="close")


def test_what_is_asked_before_it_is_open_waits_and_fails_with_it(
    session: Session, do: Do, until: Until
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        session.add(
            EndpointSettings(
                "client", Role.STREAM, address=f"127.0.0.1:{port}", websocket=WebSocketSettings()
            )
        )
        opening = session.perform(c.Connect("client"))
        peer, _ = listener.accept()
        with peer:
            until("client", call="ws.request")
            waiting = session.perform(c.Send("client", text="early"))
            frame = session.perform(c.Ping("client"))
            fresh(session, "client")  # both have come to its thread
            peer.recv(4096)
            peer.sendall(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            for ticket in (opening, waiting, frame):
                assert ticket.wait(BOUND)
                assert ticket.outcome is not None
                assert ticket.outcome.error == "HTTP_403"
    until("client", call="ws.body", payload=b"no")


def test_an_end_without_a_close_frame_is_1006(session: Session, do: Do, until: Until) -> None:
    server(session, do)
    assert client(session, do).ok
    assert do(c.Close("client")).ok
    until("client", call="ws.end", args="1006", errno="WS_1006")
    until("server", call="ws.end", args="1006", errno="WS_1006")


def test_a_reset_is_1006_too(session: Session, do: Do, until: Until) -> None:
    server(session, do)
    assert client(session, do).ok
    assert do(c.Abort("client")).ok
    until("server", call="recv", errno="ECONNRESET")
    until("server", call="ws.end", args="1006", errno="WS_1006")


def test_nothing_can_be_sent_after_a_close_frame_but_a_single_frame(
    session: Session, do: Do, until: Until
) -> None:
    server(session, do, answer_close=False)
    assert client(session, do).ok
    assert do(c.CloseWebSocket("client", 4000, "tschüß")).ok
    until("server", call="ws.recv", payload=b"\x0f\xa0" + "tschüß".encode())
    refused = do(c.Send("client", text="late"))
    assert not refused.ok
    assert refused.problem is not None
    assert refused.problem.key == "engine.ws_closing"
    assert do(c.SendFrame("client", 1, text="late")).ok
    until("server", call="ws.fault", error="after_close")


def test_nothing_can_be_sent_after_the_peers_fin_and_it_is_said(
    session: Session, do: Do, until: Until, rows: Rows
) -> None:
    """Without a Close frame the WebSocket is over (1006): a send that came to nothing must not have
    been one, and a reply that was to come later is dropped with a row.
    """
    rule = Rule(Match.EXACT, "ask", "late", delay=3_600.0)
    server(session, do, Rules((rule,), OnPeerClose.KEEP))
    assert client(session, do).ok
    assert do(c.Send("client", text="ask")).ok
    until("server", call="ws.recv", payload=b"ask")
    assert do(c.Shutdown("client")).ok
    until("server", call="ws.end", errno="WS_1006")
    until("server", call="replies_dropped", args="1, 4")
    refused = do(c.Send("server", text="lost?"))
    assert refused.problem is not None
    assert refused.problem.key == "engine.layers_ended"
    assert [row.payload for row in rows("server", "layer") if row.call == "ws.send"] == []


def test_broken_frames_go_out_as_they_are_asked_for(session: Session, do: Do, until: Until) -> None:
    server(session, do, Nothing(), violations="note")
    assert client(session, do).ok
    key = "01020304"
    asked = (
        (c.SendFrame("client", 3, text="a", rsv=2, mask=key), f"3, rsv=2, mask='{key}'", "opcode"),
        (c.SendFrame("client", 1, text="b", mask="none"), "'TEXT'", "mask_missing"),
        (
            c.SendFrame("client", 1, text="c", form=8, mask=key),
            f"'TEXT', mask='{key}', form=8",
            "form",
        ),
        (
            c.SendFrame("client", 9, text="d", fin=False, mask=key),
            f"'PING', fin=False, mask='{key}'",
            "control_fragmented",
        ),
        (c.SendFrame("client", 1, hex="ff", mask=key), f"'TEXT', mask='{key}'", "utf8"),
    )
    for command, args, fault in asked:
        assert do(command).ok
        until("server", call="ws.recv", args=args)
        until("server", call="ws.fault", error=fault)
    assert do(c.SendFrame("client", 1, text="zz", wrong_mask=True)).ok
    assert do(c.Raw("client", hex="81 81 00 00 00 00 41")).ok
    until("client", call="ws.raw", payload=bytes.fromhex("81810000000041"))
    until("server", call="ws.recv", args="'TEXT', mask='00000000'", payload=b"A")


@pytest.mark.parametrize(
    ("command", "key"),
    [
        (c.SendFrame("client", 16), "ws_frame_opcode"),
        (c.SendFrame("client", 1, rsv=8), "ws_frame_rsv"),
        (c.SendFrame("client", 1, mask="xx"), "ws_frame_mask"),
        (c.SendFrame("client", 1, mask="0102"), "ws_frame_mask"),
        (c.SendFrame("client", 1, form=4), "ws_frame_form"),
        (c.SendFrame("client", 1, length=70000, form=2), "ws_frame_length"),
        (c.SendFrame("client", 1, length=-1), "ws_frame_length"),
        (c.SendFrame("client", 1, text="a", hex="61"), "ws_one_payload"),
        (c.CloseWebSocket("client", 65536), "ws_close_code"),
        (c.Raw("client", text="a", below="tls"), "ws_no_layer"),
        (c.Raw("client"), "one_payload"),
    ],
)
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    session: Session, do: Do, command: c.Command, key: str
) -> None:
    server(session, do)
    assert client(session, do).ok
    outcome = do(command)
    assert not outcome.ok
    assert outcome.problem is not None
    assert outcome.problem.key == f"engine.{key}"
    assert outcome.problem.text


def test_frames_need_the_layer(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    assert do(c.Start("server")).ok
    assert do(c.Connect("client")).ok
    for command in (c.Ping("client"), c.Raw("client", hex="00", below="websocket")):
        outcome = do(command)
        assert outcome.problem is not None
        assert outcome.problem.key == "engine.ws_no_layer"
    assert do(c.Raw("client", hex="00")).ok


def test_a_pong_that_does_not_come_ends_it(session: Session, do: Do, until: Until) -> None:
    server(session, do, pong="withhold")
    assert client(session, do, ping_interval=0.02, ping_timeout=0.05).ok
    until("client", call="ws.fault", error="ping_timeout", errno="WS_1011")
    until("client", call="close")


def test_pings_at_an_interval_from_either_end(session: Session, do: Do, until: Until) -> None:
    server(session, do, ping_interval=0.02, ping_timeout=30.0)
    assert client(session, do).ok
    until("server", call="ws.pong", payload=b"\x00\x00\x00\x03")


@pytest.mark.parametrize("timeout", [0.3, 0])
def test_a_send_that_times_out_cuts_no_frame(
    session: Session, do: Do, rows: Rows, timeout: float
) -> None:
    server(session, do, Nothing())
    with socket.create_connection(address(session), timeout=BOUND) as plain:
        plain.sendall(REQUEST.encode())
        came = b""
        while b"\r\n\r\n" not in came:
            came += plain.recv(1)
        assert do(c.Call("server", "settimeout", (timeout,))).ok
        outcome = do(c.Send("server", text="x" * MUCH))
        assert outcome.error == ("TimeoutError" if timeout else "BlockingIOError")
        assert do(c.Call("server", "settimeout", (None,))).ok
        behind = session.perform(c.Send("server", text="behind"))
        closing = session.perform(c.CloseWebSocket("server"))
        reader = FrameReader(MUCH)
        frames: list[Frame] = []
        while not frames or frames[-1].opcode != 8:
            frames += reader.read(plain.recv(1 << 20))
        for ticket in (behind, closing):
            assert ticket.wait(BOUND)
            assert ticket.outcome is not None
            assert ticket.outcome.ok
    assert [len(frame.payload) for frame in frames] == [MUCH, 6, 2]
    assert frames[1].payload == b"behind"
    (kept,) = [row for row in rows("server", "note") if row.call == "unsent_kept"]
    assert 0 < int(kept.args) <= MUCH + 10


def test_who_never_reads_the_last_words_holds_no_place_for_ever(
    session: Session, do: Do, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_connection, "LAST_WORDS", 0.2)
    server(session, do, Nothing())
    with socket.create_connection(address(session), timeout=BOUND) as plain:
        plain.sendall(REQUEST.encode())
        until("server", call="ws.open")
        sending = session.perform(c.Send("server", text="x" * MUCH))
        plain.sendall(b"\x82\x01x")  # not masked
        until("server", call="ws.fault", error="mask_missing")
        until("server", call="close")
        assert sending.wait(BOUND)
        assert sending.outcome is not None
        assert not sending.outcome.ok
    assert fresh(session, "server").connections[-1].close_cause is CloseCause.TIMED_OUT


@contextmanager
def opened(session: Session) -> Iterator[socket.socket]:
    """A plain socket whose WebSocket is open: what comes next are frames."""
    with socket.create_connection(address(session), timeout=BOUND) as plain:
        plain.sendall(REQUEST.encode())
        while not plain.recv(1 << 16).endswith(b"\r\n\r\n"):
            pass
        yield plain


def test_a_long_file_is_one_message_in_frames_and_answers_stand_behind_it(
    session: Session, do: Do, until: Until, tmp_path: Path
) -> None:
    size = 9 << 20
    path = tmp_path / "long"
    path.write_bytes(bytes(range(256)) * (size // 256))
    server(session, do, Echo())
    with opened(session) as plain:
        file = session.perform(c.Send("server", file=str(path)))
        reader = FrameReader(1 << 20)
        frames: list[Frame] = list(reader.read(plain.recv(1)))  # it has begun
        plain.sendall(wire(1, b"hello", mask=MASK))
        until("server", call="ws.recv", payload=b"hello")
        behind = session.perform(c.Send("server", text="behind"))
        while not frames or frames[-1].payload != b"behind":
            frames += reader.read(plain.recv(1 << 20))
        for ticket in (file, behind):
            assert ticket.wait(BOUND)
            assert ticket.outcome is not None
            assert ticket.outcome.ok
    whole = b"".join(frame.payload for frame in frames if frame.opcode in {0, 2})
    assert whole == path.read_bytes()
    assert [frame.fin for frame in frames[:-2]] == [False] * (len(frames) - 3) + [True]
    assert [frame.payload for frame in frames[-2:]] == [b"hello", b"behind"]
    assert until("server", call="ws.message").size == size


def test_a_long_file_whose_call_times_out_goes_to_its_end(
    session: Session, do: Do, rows: Rows, tmp_path: Path
) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * MUCH)
    server(session, do, Nothing())
    with opened(session) as plain:
        assert do(c.Call("server", "settimeout", (0.3,))).ok
        assert do(c.Send("server", file=str(path))).error == "TimeoutError"
        assert do(c.Call("server", "settimeout", (None,))).ok
        behind = session.perform(c.Send("server", text="behind"))
        reader = FrameReader(1 << 20)
        frames: list[Frame] = []
        while not frames or frames[-1].payload != b"behind":
            frames += reader.read(plain.recv(1 << 20))
        assert behind.wait(BOUND)
    assert sum(len(frame.payload) for frame in frames[:-1]) == MUCH
    assert [frame.fin for frame in frames[-2:]] == [True, True]
    notes = [row.call for row in rows("server", "note") if "unsent" in row.call]
    assert set(notes) == {"unsent_kept"}


def test_a_file_that_becomes_shorter_is_no_whole_message(
    session: Session, do: Do, until: Until, tmp_path: Path
) -> None:
    path = tmp_path / "long"
    path.write_bytes(b"x" * MUCH)
    server(session, do, Nothing())
    with opened(session) as plain:
        assert do(c.Call("server", "settimeout", (0.3,))).ok
        assert do(c.Send("server", file=str(path))).error == "TimeoutError"
        os.truncate(path, 1)
        reader = FrameReader(1 << 20)
        frames: list[Frame] = []
        while not frames or frames[-1].opcode != 8:
            frames += reader.read(plain.recv(1 << 20))
    until("server", kind="note", call="not_done")
    assert not any(frame.fin for frame in frames[:-1])
    assert frames[-1].payload.startswith(b"\x03\xf3")
