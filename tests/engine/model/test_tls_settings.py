"""Settings of a TLS layer refuse what cannot be, and never show a password to the record."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.serialize import (
    command_args,
    setting_text,
    settings_from_json,
    settings_json,
)
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.texts import Problem

ALL = TlsSettings(
    cert="test:good",
    key="/key.pem",
    ca="test:root",
    server_name="good.test",
    verify=False,
    check_name=False,
    minimum=TlsVersion.V1_1,
    maximum=TlsVersion.V1_2,
    ciphers="DEFAULT:@SECLEVEL=0",
    alpn=("h2", "http/1.1"),
    sni=(("a.test", "test:good"), ("b.test", "/b.pem")),
    ask_client=AskClient.REQUIRED,
    keylog="keys.log",
    close_notify=False,
    resume=True,
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"key": "/key.pem"}, "tls_key_without_cert"),
        ({"minimum": TlsVersion.V1_3, "maximum": TlsVersion.V1_2}, "tls_versions"),
        ({"alpn": ("h2", "")}, "tls_alpn"),
        ({"alpn": ("x" * 256,)}, "tls_alpn"),
        ({"alpn": ("x" * 255,) * 256}, "tls_alpn_all"),
        ({"sni": (("", "test:good"),)}, "tls_sni"),
        ({"server_name": ""}, "tls_check_without_name"),
        ({"server_name": "a b"}, "tls_server_name"),
        ({"server_name": ".test"}, "tls_server_name"),
        ({"server_name": "a\0b"}, "tls_server_name"),
        ({"server_name": "a..b"}, "tls_server_name"),
        ({"server_name": "a." * 127 + "b"}, "tls_server_name"),
    ],
)
def test_what_cannot_be_is_refused(changes: dict[str, object], told: str) -> None:
    with pytest.raises(Problem) as problem:
        replace(TlsSettings(), **changes)  # type: ignore[arg-type]
    assert problem.value.key == f"engine.{told}"
    assert problem.value.text


@pytest.mark.parametrize(
    "name", ["localhost", "a.test", "127.0.0.1", "::1", "bücher.test", "host.", "_x.a.test"]
)
def test_names_and_addresses_are_names_of_a_server(name: str) -> None:
    assert TlsSettings(server_name=name).server_name == name


def test_no_name_needs_no_name_where_none_is_checked() -> None:
    assert TlsSettings(server_name="", check_name=False).server_name == ""
    assert TlsSettings(server_name="", verify=False).server_name == ""


def test_all_of_it_but_the_password_survives_the_record() -> None:
    usual = TlsSettings()
    for item in fields(usual):
        is_usual = getattr(ALL, item.name) == getattr(usual, item.name)
        assert is_usual is (item.name == "key_password"), item.name
    made = EndpointSettings("a", Role.LISTENER, layers=("tls",), tls=ALL)
    assert settings_from_json(settings_json(made)) == made


def test_a_password_is_shown_nowhere() -> None:
    tls = replace(ALL, key_password="opensesame")
    made = EndpointSettings("a", Role.LISTENER, layers=("tls",), tls=tls)
    for shown in (
        repr(made),
        settings_json(made),
        command_args(c.Configure("a", made)),
        setting_text(tls),
        f"{made}",
    ):
        assert "opensesame" not in shown
        assert "test:good" in shown
    assert settings_from_json(settings_json(made)).tls == ALL
