"""The password of a key on the command line: from where it may come, and that it goes nowhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as pem

from tests.cli.test_quick import listening
from tests.cli_process import run
from workbench.certificates.resolve import to_show
from workbench.cli.key_password import key_password_of
from workbench.texts import Problem

SECRET = "Geh\u00fctet-4711"


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path, Path]:
    """A certificate, its key under SECRET, and a file with SECRET."""
    chain, key, password = (tmp_path / name for name in ("cert.pem", "key.pem", "password"))
    with to_show("test:good") as shown:
        chain.write_bytes(shown.chain.read_bytes())
        private = pem.load_pem_private_key(shown.key.read_bytes(), None)
    locked = pem.BestAvailableEncryption(SECRET.encode())
    key.write_bytes(private.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, locked))
    password.write_text(f"{SECRET}\n", encoding="utf-8")
    return chain, key, password


def test_a_variable_and_a_file_are_read(
    monkeypatch: pytest.MonkeyPatch, files: tuple[Path, Path, Path]
) -> None:
    monkeypatch.setenv("OF_THE_KEY", SECRET)
    assert key_password_of("env:OF_THE_KEY") == SECRET
    assert key_password_of(f"file:{files[2]}") == SECRET


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (SECRET, "cli.key_password_source"),
        ("env:NOT_SET_ANYWHERE", "cli.key_password_unset"),
        ("file:/nowhere/at/all", "engine.no_file"),
        (f"file:{sys.executable}", "cli.key_password_text"),
    ],
)
def test_what_is_no_source_is_refused(source: str, key: str) -> None:
    with pytest.raises(Problem) as raised:
        key_password_of(source)
    assert raised.value.key == key
    assert SECRET not in raised.value.text


def test_a_server_shows_what_an_encrypted_key_belongs_to(
    tmp_path: Path, files: tuple[Path, Path, Path]
) -> None:
    chain, key, password = map(str, files)
    record = tmp_path / "record.swb"
    options = ("--cert", chain, "--key", key, "--key-password", f"file:{password}")
    with listening("tls://127.0.0.1:0", *options, "--echo", "--record", str(record)) as (
        _,
        address,
    ):
        status, out, err = run(
            "connect",
            f"tls://{address}",
            "--ca",
            "test:root",
            "--send",
            "hello",
            "--expect",
            "hello",
        )
        assert status == 0, (out, err)
    assert SECRET.encode() not in record.read_bytes()


def test_a_scenario_names_a_variable_and_has_no_password(files: tuple[Path, Path, Path]) -> None:
    chain, key, password = map(str, files)
    status, out, _ = run(
        "connect", "tls://a.test:1", "--cert", chain, "--key", key,
        "--key-password", f"file:{password}", "--scenario", "--send", "a",
    )  # fmt: skip
    assert status == 0
    assert SECRET not in out
    assert "KEY_PASSWORD" in out
