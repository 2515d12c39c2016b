"""A file goes through wss as one message, and neither end ever has it in memory as a whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SHORT, LONG = 20 << 20, 200 << 20
MOST = {SHORT: 16 << 10, LONG: 48 << 10}
"""KiB that an end may grow by: records, frames, and what its recorder has not written yet."""
BEGIN = """
import re, sys
from pathlib import Path
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tls_settings import TlsSettings
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.session import Session

def grown():
    # not ru_maxrss, which an exec leaves as the parent had it (getrusage(2), proc(5))
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])

def do(command):
    ticket = session.perform(command)
    assert ticket.wait(500)
    assert ticket.outcome.ok, ticket.outcome

def until(call):
    seen = 0
    while True:
        reader = session.journal.reader()
        for row in reader.page(seen + 1, 5000):
            seen = row.seq
            if row.call == call:
                reader.close()
                return row
        reader.close()
        assert session.journal.wait_committed(seen + 1, 500)
"""
SERVER = f"""{BEGIN}
import threading

with Session(Path(sys.argv[1])) as session:
    most = WebSocketSettings(max_message=int(sys.argv[2]))
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", layers=("tls",),
        tls=TlsSettings(cert="test:good"), websocket=most))
    do(c.Start("server"))
    made = threading.Event()
    session.refresh("server", frozenset(), frozenset(), made.set)
    assert made.wait(60)
    print(session.snapshot("server").local, flush=True)
    until("ws.open")
    before = grown()
    print(until("ws.message").size, grown() - before, flush=True)
"""
CLIENT = f"""{BEGIN}
with Session(Path(sys.argv[1])) as session:
    session.add(EndpointSettings("client", Role.STREAM, address=sys.argv[2], layers=("tls",),
        tls=TlsSettings(ca="test:root", server_name="localhost"), websocket=WebSocketSettings()))
    do(c.Connect("client"))
    before = grown()
    do(c.Send("client", file=sys.argv[3]))
    print(grown() - before)
    do(c.CloseWebSocket("client"))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is of Linux")
def test_both_ends_stay_flat(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    size = LONG if request.config.getoption("--long") else SHORT
    path = tmp_path / "big"
    with path.open("wb") as file:
        os.truncate(file.fileno(), size)
    python = (sys.executable, "-c")
    with subprocess.Popen(
        [*python, SERVER, tmp_path / "server.swb", str(size)], stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        address = server.stdout.readline().strip()
        sent = subprocess.run(
            [*python, CLIENT, tmp_path / "client.swb", address, path],
            capture_output=True,
            text=True,
            timeout=500,
            check=False,
        )
        if sent.returncode:
            server.kill()
        assert sent.returncode == 0, sent.stderr
        came, received = map(int, server.stdout.readline().split())
    assert server.returncode == 0
    print(f"{size >> 20} MiB: the sender grew by {sent.stdout.strip()} KiB, the other {received}")
    assert came == size
    assert int(sent.stdout) < MOST[size]
    assert received < MOST[size]
