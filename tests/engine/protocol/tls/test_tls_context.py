"""What an endpoint shows and believes is loaded before it starts; what cannot be is a sentence."""

from __future__ import annotations

import os
import ssl
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.engine.protocol.tls.both_ends import FILES, Talk, maker
from workbench.certificates import resolve
from workbench.engine.model.layer_files import PlainFiles
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import LET_GO, TlsSettings, TlsVersion
from workbench.engine.protocol.tls.tls_context import ReadyTls, new_keylog, server_name
from workbench.texts import Problem


def refused(role: Role, **tls: Any) -> str:
    with pytest.raises(Problem) as problem:
        maker(role, **tls)
    assert problem.value.text
    return problem.value.key


def good() -> tuple[bytes, bytes]:
    with resolve.to_show("test:good") as found:
        return found.chain.read_bytes(), found.key.read_bytes()


def test_a_server_needs_a_certificate() -> None:
    assert refused(Role.LISTENER) == "engine.tls_no_cert"


def test_what_cannot_be_loaded_is_said(tmp_path: Path) -> None:
    chain, _ = good()
    with resolve.to_show("test:self") as other:
        foreign = str(other.key)
    one = tmp_path / "one.pem"
    one.write_bytes(chain)
    assert refused(Role.LISTENER, cert=str(one), key=foreign) == "engine.tls_key_of_another"
    missing = str(tmp_path / "missing")
    for key in (
        refused(Role.LISTENER, cert=missing),
        refused(Role.LISTENER, cert=str(one)),
        refused(Role.STREAM, ca=missing),
        refused(Role.LISTENER, cert="test:nobody"),
        refused(Role.STREAM, ca="test:nobody"),
    ):
        assert key.startswith("certificates."), key
    garbage = tmp_path / "garbage"
    garbage.write_text("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
    assert refused(Role.STREAM, ca=str(garbage)) == "engine.tls_no_ca"
    assert refused(Role.STREAM, ciphers="NONSENSE") == "engine.tls_ciphers"
    assert refused(Role.STREAM, ciphers="a\0b") == "engine.tls_ciphers"


def test_plain_files_are_refused_in_sentences_too(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage"
    garbage.write_text("nothing of PEM")
    for name, told in ((garbage, "engine.tls_unusable"), (tmp_path / "none", "engine.no_file")):
        settings = EndpointSettings("it", Role.LISTENER, tls=TlsSettings(cert=str(name)))
        with pytest.raises(Problem) as problem:
            ReadyTls(settings, PlainFiles())
        assert problem.value.key == told
        assert problem.value.text


@pytest.fixture(scope="module")
def locked(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    folder = tmp_path_factory.mktemp("locked")
    chain, key = good()
    (folder / "cert.pem").write_bytes(chain)
    subprocess.run(
        ["openssl", "pkey", "-aes256", "-passout", "pass:sesame", "-out", folder / "key.pem"],
        input=key,
        check=True,
        capture_output=True,
    )
    return str(folder / "cert.pem"), str(folder / "key.pem")


def test_an_encrypted_key_is_opened_by_its_password_and_never_asks_on_the_terminal(
    locked: tuple[str, str],
) -> None:
    cert, key = locked
    assert refused(Role.LISTENER, cert=cert, key=key) == "engine.tls_key_password"
    assert refused(Role.LISTENER, cert=cert, key=key, key_password="open").endswith("password")
    ready = maker(Role.LISTENER, cert=cert, key=key, key_password="sesame")
    assert ready._ready.tls.key_password == LET_GO
    assert Talk(maker(Role.STREAM, ca="test:root"), ready).client.opened


@pytest.mark.parametrize("key_password", [None, "open"])
def test_plain_files_never_ask_on_the_terminal_either(
    locked: tuple[str, str], key_password: str | None
) -> None:
    tls = TlsSettings(cert=locked[0], key=locked[1], key_password=key_password)
    with pytest.raises(Problem) as problem:
        ReadyTls(EndpointSettings("it", Role.LISTENER, tls=tls), PlainFiles())
    assert problem.value.key in {"engine.tls_key_password", "engine.tls_wrong_password"}


def test_a_key_log_is_its_owners_alone_and_always_new(tmp_path: Path) -> None:
    path = tmp_path / "keys.log"
    before = os.umask(0)
    try:
        talk = Talk(
            maker(Role.STREAM, ca="test:root", keylog=str(path)),
            maker(Role.LISTENER, cert="test:good"),
        )
    finally:
        os.umask(before)
    assert talk.client.opened
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert "CLIENT_TRAFFIC_SECRET_0" in path.read_text()
    assert new_keylog(path) == path  # ours
    path.unlink()
    path.write_text("somebody's")
    assert refused(Role.STREAM, keylog=str(path)) == "engine.tls_keylog"
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "target")
    assert refused(Role.STREAM, keylog=str(link)) == "engine.tls_keylog"
    assert not (tmp_path / "target").exists()
    assert refused(Role.STREAM, keylog=str(tmp_path / "no" / "folder")) == "engine.tls_keylog"


def test_sessions_outlive_settings_that_stay_and_files_that_do(tmp_path: Path) -> None:
    chain, key = good()
    path = tmp_path / "both.pem"
    path.write_bytes(chain + key)
    first = maker(Role.LISTENER, cert=str(path))
    assert maker(Role.LISTENER, cert=str(path), before=first) is first
    assert maker(Role.LISTENER, cert=str(path), before=first, alpn=("h2",)) is not first
    os.utime(path, ns=(1, 1))
    assert maker(Role.LISTENER, cert=str(path), before=first) is not first


def test_all_that_differs_from_python_to_python_is_said() -> None:
    ready = ReadyTls(EndpointSettings("it", Role.STREAM, tls=TlsSettings(ca="test:root")), FILES)
    context = ready._context
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert not context.hostname_checks_common_name
    wanted = ssl.VERIFY_X509_TRUSTED_FIRST | ssl.VERIFY_X509_PARTIAL_CHAIN
    assert context.verify_flags == wanted


def test_without_ca_the_system_is_believed() -> None:
    ready = ReadyTls(EndpointSettings("it", Role.STREAM), FILES)
    assert ready.trust == "system"
    if sys.platform == "linux":
        plain = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        plain.load_default_certs()
        assert ready._context.cert_store_stats() == plain.cert_store_stats()


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_an_old_version_is_spoken_where_it_is_asked_for() -> None:
    old = {"minimum": TlsVersion.V1_0, "maximum": TlsVersion.V1_1}
    talk = Talk(
        maker(Role.STREAM, ca="test:root", **old), maker(Role.LISTENER, cert="test:good", **old)
    )
    assert talk.client.facts("tls.handshake")["0"] == "1.1"


@pytest.mark.parametrize(
    ("address", "name", "wanted"),
    [
        ("example.org:443", None, "example.org"),
        ("127.0.0.1:443", None, "127.0.0.1"),
        ("127.0.0.1:443", "good.test", "good.test"),
        ("@server", None, "localhost"),
        ("nonsense", None, "localhost"),
        ("example.org:443", "", ""),
    ],
)
def test_the_name_is_what_is_said_or_what_the_address_spells(
    address: str, name: str | None, wanted: str
) -> None:
    tls = TlsSettings(server_name=name, check_name=False)
    settings = EndpointSettings("it", Role.STREAM, address=address, tls=tls)
    assert server_name(settings) == wanted


def test_a_system_of_its_own_is_asked_through_truststore(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its context has another one within, and checks when the handshake is done."""
    import types

    class Context(ssl.SSLContext):
        made = 0

        def __init__(self, protocol: int) -> None:
            type(self).made += 1
            self._ctx = ssl.SSLContext(protocol)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._ctx, name)

    monkeypatch.setattr(sys, "platform", "darwin")
    module = types.SimpleNamespace(SSLContext=lambda protocol: Context(protocol))
    monkeypatch.setitem(sys.modules, "truststore", module)
    ReadyTls(EndpointSettings("it", Role.STREAM), FILES)
    assert Context.made == 1
