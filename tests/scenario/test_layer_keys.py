"""Keys of layers: every trap is a sentence at its line, and what is written reads back."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.tls_settings import AskClient, TlsSettings, TlsVersion
from workbench.engine.model.websocket_settings import (
    Deflate,
    PongMode,
    Violations,
    WebSocketSettings,
)
from workbench.scenario.model import NotAllowed, ScenarioProblem, load, parse
from workbench.scenario.named_values import Given
from workbench.scenario.steps import Perform, Scenario
from workbench.scenario.write import to_toml
from workbench.texts import Problem

SERVER = '[endpoint.a]\nrole = "listener"\n'
CLIENT = "[endpoint.a]\n"


def refused(text: str) -> tuple[str, int]:
    with pytest.raises(ScenarioProblem) as problem:
        parse(text)
    reason = problem.value.args_["reason"]
    assert isinstance(reason, Problem)
    assert reason.text
    return reason.key, problem.value.line


def again(scenario: Scenario) -> Scenario:
    return parse(to_toml(scenario))


@pytest.mark.parametrize(
    ("text", "told", "line"),
    [
        ('address = "ws://127.0.0.1:1/a"\nwebsocket = { path = "/b" }', "scenario.path_twice", 3),
        ('address = "ws://127.0.0.1:1/a"\nlayers = ["tls"]', "scenario.layers_twice", 3),
        ('address = "ws://127.0.0.1:1/#a"', "address.web_fragment", 2),
        ('address = "http://127.0.0.1:1/"', "address.scheme", 2),
        ('address = "ws://[::1]:1/"\nfamily = "AF_INET"', "address.v6_in_v4", 2),
        ('address = "ws://u:p@127.0.0.1:1/"', "address.web_user", 2),
        ('address = "127.0.0.1:1"\nwebsocket = { pth = "/" }', "scenario.unknown_key", 3),
        ('websocket = { status = 401 }', "scenario.key_of_server", 2),
        ('websocket = { headers = { A = 1 } }', "scenario.wrong_type", 2),
        ('websocket = { headers = { A = "b\\r\\nC: d" } }', "engine.ws_header", 2),
        ('websocket = { fragment = -1 }', "scenario.wrong_type", 2),
        ('websocket = { deflate = { server_max_window_bits = 7 } }', "engine.ws_window", 2),
        ('websocket = { deflate = "yes" }', "scenario.wrong_type", 2),
        ('websocket = { violations = "ignore" }', "scenario.unknown_value", 2),
        ('websocket = true', "scenario.wrong_type", 2),
        ('tls = { verify = false }', "scenario.tls_not_started", 2),
        ('layers = ["tls"]\ntls = { ask_client = "required" }', "scenario.key_of_server", 3),
        ('layers = ["tls"]\ntls = { minimum = 1.2 }', "scenario.wrong_type", 3),
        ('layers = ["tls"]\ntls = { minimum = "1.4" }', "scenario.unknown_value", 3),
        ('layers = ["tls"]\ntls = { key_password = "secret" }', "scenario.password_in_file", 3),
        ('layers = ["tls"]\ntls = { keylog = "../keys" }', "scenario.keylog_name", 3),
        ('layers = ["tls"]\ntls = { cert = "test:godo" }', "certificates.unknown", 3),
        ('proxy = "ftp://a:1"', "engine.proxy_scheme", 2),
        ('family = "AF_UNIX"\nproxy = "env"', "engine.proxy_needs_tcp", 3),
        ('layers = ["tls"]\ntls = { key = "k.pem" }', "engine.tls_key_without_cert", 3),
    ],
)  # fmt: skip
def test_a_client_s_traps(text: str, told: str, line: int) -> None:
    assert refused(f"{CLIENT}{text}\n") == (told, line)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('websocket = { method = "POST" }', "scenario.key_of_client"),
        ('layers = ["tls"]\ntls = { verify = false }', "scenario.key_of_client"),
        ('address = "ws://127.0.0.1:0/"\ntype = "SOCK_SEQPACKET"', "engine.layers_need_a_stream"),
    ],
)
def test_a_server_s_traps(text: str, told: str) -> None:
    assert refused(f"{SERVER}{text}\n")[0] == told


def test_a_datagram_has_no_layers() -> None:
    said = '[endpoint.a]\nrole = "datagram"\naddress = "ws://127.0.0.1:1/"\n'
    assert refused(said) == ("engine.layers_need_a_stream", 3)


@pytest.mark.parametrize(
    ("step", "told"),
    [
        ("do = 'frame', opcode = 16", "engine.ws_frame_opcode"),
        ("do = 'frame', opcode = 'txt'", "scenario.unknown_value"),
        ("do = 'frame', rsv = 8", "engine.ws_frame_rsv"),
        ("do = 'frame', mask = '00'", "engine.ws_frame_mask"),
        ("do = 'frame', form = 4", "engine.ws_frame_form"),
        ("do = 'frame', length = 126, form = 0", "engine.ws_frame_length"),
        ("do = 'frame', length = '0x10000000000000000'", "scenario.wrong_type"),
        ("do = 'frame', text = 'a', hex = '00'", "engine.ws_one_payload"),
        ("do = 'ping', hex = 'zz'", "hex.digits"),
        ("do = 'raw'", "engine.one_payload"),
        ("do = 'raw', text = 'a', below = 'ip'", "scenario.unknown_value"),
        ("do = 'ws_close', code = 65536", "scenario.close_code"),
        ("do = 'ws_close', code = 'one'", "scenario.close_code"),
        ("do = 'start_layer', layer = 'ssl'", "scenario.unknown_value"),
    ],
)
def test_a_step_s_traps(step: str, told: str) -> None:
    key, _ = refused(f"step = [ {{ {step} }} ]\n{CLIENT}websocket = {{ }}\n")
    assert key == told or (told == "hex.digits" and "hex" in key)


def test_steps_become_commands_and_read_back() -> None:
    made = parse(
        """
