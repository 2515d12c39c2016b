"""What a conversation says of each row of the record."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model import commands as c
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.journal.reader import Row
from workbench.journal.streams import Streams
from workbench.journal.topmost import Topmost
from workbench.viewmodel.conversation_rows import ConversationRows
from workbench.viewmodel.ignored_rows import IgnoredRows
from workbench.viewmodel.layer_words import layer_words


def said(talk: Talk, show_as: str = "utf-8", name: str = "client") -> list[str]:
    """The lines of the client, or of another endpoint, without the times."""
    rows = ConversationRows(Streams(talk.reader), Topmost(talk.reader), IgnoredRows(talk.reader))
    found = [
        rows.line(row, "", show_as)
        for row in talk.reader.page(1, talk.committed)
        if row.endpoint == name
    ]
    return [line.text.strip() for line in found if line is not None]


def test_both_directions_in_order_and_what_was_cut(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Send("client", text="a" * 500))
    lines = said(talk)
    assert lines[0].startswith("-  connected 127.0.0.1:")
    assert lines[1].startswith("<")
    assert lines[1].endswith("hello")
    assert lines[2].startswith(">")
    assert "a" * 400 in lines[2]
    assert "a" * 401 not in lines[2]
    assert "100" in lines[2]
    assert said(talk, "hex")[1].endswith("68 65 6c 6c 6f")


def test_an_abort_is_called_one_and_its_close_is_not_told_twice(talk: Talk) -> None:
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Abort("client"))
    ends = said(talk)[2:]
    assert len(ends) == 1
    assert "aborted" in ends[0]


def test_an_end_that_is_not_the_peers_is_not_told_as_one(talk: Talk) -> None:
    """recv() gives b"" once reading was shut down here, and after a reset."""
    talk.until("client", lambda x: bool(x.bytes_in))
    talk.do(c.Shutdown("client", c.How.READ))
    talk.until("client", lambda x: x.connections[-1].peer_finished)
    ends = said(talk)[2:]
    assert len(ends) == 2
    assert ends[0].endswith("shutdown(SHUT_RD)")
    assert "not because the peer has finished" in ends[1]
    talk.do(c.Close("client"))
    talk.do(c.Connect("client"))
    talk.do(c.Abort("server", connection=c.ALL))
    talk.until("client", lambda x: x.connections[-1].errno == "ECONNRESET")
    talk.do(c.Recv("client"))
    assert "not because the peer has finished" in said(talk)[-1]
    talk.do(c.Close("client"))
    talk.do(c.Connect("client"))
    talk.do(c.Shutdown("server", connection=c.ALL))
    talk.until("client", lambda x: x.connections[-1].peer_finished)
    assert said(talk)[-1].endswith("end of stream (peer finished sending)")


def test_messages_are_shown_and_not_reads(talk: Talk) -> None:
    """And where the stream cannot be divided any further, that and what is left of it."""
    lines = EndpointSettings(
        "lines", Role.LISTENER, address="127.0.0.1:0", messages=Delimiter(";", max=8)
    )
    talk.session.add(lines)
    talk.session.add(EndpointSettings("other", Role.STREAM, address="@lines"))
    talk.do(c.Start("lines"))
    talk.do(c.Connect("other"))
    talk.do(c.Send("other", text="one;two;thr"))
    talk.do(c.Send("other", text="ee;and too long"))
    talk.until("lines", lambda x: sum(item.bytes_in for item in x.connections) == 26)
    lines_said = [line for line in said(talk, name="lines") if line[0] in "<!"]
    assert [line.split()[-1] for line in lines_said[:3]] == ["one", "two", "three"]
    assert "MESSAGES_TOO_LONG" in lines_said[3]
    assert lines_said[3].endswith("and too long")


TLS = EndpointSettings(
    "far", Role.LISTENER, address="127.0.0.1:0", layers=("tls",), tls=TlsSettings(cert="test:good")
)
WS = EndpointSettings("far", Role.LISTENER, address="127.0.0.1:0", websocket=WebSocketSettings())


@pytest.mark.parametrize("far", [TLS, WS, replace(TLS, layers=("tls", "websocket"))])
def test_of_layers_plain_data_is_shown_and_never_what_lies_below(
    talk: Talk, far: EndpointSettings
) -> None:
    near = EndpointSettings(
        "near",
        Role.STREAM,
        address="@far",
        layers=far.layers,
        tls=TlsSettings(verify=False) if far.tls else None,
        websocket=far.websocket,
        timeout=30.0,
    )
    talk.session.add(replace(far, responder=Echo()))
    talk.session.add(near)
    talk.do(c.Start("far"))
    talk.do(c.Connect("near"))
    talk.do(c.Send("near", text="h\u00e9llo"))

    def carried() -> list[str]:
        return [line for line in said(talk, name="near") if line[0] in "<>"]

    while len(carried()) < 2:
        talk.session.journal.flush(0.01)
    lines = carried()
    assert [line[0] for line in lines] == [">", "<"]
    assert all(line.endswith("h\u00e9llo") for line in lines)
    assert all("6 B" in line for line in lines)
    handshakes = [line for line in said(talk, name="near") if "TLS 1.3 established" in line]
    assert bool(handshakes) == ("tls" in far.layers)


def test_a_websocket_is_told_in_words_and_what_is_beside_the_talk_is_marked(talk: Talk) -> None:
    settings = WebSocketSettings(subprotocols=("chat",))
    talk.session.add(replace(WS, websocket=settings, responder=Echo()))
    talk.session.add(
        EndpointSettings("near", Role.STREAM, address="@far", websocket=settings, timeout=30.0)
    )
    talk.do(c.Start("far"))
    talk.do(c.Connect("near"))
    talk.do(c.Send("near", text='{"type": "hello", "n": [1.50, {}]}'))
    talk.do(c.Ping("near"))
    talk.do(c.CloseWebSocket("near", code=1000, reason="bye"))
    talk.until("near", lambda x: not x.open_count)
    rows = ConversationRows(Streams(talk.reader), Topmost(talk.reader), IgnoredRows(talk.reader))
    found = [
        rows.line(row, "12:00", "utf-8")
        for row in talk.reader.page(1, talk.committed)
        if row.endpoint == "near"
    ]
    lines = [line for line in found if line is not None]
    texts = [line.text for line in lines]
    assert "12:00  -  WebSocket open: subprotocol chat" in texts
    asides = [line.aside for line in lines if line.aside]
    assert asides == ["ws.request", "ws.response", "PING", "PONG", "round trip"]
    ends = [text for text in texts if "1000" in text]
    assert [text[7] for text in ends] == [">", "<", "-"]  # both Close frames, and the end
    assert ends[0].endswith('CLOSE  1000 "bye"')
    assert ends[1].endswith("CLOSE  1000")
    assert "end of the WebSocket with 1000: normal, both ends" in ends[2]
    sent = next(line for line in lines if "hello" in line.text)
    assert sent.inside == (
        "{",
        '  "type": "hello",',
        '  "n": [',
        "    1.50,",
        "    {}",
        "  ]",
        "}",
    )


@pytest.mark.parametrize(
    ("call", "args", "text"),
    [
        ("ws.end", "1001, 'b\\x1bye'", r'end of the WebSocket with 1001 "b\x1bye": going away'),
        ("ws.end", "", "ws.end()"),
        ("ws.request", "'GET', '/a\\nb'", r"opening request: GET /a\nb"),
        ("ws.response", "401, 'Unauthorized'", "answer to the opening: 401 Unauthorized"),
        ("ws.recv", "'CLOSE'", "CLOSE  without a code (1005)"),
        ("tls.end", "'close_notify'", "end of what the peer sends through TLS: close_notify"),
        ("ws.open", "open(", "WebSocket open"),
        ("x.y", "'\n'", r"x.y('\n')"),
    ],
)
def test_words_of_a_row_that_anybody_may_have_written(call: str, args: str, text: str) -> None:
    row = Row(1, 0, 0, "layer", "a", 1, call, args, None, None, None, None, None, 3, None, None)
    assert layer_words(row).text.startswith(text)
