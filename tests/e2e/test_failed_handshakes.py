"""Each way a handshake fails: exit status 1, and one sentence that row, Explain and command line
say alike, in both languages.
"""

from __future__ import annotations

import base64
import hashlib
import socket
import ssl
import struct
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, suppress
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.answering import Serve, answering
from tests.cli_process import BOUND, run
from workbench.certificates import resolve
from workbench.engine.model.layer_fault import LayerFault
from workbench.engine.model.ticket import Outcome
from workbench.explain.explain import explain, what_failed
from workbench.journal.reader import Reader, Row
from workbench.scenario.outcome import failure_text
from workbench.texts import set_language

ROOT = ("--ca", "test:root", "--server-name", "localhost")
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
UPGRADE = b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
OLD, NEW = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3


class Case(NamedTuple):
    """Who answers, how he is called, and what the row of it has.

    Attributes:
        scheme: of the address; "http" and "socks5": of a proxy before it.
        errno: the word. fault: begins the arguments of the row.
    """

    serve: Serve
    scheme: str
    errno: str
    more: tuple[str, ...] = ()
    fault: str = ""


# -- who answers ------------------------------------------------------------------------------


def showing(
    kind: str = "test:good",
    *,
    asks: bool = False,
    newest: ssl.TLSVersion = NEW,
    oldest: ssl.TLSVersion = OLD,
    ciphers: str = "DEFAULT:@SECLEVEL=0",
    knows: str = "",
) -> Serve:
    """A TLS server of Python's ssl; `knows`: the one name that it serves."""

    def choose(_: ssl.SSLObject, name: str | None, __: ssl.SSLContext) -> int | None:
        return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME if knows and name != knows else None

    def serve(conn: socket.socket) -> None:
        made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        made.set_ciphers(ciphers)
        made.minimum_version, made.maximum_version = oldest, newest
        made.sni_callback = choose
        with resolve.to_show(kind) as found:
            made.load_cert_chain(found.chain, found.key, found.password)
        if asks:
            made.load_verify_locations(str(resolve.trusted_file("test:root")))
            made.verify_mode = ssl.CERT_REQUIRED
        with made.wrap_socket(conn, server_side=True) as secure:
            secure.recv(100)

    return serve


def says(*parts: bytes) -> Serve:
    """Answers each of the first reads, then FIN."""

    def serve(conn: socket.socket) -> None:
        for part in parts:
            conn.recv(65536)
            conn.sendall(part)
        conn.shutdown(socket.SHUT_WR)
        while conn.recv(65536):
            pass

    return serve


def resets(part: bytes = b"") -> Serve:
    """Answers so much, and resets the connection once that is on its way."""

    def serve(conn: socket.socket) -> None:
        conn.recv(65536)
        conn.sendall(part)
        conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return serve


def accept_of(request: bytes) -> bytes:
    """The Sec-WebSocket-Accept of a request."""
    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    return base64.b64encode(hashlib.sha1(key + GUID).digest())  # RFC 6455 4.2.2


def answers(make: Callable[[bytes], bytes]) -> Serve:
    """An HTTP answer, made of the right Sec-WebSocket-Accept."""

    def serve(conn: socket.socket) -> None:
        conn.sendall(make(accept_of(conn.recv(65536))))
        conn.shutdown(socket.SHUT_WR)
        conn.recv(65536)

    return serve


def refuses(status: str, *headers: str) -> Serve:
    head = "\r\n".join((f"HTTP/1.1 {status}", *headers, "Content-Length: 4", "", "why?"))
    return says(head.encode())


def alert(number: int, *, level: int = 2) -> bytes:
    return bytes((21, 3, 3, 0, 2, level, number))


def upgrades(*lines: bytes) -> Serve:
    """With the right accept, and these lines."""
    return answers(
        lambda accept: (
            UPGRADE + b"\r\n".join((b"Sec-WebSocket-Accept: " + accept, *lines)) + b"\r\n\r\n"
        )
    )


def refuses_to_connect(code: int) -> Serve:
    """A SOCKS5 proxy (RFC 1928 6)."""
    return says(b"\5\0", bytes((5, code, 0, 1, 0, 0, 0, 0, 0, 0)))


def server(serve: Serve) -> AbstractContextManager[int]:
    """Answers each client so and closes; its port."""

    def once(conn: socket.socket) -> None:
        conn.settimeout(BOUND)
        with conn, suppress(OSError):
            serve(conn)

    return answering(once)


