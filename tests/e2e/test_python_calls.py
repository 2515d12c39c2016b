"""A scenario as plain Python makes the calls of its run: strace looks at the script."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.python_calls import Story, calls_of_run, calls_of_script
from workbench.resources import resource
from workbench.scenario.model import load

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
BEYOND = {"28-multicast"}
"""It binds where other machines can reach it."""
OF_MOMENTS = {"15-slow-reader", "32-linger"}
"""How much is under way when a step ends it depends on the moment."""
SHIPPED = sorted(resource("scenarios").glob("*.toml"))


def in_order(stories: Counter[Story], *, sizes: bool) -> list[str]:
    return sorted(
        str([name if not sizes and name in {"send", "recv"} else (name, what) for name, what in it])
        for it in stories.elements()
    )


@pytest.mark.parametrize(
    "path", [path for path in SHIPPED if path.stem not in BEYOND], ids=lambda path: path.stem
)
def test_the_script_makes_the_calls_of_the_run(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    sizes = path.stem not in OF_MOMENTS
    run = calls_of_run(scenario, tmp_path / "record.swb")
    script = calls_of_script(scenario, tmp_path)
    assert in_order(script, sizes=sizes) == in_order(run, sizes=sizes)