step = [
  { do = "frame", opcode = "PING", text = "a", fin = false, rsv = 6, mask = "none" },
  { do = "frame", opcode = 11, hex = "00", length = "0x8000000000000000", form = 8 },
  { do = "ping" },
  { do = "pong", text = "b" },
  { do = "ws_close", code = 4000, reason = "why" },
  { do = "ws_close", code = "none" },
  { do = "raw", text = "x", below = "tls" },
  { do = "start_layer" },
  { do = "tls_close" },
]
[endpoint.a]
address = "wss://127.0.0.1:1/"
"""
    )
    commands = [step.command for step in made.steps if isinstance(step, Perform)]
    assert commands == [
        c.SendFrame("a", 9, text="a", fin=False, rsv=6, mask="none"),
        c.SendFrame("a", 11, hex="00", length=2**63, form=8),
        c.Ping("a"),
        c.Pong("a", text="b"),
        c.CloseWebSocket("a", 4000, "why"),
        c.CloseWebSocket("a", None),
        c.Raw("a", text="x", below="tls"),
        c.StartLayer("a"),
        c.CloseTls("a"),
    ]
    assert again(made) == made


def test_every_key_of_a_websocket_is_read_and_reads_back() -> None:
    made = parse(
        """
[endpoint.s]
role = "listener"
address = "ws://127.0.0.1:0/chat"
websocket = { subprotocols = ["a", "b"], origin = "http://a", drop = "Upgrade", status = 401, \
body = "no", accept = "wrong", choose = "", deflate = true, fragment = 3, max_message = 9, \
violations = "note", pong = "withhold", answer_close = false, ping_interval = 1, ping_timeout = 2 }
[endpoint.c]
address = "ws://@s/chat?room=1"
websocket = { headers = { Authorization = "Bearer x", Cookie = ["a=1", "b=2"] }, key = "k", \
version = "8", method = "POST", deflate = { client_max_window_bits = 9 } }
"""
    )
    server, client = made.endpoints
    assert server.websocket == WebSocketSettings(
        path="/chat", subprotocols=("a", "b"), origin="http://a", drop=("Upgrade",), status=401,
        body="no", accept="wrong", choose="", deflate=Deflate(), fragment=3, max_message=9,
        violations=Violations.NOTE, pong=PongMode.WITHHOLD, answer_close=False, ping_interval=1.0,
        ping_timeout=2.0,
    )  # fmt: skip
    assert (client.address, client.layers) == ("@s", ("websocket",))
    assert client.websocket is not None
    assert client.websocket.path == "/chat?room=1"
    assert client.websocket.headers == (
        ("Authorization", "Bearer x"), ("Cookie", "a=1"), ("Cookie", "b=2"),
    )  # fmt: skip
    assert client.websocket.deflate == Deflate(client_max_window_bits=9)
    text = to_toml(made)
    assert 'address = "ws://@s/chat?room=1"' in text
    assert "layers" not in text
    assert "path" not in text
    assert again(made).endpoints == made.endpoints


def test_every_key_of_tls_is_read_and_reads_back() -> None:
    made = parse(
        """
