"""Files of the user: what is in them, and that none of them can hold the program up."""

from __future__ import annotations

import os
import ssl
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import PrivateFormat, pkcs12

from workbench.certificates import parse_child, user_files
from workbench.certificates.certificate_sets import files_of
from workbench.certificates.kinds import CertificateKind
from workbench.certificates.user_files import LARGEST, read_user_file
from workbench.texts import Problem

ROUNDS = 2_048
"""Of the library, for a key that it encrypts."""


def ders(pem: Path) -> tuple[bytes, ...]:
    found = x509.load_pem_x509_certificates(pem.read_bytes())
    return tuple(one.public_bytes(serialization.Encoding.DER) for one in found)


def put(place: Path, data: bytes) -> Path:
    path = place / "file"
    path.write_bytes(data)
    return path


def good_key() -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(files_of(CertificateKind.GOOD).key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def pkcs12_file(password: bytes | None) -> bytes:
    own = x509.load_pem_x509_certificate(files_of(CertificateKind.GOOD).chain.read_bytes())
    locked: serialization.KeySerializationEncryption = serialization.NoEncryption()
    if password is not None:
        locked = serialization.BestAvailableEncryption(password)
    return pkcs12.serialize_key_and_certificates(None, good_key(), own, None, locked)


def test_pem_is_taken_apart_in_its_order(tmp_path: Path) -> None:
    files = files_of(CertificateKind.CHAINED)
    found = read_user_file(put(tmp_path, files.key.read_bytes() + files.chain.read_bytes()))
    assert found.chain == ders(files.chain)
    assert len(found.chain) == 2
    assert found.key is not None
    key = serialization.load_pem_private_key(found.key.encode(), found.lock.encode())
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    assert found.key not in repr(found)
    assert found.lock not in repr(found)


def test_der_is_one_certificate(tmp_path: Path) -> None:
    der = ssl.PEM_cert_to_DER_cert(files_of(CertificateKind.GOOD).chain.read_text())
    found = read_user_file(put(tmp_path, der))
    assert (found.chain, found.key) == ((der,), None)


@pytest.mark.parametrize("password", [None, b"sesame", "口令".encode()])
def test_pkcs12_has_certificates_and_key(tmp_path: Path, password: bytes | None) -> None:
    asked = []

    def ask() -> str:
        asked.append("")
        assert password is not None
        return password.decode()

    found = read_user_file(put(tmp_path, pkcs12_file(password)), ask)
    assert found.chain == ders(files_of(CertificateKind.GOOD).chain)
    assert found.key is not None
    assert len(asked) == (password is not None)  # only where it is needed


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"", "no certificate"),
        (b"hello", "no certificate"),
        (b"\x30\x82\xff\xff", "no certificate"),
        (b"\x30" + bytes(5000), "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\n", "no certificate"),
        (b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificate"),
        (b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n", "not known"),
        (10_000 * b"-----BEGIN A-----\n", "no certificate"),
    ],
)
def test_what_is_neither_is_said_in_a_sentence(tmp_path: Path, data: bytes, word: str) -> None:
    with pytest.raises(Problem, match=word):
        read_user_file(put(tmp_path, data))


def test_a_wrong_password_is_said(tmp_path: Path) -> None:
    path = put(tmp_path, pkcs12_file(b"sesame"))
    with pytest.raises(Problem, match="no password was given"):
        read_user_file(path)
    with pytest.raises(Problem, match="wrong"):
        read_user_file(path, lambda: "open")


def test_who_does_not_answer_ends_it(tmp_path: Path) -> None:
    def nobody() -> str:
        raise Problem("certificates.no_password")

    with pytest.raises(Problem, match="key_password"):
        read_user_file(put(tmp_path, pkcs12_file(b"sesame")), nobody)


def test_a_file_that_is_none_or_too_large_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no file"):
        read_user_file(tmp_path / "none.pem")
    with pytest.raises(Problem, match="no file"):
        read_user_file(tmp_path)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(Problem, match="no file"):
        read_user_file(tmp_path / "pipe")
    large = tmp_path / "large"
    with large.open("wb") as file:
        file.truncate(LARGEST + 1)
    with pytest.raises(Problem, match=f"more than {LARGEST} bytes"):
        read_user_file(large)


def test_what_would_be_computed_for_ever_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key whose password is stretched two thousand million times: half an hour, for each try."""
    locked = serialization.BestAvailableEncryption(b"sesame")
    der = good_key().private_bytes(serialization.Encoding.DER, PrivateFormat.PKCS8, locked)
    endless = with_integer(der, ROUNDS, 2_000_000_000)
    assert endless != der
    pem = ssl.DER_cert_to_PEM_cert(endless).replace("CERTIFICATE", "ENCRYPTED PRIVATE KEY")
    monkeypatch.setattr(user_files, "SECONDS", 0.5)
    with pytest.raises(Problem, match="given up"):
        read_user_file(put(tmp_path, pem.encode()), lambda: "sesame")


def with_integer(der: bytes, old: int, new: int) -> bytes:
    """The same DER with another INTEGER in the place of one."""
    made, rest = b"", der
    while rest:
        tag, body, rest = element(rest)
        if tag & 0x20:  # constructed
            body = with_integer(body, old, new)
        elif tag == 2 and int.from_bytes(body) == old:
            body = new.to_bytes(4)
        made += bytes([tag]) + length(len(body)) + body
    return made


def element(data: bytes) -> tuple[int, bytes, bytes]:
    at, size = 2, data[1]
    if size & 0x80:
        at += size & 0x7F
        size = int.from_bytes(data[2:at])
    return data[0], data[at : at + size], data[at + size :]


def length(size: int) -> bytes:
    if size < 0x80:
        return bytes([size])
    raw = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([0x80 | len(raw)]) + raw


def test_a_process_that_does_not_begin_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(tmp_path, b"hello")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(Problem, match="did not begin"):
        read_user_file(path)
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(Problem, match="did not begin"):
        read_user_file(path)


CUT: list[Callable[[bytes], bytes]] = [
    lambda data: data[: len(data) // 2],
    lambda data: data[:-1],
    lambda data: data[: len(data) // 3] + b"\xff" + data[len(data) // 3 + 1 :],
]


@pytest.mark.parametrize("damage", CUT)
def test_what_is_damaged_is_said_in_a_sentence(
    tmp_path: Path, damage: Callable[[bytes], bytes]
) -> None:
    with pytest.raises(Problem):
        read_user_file(put(tmp_path, damage(pkcs12_file(b"sesame"))), lambda: "sesame")


@pytest.mark.parametrize("kind", [CertificateKind.GOOD, CertificateKind.CHAINED])
def test_where_no_python_can_be_started_it_is_read_here(
    tmp_path: Path, kind: CertificateKind, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    asked: list[object] = []
    answer = parse_child.answer
    monkeypatch.setattr(parse_child, "answer", lambda request: asked.append(0) or answer(request))
    found = read_user_file(files_of(kind).chain)
    assert found.chain == ders(files_of(kind).chain)
    assert asked
