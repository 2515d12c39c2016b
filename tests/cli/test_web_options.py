"""`connect` and `listen` with ws:// wss:// tls://: as a process, and as scenarios."""

from __future__ import annotations

import socket
import struct
import subprocess
from pathlib import Path

import pytest
from websockets.sync.server import ServerConnection

from tests.answering import Serve
from tests.cli.test_quick import listening
from tests.cli_process import BOUND, PROGRAM, environment, run
from tests.e2e.test_failed_handshakes import UPGRADE, accept_of, server
from tests.jobs.test_websocket import serving
from workbench.cli.web_options import close_of, ping_of
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.websocket_settings import Deflate, WebSocketSettings
from workbench.scenario.model import parse
from workbench.scenario.steps import Expect, Perform
from workbench.texts import Problem


def printed(*args: str) -> tuple[int, str, str]:
    return run(*args, "--scenario", "--lang", "en")


def typed(text: str, *args: str) -> tuple[int, str, str]:
    """As `run`, with this on standard input."""
    done = subprocess.run(
        [*PROGRAM, *args, "--lang", "en"],
        input=text.encode(),
        capture_output=True,
        env=environment(),
        timeout=BOUND,
        check=False,
    )
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_they_talk_and_each_message_is_a_line() -> None:
    with listening("ws://127.0.0.1:0/chat", "--echo") as (_, address):
        url = f"ws://{address}/chat"
        status, out, err = run(
            "connect", url, "--send", "héllo", "--expect", "héllo", "--send", "two", "--ping", "p",
            "--close", "4000:bye", "--lang", "en",
        )  # fmt: skip
        assert (status, out) == (0, "héllo\ntwo\n"), err
        assert "ws.end(4000" in err


def test_each_line_of_input_is_a_message() -> None:
    with listening("ws://127.0.0.1:0", "--echo") as (_, address):
        status, out, err = typed("one\ntwo\nthree", "connect", f"ws://{address}")
        assert (status, out) == (0, "one\ntwo\nthree\n"), err
        assert err.count("ws.send('TEXT'") == 3
        assert "ws.send('CLOSE'" in err
        status, _, err = typed("a\n", "connect", f"ws://{address}", "--binary")
        assert status == 0
        assert "ws.send('BINARY'" in err


def test_a_client_that_echoes_lasts_until_the_server_closes() -> None:
    """As Autobahn's fuzzing server wants its testee: one connection a case."""
    came: list[str | bytes] = []

    def talk(conn: ServerConnection) -> None:
        for message in ("héllo", b"\x00\x7f", "", "x" * 70_000):
            conn.send(message)
            came.append(conn.recv())
        conn.close()

    with serving(talk) as port:
        url = f"ws://127.0.0.1:{port}/runCase?case=1&agent=a"
        for how in ((), ("--deflate",)):
            status, out, err = typed("not sent", "connect", url, *how, "--echo")
            assert status == 0, err
            assert out.startswith("héllo\n")
    assert came == ["héllo", b"\x00\x7f", "", "x" * 70_000] * 2


