"""A script of a stranger's scenario asks first, as `run` does: each with its switch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.exported import ran
from workbench.scenario.code import to_python
from workbench.scenario.model import load
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.secrets import secrets_of
from workbench.scenario.without_secrets import python_without

ALL = Permissions(any_file=True, allow_run=True, beyond_loopback=True)
LAYERED = "messages = { idle = 0.05 }\n"
"""What plain sockets have no counterpart of: the script builds on workbench.testing."""


def export(folder: Path, step: str, more: str = "", values: str = "") -> str:
    (folder / "own").mkdir()
    (folder / "other.bin").write_bytes(b"hello")
    (folder / "own" / "near.bin").write_bytes(b"hello")
    path = folder / "own" / "it.toml"
    path.write_text(f"""
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
  {step},
]
endpoint.c = "127.0.0.1:{{s.port}}"
{values or "[values]"}
x = 1
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
{more}
""")
    scenario = load(path, Given({}, ("WORKBENCH_PW",), ALL))
    return python_without(to_python(scenario), secrets_of(scenario), asks=True)


@pytest.mark.parametrize("more", ["", LAYERED], ids=["plain", "testing"])
@pytest.mark.parametrize(
    ("step", "switch"),
    [
        ('{ do = "run", command = ["true"] }', "--allow-run"),
        ('{ do = "send", endpoint = "c", file = "../other.bin" }', "--any-file"),
    ],
)
def test_commands_and_files(step: str, switch: str, more: str, tmp_path: Path) -> None:
    code = export(tmp_path, step, more)
    refused = ran(code, tmp_path)
    assert refused.returncode in {1, 2}
    assert switch in refused.stderr
    assert ran(code, tmp_path, switch).returncode == 0


@pytest.mark.parametrize("more", ["", LAYERED], ids=["plain", "testing"])
def test_a_file_of_its_folder_needs_no_word(more: str, tmp_path: Path) -> None:
    code = export(tmp_path, '{ do = "send", endpoint = "c", file = "near.bin" }', more)
    assert ran(code, tmp_path).returncode == 0


@pytest.mark.parametrize("more", ["", LAYERED], ids=["plain", "testing"])
def test_where_others_reach_it(more: str, tmp_path: Path) -> None:
    code = export(tmp_path, '{ do = "note", text = "x" }', more)
    code = export_beyond(tmp_path, more) if code else ""
    refused = ran(code, tmp_path)
    assert refused.returncode in {1, 2}
    assert "--beyond-loopback" in refused.stderr
    assert ran(code, tmp_path, "--beyond-loopback").returncode == 0


def export_beyond(folder: Path, more: str) -> str:
    path = folder / "own" / "it.toml"
    path.write_text(path.read_text().replace('address = "127.0.0.1:0"', 'address = "0.0.0.0:0"'))
    return to_python(load(path, Given({}, (), ALL)))


@pytest.mark.parametrize("more", ["", LAYERED], ids=["plain", "testing"])
def test_variables(more: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WORKBENCH_PW", "a secret of many letters")
    values = '[values]\npw = { env = "WORKBENCH_PW", secret = true }'
    code = export(tmp_path, '{ do = "send", endpoint = "c", text = "{pw}" }', more, values)
    assert "a secret of many letters" not in code
    refused = ran(code, tmp_path)
    assert refused.returncode in {1, 2}
    assert "Allow it with --env WORKBENCH_PW" in refused.stderr
    assert ran(code, tmp_path, "--env", "WORKBENCH_PW").returncode == 0
    assert ran(code, tmp_path, "--env=WORKBENCH_PW").returncode == 0
