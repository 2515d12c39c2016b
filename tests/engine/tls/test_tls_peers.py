"""TLS with programs of others: openssl s_server and s_client, nginx."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.engine.conftest import Do, Until
from tests.engine.tls.test_tls_connections import client, port, serve
from tests.free_port import free_port
from tests.peers import BOUND, peer, program
from tests.servers import nginx
from workbench.certificates import resolve
from workbench.engine.model import commands as c
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.session import Session

ROOT = "-CAfile"
VERSIONS = pytest.mark.parametrize(
    ("option", "version"), [("-tls1_2", "1.2"), ("-tls1_3", "1.3")], ids=["1.2", "1.3"]
)
BYE = Rules((Rule(Match.CONTAINS, "hello", "welcome\n", then=Then.CLOSE),))


def shown(name: str) -> tuple[str, ...]:
    """As openssl takes a certificate, with its key and what stands between it and the root."""
    with resolve.to_show(name) as found:
        return "-cert", str(found.chain), "-key", str(found.key), "-cert_chain", str(found.chain)


def root() -> str:
    return str(resolve.trusted_file("test:root"))


@contextmanager
def s_server(cert: str, *options: str) -> Iterator[int]:
    """It sends each line back, its letters turned round."""
    number = free_port()
    with peer(
        "openssl", "s_server", "-accept", f"127.0.0.1:{number}", "-rev", *shown(cert), *options,
        tcp=number,
    ):  # fmt: skip
        yield number


def s_client(number: int, *options: str) -> subprocess.CompletedProcess[str]:
    """It says hello and waits for the end."""
    return subprocess.run(
        [program("openssl"), "s_client", "-connect", f"127.0.0.1:{number}", "-servername",
         "localhost", "-CAfile", root(), "-verify_return_error", "-ign_eof", *options],
        input="hello\n", capture_output=True, text=True, timeout=BOUND, check=False,
    )  # fmt: skip


@VERSIONS
def test_our_client_and_s_server(
    session: Session, do: Do, until: Until, option: str, version: str
) -> None:
    with s_server("test:good", option) as number:
        client(session, address=f"127.0.0.1:{number}")
        assert do(c.Connect("client")).ok
        assert until("client", call="tls.handshake").args.startswith(repr(version))
        assert do(c.Send("client", text="hello\n")).ok
        until("client", call="tls.recv", args="'data'", payload=b"olleh\n")
        assert do(c.CloseTls("client")).ok


@VERSIONS
def test_our_server_and_s_client(
    session: Session, do: Do, until: Until, option: str, version: str
) -> None:
    serve(session, do, responder=BYE)
    done = s_client(port(session), option, "-verify_hostname", "localhost")
    assert "welcome" in done.stdout
    assert done.returncode == 0, done.stderr
    assert until("server", call="tls.handshake").args.startswith(repr(version))
    assert until("server", call="tls.recv", args="'data'").payload == b"hello\n"


@VERSIONS
def test_certificates_of_clients(
    session: Session, do: Do, until: Until, option: str, version: str
) -> None:
    asking = TlsSettings("test:good", ca="test:root", ask_client=AskClient.REQUIRED)
    serve(session, do, asking, responder=BYE)
    done = s_client(port(session), option, *shown("test:client")[:4])
    assert "welcome" in done.stdout, done.stderr
    assert "client=" in until("server", call="tls.handshake").args
    with s_server("test:good", option, "-Verify", "1", ROOT, root(), "-verify_return_error") as it:
        client(session, TlsSettings("test:client", ca="test:root"), address=f"127.0.0.1:{it}")
        assert do(c.Connect("client")).ok
        assert do(c.Send("client", text="hello\n")).ok
        until("client", call="tls.recv", args="'data'", payload=b"olleh\n")


@VERSIONS
def test_the_protocol_that_both_know(
    session: Session, do: Do, until: Until, option: str, version: str
) -> None:
    """ALPN (RFC 7301): of a server's protocols the first that was offered, whoever is which."""
    serve(session, do, TlsSettings("test:good", alpn=("chat", "mqtt")), responder=BYE)
    done = s_client(port(session), option, "-alpn", "other,mqtt,chat")
    assert "ALPN protocol: chat" in done.stdout
    assert "alpn='chat'" in until("server", call="tls.handshake").args
    with s_server("test:good", option, "-alpn", "mqtt") as number:
        offering = TlsSettings(ca="test:root", server_name="localhost", alpn=("chat", "mqtt"))
        client(session, offering, address=f"127.0.0.1:{number}")
        assert do(c.Connect("client")).ok
        told = until("client", call="tls.handshake").args
        assert told.startswith(repr(version))
        assert "alpn='mqtt'" in told


