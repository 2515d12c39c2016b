"""pytest finds the plugin, pays nothing for it where it is not used, and knows its options."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.testing.conftest import Run
from workbench.scenario.named_values import Given
from workbench.testing.pytest_options import fitting

ROOT = Path(__file__).resolve().parent.parent.parent
LOADED = """
import sys
import pytest

class Loaded:
    def pytest_unconfigure(self):
        print("LOADED", *sorted(name for name in sys.modules if name.startswith("workbench")))

sys.exit(pytest.main(["-q", *sys.argv[1:]], plugins=[Loaded()]))
"""


def loaded(folder: Path, *args: str) -> list[str]:
    """The modules of ours that a run of pytest has loaded at its end."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED, "-p", "workbench.testing", "-p", "no:pytest-qt", *args],
        cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "LANG": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = [line for line in done.stdout.splitlines() if line.startswith("LOADED")]
    return line.split()[1:]


def test_a_run_that_does_not_use_it_loads_nothing_of_the_program(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text("def test_it():\n    pass\n")
    assert loaded(tmp_path) == ["workbench", "workbench.testing"]
    (tmp_path / "beside.swt.toml").write_text("title = 'not asked for'\n")
    assert loaded(tmp_path, "test_it.py") == [
        "workbench",
        "workbench.testing",
        "workbench.testing.scenario_files",
    ]


def test_the_fixture_loads_no_qt(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(
        "import sys\n"
        "def test_it(workbench):\n"
        "    workbench.server()\n"
        "    assert not [name for name in sys.modules if name.startswith('PySide6')]\n"
    )
    assert "workbench.testing.fixture" in loaded(tmp_path)


def test_help_says_what_each_option_does(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["pytest", "--help"])
    shown = " ".join(run("--help").stdout.str().split())
    assert "--swb-records={failed,all,none} Whose records stay" in shown
    assert "--swb-set=NAME=VALUE Give a value of [values]" in shown


def test_a_value_is_for_the_files_that_have_it() -> None:
    given = Given({"a": "1", "b": "2"}, ("HOME",))
    assert fitting(given, {"b", "c"}) == Given({"b": "2"}, ("HOME",))
