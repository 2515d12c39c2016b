"""Other programs in a plain script: only where they are allowed, and ended with it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_process import ASLEEP
from workbench.scenario.code import to_python
from workbench.scenario.model import parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.texts import tr

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it ends a group of processes")
ALLOWED = Given(permissions=Permissions(allow_run=True))
CLIENT = (
    "import socket, sys; s = socket.create_connection(('127.0.0.1', int(sys.argv[1])));"
    "s.sendall(b'hello'); print(s.recv(9).decode())"
)


def script(tmp_path: Path, *steps: str) -> Path:
    lines = "".join(f"  {step},\n" for step in ('{ do = "start" }', *steps))
    text = f"""
step = [
{lines}]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "echo" }}
"""
    code = to_python(parse(text, given=ALLOWED))
    assert tr("scenario.not_in_code") not in code
    path = tmp_path / "script.py"
    path.write_text(code, encoding="utf-8")
    return path


def run(path: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", str(path), *args],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def program(code: str, keys: str, *args: str) -> str:
    words = ", ".join(f'"{word}"' for word in (sys.executable, "-c", code, *args))
    return f'{{ do = "run", command = [{words}], {keys} }}'


def test_a_program_reads_what_it_is_given(tmp_path: Path) -> None:
    upper = "import sys; print(sys.stdin.read().upper())"
    keys = "input = 'port {s.port} \\n', contains = 'PORT '"
    path = script(tmp_path, program(upper, keys), program("assert not open(0).read()", "exit = 0"))
    found = run(path, "--allow-run")
    assert found.returncode == 0, found.stderr


def test_a_program_talks_to_an_endpoint_of_the_script(tmp_path: Path) -> None:
    path = script(
        tmp_path,
        program(CLIENT, 'contains = "hello"', "{s.port}"),
        '{ do = "expect", connection = "any", text = "hello" }',
        program(ASLEEP, 'name = "asleep", wait = false, contains = "ready"'),
        '{ do = "run", stop = "asleep" }',
        program(ASLEEP, 'wait = false, contains = "ready"'),
        program("raise SystemExit(3)", "exit = 3"),
        program("raise SystemExit(3)", 'exit = "any"'),
    )
    refused = run(path)
    assert refused.returncode == 2
    assert "--allow-run" in refused.stderr
    done = run(path, "--allow-run")
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("code", "keys"),
    [
        ("raise SystemExit(3)", ""),
        ("print('other')", 'contains = "hello"'),
        ("print('other')", 'contains = "hello", wait = false'),
        (ASLEEP, "timeout = 0.1"),
    ],
)
def test_a_program_that_does_otherwise_fails_the_script(
    code: str, keys: str, tmp_path: Path
) -> None:
    path = script(tmp_path, program(code, keys).replace(",  }", " }"))
    assert run(path, "--allow-run").returncode == 1
