"""What scripts/test.py runs: everything, everything for long, or what pytest is told."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parent.parent.parent / "scripts" / "test.py"


@pytest.fixture
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("script_test", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    return made


@pytest.mark.parametrize(("args", "checks"), [
    ([], True), (["--long"], True), (["tests/test_main.py"], False), (["--long", "-x"], False),
])  # fmt: skip
def test_checks_are_made_where_nothing_is_picked_out(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, args: list[str], checks: bool,
) -> None:
    """Only what would take minutes is left out: the tools and pytest themselves."""
    made: list[list[str]] = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        made.append(command[1:])
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(script.bootstrap, "prepare", lambda **_wanted: None)
    monkeypatch.setattr(sys, "argv", ["test.py", *args])
    assert not script.main()
    assert made[-1] == ["-m", "pytest", *args]
    wanted = list(script.CHECKS.values()) if checks else []
    assert sorted(made[:-1]) == sorted(wanted)
