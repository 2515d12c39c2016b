"""A scenario as plain Python runs, and makes the same calls."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from workbench.resources import resource
from workbench.scenario.code import to_python
from workbench.scenario.model import load, parse

UDP = """title = "udp"
[endpoint.server]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:0"
timeout = 5.0
[endpoint.client]
role = "datagram"
type = "SOCK_DGRAM"
bind = "127.0.0.1:0"
address = "@server"
timeout = 5.0
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "start"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
text = "hello, 服务器"
to = "@server"
[[step]]
do = "recv"
endpoint = "server"
size = 1024
[[step]]
do = "recv"
endpoint = "client"
size = 10
error = "TimeoutError"
[[step]]
do = "stop"
endpoint = "client"
[[step]]
do = "stop"
endpoint = "server"
"""


def test_the_script_runs_by_itself() -> None:
    code = to_python(parse(UDP.replace("timeout = 5.0", "timeout = 0.2")))
    ran = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert repr("hello, 服务器".encode()) in ran.stdout
    assert "TimeoutError" in ran.stdout


@pytest.mark.parametrize(
    "path", sorted(resource("scenarios").glob("*.toml")), ids=lambda path: path.stem
)
def test_every_ready_scenario_makes_valid_python(path) -> None:
    ast.parse(to_python(load(path)))
