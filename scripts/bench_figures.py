"""What the benches of the record and of its window say of what they measured."""

from __future__ import annotations

import io
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

AIMS: Final = {
    "echo session": 0.70, "echo run": 0.65, "echo window": 0.57, "echo listen": 0.60,
    "large session": 0.60, "large run": 0.60, "large window": 0.60, "large listen": 0.60,
    "export jsonl": 1.2, "export csv": 0.7,
    "datagram 100": 20, "datagram 500": 15, "datagram 2000": 10,
}  # fmt: skip
"""The least ratio that is wanted."""


@dataclass(frozen=True, slots=True)
class Asked:
    """How often, how long, and how large."""

    rounds: int
    seconds: float
    rows: int


@dataclass(slots=True)
class Figures:
    """What was measured: by name the values of all runs."""

    values: dict[str, list[float]] = field(default_factory=dict)

    def add(self, name: str, value: float) -> None:
        self.values.setdefault(name, []).append(value)

    def lines(self) -> list[dict[str, object]]:
        """For each its median, the extremes, and in how many runs."""
        return [
            {
                "name": name,
                "median": _rounded(statistics.median(found)),
                "low": _rounded(min(found)),
                "high": _rounded(max(found)),
                "runs": len(found),
                **({"aim": AIMS[_aim(name)]} if _aim(name) in AIMS else {}),
            }
            for name, found in self.values.items()
        ]


def _aim(name: str) -> str:
    return name.removesuffix(": ratio") if name.endswith(": ratio") else ""


def _rounded(value: float) -> float:
    return round(value, 3 if abs(value) < 10 else 1)


def timed(todo: Callable[[], object]) -> tuple[float, float]:
    """Processor and wall seconds of this process."""
    spent, begun = time.process_time(), time.perf_counter()
    todo()
    return time.process_time() - spent, time.perf_counter() - begun


def turns(out: Figures, what: str, rounds: int, plain: Callable[[], object],
          ours: Callable[[], object]) -> None:  # fmt: skip
    """A plain loop and ours in turn; the ratio of their processor times."""
    for _ in range(rounds):
        (plain_cpu, plain_wall), (cpu, wall) = timed(plain), timed(ours)
        out.add(f"{what}: plain s", plain_cpu)
        out.add(f"{what}: cpu s", cpu)
        out.add(f"{what}: wall s", wall)
        out.add(f"{what}: ratio", plain_cpu / cpu)
        out.add(f"{what}: wall ratio", plain_wall / wall)


def shown(lines: list[dict[str, object]], kept: dict[str, float]) -> str:
    """The figures as a table, beside those of a kept run."""
    out = io.StringIO()
    for line in lines:
        name, aim = str(line["name"]), line.get("aim")
        row = f"{name:<52}{line['median']:>12}  {line['low']} … {line['high']}, {line['runs']} runs"
        if aim is not None:
            row += f", aim {aim}"
        if kept.get(name):
            row += f", was {kept[name]} ({float(str(line['median'])) / kept[name]:.2f} of it)"
        out.write(row + "\n")
    return out.getvalue()


def kept_figures(path: Path | None) -> dict[str, float]:
    """The medians of a run that was kept."""
    if path is None:
        return {}
    found = map(json.loads, path.read_text().splitlines())
    return {line["name"]: float(line["median"]) for line in found}