[endpoint.s]
role = "listener"
address = "tls://127.0.0.1:0"
tls = { cert = "test:good", ca = "test:root", minimum = "1.2", maximum = "1.3", ciphers = "HIGH", \
alpn = ["h2", "x"], sni = { "a.test" = "test:chained" }, ask_client = "optional", \
keylog = "keys.log", close_notify = false }
[endpoint.c]
address = "tls://[::1]:993"
proxy = "socks5://127.0.0.1:1080"
tls = { server_name = "a.test", verify = false, check_name = false, resume = true, alpn = "h2" }
"""
    )
    server, client = made.endpoints
    assert server.tls == TlsSettings(
        cert="test:good", ca="test:root", maximum=TlsVersion.V1_3, ciphers="HIGH",
        alpn=("h2", "x"), sni=(("a.test", "test:chained"),), ask_client=AskClient.OPTIONAL,
        keylog="keys.log", close_notify=False,
    )  # fmt: skip
    assert client.family == "AF_INET6"
    assert client.tls == TlsSettings(
        server_name="a.test", verify=False, check_name=False, resume=True, alpn=("h2",)
    )
    assert again(made).endpoints == made.endpoints


def test_an_address_alone_says_the_layers() -> None:
    made = parse('endpoint.a = "wss://[::1]/chat"\n')
    settings = made.endpoints[0]
    assert settings.address == "[::1]:443"
    assert settings.family == "AF_INET6"
    assert settings.layers == ("tls", "websocket")
    assert 'endpoint.a = "wss://[::1]:443/chat"' in to_toml(made)
    assert again(made).endpoints == made.endpoints


def test_a_configured_address_keeps_the_headers() -> None:
    made = parse(
        """
step = [
  { do = "configure", address = "ws://127.0.0.1:2/b" },
  { do = "configure", websocket = "none", layers = [] },
]
[endpoint.a]
address = "ws://127.0.0.1:1/a"
websocket = { headers = { X = "y" } }
"""
    )
    first, last = (step.command for step in made.steps if isinstance(step, Perform))
    assert isinstance(first, c.Configure)
    assert isinstance(last, c.Configure)
    assert first.settings.websocket == WebSocketSettings(path="/b", headers=(("X", "y"),))
    assert last.settings.websocket is None
    assert last.settings.layers == ()
    assert again(made).steps == made.steps


def test_tls_that_begins_later_may_be_said_before() -> None:
    for step in (
        '{ do = "start_layer" }',
        '{ do = "loop", times = 2, step = [ { do = "start_layer" } ] }',
        '{ do = "configure", layers = ["tls"] }',
    ):
        assert parse(f"step = [ {step} ]\n{CLIENT}tls = {{ verify = false }}\n")


def test_a_password_is_of_the_environment_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "hunter2 \\ secret")
    path = tmp_path / "a.toml"
    (tmp_path / "c.pem").touch()
    path.write_text(
        'endpoint.a = { address = "tls://127.0.0.1:1", '
        'tls = { cert = "c.pem", key_password = { env = "MY_KEY" } } }\n'
    )
    with pytest.raises(NotAllowed):
        load(path)
    made = load(path, Given(environment=("MY_KEY",)))
    tls = made.endpoints[0].tls
    assert tls is not None
    assert tls.key_password == "hunter2 \\ secret"
    text = to_toml(made)
    assert "hunter2" not in text
    assert 'key_password = { env = "MY_KEY" }' in text


def test_a_certificate_outside_the_folder_is_asked_for(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    path = tmp_path / "inside" / "a.toml"
    path.write_text('endpoint.a = { address = "tls://127.0.0.1:1", tls = { ca = "../x.pem" } }\n')
    with pytest.raises(NotAllowed) as refusal:
        load(path)
    assert [wish.what for wish in refusal.value.wishes] == ["../x.pem"]
    path.write_text('endpoint.a = { address = "tls://127.0.0.1:1", tls = { ca = "x.pem" } }\n')
    made = load(path)
    assert made.endpoints[0].tls == TlsSettings(ca=str(tmp_path / "inside" / "x.pem"))


@pytest.mark.parametrize(
    "responder",
    [
        '{ kind = "greet", text = "220", then = "tls" }',
        '{ kind = "rules", rules = [{ match = "any", then = "tls" }] }',
        '{ kind = "rules", else = { reply = "go", then = "tls" } }',
    ],
)
def test_a_responder_that_starts_tls_is_enough(responder: str) -> None:
    made = parse(f'{SERVER}tls = {{ cert = "test:good" }}\nresponder = {responder}\n')
    assert made.endpoints[0].tls is not None
    echo = f'{SERVER}tls = {{ cert = "test:good" }}\nresponder = {{ kind = "echo" }}\n'
    assert refused(echo) == ("scenario.tls_not_started", 3)
