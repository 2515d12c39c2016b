"""Each certificate for tests, shown to real ssl over loopback, is judged as its name says."""

from __future__ import annotations

import socket
import ssl
import threading
from pathlib import Path

import pytest

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import ADDRESSES, CertificateKind
from workbench.certificates.resolve import to_show, trusted_file

CODES = {
    CertificateKind.GOOD: 0,
    CertificateKind.CHAINED: 0,
    CertificateKind.GAP: 20,
    CertificateKind.EXPIRED: 10,
    CertificateKind.FUTURE: 9,
    CertificateKind.WRONGHOST: 62,
    CertificateKind.NOSAN: 62,
    CertificateKind.SELF: 18,
    CertificateKind.UNTRUSTED: 20,
    CertificateKind.CLIENTONLY: 26,
    CertificateKind.WEAK: 66,
    CertificateKind.CLIENT: 26,
    CertificateKind.CLIENT_BAD: 20,
}
"""X509_V_ERR_… of verify(1) that a client comes to; 0: nothing is wrong."""


def serve_once(listener: socket.socket, context: ssl.SSLContext, ends: list[str]) -> None:
    """One handshake, and what came of it; a message after it shows that both are done."""
    connection, _ = listener.accept()
    with connection:
        connection.settimeout(10)
        try:
            with context.wrap_socket(connection, server_side=True) as wrapped:
                wrapped.recv(1)
                wrapped.send(b".")
                ends.append("")
        except ssl.SSLError as error:
            ends.append(error.reason or "")
        except OSError as error:
            ends.append(type(error).__name__)


def handshake(
    server: ssl.SSLContext, client: ssl.SSLContext, name: str = "localhost"
) -> tuple[int, str]:
    """The verify code of the client and the reason of the server; 0 and "": both are content."""
    ends: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve_once, args=(listener, server, ends))
        thread.start()
        code = 0
        with socket.create_connection(listener.getsockname(), timeout=10) as connection:
            try:
                with client.wrap_socket(connection, server_hostname=name) as wrapped:
                    wrapped.send(b".")
                    wrapped.recv(1)
            except ssl.SSLCertVerificationError as error:
                code = error.verify_code
            except (ssl.SSLError, OSError):
                code = -1
        thread.join()
    return code, ends[0]


def server_of(kind: CertificateKind, *, weak: bool = False) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    if weak:
        context.set_ciphers("DEFAULT:@SECLEVEL=0")
    with to_show(f"test:{kind}") as it:
        context.load_cert_chain(it.chain, it.key, it.password)
    return context


def client_of(trusted: str = "test:root") -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.hostname_checks_common_name = False
    context.load_verify_locations(trusted_file(trusted))
    return context


@pytest.mark.parametrize("kind", CertificateKind)
def test_a_client_judges_each_kind_as_its_name_says(kind: CertificateKind) -> None:
    code, _ = handshake(server_of(kind, weak=kind is CertificateKind.WEAK), client_of())
    assert code == CODES[kind]


@pytest.mark.parametrize(
    "kind",
    [
        CertificateKind.SELF,
        CertificateKind.UNTRUSTED,
        CertificateKind.GOOD,
        CertificateKind.CHAINED,
    ],
)
def test_who_trusts_what_it_stands_on_takes_it(kind: CertificateKind) -> None:
    assert handshake(server_of(kind), client_of(f"test:{kind}")) == (0, "")


@pytest.mark.parametrize("name", [*ADDRESSES, "a.test", "server.test", "www.example.test"])
def test_the_good_one_is_for_each_of_its_names(name: str) -> None:
    assert handshake(server_of(CertificateKind.GOOD), client_of(), name) == (0, "")


def test_the_one_of_the_wrong_host_is_right_for_that_host() -> None:
    assert handshake(server_of(CertificateKind.WRONGHOST), client_of(), "other.test") == (0, "")


@pytest.mark.parametrize("kind", [CertificateKind.CLIENT, CertificateKind.CLIENT_BAD])
def test_a_server_takes_the_clients_certificate_that_is_right(kind: CertificateKind) -> None:
    server, client = server_of(CertificateKind.GOOD), client_of()
    server.load_verify_locations(root_file())
    server.verify_mode = ssl.CERT_REQUIRED
    with to_show(f"test:{kind}") as it:
        client.load_cert_chain(it.chain, it.key, it.password)
    code, reason = handshake(server, client)
    if kind is CertificateKind.CLIENT:
        assert (code, reason) == (0, "")
    else:
        assert reason == "CERTIFICATE_VERIFY_FAILED"


@pytest.mark.parametrize("name", ["www.example.org", "192.0.2.1"])
def test_the_root_vouches_for_nobody_else(name: str, tmp_path: Path) -> None:
    """Whoever steals its key cannot make a certificate of another host that is believed."""
    from datetime import UTC, datetime, timedelta
    from ipaddress import ip_address

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec

    from workbench.certificates.issuing import certificate_pem, key_pem, new_root

    now = datetime.now(UTC)
    root, key = new_root(now), ec.generate_private_key(ec.SECP256R1())
    san: x509.GeneralName = (
        x509.IPAddress(ip_address(name)) if name[0].isdigit() else x509.DNSName(name)
    )
    forged = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([]))
        .issuer_name(root.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([san]), critical=True)
        .sign(root.key, hashes.SHA256())
    )
    from workbench.certificates.issuing import Issuer

    (tmp_path / "shown.pem").write_bytes(certificate_pem(Issuer(forged, key)) + key_pem(key))
    (tmp_path / "root.pem").write_bytes(certificate_pem(root))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(tmp_path / "shown.pem")
    assert handshake(server, client_of(str(tmp_path / "root.pem")), name)[0] == 47


def test_files_are_their_owners_alone() -> None:
    files = files_of(CertificateKind.GOOD)
    for path in (files.chain, files.key, files.trusted, root_file()):
        assert path.stat().st_mode & 0o777 == 0o600
    assert files.key.parent.stat().st_mode & 0o777 == 0o700
