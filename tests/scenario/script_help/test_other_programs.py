"""Other programs of a script: what they write and how they end is judged."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.cli_process import ASLEEP
from workbench.scenario.script_help.other_programs import (
    end_programs,
    programs,
    run,
    stop_program,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="it ends a group of processes")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_it_ends_as_it_is_to_and_writes_what_it_has_to() -> None:
    run(python("print('hello')"), contains="hello")
    run(python("raise SystemExit(3)"), wanted=3)
    run(python("raise SystemExit(3)"), wanted=None)
    wrong: tuple[tuple[str, dict[str, Any]], ...] = (
        ("raise SystemExit(3)", {}),
        ("print('other')", {"contains": "hello"}),
    )
    for code, keys in wrong:
        with pytest.raises(AssertionError):
            run(python(code), **keys)
        programs.clear()


def test_one_beside_the_steps_is_ended_and_one_that_ended_is_judged() -> None:
    run(python(ASLEEP), name="asleep", wait=False, contains="ready")
    one = programs["asleep"]
    stop_program("asleep")
    assert one.process.poll() is not None
    run(python(ASLEEP), wait=False, contains="ready")
    end_programs()
    assert not programs
    run(python("print('ready'); raise SystemExit(3)"), name="wrong", wait=False, contains="ready")
    programs["wrong"].process.wait()
    with pytest.raises(AssertionError):
        end_programs()


def test_it_reads_what_it_is_given() -> None:
    copy = python("import shutil, sys; shutil.copyfileobj(sys.stdin, sys.stdout); print('done')")
    run(copy, given=b"x" * 300_000, contains="xdone")
    run(python("assert not open(0).read(); print('empty')"), contains="empty")
    run(python("import os; os.close(0); print('deaf')"), given=b"x" * 300_000, contains="deaf")