def test_a_client_answers_by_rules(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text('rules = [{ match = "exact", value = "ping", reply = "pong" }]')

    def talk(conn: ServerConnection) -> None:
        conn.send("ping")
        assert conn.recv() == "pong"
        conn.close()

    with serving(talk) as port:
        status, _, err = run(
            "connect", f"ws://127.0.0.1:{port}", "--rules", str(file), "--lang", "en"
        )
    assert status == 0, err


def test_an_echoing_client_as_a_scenario_waits_for_the_end() -> None:
    status, out, err = printed("connect", "ws://127.0.0.1:1", "--echo")
    assert status == 0, err
    made = parse(out)
    assert made.endpoints[0].responder == Echo()
    assert any(isinstance(step, Expect) and step.closed is True for step in made.steps), out
    status, _, err = run("connect", "127.0.0.1:1", "--echo", "--rules", "x", "--lang", "en")
    assert status == 2
    assert "not together with --echo" in err


def test_a_refused_handshake_is_one_sentence_and_the_status_says_so() -> None:
    with listening("ws://127.0.0.1:0", "--status", "401") as (_, address):
        status, out, err = run("connect", f"ws://{address}", "--send", "a", "--lang", "en")
        assert (status, out) == (1, "")
        said = [line for line in err.splitlines() if line.startswith("HTTP_401")]
        assert len(said) == 1, err


CLOSE = bytes.fromhex("880203e8")
"""The Close frame of a server, code 1000."""
SENT = 8
"""Bytes of a client's frame with two of payload: its echo, its message, its Close frame."""


def websocket(*talk: bytes | int) -> Serve:
    """A server that says these frames, reads so many bytes, and resets the connection."""

    def serve(conn: socket.socket) -> None:
        accept = accept_of(conn.recv(65536))
        conn.sendall(UPGRADE + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n")
        for part in talk:
            if isinstance(part, bytes):
                conn.sendall(part)
                continue
            left = part
            while left and (came := conn.recv(left)):
                left -= len(came)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return serve


@pytest.mark.parametrize("how", [("--echo",), ("--send", "hi", "--until-eof")])
def test_after_both_close_frames_a_reset_is_no_failure(how: tuple[str, ...]) -> None:
    with server(websocket(b"\x81\2hi", SENT, CLOSE, SENT)) as port:
        status, out, err = run("connect", f"ws://127.0.0.1:{port}", *how, "--lang", "en")
    assert (status, out) == (0, "hi\n"), err


@pytest.mark.parametrize("how", [("--echo",), ("--send", "hi", "--until-eof")])
def test_a_reset_before_them_is_one(how: tuple[str, ...]) -> None:
    with server(websocket(b"\x81\2hi", SENT)) as port:
        status, out, err = run("connect", f"ws://127.0.0.1:{port}", *how, "--json", "--lang", "en")
    assert status == 1, out
    assert err.startswith("ECONNRESET: The connection was reset")


@pytest.mark.parametrize("how", [("--echo",), ("--send", "hi", "--until-eof"), ("--send", "hi")])
def test_a_broken_rule_ends_the_talk_and_is_said(how: tuple[str, ...]) -> None:
    with server(websocket(b"\xb1\2hi", SENT, SENT)) as port:
        status, _, err = run("connect", f"ws://127.0.0.1:{port}", *how, "--json", "--lang", "en")
    assert status == 1
    assert err.startswith("WS_1002: A reserved bit is set that no extension gives a meaning to.")


def test_what_is_said_is_what_is_set() -> None:
    status, out, err = printed(
        "connect", "wss://a.test/chat?x=1", "--header", "Cookie: a=1", "--header", "Cookie:b=2",
        "--subprotocol", "p", "--subprotocol", "q", "--origin", "http://o", "--deflate",
        "--ca", "test:root", "--cert", "test:client", "--insecure", "--alpn", "http/1.1",
        "--proxy", "socks5://127.0.0.1:1080", "--binary", "--send", "a", "--ping",
        "--close", "1001",
    )  # fmt: skip
    assert status == 0, err
    made = parse(out)
    settings = made.endpoints[0]
    assert (settings.address, settings.layers) == ("a.test:443", ("tls", "websocket"))
    assert settings.proxy == "socks5://127.0.0.1:1080"
    assert settings.websocket == WebSocketSettings(
        path="/chat?x=1", headers=(("Cookie", "a=1"), ("Cookie", "b=2")), subprotocols=("p", "q"),
        origin="http://o", deflate=Deflate(),
    )  # fmt: skip
    assert settings.tls == TlsSettings(
        cert="test:client", ca="test:root", verify=False, check_name=False, alpn=("http/1.1",)
    )
    commands = [step.command for step in made.steps if isinstance(step, Perform)]
    assert commands[1:4] == [
        c.Send("client", hex="61"), c.Ping("client"), c.CloseWebSocket("client", 1001),
    ]  # fmt: skip
    assert out.count("ws_close") == 1


def test_a_server_s_options() -> None:
    status, out, err = printed("listen", "ws://127.0.0.1:0", "--status", "503", "--echo")
    assert status == 0, err
    assert parse(out).endpoints[0].websocket == WebSocketSettings(status=503)


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("connect", "127.0.0.1:1", "--header", "a:b"), "--header is about a WebSocket"),
        (("connect", "127.0.0.1:1", "--ping"), "--ping is about a WebSocket"),
        (("connect", "ws://127.0.0.1:1", "--ca", "test:root"), "--ca is about TLS"),
        (("connect", "ws://127.0.0.1:1", "--header", "ab"), "is no header"),
        (("connect", "ws://127.0.0.1:1", "--udp"), "need a stream"),
        (("connect", "ws://127.0.0.1:1/#a"), "is never sent"),
        (("connect", "tls://127.0.0.1"), "the port is missing"),
        (("connect", "ws://127.0.0.1:1", "--close", "70000"), "65535"),
        (("listen", "ws://127.0.0.1:0", "--status", "20"), "is no status"),
        (("connect", "127.0.0.1:1", "--proxy", "ftp://a:1"), "ftp"),
    ],
)
def test_what_does_not_fit_is_refused(args: tuple[str, ...], told: str) -> None:
    status, out, err = run(*args, "--lang", "en")
    assert (status, out) == (2, "")
    assert told in err


