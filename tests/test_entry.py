"""The installed command as a process: asked to end before anything is open, it just ends."""

from __future__ import annotations

import signal
import subprocess
import sys
import tomllib

import pytest

from tests.cli_process import BOUND, ROOT, environment

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
KINDS = [signal.SIGHUP, signal.SIGINT, signal.SIGTERM]
COMMAND = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]


def installed() -> list[str]:
    """What the script does that pip writes for the command."""
    module, _, function = COMMAND["socket-workbench"].partition(":")
    return ["-c", f"import sys; from {module} import {function}; sys.exit({function}())"]


@pytest.mark.parametrize("begins", [installed(), ["-m", "workbench"]], ids=["command", "module"])
@pytest.mark.parametrize("number", KINDS)
def test_a_signal_during_its_first_imports_leaves_no_traceback(
    begins: list[str], number: signal.Signals
) -> None:
    def take() -> None:
        for kind in KINDS:
            signal.signal(kind, signal.SIG_DFL)

    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", *begins, "lab", "--list"],
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=take,
    )
    assert process.stderr is not None
    for line in process.stderr:  # the first import of the program's own that takes long
        if line.rstrip().endswith(" enum"):
            break
    process.send_signal(number)
    _, err = process.communicate(timeout=BOUND)
    assert "Traceback" not in err
    assert process.returncode == 130, err


def test_a_signal_that_is_ignored_stays_so() -> None:
    probe = (
        "import signal; signal.signal(signal.SIGHUP, signal.SIG_IGN); import workbench.entry;"
        "print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    )
    done = subprocess.run(
        [sys.executable, "-c", probe], env=environment(), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True"]
