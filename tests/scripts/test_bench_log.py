"""The bench of the record: what it says is what was measured, and it measures real servers."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from bench_figures import Figures, shown

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "bench.py"


def test_a_figure_has_its_median_its_extremes_and_how_many_runs() -> None:
    figures = Figures()
    for value in (3.0, 1.0, 20.0):
        figures.add("export csv: ratio", value)
    (line,) = figures.lines()
    assert line == {
        "name": "export csv: ratio", "median": 3.0, "low": 1.0, "high": 20.0, "runs": 3, "aim": 0.7,
    }  # fmt: skip
    assert "was 1.5 (2.00 of it)" in shown([line], {"export csv: ratio": 1.5})
    assert "was" not in shown([line], {"export jsonl: ratio": 1.5})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="epoll and /proc are Linux's")
def test_a_run_is_kept_and_compared(tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    command = [sys.executable, "-P", str(SCRIPT), "log", "--only", "echo", "--rounds", "1"]
    command += ["--seconds", "0.3"]
    subprocess.run([*command, "--keep", str(kept)], check=True, stdout=subprocess.DEVNULL)
    found = {line["name"]: line for line in map(json.loads, kept.read_text().splitlines())}
    for way in ("session", "run", "window", "listen"):
        assert found[f"echo {way}: ratio"]["median"] > 0
        assert found[f"echo {way}: bytes an event beside its payload"]["median"] > 0
    again = subprocess.run(
        [*command, "--compare", str(kept)], check=True, capture_output=True, text=True
    )
    assert "was" in again.stdout
