"""The calls of a scenario's run and those of its Python export, socket by socket."""

from __future__ import annotations

import io
import json
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

from tests.e2e.strace_support import Call, logged_calls, traced_calls, under_strace
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.joined import open_record
from workbench.scenario.code import to_python
from workbench.scenario.model import Scenario
from workbench.scenario.runner import Runner
from workbench.session import Session

Story = tuple[tuple[str, int | str], ...]
"""What one socket did: calls that made it wait are left out, bytes that went on are summed."""
BOUND = 60.0
NAMES: Story = (("socket", "made"), ("connect", "ENOENT"), ("close", 0))
"""The C library asks nscd(8) for the host's name."""
_BYTES = frozenset({"send", "recv"})


def calls_of_run(scenario: Scenario, record: Path) -> Counter[Story]:
    """Run it, which has to hold; what its sockets did."""
    with Session(record, capture=None) as session:
        report = Runner(session, scenario, timeout=BOUND).run()
        assert report.ok, [step.reason.text for step in report.steps if step.reason is not None]
        session.stop_all_and_wait()
    out = io.StringIO()
    with closing(open_record(record)) as reader:
        to_jsonl(reader, out, None)
    rows = [json.loads(line) for line in out.getvalue().splitlines()]
    return Counter(story(calls) for calls in logged_calls(rows).values())


def calls_of_script(scenario: Scenario, folder: Path) -> Counter[Story]:
    """Run its export by itself under strace; what its sockets did."""
    script, trace = folder / "script.py", folder / "script.strace"
    script.write_text(to_python(scenario), encoding="utf-8")
    under_strace(trace, [sys.executable, "-I", str(script)], folder)
    found = Counter(story(calls) for calls in traced_calls(trace.read_text()).values())
    del found[NAMES]
    return found


def story(calls: list[Call]) -> Story:
    """Of the calls of one socket what does not depend on when they were made."""
    told: list[tuple[str, int | str]] = []
    for name, outcome in calls:
        if outcome == "EAGAIN" or (name == "setsockopt" and told and told[-1][0] == "recv"):
            continue  # SO_PASSCRED tells an empty message of a SOCK_SEQPACKET from the end
        if name == "accept" and told and told[-1] == ("accept", "made"):
            continue  # how many come to which of two listeners is up to the kernel
        what: int | str = outcome
        if name in {"socket", "accept"} and isinstance(outcome, int):
            what = "made"
        elif name == "connect" and outcome == "EINPROGRESS":
            what = 0
        if told and name in _BYTES and told[-1][0] == name and isinstance(what, int) and what:
            before = told[-1][1]
            if isinstance(before, int) and before:
                told[-1] = (name, before + what)
                continue
        if name == "bind" and told and told[-1] == ("bind", "EADDRINUSE"):
            told.pop()  # the next free port was looked for
        if name == "close" and told and told[-1] == ("recv", 0):
            told.pop()  # whether the peer's end was read before is a matter of moments
        told.append((name, what))
    return tuple(told)


SIZED = {"send", "sendto", "recv", "recvfrom"}
"""What these give counts bytes."""


def in_order(stories: Counter[Story], *, sizes: bool) -> list[str]:
    """The stories, to be compared; `sizes`: with how much went each way."""
    return sorted(
        str([name if not sizes and name in SIZED else (name, what) for name, what in it])
        for it in stories.elements()
    )
