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
TRACED_SOCKET = "workbench/engine/sockets/traced_socket.py"


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
    assert total["encoded"]  # by the engine at least


def test_all_threads_are_counted_while_nothing_happens() -> None:
    total, *functions = traced("idle")
    assert set(total["calls_per_s_by_thread"]) >= {"window", "EndpointThread.run"}
    assert total["calls_per_s"] == pytest.approx(
        sum(total["calls_per_s_by_thread"].values()), abs=1
    )
    rates = [line["calls_per_s"] for line in functions]
    assert rates == sorted(rates, reverse=True)
    assert all(line["callers"] for line in functions)
