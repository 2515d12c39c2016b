"""Log = truth: the calls that strace sees are the calls that the log tells, socket by socket."""

from __future__ import annotations

import io
import itertools
import json
import socket
import sys
from pathlib import Path

import pytest

from tests.e2e.strace_support import LEFT_OUT, differences, traced_calls, under_strace
from tests.e2e.talks import TALKS
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.reader import Reader

ROOT = Path(__file__).parent.parent.parent
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
Rows = list[dict[str, object]]


def run_traced(name: str, folder: Path) -> tuple[str, Rows]:
    """Run a talk under strace; its trace and its JSON lines."""
    record, trace = folder / f"{name}.swb", folder / f"{name}.strace"
    with socket.socket() as dead:  # held here, so that the traced process has no socket unlogged
        dead.bind(("127.0.0.1", 0))
        words = [sys.executable, "-m", "tests.e2e.talks", name, str(record)]
        under_strace(trace, [*words, str(dead.getsockname()[1])], ROOT)
    out = io.StringIO()
    reader = Reader(record)
    to_jsonl(reader, out, None)
    reader.close()
    return trace.read_text(), [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.mark.parametrize("name", TALKS)
def test_the_log_tells_what_strace_saw(name: str, tmp_path: Path) -> None:
    trace, rows = run_traced(name, tmp_path)
    assert lines_of_calls(rows)
    assert differences(trace, rows) == []


@pytest.fixture(scope="module", params=["tcp", "unix", "udp", "twenty"])
def whole(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Rows]:
    """A true log: each test below spoils one line, which must be noticed every time."""
    trace, rows = run_traced(request.param, tmp_path_factory.mktemp("strace"))
    assert differences(trace, rows) == []
    return trace, rows


def lines_of_calls(rows: Rows) -> list[int]:
    return [
        index
        for index, row in enumerate(rows)
        if row["kind"] == "call" and row["call"] not in LEFT_OUT
    ]


def test_a_missing_line_is_noticed(whole: tuple[str, Rows]) -> None:
    trace, rows = whole
    for index in lines_of_calls(rows):
        assert differences(trace, rows[:index] + rows[index + 1 :]), rows[index]


def test_a_doubled_line_is_noticed(whole: tuple[str, Rows]) -> None:
    trace, rows = whole
    for index in lines_of_calls(rows):
        assert differences(trace, rows[: index + 1] + rows[index:]), rows[index]


def test_two_swapped_lines_are_noticed(whole: tuple[str, Rows]) -> None:
    """Lines of one socket that say different things; equal ones swapped are the same log."""
    trace, rows = whole
    swaps = 0
    for index, later in pairs_of_one_socket(rows):
        spoilt = list(rows)
        spoilt[index], spoilt[later] = spoilt[later], spoilt[index]
        assert differences(trace, spoilt), (rows[index], rows[later])
        swaps += 1
    assert swaps


def pairs_of_one_socket(rows: Rows) -> list[tuple[int, int]]:
    """Each call with the next of its socket that differs in name or outcome."""

    def said(index: int) -> tuple[object, ...]:
        return tuple(rows[index][key] for key in ("call", "result", "errno"))

    lines = lines_of_calls(rows)
    pairs = []
    for place, index in enumerate(lines):
        later = next(
            (
                other
                for other in lines[place + 1 :]
                if rows[other]["connection"] == rows[index]["connection"]
                and said(other) != said(index)
            ),
            None,
        )
        if later is not None:
            pairs.append((index, later))
    return pairs


def test_two_connections_told_under_each_others_number_are_noticed(whole: tuple[str, Rows]) -> None:
    trace, rows = whole
    numbers = sorted(
        {
            row["connection"]
            for row in rows  # type: ignore[type-var]
            if row["connection"] is not None
        }
    )
    for first, second in itertools.pairwise(numbers):
        exchanged = {first: second, second: first}
        spoilt = [
            row
            if row["call"] in {"socket", "accept"}
            else {**row, "connection": exchanged.get(row["connection"], row["connection"])}
            for row in rows
        ]  # in place: only the numbers are wrong, not the order
        assert differences(trace, spoilt), (first, second)


def test_a_send_stands_where_it_began() -> None:
    """A thread has read the answer before the send of the other one has ended."""
    lines = """\
1 socket(AF_INET, SOCK_STREAM|SOCK_CLOEXEC, IPPROTO_TCP) = 4
1 sendto(4, "a", 1, 0, NULL, 0 <unfinished ...>
2 recvfrom(4, "b", 9, 0, NULL, NULL) = 1
1 <... sendto resumed>) = 1
2 recvfrom(4,  <unfinished ...>
1 sendto(4, "c", 1, 0, NULL, 0) = 1
2 <... recvfrom resumed>"d", 9, 0, NULL, NULL) = 1
1 sendto(4, "killed", 6, 0, NULL, 0 <unfinished ...>
"""
    (calls,) = traced_calls(lines).values()
    assert [call.name for call in calls] == ["socket", "send", "recv", "send", "recv"]