VERIFY = "CERTIFICATE_VERIFY_FAILED"
REQUIRED = "TLSV13_ALERT_CERTIFICATE_REQUIRED"
REFUSED = "SSLV3_ALERT_HANDSHAKE_FAILURE"
SHORT = bytes.fromhex("160303007a0200007603") + bytes(40)
"""The beginning of a server_hello."""
TLS = {
    "expired": Case(showing("test:expired"), "tls", VERIFY, ROOT, "verify=10"),
    "not yet": Case(showing("test:future"), "tls", VERIFY, ROOT, "verify=9"),
    "wrong name": Case(showing("test:wronghost"), "tls", VERIFY, ROOT, "verify=62"),
    "wrong address": Case(
        showing("test:wronghost"), "tls", VERIFY, ("--ca", "test:root"), "verify=64"
    ),
    "unknown root": Case(showing("test:untrusted"), "tls", VERIFY, ROOT, "verify=20"),
    "gap": Case(showing("test:gap"), "tls", VERIFY, ROOT, "verify=20"),
    "unknown to the system": Case(showing(), "tls", VERIFY, ROOT[2:], "verify=20"),
    "self-signed": Case(showing("test:self"), "tls", VERIFY, ROOT, "verify=18"),
    "purpose": Case(showing("test:clientonly"), "tls", VERIFY, ROOT, "verify=26"),
    "weak key": Case(showing("test:weak"), "tls", VERIFY, ROOT, "verify=66"),
    "no client certificate, 1.3": Case(showing(asks=True), "tls", REQUIRED, ROOT),
    "no client certificate, 1.2": Case(
        showing(asks=True, newest=OLD), "tls", REFUSED, ROOT, "alert='handshake_failure', no_cert"
    ),
    "another client certificate, 1.3": Case(
        showing(asks=True), "tls", "TLSV1_ALERT_UNKNOWN_CA", (*ROOT, "--cert", "test:client-bad")
    ),
    "older versions": Case(
        showing(newest=OLD), "tls", "TLSV1_ALERT_PROTOCOL_VERSION", (*ROOT, "--tls-min", "1.3")
    ),
    "newer versions": Case(
        showing(oldest=NEW), "tls", "TLSV1_ALERT_PROTOCOL_VERSION", (*ROOT, "--tls-max", "1.2")
    ),
    "no cipher": Case(
        showing(newest=OLD, ciphers="AES128-SHA:@SECLEVEL=0"), "tls", REFUSED, ROOT
    ),
    "plain text": Case(says(b"220 mail.test\r\n"), "tls", "WRONG_VERSION_NUMBER", ROOT),
    "FIN": Case(says(SHORT), "tls", "UNEXPECTED_EOF_WHILE_READING", ROOT),
    "RST": Case(resets(), "tls", "ECONNRESET", ROOT),
    "RST on the way": Case(resets(SHORT), "tls", "ECONNRESET", ROOT),
    "close_notify": Case(says(alert(0, level=1)), "tls", "TLS_CLOSED", ROOT),
    "internal error": Case(says(alert(80)), "tls", "TLSV1_ALERT_INTERNAL_ERROR", ROOT),
    "an alert of nobody": Case(says(alert(200)), "tls", "TLSV1_ALERT_ALERT_200", ROOT),
    "no protocol": Case(
        says(alert(120)), "tls", "TLSV1_ALERT_NO_APPLICATION_PROTOCOL", (*ROOT, "--alpn", "h2")
    ),
    "a name of nobody": Case(
        showing(knows="localhost"), "tls", "TLSV1_UNRECOGNIZED_NAME",
        ("--ca", "test:root", "--server-name", "nobody.test"),
    ),
    "no TLS message": Case(
        says(b"\x16\3\3\0\x10" + b"\xff" * 16), "tls", "UNEXPECTED_MESSAGE", ROOT
    ),
}  # fmt: skip
WEBSOCKET = {
    "ws to TLS": Case(showing(), "ws", "ECONNRESET", (), "'reset'"),
    "RST": Case(resets(b"HTTP/1.1 101 Sw"), "ws", "ECONNRESET", (), "'reset'"),
    "FIN": Case(says(b"HTTP/1.1 101 Sw"), "ws", "WS_HANDSHAKE", (), "'head_truncated'"),
    "no HTTP": Case(says(b"SSH-2.0-x\r\n\r\n"), "ws", "WS_HANDSHAKE", (), "'status_line'"),
    **{
        status[:3]: Case(refuses(status), "ws", f"HTTP_{status[:3]}", (), "'status'")
        for status in (
            "200 OK", "400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found",
            "426 Upgrade Required", "429 Too Many Requests", "502 Bad Gateway", "999 Odd",
        )
    },
    "301": Case(
        refuses("301 Moved", "Location: wss://b.test/"), "ws", "HTTP_301", (), "'status'"
    ),
    "wrong accept": Case(
        answers(lambda _: UPGRADE + b"Sec-WebSocket-Accept: AAAA\r\n\r\n"), "ws",
        "WS_HANDSHAKE", (), "'accept'",
    ),
    "no Upgrade": Case(
        answers(
            lambda accept: UPGRADE.replace(b"Upgrade: websocket\r\n", b"")
            + b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        ),
        "ws", "WS_HANDSHAKE", (), "'upgrade'",
    ),
    "subprotocol": Case(
        upgrades(b"Sec-WebSocket-Protocol: other"), "ws", "WS_HANDSHAKE",
        ("--subprotocol", "chat"), "'subprotocol'",
    ),
    "extension": Case(
        upgrades(b"Sec-WebSocket-Extensions: permessage-deflate"), "ws", "WS_HANDSHAKE", (),
        "'extension'",
    ),
}  # fmt: skip
PROXY = {
    "407": Case(refuses("407 Proxy Authentication Required"), "http", "HTTP_407"),
    "403": Case(refuses("403 Forbidden"), "http", "PROXY_403"),
    "no proxy": Case(says(b"SSH-2.0-x\r\n\r\n"), "http", "PROXY_NOT_HTTP"),
    "FIN": Case(says(b"HTTP/1.1 2"), "http", "PROXY_CUT"),
    "RST": Case(resets(b"HTTP/1.1 2"), "http", "ECONNRESET"),
    **{f"SOCKS {n}": Case(refuses_to_connect(n), "socks5", f"SOCKS_{n}") for n in range(1, 10)},
    "no way to log in": Case(says(b"\5\xff"), "socks5", "SOCKS_NO_METHOD"),
    "a way that was not offered": Case(says(b"\5\2"), "socks5", "SOCKS_NO_METHOD"),
    "no SOCKS": Case(says(b"HTTP/1.1 400 x\r\n\r\n"), "socks5", "PROXY_NOT_SOCKS"),
}
CASES = {
    f"{layer}: {name}": case
    for layer, cases in (("TLS", TLS), ("WebSocket", WEBSOCKET), ("proxy", PROXY))
    for name, case in cases.items()
}


