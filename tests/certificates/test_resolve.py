"""What cert, key and ca may name, and what is said where they name nothing."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import pkcs12

from workbench.certificates.certificate_sets import files_of, root_file
from workbench.certificates.kinds import KNOWN, CertificateKind
from workbench.certificates.resolve import ShownCertificate, check_name, to_show, trusted_file
from workbench.texts import Problem


@pytest.mark.parametrize("name", KNOWN)
def test_every_name_is_known(name: str) -> None:
    check_name(f"test:{name}")


@pytest.mark.parametrize("value", ["test:god", "test:goood", "test:Good", "test:???"])
def test_an_unknown_name_is_answered_with_the_nearest(value: str) -> None:
    with pytest.raises(Problem, match="Did you mean test:good"):
        check_name(value)
    with pytest.raises(Problem, match="Did you mean test:good"):
        trusted_file(value)


def test_a_path_is_not_looked_for_before_it_is_needed() -> None:
    check_name("there/is/none.pem")
    with pytest.raises(Problem, match=r"none\.pem"):
        trusted_file("there/is/none.pem")
    with pytest.raises(Problem, match=r"none\.pem"), to_show("there/is/none.pem"):
        pass


def test_the_root_is_trusted_and_not_shown() -> None:
    assert trusted_file("test:root") == root_file()
    with pytest.raises(Problem, match="test:good"), to_show("test:root"):
        pass


def test_a_file_of_the_user_is_taken_where_it_is(tmp_path: Path) -> None:
    """Certificate and key in one file, or each in its own."""
    files = files_of(CertificateKind.GOOD)
    both = tmp_path / "both.pem"
    both.write_bytes(files.key.read_bytes() + files.chain.read_bytes())
    with to_show(str(both)) as it:
        assert it.chain == it.key == both
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(it.chain, it.key, it.password)
    with to_show(str(files.chain), str(files.key)) as it:
        assert (it.chain, it.key) == (files.chain, files.key)


def locked_key(place: Path, password: bytes) -> Path:
    """The key of the good one, encrypted."""
    key = serialization.load_pem_private_key(files_of(CertificateKind.GOOD).key.read_bytes(), None)
    path = place / "locked.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(password),
        )
    )
    return path


def load(it: ShownCertificate) -> None:
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(it.chain, it.key, it.password)


def test_without_a_password_nobody_is_asked_on_the_terminal(tmp_path: Path) -> None:
    chain, key = str(files_of(CertificateKind.GOOD).chain), str(locked_key(tmp_path, b"sesame"))
    with pytest.raises(Problem, match="key_password"), to_show(chain, key):
        pass
    with pytest.raises(Problem, match="wrong"), to_show(chain, key, lambda: "open"):
        pass
    with to_show(chain, key, lambda: "sesame") as it:
        load(it)


def test_what_was_unlocked_is_locked_again_and_gone_after_loading(tmp_path: Path) -> None:
    key = locked_key(tmp_path, b"sesame")
    passwords = set()
    for _ in range(2):
        with to_show(str(files_of(CertificateKind.GOOD).chain), str(key), lambda: "sesame") as it:
            load(it)
            assert it.key != key
            assert it.key.stat().st_mode & 0o777 == 0o600
            assert it.key.parent.stat().st_mode & 0o777 == 0o700
            assert b"ENCRYPTED" in it.key.read_bytes()
            assert it.password() not in ("", "sesame")
            passwords.add(it.password())
        assert not it.key.parent.exists()
    assert len(passwords) == 2
    assert b"ENCRYPTED" in key.read_bytes()  # the user's own is as it was


@pytest.mark.parametrize("password", [None, b"sesame"])
def test_a_file_in_pkcs12_is_shown(tmp_path: Path, password: bytes | None) -> None:
    path = tmp_path / "both.p12"
    path.write_bytes(pkcs12_of(CertificateKind.CHAINED, password))
    with to_show(str(path), None, lambda: "sesame") as it:
        load(it)
        assert it.chain.read_text().count("BEGIN CERTIFICATE") == 2


def pkcs12_of(kind: CertificateKind, password: bytes | None) -> bytes:
    files = files_of(kind)
    own, *others = x509.load_pem_x509_certificates(files.chain.read_bytes())
    key = serialization.load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    locked: serialization.KeySerializationEncryption = (
        serialization.NoEncryption()
        if password is None
        else serialization.BestAvailableEncryption(password)
    )
    return pkcs12.serialize_key_and_certificates(b"test", key, own, others, locked)


def test_a_certificate_in_der_is_shown_with_its_key(tmp_path: Path) -> None:
    files, der = files_of(CertificateKind.GOOD), tmp_path / "good.cer"
    der.write_bytes(ssl.PEM_cert_to_DER_cert(files.chain.read_text()))
    with to_show(str(der), str(files.key)) as it:
        load(it)
    with pytest.raises(Problem, match="with `key`"), to_show(str(der)):
        pass
    with pytest.raises(Problem, match="not in PEM"):
        trusted_file(str(der))


def test_a_key_alone_is_no_certificate() -> None:
    with (
        pytest.raises(Problem, match="no certificate"),
        to_show(str(files_of(CertificateKind.GOOD).key)),
    ):
        pass
