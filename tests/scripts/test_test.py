"""What scripts/test.py runs: everything, everything for long, or what pytest is told."""

from __future__ import annotations

import importlib.util
import re
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
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    args: list[str],
    checks: bool,
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
        wanted = [
            *script.CHECKS.values(),
            ["-m", "pytest", *script.apart(), *args],
            *(
                ["-m", "pytest", "-p", "no:cacheprovider", *folders, *script.apart(folders), *args]
                for folders in script.BESIDE
            ),
        ]
    assert sorted(made) == sorted(wanted)


def test_each_test_is_run_once(script: ModuleType) -> None:
    """No folder falls between the runs, and none is in two of them."""
    tests = SCRIPT.parent.parent / "tests"
    files = {str(path.relative_to(tests.parent)) for path in tests.rglob("test_*.py")}
    run: list[str] = []
    for folders in (("tests",), *script.BESIDE):
        left_out = tuple(f"{name}/" for name in script.apart(folders)[1::2])
        run += [
            file
            for file in files
            if file.startswith(tuple(f"{name}/" for name in folders))
            and not file.startswith(left_out)
        ]
    assert sorted(run) == sorted(files)


@pytest.mark.parametrize("broken", [True, False])
def test_a_failure_of_either_run_is_the_status(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    broken: bool,
) -> None:
    """`broken`: the run beside the others fails; else they do."""

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        beside = "no:cacheprovider" in command
        return subprocess.CompletedProcess(command, int(beside is broken), "")

    monkeypatch.setattr(subprocess, "run", run)
    assert script.run_tests([], {}) == 1


def test_ci_and_github_call_the_same_command() -> None:
    root = SCRIPT.parent.parent
    ci = (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    workflow = (root / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert ci[-1] == "exec python3 scripts/test.py"
    assert re.findall(r"run: (.*)", workflow) == ["python scripts/test.py"]
    assert "os: [ubuntu-latest, macos-latest, windows-latest]" in workflow
    assert 'python: ["3.11", "3.13"]' in workflow