def test_control_frames_have_room_for_so_much() -> None:
    assert ping_of("a", "x" * 125).text == "x" * 125
    assert close_of("a", "1000:a:b") == c.CloseWebSocket("a", 1000, "a:b")
    for make in (lambda: ping_of("a", "é" * 63), lambda: close_of("a", "1000:" + "x" * 124)):
        with pytest.raises(Problem):
            make()


@pytest.mark.parametrize(
    ("shown", "status"), [("test:client", 0), (None, 1), ("test:client-bad", 1)]
)
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_server_takes_only_clients_that_somebody_vouches_for(
    shown: str | None, status: int, version: str
) -> None:
    server = ("--cert", "test:good", "--client-ca", "test:root", "--tls-max", version, "--echo")
    with listening("wss://127.0.0.1:0", *server) as (_, address):
        own = () if shown is None else ("--cert", shown)
        ended, out, err = run(
            "connect", f"wss://{address}", "--ca", "test:root", "--server-name", "localhost", *own,
            "--tls-min", version, "--send", "a", "--expect", "a", "--lang", "en",
        )  # fmt: skip
        assert (ended, out) == (status, "" if status else "a\n"), err


def test_what_a_side_says_of_its_certificates() -> None:
    _, out, err = printed("listen", "tls://127.0.0.1:1", "--cert", "a.pem", "--client-ca", "b.pem")
    assert err == ""
    assert parse(out).endpoints[0].tls == TlsSettings(
        cert="a.pem", ca="b.pem", ask_client=AskClient.REQUIRED
    )
    _, out, err = printed(
        "connect", "tls://127.0.0.1:1", "--server-name", "a.test", "--tls-max", "1.1"
    )
    assert err == ""
    assert parse(out).endpoints[0].tls == TlsSettings(
        server_name="a.test", minimum=TlsVersion.V1_1, maximum=TlsVersion.V1_1
    )
    for given, said in (
        (("listen", "tls://127.0.0.1:1", "--ca", "a", "--client-ca", "b"), "--client-ca"),
        (("listen", "127.0.0.1:1", "--client-ca", "b"), "--client-ca is about TLS"),
        (("connect", "127.0.0.1:1", "--tls-min", "1.3"), "--tls-min is about TLS"),
        (("connect", "tls://127.0.0.1:1", "--tls-min", "1.3", "--tls-max", "1.2"), "1.3"),
        (("check", "--listen", "1", "--server-name", "b"), "--server-name"),
    ):
        status, _, err = run(*given, "--lang", "en")
        assert status == 2
        assert said in err
