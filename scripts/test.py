#!/usr/bin/env python3
"""Run every check and all tests; with other arguments, pytest alone with these.

Usage: python3 scripts/test.py [--quick | --long | arguments of pytest]

--quick: the checks that take seconds, and the tests that are not marked `slow`; for the time
between two changes. No types, programs, demonstrations, and next to no windows.
--long: all of it, and where tests draw at random, many more and other examples: thousands of
command sequences, new ones of Hypothesis, each demonstration ten times. Takes an hour or so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import bootstrap

CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as run; run()",
                "--cache-dir", ".import_linter_cache"],
    # one cache a platform: mypy starts from nothing when the platform changes
    "types": ["-m", "mypy", "--platform", "linux", "--cache-dir", ".mypy_cache/linux"],
    "types on macOS": ["-m", "mypy", "--platform", "darwin", "--cache-dir", ".mypy_cache/darwin"],
    "types on Windows": ["-m", "mypy", "--platform", "win32", "--cache-dir", ".mypy_cache/win32"],
}  # fmt: skip


BESIDE = (
    ("tests/e2e", "tests/jobs", "tests/labs", "tests/talks"),
    ("tests/ui",),
    ("tests/qt", "tests/ui/lab", "tests/ui/looks", "tests/ui/endpoint"),
)
"""Runs beside that of the other tests: most wait, for programs, the kernel, a window. What takes
longest begins first.
"""
AT_ONCE = 4
"""Runs at the same time: more would have each wait for the processor."""
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that have to be free there."""


QUICK_CHECKS = ("lint", "format", "imports")
_FIRST_HALF = ("tests/engine", "tests/payload", "tests/journal", "tests/viewmodel", "tests/explain")
_SLOW_FOLDERS = ("tests/e2e", "tests/jobs", "tests/talks", "tests/ui/looks", "tests/ui/lab")
QUICK_TESTS = (
    _FIRST_HALF,
    ("tests", *(f"--ignore={name}" for name in (*_FIRST_HALF, *_SLOW_FOLDERS))),
)
"""Two halves of about the same length; whole folders of slow tests are not even read."""
COVERED_TESTS = (
    ("tests/engine", "tests/payload", "tests/viewmodel", "tests/explain"),
    ("tests/scenario", "tests/test_session.py"),
    ("tests/journal",),
)
"""What the coverage is taken of: tests close to the modules that pyproject.toml names, so that a
branch counts where a test of its own part takes it. They run under it and not a second time; those
marked `slow` run without.
"""


def temporary(*, memory: bool = True) -> tempfile.TemporaryDirectory[str]:
    """A folder for what one run writes: in memory where that is wanted and there is room.

    Hundreds of records are made; on a busy disk most of the time would go to fsync(2).
    """
    roomy = memory and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM
    made = tempfile.TemporaryDirectory(prefix="t", dir=MEMORY if roomy else None)
    Path(made.name).chmod(0o755)  # some tests read as another user
    return made


