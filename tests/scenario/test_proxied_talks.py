"""Scenarios whose client goes through a proxy: expect sees what the target said."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.conftest import Play
from tests.servers import http_proxy, socks_proxy
from workbench.scenario.model import ScenarioProblem
from workbench.scenario.report import Report

TALK = """
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
  {{ do = "expect", endpoint = "c", call = "proxy.response", kind = "layer" }},
  {{ do = "send", endpoint = "c", text = "hello\\n" }},
  {{ do = "expect", endpoint = "c", text = "hello\\n" }},
  {{ do = "send", endpoint = "c", text = "again\\n" }},
  {{ do = "expect", endpoint = "c", text = "again\\n" }},
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "echo" }}
{server}
[endpoint.c]
role = "stream"
address = "@s"
proxy = "{proxy}"
{client}
"""
_EXPECT = '"expect", endpoint = "c", text = '
PLAIN = ("", "")
TLS = (
    'layers = ["tls"]\ntls = { cert = "test:good" }',
    'layers = ["tls"]\ntls = { ca = "test:root" }',
)
SHOWS_BOTH = (
    'layers = ["tls"]\ntls = { cert = "test:good", ask_client = "required", ca = "test:root" }',
    'layers = ["tls"]\ntls = { cert = "test:client", ca = "test:root" }',
)
WSS = (
    'layers = ["tls", "websocket"]\ntls = { cert = "test:good" }\nwebsocket = {}',
    'layers = ["tls", "websocket"]\ntls = { ca = "test:root" }\nwebsocket = { path = "/chat" }',
)
MESSAGES = ("", 'messages = { ends = "\\n" }')


def all_hold(report: Report) -> None:
    assert report.ok, [step.reason.text for step in report.steps if step.reason is not None]


@pytest.mark.parametrize("layers", [PLAIN, TLS, SHOWS_BOTH, WSS])
@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_what_the_target_says_is_what_comes(
    play: Play, tmp_path: Path, kind: str, layers: tuple[str, str]
) -> None:
    program = http_proxy(tmp_path) if kind == "http" else socks_proxy()
    with program as port:
        server, client = layers
        url = f"{kind}://127.0.0.1:{port}"
        all_hold(play(TALK.format(server=server, client=client, proxy=url)))


@pytest.mark.parametrize("kind", ["http", "socks5"])
@pytest.mark.parametrize(
    ("shown", "name", "error"),
    [
        ("good", "server.test", None),
        ("chained", "localhost", None),
        ("expired", "localhost", "CERTIFICATE_VERIFY_FAILED"),
        ("wronghost", "localhost", "CERTIFICATE_VERIFY_FAILED"),
        ("gap", "localhost", "CERTIFICATE_VERIFY_FAILED"),
    ],
)
def test_a_test_certificate_is_judged_behind_a_proxy_as_without(
    play: Play, tmp_path: Path, kind: str, shown: str, name: str, error: str | None
) -> None:
    program = http_proxy(tmp_path) if kind == "http" else socks_proxy()
    with program as port:
        text = TALK.format(
            server=f'layers = ["tls"]\ntls = {{ cert = "test:{shown}" }}',
            client=f'layers = ["tls"]\ntls = {{ ca = "test:root", server_name = "{name}" }}',
            proxy=f"{kind}://127.0.0.1:{port}",
        )
        if error is not None:
            begin, end = text.index('  { do = "connect"'), text.index("]\n[endpoint.s]")
            refused = f'  {{ do = "connect", endpoint = "c", error = "{error}" }},\n'
            text = text[:begin] + refused + text[end:]
        report = play(text)
        all_hold(report)
        if error is not None:
            assert report.steps[-1].error == error


def test_messages_are_found_in_what_the_proxy_hands_on(play: Play, tmp_path: Path) -> None:
    server, client = MESSAGES
    with http_proxy(tmp_path) as port:
        text = TALK.format(server=server, client=client, proxy=f"http://127.0.0.1:{port}")
        for word in ("hello", "again"):
            text = text.replace(_EXPECT + f'"{word}\\n"', _EXPECT + f'"{word}"')
        all_hold(play(text))


def test_a_refusal_can_be_expected(play: Play, tmp_path: Path) -> None:
    text = """
step = [
  {{ do = "connect", endpoint = "c", error = "HTTP_407" }},
  {{ do = "expect", endpoint = "c", errno = "HTTP_407", kind = "layer", call = "proxy.response" }},
]
endpoint.c = {{ role = "stream", address = "a.test:80", proxy = "http://127.0.0.1:{port}" }}
"""
    with http_proxy(tmp_path, "BasicAuth anna sesame") as port:
        all_hold(play(text.format(port=port)))


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_a_proxy_may_be_an_endpoint_whose_port_the_kernel_chooses(play: Play, scheme: str) -> None:
    rules = {
        "http": '{ match = "contains", value = "CONNECT a.test:443 HTTP/1.1\\r\\n",'
        ' reply = "HTTP/1.1 200 OK\\r\\n\\r\\n" }',
        "socks5": '{ match = "hex", value = "05 01 00 03", reply_hex = "05 00 00 01 00000000 0000"'
        ' }, { match = "hex", value = "05 01 00", reply_hex = "05 00" }',
    }
    all_hold(
        play(
            f"""
placeholders = true
step = [
  {{ do = "start", endpoint = "p" }},
  {{ do = "connect", endpoint = "c" }},
  {{ do = "send", endpoint = "c", text = "hello" }},
  {{ do = "expect", endpoint = "p", contains = "hello" }},
]
[endpoint.p]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "rules", rules = [{rules[scheme]}] }}
[endpoint.c]
address = "a.test:443"
proxy = "{scheme}://127.0.0.1:{{p.port}}"
"""
        )
    )


def test_a_misspelt_name_in_a_proxy_is_refused_before_anything_starts(play: Play) -> None:
    with pytest.raises(ScenarioProblem, match="does not name a proxy"):
        play(
            'placeholders = true\nstep = [{ do = "connect" }]\n[endpoint.c]\n'
            'address = "a.test:443"\nproxy = "http://127.0.0.1:{q.port}"\n'
        )