@VERSIONS
def test_a_session_that_goes_on(
    session: Session, do: Do, until: Until, tmp_path: Path, option: str, version: str
) -> None:
    """Resumption (RFC 8446 2.2, RFC 5077), whoever is which."""
    with s_server("test:good", option) as number:
        resuming = TlsSettings(ca="test:root", server_name="localhost", resume=True)
        client(session, resuming, address=f"127.0.0.1:{number}")
        for connection in (1, 2):
            assert do(c.Connect("client")).ok
            assert do(c.Send("client", text="hello\n")).ok  # 1.3 gives its tickets with the answer
            until("client", number=connection, call="tls.recv", args="'data'", payload=b"olleh\n")
            assert do(c.Close("client", connection=connection)).ok
        told = [until("client", number=number, call="tls.handshake").args for number in (1, 2)]
        assert ["resumed=True" in args for args in told] == [False, True]
        assert all(args.startswith(repr(version)) for args in told)
    serve(session, do, responder=BYE)
    kept = tmp_path / "session.pem"
    assert "New, TLSv1" in s_client(port(session), option, "-sess_out", str(kept)).stdout
    done = s_client(port(session), option, "-sess_in", str(kept))
    assert "Reused, TLSv1" in done.stdout, done.stderr
    assert "welcome" in done.stdout
    assert "resumed=True" in until("server", number=2, call="tls.handshake").args


@VERSIONS
def test_both_ends_log_the_same_keys(
    session: Session, do: Do, until: Until, tmp_path: Path, option: str, version: str
) -> None:
    """As Wireshark reads them: what openssl logs of the talk."""
    ours, theirs = tmp_path / "ours.keys", tmp_path / "theirs.keys"
    with s_server("test:good", option, "-keylogfile", str(theirs)) as number:
        logging = TlsSettings(ca="test:root", server_name="localhost", keylog=str(ours))
        client(session, logging, address=f"127.0.0.1:{number}")
        assert do(c.Connect("client")).ok
        assert do(c.Send("client", text="hello\n")).ok
        until("client", call="tls.recv", args="'data'", payload=b"olleh\n")
    assert ours.stat().st_mode & 0o777 == 0o600
    assert keys(ours) == keys(theirs)
    assert any(line.startswith(LABELS[version]) for line in keys(ours))


LABELS = {"1.2": "CLIENT_RANDOM ", "1.3": "CLIENT_TRAFFIC_SECRET_0 "}


def keys(file: Path) -> set[str]:
    """The lines of a key log without its comments."""
    return {line for line in file.read_text().splitlines() if line and not line.startswith("#")}


@pytest.mark.parametrize(
    ("cert", "verify", "alert"),
    [
        ("test:expired", 10, "certificate_expired"),
        ("test:self", 18, "unknown_ca"),
        ("test:gap", 20, "unknown_ca"),
    ],
)
def test_certificates_that_are_not_taken(
    session: Session, do: Do, until: Until, cert: str, verify: int, alert: str
) -> None:
    with s_server(cert) as number:
        client(session, address=f"127.0.0.1:{number}")
        assert do(c.Connect("client")).error == "CERTIFICATE_VERIFY_FAILED"
        assert f"verify={verify}," in until("client", call="tls.handshake").args
    serve(session, do, TlsSettings(cert=cert))
    done = s_client(port(session))
    assert done.returncode
    assert f"error:num={verify}:" in done.stdout + done.stderr
    assert f"alert={alert!r}" in until("server", call="tls.handshake").args


def test_plain_text_and_tls_do_not_mix(session: Session, do: Do, until: Until) -> None:
    serve(session, do, layers=(), tls=None, responder=Rules((Rule(reply="what?\r\n"),)))
    client(session)
    assert do(c.Connect("client")).error == "WRONG_VERSION_NUMBER"
    assert until("client", call="tls.handshake").errno == "WRONG_VERSION_NUMBER"


def test_versions_that_do_not_meet(session: Session, do: Do) -> None:
    with s_server("test:good", "-tls1_3") as number:
        client(
            session,
            TlsSettings(ca="test:root", maximum=TlsVersion.V1_2),
            address=f"127.0.0.1:{number}",
        )
        assert do(c.Connect("client")).error == "TLSV1_ALERT_PROTOCOL_VERSION"


def test_nginx(session: Session, do: Do, until: Until, tmp_path: Path) -> None:
    with resolve.to_show("test:chained") as found:
        secure = free_port()
        more = (
            f"listen 127.0.0.1:{secure} ssl; ssl_certificate {found.chain};"
            f" ssl_certificate_key {found.key};"
        )
        with nginx(tmp_path, more):
            client(
                session,
                TlsSettings(ca="test:root", alpn=("http/1.1",), resume=True),
                address=f"127.0.0.1:{secure}",
            )
            assert do(c.Connect("client")).ok
            args = until("client", call="tls.handshake").args
            assert "alpn='http/1.1'" in args
            request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
            assert do(c.Send("client", text=request)).ok
            answer = until("client", call="tls.recv", args="'data'")
            assert (answer.payload or b"").startswith(b"HTTP/1.1 200 OK")
            until("client", call="tls.end")
            assert do(c.Close("client", connection=1)).ok
            assert do(c.Connect("client")).ok
            until("client", connection=2, call="tls.handshake")
