"""An output that nobody reads does not keep a program from ending."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli_process import BOUND, start

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="select() knows sockets alone")

TALK = """
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "sink" }
[endpoint.c]
role = "stream"
address = "@s"
[[step]]
do = "start"
endpoint = "s"
[[step]]
do = "connect"
endpoint = "c"
[[step]]
do = "send"
endpoint = "c"
text = "x"
repeat = 5000
interval = 0
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One whose export is larger than any pipe."""
    folder = tmp_path_factory.mktemp("record")
    talk, record = folder / "t.toml", folder / "r.swb"
    talk.write_text(TALK)
    process = start("run", talk, "--record", record)
    out, err = process.communicate(timeout=BOUND)
    assert process.returncode == 0, out + err
    return record


def held(record: Path) -> subprocess.Popen[str]:
    """An export whose first line is read and nothing after it."""
    process = start("export", record, "--to", "jsonl")
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.parametrize("signals", [1, 2])
def test_nobody_reads(record: Path, signals: int) -> None:
    with held(record) as process:
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
        assert process.wait(BOUND) == 130
        assert process.stderr is not None
        assert process.stderr.read() == ""


def test_json_rows_that_nobody_reads(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    talk = tmp_path / "t.toml"
    talk.write_text(TALK + '[[step]]\ndo = "wait"\nseconds = 1000\n')
    with start("run", talk, "--json", "--record", record) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if '"send"' in line:
                break
        process.send_signal(signal.SIGTERM)
        assert process.wait(BOUND) == 130
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.swb", "t.toml"]
