"""--debug and SOCKET_WORKBENCH_DEBUG: loops, recorder and window tell on stderr what they do."""

from __future__ import annotations

import logging
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.cli_process import end, run, start
from workbench import debug

LOOP = "workbench.engine.sockets.event_loop: server: "
RECORDER = "workbench.journal.recorder: "
WINDOW = "workbench.qt.endpoint_presenter: "


@pytest.fixture
def quiet(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.delenv(debug.VARIABLE, raising=False)
    return monkeypatch


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("args", "more"),
    [(["--debug", "lab", "half-close"], {}), (["lab", "half-close", "--debug"], {}),
     (["lab", "half-close"], {debug.VARIABLE: "1"})],
)  # fmt: skip
def test_a_run_logs_loops_and_recorder_on_stderr(args: list[str], more: dict[str, Any]) -> None:
    status, out, err = run(*args, **more)
    assert status == 0
    assert LOOP in err
    assert RECORDER in err
    assert "workbench." not in out


@pytest.mark.usefixtures("quiet")
def test_nothing_is_logged_where_nobody_asks() -> None:
    debug.begin(["lab", "half-close"])
    assert not logging.getLogger(LOOP.partition(":")[0]).isEnabledFor(logging.DEBUG)
    status, _, err = run("lab", "half-close")
    assert status == 0
    assert "workbench." not in err


@pytest.mark.usefixtures("quiet")
def test_the_window_logs_too(tmp_path: Path) -> None:
    process = start(
        "--debug", QT_QPA_PLATFORM="offscreen", HOME=str(tmp_path), XDG_STATE_HOME=str(tmp_path)
    )
    assert process.stderr is not None
    for line in process.stderr:  # its first rows are drawn
        if WINDOW in line:
            break
    process.send_signal(signal.SIGTERM)
    status, _, _ = end(process)
    assert status == 130


@pytest.mark.parametrize("lang", ["en", "zh_CN"])
def test_help_names_the_option_and_the_variable(lang: str) -> None:
    for command in ([], ["run"]):
        _, out, _ = run(*command, "--help", "--lang", lang)
        assert debug.OPTION in out
        assert debug.VARIABLE in out