@pytest.fixture
def english() -> Iterator[None]:
    set_language("en")
    yield
    set_language("en")


@pytest.mark.usefixtures("english")
@pytest.mark.parametrize("name", CASES)
def test_what_was_wrong_is_said_in_one_sentence(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    with server(case.serve) as port:
        where = f"{case.scheme}://127.0.0.1:{port}"
        if case.scheme in {"http", "socks5"}:
            where = f"ws://server.test:80 --proxy {where}"
        words = (*where.split(), *case.more, "--send", "hello", "--timeout", BOUND)
        record = tmp_path / "record.swb"
        status, out, err = run("connect", *words, "--lang", "en", "--record", record)
    assert (status, out) == (1, "")
    with closing(Reader(record)) as reader:
        row = next(row for row in reader.page(1, 1_000) if is_the_fault(row))
    assert row.errno == case.errno
    assert row.args.startswith(case.fault)
    outcome = Outcome(False, row.errno, row.error, fault=LayerFault(row.errno, row.call, row.args))
    assert failure_text(outcome).text == err.strip()
    for language in ("en", "zh_CN"):
        set_language(language)
        what = what_failed(row)
        assert what in failure_text(outcome).text
        assert ". " not in what
        assert "。" not in what[:-1]
        told = explain(row, title="it").sections
        assert what in [line for section in told for line in section.paragraphs]


def is_the_fault(row: Row) -> bool:
    """The first row of a layer that has failed; with 1.3 a client is told after its handshake."""
    return row.kind == "layer" and row.errno is not None
