"""What scripts/test.py runs: everything, everything for long, or what pytest is told."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from types import ModuleType

import pytest

from tests import slow

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

    def run(
        command: list[str], env: Mapping[str, str], **_how: object
    ) -> subprocess.CompletedProcess[str]:
        assert "PYTHONDONTWRITEBYTECODE" not in env  # each process would compile all modules
        made.append(command[1:])
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(script.bootstrap, "prepare", lambda **_wanted: None)
    monkeypatch.setattr(sys, "argv", ["test.py", *args])
    monkeypatch.setattr(script, "run_coverage", lambda _args, _pool, _environment: lambda: 0)
    assert not script.main()
    wanted = [["-m", "pytest", *args]]
    if checks:
        args = script.LONG if args else []
        wanted = [
            *script.CHECKS.values(),
            script.pytest(*script.others(), *args),
            *(
                script.pytest(*files, *args)
                for kind in (script.PROGRAMS, script.WINDOWS)
                for _, files in script.dealt(*kind)
            ),
            *([*command, *args] for _, command in script.dealt_slow()),
        ]
    assert sorted(made) == sorted(wanted)


def test_quick_is_the_quick_checks_and_what_is_not_slow(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[list[str]] = []
    monkeypatch.setattr(
        script, "check", lambda command, _environment: made.append(command) or (0, "")
    )
    assert not script.run_quick({})
    checks = [command for command in made if "pytest" not in command]
    assert sorted(checks) == sorted(script.CHECKS[name] for name in script.QUICK_CHECKS)
    tests = [command for command in made if "pytest" in command]
    assert all(command[command.index("not slow") - 1] == "-m" for command in tests)
    files = [word for command in tests for word in command if word.endswith(".py")]
    assert len(files) == len(set(files))
    assert set(files) == {name for name in script.files(("tests",)) if not slow.is_slow(name)}
    assert not set(script.QUICK_CHECKS) & {name for name in script.CHECKS if "types" in name}


def test_quick_sees_every_package_and_leaves_out_what_is_measured_as_slow() -> None:
    """An entry of a test that is gone says so here; each package keeps tests."""
    tests = SCRIPT.parent.parent / "tests"
    for node in (*slow.TESTS, *slow.KEPT):
        file, _, function = node.partition("::")
        assert (tests / file).is_file(), node
        if function:
            assert f"def {function}(" in (tests / file).read_text(encoding="utf-8"), node
    kept = {
        path.relative_to(tests).parts[0]
        for path in tests.rglob("test_*.py")
        if not slow.is_slow(f"tests/{path.relative_to(tests).as_posix()}")
    }
    packages = {
        path.parent.name for path in (SCRIPT.parent.parent / "workbench").glob("*/__init__.py")
    }
    assert packages <= kept


def test_what_takes_long_is_there_and_dealt_evenly(script: ModuleType) -> None:
    for name in (*script.SECONDS, *script.QUICK_SECONDS):
        assert (SCRIPT.parent.parent / name).is_file(), name
    assert not any(map(slow.is_slow, script.QUICK_SECONDS))
    for kind in (script.PROGRAMS, script.WINDOWS):
        takes = [
            sum(script.SECONDS.get(name, 1) for name in names) for _, names in script.dealt(*kind)
        ]
        assert max(takes) - min(takes) <= 1, takes


@pytest.mark.parametrize("falls", ["run", "report", None])
def test_coverage_fails_with_its_tests_and_below_its_floor(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, falls: str | None
) -> None:
    monkeypatch.setattr(script, "check", lambda command, _environment: (2 * (falls in command), ""))
    with ThreadPoolExecutor() as pool:
        judge = script.run_coverage([], pool, {})
        assert bool(judge()) is bool(falls)


@pytest.mark.parametrize("room", [True, False])
def test_what_tests_write_is_in_memory_where_there_is_room(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, room: bool
) -> None:
    monkeypatch.setattr(script, "MEMORY", tmp_path)
    monkeypatch.setattr(script, "ROOM", 0 if room else 1 << 70)
    with script.temporary() as folder:
        assert (Path(folder).parent == tmp_path) is room
        assert Path(folder).stat().st_mode & 0o055 == 0o055  # another user may read in it
    assert not Path(folder).exists()


def test_each_test_is_run_once(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    """No folder falls between the runs, and none is in two of them; of those that the coverage is
    taken of the quick tests are in one and the slow ones in another.
    """
    made: list[list[str]] = []

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        made.append(command)
        return subprocess.CompletedProcess(command, 0, "")

    monkeypatch.setattr(subprocess, "run", run)
    assert not script.run_tests([], {})
    tests = SCRIPT.parent.parent / "tests"
    files = {str(path.relative_to(tests.parent)) for path in tests.rglob("test_*.py")}
    seen: Counter[tuple[str, str]] = Counter()
    for command in made:
        if "pytest" not in command:
            continue  # coverage's own
        words = command[command.index("pytest") + 1 :]
        marks = [words[at + 1] for at, word in enumerate(words) if word == "-m"]
        left_out = tuple(
            word.removeprefix("--ignore=") for word in words if word.startswith("--ignore=")
        )
        folders = tuple(word for word in words if word.startswith("tests") and word not in left_out)
        for file in files:
            inside = any(
                file == each or file.startswith(f"{each}/") for each in folders or ["tests"]
            )
            if inside and not any(file == each or file.startswith(f"{each}/") for each in left_out):
                seen.update((file, mark) for mark in (marks or ["slow", "not slow"]))
    assert seen == Counter(dict.fromkeys(product(files, ("slow", "not slow")), 1))


@pytest.mark.parametrize(
    "which", ["tests/ui/test_panels.py", "tests/e2e/test_signals.py", "tests", "slow", "mypy"]
)
def test_a_failure_of_any_run_is_the_status(
    script: ModuleType,
    monkeypatch: pytest.MonkeyPatch,
    which: str,
) -> None:
    """Whichever it is, and where it was ended by a signal too: a crash has a negative status."""

    def run(command: list[str], **_how: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess(command, -11 if which in command else 0, "")

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(script, "run_coverage", lambda _args, _pool, _environment: lambda: 0)
    assert script.run_tests([], {}) == 1


def test_ci_and_github_call_the_same_command() -> None:
    root = SCRIPT.parent.parent
    ci = (root / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    workflow = (root / ".github" / "workflows" / "test.yml").read_text(encoding="utf-8")
    assert ci[-1] == "exec python3 scripts/test.py"
    assert re.findall(r"run: (.*)", workflow) == ["python scripts/test.py"]
    assert "os: [ubuntu-latest, macos-latest, windows-latest]" in workflow
    assert 'python: ["3.11", "3.12", "3.13"]' in workflow
