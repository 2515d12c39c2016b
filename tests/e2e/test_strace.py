"""Log = truth: the calls that strace sees are the calls that the log tells, socket by socket."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.strace_support import differences
from tests.e2e.talks import TALKS
from workbench.journal.export import to_jsonl
from workbench.journal.reader import Reader

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")


def run_traced(name: str, folder: Path) -> tuple[str, list[dict[str, object]]]:
    """Run a talk under strace; its trace and its JSON lines."""
    record, trace = folder / f"{name}.swb", folder / f"{name}.strace"
    done = subprocess.run(
        ["strace", "-f", "-o", str(trace), "-e", "trace=%network,close", sys.executable,
         "-m", "tests.e2e.talks", name, str(record)],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )
    assert done.returncode == 0, done.stderr
    out = io.StringIO()
    reader = Reader(record)
    to_jsonl(reader, out, None)
    reader.close()
    return trace.read_text(), [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", [name for name in TALKS if name != "refused"])
def test_the_log_tells_what_strace_saw(name: str, tmp_path: Path) -> None:
    trace, rows = run_traced(name, tmp_path)
    assert any(row["kind"] == "call" for row in rows)
    assert differences(trace, rows) == []


def test_a_refused_connect(tmp_path: Path) -> None:
    trace, rows = run_traced("refused", tmp_path)
    found = differences(trace, rows)
    # the port is held by a socket of the test itself, which no log tells of
    assert len(found) == 1
    assert "bind" in found[0]
    assert found[0].startswith("strace saw")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, list[dict[str, object]]]:
    return run_traced("tcp", tmp_path_factory.mktemp("strace"))


def lines_of_calls(rows: list[dict[str, object]]) -> list[int]:
    left_out = {"getsockopt", "getsockname", "getpeername"}
    return [index for index, row in enumerate(rows)
            if row["kind"] == "call" and row["call"] not in left_out]


def test_a_missing_line_is_noticed(whole: tuple[str, list[dict[str, object]]]) -> None:
    trace, rows = whole
    for index in lines_of_calls(rows):
        if rows[index]["call"] in {"socket", "accept"}:
            continue  # without it the lines have no socket at all
        assert differences(trace, rows[:index] + rows[index + 1 :]), rows[index]


def test_a_doubled_line_is_noticed(whole: tuple[str, list[dict[str, object]]]) -> None:
    trace, rows = whole
    for index in lines_of_calls(rows):
        if rows[index]["call"] in {"socket", "accept"}:
            continue
        assert differences(trace, [*rows[: index + 1], *rows[index:]]), rows[index]


def test_two_swapped_lines_are_noticed(whole: tuple[str, list[dict[str, object]]]) -> None:
    trace, rows = whole
    for index in lines_of_calls(rows):
        later = [i for i in lines_of_calls(rows)
                 if i > index and rows[i]["connection"] == rows[index]["connection"]
                 and rows[i]["call"] != rows[index]["call"]]
        if rows[index]["call"] == "socket" or not later:
            continue
        swapped = list(rows)
        swapped[index], swapped[later[0]] = swapped[later[0]], swapped[index]
        assert differences(trace, swapped), rows[index]
