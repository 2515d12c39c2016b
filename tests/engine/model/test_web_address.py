"""Addresses with a scheme say the layers, and nothing that such an address cannot say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model.web_address import (
    TLS,
    WEBSOCKET,
    WebAddress,
    has_scheme,
    parse_web,
    spell_web,
)
from workbench.texts import Problem


@pytest.mark.parametrize(
    ("spec", "address", "layers", "path"),
    [
        ("ws://127.0.0.1:8080/chat?room=1", "127.0.0.1:8080", (WEBSOCKET,), "/chat?room=1"),
        ("WSS://a.test", "a.test:443", (TLS, WEBSOCKET), ""),
        ("ws://a.test/", "a.test:80", (WEBSOCKET,), ""),
        ("ws://a.test?x=/", "a.test:80", (WEBSOCKET,), "/?x=/"),
        ("wss://[::1]:8443/a", "[::1]:8443", (TLS, WEBSOCKET), "/a"),
        ("wss://[::1]", "[::1]:443", (TLS, WEBSOCKET), ""),
        ("wss://[fe80::1%lo]/", "[fe80::1%lo]:443", (TLS, WEBSOCKET), ""),
        ("tls://a.test:993", "a.test:993", (TLS,), ""),
        ("tls://a.test:993/", "a.test:993", (TLS,), ""),
        ("ws://@server/chat", "@server", (WEBSOCKET,), "/chat"),
        ("ws://127.0.0.1:{server.port}/a?t={token}", "127.0.0.1:{server.port}", (WEBSOCKET,),
         "/a?t={token}"),
    ],
)  # fmt: skip
def test_it_says_the_layers(spec: str, address: str, layers: tuple[str, ...], path: str) -> None:
    assert has_scheme(spec)
    assert parse_web(spec) == WebAddress(address, layers, path)


@pytest.mark.parametrize("spec", ["127.0.0.1:80", "http://a", "@server", "/tmp/ws://a", "wss:a:1"])
def test_others_say_none(spec: str) -> None:
    assert not has_scheme(spec)
    assert parse_web(spec) is None


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ("ws://a.test/#top", "web_fragment"),
        ("ws://a.test#top", "web_fragment"),
        ("tls://a.test:1/path", "tls_path"),
        ("tls://a.test", "tls_port"),
        ("tls://[::1]", "tls_port"),
        ("ws://user:secret@a.test/", "web_user"),
        ("wss:///path", "no_host"),
        ("wss://", "no_host"),
    ],
)
def test_what_it_cannot_say_is_refused(spec: str, told: str) -> None:
    with pytest.raises(Problem) as problem:
        parse_web(spec)
    assert problem.value.key == f"address.{told}"
    assert problem.value.text


@given(
    st.sampled_from([(WEBSOCKET,), (TLS, WEBSOCKET), (TLS,)]),
    st.sampled_from(["127.0.0.1:1", "[::1]:443", "@server", "a.test:80"]),
    st.sampled_from(["", "/a", "/a?b=c/d", "/?x"]),
)
def test_what_is_spelled_reads_back(layers: tuple[str, ...], address: str, path: str) -> None:
    spelled = spell_web(address, layers, path)
    if layers == (TLS,) and path:
        assert spelled is None
    else:
        assert spelled is not None
        assert parse_web(spelled) == WebAddress(address, layers, path)


@pytest.mark.parametrize("address", ["/tmp/a.sock", "abstract:a", "temp:a", "hostname:80", ""])
def test_what_has_no_host_is_not_spelled(address: str) -> None:
    assert spell_web(address, (WEBSOCKET,)) is None


def test_layers_that_no_scheme_says() -> None:
    assert spell_web("a.test:1", ()) is None
    assert spell_web("a.test:1", (WEBSOCKET, TLS)) is None
