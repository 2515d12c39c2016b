#!/usr/bin/env python3
"""Run every check and all tests; with other arguments, pytest alone with these.

Usage: python3 scripts/test.py [--quick | --long | arguments of pytest]

--quick: the checks that take seconds, and the tests that are not marked `slow`; for the time
between two changes. No types, programs, demonstrations, and next to no windows.
--long: all of it, and where tests draw at random, many more and other examples: thousands of
command sequences, new ones of Hypothesis, signals and kills at many moments, each demonstration ten
times, each module broken to see its test fail. Takes hours.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import bootstrap

sys.path.insert(0, str(bootstrap.ROOT))
from tests.slow import is_slow


def types(platform: str, *paths: str) -> list[str]:
    """mypy for one system, with a cache of its own: it starts from nothing when the system changes.

    `paths`: in place of what pyproject.toml names; the tests are for Linux alone.
    """
    return ["-m", "mypy", "--platform", platform, "--cache-dir", f".mypy_cache/{platform}", *paths]


CHECKS = {
    "lint": ["-m", "ruff", "check", "."],
    "format": ["-m", "ruff", "format", "--check", "."],
    "imports": ["-c", "from importlinter.cli import lint_imports_command as run; run()",
                "--cache-dir", ".import_linter_cache"],
    "types": types("linux"),
    "types on macOS": types("darwin", "workbench", "scripts"),
    "types on Windows": types("win32", "workbench", "scripts"),
}  # fmt: skip


PROGRAMS = (
    ("tests/e2e", "tests/jobs", "tests/labs", "tests/talks", "tests/checkup", "tests/cli",
     "tests/testing"),
    4,
)  # fmt: skip
WINDOWS = (("tests/ui", "tests/qt"), 4)
"""Folders whose tests are dealt out, file by file, to so many runs: most wait, for programs, the
kernel, a window, and no run is to be what the others are waited with.
"""
SECONDS = {
    "tests/ui/looks/test_scenes.py": 28, "tests/journal/test_query_values.py": 21,
    "tests/e2e/test_failed_handshakes.py": 16,
    "tests/e2e/test_strace.py": 15, "tests/journal/test_record_place.py": 15,
    "tests/testing/test_script.py": 14, "tests/cli/test_main.py": 14,
    "tests/e2e/test_other_systems.py": 13, "tests/e2e/test_nothing_left.py": 13,
    "tests/ui/lab/test_backlog_window.py": 12, "tests/ui/test_bad_input.py": 12,
    "tests/ui/record/test_hostile_frames.py": 12,
    "tests/checkup/test_checkup.py": 11, "tests/ui/test_damaged_record.py": 11,
    "tests/cli/test_quick.py": 10, "tests/e2e/test_window_x11.py": 10,
    "tests/ui/looks/test_windows.py": 10, "tests/ui/test_habits.py": 10,
    "tests/ui/test_panels.py": 10, "tests/ui/test_scale.py": 10,
    "tests/journal/test_recorder_trouble.py": 9, "tests/e2e/test_private_modes.py": 8,
    "tests/engine/protocol/websocket/test_hostile.py": 8, "tests/journal/exports/test_forms.py": 8,
    "tests/ui/looks/test_keyboard.py": 8, "tests/ui/test_tables.py": 8,
    "tests/cli/test_web_options.py": 7, "tests/e2e/test_signals.py": 7,
    "tests/engine/test_websocket_peers.py": 7, "tests/journal/test_segments.py": 7,
    "tests/ui/test_window_deeds.py": 7, "tests/cli/test_key_password.py": 6,
    "tests/ui/endpoint/test_message_editor.py": 6, "tests/ui/endpoint/test_rules.py": 6,
}  # fmt: skip
"""Of processor time that a file takes, where that is much. What is dealt is dealt by it, the
longest first, so that no run gets several of them by chance."""
SLOW_SHARES = 3
"""The same of the slow tests that are not under coverage."""
AT_ONCE = 2 * (os.cpu_count() or 1)
"""Runs at the same time, which wait half of theirs: more would each wait for the processor."""
LONG = ["--long", "-o", "faulthandler_timeout=7200"]
"""What pytest is told for long: a test of a hundred thousand examples does not hang."""
MEMORY = Path("/dev/shm")
ROOM = 4 << 30
"""Bytes that have to be free there."""


QUICK_CHECKS = ("lint", "format", "imports")
QUICK_SHARES = AT_ONCE
"""Runs that the quick tests are dealt to: many wait, so there are more than processors."""
QUICK_SECONDS = {
    "tests/scenario/test_expect.py": 17, "tests/scenario/test_expect_keys.py": 9,
    "tests/qt/test_endpoint_presenter.py": 8, "tests/scenario/test_verdicts.py": 7,
    "tests/scenario/test_rules_of_others.py": 6, "tests/qt/test_log_model.py": 5,
    "tests/scenario/test_code_until.py": 4, "tests/scenario/test_verdict_rows.py": 4,
    "tests/scenario/test_racing.py": 4, "tests/cli/test_given_values.py": 4,
    "tests/scenario/test_runner.py": 4, "tests/checkup/test_checkup.py": 4,
    "tests/scenario/test_messages_keys.py": 3, "tests/scenario/test_what_came.py": 3,
    "tests/scenario/test_from_record.py": 3, "tests/scenario/test_programs.py": 3,
    "tests/scenario/test_judged_talks.py": 3, "tests/scenario/test_parting.py": 3,
    "tests/explain/test_evidence.py": 3,
}  # fmt: skip
"""By the clock, of the quick tests of a file, where that is much: waiting counts here."""
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
    if args == ["--quick"]:
        return run_quick(environment)
    if args in ([], ["--long"]):
        failed = [name for name in QUICK_CHECKS if run(name, CHECKS[name], environment)]
        if failed:
            print(f"== failed so far: {', '.join(failed)}", flush=True)
        return run_tests(LONG if args else [], environment) or bool(failed)
    return subprocess.run(
        [str(bootstrap.PYTHON), "-m", "pytest", *args],
        cwd=bootstrap.ROOT,
        env=environment,
        check=False,
    ).returncode


def run(name: str, command: list[str], environment: dict[str, str], *, memory: bool = True) -> int:
    """One command in a folder of its own for temporary files (tests look there for what they
    leave), and a line of what came of it; 1 where it failed.

    What a check says that found nothing is of no interest.
    """
    begun = time.monotonic()
    status, printed = check_apart(command, environment, memory=memory)
    took = f"{time.monotonic() - begun:.0f} s"
    print(f"== {name}: {f'failed ({status})' if status else 'ok'}, {took}", flush=True)
    if status or name not in CHECKS:
        print(printed, flush=True)
    return int(status != 0)  # that of a signal is negative


def run_quick(environment: dict[str, str]) -> int:
    """What tells most in least time; 1 where some of it failed."""
    jobs = {
        f"tests {share} of {QUICK_SHARES}": quick_ones(names)
        for share, names in enumerate(deal(quick_files(), QUICK_SHARES, QUICK_SECONDS), 1)
    }
    jobs |= {name: CHECKS[name] for name in QUICK_CHECKS}
    with ThreadPoolExecutor(AT_ONCE) as pool:
        runs = [pool.submit(run, name, command, environment) for name, command in jobs.items()]
        return max(each.result() for each in runs)


def run_coverage(
    args: list[str], pool: ThreadPoolExecutor, environment: dict[str, str]
) -> Callable[[], int]:
    """Have the tests of the parts that have a floor run in the pool; what is given back says what
    their branches come to, and is not 0 below the floor or where a test failed.
    """
    folder = temporary()
    own = {**environment, "COVERAGE_FILE": str(Path(folder.name) / "data")}
    runs = [
        pool.submit(
            run,
            named(folders, "coverage"),
            ["-m", "coverage", "run", "--parallel-mode", *quick_ones(folders), *args],
            own,
        )
        for folders in COVERED_TESTS
    ]

    def judge() -> int:
        with folder:
            failed = max(each.result() for each in runs)
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


def files(folders: tuple[str, ...]) -> list[str]:
    """The test files of these folders; a file is one itself."""
    found = {
        path.relative_to(bootstrap.ROOT).as_posix()
        for folder in folders
        for path in (
            (bootstrap.ROOT / folder,)
            if folder.endswith(".py")
            else (bootstrap.ROOT / folder).rglob("test_*.py")
        )
    }
    return sorted(found)


def dealt(folders: tuple[str, ...], shares: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """So many runs of the files of these folders: the name of each, and its files."""
    for share, hand in enumerate(deal(files(folders), shares, SECONDS), 1):
        yield named(folders, f"{share} of {shares}"), hand


def deal(names: Iterable[str], shares: int, seconds: Mapping[str, float]) -> list[tuple[str, ...]]:
    """These files in so many hands, the longest first, each to the hand that has least so far."""
    hands: list[list[str]] = [[] for _ in range(shares)]
    taken = [0.0] * shares
    for name in sorted(names, key=lambda name: (-seconds.get(name, 1), name)):
        least = taken.index(min(taken))
        hands[least].append(name)
        taken[least] += seconds.get(name, 1)
    return [tuple(hand) for hand in hands]


def quick_files() -> list[str]:
    """The files with a test that is quick; one whose every test is slow is not even read."""
    return [name for name in files(("tests",)) if not is_slow(name)]


def dealt_slow() -> Iterator[tuple[str, list[str]]]:
    """The runs of what is not under coverage, as pytest is told it."""
    folders = tuple(name for each in COVERED_TESTS for name in each)
    for share, (_, names) in enumerate(dealt(folders, SLOW_SHARES), 1):
        yield f"slow ({share} of {SLOW_SHARES})", slow_ones(names)


def others() -> list[str]:
    """What is left of the tests, as pytest is told it."""
    elsewhere = [PROGRAMS[0], WINDOWS[0], *COVERED_TESTS]
    return ["tests", *(f"--ignore={name}" for folders in elsewhere for name in folders)]


def named(folders: tuple[str, ...], which: str) -> str:
    """What a run is called in what is printed."""
    return f"{', '.join(folder.removeprefix('tests/') for folder in folders)} ({which})"


def check_apart(
    command: list[str], environment: dict[str, str], *, memory: bool = True
) -> tuple[int, str]:
    """The same with a folder of its own for temporary files: what it leaves is looked for there."""
    with temporary(memory=memory) as own:
        return check(command, {**environment, "TMPDIR": own})


def run_tests(args: list[str], environment: dict[str, str]) -> int:
    """All tests in several runs, some at the same time, beside the checks that take long, and the
    coverage of some of the tests; not 0 where one of all failed.

    What waits most begins, and several runs that are as long as each other are the last: so both
    ends keep the processors busy.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:

        def submit(name: str, command: list[str], *, memory: bool = True) -> Future[int]:
            return pool.submit(run, name, command, environment, memory=memory)

        runs = [
            submit(name, pytest(*share, *args), memory=False) for name, share in dealt(*PROGRAMS)
        ]
        runs += [submit(name, [*command, *args]) for name, command in dealt_slow()]
        covered = run_coverage(args, pool, environment)
        runs += [submit(name, check) for name, check in CHECKS.items() if name not in QUICK_CHECKS]
        runs.append(submit("others", pytest(*others(), *args)))
        runs += [
            submit(name, pytest(*share, *args), memory=False) for name, share in dealt(*WINDOWS)
        ]
        return max(*(each.result() for each in runs), covered())


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
