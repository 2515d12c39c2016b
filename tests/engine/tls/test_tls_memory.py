"""A file goes through TLS without ever being in memory as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SIZE = 200 << 20
MOST = 96 << 10
"""KiB: both ends, what waits between them, and what the recorder has not written yet."""
RUN = """
import re, sys
from pathlib import Path
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.session import Session

def most():
    # not ru_maxrss, which an exec leaves as the parent had it (getrusage(2), proc(5))
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

record, file = map(Path, sys.argv[1:])
SERVER, CLIENT = TlsSettings(cert="test:good"), TlsSettings(ca="test:root")
with Session(record) as session:
    def do(command):
        ticket = session.perform(command)
        assert ticket.wait(300)
        assert ticket.outcome.ok, ticket.outcome

    tls = {"layers": ("tls",)}
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", tls=SERVER, **tls))
    session.add(EndpointSettings("client", Role.STREAM, address="@server", tls=CLIENT, **tls))
    do(c.Start("server"))
    do(c.Connect("client"))
    before = most()
    do(c.Send("client", file=str(file)))
    do(c.CloseTls("client"))
    print(most() - before)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "big"
    with path.open("wb") as file:
        os.truncate(file.fileno(), SIZE)
    done = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path / "record.swb", path],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < MOST
