"""What was sent, as the command that sends it once more: real sockets carry the same bytes."""

from __future__ import annotations

import socket
from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.journal.query import parse
from workbench.journal.reader import Row
from workbench.journal.topmost import Topmost
from workbench.texts import Problem
from workbench.viewmodel.send_again import command_again, was_sent

RAW = bytes(range(256))


def rows(talk: Talk, term: str) -> list[Row]:
    seqs = [n for part in talk.reader.select(parse(term), 0, talk.committed) for n in part]
    return [row for row in talk.reader.rows(seqs) if row.kind != "command"]


def again(talk: Talk, row: Row) -> c.Send:
    shown = talk.until(row.endpoint or "", lambda snapshot: bool(snapshot.revision))
    return command_again(row, shown)


def carried(talk: Talk, endpoint: str, call: str = "send") -> list[bytes | None]:
    return [row.payload for row in rows(talk, f"endpoint:{endpoint} call:{call}") if row.size]


def test_the_same_bytes_on_the_same_connection_while_it_is_open(talk: Talk) -> None:
    talk.until("server", lambda shown: len(shown.connections) == 1)
    talk.do(c.Send("server", hex=RAW.hex(), connection=1))
    talk.session.add(EndpointSettings("other", Role.STREAM, address="@server"))
    talk.do(c.Connect("other"))  # another one is the current one now
    talk.until("server", lambda shown: shown.open_count == 2)
    (row,) = [row for row in rows(talk, "endpoint:server call:send") if row.payload == RAW]
    made = again(talk, row)
    assert made.connection == 1
    talk.do(made)
    assert [data for data in carried(talk, "server") if data == RAW] == [RAW, RAW]

    talk.do(c.Close("server", connection=1))
    talk.until("server", lambda shown: shown.open_count == 1)
    assert again(talk, row).connection == 2
    talk.do(c.Close("server", connection=2))
    talk.until("server", lambda shown: not shown.open_count)
    with pytest.raises(Problem, match="server has no open connection"):
        again(talk, row)


def test_braces_and_backslashes_are_bytes_and_no_templates(talk: Talk) -> None:
    talk.do(c.Send("client", text="{counter} \\n {u16[00]}"))
    (row,) = rows(talk, "endpoint:client call:send")
    talk.do(again(talk, row))
    first, second = carried(talk, "client")
    assert first == second == b"{counter} \\n {u16[00]}"


def test_what_the_record_has_not_whole_is_not_sent(talk: Talk) -> None:
    talk.do(c.Send("client", hex="00" * 5000))
    (row,) = rows(talk, "endpoint:client call:send")
    with pytest.raises(Problem, match="4,096 of 5,000 bytes"):
        again(talk, row)
    (received, *_) = rows(talk, "endpoint:client call:recv")
    assert not was_sent(received)
    with pytest.raises(Problem, match="nothing that was sent"):
        again(talk, received)


def test_a_datagram_goes_to_the_same_address_again(talk: Talk) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as peer:
        peer.bind(("127.0.0.1", 0))
        peer.settimeout(60)
        where = f"127.0.0.1:{peer.getsockname()[1]}"
        settings = EndpointSettings("udp", Role.DATAGRAM, type="SOCK_DGRAM", responder=Nothing())
        talk.session.add(replace(settings, address="127.0.0.1:9"))  # its usual peer is another one
        talk.do(c.Send("udp", text="ping", to=where))
        assert peer.recv(100) == b"ping"
        (row,) = rows(talk, "endpoint:udp call:sendto")
        talk.do(again(talk, row))
        assert peer.recv(100) == b"ping"


@pytest.mark.parametrize("text", [True, False])
def test_over_layers_a_message_is_sent_again_and_what_lies_below_is_none(
    talk: Talk, text: bool
) -> None:
    tls, web = TlsSettings(cert="test:good"), WebSocketSettings()
    layers = ("tls", "websocket")
    talk.session.add(
        EndpointSettings(
            "far", Role.LISTENER, address="127.0.0.1:0", layers=layers, tls=tls, websocket=web
        )
    )
    near = EndpointSettings("near", Role.STREAM, address="@far", layers=layers, websocket=web)
    talk.session.add(replace(near, tls=TlsSettings(verify=False), timeout=60.0))
    talk.do(c.Start("far"))
    talk.do(c.Connect("near"))
    talk.do(c.Send("near", text="你好") if text else c.Send("near", hex="ff00"))
    (row,) = [x for x in rows(talk, "endpoint:near call:ws.send") if was_sent(x)]
    talk.do(again(talk, row))
    sent = [x for x in rows(talk, "endpoint:near call:ws.send") if was_sent(x)]
    assert [(x.args.split(",")[0], x.payload) for x in sent] == 2 * [
        ("'TEXT'" if text else "'BINARY'", "你好".encode() if text else b"\xff\x00")
    ]
    topmost = Topmost(talk.reader)
    below = rows(talk, "endpoint:near call:send")[-1]
    assert topmost.told(below) is None
    assert topmost.told(sent[0]) is not None
