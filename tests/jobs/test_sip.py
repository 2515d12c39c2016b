"""SIP: our server for sipp."""

from __future__ import annotations

from pathlib import Path

from tests.free_port import free_port
from tests.jobs.models import job
from tests.peers import ask, serving

OPTIONS = """<?xml version="1.0"?>
<scenario name="options"><send retrans="500"><![CDATA[

OPTIONS sip:[remote_ip] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:a@[local_ip]>;tag=[pid]
To: <sip:b@[remote_ip]>
Call-ID: [call_id]
CSeq: 1 OPTIONS
Max-Forwards: 70
Content-Length: 0

]]></send><recv response="200"/></scenario>
"""


def test_sipp_asks_for_options_and_makes_a_call(tmp_path: Path) -> None:
    asking = tmp_path / "options.xml"
    asking.write_text(OPTIONS)
    port = free_port()  # the server says in its replies where it is
    with serving(job("sip-server"), "--set", f"port={port}"):
        sipp = ("sipp", f"127.0.0.1:{port}", "-i", "127.0.0.1", "-m", "1", "-nostdin")
        for own in (("-sf", asking), ("-sn", "uac", "-d", "1")):
            said = ask(*sipp, "-p", free_port(), *own, "-timeout", "30", cwd=tmp_path)
            assert "Successful call" in said
