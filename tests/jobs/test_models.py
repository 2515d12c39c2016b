"""Every model is run by a test, stands in both READMEs, and is legible."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.resources import resource
from workbench.scenario.model import load, parse
from workbench.scenario.write import to_toml

HERE = Path(__file__).parent
MODELS = sorted(resource("scenarios/jobs").glob("*.toml"))


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_is_tested_and_told_of(path: Path) -> None:
    assert any(f'job("{path.stem}")' in test.read_text() for test in HERE.glob("test_*.py"))
    for readme in ("README.md", "resources/README.zh_CN.md"):
        assert f"`{path.stem}`" in (HERE.parents[1] / readme).read_text()


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_waits_for_no_time_and_reads_back(path: Path) -> None:
    scenario = load(path)
    assert set(scenario.titles) == {"zh_CN"}
    assert 'do = "wait"' not in path.read_text()
    assert parse(to_toml(scenario)) == scenario
