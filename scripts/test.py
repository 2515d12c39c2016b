#!/usr/bin/env python3
"""Run every check and all tests; with other arguments, pytest alone with these.

Usage: python3 scripts/test.py [--long | arguments of pytest]

--long: all of it, and where tests draw at random, many more and other examples: thousands of
command sequences, new ones of Hypothesis, each demonstration ten times. Takes an hour or so.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

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
    ("tests/e2e", "tests/labs"),
    ("tests/ui",),
    ("tests/qt", "tests/ui/lab", "tests/ui/looks", "tests/ui/endpoint"),
)
"""Tests that mostly wait, for programs, the kernel, a window: they run beside the others."""


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
    failed = []
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


def apart(folders: tuple[str, ...] = ("tests",)) -> list[str]:
    """What a run of these folders leaves to the other runs, as pytest is told it."""
    inside = tuple(f"{folder}/" for folder in folders)
    return [
        word
        for run in BESIDE
        for other in run
        if other.startswith(inside) and other not in folders
        for word in ("--ignore", other)
    ]


def run_tests(args: list[str], environment: dict[str, str]) -> int:
    """All tests, in several runs at the same time; the status of the first that failed.

    Each has a folder of its own for temporary files: what one leaves is looked for there.
    """

    def beside(folders: tuple[str, ...]) -> tuple[int, str]:
        with tempfile.TemporaryDirectory(prefix="t-") as own:
            return check(
                ["-m", "pytest", "-p", "no:cacheprovider", *folders, *apart(folders), *args],
                {**environment, "TMPDIR": own},
            )

    with ThreadPoolExecutor(len(BESIDE)) as pool:
        runs = [pool.submit(beside, folders) for folders in BESIDE]
        status = subprocess.run(
            [str(bootstrap.PYTHON), "-m", "pytest", *apart(), *args],
            cwd=bootstrap.ROOT,
            env=environment,
            check=False,
        ).returncode
        for run in runs:
            other, printed = run.result()
            print(printed, flush=True)
            status = status or other
    return status


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
