"""The password of a key on the command line: from where it may come, and that it goes nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization as pem

from tests.cli.test_quick import listening
from tests.cli_process import BOUND, PROGRAM, run
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


ON_A_TERMINAL = "import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))"


def typed_at_a_terminal(typed: str, *arguments: str) -> tuple[int, str]:
    """Status and screen of the program on a terminal of its own, where this answers its question.

    getpass(3) drops what was typed before it has asked.
    """
    command = (sys.executable, "-c", ON_A_TERMINAL, *PROGRAM, *arguments)
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=subprocess.STDOUT) as ran:
        assert ran.stdin is not None
        assert ran.stdout is not None
        screen = b""
        while b"Password of the key" not in screen or not screen.endswith(b": "):
            piece = os.read(ran.stdout.fileno(), 4096)
            assert piece, screen
            screen += piece
        ran.stdin.write(f"{typed}\n".encode())
        ran.stdin.flush()
        screen += ran.stdout.read()
        return ran.wait(BOUND), screen.decode()


@pytest.mark.skipif(sys.platform == "win32", reason="pty(7) is of Unix alone")
@pytest.mark.parametrize(("typed", "status"), [(SECRET, 0), ("not-that-one", 1)])
def test_at_a_terminal_it_is_asked_for_and_not_shown(
    tmp_path: Path, files: tuple[Path, Path, Path], typed: str, status: int
) -> None:
    chain, key, _ = map(str, files)
    record = tmp_path / "record.swb"
    with listening("tls://127.0.0.1:0", "--cert", "test:good", "--echo") as (_, address):
        ended, screen = typed_at_a_terminal(
            typed, "connect", f"tls://{address}", "--ca", "test:root", "--cert", chain,
            "--key", key, "--send", "hello", "--expect", "hello", "--record", str(record),
        )  # fmt: skip
    assert bool(ended) is bool(status), screen
    assert typed not in screen
    if not status:
        assert SECRET.encode() not in record.read_bytes()


def test_without_a_terminal_the_sentence_names_the_ways(files: tuple[Path, Path, Path]) -> None:
    chain, key, _ = map(str, files)
    ran = run("connect", "tls://127.0.0.1:1", "--cert", chain, "--key", key, "--send", "a")
    assert ran[0] != 0
    assert "--key-password env:NAME or file:FILE" in ran[2]


def scenario(folder: Path, chain: str, key: str) -> str:
    """A server with an encrypted key, in two cases, and a client that greets it."""
    file = folder / "talk.toml"
    file.write_text(
        f"""
title = "an encrypted key"
step = [
  {{ do = "start", endpoint = "server" }},
  {{ do = "connect", endpoint = "client" }},
  {{ do = "send", endpoint = "client", text = "{{word}}" }},
  {{ do = "expect", endpoint = "client", text = "{{word}}" }},
]
[[case]]
word = "one"
[[case]]
word = "two"
[endpoint.server]
role = "listener"
address = "tls://127.0.0.1:0"
tls = {{ cert = {chain!r}, key = {key!r} }}
responder = {{ kind = "echo" }}
[endpoint.client]
address = "@server"
layers = ["tls"]
tls = {{ ca = "test:root" }}
""",
        encoding="utf-8",
    )
    return str(file)


@pytest.mark.skipif(sys.platform == "win32", reason="pty(7) is of Unix alone")
@pytest.mark.parametrize(("typed", "status"), [(SECRET, 0), ("not-that-one", 1)])
def test_a_run_asks_at_a_terminal_once_for_all_its_cases(
    tmp_path: Path, files: tuple[Path, Path, Path], typed: str, status: int
) -> None:
    file = scenario(tmp_path, *map(str, files[:2]))
    records = tmp_path / "records"
    ended, screen = typed_at_a_terminal(
        typed, "run", file, "--any-file", "--record", str(records), "--lang", "en"
    )
    assert bool(ended) is bool(status), screen
    assert screen.count("Password of the key") == 1
    assert typed not in screen
    for record in records.glob("*.swb"):
        assert SECRET.encode() not in record.read_bytes()


def test_a_run_without_a_terminal_says_how_to_give_it(
    tmp_path: Path, files: tuple[Path, Path, Path]
) -> None:
    ended, out, err = run("run", scenario(tmp_path, *map(str, files[:2])), "--any-file")
    assert ended != 0
    assert 'key_password = { env = "NAME" }' in out + err
