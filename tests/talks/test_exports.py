"""A talk with a real server as plain Python: it makes the calls of the run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.python_calls import calls_of_run, calls_of_script, in_order
from tests.talks.test_talks import TALKS, server, talk
from workbench.scenario.code import to_python
from workbench.texts import tr

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")


@pytest.mark.parametrize("path", TALKS, ids=lambda path: path.stem)
def test_the_script_makes_the_calls_of_the_run(path: Path, tmp_path: Path) -> None:
    """How many bytes came is up to the server: it says the time, counts, and draws lots."""
    with server(path.stem.partition("-")[0], tmp_path) as where:
        scenario = talk(path, where)
        run = calls_of_run(scenario, tmp_path / "record.swb")
        assert tr("scenario.not_in_code") not in to_python(scenario)
        script = calls_of_script(scenario, tmp_path)
    assert in_order(script, sizes=False) == in_order(run, sizes=False)
