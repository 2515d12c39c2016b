"""scripts/trace.py: a click on Send followed to the socket, and what is called meanwhile."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
THREAD = "workbench/qt/endpoint_thread.py"
TRACED_SOCKET = "workbench/engine/sockets/traced_socket.py"
MOST_RETURNS = 4
MOST_FILES = 22
MOST_THAT_CARRY = 15
"""Files on the stack at the hand-over and at send(); the others are asked on the way."""


def traced(what: str) -> list[dict[str, Any]]:
    ran = subprocess.run(
        [sys.executable, "-P", "scripts/trace.py", what, "--seconds", "0.5", "--json"],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
        timeout=120,
    )
    return [json.loads(line) for line in ran.stdout.splitlines()]


def test_a_click_is_followed_from_the_button_to_the_socket() -> None:
    total, *steps = traced("send")
    assert steps[-1]["file"] == TRACED_SOCKET
    assert steps[-1]["functions"][-1] == "TracedSocket.send"
    assert {word for step in steps for word in step["thread"].split("+")} == {"window", "endpoint"}
    files = [step["file"] for step in steps]
    assert total["files"] == len(set(files))
    assert total["changes_of_file"] == len(files) - 1
    assert total["returns"] == len(files) - len(set(files))
    assert total["calls"] == sum(len(step["functions"]) for step in steps)
    assert len(total["encoded"]) == 1
    assert not total["drawn_before_the_bytes"]


def test_a_click_makes_no_detour() -> None:
    """Whoever adds a file to the path says what for, in REASONS; or finds a straighter one."""
    total, *steps = traced("send")
    assert total["without_reason"] == []
    assert total["reasons_not_needed"] == []
    assert all(step["reason"] for step in steps)
    assert total["returns"] <= MOST_RETURNS
    assert total["files"] <= MOST_FILES
    carried = total["carried"]
    assert carried["path"][0] == steps[0]["file"]
    assert carried["path"][-1] == TRACED_SOCKET
    assert carried["files"] == len(set(carried["path"])) <= MOST_THAT_CARRY
    assert set(carried["path"]) - {step["file"] for step in steps} <= {THREAD}
    assert {step["file"] for step in steps if step["carries"]} == set(carried["path"]) - {THREAD}


def test_all_threads_are_counted_while_nothing_happens() -> None:
    total, *functions = traced("idle")
    assert "window" in total["calls_per_s_by_thread"]  # an endpoint at rest makes no call
    assert total["calls_per_s"] == pytest.approx(
        sum(total["calls_per_s_by_thread"].values()), abs=1
    )
    rates = [line["calls_per_s"] for line in functions]
    assert rates == sorted(rates, reverse=True)
    assert all(line["callers"] for line in functions)
