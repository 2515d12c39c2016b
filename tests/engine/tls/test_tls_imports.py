"""A run that uses neither TLS nor WebSocket nor a proxy imports nothing of them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

RUN = """
import sys
from pathlib import Path
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.responders.echo import Echo
from workbench.session import Session

with Session(Path(sys.argv[1])) as session:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    for command in (c.Start("server"), c.Connect("client"), c.Send("client", text="hello")):
        ticket = session.perform(command)
        assert ticket.wait(60)
        assert ticket.outcome.ok
foreign = {"ssl", "_ssl", "cryptography", "truststore"}
layers = ("tls", "websocket", "proxy_layer")
named = tuple(f"workbench.engine.protocol.{name}" for name in layers)
ours = {name for name in sys.modules if name.startswith(named)}
print(sorted((foreign & set(sys.modules)) | ours))
"""
PLAIN = """
title = "a plain talk"
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "hello" },
  { do = "expect", endpoint = "client", text = "hello" },
]
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
[endpoint.client]
address = "@server"
"""


def test_a_plain_session_imports_nothing_of_them(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path / "record.swb"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr


def test_the_command_line_starts_without_them(tmp_path: Path) -> None:
    """As `-X importtime` tells it: what is not imported costs no time."""
    scenario = tmp_path / "plain.toml"
    scenario.write_text(PLAIN)
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "workbench", "run", scenario],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    assert not of_layers(done.stderr)


def test_connect_and_listen_start_without_them() -> None:
    words = (sys.executable, "-X", "importtime", "-m", "workbench")
    server = subprocess.Popen(
        [*words, "listen", "127.0.0.1:0", "--echo", "--once", "--lang", "en"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert server.stderr is not None
        begun: list[str] = []
        while not (begun and begun[-1].startswith("Open at ")):
            begun.append(server.stderr.readline())
            assert begun[-1], "it has ended"
        address = begun[-1].split()[2].rstrip(".")
        done = subprocess.run(
            [*words, "connect", address, "--send", "hello", "--expect", "hello"],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        _, rest = server.communicate(timeout=120)
    finally:
        server.kill()
        server.communicate()
    assert (done.returncode, done.stdout, server.returncode) == (0, "hello", 0)
    assert not of_layers(done.stderr)
    assert not of_layers("".join(begun) + rest)


def of_layers(said: str) -> list[str]:
    """What `-X importtime` tells of that only who uses a layer needs."""
    imported = {line.rpartition("|")[2].strip() for line in said.splitlines()}
    assert "workbench.engine.protocol.stack" in imported
    unwanted = re.compile(
        r"_?ssl|cryptography|truststore|websockets|wsproto"
        r"|workbench\.engine\.protocol\.(tls|websocket|proxy_layer)"
        r"|workbench\.certificates\.(?!for_layers)"
    )
    return [name for name in imported if unwanted.match(name)]
