"""How a proxy is written, and which one the environment names."""

from __future__ import annotations

import pytest

from workbench.engine.model.proxy_settings import (
    Proxy,
    ProxyKind,
    parse_proxy,
    proxy_for,
    proxy_secrets,
)
from workbench.engine.model.serialize import settings_from_json, settings_json
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.texts import Problem

HTTP, SOCKS5 = ProxyKind.HTTP, ProxyKind.SOCKS5


@pytest.mark.parametrize(
    ("url", "proxy"),
    [
        ("http://proxy.example:3128", Proxy(HTTP, "proxy.example:3128")),
        ("HTTP://127.0.0.1:80/", Proxy(HTTP, "127.0.0.1:80")),
        ("socks5://[::1]:1080", Proxy(SOCKS5, "[::1]:1080")),
        ("socks5h://p.test:1080", Proxy(SOCKS5, "p.test:1080")),
        ("http://anna:s%40f%3Ae@p.test:3128", Proxy(HTTP, "p.test:3128", "anna", "s@f:e")),
        ("http://anna@p.test:3128", Proxy(HTTP, "p.test:3128", "anna", "")),
        ("http://anna:p@ss:w@p.test:3128", Proxy(HTTP, "p.test:3128", "anna", "p@ss:w")),
        ("socks5://%E4%B8%AD:x@p.test:1", Proxy(SOCKS5, "p.test:1", "中", "x")),
    ],
)
def test_a_url_names_a_proxy(url: str, proxy: Proxy) -> None:
    assert parse_proxy(url) == proxy


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("", "http://host:3128"),
        ("proxy:3128", "http://host:3128"),
        ("http://", "http://host:3128"),
        ("http://a b:3128", "http://host:3128"),
        ("http://p.test:3128/path", "http://host:3128"),
        ("http://p.test", "port"),
        ("http://p.test:0", "port"),
        ("http://p.test:65536", "port"),
        ("https://p.test:3128", "https://"),
        ("socks4://p.test:1080", "socks4://"),
        ("socks5://anna@p.test:1080", "1 to 255"),
        (f"socks5://{256 * 'a'}:x@p.test:1080", "1 to 255"),
        ("http://a%0d%0aX:y@p.test:3128", "control"),
        ("http://a%3Ab:y@p.test:3128", "colon"),
        ("http://%ff:y@p.test:3128", "UTF-8"),
    ],
)
def test_what_names_none_is_refused_in_a_sentence(url: str, word: str) -> None:
    with pytest.raises(Problem, match=word):
        parse_proxy(url)


@pytest.mark.parametrize("url", ["http://anna:sesame@p test:1", "anna:sesame@p.test:1"])
def test_a_refusal_does_not_repeat_the_password(url: str) -> None:
    with pytest.raises(Problem) as refused:
        parse_proxy(url)
    assert "sesame" not in refused.value.text
    assert "sesame" not in repr(parse_proxy("http://anna:sesame@p.test:1"))


@pytest.mark.parametrize(
    ("address", "tls", "environment", "proxy"),
    [
        ("a.test:80", False, {}, None),
        ("a.test:80", False, {"http_proxy": "http://p.test:1"}, "p.test:1"),
        ("a.test:80", False, {"http_proxy": "p.test:1"}, "p.test:1"),
        ("a.test:80", False, {"HTTP_PROXY": "http://p.test:1"}, None),  # CVE-2016-5385
        ("a.test:80", True, {"http_proxy": "http://p.test:1"}, None),
        ("a.test:443", True, {"HTTPS_PROXY": "http://p.test:1"}, "p.test:1"),
        ("a.test:80", False, {"ALL_PROXY": "socks5://p.test:1"}, "p.test:1"),
        ("a.test:80", False, {"http_proxy": "", "all_proxy": "socks5://p.test:1"}, "p.test:1"),
    ],
)
def test_the_environment_names_one(
    address: str, tls: bool, environment: dict[str, str], proxy: str | None
) -> None:
    found = proxy_for("env", address, tls=tls, environment=environment)
    assert (found.address if found is not None else None) == proxy


@pytest.mark.parametrize(
    ("address", "listed", "itself"),
    [
        ("a.test:80", "*", True),
        ("a.test:80", "a.test", True),
        ("a.test:80", "b.test, .test", True),
        ("www.a.test:80", "a.test", True),
        ("www.a.test:80", "*.a.test", True),
        ("ba.test:80", "a.test", False),
        ("a.test:80", "a.test:80", True),
        ("a.test:80", "a.test:81", False),
        ("127.0.0.5:80", "127.0.0.0/8", True),
        ("10.0.0.1:80", "127.0.0.0/8", False),
        ("[::1]:80", "::1", True),
        ("[::1]:80", "[::1]:80", True),
        ("a.test:80", "", False),
    ],
)
def test_the_environment_names_who_is_reached_without(
    address: str, listed: str, itself: bool
) -> None:
    environment = {"all_proxy": "http://p.test:1", "no_proxy": listed}
    found = proxy_for("env", address, tls=False, environment=environment)
    assert (found is None) is itself


def test_without_the_setting_the_environment_is_not_asked() -> None:
    environment = {"all_proxy": "http://p.test:1"}
    assert proxy_for(None, "a.test:80", tls=False, environment=environment) is None
    named = proxy_for("http://q.test:2", "a.test:80", tls=False, environment=environment)
    assert named == Proxy(HTTP, "q.test:2")


def test_an_endpoint_has_it_and_the_record_gives_it_back() -> None:
    url = "http://anna:sesame@p.test:3128"
    settings = EndpointSettings("c", Role.STREAM, address="a.test:80", proxy=url)
    assert settings_from_json(settings_json(settings)) == settings


@pytest.mark.parametrize(
    "settings",
    [
        {"role": Role.LISTENER},
        {"role": Role.DATAGRAM},
        {"role": Role.STREAM, "family": "AF_UNIX"},
        {"role": Role.STREAM, "type": "SOCK_SEQPACKET"},
    ],
)
def test_only_a_client_over_tcp_can_have_one(settings: dict[str, object]) -> None:
    with pytest.raises(Problem, match="over TCP"):
        EndpointSettings("c", proxy="env", **settings)  # type: ignore[arg-type]


def test_the_password_is_what_outputs_mask() -> None:
    def values(url: str) -> list[str]:
        return [secret["value"] for secret in proxy_secrets(url, parse_proxy(url))]

    assert values("http://anna:sesame@p.test:1") == ["sesame"]
    assert values("http://anna:ses%40me@p.test:1") == ["ses@me", "ses%40me"]
    assert not values("http://anna@p.test:1")
    assert not values("http://p.test:1")
    assert proxy_secrets("env", Proxy(HTTP, "p.test:1", "anna", "sesame"))[0]["value"] == "sesame"
