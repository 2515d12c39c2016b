"""The benches of the window, of kills and of a soak measure what they say they do."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench.py"
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux", reason="/proc is Linux's"),
]
BOUND = 300.0


def ran(*arguments: object) -> str:
    return subprocess.run(
        [sys.executable, "-P", str(SCRIPT), *map(str, arguments)],
        check=True, stdout=subprocess.PIPE, text=True, timeout=BOUND,
    ).stdout  # fmt: skip


def test_the_window_over_a_record(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    only = [word for part in ("open", "filter", "saturated") for word in ("--only", part)]
    ran("window", *only, "--rounds", 1, "--rows", 30_000, "--seconds", 2, "--keep", kept)
    found = {line["name"]: line for line in map(json.loads, kept.read_text().splitlines())}
    assert found["open: s to the newest row painted"]["median"] > 0
    assert found["open: memory of that of the short one"]["median"] > 0
    for name in ("errno", "bytes", "peer"):
        assert found[f"filter {name}: s to all"]["median"] > 0
    assert found["saturated: events/s"]["median"] > 0


def test_a_kill_and_what_is_there_already(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    only = ["--only", "kill", "--only", "fulfilled"]
    ran("log", *only, "--rounds", 1, "--seconds", 0.5, "--keep", kept)
    found = {line["name"]: line for line in map(json.loads, kept.read_text().splitlines())}
    assert found["kill: rows"]["median"] > 0
    assert found["fulfilled: mean ms of a step"]["median"] > 0


def test_a_soak_says_what_is_left_of_its_record() -> None:
    *looks, told = map(json.loads, ran("soak", "--seconds", 4, "--looks", 8).splitlines())
    assert len(looks) == 8
    assert {"memory_mb", "descriptors", "segments"} <= set(looks[-1])
    assert told["as_promised"] is True
    assert (told["marks"], told["resets"]) == (1, 1)
