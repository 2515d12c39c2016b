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
    wanted = [["-m", "pytest", *args]]
    if checks:
        apart = [word for folders in script.BESIDE for folder in folders
                 for word in ("--ignore", folder)]
        wanted = [*script.CHECKS.values(), ["-m", "pytest", *apart, *args],
                  *(["-m", "pytest", "-p", "no:cacheprovider", *folders, *args]
                    for folders in script.BESIDE)]
    assert sorted(made) == sorted(wanted)


@pytest.mark.parametrize("broken", [True, False])
def test_a_failure_of_either_run_is_the_status(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, broken: bool,
) -> None:
    """`broken`: the run beside the others fails; else they do."""

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, int(("--ignore" not in command) is broken), "")

    monkeypatch.setattr(subprocess, "run", run)
    assert script.run_tests([], {}) == 1
