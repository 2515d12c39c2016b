"""A run that does not use TLS imports nothing of it."""

from __future__ import annotations

import subprocess
import sys

RUN = """
import sys
from pathlib import Path
from workbench.engine.model import commands as c
from workbench.engine.model.settings import Echo, EndpointSettings, Role
from workbench.session import Session

with Session(Path(sys.argv[1])) as session:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo()))
    session.add(EndpointSettings("client", Role.STREAM, address="@server"))
    for command in (c.Start("server"), c.Connect("client"), c.Send("client", text="hello")):
        ticket = session.perform(command)
        assert ticket.wait(60)
        assert ticket.outcome.ok
foreign = {"ssl", "_ssl", "cryptography", "truststore"}
ours = {name for name in sys.modules if name.startswith("workbench.engine.protocol.tls")}
print(sorted((foreign & set(sys.modules)) | ours))
"""


def test_a_plain_run_imports_nothing_of_tls(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", RUN, tmp_path / "record.swb"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.stdout == "[]\n", done.stderr
