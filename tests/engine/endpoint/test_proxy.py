"""A client goes through real proxies: tinyproxy, microsocks, and some that do not keep to it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.servers import http_proxy, socks_proxy
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.family import TCP
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.snapshot import Phase
from workbench.explain.explain import explain, what_failed
from workbench.journal.masked import Masked
from workbench.journal.topmost import Topmost, is_received, is_sent
from workbench.scenario.outcome import failure_text
from workbench.session import Session
from workbench.texts import Problem, set_language, tr
from workbench.viewmodel.command_outcome import failure_sentence

BOUND = 60.0
"""Only catches a hang."""


def server(session: Session, do: Do, responder: object = None) -> int:
    """A server that answers; its port."""
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=responder or Echo(),  # type: ignore[arg-type]
        )
    )
    assert do(c.Start("server")).ok
    return int((fresh(session, "server").local or "").rpartition(":")[2])


def client(session: Session, proxy: str, address: str = "@server", **more: object) -> None:
    session.add(
        EndpointSettings("client", Role.STREAM, address=address, proxy=proxy, **more)  # type: ignore[arg-type]
    )


def layer_rows(rows: Rows) -> list[tuple[str, str, str | None]]:
    return [(row.call, row.args, row.errno) for row in rows("client", "layer")]


def test_through_an_http_proxy(
    session: Session, do: Do, until: Until, rows: Rows, tmp_path: Path
) -> None:
    port = server(session, do)
    with http_proxy(tmp_path) as proxy:
        client(session, f"http://127.0.0.1:{proxy}")
        assert do(c.Connect("client")).ok
        assert do(c.Send("client", text="hello")).ok
        got = until("client", call="proxy.recv")
        assert (got.size, got.result) == (5, 5)
        connect = next(row for row in rows("client") if row.call == "connect")
        assert connect.args == f"('127.0.0.1', {proxy})"
        found = layer_rows(rows)
        assert found[:2] == [
            ("proxy.request", f"'CONNECT', '127.0.0.1:{port}'", None),
            ("proxy.response", "200", None),
        ]
        assert [call for call, *_ in found[2:]] == ["proxy.send", "proxy.recv"]
        assert until("server", call="recv", payload=b"hello")
        assert do(c.Close("client")).ok


def test_the_name_is_looked_up_by_the_proxy(
    session: Session, do: Do, until: Until, rows: Rows, tmp_path: Path
) -> None:
    port = server(session, do)
    with http_proxy(tmp_path) as proxy:
        client(session, f"http://127.0.0.1:{proxy}", f"localhost:{port}")
        assert do(c.Connect("client")).ok
        assert not [row for row in rows("client", None) if row.call == "getaddrinfo"]
        assert layer_rows(rows)[0][1] == f"'CONNECT', 'localhost:{port}'"


def test_through_a_socks_proxy(session: Session, do: Do, until: Until, rows: Rows) -> None:
    port = server(session, do, Greet("welcome"))
    with socks_proxy() as proxy:
        client(session, f"socks5://127.0.0.1:{proxy}", f"localhost:{port}")
        assert do(c.Connect("client")).ok
        assert until("client", call="proxy.recv").size == 7
        assert [row[:2] for row in layer_rows(rows)][:3] == [
            ("proxy.request", "'hello', 0"),
            ("proxy.response", "'method', 0"),
            ("proxy.request", f"'connect', 'localhost:{port}'"),
        ]


@pytest.mark.parametrize("login", ["anna:sesame", "anna:wrong", ""])
def test_an_http_proxy_that_wants_a_login(
    session: Session, do: Do, rows: Rows, tmp_path: Path, login: str
) -> None:
    server(session, do)
    with http_proxy(tmp_path, "BasicAuth anna sesame") as proxy:
        client(session, f"http://{login}{'@' if login else ''}127.0.0.1:{proxy}")
        outcome = do(c.Connect("client"))
    if login == "anna:sesame":
        assert outcome.ok
        return
    body = next(row for row in rows("client", "layer") if row.call == "proxy.body")
    assert b"<html" in (body.payload or b"")
    # tinyproxy says 401 to a login that is wrong, and 407 where there is none
    word = "HTTP_407" if not login else outcome.error
    assert (outcome.ok, outcome.error) == (False, word)
    assert word in ("HTTP_407", "PROXY_401")
    assert layer_rows(rows)[-2] == ("proxy.response", str(word)[-3:], word)
    assert fresh(session, "client").phase is Phase.CLOSED


@pytest.mark.parametrize("login", ["anna:sesame", "anna:wrong", ""])
def test_a_socks_proxy_that_wants_a_login(session: Session, do: Do, rows: Rows, login: str) -> None:
    server(session, do)
    with socks_proxy("-u", "anna", "-P", "sesame") as proxy:
        client(session, f"socks5://{login}{'@' if login else ''}127.0.0.1:{proxy}")
        outcome = do(c.Connect("client"))
    words = {"anna:sesame": None, "anna:wrong": "SOCKS_LOGIN_REFUSED", "": "SOCKS_NO_METHOD"}
    assert (outcome.ok, outcome.error) == (login == "anna:sesame", words[login])


def test_nobody_listens_behind_the_proxies(session: Session, do: Do, tmp_path: Path) -> None:
    with (
        socket.socket() as bound,  # and never listening: a port that is free is anybody's
        socks_proxy() as socks,
        http_proxy(tmp_path) as http,
    ):
        bound.bind(("127.0.0.1", 0))
        nobody = f"127.0.0.1:{bound.getsockname()[1]}"
        client(session, f"socks5://127.0.0.1:{socks}", nobody)
        assert do(c.Connect("client")).error == "SOCKS_5"
        session.add(
            EndpointSettings("other", Role.STREAM, address=nobody, proxy=f"http://127.0.0.1:{http}")
        )
        assert str(do(c.Connect("other")).error).startswith("PROXY_5")


def test_a_port_that_the_proxy_does_not_allow(session: Session, do: Do, tmp_path: Path) -> None:
    server(session, do)
    with http_proxy(tmp_path, "ConnectPort 443") as proxy:
        client(session, f"http://127.0.0.1:{proxy}")
        assert do(c.Connect("client")).error == "PROXY_403"


def test_the_proxy_itself_does_not_listen(session: Session, do: Do, rows: Rows) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        client(session, f"http://127.0.0.1:{bound.getsockname()[1]}", "a.test:80")
        assert do(c.Connect("client")).errno == "ECONNREFUSED"
    assert not layer_rows(rows)


@contextmanager
def proxy_that(answers: Callable[[socket.socket], None]) -> Iterator[int]:
    """A proxy of one connection that does as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            connection.settimeout(BOUND)
            with connection:
                try:
                    answers(connection)
                except OSError:
                    return  # the client had enough

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        thread.join()