def check(command: list[str], environment: dict[str, str]) -> tuple[int, str]:
    """One checking tool: its status and all that it printed."""
    done = subprocess.run(
        [str(bootstrap.PYTHON), *command],
        cwd=bootstrap.ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def main() -> int:
    """Prepare, check, test; the status of the first that failed."""
    args = sys.argv[1:]
    try:
        bootstrap.prepare(window=True, tests=True)
    except bootstrap.Stop as stop:
        print(stop, file=sys.stderr)
        return 2
    environment = {**os.environ, "PYTHONPATH": str(bootstrap.ROOT), "PYTHONUTF8": "1"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # hundreds of processes, the same modules
    failed = []
    if args == ["--quick"]:
        return run_quick(environment)
    if args in ([], ["--long"]):
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            for name, (status, printed) in zip(
                CHECKS,
                pool.map(lambda tool: check(tool, environment), CHECKS.values()),
                strict=True,
            ):
                print(f"== {name}: {'failed' if status else 'ok'}", flush=True)
                if status:
                    failed.append(name)
                    print(printed, flush=True)
        if failed:
            print(f"== failed so far: {', '.join(failed)}", flush=True)
        return run_tests(args, environment) or bool(failed)
    return subprocess.run(
        [str(bootstrap.PYTHON), "-m", "pytest", *args],
        cwd=bootstrap.ROOT,
        env=environment,
        check=False,
    ).returncode


def run_quick(environment: dict[str, str]) -> int:
    """What tells most in least time; 1 where some of it failed."""
    jobs = {f"tests {number}": pytest("-m", "not slow", *words)
            for number, words in enumerate(QUICK_TESTS, 1)}  # fmt: skip
    jobs |= {name: CHECKS[name] for name in QUICK_CHECKS}
    failed = False
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(lambda command: check_apart(command, environment), jobs.values())
        for name, (status, printed) in zip(jobs, found, strict=True):
            print(f"== {name}: {'failed' if status else 'ok'}", flush=True)
            if status or name.startswith("tests"):
                print(printed, flush=True)
            failed |= bool(status)
    return int(failed)


def run_coverage(
    args: list[str], pool: ThreadPoolExecutor, environment: dict[str, str]
) -> Callable[[], int]:
    """Have the tests of the parts that have a floor run in the pool; what is given back says what
    came of them and what their branches come to, and is not 0 below the floor.
    """
    folder = temporary()
    own = {**environment, "COVERAGE_FILE": str(Path(folder.name) / "data")}
    runs = [
        pool.submit(
            check_apart,
            ["-m", "coverage", "run", "--parallel-mode", *quick_ones(folders), *args],
            own,
        )
        for folders in COVERED_TESTS
    ]

    def judge() -> int:
        with folder:
            failed = 0
            for status, printed in (run.result() for run in runs):
                print(printed, flush=True)
                failed = failed or status
            if failed:
                print("== coverage: failed with its tests", flush=True)
                return failed
            status, printed = check(["-m", "coverage", "combine", "--quiet"], own)
            if not status:
                status, printed = check(["-m", "coverage", "report", "--sort=cover"], own)
            print(f"== coverage: {'failed' if status else 'ok'}\n{printed}", flush=True)
            return status

    return judge


def pytest(*words: str) -> list[str]:
    """The tests beside other runs of them: none keeps what the others fall over."""
    return ["-m", "pytest", "-q", "-p", "no:cacheprovider", *words]


def quick_ones(folders: tuple[str, ...]) -> list[str]:
    """The tests of these folders that the coverage is taken of."""
    return pytest("-m", "not slow", *folders)


def slow_ones(folders: tuple[str, ...]) -> list[str]:
    """The rest of them."""
    return pytest("-m", "slow", *folders)


def apart(folders: tuple[str, ...] = ("tests",)) -> list[str]:
    """What a run of these folders leaves to the other runs, as pytest is told it."""
    inside = tuple(f"{folder}/" for folder in folders)
    return [
        word
        for run in (*BESIDE, *COVERED_TESTS)
        for other in run
        if other.startswith(inside) and other not in folders
        for word in ("--ignore", other)
    ]


def check_apart(
    command: list[str], environment: dict[str, str], *, memory: bool = True
) -> tuple[int, str]:
    """The same with a folder of its own for temporary files: what it leaves is looked for there."""
    with temporary(memory=memory) as own:
        return check(command, {**environment, "TMPDIR": own})


def run_tests(args: list[str], environment: dict[str, str]) -> int:
    """All tests in several runs, some at the same time, and the coverage of some of them; the
    status of the first that failed.
    """

    def others() -> int:
        with temporary() as own:
            return subprocess.run(
                [str(bootstrap.PYTHON), "-m", "pytest", *apart(), *args],
                cwd=bootstrap.ROOT,
                env={**environment, "TMPDIR": own},
                check=False,
            ).returncode

    with ThreadPoolExecutor(AT_ONCE) as pool:
        first = pool.submit(others)
        runs = [
            pool.submit(
                check_apart, pytest(*folders, *apart(folders), *args), environment, memory=False
            )
            for folders in BESIDE
        ]
        covered = run_coverage(args, pool, environment)
        runs += [
            pool.submit(check_apart, [*slow_ones(folders), *args], environment)
            for folders in COVERED_TESTS
        ]
        status = first.result()
        for run in runs:
            other, printed = run.result()
            print(printed, flush=True)
            status = status or other
        below = covered()
        return status or below


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