def endless(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for _ in range(1 << 14):  # a thousand million bytes
        connection.sendall(b"X: " + 65533 * b"y")


def garbage(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(bytes(range(256)) * 16)


def cut(connection: socket.socket) -> None:
    connection.recv(4096)
    connection.sendall(b"HTTP/1.1 200 Connec")


@pytest.mark.parametrize(
    ("answers", "word"),
    [(endless, "PROXY_TOO_LONG"), (garbage, "PROXY_NOT_HTTP"), (cut, "PROXY_CUT")],
)
def test_a_proxy_that_is_none(
    session: Session, do: Do, rows: Rows, answers: Callable[[socket.socket], None], word: str
) -> None:
    with proxy_that(answers) as port:
        client(session, f"http://127.0.0.1:{port}", "a.test:80")
        early = session.perform(c.Connect("client"))
        assert early.wait(BOUND)
        assert early.outcome is not None
        assert early.outcome.error == word
        assert do(c.Stop("client")).ok
    last = rows("client", "layer")[-1]
    assert last.errno == word
    assert sum(row.size or 0 for row in rows("client") if row.call == "recv") < 1 << 20


def silent(connection: socket.socket) -> None:
    while connection.recv(4096):
        pass


def test_a_proxy_that_says_nothing_costs_the_timeout(session: Session, do: Do) -> None:
    with proxy_that(silent) as port:
        client(session, f"socks5://127.0.0.1:{port}", "a.test:80", timeout=0.05)
        assert do(c.Connect("client")).error == "TimeoutError"
        assert do(c.Stop("client")).ok


def test_the_first_bytes_may_come_with_the_answer(session: Session, do: Do, until: Until) -> None:
    def talkative(connection: socket.socket) -> None:
        connection.recv(4096)
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n220 welcome\r\n")
        silent(connection)

    with proxy_that(talkative) as port:
        client(session, f"http://127.0.0.1:{port}", "a.test:25")
        assert do(c.Connect("client")).ok
        assert until("client", call="proxy.recv").payload == b"220 welcome\r\n"
        assert do(c.Stop("client")).ok


@pytest.mark.parametrize("proxy", ["http", "socks5"])
def test_outputs_mask_the_login_and_the_record_has_it(
    session: Session, do: Do, rows: Rows, tmp_path: Path, proxy: str
) -> None:
    server(session, do)
    program = (
        http_proxy(tmp_path, "BasicAuth anna sesame")
        if proxy == "http"
        else socks_proxy("-u", "anna", "-P", "sesame")
    )
    with program as port:
        client(session, f"{proxy}://anna:sesame@127.0.0.1:{port}")
        again = session.settings("client")
        assert do(c.Configure("client", settings=again)).ok
        assert do(c.Connect("client")).ok
        plain = rows(None, None)
    secrets = (b"sesame", b"YW5uYTpzZXNhbWU")  # anna:sesame in Base64
    assert any(secret in (row.payload or b"") for row in plain for secret in secrets)
    with closing(session.journal.reader()) as reader:
        masked = Masked(reader).rows(plain)
    for row in masked:
        said = (row.payload or b"") + (row.args or "").encode()
        assert not any(secret in said for secret in secrets), row


def test_a_conversation_is_what_went_through(
    session: Session, do: Do, until: Until, rows: Rows, tmp_path: Path
) -> None:
    server(session, do)
    with http_proxy(tmp_path) as proxy:
        client(session, f"http://127.0.0.1:{proxy}")
        assert do(c.Connect("client")).ok
        assert do(c.Send("client", text="hello")).ok
        until("client", call="proxy.recv")
        with closing(session.journal.reader()) as reader:
            topmost = Topmost(reader)
            told = [topmost.told(row) for row in rows("client", None)]
    said = [
        (is_sent(row), row.payload)
        for row in told
        if row is not None and (is_sent(row) or is_received(row))
    ]
    assert said == [(True, b"hello"), (False, b"hello")]


def test_the_environment_names_the_proxy(
    session: Session, do: Do, rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = server(session, do)
    with http_proxy(tmp_path) as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy}")
        monkeypatch.setenv("no_proxy", "")
        client(session, "env", f"127.0.0.1:{port}")
        assert do(c.Connect("client")).ok
        assert layer_rows(rows)[1][:2] == ("proxy.response", "200")
        assert do(c.Close("client")).ok
        monkeypatch.setenv("no_proxy", "127.0.0.0/8")
        assert do(c.Connect("client")).ok
        assert len(layer_rows(rows)) == 2  # it went there itself
        connects = [row.args for row in rows("client") if row.call == "connect"]
        assert connects == [f"('127.0.0.1', {proxy})", f"('127.0.0.1', {port})"]
        monkeypatch.setenv("no_proxy", "")
        monkeypatch.setenv("http_proxy", "ftp://127.0.0.1:1")
        assert do(c.Close("client")).ok
        assert isinstance(do(c.Connect("client")).problem, Problem)


WORDS = (
    "HTTP_407", "PROXY_403", "PROXY_502", "PROXY_504", "PROXY_418", "PROXY_CUT", "PROXY_TOO_LONG",
    "PROXY_NOT_HTTP", "PROXY_NOT_SOCKS", "PROXY_NO_TARGET", "SOCKS_NO_METHOD",
    "SOCKS_LOGIN_REFUSED", *(f"SOCKS_{code}" for code in (*range(1, 9), 200)),
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_word_is_explained(session: Session, do: Do, rows: Rows, word: str) -> None:
    """Provoked by a proxy that says so."""
    number = word.rpartition("_")[2]
    replies = {
        "PROXY_CUT": b"HTTP/1.1 200",
        "PROXY_TOO_LONG": b"HTTP/1.1 200 " + (1 << 17) * b"x",
        "PROXY_NOT_HTTP": b"220 welcome\r\n",
        "PROXY_NOT_SOCKS": b"HTTP/1.1 400 Bad Request\r\n\r\n",
        "SOCKS_NO_METHOD": b"\5\xff",
        "SOCKS_LOGIN_REFUSED": b"\5\2\1\1",
    }
    reply = replies.get(word, f"HTTP/1.1 {number} No\r\n\r\n".encode())
    socks = word.startswith("SOCKS") or word == "PROXY_NOT_SOCKS"
    if number.isdigit() and socks:
        reply = b"\5\0\5" + bytes((int(number),)) + b"\0\1\0\0\0\0\0\0"
    if word == "PROXY_NO_TARGET":
        reply = b""

    def answers(connection: socket.socket) -> None:
        if reply:
            connection.recv(4096)
            connection.sendall(reply)

    with proxy_that(answers) as port:
        login = "anna:sesame@" if word == "SOCKS_LOGIN_REFUSED" else ""
        target = f"{300 * 'a'}:1" if word == "PROXY_NO_TARGET" else "a.test:80"
        client(session, f"{'socks5' if socks else 'http'}://{login}127.0.0.1:{port}", target)
        outcome = do(c.Connect("client"))
    assert outcome.error == word
    (row,) = (row for row in rows("client", "layer") if row.error is not None)
    assert row.errno == word
    for language in ("en", "zh_CN"):
        set_language(language)
        what = what_failed(row)
        sentence = tr("message.failed", call="proxy.response", errno=word, what=what)
        assert failure_sentence(outcome, "connect", TCP).show() == sentence
        assert what in failure_text(outcome).text
        assert "{" not in what_failed(row)
        told = explain(row, title="")
        assert len(told.sections) >= 3
        assert all(section.paragraphs[0] for section in told.sections)
        shown = {"PROXY_418": "PROXY_418", "SOCKS_200": "SOCKS_200"}
        assert shown.get(word, "") in told.sections[0].paragraphs[0]
